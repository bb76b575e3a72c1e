import { App } from "cdktf";
import { DataSize, DistributedVSwitch, Firmware, TunedStack, TunedVm, Workload } from "virtuned";
import { siteFromEnvironment } from "./platforms";

const app = new App();
const stack = new TunedStack(app, "database-vm");
const { platform, storage, boot, uplinks } = siteFromEnvironment(stack);

const fabric = new DistributedVSwitch(stack, "fabric", { platform, mtu: 9000, uplinks });
const clients = fabric.addVlanSegment("clients", { mtu: 1500 });
const replication = fabric.addVlanSegment("replication");

const vm = new TunedVm(stack, "orders-db", {
  platform,
  vcpus: 8,
  memory: DataSize.gibibytes(32),
  workload: Workload.DATABASE,
  firmware: Firmware.uefi(),
  boot,
  cloudInit: { userData: "#cloud-config\npackages: [postgresql]\n" },
});
vm.addNic("clients", { segment: clients });
vm.addNic("replication", { segment: replication });
vm.addDisk("data", { pool: storage, tier: "performance", size: DataSize.gibibytes(200) });
vm.addDisk("log", { pool: storage, tier: "performance", size: DataSize.gibibytes(40) });
vm.addDisk("backup", { pool: storage, tier: "capacity", size: DataSize.gibibytes(500) });

app.synth();
