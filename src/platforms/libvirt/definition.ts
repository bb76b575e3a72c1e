import { createHash } from "node:crypto";
import type { Construct } from "constructs";
import { type IResolvable, type IResolveContext, TerraformData, type TerraformResource, Token } from "../../cdktf";

const HASH_LENGTH = 16;

/** A short hash of what a definition says. */
export function hashOf(definition: unknown): string {
  return createHash("sha256").update(JSON.stringify(definition)).digest("hex").slice(0, HASH_LENGTH);
}

/**
 * What a resource's definition says, overrides included, as something that changes when it does: a hash of what is known, and the
 * expressions whose values are known only when it is applied.
 *
 * It is a token of its own and no `Lazy`: those capture a stack trace each, which would take most of the time of making a large stack.
 */
class Fingerprint implements IResolvable {
  public readonly creationStack: string[] = [];

  public constructor(
    private readonly resource: TerraformResource,
    private readonly without: readonly string[],
  ) {}

  public resolve({ preparing, resolve }: IResolveContext): { definition?: string; values?: string[] } {
    if (preparing) {
      return {};
    }
    const attributes = attributesOf(this.resource, this.without);
    const text = JSON.stringify(attributes);
    const known = MAY_HOLD_TOKENS.test(text) ? resolve(attributes) : attributes;
    const values = known !== attributes || text.includes("${") ? expressionsIn(known) : [];
    return { definition: hashOf(known), ...(values.length > 0 && { values }) };
  }

  public toString(): string {
    return Token.asString(this);
  }

  public toJSON(): string {
    return "<unresolved-token>";
  }
}

/** Tokens as text, as encoded numbers, and as objects. */
const MAY_HOLD_TOKENS = /TfToken\[|-\d(?:\.\d+)?e\+\d{3}|<unresolved-token>/;

/** @param without attributes that do not count, as Terraform names them */
export function fingerprint(resource: TerraformResource, without: readonly string[] = []): { [key: string]: unknown } {
  return new Fingerprint(resource, without) as unknown as { [key: string]: unknown };
}

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

const references = new WeakMap<TerraformResource, string>();

/** How Terraform refers to a whole resource. cdktf works its name out anew each time. */
export function reference(resource: TerraformResource): string {
  let found = references.get(resource);
  if (found === undefined) {
    found = `${resource.terraformResourceType}.${resource.friendlyUniqueId}`;
    references.set(resource, found);
  }
  return found;
}

/** Has a resource wait for others. */
export function waitFor(resource: TerraformResource, ...others: readonly TerraformResource[]): void {
  resource.dependsOn = [...new Set([...(resource.dependsOn ?? []), ...others.map(reference)])];
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
