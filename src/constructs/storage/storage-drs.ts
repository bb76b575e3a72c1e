import { checkInteger } from "../../checks";
import { VSPHERE_STORAGE_LIMITS, VSPHERE_STORAGE_PRACTICES } from "../../practices";
import { Duration } from "../../units";
import { checkFlag, checkMade, checkOptions, optional } from "../given";

/** Who moves disks. */
export enum StorageDrsAutomation {
  /** Storage DRS. */
  AUTOMATED = "automated",
  /** A person, who applies what Storage DRS recommends. */
  MANUAL = "manual",
}

export interface IoBalancingOptions {
  /**
   * Latency of a datastore above which disks leave it, whole milliseconds, 5 to 100.
   * @default Duration.milliseconds(15)
   */
  readonly latency?: Duration;
  /**
   * How unlike the load of datastores is before disks move: 1 (hardly) to 100 (very).
   * @default 5
   */
  readonly imbalance?: number;
}

export interface StorageDrsOptions {
  /**
   * Used space of a datastore above which disks leave it, 50 to 100 percent.
   * @default 80
   */
  readonly spaceUsed?: number;
  /**
   * Difference of used space between two datastores below which nothing moves between them, 1 to 50 percent.
   * @default 5
   */
  readonly spaceDifference?: number;
  /**
   * Whether load is balanced, too, and from when; vSphere before 9.
   * @default - by vSphere's thresholds where the platform's `vsphereVersion` is below 9, else not
   */
  readonly ioBalancing?: boolean | IoBalancingOptions;
  /**
   * Time between two rounds, whole minutes, 1 h to 30 d.
   * @default Duration.hours(8)
   */
  readonly interval?: Duration;
  /**
   * Whether the disks of a machine are on one datastore.
   * @default true
   */
  readonly keepDisksTogether?: boolean;
}

/** What was given, checked. */
export interface StorageDrsSettings {
  readonly automation: StorageDrsAutomation;
  readonly spaceUsed: number;
  readonly spaceDifference: number;
  /** `undefined` where nothing was said. */
  readonly ioBalancing?: false | { readonly latencyMs: number; readonly imbalance: number };
  readonly intervalMinutes: number;
  readonly keepDisksTogether: boolean;
}

/** Thresholds that vSphere has for I/O balancing where none are given. */
export const USUAL_IO_BALANCING = {
  latencyMs: VSPHERE_STORAGE_LIMITS.latencyMs.usual,
  imbalance: VSPHERE_STORAGE_LIMITS.imbalance.usual,
} as const;

/** How Storage DRS looks after a datastore cluster that this program makes of a tier's datastores (vSphere). */
export class StorageDrs {
  /**
   * Disks are placed and moved.
   * @throws ConfigurationError for values out of range
   */
  public static automated(options: StorageDrsOptions = {}): StorageDrs {
    return new StorageDrs(checkSettings("StorageDrs.automated", StorageDrsAutomation.AUTOMATED, options));
  }

  /**
   * Disks are placed when they are made; after that a person moves them, as Storage DRS recommends.
   * @throws ConfigurationError for values out of range
   */
  public static manual(options: StorageDrsOptions = {}): StorageDrs {
    return new StorageDrs(checkSettings("StorageDrs.manual", StorageDrsAutomation.MANUAL, options));
  }

  private constructor(public readonly settings: StorageDrsSettings) {
    Object.freeze(this);
  }

  public toString(): string {
    const { automation, spaceUsed, intervalMinutes } = this.settings;
    return `Storage DRS, ${automation}: from ${spaceUsed} % used space, every ${Duration.minutes(intervalMinutes)}`;
  }
}

function checkSettings(
  where: string,
  automation: StorageDrsAutomation,
  options: StorageDrsOptions,
): StorageDrsSettings {
  const {
    spaceUsed,
    spaceDifference,
    ioBalancing,
    interval,
    keepDisksTogether = true,
  } = checkOptions(where, "options", options);
  return {
    automation,
    spaceUsed: checkThreshold(where, "spaceUsed", spaceUsed, VSPHERE_STORAGE_LIMITS.spaceUsed),
    spaceDifference: checkThreshold(where, "spaceDifference", spaceDifference, VSPHERE_STORAGE_LIMITS.spaceDifference),
    ioBalancing: optional(ioBalancing, (given) => checkIoBalancing(where, given)),
    intervalMinutes: checkThreshold(
      where,
      "interval in minutes",
      optional(interval, (time) => timeIn(where, "interval", time, 60e6)),
      VSPHERE_STORAGE_LIMITS.intervalMinutes,
    ),
    keepDisksTogether: checkFlag(where, "keepDisksTogether", keepDisksTogether),
  };
}

function checkIoBalancing(where: string, given: boolean | IoBalancingOptions): StorageDrsSettings["ioBalancing"] {
  if (given === false) {
    return false;
  }
  if (given === true) {
    return USUAL_IO_BALANCING;
  }
  const { latency, imbalance } = checkOptions(where, "ioBalancing", given);
  return {
    latencyMs: checkThreshold(
      where,
      "latency in ms",
      optional(latency, (time) => timeIn(where, "latency", time, 1000)),
      VSPHERE_STORAGE_LIMITS.latencyMs,
    ),
    imbalance: checkThreshold(where, "imbalance", imbalance, VSPHERE_STORAGE_LIMITS.imbalance),
  };
}

/** In units of so many microseconds, whole or not: the threshold is to be whole. */
function timeIn(where: string, what: string, time: Duration, unit: number): number {
  return checkMade(where, what, time, Duration, "Duration.hours(8) and the like").toMicroseconds() / unit;
}

function checkThreshold(
  where: string,
  what: string,
  value: number | undefined,
  { usual, ...range }: { readonly min: number; readonly max: number; readonly usual: number },
): number {
  return checkInteger(where, what, value === undefined ? usual : value, {
    ...range,
    practice: VSPHERE_STORAGE_PRACTICES.drsThresholds.id,
  });
}
