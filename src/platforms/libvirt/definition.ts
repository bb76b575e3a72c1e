import { createHash } from "node:crypto";
import type { Construct } from "constructs";
import { Lazy, TerraformData, type TerraformResource } from "../../cdktf";

const HASH_LENGTH = 16;

/** A short hash of what a definition says. */
export function hashOf(definition: unknown): string {
  return hashOfText(JSON.stringify(definition));
}

function hashOfText(text: string): string {
  return createHash("sha256").update(text).digest("hex").slice(0, HASH_LENGTH);
}

/**
 * What a resource's definition says, overrides included, as something that changes when it does: a hash of what is known, and the
 * expressions whose values are known only when it is applied.
 *
 * @param without attributes that do not count, as Terraform names them
 */
export function fingerprint(resource: TerraformResource, without: readonly string[] = []): { [key: string]: unknown } {
  return Lazy.anyValue({
    produce: ({ preparing, resolve }) => {
      if (preparing) {
        return {};
      }
      const attributes = attributesOf(resource, without);
      const text = JSON.stringify(attributes);
      if (!MAY_HOLD_TOKENS.test(text)) {
        return { definition: hashOfText(text) };
      }
      const resolved = resolve(attributes);
      return { definition: hashOf(resolved), values: expressionsIn(resolved) };
    },
  }) as unknown as { [key: string]: unknown };
}

/** Tokens as text, as encoded numbers, and as objects. */
const MAY_HOLD_TOKENS = /TfToken\[|-\d(?:\.\d+)?e\+\d{3}|<unresolved-token>|\$\{/;

/**
 * Makes plans say what has to happen: the provider can't update such a resource, so a changed definition replaces it.
 *
 * The returned resource changes with the definition. Whatever must follow a replacement can be triggered by it too.
 *
 * @param without attributes, as Terraform names them, whose change is no reason
 */
export function replaceWhenRedefined(
  scope: Construct,
  resource: TerraformResource,
  without: readonly string[] = [],
): TerraformData {
  const definition = new TerraformData(scope, "Definition", { input: fingerprint(resource, without) });
  // Not before what the resource waits for: were that to fail, the change would be taken for done.
  definition.dependsOn = resource.dependsOn;
  resource.lifecycle = {
    ...resource.lifecycle,
    replaceTriggeredBy: [...(resource.lifecycle?.replaceTriggeredBy ?? []), reference(definition)],
  };
  return definition;
}

/** How Terraform refers to a whole resource. */
export function reference(resource: TerraformResource): string {
  return `${resource.terraformResourceType}.${resource.friendlyUniqueId}`;
}

/** The attributes that say what the resource is, without what only concerns Terraform. */
function attributesOf(resource: TerraformResource, without: readonly string[]): Record<string, unknown> {
  const { resource: byType } = resource.toTerraform();
  const {
    "//": _metadata,
    lifecycle: _lifecycle,
    provider: _provider,
    depends_on: _dependsOn,
    provisioner: _provisioner,
    ...attributes
  } = byType[resource.terraformResourceType][resource.friendlyUniqueId];
  return Object.fromEntries(Object.entries(attributes).filter(([name]) => !without.includes(name)));
}

function expressionsIn(value: unknown): string[] {
  if (typeof value === "string") {
    return value.includes("${") ? [value] : [];
  }
  return typeof value === "object" && value !== null ? [...new Set(Object.values(value).flatMap(expressionsIn))] : [];
}
