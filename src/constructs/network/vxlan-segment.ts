import { Construct } from "constructs";
import { checkInteger, checkName } from "../../checks";
import { ConfigurationError } from "../../errors";
import { familyOf } from "../../linux";
import type { IHost, IPlatform, PlatformSegment } from "../../platforms/platform";
import {
  Explanation,
  FABRIC_LIMITS,
  FABRIC_PRACTICES,
  NETWORK_LIMITS,
  type Practice,
  TuningLog,
  VXLAN_LIMITS,
  VXLAN_PRACTICES,
} from "../../practices";
import { registerExplained } from "../explained";
import { checkFlag, checkKind, checkMade, checkPlatform, optional } from "../given";
import { checkHosts, checkSamePlatform } from "../placement";
import { DistributedVSwitch } from "./distributed-vswitch";
import { Flooding, FloodingKind } from "./flooding";
import { resolveSecurity, type SecurityPolicy, warnOfAllowed } from "./security-policy";
import { TrafficAccount } from "./traffic-account";
import { checkTraffic, type TrafficProfile } from "./traffic-profile";
import { type INetworkSegment, VlanSegment } from "./vlan-segment";
import type { IVtepSource, Vtep } from "./vtep";
import { VxlanTransport } from "./vxlan-transport";

export interface VxlanSegmentProps {
  /** Where the segment is made. */
  readonly platform: IPlatform;
  /** Number of the segment, 1 to 16777215, which no other segment of the platform has. */
  readonly vni: number;
  /**
   * What knows the hosts' VTEPs: `Vteps.of()`, `Vteps.evpn()` or a fabric.
   * @default - none: needed unless `transport` leads to a gateway that is configured elsewhere
   */
  readonly vteps?: IVtepSource;
  /**
   * How frames get to a VTEP from hosts that are none themselves: on vSphere, and on hosts whose leaf is the VTEP.
   * @default - the hosts are VTEPs
   */
  readonly transport?: VxlanTransport;
  /**
   * Name on the platform: letters, digits, `.`, `_` and `-`.
   * @default - the construct's id
   */
  readonly name?: string;
  /**
   * Hosts that have the segment. With `transport` these are those of its switch.
   * @default - all hosts of the platform
   */
  readonly hosts?: readonly IHost[];
  /**
   * How frames for all hosts get there. With `transport` that is the gateway's matter.
   * @default - EVPN where `vteps` speak it, else Flooding.headEndReplication()
   */
  readonly flooding?: Flooding;
  /**
   * Largest payload of a frame in bytes that its NICs have: 576 to what the underlay carries less the headers of VXLAN, 50 bytes on IPv4 and 70
   * on IPv6.
   * @default - as much as the underlay, and the switch of `transport`, carry
   */
  readonly mtu?: number;
  /**
   * Whether hosts answer ARP and neighbour discovery for guests that EVPN has told them of. Only with EVPN.
   * @default - true with EVPN, else false
   */
  readonly neighbourSuppression?: boolean;
  /**
   * What its ports may do.
   * @default - promiscuous mode, forged transmits and MAC changes are rejected; with `transport` the switch's policy
   */
  readonly security?: SecurityPolicy;
  /**
   * Limit of each of its NICs, where they have none of their own. With `transport` also guarantee, shares and priority of the segment as a
   * whole.
   * @default - not shaped
   */
  readonly traffic?: TrafficProfile;
}

/** A segment that spans hosts of different networks: their frames travel in packets of the network between them. */
export class VxlanSegment extends Construct implements INetworkSegment {
  public readonly platform: IPlatform;
  public readonly segmentName: string;
  public readonly vni: number;
  public readonly mtu: number;
  /** `undefined` where a gateway floods. */
  public readonly flooding?: Flooding;
  /** @internal */
  public readonly _trafficAccount: TrafficAccount;
  /** @internal */
  public readonly _platformSegment: PlatformSegment;
  readonly #log: TuningLog;

  /**
   * @throws ConfigurationError for a VNI that is out of range or taken, hosts without VTEPs, VTEPs of two families, an MTU that the underlay
   * does not carry, and flooding that the VTEPs can't do
   */
  public constructor(scope: Construct, id: string, props: VxlanSegmentProps) {
    super(scope, id);
    const where = this.node.path;
    this.#log = new TuningLog(where);
    this.platform = checkPlatform(where, props?.platform);
    const { name = id } = props;
    this.segmentName = checkName(where, name);
    this.vni = checkVni(this, this.platform, props.vni);
    this.#log.record(VXLAN_PRACTICES.vni, "vni", this.vni, undefined, true);
    const transport = optional(props.transport, (way) =>
      checkMade(where, "transport", way, VxlanTransport, "VxlanTransport.vlan()"),
    );
    const vteps = optional(props.vteps, (source) => checkKind(where, "source of VTEPs", source, "vtepOf"));
    if (transport !== undefined) {
      const segment = this.#overVlan(transport, vteps, props);
      this.mtu = segment.mtu;
      this._trafficAccount = segment._trafficAccount;
      this._platformSegment = segment._platformSegment;
    } else {
      const hosts = checkHosts(where, this.platform, props.hosts);
      const found = vtepsOf(where, hosts, vteps);
      this.mtu = this.#chooseMtu(props.mtu, hops(vteps, [...found.values()]));
      this.flooding = chooseFlooding(where, vteps!, props.flooding, [...found.values()]);
      this.#log.record(practiceOf(this.flooding), "flooding", this.flooding, undefined, props.flooding !== undefined);
      const traffic = checkTraffic(where, props.traffic);
      this._trafficAccount = new TrafficAccount({ owner: where, traffic, limitsSum: false });
      const security = resolveSecurity(where, props.security);
      warnOfAllowed(this, props.security);
      this._platformSegment = this.platform.createVxlanSegment(this, {
        name: this.segmentName,
        vni: this.vni,
        mtu: this.mtu,
        vteps: found,
        flooding: this.flooding,
        neighbourSuppression: this.#chooseSuppression(this.flooding, props.neighbourSuppression),
        security,
        traffic,
        log: this.#log,
      });
    }
    registerExplained(this, () => this.explain());
  }

  /** What was decided of the segment, why, and after which source. */
  public explain(): Explanation {
    return new Explanation(this.#log.settings);
  }

  /** The hosts send a VLAN: for them the segment is one like others. */
  #overVlan(transport: VxlanTransport, vteps: IVtepSource | undefined, props: VxlanSegmentProps): VlanSegment {
    const where = this.node.path;
    const { switch: fabric, vlan } = transport;
    checkSamePlatform(where, this.platform, "switch", fabric, "_platformSwitch");
    checkNothingOfTunnels(where, props);
    const hosts = fabric instanceof DistributedVSwitch ? fabric.hosts : this.platform.hosts;
    const leaves = optional(vteps, (source) => leavesOf(where, source, hosts)) ?? [];
    for (const host of hosts) {
      vteps?.mapVlan(where, host, vlan, this.vni);
    }
    const own = { what: `switch ${fabric.node.path}`, mtu: fabric.mtu, overhead: 0 };
    const mtu = this.#chooseMtu(props.mtu, [...hops(vteps, leaves), own]);
    this.#log.record(VXLAN_PRACTICES.gateway, "transport", transport, undefined, true);
    const { security, traffic } = props;
    return new VlanSegment(this, "Vlan", { switch: fabric, vlan, name: this.segmentName, mtu, security, traffic });
  }

  #chooseSuppression({ kind }: Flooding, given: boolean | undefined): boolean {
    const where = this.node.path;
    const evpn = kind === FloodingKind.EVPN;
    const suppression = checkFlag(where, "neighbourSuppression", given === undefined ? evpn : given);
    if (suppression && !evpn) {
      throw new ConfigurationError({
        where,
        what: `with ${kind} no host can answer for guests of another`,
        given,
        mend: "leave `neighbourSuppression` out, or use EVPN",
        practice: VXLAN_PRACTICES.noProxy.id,
      });
    }
    const practice = evpn ? VXLAN_PRACTICES.suppression : VXLAN_PRACTICES.noProxy;
    this.#log.record(practice, "neighbourSuppression", suppression, undefined, given !== undefined);
    return suppression;
  }

  #chooseMtu(given: number | undefined, all: readonly Hop[]): number {
    const least = all.reduce((a, b) => (b.mtu - b.overhead < a.mtu - a.overhead ? b : a));
    const most = least.mtu - least.overhead;
    const mtu = checkInteger(this.node.path, "mtu", given === undefined ? most : given, {
      min: NETWORK_LIMITS.minMtu,
      max: most,
      mend: `${describeHop(least)}: let it carry more and say so there, or give at most ${most}`,
      practice: FABRIC_PRACTICES.mtuChain.id,
    });
    this.#log.record(VXLAN_PRACTICES.mtu, "mtu", mtu, `${describeHop(least)}; ${adviceOf(least)}`, given !== undefined);
    return mtu;
  }
}

/** What frames of guests have to pass. */
interface Hop {
  readonly what: string;
  /** Bytes. */
  readonly mtu: number;
  /** Bytes of each frame that are not the guest's. */
  readonly overhead: number;
}

function describeHop({ what, mtu, overhead }: Hop): string {
  return `${what} carries ${mtu} bytes${overhead === 0 ? "" : `, ${overhead} of them headers of VXLAN`}`;
}

function adviceOf({ mtu, overhead }: Hop): string {
  return overhead > 0 && mtu < VXLAN_LIMITS.advisedUnderlayMtu
    ? `with ${VXLAN_LIMITS.advisedUnderlayMtu} bytes, better 9000, guests would have 1500 or more`
    : VXLAN_PRACTICES.mtu.reason;
}

function hops(source: IVtepSource | undefined, vteps: readonly Vtep[]): readonly Hop[] {
  return vteps.length === 0
    ? []
    : [
        {
          what: "the underlay",
          mtu: source!.underlayMtu,
          overhead: FABRIC_LIMITS.vxlanOverhead[familyOf(vteps[0]!.address)],
        },
      ];
}

function checkNothingOfTunnels(where: string, props: VxlanSegmentProps): void {
  for (const beside of ["hosts", "flooding", "neighbourSuppression"] as const) {
    if (props[beside] !== undefined) {
      throw new ConfigurationError({
        where,
        what: `\`${beside}\` is about hosts that are VTEPs, and \`transport\` says that they are none`,
        given: props[beside],
        mend: `leave \`${beside}\` out, or \`transport\``,
        practice: VXLAN_PRACTICES.gateway.id,
      });
    }
  }
}

function leavesOf(where: string, source: IVtepSource, hosts: readonly IHost[]): readonly Vtep[] {
  if (hosts.length === 0) {
    throw new ConfigurationError({
      where,
      what: "no host of the switch is known, so that no leaf can be told of the VLAN",
      mend: "give the platform its hosts, or leave `vteps` out where the gateway is configured elsewhere",
      practice: VXLAN_PRACTICES.gateway.id,
    });
  }
  return hosts.flatMap((host) => source.vtepOf(host) ?? []);
}

const WITHOUT_VTEPS =
  "where hosts are no VTEPs, as those of vSphere, give `transport: VxlanTransport.vlan({ switch, vlan })` with the VLAN that a leaf or gateway has in the segment";

function vtepsOf(where: string, hosts: readonly IHost[], source: IVtepSource | undefined): ReadonlyMap<IHost, Vtep> {
  if (source === undefined || hosts.length === 0) {
    throw new ConfigurationError({
      where,
      what: source === undefined ? "nothing says where the hosts' VTEPs are" : "no host is known that could be a VTEP",
      mend: `give \`vteps\`: Vteps.of({ kvm1: "10.0.0.1" }), Vteps.evpn() or a fabric; ${WITHOUT_VTEPS}`,
      practice: VXLAN_PRACTICES.gateway.id,
    });
  }
  const found = new Map<IHost, Vtep>();
  for (const host of hosts) {
    const vtep = source.vtepOf(host);
    if (vtep?.onHost !== true) {
      throw new ConfigurationError({
        where,
        what: vtep === undefined ? `host ${host.name} has no VTEP` : `the VTEP of host ${host.name} is its leaf`,
        given: vtep === undefined ? String(source) : vtep.node,
        mend: `give the host an address there, or leave it out of \`hosts\`; ${WITHOUT_VTEPS}`,
        practice: VXLAN_PRACTICES.gateway.id,
      });
    }
    found.set(host, vtep);
  }
  return found;
}

function chooseFlooding(
  where: string,
  source: IVtepSource,
  given: Flooding | undefined,
  vteps: readonly Vtep[],
): Flooding {
  const usual = source.evpn ? Flooding.evpn() : Flooding.headEndReplication();
  const flooding = checkMade(
    where,
    "flooding",
    given === undefined ? usual : given,
    Flooding,
    "Flooding.headEndReplication(), .multicast(), .evpn()",
  );
  if (source.evpn !== (flooding.kind === FloodingKind.EVPN)) {
    throw new ConfigurationError({
      where,
      what: source.evpn ? "the VTEPs speak EVPN, which floods itself" : "the VTEPs do not speak EVPN",
      given: flooding,
      allowed: source.evpn ? "Flooding.evpn()" : "Flooding.headEndReplication(), .multicast()",
      mend: source.evpn ? "leave `flooding` out, or use Vteps.of()" : "use Vteps.evpn() or a fabric with EVPN",
      practice: VXLAN_PRACTICES.evpn.id,
    });
  }
  if (flooding.group !== undefined && familyOf(flooding.group) !== familyOf(vteps[0]!.address)) {
    throw new ConfigurationError({
      where,
      what: "the group is of another family than the VTEPs",
      given: `${flooding.group}, VTEPs such as ${vteps[0]!.address}`,
      allowed: familyOf(vteps[0]!.address) === 4 ? "a group in 224.0.0.0/4" : "a group in ff00::/8",
      practice: VXLAN_PRACTICES.oneFamily.id,
    });
  }
  return flooding;
}

function practiceOf({ kind }: Flooding): Practice {
  switch (kind) {
    case FloodingKind.HEAD_END_REPLICATION:
      return VXLAN_PRACTICES.headEnd;
    case FloodingKind.MULTICAST:
      return VXLAN_PRACTICES.multicast;
    case FloodingKind.EVPN:
      return VXLAN_PRACTICES.evpn;
  }
}

const TAKEN = new WeakMap<IPlatform, Map<number, VxlanSegment>>();

/** On the hosts of one platform two segments of a VNI would be one: also where they are on different hosts, once EVPN joins these. */
function checkVni(segment: VxlanSegment, platform: IPlatform, given: number): number {
  const where = segment.node.path;
  const vni = checkInteger(where, "vni", given, {
    min: VXLAN_LIMITS.minVni,
    max: VXLAN_LIMITS.maxVni,
    practice: VXLAN_PRACTICES.vni.id,
  });
  const taken = TAKEN.get(platform) ?? new Map<number, VxlanSegment>();
  const other = taken.get(vni);
  if (other !== undefined) {
    throw new ConfigurationError({
      where,
      what: `${other.node.path} has this VNI already`,
      given: vni,
      allowed: "a VNI that no other segment of the platform has",
      mend: "give another `vni`, or use that segment",
      practice: VXLAN_PRACTICES.vni.id,
    });
  }
  TAKEN.set(platform, taken.set(vni, segment));
  return vni;
}
