import { Construct, type IConstruct } from "constructs";
import { checkInteger, checkName, checkUnique } from "../../checks";
import type { IHost, IPlatform, PlatformSwitch } from "../../platforms/platform";
import { NETWORK_LIMITS, NETWORK_PRACTICES } from "../../practices";
import type { DataRate } from "../../units";
import { checkList, checkMade, checkPlatform, optional } from "../given";
import { checkHosts } from "../placement";
import { resolveSecurity, type SecurityPolicy, warnOfAllowed } from "./security-policy";
import { MAX_INTERFACE_NAME, SwitchBacking } from "./switch-backing";
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
   * @default Teaming.sourcePort()
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
}

const TEAMINGS = "Teaming.sourcePort(), .sourceMac(), .explicitFailover(), .loadBased(), .ipHash()";
const BACKINGS = "SwitchBacking.linuxBridge(), .openVSwitch(), .nat(), .isolated(), .distributed()";

/** A switch that others made or that this program makes: segments are on it. */
export interface IDistributedVSwitch extends IConstruct {
  readonly platform: IPlatform;
  /** Bytes. */
  readonly mtu: number;
}

/**
 * One switch over several hosts, with one policy on all of them.
 *
 * On vSphere it is a distributed virtual switch, on libvirt a network of the same name and port groups on every host.
 */
export class DistributedVSwitch extends Construct implements IDistributedVSwitch {
  public readonly platform: IPlatform;
  public readonly switchName: string;
  public readonly hosts: readonly IHost[];
  public readonly mtu: number;
  public readonly uplinks: readonly string[];
  public readonly teaming: Teaming;
  public readonly security: Required<SecurityPolicy>;
  public readonly traffic?: TrafficProfile;
  public readonly uplinkSpeed?: DataRate;
  /** @internal */
  public readonly _trafficAccount: TrafficAccount;
  /** @internal */
  public readonly _platformSwitch: PlatformSwitch;

  /**
   * @throws ConfigurationError for names, numbers, uplinks or a backing that the platform can't have
   */
  public constructor(scope: Construct, id: string, props: DistributedVSwitchProps) {
    super(scope, id);
    const where = this.node.path;
    this.platform = checkPlatform(where, props?.platform);
    this.switchName = checkName(where, props.name ?? id);
    this.hosts = checkHosts(where, this.platform, props.hosts);
    this.mtu = checkInteger(where, "mtu", props.mtu ?? NETWORK_LIMITS.defaultMtu, {
      min: NETWORK_LIMITS.minMtu,
      max: NETWORK_LIMITS.maxMtu,
      practice: NETWORK_PRACTICES.mtuRange.id,
    });
    this.uplinks = checkList(where, "uplinks", props.uplinks ?? []).map((uplink) =>
      checkName(where, uplink, { maxLength: MAX_INTERFACE_NAME }),
    );
    checkUnique(where, "the uplinks", this.uplinks);
    this.teaming = checkMade(where, "teaming", props.teaming ?? Teaming.sourcePort(), Teaming, TEAMINGS);
    this.security = resolveSecurity(where, props.security);
    warnOfAllowed(this, props.security);
    this.traffic = checkTraffic(where, props.traffic);
    this.uplinkSpeed = optional(props.uplinkSpeed, (speed) => checkRate(where, "uplinkSpeed", speed));
    this._trafficAccount = new TrafficAccount({
      owner: where,
      traffic: this.traffic,
      uplinkSpeed: this.uplinkSpeed,
      limitsSum: true,
    });
    this._platformSwitch = this.platform.createSwitch(this, {
      name: this.switchName,
      hosts: this.hosts,
      backing: optional(props.backing, (backing) => checkMade(where, "backing", backing, SwitchBacking, BACKINGS)),
      mtu: this.mtu,
      uplinks: this.uplinks,
      policy: this.teaming.policy,
      ...this.teaming.assign(where, this.uplinks),
      security: this.security,
      traffic: this.traffic,
      uplinkSpeed: this.uplinkSpeed,
    });
  }

  /** Adds a segment: a port group with a VLAN, a trunk, or untagged. */
  public addVlanSegment(id: string, options: VlanSegmentOptions = {}): VlanSegment {
    return new VlanSegment(this, id, { ...options, switch: this });
  }
}
