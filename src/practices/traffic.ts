import { DataRate, Duration } from "../units";
import { practice, Severity } from "./practice";
import { SOURCES } from "./sources";

const { ERROR, WARNING, ADVICE } = Severity;

/** Limits of traffic profiles, each beside the practice that cites its source. */
export const TRAFFIC_LIMITS = {
  /** Shares of vSphere: a NIC's and a traffic class's, 1 to 100. */
  maxShares: 100,
  /** Part of an uplink, in percent, that may be guaranteed: the rest is for what nobody reserved. */
  reservablePercent: 75,
  /** Shares of who is given none: vSphere's "normal". */
  defaultShares: 50,
  /** A bucket holds at least a segment that a guest hands over at once (TCP segmentation offload), in KiB. */
  leastBurstKiB: 64,
  /** And what passes in this time: the kernel does not look more often. */
  leastBurstTime: Duration.milliseconds(1),
  /** Part of the whole that a class without a guarantee has at least, as the number of such parts. */
  trickleParts: 1000,
  /** tc counts a bucket in 32 bits of bytes. */
  mostBurstKiB: 4_194_303,
  /** Peak where none is given: more than any link has. */
  anyLink: DataRate.gbps(100),
} as const;

/** What experts know about shaping traffic. */
export const TRAFFIC_PRACTICES = {
  bucket: practice({
    id: "traffic-bucket",
    title: "Peak and burst belong to an average, and a peak is not below it",
    reason:
      "a token bucket is filled at the average rate; a burst is what it holds and a peak how fast it may be emptied",
    severity: ERROR,
    source: SOURCES.formatNetwork,
  }),
  reservationWithinLimit: practice({
    id: "traffic-reservation-within-limit",
    title: "A guarantee is at most the limit",
    reason: "what is limited to a rate can't be guaranteed more",
    severity: ERROR,
    source: SOURCES.vsphereVm,
  }),
  guaranteesFit: practice({
    id: "traffic-guarantees-fit",
    title: "Guarantees fit into what they are part of",
    reason: `guarantees are kept only where their sum is at hand: in the guarantee or the limit of the segment or the switch, or in ${TRAFFIC_LIMITS.reservablePercent} % of an uplink`,
    consequence: "with more, all of them are broken when everyone asks for his own",
    severity: ERROR,
    source: SOURCES.vsphereDvs,
  }),
  limitWithinParent: practice({
    id: "traffic-limit-within-parent",
    title: "A limit is at most that of the segment or the switch",
    reason: "traffic passes both, and the lower one decides",
    severity: ERROR,
    source: SOURCES.formatNetwork,
  }),
  shares: practice({
    id: "traffic-shares",
    title: `Shares are 1 to ${TRAFFIC_LIMITS.maxShares}`,
    reason: "shares say how what is left is divided among those who want it, and vSphere counts them so",
    severity: ERROR,
    source: SOURCES.vsphereVm,
  }),
  hostClasses: practice({
    id: "traffic-host-classes",
    title: "Segments on an uplink are told apart by their frames",
    reason:
      "a guarantee on an uplink is a class of HTB, and a frame belongs to one class: by its VLAN, or by having none",
    severity: ERROR,
    source: SOURCES.htb,
  }),
  wholeUnits: practice({
    id: "traffic-whole-units",
    title: "Rates and bursts are whole numbers of the platform's units",
    reason:
      "libvirt counts in kB/s (8 kbit/s) and KiB, vSphere in Mbit/s at NICs: another rate than the one given is not chosen",
    severity: ERROR,
    source: SOURCES.formatDomain,
  }),
  burstSize: practice({
    id: "traffic-burst-size",
    title: `A bucket on Linux holds ${TRAFFIC_LIMITS.leastBurstKiB} KiB or more, and less than 4 GiB`,
    reason: `a guest hands over segments of up to ${TRAFFIC_LIMITS.leastBurstKiB} KiB at once: one that does not fit into the bucket never passes`,
    severity: ERROR,
    source: SOURCES.bandwidth,
  }),
  noBurst: practice({
    id: "traffic-no-burst",
    title: "A leaky bucket holds the least that its rate needs",
    reason: "one segment of a guest, or what passes in a millisecond: with less the rate is not reached",
    severity: ADVICE,
    source: SOURCES.htb,
  }),
  burstAtLinkSpeed: practice({
    id: "traffic-burst-at-link-speed",
    title: "A burst needs a peak",
    reason:
      "without a peak HTB takes the average as the ceiling and no burst passes: the peak is more than any link has, so that bursts are as fast as the link",
    severity: ADVICE,
    source: SOURCES.htb,
  }),
  outboundPeak: practice({
    id: "traffic-outbound-peak",
    title: "Linux has no peak for what a guest sends",
    reason: "what comes out of a guest is policed, by a rate and a bucket: bursts pass as fast as the guest sends",
    severity: WARNING,
    source: SOURCES.formatDomain,
  }),
  openVSwitchCeiling: practice({
    id: "traffic-open-vswitch-ceiling",
    title: "On Open vSwitch the peak is the limit",
    reason:
      "libvirt makes the average a guaranteed rate and the peak the ceiling there: without a peak nothing is limited, and with one over the average that is what passes for good; so both are the average, and bursts wait",
    severity: ADVICE,
    source: SOURCES.bandwidth,
  }),
  bandwidth: practice({
    id: "traffic-bandwidth",
    title: "libvirt shapes a NIC on the host",
    reason:
      "HTB and SFQ on what it receives, a policer on what it sends: the host needs sch_htb, sch_sfq and sch_ingress",
    consequence: "a guest with a limit does not start on a host without them",
    severity: ADVICE,
    source: SOURCES.bandwidth,
  }),
  segmentLimit: practice({
    id: "traffic-segment-limit",
    title: "The limit of a segment is that of each of its NICs",
    reason: "port groups of libvirt and vSphere shape each port by itself",
    severity: ADVICE,
    source: SOURCES.vmwareShaping,
  }),
  networkBandwidth: practice({
    id: "traffic-network-bandwidth",
    title: "A network that libvirt makes is shaped at its bridge",
    reason:
      "what passes between all guests and their host is limited together; guests of one host reach each other past it",
    severity: ADVICE,
    source: SOURCES.formatNetwork,
  }),
  floor: practice({
    id: "traffic-floor",
    title: "libvirt guarantees what a NIC receives, on networks that it makes",
    reason:
      "`floor` is a class of HTB on the bridge of a NAT or isolated network, taken out of the average that the network has inbound, and a peak above that would be taken for it",
    severity: ERROR,
    source: SOURCES.formatDomain,
  }),
  oneDirection: practice({
    id: "traffic-one-direction",
    title: "Some things are there in one direction only",
    reason:
      "libvirt's guarantee is of what a NIC receives; queues at uplinks, of Linux and of vSphere, order what leaves a host",
    severity: WARNING,
    source: SOURCES.vmwareNicAllocation,
  }),
  weights: practice({
    id: "traffic-weights",
    title: "Shares and priorities need a queue that knows them",
    reason:
      "HTB on an uplink has them for segments, vSphere's Network I/O Control for NICs and for all machines of a switch",
    severity: ERROR,
    source: SOURCES.htb,
  }),
  uplinkClasses: practice({
    id: "traffic-uplink-classes",
    title: "Guarantees of segments on a bridge are classes on its uplinks",
    reason:
      "HTB divides a rate that it limits to, so it has to be where the line is full, and to know how fast that is",
    severity: ERROR,
    source: SOURCES.htb,
  }),
  oneQueue: practice({
    id: "traffic-one-queue",
    title: "HTB is one queue for all CPUs of a host",
    reason:
      "a NIC's own queues are sent to side by side, a bucket for all of them is taken from under one lock: at tens of Gbit/s that costs throughput, and limits of NICs do not",
    severity: ADVICE,
    source: SOURCES.htb,
  }),
  quota: practice({
    id: "traffic-quota",
    title: "A guarantee can be a quota for the guarantees within it",
    reason: "it is kept through the NICs that have a part of it, and what no NIC asked for is not held back",
    severity: ADVICE,
    source: SOURCES.vmwareNicAllocation,
  }),
  portGroupShaping: practice({
    id: "traffic-port-group-shaping",
    title: "vSphere sees traffic from its switch",
    reason:
      "what a guest sends comes into the switch (ingress), what it receives goes out of it (egress); each port of the port group is shaped by itself",
    consequence:
      "the provider (2.16) switches shaping on and not off: plans say so until it is switched off in vCenter, or limited to what the switch or its uplinks have",
    severity: ADVICE,
    source: SOURCES.vmwareShaping,
  }),
  nicAllocation: practice({
    id: "traffic-nic-allocation",
    title: "Network I/O Control limits a NIC without bursts",
    reason: "what the NIC sends is kept at the limit, whatever it saved up before; bursts are for port groups",
    severity: ADVICE,
    source: SOURCES.vmwareNicAllocation,
  }),
  ioControl: practice({
    id: "traffic-io-control",
    title: "Guarantees and shares of vSphere need Network I/O Control",
    reason: "it keeps them at the uplinks of a switch; guarantees of NICs are there from version 3",
    consequence: "without it they are stored and do nothing, or the machine does not start",
    severity: ERROR,
    source: SOURCES.vmwareNicAllocation,
  }),
} as const;
