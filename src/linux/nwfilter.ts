import { ConfigurationError } from "../errors";
import { MICRO_SEGMENT_LIMITS, MICRO_SEGMENT_PRACTICES } from "../practices";
import { familyOf, type IpFamily, type IpNetwork } from "./ip";

/** Seen from the guest: `in` is what it receives. */
type NwfilterDirection = "in" | "out";

export type NwfilterProtocol = "tcp" | "udp" | "icmp" | "icmpv6" | "all";

/** What a guest may begin, or others with it. Answers pass by themselves. */
export interface NwfilterRule {
  readonly direction: NwfilterDirection;
  readonly protocol: NwfilterProtocol;
  /** Ports of the end that is called. @default - all */
  readonly ports?: { readonly from: number; readonly to: number };
  /** The other end. */
  readonly peer: IpNetwork;
  /** What the rule is for: a comment of the file. */
  readonly purpose: string;
}

export interface NwfilterOptions {
  /** Checked already: letters, digits, `.`, `_` and `-`. */
  readonly name: string;
  /** Whether guests may ask for addresses by DHCP. */
  readonly dhcp: boolean;
  readonly rules: readonly NwfilterRule[];
}

type Attributes = Record<string, string | number>;

const ELEMENTS: Record<IpFamily, Partial<Record<NwfilterProtocol, string>>> = {
  4: { tcp: "tcp", udp: "udp", icmp: "icmp", all: "all" },
  6: { tcp: "tcp-ipv6", udp: "udp-ipv6", icmpv6: "icmpv6", all: "all-ipv6" },
};

/** Which IP families a protocol is in. */
export function familiesOf(protocol: NwfilterProtocol): readonly IpFamily[] {
  return ([4, 6] as const).filter((family) => ELEMENTS[family][protocol] !== undefined);
}

// libvirt sorts rules by these. The first five are ebtables, which see each frame by itself; the others are iptables, with connections.
const PRIORITY = {
  mac: -900,
  arp: -800,
  ipv4: -700,
  ipv6: -600,
  otherFrames: -500,
  always: 100,
  rules: 200,
  rest: 900,
};

/** Unreachable (too large for the next hop, too), time exceeded, parameter problem. */
const ICMP_ERRORS = [3, 11, 12];
/** Unreachable, too big, time exceeded, parameter problem. */
const ICMPV6_ERRORS = [1, 2, 3, 4];
/** Neighbour solicitation and advertisement. */
const NEIGHBOURS = [135, 136];
/** Router advertisement, and the question who listens to a multicast group: from routers. */
const FROM_ROUTERS = [134, 130];
/** Router solicitation, and which multicast groups the guest listens to, its own neighbour discovery's among them. */
const TO_ROUTERS = [133, 131, 132, 143];

/**
 * A filter of libvirt that lets through what its rules say and nothing else. It has no UUID: whoever defines it knows which it has there.
 *
 * Guests send from their own addresses only: `$MAC`, which libvirt knows, `$IP` and `$IPV6`, which each NIC gives (see `nwfilterParameters`).
 */
export function nwfilterXml(where: string, { name, dhcp, rules }: NwfilterOptions): string {
  const xml = [
    `<filter name="${name}" chain="root">`,
    ...ownAddressesOnly(dhcp),
    ...alwaysAllowed(dhcp),
    ...rules.flatMap((rule, i) => [
      ...(rule.purpose === rules[i - 1]?.purpose ? [] : [comment(rule.purpose)]),
      ruleXml(rule),
    ]),
    comment("what no rule allows"),
    statement("drop", "inout", PRIORITY.rest, "all"),
    statement("drop", "inout", PRIORITY.rest, "all-ipv6"),
    "</filter>",
    "",
  ].join("\n");
  if (xml.length > MICRO_SEGMENT_LIMITS.maxFilterBytes) {
    throw new ConfigurationError({
      where,
      what: "the filter is too long",
      given: `${xml.length} bytes, ${rules.length} rules`,
      allowed: `${MICRO_SEGMENT_LIMITS.maxFilterBytes} bytes`,
      mend: "give networks (Peer.cidr) where there are groups of many members now, or several ports as one range",
      practice: MICRO_SEGMENT_PRACTICES.filterSize.id,
    });
  }
  return xml;
}

/**
 * Parameters of a NIC for such a filter. Without an address of a family the NIC is held to the unspecified one, which nobody can answer:
 * without a parameter libvirt would take the first address that the guest sends from for its own.
 */
export function nwfilterParameters(addresses: readonly string[]): { name: string; value: string }[] {
  const of = (family: IpFamily, unspecified: string) => {
    const own = addresses.filter((address) => familyOf(address) === family);
    return own.length === 0 ? [unspecified] : own;
  };
  // In the order that libvirt gives them back in.
  return [
    ...of(4, "0.0.0.0").map((value) => ({ name: "IP", value })),
    ...of(6, "::").map((value) => ({ name: "IPV6", value })),
  ];
}

function ownAddressesOnly(dhcp: boolean): string[] {
  const out = (priority: number, element: string, match: Attributes, action = "accept") =>
    statement(action, "out", priority, element, match);
  const into = (priority: number, element: string) => statement("accept", "in", priority, element);
  return [
    comment("frames: from the NIC's own addresses only"),
    out(PRIORITY.mac, "mac", { match: "no", srcmacaddr: "$MAC" }, "drop"),
    // Tells switches where the guest is after it has moved to another host.
    out(PRIORITY.mac + 1, "rarp", { opcode: "Request_Reverse", arpsrcmacaddr: "$MAC", arpdstmacaddr: "$MAC" }),
    out(PRIORITY.arp, "arp", { match: "no", arpsrcmacaddr: "$MAC" }, "drop"),
    out(PRIORITY.arp + 1, "arp", { arpsrcipaddr: "$IP" }),
    // Asks whether an address is in use, before the guest has it.
    out(PRIORITY.arp + 1, "arp", { arpsrcipaddr: "0.0.0.0" }),
    into(PRIORITY.arp + 1, "arp"),
    out(PRIORITY.ipv4, "ip", { srcipaddr: "$IP" }),
    ...(dhcp
      ? [out(PRIORITY.ipv4, "ip", { srcipaddr: "0.0.0.0", protocol: "udp", srcportstart: 68, dstportstart: 67 })]
      : []),
    into(PRIORITY.ipv4, "ip"),
    out(PRIORITY.ipv6, "ipv6", { srcipaddr: "$IPV6" }),
    // Link-local addresses are the guest's own choice.
    out(PRIORITY.ipv6, "ipv6", { srcipaddr: "fe80::", srcipmask: 10 }),
    out(PRIORITY.ipv6, "ipv6", { srcipaddr: "::", srcipmask: 128, protocol: "icmpv6" }),
    into(PRIORITY.ipv6, "ipv6"),
    statement("drop", "inout", PRIORITY.otherFrames, "mac"),
  ];
}

/** Without connections: they know nothing of neighbour discovery, and an error is no part of the connection that it is about. */
function alwaysAllowed(dhcp: boolean): string[] {
  const always = (direction: NwfilterDirection, element: string, match: Attributes) =>
    statement("accept", direction, PRIORITY.always, element, match, { statematch: "false" });
  const icmp = (direction: NwfilterDirection, element: string, types: readonly number[]) =>
    types.map((type) => always(direction, element, { type }));
  const dhcpOf = (element: string, client: number, server: number) => [
    always("out", element, { srcportstart: client, dstportstart: server }),
    always("in", element, { srcportstart: server, dstportstart: client }),
  ];
  return [
    comment("ICMP errors"),
    ...(["in", "out"] as const).flatMap((direction) => [
      ...icmp(direction, "icmp", ICMP_ERRORS),
      ...icmp(direction, "icmpv6", ICMPV6_ERRORS),
    ]),
    comment("neighbour discovery"),
    ...icmp("in", "icmpv6", [...NEIGHBOURS, ...FROM_ROUTERS]),
    ...icmp("out", "icmpv6", [...NEIGHBOURS, ...TO_ROUTERS]),
    ...(dhcp ? [comment("DHCP"), ...dhcpOf("udp", 68, 67), ...dhcpOf("udp-ipv6", 546, 547)] : []),
  ];
}

function ruleXml({ direction, protocol, ports, peer }: NwfilterRule): string {
  const [address, length] = peer.toString().split("/") as [string, string];
  const end = direction === "in" ? "src" : "dst";
  return statement("accept", direction, PRIORITY.rules, ELEMENTS[peer.family][protocol]!, {
    ...(peer.length > 0 && { [`${end}ipaddr`]: address, [`${end}ipmask`]: length }),
    ...(ports !== undefined && { dstportstart: ports.from, dstportend: ports.to }),
  });
}

function statement(
  action: string,
  direction: NwfilterDirection | "inout",
  priority: number,
  element: string,
  match: Attributes = {},
  more: Attributes = {},
): string {
  const rule = attributesXml({ action, direction, priority, ...more });
  return `  <rule${rule}><${element}${attributesXml(match)}/></rule>`;
}

function attributesXml(attributes: Attributes): string {
  return Object.entries(attributes)
    .map(([name, value]) => ` ${name}="${value}"`)
    .join("");
}

/** XML ends a comment at two hyphens, which names may have. */
function comment(text: string): string {
  return `  <!-- ${text.replace(/-(?=-)/g, "- ")} -->`;
}
