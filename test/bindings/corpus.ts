/**
 * Stacks to synthesise with cdktf's own classes and with ours alike. What comes of them with cdktf's lies in `golden/`.
 */
import { join } from "node:path";
import {
  Fn,
  type IResolvable,
  Lazy,
  ref,
  TerraformCount,
  type TerraformElement,
  TerraformIterator,
  TerraformOutput,
  TerraformStack,
  TerraformVariable,
  Testing,
  Token,
} from "cdktf";
import { type Element, elementsOf } from "../../bindings/libvirt/src/generator/elements";
import {
  isSettable,
  readSchema,
  type SchemaAttribute,
  type SchemaType,
} from "../../bindings/libvirt/src/generator/schema";
import { propertyName } from "../../bindings/libvirt/src/runtime/names";

const ELEMENTS = elementsOf(readSchema(join(__dirname, "..", "..", "bindings", "libvirt", "schema.json")));

/** cdktf's classes or ours, typed as ours are. */
interface Classes {
  readonly Domain: typeof import("@cdktf/provider-libvirt/lib/domain").Domain;
  readonly LibvirtProvider: typeof import("@cdktf/provider-libvirt/lib/provider").LibvirtProvider;
  readonly Network: typeof import("@cdktf/provider-libvirt/lib/network").Network;
  readonly Volume: typeof import("@cdktf/provider-libvirt/lib/volume").Volume;
}

/** What the cases do where the classes do it in different ways, or where any class will do. */
interface Binding {
  readonly classes: Classes;
  /** The class of any name. */
  classOf(element: Element): new (stack: TerraformStack, id: string, config: object) => TerraformElement;
  /** A reference to a nested attribute, by its path in TypeScript's names. */
  reference(element: TerraformElement, path: string): unknown;
}

type Case = (stack: TerraformStack, binding: Binding) => void;

/** The Terraform configuration that a case comes to. */
export function synthesise(makeCase: Case, binding: Binding): unknown {
  const stack = new TerraformStack(Testing.app(), "stack");
  makeCase(stack, binding);
  return JSON.parse(Testing.synth(stack));
}

/** Loads all modules of either kind of classes. */
export function loadClasses(load: (module: string) => object): Pick<Binding, "classes" | "classOf"> {
  const classes = Object.assign({}, ...ELEMENTS.map(({ module }) => load(module)));
  return { classes, classOf: ({ className }) => classes[className] };
}

/** Gives each value that it makes a number of its own, so that none can stand where another belongs. */
class ConfigMaker {
  private count = 0;

  /** Sets every attribute at every depth; lists get as many items as said. */
  full(attributes: Readonly<Record<string, SchemaAttribute>>, items: number): Record<string, unknown> {
    const settable = Object.entries(attributes).filter(([, attribute]) => isSettable(attribute));
    return Object.fromEntries(settable.map(([name, attribute]) => [propertyName(name), this.value(attribute, items)]));
  }

  private value({ type, nested_type: nested }: SchemaAttribute, items: number): unknown {
    if (nested === undefined) {
      return this.simple(type!, items);
    }
    const item = () => this.full(nested.attributes ?? {}, 1);
    return nested.nesting_mode === "single" ? item() : Array.from({ length: items }, item);
  }

  private simple(type: SchemaType, items: number): unknown {
    this.count++;
    switch (type) {
      case "string":
        return `v${this.count}`;
      case "number":
        return this.count;
      case "bool":
        return this.count % 2 === 0;
      default:
        return Array.from({ length: items }, () => this.simple(type[1], items));
    }
  }
}

/** Only the attributes that must be set, and what is nested, with nothing in it. */
function emptyConfig(attributes: Readonly<Record<string, SchemaAttribute>>): Record<string, unknown> {
  const entries = Object.entries(attributes).filter(([, attribute]) => isSettable(attribute));
  return Object.fromEntries(
    entries.map(([name, { required, nested_type: nested }]) => {
      const empty = nested === undefined ? undefined : nested.nesting_mode === "single" ? {} : [];
      return [propertyName(name), required && nested === undefined ? "x" : empty];
    }),
  );
}

/** The paths of all attributes that hold no others. */
function leafPaths(attributes: Readonly<Record<string, SchemaAttribute>>, before = ""): string[] {
  return Object.entries(attributes).flatMap(([name, { type, nested_type: nested }]) => {
    const path = before + propertyName(name);
    if (nested === undefined) {
      return typeof type === "string" ? [path] : [];
    }
    return leafPaths(nested.attributes ?? {}, `${path}${nested.nesting_mode === "single" ? "" : "[1]"}.`);
  });
}

/** Outputs of what a class gives for its attributes: each of the first level, and some of the deeper ones. */
function outputReferences(stack: TerraformStack, binding: Binding, element: Element): void {
  const construct = new (binding.classOf(element))(stack, "it", emptyConfig(element.attributes));
  const output = (name: string, value: unknown) => new TerraformOutput(stack, `out-${name}`, { value });
  for (const name of Object.keys(element.attributes)) {
    output(name, (construct as unknown as Record<string, unknown>)[propertyName(name)]);
  }
  const nested = leafPaths(element.attributes).filter((path) => path.includes("."));
  const every = Math.ceil(nested.length / 200);
  for (const path of nested.filter((_, index) => index % every === 0)) {
    output(path.replace(/[.[\]]/g, "_"), binding.reference(construct, path));
  }
}

const systematic = ELEMENTS.flatMap((element): [string, Case][] => {
  const make = (config: object) => (stack: TerraformStack, binding: Binding) => {
    new (binding.classOf(element))(stack, "it", config);
  };
  return [
    [`full ${element.module}`, make(new ConfigMaker().full(element.attributes, element.module === "domain" ? 1 : 2))],
    [`empty ${element.module}`, make(emptyConfig(element.attributes))],
    ...(element.kind === "provider"
      ? []
      : [
          [`references to ${element.module}`, (stack, binding) => outputReferences(stack, binding, element)] as [
            string,
            Case,
          ],
        ]),
  ];
});

/** A token that resolves to a reference. */
const token = (name: string): IResolvable => ref(`local.${name}`);

const GUEST = { name: "guest", type: "qemu" };
const VOLUME = { name: "disk", pool: "default" };

const written: Readonly<Record<string, Case>> = {
  "tokens of every form": (stack, { classes: { Domain } }) => {
    new Domain(stack, "it", {
      ...GUEST,
      title: Token.asString(token("title")),
      description: `before ${Token.asString(token("text"))} after ${Token.asNumber(token("number"))}`,
      memory: Token.asNumber(token("memory")),
      running: token("running"),
      os: { type: Token.asString(token("type")), initArgs: Token.asList(token("args")) },
      secLabel: token("labels"),
      clock: token("clock"),
      devices: {
        disks: [token("disk"), { device: "disk", source: token("source") }],
        interfaces: Lazy.anyValue({ produce: () => token("interfaces") }),
      },
    });
  },

  "Lazies of plain values": (stack, { classes: { Domain } }) => {
    const names: string[] = [];
    new Domain(stack, "it", {
      ...GUEST,
      title: Lazy.stringValue({ produce: () => names.join("+") }),
      vcpu: Lazy.numberValue({ produce: () => names.length }),
      autostart: Lazy.anyValue({ produce: () => names.length > 1 }),
      description: Lazy.stringValue({ produce: () => undefined as never }),
      os: { type: "hvm", initArgs: Lazy.listValue({ produce: () => names }) },
    });
    names.push("a", "b");
  },

  "expressions in plain text": (stack, { classes: { Domain } }) => {
    const untyped = { memory: "${var.memory}", devices: { disks: "${var.disks}" }, running: "${var.running}" };
    new Domain(stack, "it", { ...GUEST, title: "${upper(var.title)} %{ if true }x%{ endif }", ...(untyped as object) });
  },

  "null and undefined": (stack, { classes: { Domain } }) => {
    const untyped = {
      title: null,
      memory: null,
      running: undefined,
      os: undefined,
      devices: { disks: null, tpms: undefined },
    };
    new Domain(stack, "it", { ...GUEST, ...(untyped as object) });
  },

  "functions of Terraform": (stack, { classes: { Domain, Volume } }) => {
    const volume = new Volume(stack, "volume", { ...VOLUME, capacity: Token.asNumber(Fn.max([1, 2])) });
    const title = Fn.join("-", [volume.name, Fn.upper(volume.pool), Fn.tostring(volume.capacity)]);
    new Domain(stack, "it", { ...GUEST, title, devices: { disks: [{ serial: Fn.sha1(volume.id) }] } });
  },

  "references in nested values": (stack, { classes: { Domain, Volume } }) => {
    const volumes = ["a", "b"].map((id) => new Volume(stack, id, { ...VOLUME, name: id }));
    const disks = volumes.map(({ pool, name, path }) => ({
      source: { volume: { pool, volume: name } },
      serial: `on ${path}`,
    }));
    new Domain(stack, "it", { ...GUEST, devices: { disks } });
  },

  count: (stack, { classes: { Domain, Volume } }) => {
    const count = TerraformCount.of(3);
    const volume = new Volume(stack, "volume", { ...VOLUME, count, name: `disk ${count.index}` });
    new Domain(stack, "it", { ...GUEST, count: 2, title: volume.name });
  },

  "for each": (stack, { classes: { Domain, Volume } }) => {
    const variable = new TerraformVariable(stack, "sizes", { type: "map(number)" });
    const sizes = TerraformIterator.fromMap(variable.value);
    const volume = new Volume(stack, "volume", {
      forEach: sizes,
      name: sizes.key,
      pool: "p",
      capacity: Token.asNumber(sizes.value),
    });
    const chained = TerraformIterator.fromResources(volume);
    new Domain(stack, "it", { forEach: chained, name: chained.getString("name"), type: "qemu", title: volume.name });
  },

  "a dynamic list": (stack, { classes: { Domain } }) => {
    const names = TerraformIterator.fromList(["vda", "vdb"]);
    new Domain(stack, "it", {
      ...GUEST,
      devices: { disks: names.dynamic({ serial: names.value, target: { dev: names.value } }) },
    });
  },

  "lifecycle and dependencies": (stack, { classes: { Domain, Volume } }) => {
    const volume = new Volume(stack, "volume", VOLUME);
    new Domain(stack, "it", {
      ...GUEST,
      dependsOn: [volume],
      lifecycle: {
        createBeforeDestroy: true,
        ignoreChanges: ["devices", "memory"],
        replaceTriggeredBy: [volume, "terraform_data.x"],
        precondition: [{ condition: volume.name, errorMessage: "no disk" }],
      },
    });
  },

  "provisioners and a connection": (stack, { classes: { Domain } }) => {
    new Domain(stack, "it", {
      ...GUEST,
      connection: { type: "ssh", host: "guest" },
      provisioners: [{ type: "local-exec", command: "true", workingDir: "/" }],
    });
  },

  "provider aliases": (stack, { classes: { Domain, LibvirtProvider, Network } }) => {
    new LibvirtProvider(stack, "first", { uri: "qemu:///system" });
    const second = new LibvirtProvider(stack, "second", { uri: Token.asString(token("uri")), alias: "second" });
    new Domain(stack, "it", { ...GUEST, provider: second });
    new Network(stack, "network", { name: "net", provider: second, domain: { name: "test" } });
    second.alias = "renamed";
  },

  overrides: (stack, { classes: { Domain, Volume } }) => {
    const domain = new Domain(stack, "it", { ...GUEST, memory: 1, devices: { disks: [{ device: "disk" }] } });
    domain.addOverride("memory", 2);
    domain.addOverride("devices.disks", [{ device: "cdrom" }]);
    domain.addOverride("devices.new.one", new Volume(stack, "volume", VOLUME).path);
    domain.addOverride("type", undefined);
    domain.overrideLogicalId("renamed");
  },

  "overrides within lists": (stack, { classes: { Domain } }) => {
    const sysInfo = [{ fwCfg: { entry: [{ name: "a", value: "1" }] } }];
    const domain = new Domain(stack, "it", { ...GUEST, os: { type: "exe", initArgs: ["a"] }, sysInfo });
    domain.addOverride("sys_info.0.fw_cfg.entry", [{ name: "b" }]);
    domain.addOverride("sys_info.1", { smbios: {} });
    domain.addOverride("os.init_args", ["b"]);
    domain.toTerraform();
  },

  "attributes that are set, put and reset later": (stack, { classes: { Domain } }) => {
    const domain = new Domain(stack, "it", {
      ...GUEST,
      memory: 1,
      title: "x",
      os: { type: "hvm" },
      secLabel: [{ type: "x" }],
    });
    domain.memory = 2;
    domain.vcpu = 4;
    domain.resetTitle();
    domain.putOs({ type: "exe", bootDevices: [{ dev: "hd" }] });
    domain.putDevices({ disks: [{ device: "disk" }] });
    domain.resetSecLabel();
    new TerraformOutput(stack, "inputs", {
      value: [domain.memoryInput, domain.vcpuInput, domain.titleInput, domain.nameInput],
    });
  },

  "moves and imports": (stack, { classes: { Domain, Volume } }) => {
    new Domain(stack, "old", GUEST).moveTo("target");
    new Domain(stack, "new", GUEST).addMoveTarget("target");
    new Domain(stack, "imported", GUEST).importFrom("uuid");
    Volume.generateConfigForImport(stack, "existing", "key");
  },
};

export const CASES: readonly (readonly [name: string, makeCase: Case])[] = [...systematic, ...Object.entries(written)];
