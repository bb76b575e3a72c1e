/** Models of NICs. */
export enum NicModel {
  /** Paravirtualised, QEMU. */
  VIRTIO = "virtio",
  /** Paravirtualised, vSphere. */
  VMXNET3 = "vmxnet3",
  /** Emulated, for guests without better drivers. */
  E1000E = "e1000e",
  /** Emulated, for old guests. */
  E1000 = "e1000",
  /** Emulated, for very old guests. */
  RTL8139 = "rtl8139",
}

/** What a disk is connected to. */
export enum DiskBus {
  /** Paravirtualised SCSI, QEMU: many disks, one controller. */
  VIRTIO_SCSI = "virtio-scsi",
  /** Paravirtualised block device, QEMU: one PCI device a disk. */
  VIRTIO_BLK = "virtio-blk",
  /** Paravirtualised SCSI, vSphere. */
  PVSCSI = "pvscsi",
  /** NVMe, vSphere. */
  NVME = "nvme",
  /** Emulated, for guests without better drivers. */
  SATA = "sata",
}

/** How the host caches a disk. */
export enum CacheMode {
  /** Not at all: direct access; the guest's flushes reach the storage. */
  NONE = "none",
  /** Reads only: writes reach the storage before they are acknowledged. */
  WRITETHROUGH = "writethrough",
  /** Reads and writes, until the guest flushes. */
  WRITEBACK = "writeback",
  /** Direct access, and each write is flushed. */
  DIRECTSYNC = "directsync",
  /** Reads and writes, flushes are ignored: for scratch data only. */
  UNSAFE = "unsafe",
}

/** How the hypervisor does I/O beside the guest. */
export enum AsyncIo {
  /** Linux asynchronous I/O; with cache modes NONE and DIRECTSYNC. */
  NATIVE = "native",
  /** A pool of threads. */
  THREADS = "threads",
  /** io_uring; QEMU 5.0 and later, kernel 5.1 and later. */
  IO_URING = "io_uring",
}

/** What serves a disk's I/O. */
export enum IoThreadUse {
  /** QEMU's main loop. */
  NONE = "none",
  /** One thread for all disks of the machine that say so. */
  SHARED = "shared",
  /** A thread of its own. */
  DEDICATED = "dedicated",
}

/** What becomes of blocks of zeroes that the guest writes. */
export enum DetectZeroes {
  OFF = "off",
  /** Written as an efficient zero operation. */
  ON = "on",
  /** Discarded. */
  UNMAP = "unmap",
}

/** What QEMU does where the storage reports an error. */
export enum ErrorPolicy {
  /** The guest is told, as by a real disk. */
  REPORT = "report",
  /** The guest is paused. */
  STOP = "stop",
  /** The guest is paused where the storage is full, and told of other errors. */
  ENOSPACE = "enospace",
  /** Nothing: the guest goes on as if all were well. For scratch data only. */
  IGNORE = "ignore",
}

/** What QEMU does where reading fails. */
export enum ReadErrorPolicy {
  /** The guest is told, as by a real disk. */
  REPORT = "report",
  /** The guest is paused. */
  STOP = "stop",
  /** Nothing: the guest goes on with what happens to be there. For scratch data only. */
  IGNORE = "ignore",
}

/** Sectors as disks are sold with: what the guest addresses, and what the storage writes at once. */
export enum SectorFormat {
  /** 512 bytes both. */
  NATIVE_512 = "512n",
  /** 512 bytes are addressed, 4 KiB written at once. */
  EMULATED_512 = "512e",
  /** 4 KiB both. */
  NATIVE_4K = "4kn",
}

/** What passes from the guest to a LUN beside reading and writing. */
export enum ScsiPassthrough {
  /** SCSI commands of the guest. */
  COMMANDS = "commands",
  /** Persistent reservations, too: clusters need them. */
  RESERVATIONS = "reservations",
}
