import { practice, Severity } from "./practice";
import { SOURCES } from "./sources";

const { ERROR, WARNING, ADVICE } = Severity;

/** Limits of tiers, of what they promise, and of what disks need. */
export const TIER_LIMITS = {
  /** Most operations a second that QEMU's throttling takes (THROTTLE_VALUE_MAX). */
  maxIops: 1e15,
  /** Weights of block I/O. */
  minShares: 10,
  maxShares: 1000,
  /** Reads among the operations of mixed work, in percent. */
  usualReadPercent: 70,
  /** Nothing is promised twice unless told. */
  usualOverCommit: 1,
  /** Ratio that OpenStack's block storage takes without being told: nobody fills volumes so little that more would fit. */
  maxOverCommit: 20,
  /** Operations of one small write on RAID 6: three reads, three writes. */
  maxWritePenalty: 6,
  maxWeight: 1000,
  /** Bytes, of qcow2. */
  minClusterSize: 512,
  maxClusterSize: 2 ** 21,
  /** Version of qcow2 that QEMU has since 1.1. */
  qcow2Compat: "1.1",
} as const;

/** What experts know about tiers and placement. */
export const TIER_PRACTICES = {
  burst: practice({
    id: "io-burst",
    title: "A burst exceeds a bound",
    reason:
      "QEMU takes a burst only together with the bound that it exceeds, at least as high, and its length in whole seconds only with the burst",
    severity: ERROR,
    source: SOURCES.qemuThrottle,
  }),
  needWithinLimit: practice({
    id: "io-need-within-limit",
    title: "A need is within the limit",
    reason: "what a disk needs, or has kept for it, never passes a limit below it",
    severity: ERROR,
    source: SOURCES.qemuThrottle,
  }),
  cheapest: practice({
    id: "tier-cheapest",
    title: "The cheapest tier that gives what is needed",
    reason:
      "what a disk needs says which tiers would do, and among those only their price differs; what is on them already does not count, so that a disk stays where it is",
    severity: ERROR,
    source: SOURCES.cinderTypes,
  }),
  spread: practice({
    id: "tier-spread-by-name",
    title: "Volumes are spread over a tier's backends by their names",
    reason:
      "with rendezvous hashing a volume's backend follows from its name alone: others that come and go do not move it",
    severity: ADVICE,
    source: SOURCES.rendezvous,
  }),
  overCommit: practice({
    id: "tier-over-commit",
    title: "No more is promised than there is",
    reason:
      "guests whose thin volumes find no space left are paused or see errors, all of them at once; promising more than there is needs somebody who watches the space",
    severity: ERROR,
    source: SOURCES.novaDiskRatio,
  }),
  thickTakesSpace: practice({
    id: "tier-thick-takes-space",
    title: "Volumes that take their space at once can't be over-committed",
    reason: "the volume that finds too little space left is not made",
    severity: ERROR,
    source: SOURCES.formatStorage,
  }),
  promisedIops: practice({
    id: "tier-promised-performance",
    title: "Volumes need no more than their tier promises",
    reason:
      "Volumes seldom want all that they need at the same time; when they do, all of them are slow, and no data is lost",
    severity: WARNING,
    source: SOURCES.raidPenalty,
  }),
  writePenalty: practice({
    id: "tier-write-penalty",
    title: "A write on RAID costs several operations",
    reason: "mirrors write twice; parity is read and written besides: 4 operations on RAID 5, 6 on RAID 6",
    severity: ADVICE,
    source: SOURCES.raidPenalty,
  }),
  clusterSize: practice({
    id: "volume-cluster-size",
    title: "Clusters of qcow2",
    reason:
      "a cluster is what qcow2 takes at once, a power of two from 512 bytes to 2 MiB: larger ones need less metadata, smaller ones copy less for a first write",
    severity: ERROR,
    source: SOURCES.qcow2,
  }),
  preallocation: practice({
    id: "volume-preallocation",
    title: "What is taken of a new volume's space",
    reason:
      "the provider asks libvirt for volumes with nothing allocated and passes no flags: files take space as they are written",
    severity: ERROR,
    source: SOURCES.libvirtProvider,
  }),
  encryption: practice({
    id: "volume-encryption",
    title: "Volumes encrypted by QEMU",
    reason:
      "QEMU encrypts with LUKS before data leaves the host; the passphrase is a secret of libvirt that programs and plans know by its UUID only",
    severity: ERROR,
    source: SOURCES.storageEncryption,
  }),
} as const;
