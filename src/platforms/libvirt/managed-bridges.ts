import { DiscoveryOperation, DiscoveryProtocolKind } from "../../constructs/network/discovery-protocol";
import { type SwitchBacking, SwitchBackingKind } from "../../constructs/network/switch-backing";
import { ConfigurationError } from "../../errors";
import { HOST_NETWORK_LIMITS, HOST_NETWORK_PRACTICES, NETWORK_LIMITS, NETWORK_PRACTICES } from "../../practices";
import type { SegmentIntent, SwitchIntent } from "../platform";
import { chooseLinuxBond, chooseOpenVSwitchBond, isBonded, uplinksInUse } from "./bond";
import type { LibvirtHost } from "./libvirt-host";
import type { LibvirtPlatform } from "./libvirt-platform";
import { LinuxBridge } from "./linux-bridge";
import { writeOpenVSwitch } from "./open-vswitch";
import { isAtLeast } from "./version";

/** The bridges that the kit makes for a switch, one on each host. */
export class ManagedBridges {
  readonly #linux = new Map<LibvirtHost, LinuxBridge>();
  /** Whether libvirt tags ports of a Linux bridge, the same on all hosts: guests then find the same networks on each. */
  readonly #tagging: boolean;

  public constructor(
    platform: LibvirtPlatform,
    where: string,
    backing: SwitchBacking,
    private readonly intent: SwitchIntent,
  ) {
    const { mtu, log } = intent;
    const bridge = backing.bridge!;
    const hosts = intent.hosts as readonly LibvirtHost[];
    this.#tagging = hosts.every((host) => isAtLeast(host.libvirtVersion, NETWORK_LIMITS.vlanOnLinuxBridgeLibvirt));
    checkUplinkNames(where, bridge, intent);
    for (const host of hosts) {
      platform._claim(where, host, "bridge", bridge);
      for (const uplink of uplinksInUse(intent)) {
        platform._claim(where, host, "switch uplink", uplink);
      }
    }
    log.record(HOST_NETWORK_PRACTICES.sameMtu, "MTUBytes", mtu);
    if (backing.kind === SwitchBackingKind.OPEN_VSWITCH) {
      checkOpenVSwitchDiscovery(where, intent);
      checkFlowExport(where, intent);
      const bond = isBonded(intent) ? chooseOpenVSwitchBond(where, intent) : [];
      if (uplinksInUse(intent).length > 0) {
        log.record(HOST_NETWORK_PRACTICES.openVSwitchNoop, "port.qos.type", "linux-noop");
      }
      for (const host of hosts) {
        writeOpenVSwitch(platform.hostFiles(host), where, bridge, intent, bond);
      }
      return;
    }
    checkDiscovery(where, intent);
    checkNoFlowExport(where, intent);
    log.record(HOST_NETWORK_PRACTICES.noSpanningTree, "bridge.STP", "no");
    log.record(HOST_NETWORK_PRACTICES.vlanFiltering, "bridge.VLANFiltering", "yes");
    const { portGroupForVlan, bridgeForVlan } = HOST_NETWORK_PRACTICES;
    log.record(this.#tagging ? portGroupForVlan : bridgeForVlan, "VLAN", this.#tagging ? "port group" : "bridge");
    const bond = isBonded(intent) ? chooseLinuxBond(where, intent) : undefined;
    for (const host of hosts) {
      const files = platform.hostFiles(host);
      this.#linux.set(host, new LinuxBridge({ files, where, bridge, intent, bond, tagging: this.#tagging }));
    }
  }

  /**
   * Has a segment's frames pass.
   * @returns the bridge of its VLAN on each host, where it has one of its own
   */
  public addSegment(where: string, segment: SegmentIntent): ReadonlyMap<LibvirtHost, string> {
    const { tagging, exportFlows } = segment;
    if (this.intent.flowExport !== undefined && exportFlows === false) {
      throw new ConfigurationError({
        where,
        what: "Open vSwitch exports the flows of all segments of a bridge",
        given: "exportFlows: false",
        mend: "leave `exportFlows` out, or put the segment on a switch without `flowExport`",
        practice: HOST_NETWORK_PRACTICES.flowExport.id,
      });
    }
    if (this.#linux.size > 0) {
      this.checkTagging(where, segment);
    }
    const bridges = [...this.#linux].map(([host, bridge]) => [host, bridge.addSegment(where, tagging)] as const);
    return new Map(bridges.filter((entry): entry is [LibvirtHost, string] => entry[1] !== undefined));
  }

  private checkTagging(where: string, { tagging }: SegmentIntent): void {
    const { defaultPvid } = HOST_NETWORK_LIMITS;
    if (tagging.kind === "trunk" && !this.#tagging) {
      throw new ConfigurationError({
        where,
        what: "a trunk on a Linux bridge needs libvirt 11.0 on all hosts of the switch",
        given: this.intent.hosts.map((host) => `${host.name}: libvirt ${versionOf(host as LibvirtHost)}`),
        allowed: "untagged segments and access VLANs, or libvirt 11.0.0 and later",
        mend: 'use SwitchBacking.openVSwitch(), or say libvirtVersion: "11.0.0" of the hosts where they have that',
        practice: NETWORK_PRACTICES.vlanOnLinuxBridge.id,
      });
    }
    const hasUntagged =
      (tagging.kind === "access" && tagging.vlan === defaultPvid) ||
      (tagging.kind === "trunk" && tagging.ranges.some(({ from }) => from <= defaultPvid));
    if (this.#tagging && hasUntagged) {
      throw new ConfigurationError({
        where,
        what: `VLAN ${defaultPvid} of a bridge that filters VLANs is that of untagged frames`,
        given: defaultPvid,
        allowed: "VLANs from 2, or an untagged segment",
        mend: "leave `vlan` out, or use another VLAN",
        practice: HOST_NETWORK_PRACTICES.untaggedVlan.id,
      });
    }
  }
}

function versionOf({ libvirtVersion }: LibvirtHost): string {
  return libvirtVersion?.join(".") ?? "of unknown version";
}

function checkUplinkNames(where: string, bridge: string, intent: SwitchIntent): void {
  if (intent.uplinks.includes(bridge)) {
    throw new ConfigurationError({
      where,
      what: "an uplink is called as the bridge that it is to be in",
      given: bridge,
      mend: "give the bridge another name",
      practice: HOST_NETWORK_PRACTICES.bridgeName.id,
    });
  }
}

function checkDiscovery(where: string, { discovery }: SwitchIntent): void {
  if (discovery?.kind === DiscoveryProtocolKind.CDP) {
    throw new ConfigurationError({
      where,
      what: "Linux hosts have no CDP",
      given: discovery.kind,
      allowed: "DiscoveryProtocol.lldp(), .none()",
      mend: "use DiscoveryProtocol.lldp(), which switches of all makers speak",
      practice: HOST_NETWORK_PRACTICES.discovery.id,
    });
  }
}

function checkOpenVSwitchDiscovery(where: string, intent: SwitchIntent): void {
  checkDiscovery(where, intent);
  const operation = intent.discovery?.operation;
  if (operation !== undefined && operation !== DiscoveryOperation.BOTH) {
    throw new ConfigurationError({
      where,
      what: "Open vSwitch listens and advertises by LLDP, or does neither",
      given: operation,
      allowed: "DiscoveryProtocol.lldp(), .none()",
      practice: HOST_NETWORK_PRACTICES.discovery.id,
    });
  }
}

function checkNoFlowExport(where: string, { flowExport }: SwitchIntent): void {
  if (flowExport !== undefined) {
    throw new ConfigurationError({
      where,
      what: "a Linux bridge exports no flows",
      given: flowExport.protocol,
      mend: "use SwitchBacking.openVSwitch(), or leave `flowExport` out",
      practice: HOST_NETWORK_PRACTICES.flowExport.id,
    });
  }
}

function checkFlowExport(where: string, { flowExport, log }: SwitchIntent): void {
  for (const what of ["idleTimeout", "internalFlowsOnly", "switchAddress"] as const) {
    if (flowExport?.[what] !== undefined) {
      throw new ConfigurationError({
        where,
        what: `Open vSwitch has no \`${what}\` for flows`,
        given: flowExport[what],
        mend: `leave \`${what}\` out`,
        practice: HOST_NETWORK_PRACTICES.flowExport.id,
      });
    }
  }
  if (flowExport?.activeTimeout !== undefined) {
    log.record(HOST_NETWORK_PRACTICES.ipfixCache, "ipfix.cache_max_flows", HOST_NETWORK_LIMITS.ipfixCachedFlows);
  }
}
