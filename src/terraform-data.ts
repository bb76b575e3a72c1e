import { type TerraformMetaArguments, TerraformResource } from "cdktf";
import type { Construct } from "constructs";

export interface TerraformDataConfig extends TerraformMetaArguments {
  /** Kept in the state; a change is an update in place. */
  readonly input?: unknown;
  /** A change replaces the resource. */
  readonly triggersReplace?: unknown;
}

/**
 * Terraform's own resource that holds a value or runs a provisioner.
 *
 * cdktf's class for it runs `terraform version` for each instance while it validates, and does not synthesise where there is no Terraform.
 */
export class TerraformData extends TerraformResource {
  readonly #config: TerraformDataConfig;

  public constructor(scope: Construct, id: string, config: TerraformDataConfig) {
    super(scope, id, { ...config, terraformResourceType: "terraform_data" });
    this.#config = config;
  }

  protected override synthesizeAttributes(): Record<string, unknown> {
    return { input: this.#config.input, triggers_replace: this.#config.triggersReplace };
  }

  protected override synthesizeHclAttributes(): Record<string, unknown> {
    const attributes = Object.entries(this.synthesizeAttributes()).filter(([, value]) => value !== undefined);
    return Object.fromEntries(
      attributes.map(([name, value]) => [name, { value, isBlock: false, type: "any", storageClassType: "any" }]),
    );
  }
}
