import { DiskBus } from "../../constructs/compute/devices";
import { type GuestDisk, IoScheduler, Trim } from "../../constructs/compute/guest-disk";
import { WorkloadKind } from "../../constructs/compute/workload";
import { ConfigurationError, isToken } from "../../errors";
import type { GuestDiskSetup } from "../../linux";
import { GUEST_DISK_LIMITS, GUEST_DISK_PRACTICES, STORAGE_PRACTICES } from "../../practices";
import { DataSize } from "../../units";
import type { DiskIntent, ResolvedDisk, VmIntent } from "../platform";

/**
 * What cloud-init is to do about a disk.
 * @throws ConfigurationError where there is no cloud-init, its user data can't have a second part, or the guest has no stable name for the disk
 */
export function guestSideOf(
  where: string,
  vm: VmIntent,
  disk: DiskIntent,
  guest: GuestDisk,
  resolved: ResolvedDisk,
): GuestDiskSetup {
  checkUserData(where, vm);
  const { mount } = guest;
  return {
    ...nameInGuest(where, disk, guest, resolved),
    queue: queueOf(vm, disk, guest),
    ...(mount && {
      mount: { path: mount.path, fileSystem: mount.fileSystem, options: mountOptions(disk, mount) },
    }),
    trimWeekly: mount?.trim === Trim.WEEKLY && !disk.readOnly,
  };
}

function checkUserData(where: string, { cloudInit }: VmIntent): void {
  const practice = GUEST_DISK_PRACTICES.cloudInit.id;
  if (cloudInit === undefined) {
    throw new ConfigurationError({
      where,
      what: "cloud-init sets up the guest's side of a disk, and the machine has none",
      mend: 'give the machine cloudInit, at least { userData: "#cloud-config\\n" }, or leave `guest` out',
      practice,
    });
  }
  if (!isToken(cloudInit.userData) && /^(Content-Type|MIME-Version):/i.test(cloudInit.userData)) {
    throw new ConfigurationError({
      where,
      what: "the machine's user data has several parts already, and the guest's side of a disk would be one more",
      given: cloudInit.userData.slice(0, 40),
      allowed: "user data of one kind, such as #cloud-config or a script",
      mend: "give one of the parts as `userData`, or leave `guest` out and set the disk up in a part of yours",
      practice,
    });
  }
}

/** udev's names for disks of QEMU. A LUN that is passed through has the name that its array gives it. */
function nameInGuest(where: string, { wwn, passthrough }: DiskIntent, guest: GuestDisk, { bus, serial }: ResolvedDisk) {
  if (passthrough !== undefined || (wwn === undefined && serial === undefined)) {
    throw new ConfigurationError({
      where,
      what: "the guest's name for the disk is not known here",
      given: passthrough === undefined ? guest : `passthrough: ${passthrough}`,
      mend:
        passthrough === undefined ? "give the disk a `serial`" : "leave `guest` out, and set the LUN up in `userData`",
      practice: STORAGE_PRACTICES.stableSerial.id,
    });
  }
  if (wwn !== undefined) {
    return { idSerial: `3${wwn}`, byId: `wwn-0x${wwn}` };
  }
  switch (bus) {
    case DiskBus.VIRTIO_BLK:
      return { idSerial: serial!, byId: `virtio-${serial}` };
    case DiskBus.SATA:
      return { idSerial: `QEMU_HARDDISK_${serial}`, byId: `ata-QEMU_HARDDISK_${serial}` };
    default:
      return { idSerial: `0QEMU_QEMU_HARDDISK_${serial}`, byId: `scsi-0QEMU_QEMU_HARDDISK_${serial}` };
  }
}

function queueOf({ workload }: VmIntent, { log }: DiskIntent, guest: GuestDisk): Record<string, string | number> {
  const scheduler = guest.scheduler ?? IoScheduler.NONE;
  log.record(GUEST_DISK_PRACTICES.scheduler, "guest: scheduler", scheduler, undefined, guest.scheduler !== undefined);
  const forDatabase =
    workload.kind === WorkloadKind.DATABASE
      ? DataSize.kibibytes(GUEST_DISK_LIMITS.databaseReadAheadKibibytes)
      : undefined;
  const readAhead = guest.readAhead ?? forDatabase;
  if (readAhead !== undefined) {
    log.record(
      GUEST_DISK_PRACTICES.readAhead,
      "guest: read_ahead_kb",
      readAhead.toKibibytes(),
      undefined,
      guest.readAhead !== undefined,
    );
  }
  const { requests, rotational } = guest;
  if (requests !== undefined) {
    log.record(GUEST_DISK_PRACTICES.requests, "guest: nr_requests", requests, undefined, true);
  }
  if (rotational !== undefined) {
    log.record(GUEST_DISK_PRACTICES.rotational, "guest: rotational", rotational, undefined, true);
  }
  return {
    // Before the requests, which are the scheduler's.
    scheduler,
    ...(requests !== undefined && { nr_requests: requests }),
    ...(readAhead !== undefined && { read_ahead_kb: readAhead.toKibibytes() }),
    ...(rotational !== undefined && { rotational: rotational ? 1 : 0 }),
  };
}

function mountOptions({ log, readOnly }: DiskIntent, mount: NonNullable<GuestDisk["mount"]>): readonly string[] {
  log.record(GUEST_DISK_PRACTICES.onlyEmpty, "guest: file system", mount.fileSystem);
  log.record(GUEST_DISK_PRACTICES.accessTimes, "guest: noatime", !mount.accessTimes, undefined, mount.accessTimes);
  log.record(GUEST_DISK_PRACTICES.trim, "guest: trim", mount.trim, undefined, mount.trim !== Trim.WEEKLY);
  if (!readOnly) {
    log.record(GUEST_DISK_PRACTICES.growFileSystem, "guest: x-systemd.growfs", true);
  }
  return [
    mount.accessTimes ? "relatime" : "noatime",
    "nofail",
    ...(readOnly ? ["ro"] : ["x-systemd.growfs"]),
    ...(mount.trim === Trim.AT_ONCE ? ["discard"] : []),
    ...mount.options,
  ];
}
