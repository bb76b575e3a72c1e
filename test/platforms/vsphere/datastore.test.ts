import { ComputeCluster } from "@cdktf/provider-vsphere/lib/compute-cluster";
import {
  NfsVersion,
  StorageBackend,
  StorageDrs,
  StorageDrsAutomation,
  StorageTier,
  type StorageTierOptions,
  TieredStoragePool,
} from "../../../src/constructs/storage";
import { StorageDrsOverride, VsanServices, VsphereHost } from "../../../src/platforms/vsphere";
import { Duration } from "../../../src/units";
import { GIB, type MachineBlocks, Site, warningsOf } from "./setup";

const LUN = (number: number) => `naa.6000000000000000000000000000000${number}`;
const NFS = (server: string) => StorageBackend.nfs(server, "/export/vm", { version: NfsVersion.V4_1 });

function siteOf(vsphereVersion?: string) {
  return new Site({ hosts: [VsphereHost.named("esx1"), VsphereHost.named("esx2")], vsphereVersion });
}

function pool(site: Site, tier: StorageTier, protectData?: boolean): TieredStoragePool {
  return new TieredStoragePool(site.stack, "storage", {
    platform: site.platform,
    tiers: { performance: tier },
    protectData,
  });
}

/** A machine with a NIC and a disk on the tier. */
function machineOn(site: Site, tier: StorageTier) {
  const storage = pool(site, tier);
  const vm = site.vm();
  vm.addNic("lan", { segment: site.segment });
  const disk = vm.addDisk("data", { pool: storage, tier: "performance", size: GIB(1) });
  return { storage, vm, disk };
}

describe("a VMFS tier", () => {
  it("is made by the first host on the LUNs that were named, tagged, protected, with a policy", () => {
    const site = siteOf();
    pool(site, StorageTier.on(StorageBackend.vmfs([LUN(1)])));
    expect(site.only("vsphere_vmfs_datastore")).toMatchObject({
      name: "storage-performance",
      host_system_id: expect.stringContaining("esx1"),
      disks: [LUN(1)],
      tags: [expect.stringContaining("vsphere_tag.storage_performance-tag")],
      lifecycle: { ignore_changes: ["host_system_id"], prevent_destroy: true },
    });
    expect(site.only("vsphere_vm_storage_policy")).toMatchObject({ name: "storage-performance" });
    const [[key, what]] = Object.entries(
      site.only<{ for_each: Record<string, string> }>("terraform_data").for_each,
    ) as [[string, string]];
    expect(key).toMatch(/^vsphere_vmfs_datastore\.storage_performance-datastore\w* on vsphere$/);
    expect(what).toBe("datastore storage-performance");
  });

  it("is refused by the plan where the host does not see its LUNs", () => {
    const site = siteOf();
    pool(site, StorageTier.on(StorageBackend.vmfs([LUN(1)], { rescan: true })), false);
    const { data } = site.synth();
    expect(Object.values(data.vsphere_vmfs_disks!)).toMatchObject([
      { filter: `^(naa\\.${LUN(1).slice(4)})$`, rescan: true, host_system_id: expect.stringContaining("esx1") },
    ]);
    const { lifecycle } = site.only<{ lifecycle: { precondition: { condition: string; error_message: string }[] } }>(
      "vsphere_vmfs_datastore",
    );
    expect(lifecycle).not.toHaveProperty("prevent_destroy");
    expect(lifecycle.precondition).toMatchObject([
      {
        condition: expect.stringMatching(/^\$\{alltrue\(\[contains\(data\.vsphere_vmfs_disks\..*\.disks, "naa\./),
        error_message: expect.stringContaining("Host esx1 does not see all LUNs of datastore storage-performance"),
      },
    ]);
  });

  it("warns of several LUNs", () => {
    const site = siteOf();
    const storage = pool(site, StorageTier.on(StorageBackend.vmfs([LUN(1), LUN(2)])));
    expect(warningsOf(storage)).toEqual([expect.stringMatching(/on 2 LUNs: .*\[vsphere-vmfs-extents\]/)]);
  });

  it("is not on a LUN that another is on, and has a name of its own", () => {
    const site = siteOf();
    pool(site, StorageTier.on(StorageBackend.vmfs([LUN(1)])));
    const another = (id: string, name: string, lun: number, tier: string) =>
      new TieredStoragePool(site.stack, id, {
        platform: site.platform,
        name,
        tiers: { [tier]: StorageTier.on(StorageBackend.vmfs([LUN(lun)]), { storagePolicy: "gold" }) },
      });
    expect(() => another("a", "others", 1, "performance")).toThrow(/there is a datastore on this LUN already, that of/);
    expect(() => another("b", "storage", 2, "performance")).toThrow(/a datastore of this name already/);
    const tiers = { archive: StorageTier.on(NFS("nas1")) };
    const { platform } = site;
    expect(() => new TieredStoragePool(site.stack, "c", { platform, name: "storage", tiers })).toThrow(
      /a tag category of this name already/,
    );
  });

  it("needs hosts", () => {
    expect(() => pool(new Site(), StorageTier.on(StorageBackend.vmfs([LUN(1)])))).toThrow(/no hosts to mount it on/);
  });

  it.each([
    [[], /does not have this number of LUNs/],
    [Array.from({ length: 33 }, (_, index) => `eui.${String(index).padStart(16, "0")}`), /1 to 32/],
    [[LUN(1), LUN(1)], /the LUNs are not all different/],
    [["/dev/sdb"], /not the canonical name of a device.*vsphere-vmfs-devices/],
    [["naa.6000"], /16 or 32 hexadecimal digits/],
    [["NAA.60000000000000000000000000000001"], /in lower case/],
    [["naa.6000000000000000000000000000000$"], /not the canonical name/],
    [[`$${"{data.x}"}`], /not the canonical name|must be a literal/],
    [[null as never], /not the canonical name/],
    ["naa.60000000000000000000000000000001" as never, /is not a list/],
  ])("is not on %j", (devices, message) => {
    expect(() => StorageBackend.vmfs(devices)).toThrow(message);
  });

  it.each(["naa.600a098038304437", "eui.0025385b71b0a1f2", "t10.ATA_____SSD_1", "mpx.vmhba1:C0:T1:L0"])(
    "is on %s",
    (name) => {
      expect(String(StorageBackend.vmfs([name]))).toBe(`vmfs ${name}`);
    },
  );
});

describe("a tier of several datastores", () => {
  const both = () => StorageTier.on(StorageBackend.vmfs([LUN(1)])).plus("second", NFS("nas1"));

  it("is a datastore cluster that Storage DRS looks after by vSphere's thresholds", () => {
    const site = siteOf("8.0");
    pool(site, both());
    expect(site.only("vsphere_datastore_cluster")).toMatchObject({
      name: "storage-performance-cluster",
      sdrs_enabled: true,
      sdrs_automation_level: "automated",
      sdrs_space_utilization_threshold: 80,
      sdrs_free_space_utilization_difference: 5,
      sdrs_load_balance_interval: 480,
      sdrs_default_intra_vm_affinity: true,
      sdrs_io_load_balance_enabled: true,
      sdrs_io_latency_threshold: 15,
      sdrs_io_load_imbalance_threshold: 5,
    });
    const inCluster = { datastore_cluster_id: expect.stringContaining("vsphere_datastore_cluster") };
    expect(site.only("vsphere_vmfs_datastore")).toMatchObject({ name: "storage-performance", ...inCluster });
    expect(site.only("vsphere_nas_datastore")).toMatchObject({
      name: "storage-performance-second",
      tags: [expect.stringContaining("performance-tag")],
      ...inCluster,
    });
  });

  it("keeps the first datastore's address when another comes", () => {
    const ids = [StorageTier.on(StorageBackend.vmfs([LUN(1)])), both()].map((tier) => {
      const site = siteOf();
      pool(site, tier);
      return Object.keys(site.synth().resource.vsphere_vmfs_datastore!);
    });
    expect(ids[0]).toEqual(ids[1]);
  });

  it("has the machine made after the datastores, in the cluster, under the policy", () => {
    const site = siteOf();
    const { disk, vm } = machineOn(site, both());
    const machine = site.only<MachineBlocks>("vsphere_virtual_machine");
    expect(machine).toMatchObject({
      datastore_cluster_id: expect.stringContaining("vsphere_datastore_cluster.storage_performance-cluster"),
      storage_policy_id: expect.stringContaining("vsphere_vm_storage_policy"),
      depends_on: [
        expect.stringContaining("vsphere_vmfs_datastore.storage_performance-datastore"),
        expect.stringContaining("vsphere_nas_datastore.storage_performance-datastore-second"),
      ],
    });
    expect(machine).not.toHaveProperty("datastore_id");
    // The provider refuses either beside a cluster.
    expect(machine.disk[0]).not.toHaveProperty("datastore_id");
    expect(warningsOf(vm)).toEqual([]);
    expect(String(disk.explain())).toMatch(/sdrs_automation_level.*automated/);
  });

  it("is looked after as it says", () => {
    const site = siteOf("7.0");
    const storageDrs = StorageDrs.manual({
      spaceUsed: 90,
      spaceDifference: 10,
      interval: Duration.hours(24),
      ioBalancing: { latency: Duration.milliseconds(30), imbalance: 10 },
      keepDisksTogether: false,
    });
    pool(site, StorageTier.on(NFS("nas1"), { storageDrs }));
    expect(site.only("vsphere_datastore_cluster")).toMatchObject({
      sdrs_automation_level: "manual",
      sdrs_space_utilization_threshold: 90,
      sdrs_free_space_utilization_difference: 10,
      sdrs_load_balance_interval: 1440,
      sdrs_default_intra_vm_affinity: false,
      sdrs_io_latency_threshold: 30,
      sdrs_io_load_imbalance_threshold: 10,
    });
    expect(String(storageDrs)).toBe("Storage DRS, manual: from 90 % used space, every 1 d");
  });

  it.each([undefined, "9.0", "9.1.0"])("does not balance I/O unless it is known to be there: vSphere %s", (version) => {
    const site = siteOf(version);
    pool(site, both());
    const cluster = site.only("vsphere_datastore_cluster");
    expect(cluster).toMatchObject({ sdrs_io_load_balance_enabled: false });
    expect(cluster).not.toHaveProperty("sdrs_io_latency_threshold");
  });

  it.each([true, { latency: Duration.milliseconds(20) }])("refuses I/O balancing on vSphere 9: %j", (ioBalancing) => {
    const tier = StorageTier.on(NFS("nas1"), { storageDrs: StorageDrs.automated({ ioBalancing }) });
    expect(() => pool(siteOf("9.0"), tier)).toThrow(/vSphere 9 does not balance I\/O.*vsphere-no-io-balancing/);
  });

  it("may have I/O balancing turned off", () => {
    const site = siteOf("8.0");
    pool(site, StorageTier.on(NFS("nas1"), { storageDrs: StorageDrs.automated({ ioBalancing: false }) }));
    expect(site.only("vsphere_datastore_cluster")).toMatchObject({ sdrs_io_load_balance_enabled: false });
  });

  it.each<[StorageBackend, StorageTierOptions]>([
    [StorageBackend.datastore("flash"), {}],
    [StorageBackend.datastoreCluster("pod"), {}],
    [StorageBackend.vsan("vsanDatastore"), { storagePolicy: "raid-1" }],
  ])("can't have %s in it, which others own", (backend, options) => {
    const own = StorageTier.on(NFS("nas1"), options);
    expect(() => pool(siteOf(), own.plus("second", backend))).toThrow(
      /put those datastores into.*vsphere-existing-alone/,
    );
    const alone = StorageTier.on(backend, { ...options, storageDrs: StorageDrs.automated() });
    expect(() => pool(siteOf(), alone)).toThrow(/vsphere-existing-alone/);
  });

  it("takes no weights", () => {
    const tier = StorageTier.on(NFS("nas1")).plus("second", NFS("nas2"), { weight: 3 });
    expect(() => pool(siteOf(), tier)).toThrow(/not a weight.*vsphere-storage-drs-places/);
  });

  it("has no disk that machines share", () => {
    const site = siteOf();
    const { storage, vm } = machineOn(site, both());
    const shared = { pool: storage, tier: "performance", size: GIB(1), shareable: true };
    expect(() => vm.addDisk("quorum", shared)).toThrow(/in a datastore, not in a cluster.*vsphere-multi-writer/);
  });

  it("can't be outside of it with another disk", () => {
    const site = siteOf();
    const { vm } = machineOn(site, both());
    expect(() => vm.addDisk("other", { pool: site.pool, tier: "performance", size: GIB(1) })).toThrow(
      /in a datastore cluster and outside of it/,
    );
  });
});

describe("StorageDrs", () => {
  it.each([
    [{ spaceUsed: 49 }, /50 to 100.*vsphere-storage-drs-thresholds/],
    [{ spaceUsed: 101 }, /50 to 100/],
    [{ spaceDifference: 0 }, /1 to 50/],
    [{ ioBalancing: { latency: Duration.milliseconds(4) } }, /latency in ms is too small.*5 to 100/],
    [{ ioBalancing: { latency: Duration.microseconds(15_500) } }, /not a whole number/],
    [{ ioBalancing: { imbalance: 0 } }, /1 to 100/],
    [{ ioBalancing: { latency: 15 as never } }, /not a Duration/],
    [{ ioBalancing: "yes" as never }, /not an object/],
    [
      { interval: Duration.minutes(59) },
      /interval in minutes is too small.*60 to 43200.*vsphere-storage-drs-thresholds/,
    ],
    [{ interval: Duration.seconds(3601) }, /interval in minutes is not a whole number/],
    [{ interval: Duration.days(31) }, /60 to 43200/],
    [{ interval: 480 as never }, /not a Duration/],
    [{ keepDisksTogether: "no" as never }, /neither true nor false/],
    [null as never, /not an object/],
  ])("refuses %j", (options, message) => {
    expect(() => StorageDrs.automated(options)).toThrow(message);
  });

  it("is made by its factories", () => {
    expect(() => StorageTier.on(NFS("nas1"), { storageDrs: {} as never })).toThrow(/storageDrs is not a StorageDrs/);
  });
});

describe("a Storage DRS override", () => {
  const clustered = StorageTier.on(NFS("nas1"), { storageDrs: StorageDrs.automated() });

  it("belongs to a machine and its cluster", () => {
    const site = siteOf();
    const { vm } = machineOn(site, clustered);
    new StorageDrsOverride(site.stack, "override", {
      vm,
      enabled: false,
      automation: StorageDrsAutomation.MANUAL,
      keepDisksTogether: true,
    });
    expect(site.only("vsphere_storage_drs_vm_override")).toMatchObject({
      datastore_cluster_id: expect.stringContaining("vsphere_datastore_cluster"),
      virtual_machine_id: expect.stringContaining("vsphere_virtual_machine.vm"),
      sdrs_enabled: "false",
      sdrs_automation_level: "manual",
      sdrs_intra_vm_affinity: "true",
    });
  });

  it("says something", () => {
    const site = siteOf();
    const { vm } = machineOn(site, clustered);
    expect(() => new StorageDrsOverride(site.stack, "override", { vm })).toThrow(/says nothing/);
    expect(() => new StorageDrsOverride(site.stack, "other", { vm: undefined as never })).toThrow(/not a machine/);
    expect(() => new StorageDrsOverride(site.stack, "third", { vm, enabled: 1 as never })).toThrow(/neither true/);
    expect(() => new StorageDrsOverride(site.stack, "last", { vm, automation: "sometimes" as never })).toThrow(
      /"manual"/,
    );
  });

  it("is refused where the machine is in no cluster", () => {
    const site = siteOf();
    const { vm } = machineOn(site, StorageTier.on(NFS("nas1")));
    const override = new StorageDrsOverride(site.stack, "override", { vm, enabled: false });
    expect(override.node.validate()).toEqual([
      expect.stringMatching(/in no datastore cluster.*vsphere-storage-drs-override/),
    ]);
  });
});

describe("vSAN", () => {
  const cluster = (site: Site, esa?: boolean) =>
    new ComputeCluster(site.stack, "cluster", {
      provider: site.platform._provider,
      name: "c1",
      datacenterId: "datacenter-1",
      vsanEsaEnabled: esa,
    });

  it("has a tier on its datastore, under a policy", () => {
    const site = new Site();
    const storage = pool(site, StorageTier.on(StorageBackend.vsan("vsanDatastore"), { storagePolicy: "raid-1" }));
    const vm = site.vm();
    vm.addDisk("data", { pool: storage, tier: "performance", size: GIB(1) });
    expect(warningsOf(storage)).toEqual([]);
    expect(site.only<MachineBlocks>("vsphere_virtual_machine").disk[0]).toMatchObject({ thin_provisioned: true });
    expect(() => vm.addDisk("log", { pool: storage, tier: "performance", size: GIB(1), eagerZeroed: true })).toThrow(
      /no word of a disk on its space.*object space reservation.*vsphere-vsan-reservation/,
    );
  });

  it("warns of a tier without a policy", () => {
    expect(warningsOf(pool(new Site(), StorageTier.on(StorageBackend.vsan("vsanDatastore"))))).toEqual([
      expect.stringMatching(/no `storagePolicy`.*\[vsphere-vsan-policy\]/),
    ]);
  });

  it("has its services set on a cluster that the program makes", () => {
    const site = new Site();
    VsanServices.applyTo(cluster(site), { deduplication: true });
    expect(site.only("vsphere_compute_cluster")).toMatchObject({
      vsan_enabled: true,
      vsan_dedup_enabled: true,
      vsan_compression_enabled: true,
      vsan_unmap_enabled: true,
      vsan_performance_enabled: true,
    });
  });

  it("says nothing of deduplication to Express Storage", () => {
    const site = new Site();
    const esa = cluster(site, true);
    expect(() => VsanServices.applyTo(esa, { compression: true })).toThrow(/Express Storage.*vsphere-vsan-services/);
    VsanServices.applyTo(esa, { performanceService: false });
    const made = site.only("vsphere_compute_cluster");
    expect(made).toMatchObject({ vsan_unmap_enabled: true, vsan_performance_enabled: false });
    expect(made).not.toHaveProperty("vsan_dedup_enabled");
  });

  it.each([
    [{ deduplication: true, compression: false }, /only what it compresses/],
    [{ unmap: "yes" as never }, /unmap is neither true nor false/],
  ])("refuses %j", (options, message) => {
    expect(() => VsanServices.applyTo(cluster(new Site()), options)).toThrow(message);
  });

  it("can't set them on a cluster that others make", () => {
    expect(() => VsanServices.applyTo("c1" as never)).toThrow(
      /the resource that makes the cluster.*vsphere-vsan-services/,
    );
  });
});
