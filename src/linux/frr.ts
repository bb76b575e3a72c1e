import { checkInteger, checkName } from "../checks";
import { ConfigurationError } from "../errors";
import { FABRIC_LIMITS, FABRIC_PRACTICES } from "../practices";
import { type HostFile, NOTICE } from "./host-file";
import { bitsOf, checkAddress, familyOf, type IpFamily, IpNetwork } from "./ip";
import { MAX_INTERFACE_NAME } from "./linux-files";

export interface FrrConfigProps {
  /** Of the machine. */
  readonly hostname: string;
  /** IPv4 notation; unlike those of all others that it exchanges routes with. */
  readonly routerId: string;
  /** Autonomous system, 1 to 4294967294. */
  readonly asn: number;
}

/** Networks by name. */
export interface FrrPolicy {
  /** Of the route map and its prefix lists. */
  readonly name: string;
  readonly networks: readonly FrrPrefix[];
}

export interface FrrPrefix {
  /** `10.0.0.0/24` */
  readonly network: string;
  /**
   * Bits of the longest prefix within the network.
   * @default - the network itself alone
   */
  readonly longest?: number;
}

export interface FrrNeighbourOptions {
  /** Shown beside the neighbour. @default - none */
  readonly description?: string;
  /**
   * Exchanges routes of the underlay: those that are taken from the neighbour and told to it, all others are dropped.
   * @default - none
   */
  readonly unicast?: { readonly accept: FrrPolicy; readonly announce: FrrPolicy };
  /**
   * Exchanges routes of EVPN.
   * @default false
   */
  readonly evpn?: boolean;
  /**
   * Tells the neighbour of the machine's own routes of EVPN alone: it is no way between its neighbours.
   * @default false
   */
  readonly evpnOwnOnly?: boolean;
}

export interface FrrNumberedOptions extends FrrNeighbourOptions {
  /** Autonomous system of the neighbour; one's own for a route reflector within it. */
  readonly asn: number;
  /**
   * Interface or address that the session comes from, where it is not that of the link: `lo`.
   * @default - the address of the link
   */
  readonly source?: string;
  /**
   * Routers on the way to a neighbour of another autonomous system, itself included: 1 to 255.
   * @default 1
   */
  readonly hops?: number;
}

interface Neighbour extends FrrNeighbourOptions {
  /** Address or interface. */
  readonly peer: string;
  readonly lines: readonly string[];
  /** Whether it is in another autonomous system: FRR then exchanges nothing without a policy. */
  readonly external: boolean;
}

const MAX_POLICY_NAME = 40;
/** A route map that lets all routes of EVPN pass, for neighbours that need to have one. */
const EVPN_POLICY = "evpn";
/** One that lets routes of EVPN pass that begin at the machine itself. */
const EVPN_OWN_POLICY = "evpn-own";

/**
 * Configuration of FRR: BGP for an underlay, and EVPN.
 *
 * Neighbours of other autonomous systems have a policy in both directions in each address family: without one FRR exchanges nothing
 * (RFC 8212). The same calls in the same order make the same text.
 */
export class FrrConfig {
  readonly #where: string;
  readonly #hostname: string;
  readonly #asn: number;
  readonly #routerId: string;
  readonly #interfaces = new Map<string, { readonly description?: string; readonly addresses: readonly string[] }>();
  readonly #neighbours = new Map<string, Neighbour>();
  readonly #policies = new Map<string, FrrPolicy>();
  readonly #networks: IpNetwork[] = [];
  #advertisesVnis = false;

  /**
   * @param where whose configuration it is, for errors
   * @throws ConfigurationError for names, numbers and addresses that FRR does not take
   */
  public constructor(where: string, { hostname, routerId, asn }: FrrConfigProps) {
    this.#where = where;
    this.#hostname = checkName(where, hostname);
    this.#asn = checkAsn(where, "the autonomous system", asn);
    this.#routerId = checkAddress(where, "the router id", routerId);
    if (familyOf(this.#routerId) !== 4 || this.#routerId === "0.0.0.0") {
      throw new ConfigurationError({
        where,
        what: "the router id is not a number that BGP takes",
        given: routerId,
        allowed: "four numbers, such as 10.0.0.1, also where all addresses are IPv6",
      });
    }
  }

  public get asn(): number {
    return this.#asn;
  }

  public get routerId(): string {
    return this.#routerId;
  }

  /** Gives an interface addresses, each with the length of its prefix: `10.0.0.1/31`. */
  public addInterface(
    name: string,
    options: { readonly description?: string; readonly addresses?: readonly string[] } = {},
  ): this {
    checkInterface(this.#where, name);
    const addresses = (options.addresses ?? []).map((address) => checkInterfaceAddress(this.#where, address));
    const description = options.description === undefined ? undefined : checkLine(this.#where, options.description);
    if (this.#interfaces.has(name)) {
      throw this.twice("the interface", name);
    }
    this.#interfaces.set(name, { addresses, ...(description !== undefined && { description }) });
    return this;
  }

  /** Tells neighbours of a network that the machine is in or has a route to. */
  public announce(network: string): this {
    this.#networks.push(IpNetwork.parse(this.#where, "the network", network));
    return this;
  }

  /** Adds a neighbour by its address: one on a link, or a route reflector. */
  public addNeighbour(address: string, options: FrrNumberedOptions): this {
    const where = this.#where;
    const peer = checkAddress(where, "the neighbour", address);
    const asn = checkAsn(where, `the autonomous system of neighbour ${peer}`, options.asn);
    const external = asn !== this.#asn;
    const lines = [`remote-as ${asn}`];
    if (options.source !== undefined) {
      lines.push(`update-source ${checkSource(where, options.source, peer)}`);
    }
    const hops = checkInteger(where, `hops to neighbour ${peer}`, options.hops ?? 1, { min: 1, max: 255 });
    if (external && hops > 1) {
      lines.push(`ebgp-multihop ${hops}`);
    }
    return this.add({ ...options, peer, lines, external });
  }

  /** Adds a neighbour at the other end of a link that has no addresses but those of IPv6 that it makes itself. */
  public addUnnumberedNeighbour(name: string, options: FrrNeighbourOptions): this {
    checkInterface(this.#where, name);
    return this.add({ ...options, peer: name, lines: ["interface remote-as external"], external: true });
  }

  /** Tells neighbours of EVPN of the VXLAN devices of the machine, and of the MAC addresses behind them: it is a VTEP. */
  public advertiseVnis(): this {
    this.#advertisesVnis = true;
    return this;
  }

  /** `/etc/frr/frr.conf` and `/etc/frr/daemons`. */
  public files(): readonly HostFile[] {
    return [
      { path: "/etc/frr/frr.conf", content: this.toString() },
      { path: "/etc/frr/daemons", content: DAEMONS },
    ];
  }

  /** The text of `frr.conf`. */
  public toString(): string {
    return `${[
      NOTICE.trimEnd().replace(/^#/gm, "!"),
      // Defaults differ between versions and distributions, so that what matters is said below.
      "frr defaults traditional",
      `hostname ${this.#hostname}`,
      "service integrated-vtysh-config",
      ...this.interfaces(),
      ...[...this.#policies.values()].flatMap(policyLines),
      ...this.evpnPolicies(),
      ...this.bgp(),
      "end",
    ].join("\n")}\n`;
  }

  private get evpnNeighbours(): readonly Neighbour[] {
    return [...this.#neighbours.values()].filter(({ evpn }) => evpn === true);
  }

  private add(neighbour: Neighbour): this {
    if (this.#neighbours.has(neighbour.peer)) {
      throw this.twice("the neighbour", neighbour.peer);
    }
    for (const policy of [neighbour.unicast?.accept, neighbour.unicast?.announce]) {
      this.addPolicy(policy);
    }
    const description =
      neighbour.description === undefined ? [] : [`description ${checkLine(this.#where, neighbour.description)}`];
    this.#neighbours.set(neighbour.peer, { ...neighbour, lines: [...neighbour.lines, ...description] });
    return this;
  }

  private addPolicy(policy: FrrPolicy | undefined): void {
    if (policy === undefined) {
      return;
    }
    const name = checkName(this.#where, policy.name, { maxLength: MAX_POLICY_NAME });
    const earlier = this.#policies.get(name);
    const networks = policy.networks.map((prefix) => checkPrefix(this.#where, prefix));
    // Two routers of others may well tell of the same network.
    const different = new Map(networks.map((prefix) => [prefixText(prefix), prefix]));
    const checked = { name, networks: [...different.values()] };
    if (
      [EVPN_POLICY, EVPN_OWN_POLICY].includes(name) ||
      (earlier !== undefined && JSON.stringify(earlier) !== JSON.stringify(checked))
    ) {
      throw this.twice("a policy", name);
    }
    this.#policies.set(name, checked);
  }

  private twice(what: string, name: string): ConfigurationError {
    return new ConfigurationError({
      where: this.#where,
      what: `${what} is there already`,
      given: name,
      mend: "give each once",
    });
  }

  private interfaces(): string[] {
    return [...this.#interfaces].flatMap(([name, { description, addresses }]) => [
      "!",
      `interface ${name}`,
      ...(description === undefined ? [] : [` description ${description}`]),
      ...addresses.map((address) => ` ${familyOf(address) === 4 ? "ip" : "ipv6"} address ${address}`),
      "exit",
    ]);
  }

  private evpnPolicies(): string[] {
    const external = this.evpnNeighbours.some((neighbour) => neighbour.external);
    const ownOnly = this.evpnNeighbours.some(({ evpnOwnOnly }) => evpnOwnOnly === true);
    return [
      ...(external ? ["!", `route-map ${EVPN_POLICY} permit 10`, "exit"] : []),
      ...(ownOnly
        ? [
            "!",
            `bgp as-path access-list ${EVPN_OWN_POLICY} seq 10 permit ^$`,
            `route-map ${EVPN_OWN_POLICY} permit 10`,
            ` match as-path ${EVPN_OWN_POLICY}`,
            "exit",
          ]
        : []),
    ];
  }

  private bgp(): string[] {
    const neighbours = [...this.#neighbours.values()];
    return [
      "!",
      `router bgp ${this.#asn}`,
      ` bgp router-id ${this.#routerId}`,
      " bgp log-neighbor-changes",
      // Each address family is switched on for the neighbours that have it.
      " no bgp default ipv4-unicast",
      " bgp ebgp-requires-policy",
      // Leaves have an autonomous system each: paths through them differ in number, not in length.
      " bgp bestpath as-path multipath-relax",
      ` timers bgp ${FABRIC_LIMITS.keepaliveSeconds} ${FABRIC_LIMITS.holdSeconds}`,
      ...neighbours.flatMap(({ peer, lines }) => lines.map((line) => ` neighbor ${peer} ${line}`)),
      ...this.unicast(4, neighbours),
      ...this.unicast(6, neighbours),
      ...this.evpn(),
      "exit",
      "!",
    ];
  }

  private unicast(family: IpFamily, neighbours: readonly Neighbour[]): string[] {
    const has = (policy: FrrPolicy) => policy.networks.some(({ network }) => familyOf(network) === family);
    const peers = neighbours.filter(({ unicast }) => unicast && (has(unicast.accept) || has(unicast.announce)));
    const networks = this.#networks.filter((network) => network.family === family);
    if (peers.length === 0 && networks.length === 0) {
      return [];
    }
    return [
      " !",
      ` address-family ipv${family} unicast`,
      ...networks.map((network) => `  network ${network}`),
      ...peers.flatMap(({ peer, unicast }) => [
        `  neighbor ${peer} activate`,
        `  neighbor ${peer} route-map ${unicast!.accept.name} in`,
        `  neighbor ${peer} route-map ${unicast!.announce.name} out`,
      ]),
      `  maximum-paths ${FABRIC_LIMITS.maxPaths}`,
      " exit-address-family",
    ];
  }

  private evpn(): string[] {
    if (this.evpnNeighbours.length === 0) {
      return [];
    }
    return [
      " !",
      " address-family l2vpn evpn",
      ...this.evpnNeighbours.flatMap(({ peer, external, evpnOwnOnly = false }) => [
        `  neighbor ${peer} activate`,
        ...(external ? [`  neighbor ${peer} route-map ${EVPN_POLICY} in`] : []),
        ...(external || evpnOwnOnly
          ? [`  neighbor ${peer} route-map ${evpnOwnOnly ? EVPN_OWN_POLICY : EVPN_POLICY} out`]
          : []),
      ]),
      ...(this.#advertisesVnis ? ["  advertise-all-vni"] : []),
      " exit-address-family",
    ];
  }
}

/** Lists of both families stand under one name: FRR keeps them apart. A family that the policy has none of matches nothing, and is refused. */
function policyLines({ name, networks }: FrrPolicy): string[] {
  const lists = ([4, 6] as const).flatMap((family, i) => {
    const [ip, sequence] = [family === 4 ? "ip" : "ipv6", 10 * (i + 1)];
    const own = networks.filter(({ network }) => familyOf(network) === family);
    return own.length === 0
      ? []
      : [
          {
            list: own.map((prefix, j) => `${ip} prefix-list ${name} seq ${10 * (j + 1)} permit ${prefixText(prefix)}`),
            map: [`route-map ${name} permit ${sequence}`, ` match ${ip} address prefix-list ${name}`, "exit"],
          },
        ];
  });
  const maps = lists.length === 0 ? [`route-map ${name} deny 10`, "exit"] : lists.flatMap(({ map }) => map);
  return ["!", ...lists.flatMap(({ list }) => list), ...maps];
}

const DAEMONS = `${NOTICE}
bgpd=yes
vtysh_enable=yes
zebra_options="  -A 127.0.0.1 -s 90000000"
bgpd_options="   -A 127.0.0.1"
`;

/**
 * Checks the number of an autonomous system, of two or four bytes.
 * @throws ConfigurationError for numbers that are reserved, or too large
 */
export function checkAsn(where: string, what: string, asn: unknown): number {
  const practice = FABRIC_PRACTICES.asn.id;
  const checked = checkInteger(where, what, asn, { min: 1, max: FABRIC_LIMITS.maxAsn, practice });
  if (checked === FABRIC_LIMITS.asTrans || checked === FABRIC_LIMITS.lastTwoByteAsn) {
    throw new ConfigurationError({
      where,
      what: `${what} is a number that is reserved`,
      given: checked,
      allowed: "64512 to 65534 and 4200000000 to 4294967294 for private use",
      practice,
    });
  }
  return checked;
}

function checkInterface(where: string, name: string): string {
  return checkName(where, name, { maxLength: MAX_INTERFACE_NAME });
}

/** An interface, or an address of the neighbour's family. */
function checkSource(where: string, source: string, peer: string): string {
  if (typeof source !== "string" || !/[.:]/.test(source)) {
    return checkInterface(where, source);
  }
  const address = checkAddress(where, "the source", source);
  if (familyOf(address) !== familyOf(peer)) {
    throw new ConfigurationError({
      where,
      what: "the source is of another family than its neighbour",
      given: source,
      allowed: `an address of IPv${familyOf(peer)}, as ${peer} is, or an interface`,
    });
  }
  return address;
}

function checkInterfaceAddress(where: string, given: string): string {
  const [address, length, ...rest] = typeof given === "string" ? given.split("/") : [];
  const checked = checkAddress(where, "the address", address);
  checkInteger(where, `the length of the prefix of ${checked}`, Number(length), { min: 0, max: bitsOf(checked) });
  if (rest.length > 0 || !/^\d+$/.test(length!)) {
    throw new ConfigurationError({
      where,
      what: "not an address of an interface",
      given,
      allowed: 'such as "10.0.0.1/31"',
    });
  }
  return `${checked}/${length}`;
}

function checkPrefix(where: string, prefix: FrrPrefix): FrrPrefix {
  const { network, longest } = prefix ?? {};
  const parsed = IpNetwork.parse(where, "the network of a policy", network);
  if (longest === undefined || longest === parsed.length) {
    return { network: parsed.toString() };
  }
  const range = { min: parsed.length, max: bitsOf(network) };
  return {
    network: parsed.toString(),
    longest: checkInteger(where, `the longest prefix in ${parsed}`, longest, range),
  };
}

function prefixText({ network, longest }: FrrPrefix): string {
  return longest === undefined ? network : `${network} le ${longest}`;
}

/** Text that FRR takes to the end of its line. */
function checkLine(where: string, text: string): string {
  if (typeof text !== "string" || !/^[\p{L}\p{N}][\p{L}\p{N}\p{P} ]{0,79}$/u.test(text) || text.includes("!")) {
    throw new ConfigurationError({
      where,
      what: "a description is not text that FRR takes",
      given: text,
      allowed: 'up to 80 letters, digits, spaces and marks, without "!"',
    });
  }
  return text;
}
