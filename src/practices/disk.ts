import { practice, Severity } from "./practice";
import { SOURCES } from "./sources";

const { ERROR, WARNING, ADVICE } = Severity;

/** Limits of how a disk is shown to its guest and served. */
export const DISK_LIMITS = {
  /** First versions with several I/O threads for one disk. */
  ioThreadsLibvirt: [10, 0, 0],
  ioThreadsQemu: [9, 0, 0],
  minIoThreads: 2,
  maxIoThreads: 64,
  /** Range of threads that a disk gains most from. */
  fewIoThreads: 4,
  manyIoThreads: 8,
  /** I/O threads for each CPU of a host beyond which they only take turns. */
  ioThreadsPerCpu: 2,
  /** What a disk without moving parts says of its speed; those with moving parts say revolutions a minute (SBC-3). */
  solidState: 1,
  minRotationRate: 1025,
  maxRotationRate: 65534,
  /** Weights of machines for low, normal and high priority: one to two to four around the kernel's default, as vSphere's shares. */
  lowWeight: 50,
  normalWeight: 100,
  highWeight: 200,
} as const;

/** What experts know of how a disk is shown to its guest and served. */
export const DISK_PRACTICES = {
  severalIoThreads: practice({
    id: "disk-several-io-threads",
    title: "Several I/O threads for one busy disk",
    reason: `queues that are spread over ${DISK_LIMITS.fewIoThreads} to ${DISK_LIMITS.manyIoThreads} threads serve a fast disk with more than one CPU; more threads add little`,
    severity: WARNING,
    source: SOURCES.formatDomain,
  }),
  severalIoThreadsVersion: practice({
    id: "disk-several-io-threads-version",
    title: "Several I/O threads need libvirt 10.0 and QEMU 9.0",
    reason: "QEMU maps the queues of virtio-blk to I/O threads since 9.0, and libvirt passes the map on since 10.0",
    severity: ERROR,
    source: SOURCES.formatDomain,
  }),
  queueMap: practice({
    id: "disk-queue-map",
    title: "A queue map has each queue once",
    reason: "a map has to say for each of the disk's queues, from 0 on, which thread serves it",
    severity: ERROR,
    source: SOURCES.formatDomain,
  }),
  errorPolicy: practice({
    id: "disk-error-policy",
    title: "A guest is paused where the storage is full, and told of other errors",
    reason:
      "that is QEMU's own: a paused guest goes on once there is space; other errors are the guest's to handle, as those of a real disk",
    severity: ADVICE,
    source: SOURCES.formatDomain,
  }),
  errorsIgnored: practice({
    id: "disk-errors-ignored",
    title: "Ignored errors lose data",
    reason: "the guest takes what was not written for written, and what could not be read for read",
    severity: WARNING,
    source: SOURCES.formatDomain,
  }),
  sectors: practice({
    id: "disk-sectors",
    title: "Sectors as those of the storage below",
    reason:
      "a guest that knows of sectors of 4 KiB aligns to them and causes no reading before each write; SATA and BIOS know sectors of 512 bytes only",
    severity: ADVICE,
    source: SOURCES.qemuBlock,
  }),
  nativeSectorsBoot: practice({
    id: "disk-native-sectors-boot",
    title: "Sectors of 4 KiB start with UEFI only",
    reason: "BIOS reads sectors of 512 bytes, and the partition tables of images are made for those",
    severity: ERROR,
    source: SOURCES.qemuBlock,
  }),
  solidState: practice({
    id: "disk-solid-state",
    title: "Guests don't order requests for a disk's arm",
    reason:
      "the host knows what the storage is and orders requests itself; a disk that says that nothing turns spares the guest that work",
    severity: ADVICE,
    source: SOURCES.formatDomain,
  }),
  rotationRate: practice({
    id: "disk-rotation-rate",
    title: "Rotation rates belong to SCSI and SATA",
    reason: "libvirt refuses a rotation rate on other buses, and the standard has no rates but 1 and 1025 to 65534",
    severity: ERROR,
    source: SOURCES.domainValidate,
  }),
  wwnScsi: practice({
    id: "disk-wwn-scsi",
    title: "World wide names belong to SCSI disks",
    reason: "libvirt passes them on for disks of SCSI and IDE only",
    severity: ERROR,
    source: SOURCES.domainValidate,
  }),
  readOnlySata: practice({
    id: "disk-read-only-sata",
    title: "SATA disks can be written to",
    reason: "libvirt refuses read-only disks on SATA",
    severity: ERROR,
    source: SOURCES.domainValidate,
  }),
  copyOnRead: practice({
    id: "disk-copy-on-read",
    title: "Copy on read belongs to overlays that can be written to",
    reason:
      "what is read of the image below is kept in the overlay: there has to be an image, and an overlay to keep it in",
    severity: ERROR,
    source: SOURCES.qemuValidate,
  }),
  passthrough: practice({
    id: "disk-scsi-passthrough",
    title: "SCSI commands pass to whole LUNs only",
    reason:
      "the guest talks to the LUN itself: that has to be a whole one, raw, on virtio-scsi, and what QEMU would add, names, limits or sectors, is not there",
    severity: ERROR,
    source: SOURCES.domainValidate,
  }),
  reservations: practice({
    id: "disk-persistent-reservations",
    title: "Persistent reservations through libvirt's helper",
    reason:
      "clusters fence by them; a guest may not send them itself, and the helper that libvirt starts for the machine may",
    severity: ADVICE,
    source: SOURCES.formatDomain,
  }),
  limit: practice({
    id: "disk-io-limit",
    title: "Limits are kept by QEMU",
    reason: "requests over the limit wait in QEMU, so one guest leaves the storage to others",
    severity: ADVICE,
    source: SOURCES.qemuThrottle,
  }),
  limitGroup: practice({
    id: "disk-io-limit-group",
    title: "Members of a limit group have the same limit",
    reason: "a group has one set of limits: of members that differ, the last that is set up decides for all",
    severity: ERROR,
    source: SOURCES.qemuValidate,
  }),
  weight: practice({
    id: "disk-io-weight",
    title: "Weights are those of whole machines, and need a scheduler that weighs",
    reason:
      "libvirt weighs machines against each other by their control group; Linux takes notice with the I/O scheduler BFQ or with iocost alone, and libvirt does not start the guest on a host that has neither",
    severity: WARNING,
    source: SOURCES.cgroupIo,
  }),
  reservation: practice({
    id: "disk-io-reservation",
    title: "QEMU keeps no operations for a disk",
    reason: "there are limits and weights, but nothing that keeps operations for one disk while others want them",
    severity: ERROR,
    source: SOURCES.formatDomain,
  }),
  networkIo: practice({
    id: "disk-network-io",
    title: "Storage that QEMU reaches over the network has its own way of I/O",
    reason: "the client library does the I/O asynchronously; there is no file that Linux could do it on",
    severity: ADVICE,
    source: SOURCES.formatDomain,
  }),
  ioUringDisabled: practice({
    id: "disk-io-uring-disabled",
    title: "io_uring is on request",
    reason:
      "it needs fewest system calls, but hosts can turn it off, as Red Hat Enterprise Linux 9 does (kernel.io_uring_disabled), and guests with it do not start there",
    severity: ADVICE,
    source: SOURCES.ioUringDisabled,
  }),
  volumeContent: practice({
    id: "volume-content",
    title: "Hosts copy volumes by themselves",
    reason:
      "libvirt copies from one volume to another and converts between formats, so that nothing passes the machine that runs Terraform but the image once",
    severity: ADVICE,
    source: SOURCES.formatStorage,
  }),
  sharedVolume: practice({
    id: "volume-shared",
    title: "A volume that several disks have is shared by all of them, or read only",
    reason: "QEMU locks what one guest writes to, and two file systems on one disk destroy each other",
    severity: ERROR,
    source: SOURCES.formatDomain,
  }),
} as const;
