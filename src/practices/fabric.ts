import { practice, Severity } from "./practice";
import { SOURCES } from "./sources";

const { ERROR, WARNING, ADVICE } = Severity;

/** Numbers of BGP and of fabrics, each beside the practice that cites its source. */
export const FABRIC_LIMITS = {
  maxAsn: 4_294_967_294,
  /** Stands for a number of four bytes towards those who know two. */
  asTrans: 23_456,
  lastTwoByteAsn: 65_535,
  privateAsns: [
    { first: 64_512, last: 65_534 },
    { first: 4_200_000_000, last: 4_294_967_294 },
  ],
  /** Equal paths that FRR is told to use: more than a fabric has spines. */
  maxPaths: 64,
  keepaliveSeconds: 3,
  holdSeconds: 9,
  /** Bandwidth of a leaf's hosts for each unit of bandwidth of its uplinks. */
  maxOversubscription: 3,
  /** What data centre switches and NICs, and vSphere, all take. */
  defaultMtu: 9000,
  /** Bytes of the outer headers of VXLAN. */
  vxlanOverhead: { 4: 50, 6: 70 },
  /** Spines of a fabric, which is also the uplinks of a leaf. */
  maxSpines: 32,
  /** Ports of a leaf for hosts. */
  maxHostPorts: 96,
} as const;

/** What experts know about fabrics of leaves and spines. */
export const FABRIC_PRACTICES = {
  asn: practice({
    id: "fabric-asn",
    title: "Autonomous systems of a fabric are for private use",
    reason: "64512 to 65534 and 4200000000 to 4294967294 are set aside for networks that are no part of the Internet's",
    consequence: "a number of someone else's makes their routes look like loops, which BGP drops",
    severity: ERROR,
    source: SOURCES.rfc6996,
  }),
  asnPlan: practice({
    id: "fabric-asn-plan",
    title: "One autonomous system for all spines, one for each leaf",
    reason:
      "a route that comes back to a spine has its number in the path already, so that no leaf is a way between spines",
    severity: ADVICE,
    source: SOURCES.rfc7938,
  }),
  vtepLoopback: practice({
    id: "fabric-vtep-loopback",
    title: "Tunnels end at a loopback address",
    reason: "a loopback is reachable as long as one of the links is, and by all of them at once",
    severity: ADVICE,
    source: SOURCES.rfc7938,
  }),
  links: practice({
    id: "fabric-links",
    title: "Links have two addresses, or none",
    reason:
      "with /31 and /127 a link takes two addresses and no neighbour has to be looked for; an unnumbered one takes none",
    severity: ADVICE,
    source: SOURCES.rfc3021,
  }),
  ecmp: practice({
    id: "fabric-ecmp",
    title: "Each leaf is connected to each spine",
    reason: "all paths between two leaves are equally long then, so that traffic is spread over all spines",
    severity: ADVICE,
    source: SOURCES.rfc7938,
  }),
  twoSpines: practice({
    id: "fabric-two-spines",
    title: "A fabric has two spines or more",
    reason: "each leaf reaches the others through spines only",
    consequence: "with one spine its failure, or its upgrade, parts all leaves from each other",
    severity: WARNING,
    source: SOURCES.rfc7938,
  }),
  ecmpHash: practice({
    id: "fabric-ecmp-hash",
    title: "Paths are chosen by ports too",
    reason:
      "VXLAN has a source port for each inner flow; by addresses alone all traffic between two VTEPs is on one path of Linux",
    severity: ADVICE,
    source: SOURCES.ipSysctl,
  }),
  timers: practice({
    id: "fabric-bgp-timers",
    title: "A neighbour that is silent for 9 s is gone",
    reason: `FRR's profile for data centres has ${FABRIC_LIMITS.keepaliveSeconds} s and ${FABRIC_LIMITS.holdSeconds} s in place of 60 s and 180 s`,
    severity: ADVICE,
    source: SOURCES.frrBgp,
  }),
  bgpPolicy: practice({
    id: "fabric-bgp-policy",
    title: "Each neighbour has a policy in both directions",
    reason:
      "without one FRR exchanges nothing with another autonomous system, and with one a host can't draw the traffic of others to itself",
    severity: ADVICE,
    source: SOURCES.rfc8212,
  }),
  evpnOverIpv4: practice({
    id: "fabric-evpn-ipv4",
    title: "EVPN of FRR needs loopbacks of IPv4",
    reason: "FRR knows VTEPs with addresses of IPv6 from version 10.6 on, which distributions do not have",
    consequence: "older versions tell their neighbours the router id in place of the address, and no tunnel comes up",
    severity: ERROR,
    source: SOURCES.frrIpv6Vtep,
  }),
  mtuChain: practice({
    id: "fabric-mtu-chain",
    title: "The fabric carries frames of guests and the headers of VXLAN",
    reason: `VXLAN adds ${FABRIC_LIMITS.vxlanOverhead[4]} bytes on IPv4 and ${FABRIC_LIMITS.vxlanOverhead[6]} on IPv6, and VTEPs do not fragment`,
    consequence: "larger frames are dropped without a word on the first hop that is too small",
    severity: ERROR,
    source: SOURCES.rfc7348,
  }),
  oversubscription: practice({
    id: "fabric-oversubscription",
    title: `A leaf's hosts have at most ${FABRIC_LIMITS.maxOversubscription} times the bandwidth of its uplinks`,
    reason: `validated designs for general use have ${FABRIC_LIMITS.maxOversubscription}:1 between the ports of hosts and the uplinks`,
    consequence: "when many hosts send at once, the uplinks drop what is over",
    severity: ERROR,
    source: SOURCES.juniperOversubscription,
  }),
} as const;
