import type { VirtualMachineDisk } from "@cdktf/provider-vsphere/lib/virtual-machine";
import type { Construct } from "constructs";
import { Annotations } from "../../cdktf";
import { checkInteger } from "../../checks";
import type { IoLimit } from "../../constructs/storage/io-limit";
import type { IoProfile } from "../../constructs/storage/io-profile";
import { ConfigurationError } from "../../errors";
import { VSPHERE_STORAGE_LIMITS, VSPHERE_STORAGE_PRACTICES } from "../../practices";
import type { DiskIntent } from "../platform";
import type { VspherePlatform } from "./vsphere-platform";

type IoAllocation = Pick<VirtualMachineDisk, "ioLimit" | "ioReservation" | "ioShareLevel" | "ioShareCount">;

/** What a disk may use, has for certain, and gets where machines want more than there is. */
export function ioAllocation(scope: Construct, { io, tier, log }: DiskIntent): IoAllocation {
  if (io === undefined) {
    return {};
  }
  const where = scope.node.path;
  const allocation: IoAllocation = {
    ...(io.limit !== undefined && { ioLimit: limitOf(where, io.limit) }),
    ...(io.reservation !== undefined && { ioReservation: checkIops(where, "reservation", io.reservation) }),
    ...sharesOf(where, io),
  };
  const { ioLimit, ioReservation, ioShareLevel, ioShareCount } = allocation;
  const { ioAllocation: counted, ioShares } = VSPHERE_STORAGE_PRACTICES;
  for (const [practice, attribute, value] of [
    [counted, "io_limit", ioLimit],
    [ioShares, "io_reservation", ioReservation],
    [ioShares, "io_share_level", ioShareLevel],
    [ioShares, "io_share_count", ioShareCount],
  ] as const) {
    if (value !== undefined) {
      log.record(practice, attribute, value, undefined, true);
    }
  }
  const version = (tier.platform as VspherePlatform)._majorVersion ?? 0;
  const needsControl = ioReservation !== undefined || ioShareLevel !== undefined;
  if (needsControl && version >= VSPHERE_STORAGE_LIMITS.noIoBalancingFrom) {
    Annotations.of(scope).addWarning(`${ioShares.reason} [${ioShares.id}]`);
  }
  return allocation;
}

function limitOf(where: string, limit: IoLimit): number {
  const { total, operationSize, group } = limit;
  if (total?.iops === undefined || total.rate !== undefined || total.burst !== undefined || operationSize || group) {
    throw new ConfigurationError({
      where,
      what: "vSphere does not limit a disk like that",
      given: limit,
      allowed: "operations a second of reads and writes together, of the disk alone",
      mend: "write IoLimit.total({ iops: 2000 })",
      practice: VSPHERE_STORAGE_PRACTICES.ioAllocation.id,
    });
  }
  return checkIops(where, "the limit", total.iops);
}

function checkIops(where: string, what: string, iops: number): number {
  const { maxIops: max } = VSPHERE_STORAGE_LIMITS;
  return checkInteger(where, `${what} in IOPS`, iops, {
    min: 1,
    max,
    practice: VSPHERE_STORAGE_PRACTICES.ioAllocation.id,
  });
}

function sharesOf(where: string, { priority, shares }: IoProfile): IoAllocation {
  if (priority !== undefined) {
    return { ioShareLevel: priority };
  }
  if (shares === undefined) {
    return {};
  }
  const { sharesPerWeight, shares: of } = VSPHERE_STORAGE_LIMITS;
  checkInteger(where, "shares", shares, {
    min: of.min / sharesPerWeight,
    max: of.max / sharesPerWeight,
    mend: `vSphere has ${of.min} to ${of.max} shares, ${sharesPerWeight} for each: use these, or \`priority\``,
    practice: VSPHERE_STORAGE_PRACTICES.ioAllocation.id,
  });
  return { ioShareLevel: "custom", ioShareCount: shares * sharesPerWeight };
}
