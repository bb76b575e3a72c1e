import { checkInteger, checkOneOf, requireLiteral } from "../../checks";
import { ConfigurationError } from "../../errors";
import { DISK_LIMITS, DISK_PRACTICES } from "../../practices";
import { checkFlag, checkMade, optional } from "../given";
import { type DiskBus, ErrorPolicy, type IoThreadUse, ReadErrorPolicy, ScsiPassthrough, SectorFormat } from "./devices";
import { IoThreads } from "./io-threads";

/** How a disk is shown to its guest, and what becomes of errors: settings of libvirt. */
export interface DiskDevice {
  /**
   * Several I/O threads of its own (libvirt 10.0, QEMU 9.0, virtio-blk). Excludes `ioThread`.
   * @default - what `ioThread` says
   */
  readonly ioThreads?: IoThreads;
  /**
   * What happens where the storage reports an error (libvirt).
   * @default - QEMU's own: ErrorPolicy.ENOSPACE for writes, report for reads
   */
  readonly errorPolicy?: ErrorPolicy;
  /**
   * What happens where reading fails (libvirt).
   * @default - what `errorPolicy` says; with ErrorPolicy.ENOSPACE report
   */
  readonly readErrorPolicy?: ReadErrorPolicy;
  /**
   * Sectors that the guest sees (libvirt). SATA has no 4 KiB ones, and a disk that BIOS starts from neither.
   * @default - QEMU's own, SectorFormat.NATIVE_512
   */
  readonly sectors?: SectorFormat;
  /**
   * Revolutions a minute that the guest is told, 1025 to 65534, or 1 for a disk in which nothing turns (libvirt, SCSI and SATA).
   * @default 1
   */
  readonly rotationRate?: number;
  /**
   * World wide name, by which the guest finds it below `/dev/disk/by-id/wwn-0x...`: sixteen hexadecimal digits (libvirt, virtio-scsi).
   * @default - none
   */
  readonly wwn?: string;
  /**
   * Whether what is read of the image below an overlay is kept in the overlay (libvirt): worth it where the image is far away.
   * @default false
   */
  readonly copyOnRead?: boolean;
  /**
   * Hands a LUN to the guest as it is, and its SCSI commands to the LUN (libvirt, virtio-scsi, an `existingVolume` of iSCSI, Fibre Channel or
   * multipath).
   * @default - the guest has a disk of QEMU's
   */
  readonly passthrough?: ScsiPassthrough;
}

/** What else decides. */
interface Beside {
  readonly bus?: DiskBus;
  readonly ioThread?: IoThreadUse;
  readonly queues?: number;
  readonly readOnly?: boolean;
}

/**
 * Checks the settings as far as every platform agrees.
 * @throws ConfigurationError for values out of range, and for combinations that no platform takes
 */
export function checkDiskDevice(where: string, given: DiskDevice & Beside): DiskDevice {
  const device = {
    ioThreads: optional(given.ioThreads, (threads) =>
      checkMade(where, "ioThreads", threads, IoThreads, "IoThreads.spread(), .mapped()"),
    ),
    errorPolicy: optional(given.errorPolicy, (policy) =>
      checkOneOf(where, "errorPolicy", policy, Object.values(ErrorPolicy)),
    ),
    readErrorPolicy: optional(given.readErrorPolicy, (policy) =>
      checkOneOf(where, "readErrorPolicy", policy, Object.values(ReadErrorPolicy)),
    ),
    sectors: optional(given.sectors, (sectors) => checkOneOf(where, "sectors", sectors, Object.values(SectorFormat))),
    rotationRate: optional(given.rotationRate, (rate) => checkRotationRate(where, rate)),
    wwn: optional(given.wwn, (wwn) => checkWwn(where, wwn)),
    copyOnRead: optional(given.copyOnRead, (copy) => checkFlag(where, "copyOnRead", copy)),
    passthrough: optional(given.passthrough, (wanted) =>
      checkOneOf(where, "passthrough", wanted, Object.values(ScsiPassthrough)),
    ),
  };
  checkThreads(where, given);
  if (device.copyOnRead && given.readOnly) {
    throw new ConfigurationError({
      where,
      what: "copyOnRead writes into the disk's overlay, and the disk is read only",
      mend: "leave one of them out",
      practice: DISK_PRACTICES.copyOnRead.id,
    });
  }
  return device;
}

function checkThreads(where: string, { ioThreads, ioThread, queues }: DiskDevice & Beside): void {
  if (ioThreads === undefined) {
    return;
  }
  if (ioThread !== undefined) {
    throw new ConfigurationError({
      where,
      what: "a disk has one I/O thread or several",
      given: `ioThread ${ioThread}, ioThreads ${ioThreads}`,
      mend: "leave `ioThread` out",
      practice: DISK_PRACTICES.severalIoThreads.id,
    });
  }
  if (ioThreads.queues !== undefined && queues !== undefined && ioThreads.queues !== queues) {
    throw new ConfigurationError({
      where,
      what: "the map is for another number of queues",
      given: `queues ${queues}, ioThreads ${ioThreads}`,
      allowed: `queues ${ioThreads.queues}`,
      mend: "leave `queues` out",
      practice: DISK_PRACTICES.queueMap.id,
    });
  }
}

function checkRotationRate(where: string, rate: number): number {
  const { solidState, minRotationRate, maxRotationRate } = DISK_LIMITS;
  return rate === solidState
    ? rate
    : checkInteger(where, "rotationRate", rate, {
        min: minRotationRate,
        max: maxRotationRate,
        mend: `give ${solidState} for a disk in which nothing turns`,
        practice: DISK_PRACTICES.rotationRate.id,
      });
}

function checkWwn(where: string, wwn: string): string {
  const literal = requireLiteral(where, "wwn", wwn);
  if (typeof literal !== "string" || !/^[0-9a-fA-F]{16}$/.test(literal)) {
    throw new ConfigurationError({
      where,
      what: "not a world wide name",
      given: wwn,
      allowed: "sixteen hexadecimal digits, such as 5000c50015ea71ad",
    });
  }
  return literal.toLowerCase();
}
