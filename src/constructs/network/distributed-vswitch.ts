import { Construct, type IConstruct } from "constructs";
import { checkInteger, checkName, checkOneOf, checkUnique } from "../../checks";
import { MAX_INTERFACE_NAME } from "../../linux";
import type { IHost, IPlatform, PlatformSwitch } from "../../platforms/platform";
import { Explanation, NETWORK_LIMITS, NETWORK_PRACTICES, TuningLog } from "../../practices";
import type { DataRate } from "../../units";
import { registerExplained } from "../explained";
import { checkList, checkMade, checkOptions, checkPlatform, optional } from "../given";
import { checkHosts } from "../placement";
import { DiscoveryProtocol } from "./discovery-protocol";
import { FlowExport } from "./flow-export";
import { MulticastFiltering } from "./multicast-filtering";
import { NetworkIoControl } from "./network-io-control";
import { checkPrivateVlanMap, type PrivateVlan } from "./private-vlan";
import { REJECT_ALL, resolveSecurity, type SecurityPolicy, warnOfAllowed } from "./security-policy";
import { checkBacking, type SwitchBacking } from "./switch-backing";
import { Teaming } from "./teaming";
import { TrafficAccount } from "./traffic-account";
import { checkRate, checkTraffic, type TrafficProfile } from "./traffic-profile";
import { VlanSegment, type VlanSegmentOptions } from "./vlan-segment";

export interface DistributedVSwitchProps {
  /** Where the switch is made. */
  readonly platform: IPlatform;
  /**
   * Name on the platform: letters, digits, `.`, `_` and `-`.
   * @default - the construct's id
   */
  readonly name?: string;
  /**
   * Hosts that the switch spans.
   * @default - all hosts of the platform
   */
  readonly hosts?: readonly IHost[];
  /**
   * What carries the switch on each host.
   * @default - the platform's own: on libvirt what the platform was given as `switchBacking`, on vSphere a distributed switch
   */
  readonly backing?: SwitchBacking;
  /**
   * Largest payload of a frame in bytes, 576 to 65535 (vSphere: to 9000), on all segments.
   * @default 1500
   */
  readonly mtu?: number;
  /**
   * Physical NICs of each host that connect the switch to the network (vSphere: `vmnic2`). On a bridge that exists already they are
   * the host's own configuration and only said here.
   * @default - none
   */
  readonly uplinks?: readonly string[];
  /**
   * How the uplinks share the traffic.
   * @default - the platform's own: `Teaming.sourcePort()` on vSphere, `Teaming.loadBased()` on Open vSwitch, `Teaming.explicitFailover()` on
   * a Linux bridge that the kit makes
   */
  readonly teaming?: Teaming;
  /**
   * What ports of all segments may do.
   * @default - promiscuous mode, forged transmits and MAC changes are rejected
   */
  readonly security?: SecurityPolicy;
  /**
   * What passes each uplink of each host; on a NAT or isolated network what passes between guests and their host. Guarantees of segments and
   * NICs are parts of the switch's.
   * @default - neither limited nor guaranteed
   */
  readonly traffic?: TrafficProfile;
  /**
   * Speed of each uplink. Limits over it and guarantees of more than 75 % of it are refused.
   * @default - not known, not checked
   */
  readonly uplinkSpeed?: DataRate;
  /**
   * Private VLANs that segments of the switch can be: each primary with its promiscuous entry, one isolated VLAN at most and communities.
   * vSphere only.
   * @default - none
   */
  readonly privateVlans?: readonly PrivateVlan[];
  /**
   * How the switch and the physical ones learn of each other.
   * @default - the platform's own; vSphere: CDP, listening
   */
  readonly discovery?: DiscoveryProtocol;
  /**
   * Which ports a multicast frame is sent to.
   * @default - the platform's own; vSphere: `MulticastFiltering.LEGACY`
   */
  readonly multicastFiltering?: MulticastFiltering;
  /**
   * How classes of traffic share the uplinks. vSphere only.
   * @default - Network I/O Control is off
   */
  readonly ioControl?: NetworkIoControl;
  /**
   * The collector that is told which flows pass the switch.
   * @default - none
   */
  readonly flowExport?: FlowExport;
}

export interface DistributedVSwitchAttributes {
  readonly platform: IPlatform;
  /** Name in the inventory, which may have spaces in it. */
  readonly name: string;
  /**
   * Largest payload of a frame in bytes that it carries, 576 to 65535.
   * @default 1500
   */
  readonly mtu?: number;
  /**
   * Private VLANs that it has, for segments that are one of them.
   * @default - none
   */
  readonly privateVlans?: readonly PrivateVlan[];
}

const TEAMINGS = "Teaming.sourcePort(), .sourceMac(), .explicitFailover(), .loadBased(), .ipHash(), .lacp()";

/** A switch that others made or that this program makes: segments are on it. */
export interface IDistributedVSwitch extends IConstruct {
  readonly platform: IPlatform;
  /** Bytes. */
  readonly mtu: number;
  /** What its segments may do that do not say it themselves. */
  readonly security: Required<SecurityPolicy>;
  readonly privateVlans: readonly PrivateVlan[];
  /**
   * Whether it has a collector for flows; `undefined` where others own it.
   * @internal
   */
  readonly _exportsFlows?: boolean;
  /**
   * What the traffic of its segments has to fit into; nothing for a switch that others own.
   * @internal
   */
  readonly _trafficAccount?: TrafficAccount;
  /** @internal */
  readonly _platformSwitch: PlatformSwitch;
  /** Adds a segment: a port group with a VLAN, a private VLAN, a trunk, or untagged. */
  addVlanSegment(id: string, options?: VlanSegmentOptions): VlanSegment;
}

/**
 * One switch over several hosts, with one policy on all of them.
 *
 * On vSphere it is a distributed virtual switch, on libvirt a network of the same name and port groups on every host.
 */
export class DistributedVSwitch extends Construct implements IDistributedVSwitch {
  /**
   * Refers to a switch that others own, to add segments to it. vSphere only: segments of libvirt are part of their network's definition.
   */
  public static fromDistributedVSwitchAttributes(
    scope: Construct,
    id: string,
    attributes: DistributedVSwitchAttributes,
  ): IDistributedVSwitch {
    return new ExistingSwitch(scope, id, attributes);
  }

  public readonly platform: IPlatform;
  public readonly switchName: string;
  public readonly hosts: readonly IHost[];
  public readonly mtu: number;
  public readonly uplinks: readonly string[];
  public readonly teaming?: Teaming;
  public readonly security: Required<SecurityPolicy>;
  public readonly traffic?: TrafficProfile;
  public readonly uplinkSpeed?: DataRate;
  public readonly privateVlans: readonly PrivateVlan[];
  public readonly discovery?: DiscoveryProtocol;
  public readonly multicastFiltering?: MulticastFiltering;
  public readonly ioControl?: NetworkIoControl;
  public readonly flowExport?: FlowExport;
  /** @internal */
  public readonly _exportsFlows: boolean;
  /** @internal */
  public readonly _trafficAccount: TrafficAccount;
  /** @internal */
  public readonly _platformSwitch: PlatformSwitch;
  readonly #log: TuningLog;

  /**
   * @throws ConfigurationError for names, numbers, uplinks or a backing that the platform can't have
   */
  public constructor(scope: Construct, id: string, props: DistributedVSwitchProps) {
    super(scope, id);
    const where = this.node.path;
    this.#log = new TuningLog(where);
    this.platform = checkPlatform(where, props?.platform);
    const { name = id, mtu = NETWORK_LIMITS.defaultMtu, uplinks = [], privateVlans = [] } = props;
    this.switchName = checkName(where, name);
    this.hosts = checkHosts(where, this.platform, props.hosts);
    this.mtu = checkInteger(where, "mtu", mtu, {
      min: NETWORK_LIMITS.minMtu,
      max: NETWORK_LIMITS.maxMtu,
      practice: NETWORK_PRACTICES.mtuRange.id,
    });
    this.uplinks = checkList(where, "uplinks", uplinks).map((uplink) =>
      checkName(where, uplink, { maxLength: MAX_INTERFACE_NAME }),
    );
    checkUnique(where, "the uplinks", this.uplinks);
    this.teaming = optional(props.teaming, (teaming) => checkMade(where, "teaming", teaming, Teaming, TEAMINGS));
    // What no teaming says itself is the same with all of them.
    const teaming = this.teaming ?? Teaming.sourcePort();
    this.security = resolveSecurity(where, props.security);
    warnOfAllowed(this, props.security);
    this.traffic = checkTraffic(where, props.traffic);
    this.uplinkSpeed = optional(props.uplinkSpeed, (speed) => checkRate(where, "uplinkSpeed", speed));
    this.privateVlans = checkPrivateVlanMap(where, privateVlans);
    this.discovery = optional(props.discovery, (discovery) =>
      checkMade(where, "discovery", discovery, DiscoveryProtocol, "DiscoveryProtocol.lldp(), .cdp(), .none()"),
    );
    this.multicastFiltering = optional(props.multicastFiltering, (filtering) =>
      checkOneOf(where, "multicastFiltering", filtering, Object.values(MulticastFiltering)),
    );
    this.ioControl = optional(props.ioControl, (control) =>
      checkMade(where, "ioControl", control, NetworkIoControl, "NetworkIoControl.version3(), .version2()"),
    );
    this.ioControl?._checkUplinks(this, this.uplinkSpeed, this.traffic?.outbound?.reservation);
    this._trafficAccount = new TrafficAccount({
      owner: where,
      traffic: this.traffic,
      uplinkSpeed: this.uplinkSpeed,
      outboundQuota: this.ioControl?.version === 3 ? this.ioControl.vmQuota(this.uplinks.length) : undefined,
      limitsSum: true,
    });
    this.flowExport = optional(props.flowExport, (flows) =>
      checkMade(where, "flowExport", flows, FlowExport, "FlowExport.ipfix(), .sflow()"),
    );
    this._exportsFlows = this.flowExport !== undefined;
    this._platformSwitch = this.platform.createSwitch(this, {
      name: this.switchName,
      hosts: this.hosts,
      backing: optional(props.backing, (backing) => checkBacking(where, "backing", backing)),
      mtu: this.mtu,
      uplinks: this.uplinks,
      policy: this.teaming?.policy,
      ...teaming.assign(where, this.uplinks),
      failback: teaming.failback,
      notifySwitches: teaming.notifySwitches,
      failureDetection: teaming.failureDetection,
      lacp: teaming.lacp,
      security: this.security,
      traffic: this.traffic,
      uplinkSpeed: this.uplinkSpeed,
      privateVlans: this.privateVlans,
      discovery: this.discovery,
      multicastFiltering: this.multicastFiltering,
      ioControl: this.ioControl,
      flowExport: this.flowExport,
      log: this.#log,
    });
    registerExplained(this, () => this.explain());
  }

  /** What was decided of the switch, why, and after which source. */
  public explain(): Explanation {
    return new Explanation(this.#log.settings);
  }

  public addVlanSegment(id: string, options: VlanSegmentOptions = {}): VlanSegment {
    return new VlanSegment(this, id, {
      ...checkOptions(this.node.path, "the options of a segment", options),
      switch: this,
    });
  }
}

class ExistingSwitch extends Construct implements IDistributedVSwitch {
  public readonly platform: IPlatform;
  public readonly mtu: number;
  public readonly security = REJECT_ALL;
  public readonly privateVlans: readonly PrivateVlan[];
  /** @internal */
  public readonly _platformSwitch: PlatformSwitch;

  public constructor(scope: Construct, id: string, attributes: DistributedVSwitchAttributes) {
    super(scope, id);
    const where = this.node.path;
    this.platform = checkPlatform(where, attributes?.platform);
    const { mtu = NETWORK_LIMITS.defaultMtu, privateVlans = [] } = attributes;
    this.mtu = checkInteger(where, "mtu", mtu, {
      min: NETWORK_LIMITS.minMtu,
      max: NETWORK_LIMITS.maxMtu,
      practice: NETWORK_PRACTICES.mtuRange.id,
    });
    this.privateVlans = checkPrivateVlanMap(where, privateVlans);
    // The name is checked by the platform: each has other names.
    this._platformSwitch = this.platform.importSwitch(this, { name: attributes.name, mtu: this.mtu });
  }

  public addVlanSegment(id: string, options: VlanSegmentOptions = {}): VlanSegment {
    return new VlanSegment(this, id, {
      ...checkOptions(this.node.path, "the options of a segment", options),
      switch: this,
    });
  }
}
