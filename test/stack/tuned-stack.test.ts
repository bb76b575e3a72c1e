import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Domain, type DomainConfig } from "@cdktf/provider-libvirt/lib/domain";
import { LibvirtProvider } from "@cdktf/provider-libvirt/lib/provider";
import { Volume } from "@cdktf/provider-libvirt/lib/volume";
import { VsphereProvider } from "@cdktf/provider-vsphere/lib/provider";
import { VirtualMachine } from "@cdktf/provider-vsphere/lib/virtual-machine";
import {
  Annotations,
  App,
  Aspects,
  AssetType,
  DataResource,
  Fn,
  HttpBackend,
  type IAspect,
  Lazy,
  TerraformAsset,
  TerraformCount,
  TerraformElement,
  TerraformHclModule,
  TerraformIterator,
  TerraformLocal,
  TerraformOutput,
  TerraformResource,
  TerraformStack,
  TerraformVariable,
  Testing,
  Token,
  Tokenization,
} from "cdktf";
import { Construct, type IConstruct } from "constructs";
import { TunedStack } from "../../src/stack";

type Scenario = (app: App, Stack: typeof TerraformStack) => void;

const GUEST: DomainConfig = { name: "guest", type: "qemu", memory: 1024, devices: { disks: [{ device: "disk" }] } };

function guest(scope: Construct, id: string, config: Partial<DomainConfig> = {}): Domain {
  return new Domain(scope, id, { ...GUEST, ...config });
}

/** A stack that has its provider. */
function stackIn(app: App, Stack: typeof TerraformStack, id = "stack"): TerraformStack {
  const stack = new Stack(app, id);
  new LibvirtProvider(stack, "libvirt", { uri: "qemu:///system" });
  return stack;
}

const aspect = (visit: (node: IConstruct) => void): IAspect => ({ visit });

/** What cdktf refuses, and why. All other scenarios must come to a synthesis. */
const REFUSED: Readonly<Record<string, string>> = {
  "references in both directions": "circular dependency",
  "an override that is a function": "non-data object",
  "an override that is a construct": "Maximum call stack size exceeded",
  "annotations, of which one is an error": "Encountered Annotations",
  "validations that fail": "Validation failed",
  "a provider that is missing": "Validation failed",
  "a Lazy that fails": "nobody has said",
};

const SCENARIOS: Readonly<Record<string, Scenario>> = {
  "an empty stack": (app, Stack) => new Stack(app, "stack"),

  "resources without tokens": (app, Stack) => {
    const stack = stackIn(app, Stack);
    guest(stack, "one");
    guest(stack, "two", { devices: {}, title: undefined });
  },

  "references between resources": (app, Stack) => {
    const stack = stackIn(app, Stack);
    const volume = new Volume(stack, "volume", { name: "disk", pool: "default" });
    const disks = [{ source: { volume: { pool: volume.pool, volume: volume.name } } }, { target: { dev: "vdb" } }];
    guest(stack, "guest", { title: `on ${volume.path}`, memory: volume.capacity, devices: { disks } });
  },

  "nested constructs": (app, Stack) => {
    const stack = stackIn(app, Stack);
    const group = new Construct(new Construct(stack, "outer"), "inner");
    const first = guest(group, "Resource");
    guest(group, "Default", { title: first.name });
    guest(new Construct(stack, "a b"), "ab", { dependsOn: [first] });
  },

  "a stack within a stack": (app, Stack) => {
    const stack = stackIn(app, Stack);
    const first = guest(stack, "guest");
    const inner = new Stack(stack, "inner");
    new LibvirtProvider(inner, "libvirt", {});
    guest(inner, "guest", { title: first.name });
  },

  "references to another stack": (app, Stack) => {
    const [one, two, three] = ["one", "two", "three"].map((id) => stackIn(app, Stack, id));
    const first = guest(one!, "guest");
    const second = guest(two!, "guest", { title: first.name, memory: first.memory });
    guest(three!, "guest", {
      title: `${first.name} ${second.title}`,
      description: second.ref("devices.disks[0].device"),
    });
    new TerraformOutput(three!, "out", { value: first.uuid });
  },

  "references to a later stack": (app, Stack) => {
    const one = stackIn(app, Stack, "one");
    const two = stackIn(app, Stack, "two");
    guest(one, "guest", { title: guest(two, "guest").name });
  },

  "references in both directions": (app, Stack) => {
    const one = stackIn(app, Stack, "one");
    const two = stackIn(app, Stack, "two");
    const first = guest(one, "guest");
    guest(one, "second", { title: guest(two, "guest", { title: first.name }).name });
  },

  "a reference to another stack that an aspect adds": (app, Stack) => {
    const first = guest(stackIn(app, Stack, "one"), "guest");
    const two = stackIn(app, Stack, "two");
    guest(two, "guest");
    const set = (node: IConstruct) => node instanceof Domain && node.addOverride("title", first.name);
    Aspects.of(two).add(aspect(set));
  },

  "a reference to a tuned stack from a plain one, and back": (app, Stack) => {
    const first = guest(stackIn(app, TerraformStack, "plain"), "guest");
    const second = guest(stackIn(app, Stack, "tuned"), "guest", { title: first.name });
    guest(stackIn(app, TerraformStack, "after"), "guest", { title: second.name });
  },

  outputs: (app, Stack) => {
    const stack = stackIn(app, Stack);
    const first = guest(stack, "guest");
    new TerraformOutput(stack, "plain", { value: { a: [1, { b: undefined }] }, description: "x", sensitive: true });
    new TerraformOutput(new Construct(stack, "group"), "fixed", { value: first, staticId: true, dependsOn: [first] });
    new TerraformOutput(stack, "list", { value: [first.name, "x"] }).addOverride("ephemeral", true);
  },

  overrides: (app, Stack) => {
    const stack = stackIn(app, Stack);
    const volume = new Volume(stack, "volume", { name: "disk", pool: "default" });
    const first = guest(stack, "guest");
    first.addOverride("devices.disks", [{ target: { dev: "vda" } }]);
    first.addOverride("memory", undefined);
    first.addOverride("os.type", "hvm");
    first.addOverride("new.nested.value", { a: [{ b: 1 }] });
    guest(stack, "tokens").addOverride("title", `${volume.path}!`);
    guest(stack, "deep").addOverride("devices.interfaces", [{ mac: { address: volume.key } }, { mtu: { size: 9000 } }]);
    guest(stack, "lazy").addOverride("cpu", Lazy.anyValue({ produce: () => ({ mode: "custom", x: undefined }) }));
    guest(stack, "key").addOverride("//.note", { [volume.name]: 1 });
  },

  "overrides within lists": (app, Stack) => {
    const stack = stackIn(app, Stack);
    const sysInfo = [{ fwCfg: { entry: [{ name: "a", value: "1" }] } }];
    const first = guest(stack, "first", { sysInfo });
    first.addOverride("sys_info.0.fw_cfg.entry", [{ name: "b" }]);
    guest(stack, "second", { sysInfo }).addOverride("sys_info.0.fw_cfg.entry", [{ name: first.name }]);
  },

  "overrides of the stack": (app, Stack) => {
    const stack = stackIn(app, Stack);
    const first = guest(stack, "guest");
    guest(stack, "gone");
    stack.addOverride("terraform.backend", { remote: { organization: "test", workspaces: { name: "test" } } });
    stack.addOverride("resource.libvirt_domain.guest.devices.disks", [{ device: "cdrom" }]);
    stack.addOverride("resource.libvirt_domain.guest.title", first.name);
    stack.addOverride("resource.libvirt_domain.gone", undefined);
    stack.addOverride("resource.libvirt_domain.added", { name: "added", type: "qemu" });
  },

  "an override that is a function": (app, Stack) => {
    const stack = stackIn(app, Stack);
    guest(stack, "guest").addOverride("title", () => "x");
  },

  "an override that is a construct": (app, Stack) => {
    const stack = stackIn(app, Stack);
    guest(stack, "guest").addOverride("a.b", { c: stack });
  },

  "ids that collide": (app, Stack) => {
    const stack = stackIn(app, Stack);
    guest(stack, "a b", { title: "first", os: { type: "hvm" } });
    guest(stack, "ab", { memory: 1, devices: { disks: [{ device: "cdrom" }] } });
    guest(stack, "other").overrideLogicalId("ab");
  },

  "aspects that change what is there and add to it": (app, Stack) => {
    const stack = stackIn(app, Stack);
    const first = guest(stack, "guest");
    const visit = (node: IConstruct): void => {
      if (node instanceof Domain && node.node.id === "guest") {
        node.memory = 4096;
        node.title = `${first.name} changed`;
        guest(stack, "added", { title: first.uuid });
      }
    };
    Aspects.of(stack).add(aspect(visit));
  },

  "an aspect that adds an aspect": (app, Stack) => {
    const stack = stackIn(app, Stack);
    guest(stack, "guest");
    Aspects.of(stack).add(aspect((node) => Aspects.of(node).add(aspect(() => {}))));
  },

  "annotations, of which one is an error": (app, Stack) => {
    const stack = stackIn(app, Stack);
    Annotations.of(guest(stack, "guest")).addWarning("careful");
    Annotations.of(guest(stack, "second")).addError("not like this");
  },

  "validations that fail": (app, Stack) => {
    const stack = stackIn(app, Stack);
    guest(stack, "guest").node.addValidation({ validate: () => ["too small", "too old"] });
  },

  "a provider that is missing": (app, Stack) => guest(new Stack(app, "stack"), "guest"),

  "a Lazy that depends on what is added later": (app, Stack) => {
    const stack = stackIn(app, Stack);
    const names: string[] = [];
    const title = Lazy.stringValue({ produce: () => names.join(",") });
    const disks = Lazy.anyValue({ produce: () => names.map((dev) => ({ target: { dev } })) });
    guest(stack, "guest", { title, devices: { disks } });
    names.push("vda", "vdb");
  },

  "a Lazy that fails": (app, Stack) => {
    const produce = (): string => {
      throw new Error("nobody has said");
    };
    guest(stackIn(app, Stack), "guest", { title: Lazy.stringValue({ produce }) });
  },

  "a Lazy that looks at another resource": (app, Stack) => {
    const stack = stackIn(app, Stack);
    const first = guest(stack, "first");
    guest(stack, "second", { title: Lazy.stringValue({ produce: () => JSON.stringify(first.toTerraform()) }) });
  },

  "dependencies, lifecycle, provisioners and a connection": (app, Stack) => {
    const stack = stackIn(app, Stack);
    const first = guest(stack, "first");
    guest(stack, "second", {
      dependsOn: [first, new DataResource(stack, "data", { input: { a: [1] } })],
      lifecycle: { preventDestroy: true, ignoreChanges: ["memory"], replaceTriggeredBy: [first, "libvirt_volume.x"] },
      connection: { type: "ssh", host: first.name },
      provisioners: [{ type: "local-exec", command: `echo ${first.name}` }],
    });
  },

  "functions of Terraform": (app, Stack) => {
    const stack = stackIn(app, Stack);
    const first = guest(stack, "first");
    const title = Fn.join("-", [first.name, Fn.upper("x"), Token.asString(Fn.jsonencode({ a: [1, first.memory] }))]);
    guest(stack, "second", { title, memory: Token.asNumber(Fn.max([first.memory, 1024])) });
  },

  "iterators and count": (app, Stack) => {
    const stack = stackIn(app, Stack);
    const list = new TerraformVariable(stack, "names", { type: "set(string)", default: ["a", "b"] });
    const iterator = TerraformIterator.fromList(list.listValue);
    const each = new Volume(stack, "each", {
      forEach: iterator,
      name: Token.asString(iterator.value),
      pool: "default",
    });
    const chained = TerraformIterator.fromResources(each);
    new Volume(stack, "chained", { forEach: chained, name: chained.getString("name"), pool: "default" });
    const count = TerraformCount.of(3);
    guest(stack, "counted", { count, title: `guest ${count.index}` });
    guest(stack, "dynamic", { devices: { disks: iterator.dynamic({ target: { dev: iterator.value } }) } });
  },

  "moved and imported resources": (app, Stack) => {
    const stack = stackIn(app, Stack);
    guest(stack, "old").moveTo("target");
    guest(stack, "new").addMoveTarget("target");
    guest(stack, "imported").importFrom("some-uuid");
    guest(stack, "renamed").moveFromId("libvirt_domain.before");
  },

  "variables, locals, modules and assets": (app, Stack) => {
    const stack = stackIn(app, Stack);
    const variable = new TerraformVariable(stack, "variable", { type: "number", default: 1, sensitive: true });
    const local = new TerraformLocal(stack, "local", { a: [variable.value, { b: 1 }] });
    const module = new TerraformHclModule(stack, "module", {
      source: "./x",
      skipAssetCreationFromLocalModules: true,
      variables: { a: local.expression, b: { c: [1] } },
    });
    const asset = new TerraformAsset(stack, "asset", { path: __filename, type: AssetType.FILE });
    guest(stack, "guest", {
      memory: variable.numberValue,
      title: module.getString("out"),
      description: asset.fileName,
    });
  },

  "a backend, and providers with aliases": (app, Stack) => {
    const stack = stackIn(app, Stack);
    new HttpBackend(stack, { address: "https://localhost/state" });
    const other = new LibvirtProvider(stack, "other", { uri: "qemu+ssh://other/system", alias: "other" });
    const third = new LibvirtProvider(stack, "third", { uri: guest(stack, "first").name, alias: "third" });
    guest(stack, "second", { provider: other });
    guest(stack, "third-guest", { provider: third });
  },

  "classes of another provider, with blocks": (app, Stack) => {
    const stack = stackIn(app, Stack);
    new VsphereProvider(stack, "vsphere", { user: "u", password: "p", vsphereServer: "localhost" });
    const nodes = TerraformIterator.fromList(["a", "b"]);
    const common = { name: "vm", resourcePoolId: "pool", numCpus: 2, firmware: undefined };
    const first = new VirtualMachine(stack, "first", {
      ...common,
      networkInterface: [{ networkId: "net", adapterType: "vmxnet3" }, { networkId: "net2" }],
      disk: [{ label: "disk0", size: 10, unitNumber: 0 }],
      extraConfig: { "ethernet0.ctxPerDev": "1", "with.token": guest(stack, "guest").name },
    });
    const disk = nodes.dynamic({ label: nodes.value, size: 10 });
    new VirtualMachine(stack, "second", { ...common, name: first.networkInterface.get(0).macAddress, disk });
    new VirtualMachine(stack, "third", { ...common, networkInterface: [{ networkId: first.id }, { networkId: "n" }] });
  },

  "elements with a synthesis of their own": (app, Stack) => {
    class Odd extends Domain {
      override toTerraform() {
        return {
          ...super.toTerraform(),
          extra: { [this.node.id]: [new Date(0), { name: this.name, plain: { a: 1 } }] },
        };
      }
    }
    class Bare extends TerraformElement {
      override toTerraform() {
        return { locals: { a: 1 }, none: undefined };
      }
      override toMetadata() {
        return { bare: ["x", Token.asString(1)] };
      }
    }
    class Plain extends TerraformResource {
      protected override synthesizeAttributes() {
        return { attribute: undefined, list: [undefined, { a: undefined, b: 1 }], token: this.fqn };
      }
    }
    const stack = stackIn(app, Stack);
    new Odd(stack, "odd", GUEST);
    new Bare(stack, "bare");
    new Plain(stack, "plain", { terraformResourceType: "terraform_data" });
  },
};

/** All files that a synthesis writes, or the error it ends in, first line only: the rest tells where tokens were made. */
function synthesised(scenario: Scenario, Stack: typeof TerraformStack, hclOutput: boolean): Record<string, string> {
  const outdir = mkdtempSync(join(tmpdir(), "tuned-stack-"));
  try {
    const app = new App({ outdir, hclOutput });
    scenario(app, Stack);
    app.synth();
    const files = readdirSync(outdir, { recursive: true, withFileTypes: true }).filter((file) => file.isFile());
    const paths = files.map((file) => join(file.parentPath, file.name));
    return Object.fromEntries(
      paths.map((path) => [path.slice(outdir.length), withoutOurFrames(readFileSync(path, "utf8"))]),
    );
  } catch (error) {
    return { error: (error as Error).message.split("\n")[0]! };
  } finally {
    rmSync(outdir, { recursive: true });
  }
}

/** Stack traces are part of what is written, and `TunedStack` is in them. */
const withoutOurFrames = (text: string): string =>
  text
    .split("\n")
    .filter((line) => !line.includes("all-or-nothing.ts"))
    .join("\n");

/** Runs the same with both classes, from the same place, as stack traces are part of what is written. */
const withBoth = <T>(run: (Stack: typeof TerraformStack) => T): T[] => [TerraformStack, TunedStack].map(run);

describe("TunedStack", () => {
  describe("synthesises what TerraformStack does", () => {
    test.each(Object.entries(SCENARIOS))("with %s", (name, scenario) => {
      const [expected, actual] = withBoth((Stack) => synthesised(scenario, Stack, false));
      expect(actual).toEqual(expected);
      expect(expected!.error ?? "none").toContain(REFUSED[name] ?? "none");
    });

    test.each(Object.entries(SCENARIOS))("as HCL, with %s", (_, scenario) => {
      process.env.SYNTH_HCL_OUTPUT = "true";
      try {
        const [expected, actual] = withBoth((Stack) => synthesised(scenario, Stack, true));
        expect(actual).toEqual(expected);
      } finally {
        delete process.env.SYNTH_HCL_OUTPUT;
      }
    });

    test.each(Object.entries(SCENARIOS))("in Testing.synth, with %s", (_, scenario) => {
      const [expected, actual] = withBoth((Stack) => {
        const app = Testing.app();
        scenario(app, Stack);
        const stacks = app.node.findAll().filter(TerraformStack.isStack);
        try {
          return stacks.map((stack) => Testing.synth(stack));
        } catch (error) {
          return (error as Error).message.split("\n")[0];
        }
      });
      expect(actual).toEqual(expected);
    });
  });

  test("prepares references to other stacks", () => {
    const app = Testing.app();
    const first = guest(stackIn(app, TunedStack, "one"), "guest");
    const two = stackIn(app, TunedStack, "two") as TunedStack;
    guest(two, "guest", { title: first.name });
    two.prepareStack();
    expect(two.dependencies.map((stack) => stack.node.id)).toEqual(["one"]);
  });

  test("leaves cdktf's resolve in place, also after an error", () => {
    const { resolve } = Tokenization;
    const stack = stackIn(Testing.app(), TunedStack);
    guest(stack, "guest").addOverride("title", () => "x");
    expect(() => stack.toTerraform()).toThrow("function");
    expect(Tokenization.resolve).toBe(resolve);
  });

  test("gives a document of its own", () => {
    const stack = stackIn(Testing.app(), TunedStack);
    guest(stack, "guest");
    stack.toTerraform().resource.libvirt_domain.guest.devices.disks.push("x");
    expect(stack.toTerraform().resource.libvirt_domain.guest.devices.disks).toEqual([{ device: "disk" }]);
  });
});
