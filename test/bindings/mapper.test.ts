import { Domain, type DomainConfig } from "@cdktf/provider-libvirt/lib/domain";
import { LibvirtProvider } from "@cdktf/provider-libvirt/lib/provider";
import { Volume } from "@cdktf/provider-libvirt/lib/volume";
import { Fn, type IResolvable, Lazy, ref, TerraformIterator, TerraformStack, Testing, Token } from "cdktf";

const REQUIRED = { name: "guest", type: "qemu" };

/** What untyped code may pass. */
const untyped = (config: object) => ({ ...REQUIRED, ...config }) as DomainConfig;

const newStack = (): TerraformStack => new TerraformStack(Testing.app(), "stack");

/** The Terraform configuration of one guest. */
function synthesised(config: object | ((stack: TerraformStack) => object)): Record<string, unknown> {
  const stack = newStack();
  new Domain(stack, "guest", untyped(typeof config === "function" ? config(stack) : config));
  const { name, type, ...attributes } = JSON.parse(Testing.synth(stack)).resource.libvirt_domain.guest;
  return attributes;
}

const lazy = (produce: () => unknown): IResolvable => Lazy.anyValue({ produce });
const local = (name: string): IResolvable => ref(`local.${name}`);

describe("what tokens resolve to is mapped", () => {
  const pins = { cpu_tune: { vcpu_pin: [{ cpu_set: "1", vcpu: 0 }] } };

  test.each<[string, () => object]>([
    ["a Lazy", () => ({ cpuTune: lazy(() => ({ vcpuPin: [{ vcpu: 0, cpuSet: "1" }] })) })],
    ["a Lazy in an object", () => ({ cpuTune: { vcpuPin: lazy(() => [{ vcpu: 0, cpuSet: "1" }]) } })],
    ["a Lazy in a list", () => ({ cpuTune: { vcpuPin: [lazy(() => ({ vcpu: 0, cpuSet: "1" }))] } })],
    [
      "a Lazy of a Lazy",
      () => ({ cpuTune: lazy(() => ({ vcpuPin: lazy(() => [lazy(() => ({ vcpu: 0, cpuSet: "1" }))]) })) }),
    ],
    [
      "a Lazy in an encoded list",
      () => ({ cpuTune: { vcpuPin: Token.asList(lazy(() => [{ vcpu: 0, cpuSet: "1" }])) } }),
    ],
    [
      "a Lazy in an encoded string",
      () => ({ cpuTune: Token.asString(lazy(() => ({ vcpuPin: [{ vcpu: 0, cpuSet: "1" }] }))) }),
    ],
    [
      "a Lazy in an encoded map",
      () => ({ cpuTune: Token.asAnyMap(lazy(() => ({ vcpuPin: [{ vcpu: 0, cpuSet: "1" }] }))) }),
    ],
    ["any other token of an object", () => ({ cpuTune: Token.asAny({ vcpuPin: [{ vcpu: 0, cpuSet: "1" }] }) })],
  ])("%s", (_, config) => {
    expect(synthesised(config())).toEqual(pins);
  });

  test("also when it is known late", () => {
    const disks: object[] = [];
    const stack = newStack();
    new Domain(stack, "guest", { ...REQUIRED, devices: { disks: lazy(() => disks) } });
    disks.push({ target: { dev: "vda" } });
    expect(JSON.parse(Testing.synth(stack)).resource.libvirt_domain.guest.devices).toEqual({
      disks: [{ target: { dev: "vda" } }],
    });
  });

  test("the content of a dynamic list", () => {
    const names = TerraformIterator.fromList(["a", "b"]);
    const interfaces = names.dynamic({ portOptions: { isolated: "yes" }, mac: { address: names.value } });
    expect(synthesised({ devices: { interfaces } })).toEqual({
      devices: {
        interfaces:
          '${[ for key, val in toset(["a", "b"]): {"port_options" = {"isolated" = "yes"}, "mac" = {"address" = val}}]}',
      },
    });
  });

  test("undefined stays undefined", () => {
    expect(
      synthesised({ os: lazy(() => undefined), devices: { disks: [lazy(() => undefined), { serial: "x" }] } }),
    ).toEqual({
      devices: { disks: [{ serial: "x" }] },
    });
  });
});

describe("references and expressions stay as they are", () => {
  test.each<[string, unknown]>([
    ["a reference", local("x")],
    ["an encoded reference", Token.asString(local("x"))],
    ["an encoded list", Token.asList(local("x"))],
    ["an encoded map", Token.asAnyMap(local("x"))],
    ["a Lazy of a reference", lazy(() => local("x"))],
    ["a Lazy of an encoded reference", lazy(() => Token.asString(local("x")))],
    ["plain text", "${local.x}"],
  ])("%s", (_, value) => {
    expect(synthesised({ os: value, devices: { disks: value } })).toEqual({
      os: "${local.x}",
      devices: { disks: "${local.x}" },
    });
  });

  test("within functions", () => {
    expect(synthesised({ devices: { disks: Fn.concat([[], Token.asList(local("x"))]) } })).toEqual({
      devices: { disks: "${concat([], local.x)}" },
    });
  });

  test("in attributes of any primitive type", () => {
    const values = {
      memory: "${local.x}",
      running: Token.asString(local("x")),
      title: local("x"),
      vcpu: Token.asNumber(local("x")),
    };
    expect(synthesised(values)).toEqual({
      memory: "${local.x}",
      running: "${local.x}",
      title: "${local.x}",
      vcpu: "${local.x}",
    });
  });
});

describe("what the schema does not have is refused", () => {
  test.each<[string, object, string]>([
    ["at the top", { memmory: 1 }, 'libvirt_domain "stack/guest" has no attribute memmory. Did you mean memory?'],
    ["in an object", { os: { kernelArgs: "x" } }, "has no attribute os.kernelArgs. Did you mean kernel?"],
    [
      "in a list",
      { devices: { disks: [{}, { tagret: {} }] } },
      "has no attribute devices.disks[1].tagret. Did you mean target?",
    ],
    [
      "deep down",
      { devices: { disks: [{ source: { volume: { pol: 1 } } }] } },
      "devices.disks[0].source.volume.pol. Did you mean pool?",
    ],
    ["in Terraform's names", { cpu_tune: {} }, "has no attribute cpu_tune. Did you mean cpuTune?"],
    [
      "though it resembles nothing",
      { pm: { xyzzyplugh: 1 } },
      "has no attribute pm.xyzzyplugh. Known here: suspendToDisk, suspendToMem.",
    ],
    [
      "that can only be read",
      { uuid: "x" },
      "uuid can only be read: the provider computes it. Leave it out of the config.",
    ],
  ])("%s", (_, config, message) => {
    expect(() => new Domain(newStack(), "guest", untyped(config))).toThrow(message);
  });

  test("leaving no construct behind", () => {
    const stack = newStack();
    expect(() => new Domain(stack, "guest", untyped({ memmory: 1 }))).toThrow();
    expect(stack.node.tryFindChild("guest")).toBeUndefined();
  });

  test("in what a Lazy produces", () => {
    expect(() => synthesised({ devices: { disks: lazy(() => [{ target: { device: "x" } }]) } })).toThrow(
      'libvirt_domain "stack/guest" has no attribute devices.disks[0].target.device. Did you mean dev?',
    );
  });

  test("in a dynamic list", () => {
    const disks = TerraformIterator.fromList(["a"]).dynamic({ tagret: {} });
    expect(() => synthesised({ devices: { disks } })).toThrow(
      "has no attribute devices.disks[].tagret. Did you mean target?",
    );
  });

  test("when an attribute is set later", () => {
    const domain = new Domain(newStack(), "guest", REQUIRED);
    expect(() => domain.putOs({ typ: "hvm" } as never)).toThrow("has no attribute os.typ. Did you mean type?");
    expect(domain.osInput).toBeUndefined();
  });

  test("in a provider", () => {
    const config = { url: "x" } as object;
    expect(() => new LibvirtProvider(newStack(), "libvirt", config)).toThrow(
      'libvirt "stack/libvirt" has no attribute url. Did you mean uri?',
    );
  });
});

describe("values of another kind are refused", () => {
  test.each<[string, object, string]>([
    ["a string for a list", { devices: { disks: "vda" } }, 'devices.disks must be a list, but is the string "vda".'],
    ["an object for a list", { devices: { disks: {} } }, "devices.disks must be a list, but is an object."],
    ["a list for an object", { os: [{}] }, "os must be an object, but is a list."],
    ["a boolean for an object", { os: true }, "os must be an object, but is the boolean true."],
    [
      "a string in a list of objects",
      { devices: { disks: ["vda"] } },
      'devices.disks[0] must be an object, but is the string "vda".',
    ],
    ["a string for a number", { memory: "8" }, 'memory must be a number, but is the string "8".'],
    ["a number for a string", { title: 8 }, "title must be a string, but is the number 8."],
    ["a string for a boolean", { running: "yes" }, 'running must be a boolean, but is the string "yes".'],
    ["no number at all", { memory: Number.NaN }, "memory must be a number, but is the number NaN."],
    ["an object for a string", { title: {} }, "title must be a string, but is an object."],
  ])("%s", (_, config, message) => {
    expect(() => new Domain(newStack(), "guest", untyped(config))).toThrow(`libvirt_domain "stack/guest": ${message}`);
  });

  test("from a Lazy", () => {
    expect(() => synthesised({ os: lazy(() => "hvm") })).toThrow('os must be an object, but is the string "hvm".');
  });
});

test("undefined is left out, null is kept for Terraform", () => {
  const config = { title: undefined, os: { type: undefined, kernel: null }, devices: null };
  expect(synthesised(config)).toEqual({ os: { kernel: null }, devices: null });
});

test("the config is read once", () => {
  const disks = [{ serial: "a" }];
  const stack = newStack();
  new Domain(stack, "guest", { ...REQUIRED, devices: { disks } });
  disks.push({ serial: "b" });
  expect(JSON.parse(Testing.synth(stack)).resource.libvirt_domain.guest.devices.disks).toEqual([{ serial: "a" }]);
});

test("nested attributes are written as attributes in HCL", () => {
  const stack = newStack();
  const volume = new Volume(stack, "volume", { name: "disk", pool: "default" });
  new Domain(stack, "guest", {
    ...REQUIRED,
    memory: 1024,
    running: true,
    devices: { disks: [{ serial: volume.name }] },
  });
  expect(Testing.synthHcl(stack)).toMatchInlineSnapshot(`
"
resource "libvirt_volume" "volume" {
name = "disk"
pool = "default"
}
resource "libvirt_domain" "guest" {
devices = {
disks = [
{
serial = "\${libvirt_volume.volume.name}"
},
]
}
memory = 1024
name = "guest"
running = true
type = "qemu"
}"
`);
});
