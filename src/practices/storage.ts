import { practice, Severity } from "./practice";
import { SOURCES } from "./sources";

const { ERROR, WARNING, ADVICE } = Severity;

/** Limits of disks, controllers and pools. */
export const STORAGE_LIMITS = {
  /** Disks on one PVSCSI controller: units 0 to 15 without 7, which is the controller's own. */
  maxDisksPerPvscsi: 15,
  maxPvscsiControllers: 4,
  maxNvmeControllers: 4,
  maxDiskQueues: 256,
  /** Disks that libvirt puts on one SCSI controller by their names (virDomainDiskDefAssignAddress): sda to sdg, sdh to sdn. */
  disksPerScsiController: 7,
  /** First version of QEMU with io_uring. */
  ioUringQemu: [5, 0, 0],
  /** Depth that a virtio-scsi LUN has unless told otherwise. */
  defaultCmdPerLun: 128,
  minQueueDepth: 1,
  maxQueueDepth: 1024,
  maxSerialLength: 20,
} as const;

/** What experts know about disks and pools. */
export const STORAGE_PRACTICES = {
  diskBus: practice({
    id: "disk-paravirtual-bus",
    title: "A paravirtualised disk bus",
    reason: "virtio and PVSCSI queue many requests at once; IDE and SATA are emulated and serve few",
    severity: ADVICE,
    source: SOURCES.rhelTuning,
  }),
  virtioScsiScales: practice({
    id: "disk-virtio-scsi",
    title: "virtio-scsi where disks come and go",
    reason: "one controller holds many disks, passes discard and SCSI commands, and needs no PCI slot for each disk",
    severity: ADVICE,
    source: SOURCES.rhelTuning,
  }),
  virtioBlkLatency: practice({
    id: "disk-virtio-blk",
    title: "virtio-blk for the lowest latency",
    reason: "virtio-blk has no SCSI layer between the guest and the device, and an I/O thread for each disk",
    severity: ADVICE,
    source: SOURCES.kubevirt,
  }),
  controllerPerIoThread: practice({
    id: "disk-controller-per-io-thread",
    title: "One virtio-scsi controller for each dedicated I/O thread",
    reason:
      "with virtio-scsi the I/O thread belongs to the controller: disks that must not wait for each other are on controllers of their own",
    severity: ADVICE,
    source: SOURCES.formatDomain,
  }),
  ioThreadVirtioOnly: practice({
    id: "disk-io-thread-virtio-only",
    title: "I/O threads serve virtio devices only",
    reason: "libvirt accepts an I/O thread on virtio-blk disks and virtio-scsi controllers only",
    severity: ERROR,
    source: SOURCES.domainValidate,
  }),
  ioThreadCount: practice({
    id: "disk-io-thread-count",
    title: "Few I/O threads",
    reason: "one or two I/O threads for each host CPU are enough; more take turns on the same CPUs",
    severity: WARNING,
    source: SOURCES.formatDomain,
  }),
  diskQueues: practice({
    id: "disk-queues",
    title: "One request queue for each vCPU",
    reason: "with one queue per vCPU each vCPU submits and completes its own requests",
    severity: ADVICE,
    source: SOURCES.formatDomain,
  }),
  diskQueuesVirtioOnly: practice({
    id: "disk-queues-virtio-only",
    title: "Only virtio disks have several queues",
    reason: "libvirt refuses a queue count on a disk that is not on the virtio bus",
    severity: ERROR,
    source: SOURCES.domainValidate,
  }),
  queueDepth: practice({
    id: "disk-queue-depth",
    title: "Queue depth",
    reason:
      "the depth bounds the requests in flight for each disk: more helps parallel loads on fast storage, less keeps latency down",
    severity: ADVICE,
    source: SOURCES.formatDomain,
  }),
  uncached: practice({
    id: "disk-cache-none",
    title: "No host page cache for disks of guests",
    reason:
      "the guest caches by itself; with cache none a flush reaches the storage, memory is not used twice and migration is safe",
    severity: ADVICE,
    source: SOURCES.rhelTuning,
  }),
  nativeAio: practice({
    id: "disk-io-native",
    title: "Linux asynchronous I/O on uncached disks",
    reason: "with cache none requests go to the kernel's asynchronous I/O without a pool of threads in between",
    severity: ADVICE,
    source: SOURCES.rhelTuning,
  }),
  threadsOnFiles: practice({
    id: "disk-io-threads-on-files",
    title: "A pool of threads for disks in files",
    reason:
      "submitting asynchronous I/O blocks where a file has to be allocated first or is fetched over a network; a thread waits in QEMU's stead",
    severity: ADVICE,
    source: SOURCES.virtManager,
  }),
  nativeNeedsUncached: practice({
    id: "disk-io-native-needs-uncached",
    title: "Native asynchronous I/O needs direct access",
    reason:
      "Linux asynchronous I/O works on files opened for direct access, which cache modes none and directsync give",
    severity: ERROR,
    source: SOURCES.qemuValidate,
  }),
  ioUring: practice({
    id: "disk-io-uring-version",
    title: "io_uring needs QEMU 5.0",
    reason: "QEMU has io_uring since 5.0, and libvirt passes it on since 6.3",
    severity: ERROR,
    source: SOURCES.formatDomain,
  }),
  cacheUnsafe: practice({
    id: "disk-cache-unsafe",
    title: "Cache mode unsafe loses data",
    reason: "flushes of the guest are dropped: after a crash of the host the disk can be corrupt",
    severity: WARNING,
    source: SOURCES.formatDomain,
  }),
  cacheWriteback: practice({
    id: "disk-cache-writeback",
    title: "Host caching stands in the way of live migration",
    reason: "with the host's cache in between two hosts can see different content while a guest moves",
    severity: WARNING,
    source: SOURCES.formatDomain,
  }),
  shareableUncached: practice({
    id: "disk-shareable-uncached",
    title: "A shared disk is not cached",
    reason: "with a cache in between one guest does not see what another wrote",
    severity: ERROR,
    source: SOURCES.formatDomain,
  }),
  shareableRaw: practice({
    id: "disk-shareable-raw",
    title: "A shared writable disk is raw",
    reason: "the metadata of qcow2 can have one writer only",
    severity: ERROR,
    source: SOURCES.qemuValidate,
  }),
  discardUnmap: practice({
    id: "disk-discard-unmap",
    title: "Pass discards through",
    reason: "space that the guest frees goes back to the storage",
    severity: ADVICE,
    source: SOURCES.virtManager,
  }),
  detectZeroesNeedsDiscard: practice({
    id: "disk-detect-zeroes-needs-discard",
    title: "detect-zeroes unmap works with discard unmap only",
    reason:
      "zeroes are punched out by discarding; without discard they are written as zeroes, and the CPU was spent for nothing",
    severity: WARNING,
    source: SOURCES.formatDomain,
  }),
  detectZeroesCost: practice({
    id: "disk-detect-zeroes",
    title: "Looking for zeroes costs CPU",
    reason:
      "each written block is scanned; worth it where images are thin and the guest writes zeroes instead of discarding",
    severity: ADVICE,
    source: SOURCES.formatDomain,
  }),
  imageFormat: practice({
    id: "disk-format",
    title: "Raw for speed, qcow2 for thin images and overlays",
    reason: "raw has no metadata to update; qcow2 brings thin allocation on any file system, overlays and snapshots",
    severity: ADVICE,
    source: SOURCES.formatStorage,
  }),
  stableSerial: practice({
    id: "disk-stable-serial",
    title: "A serial number for each disk",
    reason: "the guest finds the disk below /dev/disk/by-id/ whatever comes before it",
    severity: ADVICE,
    source: SOURCES.formatDomain,
  }),
  serialLength: practice({
    id: "disk-serial-length",
    title: "Serial numbers of virtio disks are short",
    reason: `virtio-blk passes ${STORAGE_LIMITS.maxSerialLength} bytes of a serial number and cuts the rest`,
    severity: ERROR,
    source: SOURCES.formatDomain,
  }),
  blockMultiple: practice({
    id: "volume-size-multiple",
    title: "Sizes are whole MiB",
    reason:
      "LVM rounds to extents and vSphere to MiB; what is asked for must be what is there, or each plan shows a change",
    severity: ERROR,
    source: SOURCES.formatStorage,
  }),
  pvscsiLayout: practice({
    id: "disk-pvscsi-layout",
    title: "Spread disks over PVSCSI and NVMe controllers",
    reason:
      "each PVSCSI or NVMe controller has queues of its own; disks in turn over up to four controllers do not wait for each other",
    severity: ADVICE,
    source: SOURCES.vmwarePerformance,
  }),
  controllerCapacity: practice({
    id: "disk-controller-capacity",
    title: "Controllers hold a limited number of disks",
    reason: "vSphere has at most four SCSI controllers with 15 disks each and four NVMe controllers",
    severity: ERROR,
    source: SOURCES.vsphereVm,
  }),
  thinProvisioning: practice({
    id: "disk-thin-provisioning",
    title: "Thin, or eager zeroed where the first write must not wait",
    reason: "thin disks take space as they are written; eager zeroed ones pay for zeroing once, at creation",
    severity: ADVICE,
    source: SOURCES.vsphereVm,
  }),
  dataProtected: practice({
    id: "volume-data-protected",
    title: "What holds data is protected from deletion",
    reason: "a replaced or destroyed volume loses its content; the plan refuses it until the protection is lifted",
    severity: ADVICE,
    source: SOURCES.libvirtProvider,
  }),
  onePool: practice({
    id: "pool-storage-once",
    title: "One pool on a folder, a device, an export, a target or an adapter",
    reason:
      "two pools would count the same space twice and have each other's volumes; libvirt refuses the second, but on volume groups, RBD and ZFS",
    severity: ERROR,
    source: SOURCES.formatStorage,
  }),
  noShrink: practice({
    id: "volume-no-shrink",
    title: "Volumes grow, they never shrink",
    reason: "what lies beyond the new end would be cut off",
    severity: ERROR,
    source: SOURCES.formatStorage,
  }),
} as const;
