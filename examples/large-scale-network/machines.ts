import { DataSize, type NetworkSlice, SriovPool, TunedVm, Workload } from "virtuned";
import type { Site } from "./sites";
import type { Slices } from "./slices";

/** Web servers, spread over the hosts. A NIC has a queue for each vCPU, so that no single one handles all packets. */
export function addWebServers({ scope, platform, hostOf, boot }: Site, slice: NetworkSlice, count: number): void {
  for (let i = 0; i < count; i++) {
    const vm = new TunedVm(scope, `web${i + 1}`, {
      platform,
      host: hostOf(i),
      vcpus: 8,
      memory: DataSize.gibibytes(16),
      workload: Workload.WEB,
      boot,
    });
    vm.addNic("shop", { segment: slice });
  }
}

/**
 * A firewall between the outside and both slices. The outside reaches it through a virtual function of a NIC of its own, and through the bridge
 * while the guest moves to another host.
 */
export function addFirewall({ scope, platform, hostOf, boot, fabricSwitch }: Site, { shop, backup }: Slices): void {
  const outside = { vlan: 200, mtu: 1500 };
  const bridged = fabricSwitch.addVlanSegment("outside", outside);
  const fast = new SriovPool(scope, "outside-fast", {
    platform,
    physicalFunction: "ens2f0",
    virtualFunctions: 8,
    ...outside,
  });
  const vm = new TunedVm(scope, "firewall", {
    platform,
    host: hostOf(0),
    vcpus: 4,
    memory: DataSize.gibibytes(8),
    workload: Workload.NETWORK_FUNCTION,
    liveMigration: true,
    boot,
  });
  vm.addNic("outside", { sriov: fast, failover: bridged });
  vm.addNic("shop", { segment: shop });
  vm.addNic("backup", { segment: backup });
}
