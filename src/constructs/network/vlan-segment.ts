import { Construct, type IConstruct } from "constructs";
import { checkInteger, checkName } from "../../checks";
import { ConfigurationError } from "../../errors";
import type { IPlatform, PlatformSegment } from "../../platforms/platform";
import { Explanation, NETWORK_LIMITS, NETWORK_PRACTICES, SWITCH_PRACTICES, TuningLog } from "../../practices";
import { registerExplained } from "../explained";
import { checkFlag, checkKind, checkPlatform, optional } from "../given";
import type { IDistributedVSwitch } from "./distributed-vswitch";
import type { IMicroSegment } from "./micro-segment";
import type { PrivateVlan } from "./private-vlan";
import { resolveSecurity, type SecurityPolicy, warnOfAllowed } from "./security-policy";
import { TrafficAccount } from "./traffic-account";
import { checkTraffic, type TrafficProfile } from "./traffic-profile";
import { resolveTagging, type VlanOptions, type VlanTagging } from "./vlan";

export interface VlanSegmentOptions extends VlanOptions {
  /**
   * Name on the platform: letters, digits, `.`, `_` and `-`.
   * @default - the construct's id
   */
  readonly name?: string;
  /**
   * Largest payload of a frame in bytes that its NICs have, 576 to the switch's.
   * @default - the switch's
   */
  readonly mtu?: number;
  /**
   * What its ports may do, where it differs from the switch.
   * @default - the switch's policy
   */
  readonly security?: SecurityPolicy;
  /**
   * Limit of each of its NICs, where they have none of their own, and guarantee, shares and priority of the segment as a whole.
   * @default - as the switch
   */
  readonly traffic?: TrafficProfile;
  /**
   * Whether flows of its ports are told to the switch's collector.
   * @default - where the switch has a collector (`flowExport`); on a switch that others own what vCenter gives a port group
   */
  readonly exportFlows?: boolean;
}

export interface VlanSegmentProps extends VlanSegmentOptions {
  /** The switch that it is a part of. */
  readonly switch: IDistributedVSwitch;
}

/** A segment that NICs can be connected to. */
export interface INetworkSegment extends IConstruct {
  readonly platform: IPlatform;
  /** Bytes. */
  readonly mtu: number;
  /** Nothing where it is not limited, and for a segment that others own. */
  readonly traffic?: TrafficProfile;
  /**
   * What its NICs' traffic has to fit into; nothing for a segment that others own.
   * @internal
   */
  readonly _trafficAccount?: TrafficAccount;
  /**
   * What its NICs are members of, unless they say otherwise.
   * @internal
   */
  readonly _microSegment?: IMicroSegment;
  /** @internal */
  readonly _platformSegment: PlatformSegment;
}

export interface VlanSegmentAttributes {
  readonly platform: IPlatform;
  /** Name of the network: a libvirt network, or a port group of vSphere, which may have spaces in its name. */
  readonly network: string;
  /**
   * Port group of a libvirt network.
   * @default - the network's default
   */
  readonly portGroup?: string;
  /**
   * Largest payload of a frame in bytes, 576 to 65535.
   * @default 1500
   */
  readonly mtu?: number;
}

/** A segment of a switch: access VLAN, private VLAN, trunk, or untagged. */
export class VlanSegment extends Construct implements INetworkSegment {
  /** Refers to a segment that others own. */
  public static fromVlanSegmentAttributes(
    scope: Construct,
    id: string,
    attributes: VlanSegmentAttributes,
  ): INetworkSegment {
    return new ExistingSegment(scope, id, attributes);
  }

  public readonly platform: IPlatform;
  public readonly switch: IDistributedVSwitch;
  public readonly segmentName: string;
  public readonly mtu: number;
  public readonly tagging: VlanTagging;
  public readonly security: Required<SecurityPolicy>;
  public readonly traffic?: TrafficProfile;
  public readonly exportFlows?: boolean;
  /** @internal */
  public readonly _trafficAccount: TrafficAccount;
  /** @internal */
  public readonly _platformSegment: PlatformSegment;
  readonly #log: TuningLog;

  /**
   * @throws ConfigurationError for VLANs outside 1 to 4094, overlapping ranges, an MTU over the switch's, or what the platform can't do
   */
  public constructor(scope: Construct, id: string, props: VlanSegmentProps) {
    super(scope, id);
    const where = this.node.path;
    this.switch = checkKind(where, "switch", props?.switch, "_platformSwitch");
    this.platform = props.switch.platform;
    const { name = id, mtu = props.switch.mtu } = props;
    this.segmentName = checkName(where, name);
    this.mtu = checkInteger(where, "mtu", mtu, {
      min: NETWORK_LIMITS.minMtu,
      max: props.switch.mtu,
      mend: "raise `mtu` of the switch first",
      practice: NETWORK_PRACTICES.mtuRange.id,
    });
    this.tagging = resolveTagging(where, props);
    if (this.tagging.kind === "private") {
      checkInMap(where, this.tagging.vlan, props.switch.privateVlans);
    }
    this.security = resolveSecurity(where, props.security, props.switch.security);
    warnOfAllowed(this, props.security);
    this.traffic = checkTraffic(where, props.traffic);
    this._trafficAccount = new TrafficAccount({
      owner: where,
      traffic: this.traffic,
      parent: props.switch._trafficAccount,
      limitsSum: false,
    });
    this.exportFlows = resolveExport(where, props.exportFlows, props.switch._exportsFlows);
    this.#log = new TuningLog(where);
    this._platformSegment = props.switch._platformSwitch.addSegment(this, {
      name: this.segmentName,
      mtu: this.mtu,
      tagging: this.tagging,
      security: this.security,
      traffic: this.traffic,
      exportFlows: this.exportFlows,
      log: this.#log,
    });
    registerExplained(this, () => this.explain());
  }

  /** What was decided of the segment, why, and after which source. */
  public explain(): Explanation {
    return new Explanation(this.#log.settings);
  }
}

function checkInMap(where: string, vlan: PrivateVlan, map: readonly PrivateVlan[]): void {
  if (!map.some((entry) => entry.equals(vlan))) {
    throw new ConfigurationError({
      where,
      what: "the private VLAN is not in the map of the switch",
      given: String(vlan),
      allowed: map.length === 0 ? "the switch has no private VLANs" : map.join(", "),
      mend: `add PrivateVlan.${vlan} to \`privateVlans\` of the switch`,
      practice: SWITCH_PRACTICES.privateVlanOfSwitch.id,
    });
  }
}

/** @param collector whether the switch has one; `undefined` where others own it */
function resolveExport(where: string, given: boolean | undefined, collector: boolean | undefined): boolean | undefined {
  const flag = optional(given, (value) => checkFlag(where, "exportFlows", value));
  if (flag === true && collector === false) {
    throw new ConfigurationError({
      where,
      what: "flows have nowhere to go: the switch has no collector",
      given: "exportFlows: true",
      mend: "give `flowExport` to the switch",
      practice: SWITCH_PRACTICES.flowExportSwitch.id,
    });
  }
  return flag ?? collector;
}

class ExistingSegment extends Construct implements INetworkSegment {
  public readonly platform: IPlatform;
  public readonly mtu: number;
  /** @internal */
  public readonly _platformSegment: PlatformSegment;

  public constructor(scope: Construct, id: string, attributes: VlanSegmentAttributes) {
    super(scope, id);
    const where = this.node.path;
    this.platform = checkPlatform(where, attributes?.platform);
    const { mtu = NETWORK_LIMITS.defaultMtu } = attributes;
    this.mtu = checkInteger(where, "mtu", mtu, {
      min: NETWORK_LIMITS.minMtu,
      max: NETWORK_LIMITS.maxMtu,
    });
    this._platformSegment = this.platform.importSegment(this, {
      // Checked by the platform: each has other names.
      network: attributes.network,
      portGroup: optional(attributes.portGroup, (portGroup) => checkName(where, portGroup)),
      mtu: this.mtu,
    });
  }
}
