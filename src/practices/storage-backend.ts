import { practice, Severity } from "./practice";
import { SOURCES } from "./sources";

const { ERROR, WARNING, ADVICE } = Severity;

/** Limits of storage backends. */
export const STORAGE_BACKEND_LIMITS = {
  iscsiPort: 3260,
  nvmePort: 4420,
  cephPort: 6789,
  /** Characters of a name of iSCSI (RFC 3720) or NVMe. */
  maxQualifiedName: 223,
  /** nvme connect: nr-io-queues. */
  maxNvmeQueues: 1024,
  /** TCP connections that the Linux client makes to one NFS server. */
  maxNfsConnections: 16,
  /** How often multipathd looks after paths that have failed. */
  multipathPollSeconds: 5,
  /** Polls that requests wait for a path: a minute. */
  multipathRetries: 12,
  /** Extent of a volume group unless it was made with another. */
  lvmExtentMebibytes: 4,
  minVdoGibibytes: 5,
} as const;

/** What experts know about storage backends. */
export const STORAGE_BACKEND_PRACTICES = {
  stableDeviceNames: practice({
    id: "backend-stable-device-names",
    title: "Devices by what they are, not by the order in which they are found",
    reason:
      "/dev/sdb and /dev/nvme1n1 can be another disk after the next start; names below /dev/disk/by-id and of LVM stay",
    consequence: "the pool is on another disk, with its data",
    severity: WARNING,
    source: SOURCES.systemdPersistentNames,
  }),
  storageNames: practice({
    id: "backend-storage-names",
    title: "Names of targets, subsystems and ports",
    reason: "iSCSI, NVMe and Fibre Channel find storage by names whose form is fixed",
    consequence: "libvirt or the initiator refuses the name",
    severity: ERROR,
    source: SOURCES.rfc3721,
  }),
  severalPaths: practice({
    id: "backend-several-paths",
    title: "Several paths to storage on the network",
    reason: "a cable, a port or a controller fails, and guests go on over the other path",
    severity: ADVICE,
    source: SOURCES.multipathConf,
  }),
  noPath: practice({
    id: "backend-no-path",
    title: "Requests wait a minute for a path to come back",
    reason:
      "a controller that fails over takes its time; waiting for ever hangs guests and the host's shutdown, failing at once makes guests mount their disks read-only",
    severity: ADVICE,
    source: SOURCES.multipathConf,
  }),
  noAccessTimes: practice({
    id: "backend-no-access-times",
    title: "No access times on file systems of images",
    reason: "each read of an image would write its time of access, and nobody asks for it",
    severity: ADVICE,
    source: SOURCES.mount,
  }),
  nvmeMultipath: practice({
    id: "backend-nvme-multipath",
    title: "The kernel joins the paths of NVMe, and takes turns",
    reason:
      "it knows which are optimised (ANA) and takes turns over them; its default is the path of the nearest NUMA node alone",
    severity: ADVICE,
    source: SOURCES.nvmeMultipath,
  }),
  replacementTimeout: practice({
    id: "backend-iscsi-replacement-timeout",
    title: "iSCSI gives a lost path up soon where there are others",
    reason: "requests of a lost session are kept for two minutes by default, and no other path can take them meanwhile",
    severity: ADVICE,
    source: SOURCES.openIscsi,
  }),
  pathSelector: practice({
    id: "backend-path-selector",
    title: "Each request takes the path that will be done first",
    reason: "it goes by the size of what is under way on each path, so a slow path gets less",
    severity: ADVICE,
    source: SOURCES.multipathConf,
  }),
  onePath: practice({
    id: "backend-one-path",
    title: "A pool of an initiator or adapter has one path",
    reason:
      "libvirt logs in at one portal and lists each path of an adapter as a disk of its own; StorageBackend.multipath has several paths to a LUN",
    consequence: "guests lose their disks with the path",
    severity: WARNING,
    source: SOURCES.formatStorage,
  }),
  volumesMadeElsewhere: practice({
    id: "backend-volumes-made-elsewhere",
    title: "LUNs and partitions are made where they are",
    reason:
      "libvirt lists what a target, an adapter or a disk has; LUNs are the array's to make, and partitions get their names from the kernel",
    severity: ERROR,
    source: SOURCES.formatStorage,
  }),
  wholeLogicalVolumes: practice({
    id: "backend-whole-logical-volumes",
    title: "A logical volume has all its space from the beginning",
    reason:
      "libvirt makes a sparse snapshot of a volume that has less allocated than its size, which is lost with all that is in it once what it was " +
      "given is full; the provider asks for nothing allocated, so virsh makes the volume",
    severity: ERROR,
    source: SOURCES.libvirtLogical,
  }),
  cacheWriteBack: practice({
    id: "backend-cache-write-back",
    title: "A write-back cache holds the only copy",
    reason: "what is written is in the cache alone until it is copied: with the fast device the volume is lost",
    severity: WARNING,
    source: SOURCES.lvmCache,
  }),
  deduplicationMemory: practice({
    id: "backend-zfs-deduplication",
    title: "Deduplication of ZFS takes memory",
    reason:
      "the table of blocks has to be in memory, some 5 GiB for each TiB; where it is not, each write waits for reads, and turning it off changes nothing of what is written",
    severity: WARNING,
    source: SOURCES.zfsTuning,
  }),
  s3Archive: practice({
    id: "backend-s3-archive",
    title: "A bucket is an archive",
    reason: "objects are replaced as a whole: a guest that writes to a disk there uploads it again and again",
    severity: WARNING,
    source: SOURCES.s3fs,
  }),
  nfsConnections: practice({
    id: "backend-nfs-connections",
    title: "Several connections to one NFS server",
    reason:
      "one TCP connection is one CPU's work at either end, and its requests wait for each other; four to eight fill a link of 25 Gbit/s and more",
    severity: ADVICE,
    source: SOURCES.nfs,
  }),
  nfsRequestSize: practice({
    id: "backend-nfs-request-size",
    title: "NFS asks for as much at once as both ends can",
    reason:
      "client and server agree on the largest size by themselves; a smaller one makes more requests of the same work",
    severity: ADVICE,
    source: SOURCES.nfs,
  }),
  vdoSize: practice({
    id: "backend-vdo-size",
    title: "VDO needs room for its index",
    reason: "VDO keeps an index of 2.5 GiB and slabs of 2 GiB beside the data",
    severity: ERROR,
    source: SOURCES.lvmVdo,
  }),
  lvmExtents: practice({
    id: "backend-lvm-extents",
    title: "LVM gives whole extents",
    reason: "a size in between is rounded, and what is asked for is not what is there",
    severity: ERROR,
    source: SOURCES.lvm,
  }),
} as const;
