import { practice, Severity } from "./practice";
import { SOURCES } from "./sources";

const { ERROR, ADVICE } = Severity;

/** Numbers of VXLAN, each beside the practice that cites its source. */
export const VXLAN_LIMITS = {
  minVni: 1,
  maxVni: 16_777_215,
  port: 4789,
  /** What an underlay should carry: guests then have 1500 bytes and more, on IPv4 and IPv6. */
  advisedUnderlayMtu: 1600,
  /** Hops of a packet to a group; Linux has 1 where nothing is said, and 64 for all other packets. */
  multicastTtl: 64,
} as const;

/** What experts know about VXLAN on Linux hosts. */
export const VXLAN_PRACTICES = {
  vni: practice({
    id: "vxlan-vni",
    title: "A VNI stands for one segment",
    reason: "the header of VXLAN has 24 bits for it, and it is all that keeps the frames of two segments apart",
    severity: ERROR,
    source: SOURCES.rfc7348,
  }),
  port: practice({
    id: "vxlan-port",
    title: `The port is ${VXLAN_LIMITS.port}, and is said`,
    reason: `${VXLAN_LIMITS.port} is the port of the standard; Linux takes 8472 where nothing is said, which other VTEPs do not listen on`,
    severity: ADVICE,
    source: SOURCES.linuxVxlan,
  }),
  mtu: practice({
    id: "vxlan-mtu",
    title: `An underlay carries ${VXLAN_LIMITS.advisedUnderlayMtu} bytes or more, better 9000`,
    reason: "guests get what the underlay carries less the headers of VXLAN: all of it is used, and nothing is dropped",
    consequence:
      "on an underlay of 1500 bytes guests have less than the 1500 that they and all others outside take for granted",
    severity: ADVICE,
    source: SOURCES.neutronMtu,
  }),
  doNotFragment: practice({
    id: "vxlan-do-not-fragment",
    title: "VTEPs do not fragment",
    reason: "a frame that is too large is refused, and Linux tells the guest, in place of being sent in fragments",
    consequence: "fragments cost throughput without a word, and a VTEP may discard them",
    severity: ADVICE,
    source: SOURCES.rfc7348,
  }),
  checksum: practice({
    id: "vxlan-checksum",
    title: "UDP checksums are left as they are",
    reason:
      "on IPv4 there are none, as the standard wants it; on IPv6 there are, for not every VTEP takes packets without",
    severity: ADVICE,
    source: SOURCES.rfc7348,
  }),
  headEnd: practice({
    id: "vxlan-head-end-replication",
    title: "Each host sends frames for all to each other host",
    reason: "it needs nothing of the underlay: an entry of zeros in the forwarding table for each other VTEP",
    severity: ADVICE,
    source: SOURCES.linuxVxlan,
  }),
  multicast: practice({
    id: "vxlan-multicast",
    title: "A group of multicast is joined on one interface, and its packets may be routed",
    reason: `Linux joins the group on that interface, and lets packets to it pass no router unless it is told a TTL: ${VXLAN_LIMITS.multicastTtl} here, as for other packets`,
    severity: ERROR,
    source: SOURCES.linuxVxlan,
  }),
  evpn: practice({
    id: "vxlan-evpn",
    title: "With EVPN, BGP fills the forwarding table",
    reason: "FRR tells the kernel which VTEPs and MAC addresses there are, so that nothing is flooded to find out",
    severity: ERROR,
    source: SOURCES.frrEvpn,
  }),
  learning: practice({
    id: "vxlan-learning",
    title: "MAC addresses are learnt from frames, unless EVPN tells them",
    reason:
      "with entries of zeros, or a group, alone the kernel finds out where an address is by frames from there; what EVPN tells must not be overwritten so",
    consequence: "without learning and without EVPN each frame is sent to all hosts",
    severity: ADVICE,
    source: SOURCES.linuxVxlan,
  }),
  suppression: practice({
    id: "vxlan-neighbour-suppression",
    title: "ARP and neighbour discovery are answered on the host",
    reason: "EVPN tells each host the IP addresses behind each VTEP, so that questions for them need not be flooded",
    severity: ADVICE,
    source: SOURCES.frrEvpn,
  }),
  noProxy: practice({
    id: "vxlan-no-arp-proxy",
    title: "Without EVPN nothing answers for others",
    reason:
      "the kernel knows no neighbours then: suppression has nothing to answer with, and the ARP proxy of VXLAN drops what it can't answer",
    severity: ERROR,
    source: SOURCES.linuxVxlanDriver,
  }),
  bridge: practice({
    id: "vxlan-bridge",
    title: "One bridge for each VNI, without STP and without addresses",
    reason:
      "tunnels have no loops to break, a port that waits for STP is 30 s without traffic, and a host with an address in it is part of its guests' network",
    severity: ADVICE,
    source: SOURCES.frrEvpn,
  }),
  oneFamily: practice({
    id: "vxlan-one-family",
    title: "All VTEPs have addresses of one family",
    reason: "a tunnel goes from one address to another of the same family, and the headers' length depends on it",
    severity: ERROR,
    source: SOURCES.linuxVxlan,
  }),
  noClasses: practice({
    id: "vxlan-no-classes",
    title: "Segments in tunnels share what the underlay has",
    reason: "to a queue at an uplink all tunnels of a host are packets between the same two addresses and ports",
    severity: ERROR,
    source: SOURCES.rfc7348,
  }),
  gateway: practice({
    id: "vxlan-gateway",
    title: "Hosts without VXLAN send a VLAN to a gateway",
    reason:
      "a distributed switch of vSphere has no VTEPs of its own (NSX brings them): a leaf or another gateway has the VLAN in the segment",
    severity: ERROR,
    source: SOURCES.rfc7348,
  }),
} as const;
