import { practice, Severity } from "./practice";
import { SOURCES } from "./sources";

const { ERROR, WARNING, ADVICE } = Severity;

/** Limits of micro segments, each beside the practice that cites its source. */
export const MICRO_SEGMENT_LIMITS = {
  minPort: 1,
  maxPort: 65_535,
  /** Bytes of a filter: Linux passes a program at most 128 KiB in one variable, and virsh gets the filter through one. */
  maxFilterBytes: 127 * 1024,
} as const;

/** What experts know about filtering the traffic of guests. */
export const MICRO_SEGMENT_PRACTICES = {
  defaultDeny: practice({
    id: "micro-segment-default-deny",
    title: "What no rule allows is dropped",
    reason:
      "a guest that was broken into reaches what its rules allow, and no more; answers to what a rule allows pass by themselves",
    severity: ADVICE,
    source: SOURCES.formatNwfilter,
  }),
  ownAddressesOnly: practice({
    id: "micro-segment-own-addresses-only",
    title: "A member sends from its own addresses only",
    reason: "rules know guests by their addresses: who may send from another's has the other's rights",
    severity: ERROR,
    source: SOURCES.formatNwfilter,
  }),
  errorsPass: practice({
    id: "micro-segment-icmp-errors-pass",
    title: "ICMP errors and neighbour discovery always pass",
    reason:
      "without ICMP errors connections hang where a router has a smaller MTU, and without neighbour discovery IPv6 finds nobody",
    severity: ADVICE,
    source: SOURCES.rfc4890,
  }),
  dhcp: practice({
    id: "micro-segment-dhcp",
    title: "Members may ask for addresses by DHCP",
    reason: "answers to a broadcast belong to no connection, so DHCP needs rules of its own",
    severity: ADVICE,
    source: SOURCES.formatNwfilter,
  }),
  commonFamily: practice({
    id: "micro-segment-common-family",
    title: "A rule has both ends in one IP family",
    reason: "IPv4 and IPv6 do not talk to each other, so a rule between them lets nothing through",
    severity: ERROR,
    source: SOURCES.formatNwfilter,
  }),
  linuxBridgeOnly: practice({
    id: "micro-segment-linux-bridge-only",
    title: "libvirt's filters reach taps on Linux bridges only",
    reason:
      "libvirt filters with ebtables and iptables, which see frames of Linux bridges: not those of Open vSwitch and of devices that the guest drives itself, and on macvtap without connections",
    severity: ERROR,
    source: SOURCES.formatNwfilter,
  }),
  noTrunk: practice({
    id: "micro-segment-no-trunk",
    title: "Frames that the guest tags can't be filtered",
    reason: "a filter looks for IP in untagged frames; tagged ones are neither checked nor known by their address",
    severity: ERROR,
    source: SOURCES.formatNwfilter,
  }),
  foreignNetwork: practice({
    id: "micro-segment-foreign-network",
    title: "A network that others own has to be on a Linux bridge",
    reason: "whether libvirt's filters reach its ports depends on what carries it, which is not known here",
    severity: WARNING,
    source: SOURCES.formatNwfilter,
  }),
  bridgeNetfilter: practice({
    id: "micro-segment-bridge-netfilter",
    title: "Bridges have to show their frames to iptables",
    reason: "rules with connections are rules of iptables, which sees frames of a bridge only with br_netfilter",
    consequence:
      "without it what is forwarded on the bridge passes unfiltered, and libvirt only writes a warning to its log",
    severity: ADVICE,
    source: SOURCES.bridgeNetfilter,
  }),
  isolatedPorts: practice({
    id: "micro-segment-isolated-ports",
    title: "Isolated ports never reach each other",
    reason: "a bridge passes no frame from one isolated port to another, whatever a filter lets through",
    severity: ERROR,
    source: SOURCES.formatDomain,
  }),
  filterSize: practice({
    id: "micro-segment-filter-size",
    title: `A filter has at most ${MICRO_SEGMENT_LIMITS.maxFilterBytes} bytes`,
    reason: "each rule stands once for each address of the other end, and the host looks at them one after the other",
    severity: ERROR,
    source: SOURCES.formatNwfilter,
  }),
  vsphereNeedsNsx: practice({
    id: "micro-segment-vsphere-needs-nsx",
    title: "vSphere has no rules for ports without NSX",
    reason:
      "a distributed switch keeps guests apart by VLANs and private VLANs; rules for addresses and ports are the distributed firewall of NSX, which the provider does not have",
    severity: ERROR,
    source: SOURCES.vspherePortGroup,
  }),
  vspherePrivateVlan: practice({
    id: "micro-segment-vsphere-private-vlan",
    title: "On vSphere members are kept apart by an isolated private VLAN",
    reason: "ports of an isolated VLAN reach promiscuous ports only",
    consequence: "what the members exchange with promiscuous ports, such as the gateway, is not filtered",
    severity: WARNING,
    source: SOURCES.vspherePortGroup,
  }),
} as const;
