import { practice, Severity } from "./practice";
import { SOURCES } from "./sources";

const { ERROR } = Severity;

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
  /** And what passes in a thousandth of a second: the kernel is not asked more often. */
  leastBurstPart: 1000,
  /** Part of the whole that a class without a guarantee has at least, as the number of such parts. */
  trickleParts: 1000,
  /** Peak where none is given, in Gbit/s: more than any link has. */
  anyLinkGbps: 100,
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
} as const;
