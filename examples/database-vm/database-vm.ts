import { DataSize, DistributedVSwitch, Firmware, type TunedStack, TunedVm, Workload } from "virtuned";
import type { Site } from "./platforms";

/** What grows while the database lives. */
export interface DatabaseVmOptions {
  /** @default 32 GiB */
  readonly memory?: DataSize;
  /** Size of the disk that the data are on. @default 200 GiB */
  readonly data?: DataSize;
}

/** A database server with networks and disks of its own: the same on every platform. */
export function databaseVm(
  stack: TunedStack,
  { platform, storage, boot, uplinks }: Site,
  options: DatabaseVmOptions = {},
) {
  const { memory = DataSize.gibibytes(32), data = DataSize.gibibytes(200) } = options;

  const fabric = new DistributedVSwitch(stack, "fabric", { platform, mtu: 9000, uplinks });
  const clients = fabric.addVlanSegment("clients", { mtu: 1500 });
  const replication = fabric.addVlanSegment("replication");

  const vm = new TunedVm(stack, "orders-db", {
    platform,
    vcpus: 8,
    memory,
    workload: Workload.DATABASE,
    firmware: Firmware.uefi(),
    boot,
    cloudInit: { userData: "#cloud-config\npackages: [postgresql]\n" },
  });
  vm.addNic("clients", { segment: clients });
  vm.addNic("replication", { segment: replication });
  vm.addDisk("data", { pool: storage, tier: "performance", size: data });
  vm.addDisk("log", { pool: storage, tier: "performance", size: DataSize.gibibytes(40) });
  vm.addDisk("backup", { pool: storage, tier: "capacity", size: DataSize.gibibytes(500) });
  return { fabric, vm };
}
