import type {
  DomainDevicesDisks,
  DomainDevicesDisksDriver,
  DomainDevicesDisksSource,
  DomainDevicesDisksTarget,
} from "@cdktf/provider-libvirt/lib/domain";
import type { Construct } from "constructs";
import { Annotations } from "../../cdktf";
import { DiskBus, ErrorPolicy, ReadErrorPolicy, ScsiPassthrough, SectorFormat } from "../../constructs/compute/devices";
import { FirmwareKind } from "../../constructs/compute/firmware";
import { ImageFormat } from "../../constructs/compute/image-format";
import type { StorageBackend, StorageBackendKind } from "../../constructs/storage/storage-backend";
import { ConfigurationError } from "../../errors";
import { DISK_LIMITS, DISK_PRACTICES, type Practice } from "../../practices";
import type { DiskIntent, VmIntent } from "../platform";
import type { LibvirtHost } from "./libvirt-host";
import { isAtLeast } from "./version";

/** How a disk is shown to its guest, in the parts of the device that say it. */
export interface ShownDisk {
  readonly device: Pick<DomainDevicesDisks, "device" | "wwn" | "blockIo">;
  readonly driver: Pick<DomainDevicesDisksDriver, "errorPolicy" | "rerrorPolicy" | "copyOnRead">;
  readonly source: Pick<DomainDevicesDisksSource, "reservations">;
  readonly target: Pick<DomainDevicesDisksTarget, "rotationRate">;
}

/** Kinds of storage whose volumes are whole LUNs. */
const LUNS: readonly StorageBackendKind[] = ["iscsi", "iscsi-direct", "fibre-channel", "multipath"];

const SECTORS = {
  [SectorFormat.NATIVE_512]: { logicalBlockSize: 512, physicalBlockSize: 512 },
  [SectorFormat.EMULATED_512]: { logicalBlockSize: 512, physicalBlockSize: 4096 },
  [SectorFormat.NATIVE_4K]: { logicalBlockSize: 4096, physicalBlockSize: 4096 },
} as const;

/**
 * @param overlay whether it is an overlay of an image
 * @throws ConfigurationError for what libvirt, or QEMU at the start of the guest, refuses
 */
export function showDisk(
  scope: Construct,
  host: LibvirtHost,
  vm: VmIntent,
  intent: DiskIntent,
  { bus, format, backend, overlay }: { bus: DiskBus; format: ImageFormat; backend: StorageBackend; overlay: boolean },
): ShownDisk {
  const where = scope.node.path;
  const { log } = intent;
  checkIoThreads(scope, host, vm, intent, bus);
  if (intent.passthrough !== undefined) {
    checkPassthrough(where, intent, { bus, format, backend });
    log.record(DISK_PRACTICES.passthrough, "device", "lun", undefined, true);
    const reservations = intent.passthrough === ScsiPassthrough.RESERVATIONS;
    if (reservations) {
      log.record(DISK_PRACTICES.reservations, "source.reservations.managed", true, undefined, true);
    }
    return {
      device: { device: "lun" },
      driver: errorsOf(scope, intent),
      source: reservations ? { reservations: { managed: true } } : {},
      target: {},
    };
  }
  if (intent.readOnly && bus === DiskBus.SATA) {
    refuse(where, DISK_PRACTICES.readOnlySata, "a disk on SATA can't be read only", bus, "leave `bus` out");
  }
  return {
    device: {
      device: "disk",
      ...wwnOf(where, intent, bus),
      ...(intent.sectors !== undefined && { blockIo: sectorsOf(where, vm, intent, bus, intent.sectors) }),
    },
    driver: { ...errorsOf(scope, intent), ...copyOnReadOf(where, intent, overlay) },
    source: {},
    target: rotationOf(where, intent, bus),
  };
}

function checkIoThreads(
  scope: Construct,
  { name, libvirtVersion, qemuVersion }: LibvirtHost,
  { vcpus }: VmIntent,
  { ioThreads, queues = vcpus }: DiskIntent,
  bus: DiskBus,
): void {
  const where = scope.node.path;
  if (ioThreads === undefined) {
    return;
  }
  if (bus !== DiskBus.VIRTIO_BLK) {
    refuse(
      where,
      DISK_PRACTICES.severalIoThreadsVersion,
      "several I/O threads serve virtio-blk disks only",
      bus,
      "give DiskBus.VIRTIO_BLK, or leave `ioThreads` out",
    );
  }
  const { ioThreadsLibvirt, ioThreadsQemu, fewIoThreads, manyIoThreads } = DISK_LIMITS;
  if (
    !isAtLeast(libvirtVersion, ioThreadsLibvirt) ||
    (qemuVersion !== undefined && !isAtLeast(qemuVersion, ioThreadsQemu))
  ) {
    throw new ConfigurationError({
      where,
      what: `host ${name} has no several I/O threads for one disk, as far as is known`,
      given: `libvirt ${libvirtVersion?.join(".") ?? "not known"}, QEMU ${qemuVersion?.join(".") ?? "not known"}`,
      allowed: `libvirt ${ioThreadsLibvirt.join(".")} and QEMU ${ioThreadsQemu.join(".")} or later`,
      mend: "give the host's `libvirtVersion`, or IoThreadUse.DEDICATED instead",
      practice: DISK_PRACTICES.severalIoThreadsVersion.id,
    });
  }
  const { id, reason } = DISK_PRACTICES.severalIoThreads;
  if (ioThreads.count < fewIoThreads || ioThreads.count > manyIoThreads) {
    Annotations.of(scope).addWarning(`${ioThreads.count} I/O threads for one disk: ${reason} [${id}]`);
  } else if (ioThreads.count > queues) {
    Annotations.of(scope).addWarning(
      `${ioThreads.count} I/O threads for a disk with ${queues} queues: a queue has one thread, and the others are idle [${id}]`,
    );
  }
}

function checkPassthrough(
  where: string,
  intent: DiskIntent,
  { bus, format, backend }: { bus: DiskBus; format: ImageFormat; backend: StorageBackend },
): void {
  const fail = (what: string, given: unknown, mend: string) =>
    refuse(where, DISK_PRACTICES.passthrough, what, given, mend);
  if (!LUNS.includes(backend.kind) || intent.existingVolume === undefined) {
    fail(
      "only a whole LUN can be passed through",
      intent.existingVolume === undefined ? "a new volume" : backend,
      "give an `existingVolume` of StorageBackend.iscsi(), .iscsiDirect(), .fibreChannel() or .multipath()",
    );
  }
  if (bus !== DiskBus.VIRTIO_SCSI) {
    fail("a LUN is passed through on virtio-scsi only", bus, "leave `bus` out");
  }
  if (format !== ImageFormat.RAW) {
    fail("a LUN that is passed through is raw", format, "leave `format` out");
  }
  if (intent.passthrough === ScsiPassthrough.RESERVATIONS && backend.kind === "iscsi-direct") {
    fail(
      "with iscsi-direct reservations pass by themselves",
      intent.passthrough,
      "give ScsiPassthrough.COMMANDS, or StorageBackend.iscsi()",
    );
  }
  const { serial, wwn, sectors, rotationRate, copyOnRead, detectZeroes, cache } = intent;
  const added = { serial, wwn, sectors, rotationRate, copyOnRead, detectZeroes, cache, "io.limit": intent.io?.limit };
  for (const [what, given] of Object.entries(added)) {
    if (given !== undefined) {
      fail(`a LUN that is passed through has no \`${what}\` of QEMU's`, given, "leave it out");
    }
  }
}

function errorsOf(
  scope: Construct,
  { errorPolicy, readErrorPolicy, log }: DiskIntent,
): Pick<DomainDevicesDisksDriver, "errorPolicy" | "rerrorPolicy"> {
  if (errorPolicy !== undefined) {
    log.record(DISK_PRACTICES.errorPolicy, "driver.error_policy", errorPolicy, undefined, true);
  }
  if (readErrorPolicy !== undefined) {
    log.record(DISK_PRACTICES.errorPolicy, "driver.rerror_policy", readErrorPolicy, undefined, true);
  }
  if (errorPolicy === ErrorPolicy.IGNORE || readErrorPolicy === ReadErrorPolicy.IGNORE) {
    const { id, reason } = DISK_PRACTICES.errorsIgnored;
    Annotations.of(scope).addWarning(`errors of the storage are ignored: ${reason} [${id}]`);
  }
  return {
    ...(errorPolicy !== undefined && { errorPolicy }),
    ...(readErrorPolicy !== undefined && { rerrorPolicy: readErrorPolicy }),
  };
}

function wwnOf(where: string, { wwn, log }: DiskIntent, bus: DiskBus): Pick<DomainDevicesDisks, "wwn"> {
  if (wwn === undefined) {
    return {};
  }
  if (bus !== DiskBus.VIRTIO_SCSI) {
    refuse(where, DISK_PRACTICES.wwnScsi, "only disks of virtio-scsi have a world wide name", bus, "leave `wwn` out");
  }
  log.record(DISK_PRACTICES.wwnScsi, "wwn", wwn, "by which the guest finds it", true);
  return { wwn };
}

function sectorsOf(
  where: string,
  { firmware, boot }: VmIntent,
  { root, log }: DiskIntent,
  bus: DiskBus,
  sectors: SectorFormat,
): DomainDevicesDisks["blockIo"] {
  if (sectors === SectorFormat.NATIVE_4K) {
    if (bus === DiskBus.SATA) {
      refuse(where, DISK_PRACTICES.sectors, "SATA has no sectors of 4 KiB", sectors, "give SectorFormat.EMULATED_512");
    }
    if (root && (firmware?.kind !== FirmwareKind.UEFI || boot?.fromImage !== undefined)) {
      refuse(
        where,
        DISK_PRACTICES.nativeSectorsBoot,
        "the machine could not start from sectors of 4 KiB",
        sectors,
        "give SectorFormat.EMULATED_512, or Firmware.uefi() and a disk that is partitioned for it",
      );
    }
  }
  log.record(DISK_PRACTICES.sectors, "block_io", sectors, undefined, true);
  return SECTORS[sectors];
}

function copyOnReadOf(
  where: string,
  { copyOnRead, log }: DiskIntent,
  overlay: boolean,
): Pick<DomainDevicesDisksDriver, "copyOnRead"> {
  if (!copyOnRead) {
    return {};
  }
  if (!overlay) {
    refuse(
      where,
      DISK_PRACTICES.copyOnRead,
      "there is no image below the disk to copy from",
      "copyOnRead",
      "leave `copyOnRead` out",
    );
  }
  log.record(DISK_PRACTICES.copyOnRead, "driver.copy_on_read", "on", undefined, true);
  return { copyOnRead: "on" };
}

function rotationOf(
  where: string,
  { rotationRate, log }: DiskIntent,
  bus: DiskBus,
): Pick<DomainDevicesDisksTarget, "rotationRate"> {
  if (bus === DiskBus.VIRTIO_BLK) {
    if (rotationRate !== undefined) {
      refuse(
        where,
        DISK_PRACTICES.rotationRate,
        "virtio-blk tells its guests of no rotation rate",
        rotationRate,
        "leave `rotationRate` out",
      );
    }
    return {};
  }
  const rate = rotationRate ?? DISK_LIMITS.solidState;
  log.record(DISK_PRACTICES.solidState, "target.rotation_rate", rate, undefined, rotationRate !== undefined);
  return { rotationRate: rate };
}

function refuse(where: string, practice: Practice, what: string, given: unknown, mend: string): never {
  throw new ConfigurationError({ where, what, given, mend, practice: practice.id });
}
