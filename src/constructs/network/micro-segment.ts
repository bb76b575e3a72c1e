import { Construct, type IConstruct } from "constructs";
import { checkName } from "../../checks";
import { ConfigurationError } from "../../errors";
import { bitsOf, checkAddress, type IpFamily, IpNetwork } from "../../linux";
import type { IPlatform, MicroSegmentDirection, PlatformMicroSegment } from "../../platforms/platform";
import { Explanation, MICRO_SEGMENT_PRACTICES, TuningLog } from "../../practices";
import { registerExplained } from "../explained";
import { checkFlag, checkList, checkMade, checkPlatform } from "../given";
import { checkSamePlatform } from "../placement";
import { type IPeer, Peer } from "./peer";
import { PORTS, Port } from "./port";
import type { INetworkSegment } from "./vlan-segment";

export interface MicroSegmentProps {
  /** Where its members run. */
  readonly platform: IPlatform;
  /**
   * Name on the platform: letters, digits, `.`, `_` and `-`, at most 63. On libvirt the filter is called `virtuned-` and this.
   * @default - the construct's id
   */
  readonly name?: string;
  /**
   * Whether members may ask for addresses by DHCP and DHCPv6.
   * @default true
   */
  readonly dhcp?: boolean;
  /**
   * Whether members are kept from each other, and from members of other isolated micro segments, by the switch itself: on libvirt by isolated
   * ports, which work on one host; on vSphere by an isolated private VLAN, which is the only kind of micro segment there.
   * @default false
   */
  readonly isolated?: boolean;
}

/** A micro segment that NICs and rules can refer to. */
export interface IMicroSegment extends IConstruct, IPeer {
  readonly platform: IPlatform;
  /** @internal */
  readonly _platformMicroSegment: PlatformMicroSegment;
  /** @internal */
  _join(where: string, segment: INetworkSegment, addresses: readonly string[]): readonly string[];
}

/**
 * A group of NICs with rules for what they may reach and what may reach them, wherever they are connected. What no rule allows is dropped,
 * between members too; answers to what a rule allows pass by themselves.
 *
 * ICMP errors and neighbour discovery always pass, DHCP unless told otherwise. Members send from their own MAC and IP addresses only.
 *
 * NICs become members by `vm.addNic("only", { segment, microSegment: web, addresses: ["10.0.0.5"] })`.
 */
export class MicroSegment extends Construct implements IMicroSegment {
  public readonly platform: IPlatform;
  public readonly microSegmentName: string;
  public readonly dhcp: boolean;
  public readonly isolated: boolean;
  /** @internal */
  public readonly _platformMicroSegment: PlatformMicroSegment;
  readonly #log: TuningLog;
  readonly #rules = new Map<
    string,
    { readonly direction: MicroSegmentDirection; readonly peer: IPeer; readonly port: Port }
  >();
  readonly #members: IpNetwork[] = [];

  /** @throws ConfigurationError for names that can't be used, and for what the platform can't do */
  public constructor(scope: Construct, id: string, props: MicroSegmentProps) {
    super(scope, id);
    const where = this.node.path;
    this.platform = checkPlatform(where, props?.platform);
    const { name = id, dhcp = true, isolated = false } = props;
    this.microSegmentName = checkName(where, name);
    this.dhcp = checkFlag(where, "dhcp", dhcp);
    this.isolated = checkFlag(where, "isolated", isolated);
    this.#log = new TuningLog(where);
    this._platformMicroSegment = this.platform.createMicroSegment(this, {
      name: this.microSegmentName,
      dhcp: this.dhcp,
      isolated: this.isolated,
      log: this.#log,
    });
    this.node.addValidation({ validate: () => this.#rulesWithoutEffect() });
    registerExplained(this, () => this.explain());
  }

  /**
   * Lets members call others. Where the other end is a micro segment, its members are let be called: `web.allowTo(db, port)` and
   * `db.allowFrom(web, port)` are the same.
   *
   * @param port port of the end that is called
   * @throws ConfigurationError for a micro segment of another platform, between isolated micro segments, and for what the platform can't do
   */
  public allowTo(peer: IPeer, port: Port): void {
    this.#allow("out", peer, port);
  }

  /**
   * Lets others call members; see `allowTo`.
   *
   * @param port port of the members
   * @throws ConfigurationError as `allowTo`
   */
  public allowFrom(peer: IPeer, port: Port): void {
    this.#allow("in", peer, port);
  }

  /** What is allowed, why, and after which source. Members explain themselves. */
  public explain(): Explanation {
    return new Explanation(this.#log.settings);
  }

  /** @internal */
  public get _networks(): readonly IpNetwork[] {
    return this.#members;
  }

  /** @internal */
  public get _peerName(): string {
    return this.microSegmentName;
  }

  public override toString(): string {
    return this.node.path;
  }

  /**
   * Makes a NIC a member.
   * @returns its addresses as they are written usually
   * @internal
   */
  public _join(where: string, segment: INetworkSegment, addresses: readonly string[]): readonly string[] {
    const checked = checkList(where, "addresses", addresses).map((address, i) =>
      checkMemberAddress(where, `addresses[${i}]`, address),
    );
    for (const address of checked) {
      checkNotTaken(where, segment, address);
      this.#members.push(IpNetwork.parse(where, "addresses", `${address}/${bitsOf(address)}`));
    }
    return checked;
  }

  #allow(direction: MicroSegmentDirection, peer: IPeer, port: Port): void {
    const where = this.node.path;
    checkMade(where, "what is let through", port, Port, PORTS);
    if (!(peer instanceof MicroSegment)) {
      this.#add(
        direction,
        checkMade(where, "the peer", peer as Peer, Peer, "a MicroSegment, Peer.cidr(), Peer.any()"),
        port,
      );
      return;
    }
    checkSamePlatform(where, this.platform, "peer", peer, "_platformMicroSegment");
    if (this.isolated && peer.isolated) {
      throw new ConfigurationError({
        where,
        what: "members of isolated micro segments never reach each other",
        given: `${port} ${direction === "in" ? "from" : "to"} ${peer.microSegmentName}`,
        mend: "leave `isolated` out in one of them: what no rule allows is dropped without it, too",
        practice: MICRO_SEGMENT_PRACTICES.isolatedPorts.id,
      });
    }
    this.#add(direction, peer, port);
    peer.#add(direction === "in" ? "out" : "in", this, port);
  }

  #add(direction: MicroSegmentDirection, peer: IPeer, port: Port): void {
    const toOrFrom = direction === "in" ? "from" : "to";
    const rule = `${toOrFrom} ${peer._peerName}: ${port}`;
    const key = `${rule} ${peer instanceof MicroSegment ? peer.node.path : ""}`;
    if (this.#rules.has(key)) {
      return;
    }
    this._platformMicroSegment.allow(this.node.path, {
      direction,
      port,
      purpose: rule,
      networks: () => peer._networks.filter(({ family }) => port.families.includes(family)),
    });
    this.#rules.set(key, { direction, peer, port });
    const ports = [...this.#rules.values()]
      .filter((r) => r.direction === direction && r.peer._peerName === peer._peerName)
      .map((r) => r.port);
    const setting = `${toOrFrom} ${peer._peerName}`;
    this.#log.record(MICRO_SEGMENT_PRACTICES.defaultDeny, setting, ports.join(", "), undefined, true);
  }

  /** Two ends that have addresses, and none of one family that the protocol has. */
  #rulesWithoutEffect(): string[] {
    const families = (networks: readonly IpNetwork[]) => new Set(networks.map(({ family }) => family));
    const show = (of: Set<IpFamily>) => [...of].map((family) => `IPv${family}`).join(", ");
    const own = families(this.#members);
    return [...this.#rules.values()].flatMap(({ direction, peer, port }) => {
      const others = families(peer._networks);
      if (
        own.size === 0 ||
        others.size === 0 ||
        port.families.some((family) => own.has(family) && others.has(family))
      ) {
        return [];
      }
      const details = {
        where: this.node.path,
        what: `the rule ${direction === "in" ? "from" : "to"} ${peer._peerName} for ${port} lets nothing through`,
        given: `members with ${show(own)}, ${peer._peerName} with ${show(others)}, ${port} of ${show(new Set(port.families))}`,
        mend: "give members addresses of the same family, or leave the rule out",
        practice: MICRO_SEGMENT_PRACTICES.commonFamily.id,
      };
      return [new ConfigurationError(details).message];
    });
  }
}

/** Addresses of members, and whose they are. Segments that are not connected may have the same ones. */
const ADDRESSES = new WeakMap<INetworkSegment, Map<string, string>>();

function checkNotTaken(where: string, segment: INetworkSegment, address: string): void {
  const taken = ADDRESSES.get(segment) ?? new Map<string, string>();
  const other = taken.get(address);
  if (other !== undefined) {
    throw new ConfigurationError({
      where,
      what: `${other === where ? "the NIC has the address twice" : `the address is that of ${other}`}`,
      given: address,
      allowed: "an address that no other NIC of the segment has",
      practice: MICRO_SEGMENT_PRACTICES.ownAddressesOnly.id,
    });
  }
  ADDRESSES.set(segment, taken.set(address, where));
}

const NO_MEMBER = ["0.0.0.0/8", "127.0.0.0/8", "224.0.0.0/3", "::/127", "fe80::/10", "ff00::/8"];

function checkMemberAddress(where: string, what: string, address: string): string {
  const checked = checkAddress(where, what, address);
  const network = IpNetwork.parse(where, what, `${checked}/${bitsOf(checked)}`);
  if (NO_MEMBER.some((other) => IpNetwork.parse(where, what, other).overlaps(network))) {
    throw new ConfigurationError({
      where,
      what: `${what} is not an address that others know a guest by`,
      given: address,
      allowed: "unicast addresses of the guest, without loopback and link-local ones",
      practice: MICRO_SEGMENT_PRACTICES.ownAddressesOnly.id,
    });
  }
  return checked;
}
