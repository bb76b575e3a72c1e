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
