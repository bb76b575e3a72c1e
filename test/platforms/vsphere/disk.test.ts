import { Construct } from "constructs";
import {
  AsyncIo,
  Boot,
  CacheMode,
  DetectZeroes,
  DiskBus,
  ErrorPolicy,
  GuestDisk,
  ImageFormat,
  IoThreads,
  IoThreadUse,
  ReadErrorPolicy,
  ScsiPassthrough,
  SectorFormat,
  TunedVmDisk,
  VolumeSource,
} from "../../../src/constructs/compute";
import { placeOf, type VsphereDiskBus } from "../../../src/platforms/vsphere/disk-layout";
import { DataSize } from "../../../src/units";
import { GIB, type MachineBlocks, Site } from "./setup";

const resourceOf = (site: Site) => site.only<MachineBlocks>("vsphere_virtual_machine");

function machine(platform: ConstructorParameters<typeof Site>[0] = {}) {
  const site = new Site(platform);
  const vm = site.vm();
  const add = (id: string, options: Partial<Parameters<typeof vm.addDisk>[1]> = {}) =>
    vm.addDisk(id, { pool: site.pool, tier: "performance", size: GIB(10), ...options });
  return { site, vm, add };
}

describe("a disk", () => {
  it.each<[DiskBus, RegExp]>([
    [DiskBus.PVSCSI, /^controller 1: each PVSCSI or NVMe controller has queues of its own/],
    [DiskBus.NVME, /^controller 1: each PVSCSI or NVMe controller has queues of its own/],
    [DiskBus.SATA, /^controller 0: emulated controllers are filled one after the other/],
  ])("on %s says why it is where it is", (bus, why) => {
    const { site, add } = machine();
    add("first");
    const disk = add("data", { bus });
    resourceOf(site);
    const { settings } = disk.explain();
    expect(settings.find(({ setting }) => setting === "unit_number")?.why).toMatch(why);
  });

  it("is thin, on PVSCSI, labelled by its id, and its file stays", () => {
    const { site, vm, add } = machine();
    const disk = add("data");
    expect(resourceOf(site)).toMatchObject({
      scsi_controller_count: 1,
      nvme_controller_count: 0,
      sata_controller_count: 0,
      datastore_id: expect.stringContaining("vsphere_datastore-flash"),
      lifecycle: { prevent_destroy: true },
      disk: [
        {
          label: "data",
          size: 10,
          unit_number: 0,
          controller_type: "scsi",
          thin_provisioned: true,
          eagerly_scrub: false,
          keep_on_remove: true,
          datastore_id: expect.stringContaining("vsphere_datastore-flash"),
        },
      ],
    });
    expect(disk.bus).toBe(DiskBus.PVSCSI);
    expect(vm.explain().value("unit_number", "site/vm/data")).toBe("0");
    expect(vm.explain().value("keep_on_remove")).toBe("true");
  });

  it("is given up where it is not protected", () => {
    const { site, add } = machine();
    add("scratch", { protectData: false });
    expect(resourceOf(site)).not.toHaveProperty("lifecycle");
    expect(resourceOf(site).disk).toMatchObject([{ keep_on_remove: false }]);
  });

  it("is zeroed at creation where that was asked for, or where it is shared", () => {
    const { site, add } = machine();
    add("log", { eagerZeroed: true });
    add("quorum", { shareable: true });
    expect(resourceOf(site).disk).toMatchObject([
      { label: "log", thin_provisioned: false, eagerly_scrub: true },
      { label: "quorum", thin_provisioned: false, eagerly_scrub: true, disk_sharing: "sharingMultiWriter" },
    ]);
  });

  it("keeps its place whatever others there are", () => {
    const { site, add } = machine();
    for (const order of [1, 2, 4, 6]) {
      add(`d${order}`, { order });
    }
    const units = () => Object.fromEntries(resourceOf(site).disk.map((d) => [d.label, d.unit_number]));
    const before = units();
    expect(before).toEqual({ d1: 0, d2: 15, d4: 45, d6: 16 });
    add("d3", { order: 3 });
    expect(units()).toEqual({ ...before, d3: 30 });
  });

  it("stands in the order that the provider keeps", () => {
    const { site, add } = machine();
    for (let i = 0; i < 6; i++) {
      add(`d${i}`);
    }
    expect(resourceOf(site).disk.map(({ unit_number }) => unit_number)).toEqual([0, 1, 15, 16, 30, 45]);
    expect(resourceOf(site).scsi_controller_count).toBe(4);
  });

  it("may be on NVMe or SATA", () => {
    const { site, add } = machine();
    add("system");
    add("fast", { bus: DiskBus.NVME });
    add("slow", { bus: DiskBus.SATA });
    expect(resourceOf(site)).toMatchObject({
      scsi_controller_count: 1,
      nvme_controller_count: 2,
      sata_controller_count: 1,
      disk: [
        { label: "system", controller_type: "scsi", unit_number: 0 },
        { label: "slow", controller_type: "sata", unit_number: 2 },
        { label: "fast", controller_type: "nvme", unit_number: 64 },
      ],
    });
  });

  it("has the storage policy of its tier, and says so where it has none beside one that has", () => {
    const { site, add } = machine();
    add("a");
    expect(resourceOf(site).disk[0]).not.toHaveProperty("storage_policy_id");
    add("b", { tier: "standard" });
    const [a, b] = resourceOf(site).disk;
    expect(a!.storage_policy_id).toBe("");
    expect(b!.storage_policy_id).toContain("data.vsphere_storage_policy");
  });

  it("is in a datastore cluster with its machine", () => {
    const { site, add } = machine({ datastore: "home" });
    add("a", { tier: "archive" });
    const resource = resourceOf(site);
    expect(resource.datastore_cluster_id).toContain("vsphere_datastore-cluster-pod");
    expect(resource).not.toHaveProperty("datastore_id");
    expect(resource.disk[0]).not.toHaveProperty("datastore_id");
  });

  it("leaves the machine's own files where they were put", () => {
    const { site, add } = machine({ datastore: "home" });
    add("a", { tier: "standard" });
    const resource = resourceOf(site);
    expect(resource.datastore_id).toContain("vsphere_datastore-home");
    expect(resource).not.toHaveProperty("storage_policy_id");
  });

  it("may be a file that is there", () => {
    const { site, vm } = machine();
    vm.addDisk("old", { pool: site.pool, tier: "performance", existingVolume: "old vm/old.vmdk", shareable: true });
    expect(resourceOf(site).disk).toEqual([
      {
        label: "old",
        attach: true,
        path: "old vm/old.vmdk",
        datastore_id: expect.stringContaining("flash"),
        disk_sharing: "sharingMultiWriter",
        controller_type: "scsi",
        unit_number: 0,
      },
    ]);
  });

  it("may be what the machine starts from, although it is there", () => {
    const site = new Site();
    site.vm({ boot: Boot.volume("golden.vmdk", { pool: site.pool, tier: "performance" }) });
    expect(resourceOf(site).disk).toMatchObject([{ label: "root", attach: true, path: "golden.vmdk", unit_number: 0 }]);
  });
});

describe("what a disk of vSphere lacks", () => {
  it.each([
    [{ bus: DiskBus.VIRTIO_SCSI }, /no such bus.*pvscsi, nvme, sata.*vsphere-disk-buses/],
    [{ bus: DiskBus.VIRTIO_BLK }, /no such bus/],
    [{ format: ImageFormat.QCOW2 }, /no `format`.*VMDK.*vsphere-esxi-decides/],
    [{ cache: CacheMode.NONE }, /no `cache`/],
    [{ asyncIo: AsyncIo.THREADS }, /no `asyncIo`/],
    [{ ioThread: IoThreadUse.SHARED }, /no `ioThread`/],
    [{ queues: 4 }, /no `queues`/],
    [{ queueDepth: 64 }, /no `queueDepth`.*vmw_pvscsi.cmd_per_lun/],
    [{ detectZeroes: DetectZeroes.ON }, /no `detectZeroes`/],
    [{ serial: "disk1" }, /no `serial`.*UUID/],
    [{ ioThreads: IoThreads.spread(4) }, /no `ioThreads`/],
    [{ errorPolicy: ErrorPolicy.STOP }, /no `errorPolicy`/],
    [{ readErrorPolicy: ReadErrorPolicy.STOP }, /no `readErrorPolicy`/],
    [{ sectors: SectorFormat.NATIVE_4K }, /no `sectors`/],
    [{ rotationRate: 1 }, /no `rotationRate`/],
    [{ wwn: "5000c50015ea71ad" }, /no `wwn`.*UUID/],
    [{ copyOnRead: true }, /no `copyOnRead`/],
    [{ passthrough: ScsiPassthrough.COMMANDS }, /no `passthrough`/],
    [{ source: VolumeSource.copyOf("/srv/a.raw") }, /no `content`.*Boot.template/],
    [{ discard: false }, /always passes discards/],
    [{ readOnly: true }, /no read-only disks/],
    [{ guest: GuestDisk.bare() }, /which vSphere gives out when the disk is made.*`userData`/],
    [{ size: DataSize.mebibytes(1536) }, /not whole GiB.*1 or 2.*DataSize.gibibytes\(2\).*vsphere-disk-whole-gib/],
    [{ size: DataSize.mebibytes(512) }, /whole GiB, such as 1\)/],
    [{ shareable: true, eagerZeroed: false }, /zeroed at creation.*vsphere-multi-writer/],
    [
      { order: 60 },
      /no place for a disk of this order.*0 to 59: 4 controllers with 15 disks each.*disk-controller-capacity/,
    ],
    [{ size: undefined, existingVolume: "a.qcow2" }, /is a VMDK/],
    [{ size: undefined, existingVolume: "a.vmdk", eagerZeroed: true }, /provisioned already/],
    [{ size: undefined, existingVolume: "a.vmdk", tier: "archive" as const }, /not in a cluster/],
  ])("%#: is an error", (options, message) => {
    expect(() => machine().add("data", options)).toThrow(message);
  });

  it("a label that the provider keeps for itself", () => {
    expect(() => machine().add("orphaned_disk_0")).toThrow(/keeps labels.*vsphere-disk-label/);
  });

  it("a label twice", () => {
    const { site, vm, add } = machine();
    add("data");
    const elsewhere = new Construct(site.stack, "elsewhere");
    const again = () => new TunedVmDisk(elsewhere, "data", { vm, pool: site.pool, tier: "performance", size: GIB(1) });
    expect(again).toThrow(/labels, are not all different/);
  });

  it("a machine half in a datastore cluster", () => {
    const { add } = machine();
    add("a");
    expect(() => add("b", { tier: "archive" })).toThrow(
      /a in datastores-performance, b in datastores-archive.*vsphere-one-datastore-cluster/,
    );
  });
});

describe("places", () => {
  it.each([
    [DiskBus.PVSCSI, [0, 15, 30, 45, 1], 59],
    [DiskBus.NVME, [0, 64, 128, 192, 1], 206],
    [DiskBus.SATA, [0, 1, 2, 3, 4], 59],
  ] as const)("on %s are all different", (bus, first, last) => {
    const units = Array.from({ length: 60 }, (_, position) => placeOf(bus as VsphereDiskBus, position).unitNumber);
    expect(units.slice(0, 5)).toEqual(first);
    expect(units[59]).toBe(last);
    expect(new Set(units).size).toBe(60);
  });
});
