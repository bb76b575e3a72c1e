import { VsphereProvider, type VsphereProviderConfig } from "@cdktf/provider-vsphere/lib/provider";
import type { Construct } from "constructs";

/** What is known to work: the bindings' own version, up to the next major one. */
const VERSIONS = ">= 2.15.0, < 3.0.0";

/** The bindings' provider without its pin to one version, and without the need to say who logs in. */
export class Provider extends VsphereProvider {
  public override readonly terraformGeneratorMetadata = { providerName: "vsphere", providerVersion: VERSIONS };

  public constructor(scope: Construct, id: string, config: Partial<VsphereProviderConfig>) {
    // The bindings ask for user and password; the provider takes them from the environment where they are left out.
    super(scope, id, config as VsphereProviderConfig);
  }
}
