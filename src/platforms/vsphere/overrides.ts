import type { TerraformResource } from "../../cdktf";

/** What a resource says of an attribute in the end, properties and overrides of its users included. */
export function attributeOf(resource: TerraformResource, attribute: string): unknown {
  const { resource: all } = resource.toTerraform();
  return all[resource.terraformResourceType][resource.friendlyUniqueId][attribute];
}
