import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type TerraformResource, TerraformVariable } from "cdktf";
import {
  Boot,
  DataSize,
  StorageBackend,
  StorageTier,
  SwitchBacking,
  type TunedVm,
  type TunedVmDiskOptions,
} from "virtuned";
import { LibvirtProgram } from "../../support/libvirt";
import type { Attributes, Synthesis } from "../../support/synthesis";

/** A guest with a NIC and a disk, whose every definition can be changed before it is synthesised. */
function program(change: (parts: ReturnType<typeof build>) => void = () => {}) {
  const parts = build();
  change(parts);
  return parts.lab.synthesise();
}

function build(backing = SwitchBacking.nat("10.20.0.0/24")) {
  const lab = new LibvirtProgram();
  const fabric = lab.switch("fabric", { backing });
  const tiers = {
    standard: StorageTier.on(StorageBackend.directory("/srv/vms")),
    archive: StorageTier.on(StorageBackend.directory("/srv/old")),
  };
  const pool = lab.pool("storage", { tiers, protectData: false });
  const disk = { pool, tier: "standard", size: DataSize.gibibytes(10) } as const;
  const vm = lab.vm("vm");
  vm.addNic("db", { segment: fabric.addVlanSegment("db") });
  vm.addDisk("data", disk);
  const child = (path: string) =>
    lab.stack.node
      .findChild(path.split("/")[0]!)
      .node.findAll()
      .find(({ node }) => node.path === `prod/${path}`) as TerraformResource;
  return { lab, fabric, vm, disk, resource: child };
}

/** What says whether each thing is as it was, by the construct that says it. */
function fingerprints(synthesis: Synthesis) {
  const data = (part: string): Attributes => synthesis.one("terraform_data", part);
  return {
    domain: data("vm_Power").triggers_replace.definition,
    network: data("fabric_kvm1_Definition").input,
    pool: data("storage_standard_kvm1_Definition").input,
    volume: Object.values(data("vm_Definition").input)[0],
  };
}

const BEFORE = fingerprints(program());

describe("fingerprints", () => {
  test("are short hashes", () => {
    expect(Object.values(BEFORE)).toEqual(Array(4).fill({ definition: expect.stringMatching(/^[0-9a-f]{16}$/) }));
  });

  test("stay while nothing changes", () => expect(fingerprints(program())).toEqual(BEFORE));

  test.each<[keyof typeof BEFORE, string, (resource: TerraformResource) => void]>([
    ["domain", "vm/Resource", (domain) => domain.addOverride("devices.disks.0.driver.cache", "writeback")],
    ["domain", "vm/Resource", (domain) => domain.addOverride("on_crash", "restart")],
    ["network", "fabric/kvm1/Resource", (network) => network.addOverride("domain.name", "lab.example")],
    ["pool", "storage/standard/kvm1/Resource", (pool) => pool.addOverride("target.permissions.mode", "0711")],
    ["volume", "vm/data/Resource", (volume) => volume.addOverride("target.permissions.mode", "0600")],
  ])("of a %s change with an override", (kind, path, override) => {
    const after = fingerprints(program(({ resource }) => override(resource(path))));
    expect(after).toEqual({ ...BEFORE, [kind]: { definition: expect.not.stringMatching(BEFORE[kind].definition) } });
  });

  test.each<[string, (resource: TerraformResource) => void]>([
    ["what it waits for", (domain) => domain.addOverride("depends_on", ["libvirt_pool.other"])],
    ["its life cycle", (domain) => domain.addOverride("lifecycle", { prevent_destroy: true })],
    ["its provider", (domain) => domain.addOverride("provider", "libvirt.other")],
  ])("stay when only Terraform is told something: %s", (_, override) => {
    expect(fingerprints(program(({ resource }) => override(resource("vm/Resource")))).domain).toEqual(BEFORE.domain);
  });

  test("take a value that only Terraform knows as an expression, which changes with the value", () => {
    const { domain } = fingerprints(
      program(({ lab, resource }) => {
        const { stringValue } = new TerraformVariable(lab.stack, "title", {});
        resource("vm/Resource").addOverride("title", `Guest ${stringValue}`);
      }),
    );
    expect(domain).toEqual({ definition: expect.stringMatching(/^[0-9a-f]{16}$/), values: ["Guest ${var.title}"] });
    expect(domain.definition).not.toBe(BEFORE.domain.definition);
  });

  test("take a number that only Terraform knows likewise", () => {
    const { domain } = fingerprints(
      program(({ lab, resource }) => {
        const { numberValue } = new TerraformVariable(lab.stack, "shares", {});
        resource("vm/Resource").addOverride("cpu_tune.shares", numberValue);
      }),
    );
    expect(domain.values).toEqual(["${var.shares}"]);
  });

  test("see what is added last", () => {
    const { lab, vm, disk } = build();
    vm.addDisk("late", disk);
    expect(fingerprints(lab.synthesise()).domain).not.toEqual(BEFORE.domain);
  });

  test("of a root disk hold the image's path, known when it is made", () => {
    const { lab, disk } = build();
    lab.vm("booted", { boot: Boot.image("https://example.org/a.qcow2", disk) });
    const [input] = Object.values<Attributes>(lab.synthesise().one("terraform_data", "booted_Definition").input);
    expect(input!.values).toEqual([
      expect.stringMatching(/^\$\{libvirt_volume\.storage_standard_kvm1_Image-\w+\.path\}$/),
    ]);
  });
});

describe("a guest is started anew", () => {
  const attachmentOf = (synthesis: Synthesis, vm = "vm"): string =>
    synthesis.one("libvirt_domain", `${vm}_`).metadata.xml;

  function twoGuests(
    backing: SwitchBacking,
    late: (parts: ReturnType<typeof build>, other: TunedVm) => void = () => {},
  ) {
    const parts = build(backing);
    const other = parts.lab.vm("other");
    other.addNic("web", { segment: parts.fabric.addVlanSegment("web") });
    late(parts, other);
    const synthesis = parts.lab.synthesise();
    return [attachmentOf(synthesis), attachmentOf(synthesis, "other")];
  }

  const NAT = SwitchBacking.nat("10.20.0.0/24");
  const BRIDGE = SwitchBacking.linuxBridge("br0");

  test.each([SwitchBacking.linuxBridge("br0"), SwitchBacking.openVSwitch("ovs0")])(
    "not when a segment is added to a switch on a %s, which stays as it is",
    (backing) => {
      const before = twoGuests(backing);
      expect(twoGuests(backing, ({ fabric }) => fabric.addVlanSegment("new"))).toEqual(before);
    },
  );

  test.each([NAT, SwitchBacking.isolated()])(
    "when a segment is added to a %s, whose bridge goes away for it",
    (backing) => {
      const [vm, other] = twoGuests(backing);
      const [vmAfter, otherAfter] = twoGuests(backing, ({ fabric }) => fabric.addVlanSegment("new"));
      expect(vmAfter).not.toBe(vm);
      expect(otherAfter).not.toBe(other);
    },
  );

  test("when its network is another one", () => {
    expect(twoGuests(SwitchBacking.nat("10.30.0.0/24"))[0]).not.toBe(twoGuests(NAT)[0]);
    expect(twoGuests(SwitchBacking.linuxBridge("br1"))[0]).not.toBe(twoGuests(BRIDGE)[0]);
  });

  test("alone, when it alone is on what changes", () => {
    const before = twoGuests(BRIDGE);
    const after = twoGuests(BRIDGE, ({ disk }, other) => other.addDisk("new", disk));
    expect(after[0]).toBe(before[0]);
    expect(after[1]).not.toBe(before[1]);
  });

  test("when a disk that is not protected is replaced, and not when a disk grows", () => {
    const withDisk = (options: Partial<TunedVmDiskOptions>) =>
      twoGuests(BRIDGE, ({ disk }, other) => other.addDisk("d", { ...disk, ...options }))[1];
    expect(withDisk({ size: DataSize.gibibytes(20) })).toBe(withDisk({}));
    expect(withDisk({ size: DataSize.gibibytes(20), protectData: true })).toBe(withDisk({ protectData: true }));
    expect(withDisk({ tier: "archive" })).not.toBe(withDisk({}));
  });
});

describe("what Terraform is told to do when", () => {
  const synthesis = program();
  const address = (type: string, part: string) =>
    `${type}.${Object.keys(synthesis.all(type)).find((name) => name.includes(part))}`;

  test("a guest is started after it was made or defined anew", () => {
    const power = synthesis.one("terraform_data", "vm_Power");
    expect(power).toMatchObject({
      depends_on: [address("libvirt_domain", "vm")],
      lifecycle: { replace_triggered_by: [address("libvirt_domain", "vm")] },
    });
    const [{ "local-exec": exec }] = power.provisioner;
    expect(exec.environment).toMatchObject({ LIBVIRT_URI: "qemu+ssh://root@kvm1/system", GUEST: "vm" });
    const [, local] = /^\$\{local\.(\w+)\}$/.exec(exec.command)!;
    expect(synthesis.document.locals[local!]).toContain('virsh --quiet --connect "$LIBVIRT_URI"');
  });

  test("networks, pools and volumes are replaced with their definitions", () => {
    const triggers = (type: string) => synthesis.one(type).lifecycle.replace_triggered_by;
    expect(triggers("libvirt_network")).toEqual([address("terraform_data", "fabric_kvm1_Definition")]);
    expect(synthesis.one("libvirt_pool", "standard").lifecycle.replace_triggered_by).toEqual([
      address("terraform_data", "storage_standard_kvm1_Definition"),
    ]);
    expect(triggers("libvirt_volume")).toEqual([
      address("terraform_data", "storage_standard_kvm1_Definition"),
      expect.stringMatching(/^terraform_data\.vm_Definition_\w+\.input\.vm_data_\w+$/),
    ]);
  });

  test("a guest waits for its networks and volumes", () => {
    expect([...synthesis.one("libvirt_domain").depends_on].sort()).toEqual([
      address("libvirt_network", "fabric"),
      address("libvirt_volume", "vm_data"),
    ]);
  });

  test("nothing in a definition is a reference that would be known after apply only", () => {
    const { depends_on: _, provider: _provider, ...definition } = synthesis.one("libvirt_domain");
    expect(JSON.stringify(definition)).not.toContain("${");
  });
});

test("the same program is synthesised to the same bytes", () => {
  const files = [1, 2].map(() => {
    const { lab } = build();
    lab.app.synth();
    const folder = join(lab.app.outdir, "stacks", "prod");
    return ["cdk.tf.json", "explanation.json"].map((file) => readFileSync(join(folder, file), "utf8"));
  });
  expect(files[0]).toEqual(files[1]);
});
