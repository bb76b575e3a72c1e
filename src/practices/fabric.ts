import { practice, Severity } from "./practice";
import { SOURCES } from "./sources";

const { ERROR } = Severity;

/** Numbers of BGP and of fabrics, each beside the practice that cites its source. */
export const FABRIC_LIMITS = {
  maxAsn: 4_294_967_294,
  /** Stands for a number of four bytes towards those who know two. */
  asTrans: 23_456,
  lastTwoByteAsn: 65_535,
  /** Equal paths that FRR is told to use: as many as there can be. */
  maxPaths: 64,
  keepaliveSeconds: 3,
  holdSeconds: 9,
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
} as const;
