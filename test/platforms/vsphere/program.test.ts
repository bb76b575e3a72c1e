import { Boot, DiskBus, NicModel, Workload } from "../../../src/constructs/compute";
import { DistributedVSwitch, Teaming } from "../../../src/constructs/network";
import { StorageBackend, StorageTier, TieredStoragePool } from "../../../src/constructs/storage";
import { GIB, Site } from "./setup";

it("a whole program", () => {
  const site = Site.withHosts("esx1.example.org", "esx2.example.org");
  const { platform, stack } = site;
  const fabric = new DistributedVSwitch(stack, "fabric", {
    platform,
    mtu: 9000,
    uplinks: ["vmnic2", "vmnic3"],
    teaming: Teaming.loadBased(),
  });
  const db = fabric.addVlanSegment("db", { vlan: 120 });
  const tenants = fabric.addVlanSegment("tenants", { trunk: [130, { from: 200, to: 210 }] });
  const management = fabric.addVlanSegment("management", { mtu: 1500 });
  const storage = new TieredStoragePool(stack, "storage", {
    platform,
    tiers: {
      performance: StorageTier.on(StorageBackend.datastore("flash"), { storagePolicy: "mirrored" }),
      capacity: StorageTier.on(StorageBackend.nfs("nas1", "/export/vm")),
    },
  });
  const vm = site.vm(
    {
      vcpus: 12,
      memory: GIB(32),
      workload: Workload.DATABASE,
      description: "Orders",
      boot: Boot.template("debian-12", { pool: storage, tier: "performance", size: GIB(20) }),
      cloudInit: { userData: "#cloud-config\n", networkConfig: "version: 2\nethernets: {ens192: {mtu: 9000}}\n" },
    },
    "orders-db",
  );
  vm.addNic("db", { segment: db });
  vm.addNic("tenants", { segment: tenants, macAddress: "00:50:56:12:34:56" });
  vm.addNic("management", { segment: management, model: NicModel.E1000E });
  vm.addDisk("data", { pool: storage, tier: "performance", size: GIB(200) });
  vm.addDisk("log", { pool: storage, tier: "performance", size: GIB(40), eagerZeroed: true, bus: DiskBus.NVME });
  vm.addDisk("backup", { pool: storage, tier: "capacity", size: GIB(500), protectData: false });

  expect(site.synth()).toMatchSnapshot();
  expect(
    vm
      .explain()
      .settings.map(({ subject, setting, value, decision, practice }) =>
        [subject, setting, value, decision, practice].join(" | "),
      ),
  ).toMatchSnapshot("explanation");
});
