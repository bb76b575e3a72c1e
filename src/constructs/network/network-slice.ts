import { Construct } from "constructs";
import { checkName, checkOneOf } from "../../checks";
import { ConfigurationError } from "../../errors";
import type { IPlatform, PlatformSegment } from "../../platforms/platform";
import { Explanation, SLICE_PRACTICES, TuningLog } from "../../practices";
import { registerExplained } from "../explained";
import { checkKind, checkOptions } from "../given";
import type { IDistributedVSwitch } from "./distributed-vswitch";
import { type IMicroSegment, MicroSegment } from "./micro-segment";
import type { IPeer } from "./peer";
import type { Port } from "./port";
import type { PrivateVlan } from "./private-vlan";
import type { TrafficAccount } from "./traffic-account";
import { checkTraffic, type TrafficProfile } from "./traffic-profile";
import { type INetworkSegment, VlanSegment } from "./vlan-segment";
import type { IVtepSource } from "./vtep";
import { VxlanSegment } from "./vxlan-segment";
import { VxlanTransport } from "./vxlan-transport";

/** Whom members of a slice reach. */
export enum SliceIsolation {
  /** Each other, and what is in the VLAN beside them. */
  SEGMENT = "segment",
  /** What rules allow: `allowTo`, `allowFrom` (libvirt). */
  RULES = "rules",
  /** As with rules, and never each other: on vSphere, which has no rules, with an isolated private VLAN. */
  MEMBERS = "members",
}

export interface SliceVxlanOptions {
  /** Number of the segment that gateways carry the VLAN in, 1 to 16777215. */
  readonly vni: number;
  /** Knows the leaves of the hosts, and has them carry the VLAN: a fabric. @default - the gateway is configured elsewhere */
  readonly vteps?: IVtepSource;
}

export interface NetworkSliceProps {
  /** The switch that it is a part of. */
  readonly switch: IDistributedVSwitch;
  /** How fast it may be, and what is guaranteed: a profile with a `reservation`. A limit is that of each NIC. */
  readonly traffic: TrafficProfile;
  /**
   * Its VLAN, 1 to 4094, which no other segment of the switch has.
   * @default - none: needed unless it has a private VLAN
   */
  readonly vlan?: number;
  /**
   * Its private VLAN, in place of `vlan`.
   * @default - none
   */
  readonly privateVlan?: PrivateVlan;
  /**
   * Where it goes on beyond the switch: the VLAN is carried in a segment of VXLAN.
   * @default - it ends where the VLAN ends
   */
  readonly vxlan?: SliceVxlanOptions;
  /**
   * Whom its members reach.
   * @default SliceIsolation.SEGMENT
   */
  readonly isolation?: SliceIsolation;
  /**
   * Name on the platform: letters, digits, `.`, `_` and `-`.
   * @default - the construct's id
   */
  readonly name?: string;
  /**
   * Largest payload of a frame in bytes.
   * @default - the segment's own
   */
  readonly mtu?: number;
}

/**
 * A segment with a guarantee and isolation: what one tenant or service has of a network. NICs connect to it as to any segment, and are its
 * members then.
 */
export class NetworkSlice extends Construct implements INetworkSegment {
  public readonly platform: IPlatform;
  public readonly switch: IDistributedVSwitch;
  public readonly sliceName: string;
  public readonly mtu: number;
  public readonly traffic: TrafficProfile;
  public readonly isolation: SliceIsolation;
  public readonly vlan?: number;
  /** @internal */
  public readonly _trafficAccount?: TrafficAccount;
  /** @internal */
  public readonly _platformSegment: PlatformSegment;
  readonly #members?: MicroSegment;
  readonly #isolationGiven: boolean;

  /**
   * @throws ConfigurationError without a guarantee, where it does not fit into the switch's, and for what the platform can't do
   */
  public constructor(scope: Construct, id: string, props: NetworkSliceProps) {
    super(scope, id);
    const where = this.node.path;
    this.switch = checkKind(where, "switch", props?.switch, "_platformSwitch");
    this.platform = this.switch.platform;
    const { name = id, isolation = SliceIsolation.SEGMENT } = props;
    this.sliceName = checkName(where, name);
    this.traffic = checkGuarantee(where, props.traffic);
    this.isolation = checkOneOf(where, "isolation", isolation, Object.values(SliceIsolation));
    this.#isolationGiven = props.isolation !== undefined;
    const segment = this.makeSegment(props);
    this.vlan = props.vlan;
    this.mtu = segment.mtu;
    this._platformSegment = segment._platformSegment;
    this._trafficAccount = segment._trafficAccount;
    if (this.isolation !== SliceIsolation.SEGMENT) {
      this.#members = new MicroSegment(this, "Members", {
        platform: this.platform,
        name: this.sliceName,
        isolated: this.isolation === SliceIsolation.MEMBERS,
      });
    }
    this.node.addValidation({ validate: () => this.checkOwnVlan() });
    registerExplained(this, () => this.explain());
  }

  /**
   * What its NICs are members of.
   * @internal
   */
  public get _microSegment(): IMicroSegment | undefined {
    return this.#members;
  }

  /** Its members, for rules of others: `db.allowFrom(slice.members, port)`. Throws where it has no rules. */
  public get members(): IMicroSegment {
    return this.rules;
  }

  /**
   * Lets members call others.
   * @throws ConfigurationError where the slice has no rules, and as `MicroSegment.allowTo`
   */
  public allowTo(peer: IPeer, port: Port): void {
    this.rules.allowTo(peer, port);
  }

  /**
   * Lets others call members.
   * @throws ConfigurationError where the slice has no rules, and as `MicroSegment.allowFrom`
   */
  public allowFrom(peer: IPeer, port: Port): void {
    this.rules.allowFrom(peer, port);
  }

  /** What it promises. Its segment and its rules explain themselves. */
  public explain(): Explanation {
    const log = new TuningLog(this.node.path);
    log.record(SLICE_PRACTICES.guarantee, "traffic", this.traffic, undefined, true);
    log.record(SLICE_PRACTICES.isolation, "isolation", this.isolation, undefined, this.#isolationGiven);
    return new Explanation(log.settings);
  }

  private get rules(): MicroSegment {
    if (this.#members === undefined) {
      throw new ConfigurationError({
        where: this.node.path,
        what: "the slice has no rules",
        given: this.isolation,
        mend: "give `isolation: SliceIsolation.RULES`",
        practice: SLICE_PRACTICES.isolation.id,
      });
    }
    return this.#members;
  }

  private makeSegment({ vlan, privateVlan, vxlan, mtu }: NetworkSliceProps): INetworkSegment {
    const where = this.node.path;
    const options = { name: this.sliceName, traffic: this.traffic, mtu };
    if ((vlan === undefined) === (privateVlan === undefined) || (vxlan !== undefined && vlan === undefined)) {
      throw new ConfigurationError({
        where,
        what: "a slice has a VLAN of its own, or a private VLAN that ends at the switch",
        given: { vlan, privateVlan, vxlan },
        allowed: "`vlan`, alone or with `vxlan`; or `privateVlan`",
        practice: SLICE_PRACTICES.ownVlan.id,
      });
    }
    if (vxlan === undefined) {
      return new VlanSegment(this, "Segment", { ...options, switch: this.switch, vlan, privateVlan });
    }
    const { vni, vteps } = checkOptions(where, "vxlan", vxlan);
    const transport = VxlanTransport.vlan({ switch: this.switch, vlan: vlan! });
    return new VxlanSegment(this, "Segment", { ...options, platform: this.platform, vni, vteps, transport });
  }

  /** Segments that are made later can be in the VLAN too. Trunks may have it: they are how a gateway is connected. */
  private checkOwnVlan(): string[] {
    const others = this.node.root.node
      .findAll()
      .filter((other): other is VlanSegment => other instanceof VlanSegment && other.switch === this.switch)
      .filter(({ tagging, node }) => {
        const isOwn = node.path.startsWith(`${this.node.path}/`);
        return !isOwn && tagging.kind === "access" && tagging.vlan === this.vlan;
      });
    return others.map(
      ({ node }) =>
        new ConfigurationError({
          where: this.node.path,
          what: `${node.path} is in the slice's VLAN`,
          given: this.vlan,
          mend: "give one of them another VLAN; a gateway is connected by a trunk",
          practice: SLICE_PRACTICES.ownVlan.id,
        }).message,
    );
  }
}

function checkGuarantee(where: string, traffic: TrafficProfile): TrafficProfile {
  const profile = checkTraffic(where, traffic);
  if (profile?.inbound?.reservation === undefined && profile?.outbound?.reservation === undefined) {
    throw new ConfigurationError({
      where,
      what: "the slice has no guarantee",
      given: profile,
      allowed: "a profile with a `reservation`",
      mend: "give TrafficProfile.guarantee({ reservation }), or `reservation` in another profile; a segment without one is a VlanSegment",
      practice: SLICE_PRACTICES.guarantee.id,
    });
  }
  return profile!;
}
