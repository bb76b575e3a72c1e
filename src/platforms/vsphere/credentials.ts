import type { Construct } from "constructs";
import { TerraformVariable } from "../../cdktf";

/** What the provider logs in with, as references. */
interface Login {
  readonly user: string;
  readonly password: string;
}

/** Where user and password come from. They are never part of what is synthesised. */
export class VsphereCredentials {
  /** `VSPHERE_USER` and `VSPHERE_PASSWORD` of whoever runs Terraform. */
  public static environment(): VsphereCredentials {
    return new VsphereCredentials(() => undefined);
  }

  /**
   * Two sensitive Terraform variables without defaults, called after the platform's alias: `vsphere_user` and `vsphere_password`.
   * Set them as `TF_VAR_vsphere_user`, from a secret store, or where Terraform asks.
   */
  public static variables(): VsphereCredentials {
    return new VsphereCredentials((scope, alias) => ({
      user: declare(scope, alias, "user", "User that Terraform logs in to vCenter with"),
      password: declare(scope, alias, "password", "Password of that user"),
    }));
  }

  private constructor(
    /** @internal */
    public readonly _login: (scope: Construct, alias: string) => Login | undefined,
  ) {}
}

function declare(scope: Construct, alias: string, what: string, description: string): string {
  const variable = new TerraformVariable(scope, what, {
    type: "string",
    sensitive: true,
    nullable: false,
    description,
  });
  variable.overrideLogicalId(`${alias}_${what}`);
  return variable.stringValue;
}
