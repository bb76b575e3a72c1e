import { DataRate, DataSize, NetworkSlice, type SpineLeafFabric, TrafficProfile } from "virtuned";
import type { Site } from "./sites";

/** The slices of a site. */
export interface Slices {
  readonly shop: NetworkSlice;
  readonly backup: NetworkSlice;
}

/**
 * One slice for the web shop, which answers people, and one for backups, which take what is left. Each is a segment of its own, with a guarantee
 * on the uplinks and a limit for each NIC. The fabric carries each VLAN in a segment of VXLAN, so that a slice is the same one on all sites.
 */
export function slices({ scope, fabricSwitch }: Site, fabric: SpineLeafFabric): Slices {
  return {
    shop: new NetworkSlice(scope, "shop", {
      switch: fabricSwitch,
      vlan: 120,
      vxlan: { vni: 10_120, vteps: fabric },
      mtu: 1500,
      traffic: TrafficProfile.perDirection({
        outbound: TrafficProfile.tokenBucket({
          average: DataRate.gbps(8),
          burst: DataSize.mebibytes(8),
          reservation: DataRate.gbps(5),
        }),
      }),
    }),
    backup: new NetworkSlice(scope, "backup", {
      switch: fabricSwitch,
      vlan: 130,
      vxlan: { vni: 10_130, vteps: fabric },
      traffic: TrafficProfile.perDirection({
        outbound: TrafficProfile.leakyBucket({ rate: DataRate.gbps(2), reservation: DataRate.gbps(1) }),
      }),
    }),
  };
}
