import { checkInteger } from "../../checks";
import { ConfigurationError } from "../../errors";
import type { LinuxFiles } from "../../linux/linux-files";
import { NETWORK_LIMITS, NETWORK_PRACTICES } from "../../practices";
import type { FabricNode } from "./fabric-node";

const VXLAN_PORT = 4789;
const MAX_VNI = 2 ** 24 - 1;

/** VLANs of hosts that leaves carry in segments of VXLAN: a bridge for each segment, with its VXLAN device and the VLAN of each port in it. */
export class LeafBridges {
  /** Segment of each VLAN, and the ports it is on, for each leaf. */
  readonly #leaves = new Map<FabricNode, Map<number, { readonly vni: number; readonly ports: Set<string> }>>();

  /** @throws ConfigurationError where the VLAN is in another segment already */
  public map(where: string, leaf: FabricNode, port: string, vlan: number, vni: number): void {
    checkInteger(where, "the VLAN", vlan, {
      min: NETWORK_LIMITS.minVlan,
      max: NETWORK_LIMITS.maxVlan,
      practice: NETWORK_PRACTICES.vlanRange.id,
    });
    checkInteger(where, "the VNI", vni, { min: 1, max: MAX_VNI });
    const vlans = this.#leaves.get(leaf) ?? new Map();
    const mapped = vlans.get(vlan) ?? { vni, ports: new Set() };
    if (mapped.vni !== vni) {
      throw new ConfigurationError({
        where,
        what: `VLAN ${vlan} of ${leaf.name} is in segment ${mapped.vni} already`,
        given: vni,
        mend: "give the segment another VLAN on this leaf",
      });
    }
    mapped.ports.add(port);
    this.#leaves.set(leaf, vlans.set(vlan, mapped));
  }

  /** @param mtu of the segments, in bytes */
  public write(where: string, leaf: FabricNode, mtu: number, files: LinuxFiles): void {
    const vlans = [...(this.#leaves.get(leaf) ?? [])].sort(([a], [b]) => a - b);
    for (const [vlan, { vni, ports }] of vlans) {
      const [bridge, vxlan] = [`br${vni}`, `vx${vni}`];
      files
        .netdev(bridge, where)
        .set("NetDev", "Kind", "bridge")
        .set("NetDev", "MTUBytes", mtu)
        .set("Bridge", "STP", false);
      files.network(bridge, where).set("Network", "LinkLocalAddressing", false).set("Network", "IPv6AcceptRA", false);
      files
        .netdev(vxlan, where)
        .set("NetDev", "Kind", "vxlan")
        .set("NetDev", "MTUBytes", mtu)
        .set("VXLAN", "VNI", vni)
        .set("VXLAN", "Local", leaf.loopback)
        .set("VXLAN", "DestinationPort", VXLAN_PORT)
        // EVPN says where MAC addresses are.
        .set("VXLAN", "MacLearning", false)
        .set("VXLAN", "Independent", true);
      files
        .network(vxlan, where)
        .set("Network", "Bridge", bridge)
        .set("Network", "LinkLocalAddressing", false)
        .set("Bridge", "Learning", false)
        .set("Bridge", "NeighborSuppression", true);
      for (const port of [...ports].sort()) {
        const tagged = `${port}.${vlan}`;
        files
          .network(port, where)
          .set("Link", "MTUBytes", mtu)
          .set("Network", "LinkLocalAddressing", false)
          .append("Network", "VLAN", tagged);
        files.netdev(tagged, where).set("NetDev", "Kind", "vlan").set("VLAN", "Id", vlan);
        files.network(tagged, where).set("Network", "Bridge", bridge).set("Network", "LinkLocalAddressing", false);
      }
    }
  }
}
