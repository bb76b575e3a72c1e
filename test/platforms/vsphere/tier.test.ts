import { NfsVersion, StorageBackend, StorageTier, TieredStoragePool } from "../../../src/constructs/storage";
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
    expect(Object.keys(resource)).toEqual(["vsphere_nas_datastore"]);
    expect(site.only("vsphere_nas_datastore")).not.toHaveProperty("lifecycle");
  });

  it("needs hosts", () => {
    expect(() => poolOn(new Site(), StorageTier.on(nfs))).toThrow(/no hosts to mount it on.*vsphere-datastore-hosts/);
  });

  it.each([
    [{ version: NfsVersion.V4_2 }, /does not mount NFS 4.2/],
    [{ mountPath: "/mnt" }, /mounts datastores where it wants/],
  ])("refuses %j", (options, message) => {
    const backend = StorageBackend.nfs("nas1", "/export", options);
    expect(() => poolOn(Site.withHosts("esx1"), StorageTier.on(backend))).toThrow(message);
  });
});

describe("tiers", () => {
  it.each([
    [StorageBackend.directory("/var/vm"), /no directories of hosts for the capacity tier/],
    [StorageBackend.lvm("vg0"), /no LVM volume groups.*StorageBackend.datastore\(\).*vsphere-tier-backends/],
  ])("are not on %s", (backend, message) => {
    expect(() => poolOn(new Site(), StorageTier.on(backend))).toThrow(message);
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
