import { Network, type NetworkConfig, type NetworkPortGroups } from "@cdktf/provider-libvirt/lib/network";
import { Construct } from "constructs";
import { Annotations } from "../../cdktf";
import { dhcpPlan } from "../../constructs/network/cidr";
import type { PrivateVlan } from "../../constructs/network/private-vlan";
import { type SwitchBacking, SwitchBackingKind } from "../../constructs/network/switch-backing";
import type { VlanTagging } from "../../constructs/network/vlan";
import { ConfigurationError } from "../../errors";
import {
  HOST_NETWORK_PRACTICES,
  MICRO_SEGMENT_PRACTICES,
  NETWORK_LIMITS,
  NETWORK_PRACTICES,
  type Practice,
  SWITCH_PRACTICES,
} from "../../practices";
import type {
  ExistingSegmentIntent,
  IPlatform,
  PlatformSegment,
  PlatformSwitch,
  SegmentIntent,
  SwitchIntent,
} from "../platform";
import { hashOf, replaceWhenRedefined } from "./definition";
import type { LibvirtHost } from "./libvirt-host";
import type { LibvirtPlatform } from "./libvirt-platform";
import { ManagedBridges } from "./managed-bridges";
import { type NicShaping, SwitchTraffic } from "./traffic-writer";
import { isAtLeast } from "./version";

/** What a NIC needs to know of its segment on one host. */
export interface SegmentOnHost {
  readonly network: string;
  /** The network, where this program makes it. */
  readonly resource?: Network;
  readonly portGroup?: string;
  /** Not known of a network that others own. */
  readonly backing?: SwitchBackingKind;
  /** libvirt's filter that keeps a guest from using another's MAC address, where one applies. */
  readonly filter?: string;
  /** Why a micro segment can't filter its NICs, where it can't. */
  readonly unfiltered?: Unfiltered;
  readonly shaping: NicShaping;
  /** Changes when a guest has to be started anew to get what the segment's definition says. */
  attachment(): string;
}

/** What keeps traffic from libvirt's filters, or makes them pointless. */
export interface Unfiltered {
  readonly what: string;
  readonly mend: string;
  readonly practice: Practice;
}

/** A segment of libvirt networks: the same name on every host. */
export interface LibvirtSegment extends PlatformSegment {
  /** @param changed called when the attachment is another one than before */
  on(where: string, host: LibvirtHost, changed: () => void): SegmentOnHost;
}

/** What a NIC is connected to. */
type Connect = (
  nic: string,
  host: LibvirtHost,
) => Pick<SegmentOnHost, "network" | "resource" | "portGroup" | "attachment">;

/** Writes a switch: on each host a network of the same name, with a port group for each segment. */
export class SwitchWriter implements PlatformSwitch {
  readonly #backing: SwitchBacking;
  readonly #traffic: SwitchTraffic;
  readonly #bridges?: ManagedBridges;
  readonly #networks = new Map<LibvirtHost, Network>();
  readonly #segments = new Set<string>();
  readonly #portGroups: NetworkPortGroups[] = [];
  readonly #listeners: (() => void)[] = [];

  public constructor(
    private readonly platform: LibvirtPlatform,
    scope: Construct,
    private readonly intent: SwitchIntent,
  ) {
    const where = scope.node.path;
    this.#backing = chooseBacking(where, platform, intent);
    checkVsphereOnly(where, intent);
    if (this.#backing.managed) {
      this.#bridges = new ManagedBridges(platform, where, this.#backing, intent);
    } else {
      checkUplinks(scope, this.#backing, intent);
      checkNotManaged(where, this.#backing, intent);
    }
    this.#traffic = new SwitchTraffic(platform, scope, intent, this.#backing);
    for (const host of intent.hosts as readonly LibvirtHost[]) {
      const definition = { ...this.definition, portGroups: [] };
      this.#networks.set(host, this.makeNetwork(scope, host, intent.name, definition));
    }
  }

  public addSegment(scope: Construct, intent: SegmentIntent): LibvirtSegment {
    const where = scope.node.path;
    for (const host of this.#networks.keys()) {
      checkTagging(where, this.#backing, host, intent.tagging);
    }
    checkName(where, this.#segments, intent.name);
    this.#segments.add(intent.name);
    const portGroup = this.portGroupOf(where, intent);
    const bridges = this.#bridges?.addSegment(where, intent);
    const connect = bridges?.size ? this.addNetworks(scope, intent, bridges) : this.addPortGroup(portGroup);
    const shaping = this.#traffic.addSegment(scope, intent);
    const filtered = !intent.security.allowForgedTransmits && intent.tagging.kind !== "trunk";
    const onOpenVSwitch = this.#backing.kind === SwitchBackingKind.OPEN_VSWITCH;
    if (onOpenVSwitch && filtered) {
      Annotations.of(scope).addWarning(
        `forged transmits can't be rejected on Open vSwitch through libvirt: ${NETWORK_PRACTICES.noFilterOnOpenVSwitch.reason} ` +
          `[${NETWORK_PRACTICES.noFilterOnOpenVSwitch.id}]`,
      );
    }
    return {
      platform: this.platform,
      on: (nic, host, changed) => {
        this.#listeners.push(changed);
        return {
          ...connect(nic, host),
          backing: this.#backing.kind,
          ...(filtered && !onOpenVSwitch && { filter: "no-mac-spoofing" }),
          unfiltered: unfilteredBy(this.#backing, intent),
          shaping,
        };
      },
    };
  }

  private makeNetwork(scope: Construct, host: LibvirtHost, name: string, definition: Partial<NetworkConfig>): Network {
    const { platform } = this;
    platform._claim(scope.node.path, host, "network", name);
    const onHost = new Construct(scope, host.name);
    const network = new Network(onHost, "Resource", {
      provider: platform.provider(host),
      name,
      autostart: true,
      ...definition,
    });
    if (this.#bridges !== undefined) {
      platform.hostFiles(host).makeWait(network);
    }
    replaceWhenRedefined(onHost, network);
    return network;
  }

  private portGroupOf(where: string, { name, tagging, log }: SegmentIntent): NetworkPortGroups {
    switch (tagging.kind) {
      case "untagged":
        if (this.#backing.kind !== SwitchBackingKind.OPEN_VSWITCH) {
          return { name };
        }
        log.record(HOST_NETWORK_PRACTICES.openVSwitchUntagged, "vlan.tags.id", 0);
        return { name, vlan: { tags: [{ id: 0 }] } };
      case "access":
        return { name, vlan: { tags: [{ id: tagging.vlan }] } };
      case "trunk":
        return { name, vlan: { trunk: "yes", tags: trunkTags(tagging) } };
      case "private":
        throw noPrivateVlans(where, [tagging.vlan]);
    }
  }

  /** A segment as a port group of the switch's networks. */
  private addPortGroup(portGroup: NetworkPortGroups): Connect {
    this.#portGroups.push(portGroup);
    for (const network of this.#networks.values()) {
      network.portGroups = this.#portGroups;
    }
    for (const changed of this.#listeners) {
      changed();
    }
    return (nic, host) => ({
      network: this.intent.name,
      resource: this.on(nic, host, this.#networks),
      portGroup: portGroup.name,
      attachment: () => this.attachment(portGroup),
    });
  }

  /** A segment as networks of its own, on bridges of its own. */
  private addNetworks(scope: Construct, intent: SegmentIntent, bridges: ReadonlyMap<LibvirtHost, string>): Connect {
    const name = `${this.intent.name}-${intent.name}`;
    const networks = new Map(
      [...bridges].map(([host, bridge]) => [host, this.makeNetwork(scope, host, name, bridgeNetwork(bridge))]),
    );
    return (nic, host) => ({
      network: name,
      resource: this.on(nic, host, networks),
      attachment: () => hashOf(bridgeNetwork(bridges.get(host)!)),
    });
  }

  /** The part of the network that does not depend on its segments. */
  private get definition(): Partial<NetworkConfig> {
    const { bandwidth } = this.#traffic;
    return { ...networkOf(this.#backing, this.intent), ...(bandwidth !== undefined && { bandwidth }) };
  }

  private on(where: string, host: LibvirtHost, networks: ReadonlyMap<LibvirtHost, Network>): Network {
    const network = networks.get(host);
    if (network === undefined) {
      throw new ConfigurationError({
        where,
        what: `switch ${this.intent.name} does not span the machine's host`,
        given: host.name,
        allowed: this.intent.hosts.map((h) => h.name).join(", "),
        mend: "add the host to `hosts` of the switch, or run the machine on one of its hosts",
      });
    }
    return network;
  }

  /**
   * Guests of a bridge that is not libvirt's stay connected when the network is defined anew: only their own port group matters. A bridge
   * that libvirt owns goes away with its network, and all guests of it have to be started anew.
   */
  private attachment(portGroup: NetworkPortGroups): string {
    return hashOf([this.definition, isOfLibvirt(this.#backing) ? this.#portGroups : portGroup]);
  }
}

/** A network that others own. */
export class ExistingNetwork implements LibvirtSegment {
  public constructor(
    public readonly platform: IPlatform,
    private readonly intent: ExistingSegmentIntent,
  ) {}

  public on(): SegmentOnHost {
    const { network, portGroup } = this.intent;
    // What carries it is not known: Open vSwitch would take a peak over the average for the limit.
    const shaping = { peakIsLimit: true, hasFloors: false };
    return { network, portGroup, shaping, attachment: () => hashOf([network, portGroup]) };
  }
}

/** A segment that lets its NICs send as others. */
export const FORGED_TRANSMITS: Unfiltered = {
  what: "its segment allows forged transmits, and a member of a micro segment sends from its own address only",
  mend: "leave `allowForgedTransmits` of the segment out, or `microSegment`",
  practice: MICRO_SEGMENT_PRACTICES.ownAddressesOnly,
};

function unfilteredBy(backing: SwitchBacking, { tagging, security }: SegmentIntent): Unfiltered | undefined {
  if (backing.kind === SwitchBackingKind.OPEN_VSWITCH) {
    const mend = "connect it to a segment on a Linux bridge, or leave `microSegment` out";
    return { what: `its segment is on ${backing}`, mend, practice: MICRO_SEGMENT_PRACTICES.linuxBridgeOnly };
  }
  if (tagging.kind === "trunk") {
    const mend = "give the machine a NIC on a segment with `vlan` for each VLAN, or leave `microSegment` out";
    return {
      what: "its segment is a trunk, whose frames the guest tags",
      mend,
      practice: MICRO_SEGMENT_PRACTICES.noTrunk,
    };
  }
  if (security.allowForgedTransmits) {
    return FORGED_TRANSMITS;
  }
  return undefined;
}

function isOfLibvirt(backing: SwitchBacking): boolean {
  return backing.kind === SwitchBackingKind.NAT || backing.kind === SwitchBackingKind.ISOLATED;
}

function chooseBacking(where: string, platform: LibvirtPlatform, intent: SwitchIntent): SwitchBacking {
  const backing = intent.backing ?? platform.switchBacking;
  const allowed = "SwitchBacking.linuxBridge(), .openVSwitch(), .nat(), .isolated()";
  if (backing === undefined) {
    throw new ConfigurationError({
      where,
      what: "what carries the switch on the hosts is left open",
      allowed,
      mend: "give `backing`, or `switchBacking` of the platform for all its switches",
    });
  }
  if (backing.kind === SwitchBackingKind.DISTRIBUTED) {
    throw new ConfigurationError({
      where,
      what: "libvirt has no distributed switch of its own",
      given: String(backing),
      allowed,
    });
  }
  return backing;
}

function checkUplinks(scope: Construct, backing: SwitchBacking, intent: SwitchIntent): void {
  if (intent.uplinks.length === 0) {
    return;
  }
  if (isOfLibvirt(backing)) {
    throw new ConfigurationError({
      where: scope.node.path,
      what: `a ${backing.kind} has no uplinks`,
      given: intent.uplinks,
      mend: "leave `uplinks` out, or use SwitchBacking.linuxBridge() or .openVSwitch()",
      practice: NETWORK_PRACTICES.noUplinkOnLabNetwork.id,
    });
  }
  const { id, reason } = NETWORK_PRACTICES.hostOwnsUplinks;
  Annotations.of(scope).addWarning(
    `uplinks ${intent.uplinks.join(", ")} have to be in ${backing} on each host already: ${reason} [${id}]`,
  );
}

function checkVsphereOnly(where: string, { privateVlans, ioControl, lacp }: SwitchIntent): void {
  if (privateVlans.length > 0) {
    throw noPrivateVlans(where, privateVlans);
  }
  for (const [what, given] of [
    ["ioControl", ioControl],
    ["existingLag", lacp?.existingLag],
  ] as const) {
    if (given !== undefined) {
      throw new ConfigurationError({
        where,
        what: `\`${what}\` belongs to a distributed switch of vSphere`,
        given,
        mend: `leave \`${what}\` out on libvirt`,
        practice: HOST_NETWORK_PRACTICES.vsphereOnly.id,
      });
    }
  }
}

function noPrivateVlans(where: string, vlans: readonly PrivateVlan[]): ConfigurationError {
  return new ConfigurationError({
    where,
    what: "bridges of Linux and Open vSwitch have no private VLANs",
    given: vlans.map(String),
    mend: "for guests that do not reach each other use isolated ports, within one host, or a MicroSegment, which also spans hosts",
    practice: SWITCH_PRACTICES.privateVlanOnBridge.id,
  });
}

/** What only a bridge that the kit makes can be given. */
function checkNotManaged(where: string, backing: SwitchBacking, intent: SwitchIntent): void {
  for (const what of ["discovery", "multicastFiltering", "flowExport"] as const) {
    if (intent[what] !== undefined) {
      throw new ConfigurationError({
        where,
        what: `\`${what}\` is set up on a bridge that the kit makes, and not on another one`,
        given: String(backing),
        allowed: 'SwitchBacking.linuxBridge("br0", { managed: true }), .openVSwitch("br0", { managed: true })',
        mend: `let the kit make the bridge, or leave \`${what}\` out and set it up on the hosts`,
        practice: HOST_NETWORK_PRACTICES.hostOwnsBridge.id,
      });
    }
  }
}

function networkOf(backing: SwitchBacking, { name, mtu }: SwitchIntent): Partial<NetworkConfig> {
  switch (backing.kind) {
    case SwitchBackingKind.LINUX_BRIDGE:
      return bridgeNetwork(backing.bridge!);
    case SwitchBackingKind.OPEN_VSWITCH:
      return {
        ...bridgeNetwork(backing.bridge!),
        virtualPort: { params: { openVSwitch: {} } },
      };
    case SwitchBackingKind.NAT:
      return {
        forward: { mode: "nat" },
        bridge: { name: bridgeName(name) },
        mtu: { size: mtu },
        ips: addresses(backing),
      };
    default:
      return {
        bridge: { name: bridgeName(name) },
        mtu: { size: mtu },
        ...(backing.cidr !== undefined && { ips: addresses(backing) }),
      };
  }
}

function bridgeNetwork(bridge: string): Partial<NetworkConfig> {
  return { forward: { mode: "bridge" }, bridge: { name: bridge } };
}

/** Networks that are made at the same time and leave the name to libvirt can be given the same one. */
function bridgeName(network: string): string {
  return `vt-${hashOf(network).slice(0, 11)}`;
}

function addresses(backing: SwitchBacking): NetworkConfig["ips"] {
  const { host, prefix, first, last } = dhcpPlan(backing.cidr!);
  return [{ address: host, prefix, dhcp: { ranges: [{ start: first, end: last }] } }];
}

/** libvirt lists each VLAN of a trunk; the native one is among them. */
function trunkTags({ ranges, native }: Extract<VlanTagging, { kind: "trunk" }>): { id: number; nativeMode?: string }[] {
  const tagged = ranges.flatMap(({ from, to }) => Array.from({ length: to - from + 1 }, (_, i) => from + i));
  const all = native === undefined || tagged.includes(native) ? tagged : [...tagged, native].sort((a, b) => a - b);
  return all.map((id) => (id === native ? { id, nativeMode: "untagged" } : { id }));
}

function checkTagging(where: string, backing: SwitchBacking, host: LibvirtHost, tagging: VlanTagging): void {
  if (tagging.kind === "untagged" || tagging.kind === "private") {
    return;
  }
  const given = tagging.kind === "access" ? `VLAN ${tagging.vlan}` : "a trunk";
  if (isOfLibvirt(backing)) {
    throw new ConfigurationError({
      where,
      what: `a ${backing.kind} has no VLANs`,
      given,
      allowed: "untagged segments",
      mend: "leave `vlan` and `trunk` out, or use SwitchBacking.openVSwitch()",
      practice: NETWORK_PRACTICES.vlanOnManagedBridge.id,
    });
  }
  if (backing.kind !== SwitchBackingKind.LINUX_BRIDGE) {
    return;
  }
  if (tagging.kind === "trunk" && tagging.native !== undefined) {
    throw new ConfigurationError({
      where,
      what: "a native VLAN needs Open vSwitch",
      given: tagging.native,
      mend: "leave `nativeVlan` out, or use SwitchBacking.openVSwitch()",
      practice: NETWORK_PRACTICES.nativeVlan.id,
    });
  }
  if (!backing.managed && !isAtLeast(host.libvirtVersion, NETWORK_LIMITS.vlanOnLinuxBridgeLibvirt)) {
    throw new ConfigurationError({
      where,
      what: "VLANs on a Linux bridge need libvirt 11.0",
      given: `${given} on host ${host.name} with libvirt ${host.libvirtVersion?.join(".") ?? "of unknown version"}`,
      allowed: "untagged segments, or libvirt 11.0.0 and later",
      mend: 'say libvirtVersion: "11.0.0" of the host where it has that, give SwitchBacking.linuxBridge(name, { managed: true }), or use Open vSwitch',
      practice: NETWORK_PRACTICES.vlanOnLinuxBridge.id,
    });
  }
}

function checkName(where: string, segments: ReadonlySet<string>, name: string): void {
  if (segments.has(name)) {
    throw new ConfigurationError({
      where,
      what: "the switch has a segment of this name already",
      given: name,
      mend: "give another `name`",
    });
  }
}
