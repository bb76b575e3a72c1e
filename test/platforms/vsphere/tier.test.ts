import { ImageFormat } from "../../../src/constructs/compute";
import {
  LibvirtSecret,
  NfsSecurity,
  NfsVersion,
  Preallocation,
  StorageBackend,
  StorageTier,
  TieredStoragePool,
} from "../../../src/constructs/storage";
import { DataSize } from "../../../src/units";
import { GIB, type MachineBlocks, Site, warningsOf } from "./setup";

const nfs = StorageBackend.nfs("nas1", "/export/vm");

function poolOn(site: Site, tier: StorageTier, protectData?: boolean): TieredStoragePool {
  return new TieredStoragePool(site.stack, "storage", {
    platform: site.platform,
    tiers: { capacity: tier },
    protectData,
  });
}

describe("an NFS tier", () => {
  it("is mounted on all hosts, tagged, protected, and has a storage policy by its tag", () => {
    const site = Site.withHosts("esx1", "esx2");
    poolOn(site, StorageTier.on(nfs));
    expect(site.only("vsphere_nas_datastore")).toMatchObject({
      name: "storage-capacity",
      type: "NFS",
      remote_hosts: ["nas1"],
      remote_path: "/export/vm",
      host_system_ids: [expect.stringContaining("esx1"), expect.stringContaining("esx2")],
      tags: [expect.stringContaining("vsphere_tag.storage_capacity-tag")],
      lifecycle: { prevent_destroy: true },
    });
    expect(site.only("vsphere_tag_category")).toMatchObject({
      name: "storage tier",
      cardinality: "SINGLE",
      associable_types: ["Datastore"],
    });
    expect(site.only("vsphere_vm_storage_policy")).toMatchObject({
      name: "storage-capacity",
      tag_rules: [{ tag_category: expect.stringContaining(".name}"), tags: [expect.stringContaining(".name}")] }],
    });
  });

  it("shares the category of its pool", () => {
    const site = Site.withHosts("esx1");
    const other = StorageBackend.nfs("nas2", "/fast", { version: NfsVersion.V4_1 });
    new TieredStoragePool(site.stack, "storage", {
      platform: site.platform,
      tiers: { capacity: StorageTier.on(nfs), performance: StorageTier.on(other) },
    });
    site.only("vsphere_tag_category");
    const { resource } = site.synth();
    expect(Object.keys(resource.vsphere_tag!)).toHaveLength(2);
    expect(Object.values(resource.vsphere_nas_datastore!).map(({ type }) => type)).toEqual(["NFS", "NFS41"]);
  });

  it("has the policy that was given, and no protection where none was asked for", () => {
    const site = Site.withHosts("esx1");
    poolOn(site, StorageTier.on(nfs, { storagePolicy: "gold" }), false);
    const { data, resource } = site.synth();
    expect(Object.values(data.vsphere_storage_policy!)).toMatchObject([{ name: "gold" }]);
    expect(Object.keys(resource)).not.toContain("vsphere_tag");
    expect(Object.keys(resource)).not.toContain("vsphere_vm_storage_policy");
    expect(site.only("vsphere_nas_datastore")).not.toHaveProperty("lifecycle");
  });

  it("has several servers and Kerberos with NFS 4.1", () => {
    const site = Site.withHosts("esx1");
    const options = { version: NfsVersion.V4_1, moreServers: ["nas2"], security: NfsSecurity.KRB5I };
    poolOn(site, StorageTier.on(StorageBackend.nfs("nas1", "/export/vm", options)));
    expect(site.only("vsphere_nas_datastore")).toMatchObject({
      type: "NFS41",
      remote_hosts: ["nas1", "nas2"],
      security_type: "SEC_KRB5I",
    });
  });

  it("needs hosts", () => {
    expect(() => poolOn(new Site(), StorageTier.on(nfs))).toThrow(/no hosts to mount it on.*vsphere-datastore-hosts/);
  });

  it.each([
    [{ version: NfsVersion.V4_2 }, /does not mount NFS 4.2/],
    [{ mountPath: "/mnt" }, /mounts datastores where it wants/],
    [{ connections: 4 }, /no number of connections/],
    [{ requestSize: DataSize.mebibytes(1) }, /how much a request reads/],
    [{ moreServers: ["nas2"] }, /NFS 3 has one server and no Kerberos \(given "moreServers: nas2"\).*vsphere-nfs-4-1/],
    [{ version: NfsVersion.V3, security: NfsSecurity.KRB5 }, /no Kerberos \(given "security: krb5"\)/],
  ])("refuses %j", (options, message) => {
    const backend = StorageBackend.nfs("nas1", "/export", options);
    expect(() => poolOn(Site.withHosts("esx1"), StorageTier.on(backend))).toThrow(message);
  });
});

describe("tiers", () => {
  it.each([
    [StorageBackend.directory("/var/vm"), /no directories of hosts for the capacity tier/],
    [
      StorageBackend.lvm("vg0"),
      /no LVM volume groups.*StorageBackend.vmfs\(\).*LUNs, .*carry VMFS.*vsphere-tier-backends/,
    ],
    [StorageBackend.zfs("tank"), /no storage of the kind zfs.*name a datastore of the inventory/],
  ])("are not on %s", (backend, message) => {
    expect(() => poolOn(new Site(), StorageTier.on(backend))).toThrow(message);
  });

  it.each([
    [{ format: ImageFormat.QCOW2 }, /one format, VMDK.*vsphere-esxi-decides/],
    [{ clusterSize: DataSize.kibibytes(128) }, /one format, VMDK.*clusters of 128 KiB/],
    [{ encryptionSecret: LibvirtSecret.uuid("2ec115d7-3a88-3ceb-bc12-0ac909a6fd87") }, /encrypts by a storage policy/],
    [{ preallocation: Preallocation.METADATA }, /no metadata to preallocate/],
  ])("have nothing of qcow2: %j", (options, message) => {
    expect(() => poolOn(new Site(), StorageTier.on(StorageBackend.datastore("flash"), options))).toThrow(message);
  });

  it.each([
    [undefined, { thin_provisioned: true, eagerly_scrub: false }],
    [Preallocation.NONE, { thin_provisioned: true, eagerly_scrub: false }],
    [Preallocation.FALLOC, { thin_provisioned: false, eagerly_scrub: false }],
    [Preallocation.FULL, { thin_provisioned: false, eagerly_scrub: true }],
  ])("say what is taken of a disk's space: %s", (preallocation, block) => {
    const site = new Site();
    const pool = poolOn(site, StorageTier.on(StorageBackend.datastore("flash"), { preallocation }));
    const vm = site.vm();
    vm.addNic("lan", { segment: site.segment });
    vm.addDisk("data", { pool, tier: "capacity", size: GIB(1) });
    vm.addDisk("other", { pool, tier: "capacity", size: GIB(1), eagerZeroed: false });
    const { disk } = site.only<MachineBlocks>("vsphere_virtual_machine");
    expect(disk[0]).toMatchObject(block);
    expect(disk[1]).toMatchObject({ thin_provisioned: true, eagerly_scrub: false });
  });
});

describe("disks in a datastore that this program makes", () => {
  function machine() {
    const site = Site.withHosts("esx1");
    const pool = poolOn(site, StorageTier.on(nfs));
    return { site, pool, vm: site.vm() };
  }

  it("follow their machine where it is there too, since the provider can't plan them otherwise", () => {
    const { site, pool, vm } = machine();
    const disk = vm.addDisk("data", { pool, tier: "capacity", size: GIB(1) });
    const resource = site.only<MachineBlocks>("vsphere_virtual_machine");
    expect(resource.datastore_id).toContain("vsphere_nas_datastore");
    expect(resource.storage_policy_id).toContain("vsphere_vm_storage_policy");
    expect(resource.disk[0]).toMatchObject({ datastore_id: "", storage_policy_id: expect.stringContaining("policy") });
    expect(warningsOf(disk)).toEqual([]);
  });

  it("come with a warning where the machine is elsewhere", () => {
    const { site, pool, vm } = machine();
    vm.addDisk("system", { pool: site.pool, tier: "performance", size: GIB(1) });
    const disk = vm.addDisk("data", { pool, tier: "capacity", size: GIB(1) });
    expect(warningsOf(disk)).toEqual([
      expect.stringMatching(
        /terraform apply -target=vsphere_nas_datastore\.storage_capacity-datastore_\w+ once \[vsphere-datastore-first\]/,
      ),
    ]);
    const { disk: blocks } = site.only<MachineBlocks>("vsphere_virtual_machine");
    expect(blocks[1]!.datastore_id).toContain("vsphere_nas_datastore");
    // What a disk leaves out the provider takes from the disk that had its index before.
    expect(blocks[0]!.storage_policy_id).toBe("");
  });
});
