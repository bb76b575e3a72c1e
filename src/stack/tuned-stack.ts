import { TerraformStack, Tokenization } from "cdktf";
import type { Construct } from "constructs";
import { synthesiseAllOrNothing } from "./all-or-nothing";
import { resolveTokensOnly } from "./resolution";

/**
 * A `TerraformStack` that synthesises the same JSON in a fraction of the time.
 *
 * cdktf resolves every value of every resource three times. This stack has it resolve only what holds a token, so the
 * effort grows with the number of references, not with the size of the resources. All else is cdktf's own: cross-stack
 * references, outputs, overrides, aspects, validations and metadata.
 *
 * An app with such a stack writes all of its stacks, or nothing where one of them can't be synthesised.
 */
export class TunedStack extends TerraformStack {
  constructor(scope: Construct, id: string) {
    super(scope, id);
    synthesiseAllOrNothing(this);
  }

  override prepareStack(): void {
    resolvingTokensOnly(() => super.prepareStack());
  }

  override toTerraform(): ReturnType<TerraformStack["toTerraform"]> {
    return resolvingTokensOnly(() => super.toTerraform());
  }

  override toHclTerraform(): ReturnType<TerraformStack["toHclTerraform"]> {
    return resolvingTokensOnly(() => super.toHclTerraform());
  }
}

/** Has all that cdktf resolves while `run` runs go through `resolveTokensOnly`: cdktf takes no resolver of ours. */
function resolvingTokensOnly<T>(run: () => T): T {
  const resolve = Tokenization.resolve;
  Tokenization.resolve = (value, options) => resolveTokensOnly(resolve, value, options);
  try {
    return run();
  } finally {
    Tokenization.resolve = resolve;
  }
}
