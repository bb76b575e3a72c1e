import { practice, Severity } from "./practice";
import { SOURCES } from "./sources";

const { ERROR, ADVICE } = Severity;

/** Limits of a guest's side of its disks. */
export const GUEST_DISK_LIMITS = {
  maxReadAheadMebibytes: 16,
  /** Of databases, which know themselves what they will read next. */
  databaseReadAheadKibibytes: 16,
  /** Linux: BLKDEV_MIN_RQ. */
  minRequests: 4,
  maxRequests: 4096,
} as const;

/** What experts know about a guest's side of its disks. */
export const GUEST_DISK_PRACTICES = {
  scheduler: practice({
    id: "guest-disk-scheduler",
    title: "No scheduler in the guest",
    reason:
      "the host orders the requests of all guests; a virtual disk with several queues gains nothing from a second order",
    severity: ADVICE,
    source: SOURCES.rhelScheduler,
  }),
  readAhead: practice({
    id: "guest-disk-read-ahead",
    title: "Little read-ahead for databases",
    reason: "a database reads pages here and there: what is read beside them takes bandwidth and the page cache",
    severity: ADVICE,
    source: SOURCES.mongodbProduction,
  }),
  requests: practice({
    id: "guest-disk-requests",
    title: "Requests that wait in a scheduler",
    reason: "more of them can be ordered better, and wait longer",
    severity: ADVICE,
    source: SOURCES.linuxBlockSysfs,
  }),
  rotational: practice({
    id: "guest-disk-rotational",
    title: "Whether a disk turns",
    reason:
      "for disks that turn the kernel orders requests by their place and takes their timing as a source of entropy",
    severity: ADVICE,
    source: SOURCES.linuxBlockSysfs,
  }),
  accessTimes: practice({
    id: "guest-disk-access-times",
    title: "No access times",
    reason: "each read of a file would be a write, too",
    severity: ADVICE,
    source: SOURCES.mount,
  }),
  trim: practice({
    id: "guest-disk-trim",
    title: "Space is given back once a week",
    reason: "for most machines once a week is enough, and a discard with each deletion slows the deletion down",
    severity: ADVICE,
    source: SOURCES.fstrim,
  }),
  growFileSystem: practice({
    id: "guest-disk-grow-file-system",
    title: "A file system grows with its volume",
    reason: "it takes the space of a larger volume when it is next mounted",
    severity: ADVICE,
    source: SOURCES.systemdMount,
  }),
  barriers: practice({
    id: "guest-disk-barriers",
    title: "Barriers stay on",
    reason: "they have the journal on the disk before what it is about",
    consequence: "files are lost with the power",
    severity: ERROR,
    source: SOURCES.ext4,
  }),
  onlyEmpty: practice({
    id: "guest-disk-only-empty",
    title: "Only an empty disk is formatted",
    reason:
      "a disk with any signature on it, or anything in its first MiB, is left alone: it may be another machine's, or what a database writes to the device itself",
    severity: ADVICE,
    source: SOURCES.blkid,
  }),
  cloudInit: practice({
    id: "guest-disk-cloud-init",
    title: "cloud-init sets a guest's side of its disks up",
    reason: "it does so at each start, before services start, from user data that can have several parts",
    consequence: "without it nothing in the guest follows the program",
    severity: ERROR,
    source: SOURCES.cloudInitMultiPart,
  }),
} as const;
