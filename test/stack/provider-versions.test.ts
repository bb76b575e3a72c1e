import { VsphereProvider } from "@cdktf/provider-vsphere/lib/provider";
import { TerraformStack, Testing } from "cdktf";
import { acceptVersions } from "../../src/stack";

const CONFIG = { user: "user", password: "password", vsphereServer: "localhost" };

/** The version that a stack requires of its vSphere provider. */
function required(stack: TerraformStack): unknown {
  return stack.toTerraform().terraform.required_providers.vsphere.version;
}

describe("acceptVersions", () => {
  test("loosens what pre-built bindings require", () => {
    const stack = new TerraformStack(Testing.app(), "stack");
    const provider = new VsphereProvider(stack, "vsphere", CONFIG);
    expect(required(stack)).toMatch(/^\d+\.\d+\.\d+$/);
    expect(acceptVersions(provider, ">= 2.15.0, < 3.0.0")).toBe(provider);
    expect(required(stack)).toBe(">= 2.15.0, < 3.0.0");
  });

  test("leaves other providers as they are", () => {
    const [one, two] = ["one", "two"].map((id) => new TerraformStack(Testing.app(), id));
    acceptVersions(new VsphereProvider(one!, "vsphere", CONFIG), "~> 2.16");
    new VsphereProvider(two!, "vsphere", CONFIG);
    expect(required(two!)).not.toBe("~> 2.16");
  });
});
