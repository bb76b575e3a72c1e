import type { DomainDevicesDisksIoTune } from "@cdktf/provider-libvirt/lib/domain";
import type { IoBound, IoLimit } from "../../constructs/storage/io-limit";
import { IoPriority } from "../../constructs/storage/io-profile";
import { ConfigurationError } from "../../errors";
import { DISK_LIMITS, DISK_PRACTICES } from "../../practices";
import type { DiskIntent } from "../platform";

type IoTune = DomainDevicesDisksIoTune;

/** What a disk of a machine may use, for what is to be the same for several of them. */
export interface LimitedDisk {
  readonly intent: Pick<DiskIntent, "name" | "io">;
  readonly ioTune?: IoTune;
}

const WEIGHTS = {
  [IoPriority.LOW]: DISK_LIMITS.lowWeight,
  [IoPriority.NORMAL]: DISK_LIMITS.normalWeight,
  [IoPriority.HIGH]: DISK_LIMITS.highWeight,
} as const;

/** @throws ConfigurationError for operations that are to be kept for the disk */
export function ioTuneOf(where: string, { io, log }: DiskIntent): IoTune | undefined {
  if (io?.reservation !== undefined) {
    throw new ConfigurationError({
      where,
      what: "libvirt keeps no operations for a disk",
      given: `reservation ${io.reservation}`,
      mend: "leave `reservation` out and limit the others",
      practice: DISK_PRACTICES.reservation.id,
    });
  }
  if (io?.limit === undefined) {
    return undefined;
  }
  log.record(DISK_PRACTICES.limit, "io_tune", io.limit, undefined, true);
  return tuneOf(io.limit);
}

function tuneOf({ total, read, write, operationSize, group }: IoLimit): IoTune {
  return {
    ...boundOf("total", total),
    ...boundOf("read", read),
    ...boundOf("write", write),
    ...(operationSize !== undefined && { sizeIopsSec: operationSize.toBytes() }),
    ...(group !== undefined && { groupName: group }),
  };
}

/** A length goes with the burst that it is of; libvirt refuses one without. */
function boundOf(direction: "total" | "read" | "write", bound: IoBound | undefined): IoTune {
  const { iops, rate, burst } = bound ?? {};
  const length = burst?.length?.toSeconds();
  return {
    ...(iops !== undefined && { [`${direction}IopsSec`]: iops }),
    ...(rate !== undefined && { [`${direction}BytesSec`]: rate.toBitsPerSecond() / 8 }),
    ...(burst?.iops !== undefined && {
      [`${direction}IopsSecMax`]: burst.iops,
      ...(length !== undefined && { [`${direction}IopsSecMaxLength`]: length }),
    }),
    ...(burst?.rate !== undefined && {
      [`${direction}BytesSecMax`]: burst.rate.toBitsPerSecond() / 8,
      ...(length !== undefined && { [`${direction}BytesSecMaxLength`]: length }),
    }),
  };
}

/** @throws ConfigurationError where members of a group differ, naming them all */
export function checkLimitGroups(where: string, disks: readonly LimitedDisk[]): void {
  const groups = new Map<string, LimitedDisk[]>();
  for (const disk of disks) {
    const group = disk.ioTune?.groupName;
    if (group !== undefined) {
      groups.set(group, [...(groups.get(group) ?? []), disk]);
    }
  }
  for (const [group, members] of groups) {
    if (new Set(members.map(({ ioTune }) => JSON.stringify(ioTune))).size > 1) {
      throw new ConfigurationError({
        where,
        what: `members of limit group ${group} have different limits: ${members.map(({ intent }) => `${intent.name} ${intent.io?.limit}`).join("; ")}`,
        mend: "give all of them one IoLimit, or other groups",
        practice: DISK_PRACTICES.limitGroup.id,
      });
    }
  }
}

/**
 * The weight of a machine: what its disks say.
 * @throws ConfigurationError where they say different things, naming them all
 */
export function weightOf(where: string, disks: readonly LimitedDisk[]): number | undefined {
  const weights = disks.flatMap(({ intent: { name, io } }) => {
    const weight = io?.shares ?? (io?.priority && WEIGHTS[io.priority]);
    return weight === undefined ? [] : [{ name, weight }];
  });
  if (new Set(weights.map(({ weight }) => weight)).size > 1) {
    throw new ConfigurationError({
      where,
      what: `libvirt weighs machines, and disks of this one have different weights: ${weights.map(({ name, weight }) => `${name} ${weight}`).join(", ")}`,
      mend: "give all of them the same `shares` or `priority`",
      practice: DISK_PRACTICES.weight.id,
    });
  }
  return weights[0]?.weight;
}
