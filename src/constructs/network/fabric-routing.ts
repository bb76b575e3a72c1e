import { bitsOf, FrrConfig, type FrrPolicy, type FrrPrefix, type LinuxFiles } from "../../linux";
import { FabricLayer, type FabricLink, type FabricLinkEnd, type FabricNode } from "./fabric-node";
import type { Underlay } from "./underlay";

/** A router of others at the edge of a fabric. */
export interface ExternalPeer {
  readonly name: string;
  readonly node: FabricNode;
  readonly port: string;
  readonly address: string;
  readonly peer: string;
  readonly asn: number;
  readonly accept: readonly FrrPrefix[];
  readonly announce: readonly FrrPrefix[];
}

interface RoutedFabric {
  readonly node: { readonly path: string };
  readonly underlay: Underlay;
  readonly mtu: number;
  readonly evpn: boolean;
  readonly links: readonly FabricLink[];
}

/** Links that carry routes have a router at both ends. */
interface RoutedEnds {
  readonly own: FabricLinkEnd;
  readonly other: FabricLinkEnd & { readonly node: FabricNode };
}

/** The routing of a fabric: what FRR, systemd-networkd and the kernel of each machine are told. */
export class FabricRouting {
  public constructor(
    private readonly fabric: RoutedFabric,
    private readonly externalPeers: readonly ExternalPeer[],
  ) {}

  /** FRR of a machine. */
  public of(node: FabricNode): FrrConfig {
    const { name, routerId, asn, loopback } = node;
    const frr = new FrrConfig(`${this.fabric.node.path}/${name}`, { hostname: name, routerId, asn });
    const address = `${loopback}/${bitsOf(loopback)}`;
    frr.addInterface("lo", { addresses: [address] }).announce(address);
    for (const { own, other } of this.neighboursOf(node)) {
      this.addNeighbour(frr, node, own, other);
    }
    for (const external of this.externalPeers.filter((peer) => peer.node === node)) {
      frr.addInterface(external.port, { description: external.name, addresses: [external.address] });
      frr.addNeighbour(external.peer, {
        asn: external.asn,
        description: external.name,
        unicast: {
          accept: { name: `from-${external.name}`, networks: external.accept },
          announce: { name: `to-${external.name}`, networks: external.announce },
        },
      });
    }
    const isVtep = [FabricLayer.ACCESS, FabricLayer.EDGE, FabricLayer.HOST].includes(node.layer);
    return this.fabric.evpn && isVtep ? frr.advertiseVnis() : frr;
  }

  public write(where: string, node: FabricNode, files: LinuxFiles): void {
    for (const file of this.of(node).files()) {
      files.add(file, where);
    }
    const external = this.externalPeers.filter((peer) => peer.node === node).map(({ port }) => port);
    for (const name of [...this.neighboursOf(node).map(({ own }) => own.interface), ...external]) {
      files
        .network(name, where)
        .set("Link", "MTUBytes", this.fabric.mtu)
        // A neighbour that is down must not hold up the start of a machine.
        .set("Link", "RequiredForOnline", false)
        // Unnumbered links need it, and it is how neighbours of IPv6 are found.
        .set("Network", "LinkLocalAddressing", "ipv6")
        // Neighbours that route send advertisements, which would make default routes.
        .set("Network", "IPv6AcceptRA", false)
        // FRR gives the addresses.
        .set("Network", "KeepConfiguration", "static");
    }
    for (const family of ["ipv4", "ipv6"]) {
      files.sysctl(`net.${family}.fib_multipath_hash_policy`, 1, where);
    }
    // What comes by one path may be answered by another.
    files.sysctl("net.ipv4.conf.all.rp_filter", 2, where);
    if (node.layer !== FabricLayer.HOST) {
      files.sysctl("net.ipv4.ip_forward", 1, where);
      files.sysctl("net.ipv6.conf.all.forwarding", 1, where);
    }
  }

  private addNeighbour(frr: FrrConfig, node: FabricNode, own: FabricLinkEnd, other: RoutedEnds["other"]): void {
    const description = `${other.name} ${other.interface}`;
    const options = {
      description,
      evpn: this.fabric.evpn,
      evpnOwnOnly: node.layer === FabricLayer.HOST,
      unicast: this.policies(node, other.node),
    };
    frr.addInterface(own.interface, { description, addresses: own.address === undefined ? [] : [own.address] });
    if (other.address === undefined) {
      frr.addUnnumberedNeighbour(own.interface, options);
    } else {
      frr.addNeighbour(other.address.split("/")[0]!, { ...options, asn: other.node.asn });
    }
  }

  /**
   * A host tells of itself alone, and is believed nothing else. It takes what its leaves let through, so that its files stay as they are when
   * routers of others are added.
   */
  private policies(node: FabricNode, other: FabricNode): { readonly accept: FrrPolicy; readonly announce: FrrPolicy } {
    const bits = bitsOf(node.loopback);
    const only = ({ number, loopback }: FabricNode) => ({
      name: `host-${number}`,
      networks: [{ network: `${loopback}/${bits}` }],
    });
    if (node.layer === FabricLayer.HOST) {
      const all = { network: bits === 32 ? "0.0.0.0/0" : "::/0", longest: bits };
      return { accept: { name: "all", networks: [all] }, announce: only(node) };
    }
    const fabric = {
      name: "fabric",
      networks: [
        { network: this.fabric.underlay.loopbacks, longest: bits },
        ...this.externalPeers.flatMap(({ accept }) => accept),
      ],
    };
    return { accept: other.layer === FabricLayer.HOST ? only(other) : fabric, announce: fabric };
  }

  private neighboursOf(node: FabricNode): readonly RoutedEnds[] {
    return this.fabric.links.flatMap(({ upper, lower }) => {
      const [own, other] = upper.node === node ? [upper, lower] : [lower, upper];
      return own.node === node && other.node !== undefined ? [{ own, other: { ...other, node: other.node } }] : [];
    });
  }
}
