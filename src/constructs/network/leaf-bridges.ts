import { checkInteger } from "../../checks";
import { ConfigurationError } from "../../errors";
import { type LinuxFiles, withoutAddresses } from "../../linux";
import { NETWORK_LIMITS, NETWORK_PRACTICES, VXLAN_LIMITS, VXLAN_PRACTICES } from "../../practices";
import type { FabricNode, FabricSwitch } from "./fabric-node";

/** VLANs of hosts that leaves carry in segments of VXLAN: a bridge for each segment, with its VXLAN device and the VLAN of each port in it. */
export class LeafBridges {
  /** Segment of each VLAN, and the ports it is on, for each leaf. */
  readonly #leaves = new Map<FabricSwitch, Map<number, { readonly vni: number; readonly ports: Set<number> }>>();

  /** @throws ConfigurationError where the VLAN is in another segment already */
  public map(where: string, leaf: FabricSwitch, port: number, vlan: number, vni: number): void {
    checkInteger(where, "the VLAN", vlan, {
      min: NETWORK_LIMITS.minVlan,
      max: NETWORK_LIMITS.maxVlan,
      practice: NETWORK_PRACTICES.vlanRange.id,
    });
    checkInteger(where, "the VNI", vni, {
      min: VXLAN_LIMITS.minVni,
      max: VXLAN_LIMITS.maxVni,
      practice: VXLAN_PRACTICES.vni.id,
    });
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
  public write(where: string, node: FabricNode, mtu: number, files: LinuxFiles): void {
    const [leaf, vlans] = [...this.#leaves].find(([other]) => other === node) ?? [];
    if (leaf === undefined || vlans === undefined) {
      return;
    }
    for (const [vlan, { vni, ports }] of [...vlans].sort(([a], [b]) => a - b)) {
      const [bridge, vxlan] = [`br-vx${vni}`, `vxlan${vni}`];
      files.netdev(bridge, where).set("NetDev", "Kind", "bridge").set("Bridge", "STP", false);
      withoutAddresses(files, bridge, mtu, where);
      files
        .netdev(vxlan, where)
        .set("NetDev", "Kind", "vxlan")
        .set("VXLAN", "VNI", vni)
        .set("VXLAN", "Local", leaf.loopback)
        .set("VXLAN", "DestinationPort", VXLAN_LIMITS.port)
        // EVPN says where MAC addresses are.
        .set("VXLAN", "MacLearning", false)
        .set("VXLAN", "Independent", true)
        // A packet that does not fit is lost where it can be seen, not taken apart.
        .set("VXLAN", "IPDoNotFragment", true);
      withoutAddresses(files, vxlan, mtu, where)
        .set("Network", "Bridge", bridge)
        .set("Bridge", "Learning", false)
        .set("Bridge", "NeighborSuppression", true);
      for (const number of [...ports].sort((a, b) => a - b)) {
        // Not after the port: with some switches' names it would have more characters than Linux takes.
        const tagged = `vlan${vlan}p${number}`;
        withoutAddresses(files, leaf.portNames.of(number), mtu, where).append("Network", "VLAN", tagged);
        files.netdev(tagged, where).set("NetDev", "Kind", "vlan").set("VLAN", "Id", vlan);
        withoutAddresses(files, tagged, mtu, where).set("Network", "Bridge", bridge);
      }
    }
  }
}
