import type { Construct } from "constructs";
import { TerraformData, type TerraformResource } from "../../cdktf";
import { fingerprint, reference } from "./definition";

/**
 * Refuses, when it is planned, a change of what holds data: a definition other than the one that it was made with.
 *
 * The provider can't change such resources, and a replacement loses what is in them; so the changes are kept from it (`ignore_changes`),
 * and this compares what is there with what is wanted. It takes the place of what replaces a resource that is not protected, and says the same, so
 * that lifting the protection changes nothing else.
 *
 * @param wanted expressions below the resource, such as `target.path`, and the value that each has to have
 * @param without attributes, as Terraform names them, that do not count
 */
export function refuseChange(
  scope: Construct,
  resource: TerraformResource,
  what: string,
  wanted: Record<string, string>,
  without: readonly string[],
): TerraformData {
  return new TerraformData(scope, "Definition", {
    input: fingerprint(resource, without),
    lifecycle: {
      precondition: Object.entries(wanted).map(([attribute, value]) => ({
        condition: `\${${reference(resource)}.${attribute} == ${JSON.stringify(value)}}`,
        errorMessage:
          `The ${what} holds data and has ${attribute} \${${reference(resource)}.${attribute}}; ${value} is wanted, which would lose the data. ` +
          "To mend: change it back, or make a new one and move the data; with protectData: false it is replaced.",
      })),
    },
  });
}
