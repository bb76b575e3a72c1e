import { DiscoveryOperation } from "../../constructs/network/discovery-protocol";
import { MulticastFiltering } from "../../constructs/network/multicast-filtering";
import type { VlanTagging } from "../../constructs/network/vlan";
import { type UnitFile, withoutAddresses } from "../../linux";
import { HOST_NETWORK_LIMITS } from "../../practices";
import type { SwitchIntent } from "../platform";
import { bondName, type LinuxBond, uplinksInUse } from "./bond";
import type { HostFiles } from "./host-files";

export interface LinuxBridgeProps {
  readonly files: HostFiles;
  readonly where: string;
  readonly bridge: string;
  readonly intent: SwitchIntent;
  /** What its uplinks are put together to, where they are. */
  readonly bond?: LinuxBond;
  /** Whether libvirt tags its ports; otherwise each VLAN has a bridge of its own. */
  readonly tagging: boolean;
}

/** A Linux bridge that the kit makes on one host, with its uplinks: files of systemd-networkd. */
export class LinuxBridge {
  /** What connects it to the network: its uplink or its bond. */
  readonly #way?: string;
  readonly #passed = new Set<string>();

  public constructor(private readonly props: LinuxBridgeProps) {
    const { files, where, bridge, intent, bond } = props;
    this.makeBridge(bridge)
      .set("Bridge", "VLANFiltering", true)
      .set("Bridge", "DefaultPVID", HOST_NETWORK_LIMITS.defaultPvid);
    const uplinks = uplinksInUse(intent);
    if (bond !== undefined) {
      this.#way = bondName(bridge);
      const netdev = files.netdev(this.#way, where).set("NetDev", "Kind", "bond");
      for (const [key, value] of Object.entries(bond.settings)) {
        netdev.set("Bond", key, value);
      }
      withoutAddresses(files, this.#way, intent.mtu, where).set("Network", "Bridge", bridge);
      for (const uplink of uplinks) {
        writeUplink(files, where, uplink, intent).set("Network", "Bond", this.#way);
      }
      if (bond.primary !== undefined) {
        files.network(bond.primary, where).set("Network", "PrimarySlave", true);
      }
    } else if (uplinks.length > 0) {
      this.#way = uplinks[0]!;
      writeUplink(files, where, this.#way, intent).set("Network", "Bridge", bridge);
    }
  }

  /**
   * Lets the frames of a segment through.
   * @returns the bridge of its VLAN, where that is another one
   */
  public addSegment(where: string, tagging: VlanTagging): string | undefined {
    if (tagging.kind === "untagged") {
      return undefined;
    }
    if (!this.props.tagging) {
      // Trunks are refused before.
      return tagging.kind === "access" ? this.bridgeOf(tagging.vlan) : undefined;
    }
    for (const vlans of vlansOf(tagging)) {
      this.pass(where, vlans);
    }
    return undefined;
  }

  private pass(where: string, vlans: string): void {
    if (this.#way !== undefined && !this.#passed.has(vlans)) {
      this.#passed.add(vlans);
      this.props.files.network(this.#way, where).add("BridgeVLAN", { VLAN: vlans });
    }
  }

  private bridgeOf(vlan: number): string {
    const { files, where, intent } = this.props;
    const bridge = `${this.props.bridge}-${vlan}`;
    this.makeBridge(bridge);
    if (this.#way !== undefined) {
      const tagged = `${this.props.bridge}.${vlan}`;
      files.netdev(tagged, where).set("NetDev", "Kind", "vlan").set("VLAN", "Id", vlan);
      files.network(this.#way, where).append("Network", "VLAN", tagged);
      withoutAddresses(files, tagged, intent.mtu, where).set("Network", "Bridge", bridge);
    }
    return bridge;
  }

  private makeBridge(bridge: string): UnitFile {
    const { files, where, intent } = this.props;
    withoutAddresses(files, bridge, intent.mtu, where);
    const device = files.netdev(bridge, where).set("NetDev", "Kind", "bridge").set("Bridge", "STP", false);
    if (intent.multicastFiltering !== undefined) {
      device.set("Bridge", "MulticastSnooping", intent.multicastFiltering === MulticastFiltering.SNOOPING);
    }
    return device;
  }
}

function writeUplink(files: HostFiles, where: string, uplink: string, { mtu, discovery }: SwitchIntent): UnitFile {
  const file = withoutAddresses(files, uplink, mtu, where);
  if (discovery === undefined) {
    return file;
  }
  const does = (part: DiscoveryOperation) => [part, DiscoveryOperation.BOTH].includes(discovery.operation!);
  return file
    .set("Network", "LLDP", does(DiscoveryOperation.LISTEN))
    .set("Network", "EmitLLDP", does(DiscoveryOperation.ADVERTISE));
}

function vlansOf(tagging: VlanTagging): string[] {
  switch (tagging.kind) {
    case "access":
      return [String(tagging.vlan)];
    case "trunk":
      return tagging.ranges.map(({ from, to }) => (from === to ? String(from) : `${from}-${to}`));
    default:
      return [];
  }
}
