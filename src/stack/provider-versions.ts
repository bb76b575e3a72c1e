import type { TerraformProvider } from "cdktf";

/**
 * Has a provider accept other releases than the one release that pre-built bindings require.
 *
 * @param constraint - A version constraint of Terraform's, such as `>= 2.15.0, < 3.0.0`.
 * @returns The provider.
 */
export function acceptVersions<P extends TerraformProvider>(provider: P, constraint: string): P {
  // cdktf writes the release, where bindings name one, in preference to their constraint.
  Object.assign(provider.terraformGeneratorMetadata ?? {}, { providerVersion: constraint });
  return provider;
}
