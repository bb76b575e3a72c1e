import { ContentLibrary } from "@cdktf/provider-vsphere/lib/content-library";
import { ContentLibraryItem } from "@cdktf/provider-vsphere/lib/content-library-item";
import { DataVsphereDatacenter } from "@cdktf/provider-vsphere/lib/data-vsphere-datacenter";
import { DataVsphereDatastore } from "@cdktf/provider-vsphere/lib/data-vsphere-datastore";
import {
  Boot,
  DataSize,
  DiskBus,
  Duration,
  IoLimit,
  IoPriority,
  IoProfile,
  NfsSecurity,
  NfsVersion,
  StorageBackend,
  StorageDrs,
  StorageDrsAutomation,
  StorageTier,
  TieredStoragePool,
  type TunedStack,
  TunedVm,
  VlanSegment,
} from "virtuned";
import { StorageDrsOverride, VsphereHost, VspherePlatform } from "virtuned/vsphere";
import { newFolder } from "../support/folders";
import { Deployment, said } from "./deployment";
import { steps } from "./steps";
import { writeOvf } from "./vsphere-image";
import { VcenterSimulator, vsphereAvailable } from "./vsphere-simulator";

const CLUSTER = "DC0/datastore/storage-performance-cluster";
const GIB = (amount: number) => DataSize.gibibytes(amount);
const LUN = (number: number) => `naa.6000000000000000000000000000000${number}`;

interface Settings {
  /** Of the archive's file system. */
  readonly luns: readonly string[];
  readonly storageDrs: StorageDrs;
  readonly io: IoProfile;
  readonly data: DataSize;
  readonly override: StorageDrsAutomation;
}

const FIRST: Settings = {
  luns: [LUN(3)],
  storageDrs: StorageDrs.automated(),
  io: IoProfile.limited({ limit: IoLimit.total({ iops: 2000 }), reservation: 500, priority: IoPriority.HIGH }),
  data: GIB(20),
  override: StorageDrsAutomation.MANUAL,
};

const SECOND: Settings = {
  luns: [LUN(3), LUN(4)],
  storageDrs: StorageDrs.manual({ spaceUsed: 90, interval: Duration.hours(24), ioBalancing: false }),
  io: IoProfile.limited({ limit: IoLimit.total({ iops: 3000 }), shares: 150 }),
  data: GIB(30),
  override: StorageDrsAutomation.AUTOMATED,
};

const lan = (stack: TunedStack, platform: VspherePlatform) =>
  VlanSegment.fromVlanSegmentAttributes(stack, "lan", { platform, network: "VM Network" });

/** Two machines: one in a cluster of file systems on LUNs, one with disks over all controllers of a datastore that is there. */
function site(stack: TunedStack, { luns, storageDrs, io, data, override }: Settings): void {
  const hosts = [0, 1, 2].map((number) => VsphereHost.named(`DC0_C0_H${number}`));
  const options = { datacenter: "DC0", cluster: "DC0_C0", hosts, vsphereVersion: "8.0" };
  const platform = new VspherePlatform(stack, "vsphere", options);
  const kerberos = { version: NfsVersion.V4_1, moreServers: ["nas2"], security: NfsSecurity.KRB5 };
  const pool = new TieredStoragePool(stack, "storage", {
    platform,
    protectData: false,
    tiers: {
      performance: StorageTier.on(StorageBackend.vmfs([LUN(1)]), { storageDrs }).plus(
        "second",
        StorageBackend.vmfs([LUN(2)]),
      ),
      standard: StorageTier.on(StorageBackend.datastore("LocalDS_1")),
      capacity: StorageTier.on(StorageBackend.nfs("nas1", "/export/vm", kerberos)),
      archive: StorageTier.on(StorageBackend.vmfs(luns)),
    },
  });
  const segment = lan(stack, platform);
  const machine = (name: string) => {
    const vm = new TunedVm(stack, name, { platform, vcpus: 2, memory: GIB(4) });
    vm.addNic("lan", { segment });
    return vm;
  };
  const clustered = machine("clustered");
  clustered.addDisk("system", { pool, tier: "performance", size: GIB(10), order: 1, io });
  clustered.addDisk("data", { pool, tier: "performance", size: data, order: 2 });
  new StorageDrsOverride(stack, "override", { vm: clustered, automation: override });

  const spread = machine("spread");
  for (let order = 1; order <= 5; order++) {
    spread.addDisk(`disk${order}`, {
      pool,
      tier: "standard",
      size: GIB(order),
      order,
      io: order === 5 ? io : undefined,
    });
  }
  spread.addDisk("fast", { pool, tier: "standard", size: GIB(7), order: 6, bus: DiskBus.NVME, eagerZeroed: true });
}

/** A machine on a tier that may have a datastore more. */
function growing(stack: TunedStack, more: boolean): void {
  const hosts = [VsphereHost.named("DC0_C0_H0"), VsphereHost.named("DC0_C0_H1")];
  const platform = new VspherePlatform(stack, "vsphere", { datacenter: "DC0", cluster: "DC0_C0", hosts });
  const tier = StorageTier.on(StorageBackend.nfs("nas1", "/export/one"));
  const tiers = { capacity: more ? tier.plus("more", StorageBackend.nfs("nas2", "/export/two")) : tier };
  const pool = new TieredStoragePool(stack, "files", { platform, protectData: false, tiers });
  const vm = new TunedVm(stack, "server", { platform, vcpus: 2, memory: GIB(4) });
  vm.addNic("lan", {
    segment: VlanSegment.fromVlanSegmentAttributes(stack, "lan", { platform, network: "VM Network" }),
  });
  vm.addDisk("system", { pool, tier: "capacity", size: GIB(10) });
}

const available = vsphereAvailable();

(available.ok ? describe : describe.skip)("storage of a simulated vCenter", () => {
  const step = steps();
  const environment = { ...process.env };
  let deployment: Deployment;
  let vcenter: VcenterSimulator;
  let before: readonly string[];

  const inventory = async () =>
    (await Promise.all(["DC0/vm", "DC0/datastore"].map((path) => vcenter.names(path)))).flat();
  const disks = async (name: string) =>
    (await vcenter.config(`DC0/vm/${name}`, "config.hardware.device"))
      .split(/(?=<VirtualDevice )/)
      .filter((device) => /type="(\w+:)?VirtualDisk"/.test(device));
  /** The datastore of each disk. */
  const places = async (name: string) => (await disks(name)).map((device) => /<fileName>\[([^\]]+)\]/.exec(device)![1]);
  /** Controller and unit of each disk, by its size in GiB. */
  const units = async (name: string) =>
    Object.fromEntries(
      (await disks(name)).map((device) => {
        const number = (element: string) => Number(new RegExp(`<${element}>(\\d+)<`).exec(device)![1]);
        return [number("capacityInKB") / 2 ** 20, `${number("controllerKey")}:${number("unitNumber")}`];
      }),
    );

  beforeAll(async () => {
    deployment = new Deployment(available.ok ? available.terraform : "");
    vcenter = await VcenterSimulator.start(newFolder());
    before = await inventory();
    const { server, user, password } = vcenter.ready;
    Object.assign(process.env, {
      VSPHERE_SERVER: server,
      VSPHERE_USER: user,
      VSPHERE_PASSWORD: password,
      VSPHERE_ALLOW_UNVERIFIED_SSL: "true",
    });
  }, 300_000);

  afterAll(async () => {
    process.env = environment;
    deployment?.removeFolder();
    await vcenter?.stop();
  }, 60_000);

  step("is made as it says, and a second plan is empty", async () => {
    await deployment.synth((stack) => site(stack, FIRST));
    await deployment.apply();
    expect((await deployment.plan()).changes).toEqual([]);
    expect(await vcenter.names("DC0/datastore")).toEqual(
      [
        ...before.filter((name) => name.startsWith("LocalDS")),
        "storage-archive",
        "storage-capacity",
        "storage-performance-cluster",
      ].sort(),
    );
    expect(await vcenter.names(CLUSTER)).toEqual(["storage-performance", "storage-performance-second"]);
    const [first, ...others] = await places("clustered");
    expect(first).toMatch(/^storage-performance/);
    expect(others).toEqual([first]);
    const [system] = await disks("clustered");
    for (const part of ["<limit>2000</limit>", "<level>high</level>", "<reservation>500</reservation>"]) {
      expect(system).toContain(part);
    }
    const drs = await vcenter.config(CLUSTER, "podStorageDrsEntry");
    for (const part of [
      "<defaultVmBehavior>automated</defaultVmBehavior>",
      "<spaceUtilizationThreshold>80</spaceUtilizationThreshold>",
      "<ioLatencyThreshold>15</ioLatencyThreshold>",
      "<behavior>manual</behavior>",
    ]) {
      expect(drs).toContain(part);
    }
  });

  step("has disks in turn over the controllers", async () => {
    const found = await units("spread");
    const controller = (size: number) => found[size]!.split(":")[0];
    expect(new Set([1, 2, 3, 4, 7].map(controller)).size).toBe(5);
    expect(controller(5)).toBe(controller(1));
    expect([1, 2, 3, 4, 5, 7].map((size) => found[size]!.split(":")[1])).toEqual(["0", "0", "0", "0", "1", "1"]);
  });

  step("changes in place: thresholds, override, limits, sizes, and a file system has a LUN more", async () => {
    const unitsBefore = await units("spread");
    await deployment.synth((stack) => site(stack, SECOND));
    expect(said((await deployment.plan()).changes)).toEqual([
      "update vsphere_datastore_cluster.storage_performance-cluster",
      "update vsphere_storage_drs_vm_override.override",
      "update vsphere_virtual_machine.clustered",
      "update vsphere_virtual_machine.spread",
      "update vsphere_vmfs_datastore.storage_archive-datastore",
    ]);
    await deployment.applyPlan();
    expect((await deployment.plan()).changes).toEqual([]);
    expect(await units("spread")).toEqual(unitsBefore);
    const [system] = await disks("clustered");
    for (const part of [
      "<limit>3000</limit>",
      "<shares>1500</shares><level>custom</level>",
      "<reservation>0</reservation>",
    ]) {
      expect(system).toContain(part);
    }
    const drs = await vcenter.config(CLUSTER, "podStorageDrsEntry");
    expect(drs).toContain("<spaceUtilizationThreshold>90</spaceUtilizationThreshold>");
    expect(drs).toContain("<loadBalanceInterval>1440</loadBalanceInterval>");
    expect(await vcenter.config("DC0/datastore/storage-archive", "info")).toContain(`<diskName>${LUN(4)}</diskName>`);
  });

  step("is refused by the plan where a LUN is not there", async () => {
    await deployment.synth((stack) => site(stack, { ...SECOND, luns: [LUN(3), LUN(4), LUN(9)] }));
    await expect(deployment.plan()).rejects.toThrow(/does not see all LUNs of datastore storage-archive/);
  });

  step("is destroyed, and nothing is left", async () => {
    await deployment.synth((stack) => site(stack, SECOND));
    await deployment.destroy();
    expect(deployment.state().resources).toEqual([]);
    expect(await inventory()).toEqual(before);
  });

  step("has a tier that becomes a cluster under its machine when it gets another datastore", async () => {
    const grown = new Deployment(available.ok ? available.terraform : "");
    try {
      await grown.synth((stack) => growing(stack, false));
      await grown.apply();
      expect((await grown.plan()).changes).toEqual([]);
      await grown.synth((stack) => growing(stack, true));
      expect(said((await grown.plan()).changes)).toEqual([
        "create vsphere_datastore_cluster.files_capacity-cluster",
        "create vsphere_nas_datastore.files_capacity-datastore-more",
        "update vsphere_nas_datastore.files_capacity-datastore",
        "update vsphere_virtual_machine.server",
      ]);
      await grown.applyPlan();
      expect((await grown.plan()).changes).toEqual([]);
      expect(await vcenter.names("DC0/datastore/files-capacity-cluster")).toEqual([
        "files-capacity",
        "files-capacity-more",
      ]);
      // Storage DRS has moved the machine to the emptier one, which can't go with it on it.
      await grown.synth((stack) => growing(stack, false));
      await expect(grown.apply()).rejects.toThrow(/ResourceInUse/);
      expect(await vcenter.names("DC0/vm")).toContain("server");
      await grown.synth((stack) => growing(stack, true));
      await grown.apply();
      await grown.destroy();
      expect(await inventory()).toEqual(before);
    } finally {
      grown.removeFolder();
    }
  });

  step("is refused to go from the program while its file system is protected", async () => {
    const guarded = new Deployment(available.ok ? available.terraform : "");
    const program = (protectData: boolean | undefined) => (stack: TunedStack) => {
      const hosts = [VsphereHost.named("DC0_C0_H0")];
      const platform = new VspherePlatform(stack, "vsphere", { datacenter: "DC0", cluster: "DC0_C0", hosts });
      if (protectData !== undefined) {
        const tiers = { archive: StorageTier.on(StorageBackend.vmfs([LUN(1)])) };
        new TieredStoragePool(stack, "old", { platform, protectData, tiers });
      }
    };
    try {
      await guarded.synth(program(true));
      await guarded.apply();
      expect((await guarded.plan()).changes).toEqual([]);
      await guarded.synth(program(undefined));
      await expect(guarded.plan()).rejects.toThrow(/prevent_destroy/);
      expect(await vcenter.names("DC0/datastore")).toContain("old-archive");
      await guarded.synth(program(false));
      await guarded.apply();
      await guarded.synth(program(undefined));
      await guarded.apply();
      expect(await inventory()).toEqual(before);
    } finally {
      guarded.removeFolder();
    }
  });

  step("has a machine from an item of a content library", async () => {
    const library = new Deployment(available.ok ? available.terraform : "");
    const machines = new Deployment(available.ok ? available.terraform : "");
    try {
      const file = writeOvf(newFolder());
      await library.synth((stack) => {
        const provider = new VspherePlatform(stack, "vsphere", { datacenter: "DC0", cluster: "DC0_C0" })._provider;
        const dc = new DataVsphereDatacenter(stack, "dc", { provider, name: "DC0" });
        const place = { provider, name: "LocalDS_1", datacenterId: dc.id };
        const storageBacking = [new DataVsphereDatastore(stack, "place", place).id];
        const { id: libraryId } = new ContentLibrary(stack, "images", { provider, name: "images", storageBacking });
        new ContentLibraryItem(stack, "debian", { provider, name: "debian 12", libraryId, fileUrl: file });
      });
      await library.apply();
      await machines.synth((stack) => {
        const platform = new VspherePlatform(stack, "vsphere", { datacenter: "DC0", cluster: "DC0_C0" });
        const tiers = { standard: StorageTier.on(StorageBackend.datastore("LocalDS_1")) };
        const pool = new TieredStoragePool(stack, "storage", { platform, protectData: false, tiers });
        const boot = Boot.template("debian 12", { library: "images", pool, tier: "standard", size: GIB(20) });
        const vm = new TunedVm(stack, "deployed", { platform, vcpus: 2, memory: GIB(4), boot });
        vm.addNic("lan", { segment: lan(stack, platform) });
        vm.addDisk("data", { pool, tier: "standard", size: GIB(5) });
      });
      await machines.apply();
      expect((await machines.plan()).changes).toEqual([]);
      expect(Object.values((await vcenter.machine("DC0/vm/deployed")).disks)).toEqual([20, 5]);
      expect(await vcenter.config("DC0/vm/deployed")).toContain("<guestId>debian12_64Guest</guestId>");
      await machines.destroy();
      await library.destroy();
      expect(await inventory()).toEqual(before);
    } finally {
      machines.removeFolder();
      library.removeFolder();
    }
  });
});
