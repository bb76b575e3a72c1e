import {
  Boot,
  CpuModel,
  DataSize,
  DistributedVSwitch,
  Duration,
  Firmware,
  StorageBackend,
  StorageTier,
  TieredStoragePool,
  TunedVmDisk,
  TunedVmNic,
  Workload,
} from "virtuned";
import { recordingProgram } from "../../support/recording-platform";
import { treeOf } from "../../support/synthesis";

/** A machine, and what its devices need. */
function machine() {
  const { vm: make, ...program } = recordingProgram();
  const { stack, platform } = program;
  const segment = new DistributedVSwitch(stack, "fabric", { platform, mtu: 9000 }).addVlanSegment("db");
  const tiers = { performance: StorageTier.on(StorageBackend.lvm("nvme")) };
  const pool = new TieredStoragePool(stack, "storage", { platform, tiers });
  const disk = { pool, tier: "performance", size: DataSize.gibibytes(1) } as const;
  return { ...program, segment, disk, machine: make, vm: make("orders-db") };
}

describe("with nothing but vCPUs and memory", () => {
  const { platform, vm } = machine();

  test("it leaves to the platform what depends on the platform", () => {
    const { log: _, ...intent } = platform.vms[0]!;
    expect(intent).toEqual({
      name: "orders-db",
      host: undefined,
      vcpus: 4,
      memory: DataSize.gibibytes(8),
      workload: Workload.GENERAL,
      description: undefined,
      firmware: undefined,
      machine: undefined,
      cpu: undefined,
      boot: undefined,
      cloudInit: undefined,
      guestId: undefined,
      reserveMemory: undefined,
      autostart: true,
      guestAgent: true,
      consoleLog: undefined,
      shutdownTimeout: Duration.minutes(2),
    });
  });

  test("what was decided can be read", () => {
    expect(vm).toMatchObject({ platform, vmName: "orders-db", vcpus: 4, workload: Workload.GENERAL });
    expect([vm.nics, vm.disks]).toEqual([[], []]);
  });
});

test("what is given reaches the platform as it is", () => {
  const { stack, platform, vm } = recordingProgram();
  const props = {
    host: platform.hosts[1],
    name: "db.example",
    workload: Workload.DATABASE,
    firmware: Firmware.uefi(),
    machine: "pc-q35-8.2",
    cpu: CpuModel.named("EPYC-Milan"),
    boot: Boot.network(),
    cloudInit: { userData: "#cloud-config\n" },
    guestId: "debian12_64Guest",
    reserveMemory: true,
    autostart: false,
    guestAgent: false,
    consoleLog: "/var/log/db.log",
    shutdownTimeout: Duration.seconds(1),
  };
  vm("orders-db", { ...props, description: "Orders" });
  expect(stack.node.children).toHaveLength(2 + 1);
  expect(platform.vms[0]).toMatchObject({ ...props, description: "Orders" });
});

describe("description", () => {
  const described = (description: string) => {
    const { platform, vm } = recordingProgram();
    vm("orders-db", { description });
    return platform.vms[0]!.description;
  };

  test.each([
    ["Orders, <b>&amp; 'more'\n\t\"λ\"", "Orders, <b>&amp; 'more'\n\t\"λ\""],
    ["costs ${price}, 5 %{ if }", "costs $${price}, 5 %%{ if }"],
    ["$${HOME} $ % { }", "$$${HOME} $ % { }"],
  ])("%j arrives as it is written", (given, synthesised) => expect(described(given)).toBe(synthesised));

  test.each(["", "bell \u0007", "line\r\n", "\u0000"])("%j is refused", (given) => {
    expect(() => described(given)).toThrow("prod/orders-db: description ");
  });
});

describe("the root disk", () => {
  const { disk, vm: other, ...program } = machine();
  const boot = Boot.image("https://example.org/debian.qcow2", disk);
  const vm = program.machine("booted", { boot });
  vm.addDisk("data", disk);
  other.addDisk("data", disk);

  test("comes with the boot option, at position 0", () => {
    expect(vm.disks.map(({ node, order }) => [node.id, order])).toEqual([
      ["root", 0],
      ["data", 1],
    ]);
    expect(program.platform.disks.map(({ name, root }) => [name, root])).toEqual([
      ["root", true],
      ["data", false],
      ["data", false],
    ]);
  });

  test("without one the first disk is at position 1 all the same, so that it can come later", () => {
    expect(other.disks.map(({ order }) => order)).toEqual([1]);
  });

  test("its position is taken", () => {
    expect(() => vm.addDisk("zero", { ...disk, order: 0 })).toThrow(
      "prod/booted/zero: position of the disk is taken by root (given 0; allowed: a position that no other disk has). " +
        "To mend: give another `order`, or leave it out for the next free one.",
    );
  });

  test("Boot.volume has one, a kernel and the network have none", () => {
    const { platform, disk: options, machine: make } = machine();
    make("volume", { boot: Boot.volume("old.qcow2", options) });
    make("kernel", { boot: Boot.kernel({ kernel: "/vmlinuz" }) });
    make("network", { boot: Boot.network() });
    expect(platform.disks).toMatchObject([{ name: "root", existingVolume: "old.qcow2", size: undefined, root: true }]);
  });
});

test("a machine that starts from the network needs a NIC by the time it is synthesised", () => {
  const { vm: other, machine: make, segment, app } = machine();
  const vm = make("diskless", { boot: Boot.network() });
  expect(vm.node.validate()).toEqual([
    expect.stringMatching(/^the machine starts from the network and has no NIC\. To mend: /),
  ]);
  expect(() => app.synth()).toThrow("[prod/diskless] the machine starts from the network and has no NIC");
  vm.addNic("boot", { segment });
  expect([...vm.node.validate(), ...other.node.validate()]).toEqual([]);
});

test("serial numbers of a machine's disks are all different", () => {
  const { vm, machine: make, disk } = machine();
  vm.addDisk("a", { ...disk, serial: "S1" });
  expect(() => vm.addDisk("b", { ...disk, serial: "S1" })).toThrow(
    "prod/orders-db/b: its serial number is that of disk a, and the guest would find one of them only",
  );
  expect(make("other").addDisk("a", { ...disk, serial: "S1" }).serial).toBe("S1");
});

describe("positions", () => {
  test("NICs count from 0, disks from 1, in the order in which they were added", () => {
    const { vm, segment, disk } = machine();
    expect(["a", "b"].map((id) => vm.addNic(id, { segment }).order)).toEqual([0, 1]);
    expect(["c", "d"].map((id) => vm.addDisk(id, disk).order)).toEqual([1, 2]);
  });

  test("after one that is given they go on from the last", () => {
    const { vm, segment, disk } = machine();
    expect([5, undefined, 2, undefined].map((order, i) => vm.addNic(`n${i}`, { segment, order }).order)).toEqual([
      5, 6, 2, 7,
    ]);
    expect([5, undefined, 2, undefined].map((order, i) => vm.addDisk(`d${i}`, { ...disk, order }).order)).toEqual([
      5, 6, 2, 7,
    ]);
    expect(vm.nics.map(({ node }) => node.id)).toEqual(["n2", "n0", "n1", "n3"]);
    expect(vm.disks.map(({ node }) => node.id)).toEqual(["d2", "d0", "d1", "d3"]);
  });

  test("a position is taken once", () => {
    const { vm, segment } = machine();
    vm.addNic("a", { segment, order: 3 });
    expect(() => vm.addNic("b", { segment, order: 3 })).toThrow("position of the NIC is taken by a");
  });
});

test("new TunedVmNic() and new TunedVmDisk() are what addNic() and addDisk() make", () => {
  const { stack, vm, segment, disk } = machine();
  const nic = new TunedVmNic(stack, "nic", { vm, segment });
  const data = new TunedVmDisk(stack, "data", { vm, ...disk });
  expect([vm.nics, vm.disks]).toEqual([[nic], [data]]);
});

test("ids of devices are paths below the machine", () => {
  const { vm, segment, disk } = machine();
  vm.addNic("db", { segment });
  vm.addDisk("data", disk);
  expect(treeOf(vm)).toEqual(["", "/Resource", "/db", "/data"].map((path) => `prod/orders-db${path}`));
});

test("an id is there once in a machine, be it a NIC's or a disk's", () => {
  const { vm, segment, disk } = machine();
  vm.addNic("db", { segment });
  expect(() => vm.addNic("db", { segment })).toThrow(
    "There is already a Construct with name 'db' in TunedVm [orders-db]",
  );
  expect(() => vm.addDisk("db", disk)).toThrow("There is already a Construct with name 'db'");
});
