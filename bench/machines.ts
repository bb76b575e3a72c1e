import type { TerraformStack } from "cdktf";
import {
  DataSize,
  DistributedVSwitch,
  StorageBackend,
  StorageTier,
  SwitchBacking,
  TieredStoragePool,
  TunedVm,
  Workload,
} from "../src";
import { LibvirtHost, LibvirtPlatform } from "../src/platforms/libvirt";

/** Adds machines to a stack as a user would: each with two NICs, and three disks on volumes and controllers of their own. */
export function addMachines(stack: TerraformStack, machines: number): void {
  const platform = new LibvirtPlatform(stack, "kvm", {
    hosts: [LibvirtHost.at("kvm1", "qemu:///system")],
    switchBacking: SwitchBacking.openVSwitch("ovs0"),
  });
  const fabric = new DistributedVSwitch(stack, "fabric", { platform, mtu: 9000 });
  const segments = [120, 130].map((vlan) => fabric.addVlanSegment(`vlan-${vlan}`, { vlan }));
  const pool = new TieredStoragePool(stack, "storage", {
    platform,
    tiers: { performance: StorageTier.on(StorageBackend.lvm("nvme")) },
  });
  for (let machine = 0; machine < machines; machine++) {
    const vm = new TunedVm(stack, `guest-${machine}`, {
      platform,
      vcpus: 4,
      memory: DataSize.gibibytes(8),
      workload: Workload.DATABASE,
    });
    for (const segment of segments) {
      vm.addNic(segment.node.id, { segment });
    }
    for (const disk of ["data", "log", "backup"]) {
      vm.addDisk(disk, { pool, tier: "performance", size: DataSize.gibibytes(10) });
    }
  }
}
