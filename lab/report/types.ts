/** What a guest of the lab found in itself; guest/report writes it. */
export interface GuestReport {
  /** Why it was written: the guest has booted, or its NICs, disks or addresses have changed. */
  readonly reason: "boot" | "devices";
  /** Different after each boot. */
  readonly bootId: string;
  /** Seconds since the kernel started. */
  readonly uptimeSeconds: number;
  readonly hostname: string;
  readonly kernel: string;
  readonly commandLine: string;
  readonly firmware: "bios" | "efi";
  readonly secureBoot: boolean;
  /** Online CPUs. */
  readonly cpus: number;
  /** Memory that the kernel can use: some MiB less than the guest has. */
  readonly memoryBytes: number;
  readonly nics: readonly NicReport[];
  readonly disks: readonly DiskReport[];
  /** The cloud-init NoCloud disk, if there is one. */
  readonly seed: SeedReport | null;
}

export interface NicReport {
  readonly name: string;
  readonly mac: string;
  /** The kernel's driver, such as `virtio_net`. */
  readonly driver: string;
  readonly pci: string | null;
  /** Bytes. */
  readonly mtu: number;
  readonly rxQueues: number;
  readonly txQueues: number;
  /** With prefix length, such as `192.168.122.15/24`; IPv6 link-local ones too. */
  readonly addresses: readonly string[];
}

export interface DiskReport {
  readonly name: string;
  /** What it hangs on: `virtio-blk`, `virtio-scsi`, `nvme`, `ata-piix`, ... */
  readonly bus: string;
  readonly pci: string | null;
  /** A SCSI disk's host:channel:target:lun. */
  readonly hctl: string | null;
  readonly sizeBytes: number;
  readonly serial: string | null;
  /** Queues of the kernel's multi-queue block layer that map to queues of the device. */
  readonly hardwareQueues: number;
  /** The I/O scheduler in use, such as `none` or `mq-deadline`. */
  readonly scheduler: string;
  /** Commands that a SCSI disk takes at once; follows a controller's `cmd_per_lun`. */
  readonly queueDepth: number | null;
  /** `nr_requests`: how many requests a queue holds. */
  readonly requests: number | null;
  readonly logicalBlockBytes: number;
  readonly physicalBlockBytes: number;
  /** 0 where the disk takes no discard. */
  readonly discardMaxBytes: number;
  readonly rotational: boolean;
  readonly writeCache: "write back" | "write through" | null;
  readonly readOnly: boolean;
  readonly removable: boolean;
}

export interface SeedReport {
  /** Device of the disk, such as `sr0`. */
  readonly device: string;
  readonly userDataSha256: string | null;
  readonly metaDataSha256: string | null;
  readonly networkConfigSha256: string | null;
}
