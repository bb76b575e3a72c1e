import { checkInteger, checkOneOf } from "../../checks";
import { ConfigurationError } from "../../errors";
import { TIER_LIMITS, TIER_PRACTICES } from "../../practices";
import { DataRate, Duration } from "../../units";
import { checkMade, checkOptions, optional } from "../given";
import { checkIops, IoLimit } from "./io-limit";

/** Who goes first where disks want more than the storage has. */
export enum IoPriority {
  LOW = "low",
  NORMAL = "normal",
  HIGH = "high",
}

export interface IoOptions {
  /**
   * What the disk may use at most.
   * @default - not limited
   */
  readonly limit?: IoLimit;
  /**
   * Weight, 10 to 1000, among disks that want more than the storage has. Excludes `priority`.
   * @default - the platform's
   */
  readonly shares?: number;
  /**
   * Who goes first among disks that want more than the storage has. Excludes `shares`.
   * @default - the platform's
   */
  readonly priority?: IoPriority;
  /**
   * Operations a second that are kept for the disk, at most its limit (vSphere).
   * @default - none are kept
   */
  readonly reservation?: number;
}

export interface NeedOptions extends IoOptions {
  /**
   * How long an operation may take.
   * @default - it does not matter
   */
  readonly latency?: Duration;
  /**
   * Reads among the operations, 0 to 100 percent.
   * @default 70
   */
  readonly readPercent?: number;
}

export interface RandomIoOptions extends NeedOptions {
  /** Operations a second, 1 or more. */
  readonly iops: number;
}

export interface SequentialIoOptions extends NeedOptions {
  /** Data a second. */
  readonly throughput: DataRate;
}

/** What a disk needs of its tier. */
export interface IoNeed {
  /** Of random operations a second. */
  readonly iops?: number;
  /** Of sequential data a second. */
  readonly throughput?: DataRate;
  readonly latency?: Duration;
  readonly readPercent: number;
}

/**
 * What a disk does: what it needs, by which a tier is chosen for it and accounted for, and what it may use.
 *
 * A need is no limit: a disk takes what is left unless `limit` says otherwise.
 */
export class IoProfile {
  /**
   * Small operations all over the disk, as databases do.
   * @throws ConfigurationError for values out of range, a need or a reservation over the limit, and shares beside a priority
   */
  public static random(options: RandomIoOptions): IoProfile {
    const where = "IoProfile.random";
    checkOptions(where, "what is given", options);
    const iops = checkIops(where, "iops", options.iops);
    return IoProfile.needing(where, options, { iops });
  }

  /**
   * Long runs, as backups, logs and streams do.
   * @throws ConfigurationError as `random` does
   */
  public static sequential(options: SequentialIoOptions): IoProfile {
    const where = "IoProfile.sequential";
    checkOptions(where, "what is given", options);
    const throughput = checkMade(where, "throughput", options.throughput, DataRate, RATES);
    checkInteger(where, "throughput in bit/s", throughput.toBitsPerSecond(), { min: 1 });
    return IoProfile.needing(where, options, { throughput });
  }

  /**
   * No need that is known, but bounds or a weight. The disk has to name its tier.
   * @throws ConfigurationError for neither, and as `random` does
   */
  public static limited(options: IoOptions): IoProfile {
    const where = "IoProfile.limited";
    const use = checkUse(where, checkOptions(where, "what is given", options));
    if (Object.values(use).every((value) => value === undefined)) {
      throw new ConfigurationError({
        where,
        what: "the profile says nothing",
        allowed: "limit, shares, priority, reservation",
      });
    }
    return new IoProfile(undefined, use.limit, use.shares, use.priority, use.reservation);
  }

  private static needing(where: string, options: NeedOptions, amount: Pick<IoNeed, "iops" | "throughput">): IoProfile {
    const { readPercent = TIER_LIMITS.usualReadPercent } = options;
    const need = {
      ...amount,
      latency: optional(options.latency, (latency) => checkLatency(where, latency)),
      readPercent: checkInteger(where, "readPercent", readPercent, {
        min: 0,
        max: 100,
      }),
    };
    const use = checkUse(where, options);
    checkNeedWithinLimit(where, need, use.limit);
    return new IoProfile(need, use.limit, use.shares, use.priority, use.reservation);
  }

  private constructor(
    /** What a tier is chosen by; `undefined` where nothing is known of it. */
    public readonly need: IoNeed | undefined,
    public readonly limit: IoLimit | undefined,
    public readonly shares: number | undefined,
    public readonly priority: IoPriority | undefined,
    /** Operations a second. */
    public readonly reservation: number | undefined,
  ) {
    Object.freeze(this);
  }

  public toString(): string {
    return [
      ...(this.need === undefined ? [] : [describeNeed(this.need)]),
      ...(this.limit === undefined ? [] : [`at most ${this.limit}`]),
      ...(this.shares === undefined ? [] : [`${this.shares} shares`]),
      ...(this.priority === undefined ? [] : [`${this.priority} priority`]),
      ...(this.reservation === undefined ? [] : [`${this.reservation} IOPS kept`]),
    ].join("; ");
  }
}

const RATES = "DataRate.mebibytesPerSecond(200) and the like";

/** A need in words: `2000 IOPS within 1 ms, 70 % reads`. */
export function describeNeed({ iops, throughput, latency, readPercent }: IoNeed): string {
  const amount = iops === undefined ? `${throughput} in sequence` : `${iops} IOPS`;
  return `${amount}${latency === undefined ? "" : ` within ${latency}`}, ${readPercent} % reads`;
}

/** Checks how long an operation may take. */
export function checkLatency(where: string, latency: Duration): Duration {
  checkMade(where, "latency", latency, Duration, "Duration.milliseconds(2) and the like");
  checkInteger(where, "latency in µs", latency.toMicroseconds(), { min: 1 });
  return latency;
}

function checkUse(where: string, options: IoOptions) {
  if (options.shares !== undefined && options.priority !== undefined) {
    throw new ConfigurationError({
      where,
      what: "shares and priority say the same in two ways",
      given: `shares ${options.shares}, priority ${options.priority}`,
      mend: "give one of them",
    });
  }
  const limit = optional(options.limit, (wanted) =>
    checkMade(where, "limit", wanted, IoLimit, "IoLimit.total(), .perDirection()"),
  );
  const reservation = optional(options.reservation, (iops) => checkIops(where, "reservation", iops));
  const most = limit?.total?.iops;
  if (reservation !== undefined && most !== undefined && reservation > most) {
    throw new ConfigurationError({
      where,
      what: "what is kept for the disk is more than it may use",
      given: `${reservation} IOPS`,
      allowed: `at most ${most}`,
      practice: TIER_PRACTICES.needWithinLimit.id,
    });
  }
  return {
    limit,
    shares: optional(options.shares, (shares) =>
      checkInteger(where, "shares", shares, { min: TIER_LIMITS.minShares, max: TIER_LIMITS.maxShares }),
    ),
    priority: optional(options.priority, (level) => checkOneOf(where, "priority", level, Object.values(IoPriority))),
    reservation,
  };
}

/** A disk that may not use what it needs would be slow by its own program. */
function checkNeedWithinLimit(where: string, need: IoNeed, limit: IoLimit | undefined): void {
  const { iops, throughput, readPercent } = need;
  for (const [bound, percent, direction] of [
    [limit?.total, 100, ""],
    [limit?.read, readPercent, " for reads"],
    [limit?.write, 100 - readPercent, " for writes"],
  ] as const) {
    const bits = ((throughput?.toBitsPerSecond() ?? 0) * percent) / 100;
    if (
      ((iops ?? 0) * percent) / 100 > (bound?.iops ?? Infinity) ||
      bits > (bound?.rate?.toBitsPerSecond() ?? Infinity)
    ) {
      throw new ConfigurationError({
        where,
        what: "the disk needs more than its limit lets pass",
        given: describeNeed(need),
        allowed: `at most ${iops === undefined ? bound?.rate : `${bound?.iops} IOPS`}${direction}`,
        mend: "raise the limit, or lower the need",
        practice: TIER_PRACTICES.needWithinLimit.id,
      });
    }
  }
}
