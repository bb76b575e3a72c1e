import { Network } from "@cdktf/provider-libvirt/lib/network";
import { Construct } from "constructs";
import { type Flooding, FloodingKind } from "../../constructs/network/flooding";
import { SwitchBackingKind } from "../../constructs/network/switch-backing";
import type { Vtep } from "../../constructs/network/vtep";
import { ConfigurationError } from "../../errors";
import { deviceUnit, exec, familyOf, withoutAddresses } from "../../linux";
import { VXLAN_LIMITS, VXLAN_PRACTICES } from "../../practices";
import type { VxlanIntent } from "../platform";
import { hashOf, replaceWhenRedefined } from "./definition";
import type { HostFiles } from "./host-files";
import type { LibvirtHost } from "./libvirt-host";
import type { LibvirtPlatform } from "./libvirt-platform";
import { FORGED_TRANSMITS, type LibvirtSegment, type SegmentOnHost } from "./switch-writer";

const IP = "/usr/sbin/ip";

/** Writes a VXLAN segment: on each host a VXLAN device in a bridge of its own, and a network of libvirt on that bridge. */
export class VxlanWriter implements LibvirtSegment {
  readonly #networks = new Map<LibvirtHost, Network>();
  readonly #device: string;
  readonly #bridge: string;

  public constructor(
    public readonly platform: LibvirtPlatform,
    scope: Construct,
    private readonly intent: VxlanIntent,
  ) {
    const where = scope.node.path;
    checkTraffic(where, intent);
    // Not after the segment's name: an interface has no more than 15 characters, and the VNI is what tells segments apart.
    this.#device = `vxlan${intent.vni}`;
    this.#bridge = `br-vx${intent.vni}`;
    for (const [host, vtep] of intent.vteps as ReadonlyMap<LibvirtHost, Vtep>) {
      platform._claim(where, host, "network", intent.name);
      const files = platform.hostFiles(host);
      vtep.writeTo?.(files);
      this.writeBridge(files, where);
      this.writeDevice(files, where, vtep);
      this.#networks.set(host, this.makeNetwork(new Construct(scope, host.name), host, files));
    }
    this.explain();
  }

  public on(where: string, host: LibvirtHost): SegmentOnHost {
    const network = this.#networks.get(host);
    if (network === undefined) {
      throw new ConfigurationError({
        where,
        what: `segment ${this.intent.name} is not on the machine's host`,
        given: host.name,
        allowed: [...this.#networks.keys()].map(({ name }) => name).join(", "),
        mend: "add the host to `hosts` of the segment, or run the machine on one of its hosts",
      });
    }
    const { traffic, security } = this.intent;
    return {
      network: this.intent.name,
      resource: network,
      backing: SwitchBackingKind.LINUX_BRIDGE,
      ...(security.allowForgedTransmits ? { unfiltered: FORGED_TRANSMITS } : { filter: "no-mac-spoofing" }),
      shaping: { traffic, peakIsLimit: false, hasFloors: false },
      attachment: () => hashOf([this.intent.name, this.#bridge]),
    };
  }

  private makeNetwork(scope: Construct, host: LibvirtHost, files: HostFiles): Network {
    const network = new Network(scope, "Resource", {
      provider: this.platform.provider(host),
      name: this.intent.name,
      autostart: true,
      forward: { mode: "bridge" },
      bridge: { name: this.#bridge },
    });
    files.makeWait(network);
    replaceWhenRedefined(scope, network);
    return network;
  }

  private writeBridge(files: HostFiles, where: string): void {
    files.netdev(this.#bridge, where).set("NetDev", "Kind", "bridge").set("Bridge", "STP", false);
    withoutAddresses(files, this.#bridge, this.intent.mtu, where);
  }

  private writeDevice(files: HostFiles, where: string, vtep: Vtep): void {
    const { flooding, mtu, neighbourSuppression } = this.intent;
    if (flooding.kind === FloodingKind.MULTICAST) {
      this.writeMulticastDevice(files, where, vtep, flooding);
      return;
    }
    const evpn = flooding.kind === FloodingKind.EVPN;
    const netdev = files
      .netdev(this.#device, where)
      .set("NetDev", "Kind", "vxlan")
      .set("VXLAN", "VNI", this.intent.vni)
      .set("VXLAN", "Local", vtep.address)
      .set("VXLAN", "DestinationPort", VXLAN_LIMITS.port)
      .set("VXLAN", "MacLearning", !evpn)
      // Else the interface that has the address would have to name the device in its own file, which is the host's.
      .set("VXLAN", "Independent", true);
    if (familyOf(vtep.address) === 4) {
      netdev.set("VXLAN", "IPDoNotFragment", true);
    }
    const network = withoutAddresses(files, this.#device, mtu, where).set("Network", "Bridge", this.#bridge);
    if (evpn) {
      network.set("Bridge", "Learning", false).set("Bridge", "NeighborSuppression", neighbourSuppression);
      return;
    }
    for (const { address } of [...this.intent.vteps.values()].filter((other) => other !== vtep)) {
      network.add("BridgeFDB", { MACAddress: "00:00:00:00:00:00", Destination: address, AssociatedWith: "self" });
    }
  }

  /**
   * A device that joins a group belongs to an interface. systemd-networkd makes it only where that interface's own `.network` file names it,
   * and a second file for the interface would take the place of the host's.
   */
  private writeMulticastDevice(
    files: HostFiles,
    where: string,
    vtep: Vtep,
    { group, interface: lower }: Flooding,
  ): void {
    const device = this.#device;
    const { vni, mtu } = this.intent;
    const ends = ["local", vtep.address, "group", group!, "dev", lower!];
    const ipv4 = familyOf(vtep.address) === 4 ? ["df", "set", "noudpcsum"] : [];
    const settings = ["dstport", VXLAN_LIMITS.port, "ttl", VXLAN_LIMITS.multicastTtl, "learning", ...ipv4];
    const service = files.service(device, where).set("Unit", "Description", `VXLAN device ${device}`);
    for (const unit of [lower!, this.#bridge].map(deviceUnit)) {
      service.append("Unit", "Wants", unit).append("Unit", "After", unit);
    }
    service
      .append("Service", "ExecStartPre", `-${exec(IP, "link", "delete", device)}`)
      .append(
        "Service",
        "ExecStart",
        exec(IP, "link", "add", device, "mtu", mtu, "type", "vxlan", "id", vni, ...ends, ...settings),
      )
      .append(
        "Service",
        "ExecStart",
        exec(IP, "link", "set", device, "master", this.#bridge, "addrgenmode", "none", "up"),
      )
      .append("Service", "ExecStop", `-${exec(IP, "link", "delete", device)}`);
  }

  private explain(): void {
    const { log, flooding, vteps } = this.intent;
    log.record(VXLAN_PRACTICES.port, "DestinationPort", VXLAN_LIMITS.port);
    log.record(VXLAN_PRACTICES.learning, "MacLearning", flooding.kind !== FloodingKind.EVPN);
    log.record(VXLAN_PRACTICES.bridge, "bridge", this.#bridge);
    if (familyOf([...vteps.values()][0]!.address) === 4) {
      log.record(VXLAN_PRACTICES.doNotFragment, "IPDoNotFragment", true);
    }
    log.record(VXLAN_PRACTICES.checksum, "UDPChecksum", "left alone");
  }
}

/** Limits are those of NICs, which are shaped before the tunnel. */
function checkTraffic(where: string, { traffic }: VxlanIntent): void {
  for (const { reservation, shares, priority } of [traffic?.inbound ?? {}, traffic?.outbound ?? {}]) {
    const given = reservation ?? shares ?? priority;
    if (given !== undefined) {
      throw new ConfigurationError({
        where,
        what: "a segment in tunnels has no guarantee, shares or priority of its own",
        given,
        allowed: "a limit of its NICs",
        mend: "leave them out, or have a gateway carry a VLAN in the segment: `transport`",
        practice: VXLAN_PRACTICES.noClasses.id,
      });
    }
  }
}
