import { checkInteger, checkName } from "../../checks";
import { ConfigurationError } from "../../errors";
import { TIER_LIMITS, TIER_PRACTICES } from "../../practices";
import { DataRate, DataSize, Duration } from "../../units";
import { checkMade, checkOptions, optional } from "../given";

export interface IoBurst {
  /**
   * Operations a second, the bound's `iops` or more.
   * @default - operations do not burst
   */
  readonly iops?: number;
  /**
   * Data a second, the bound's `rate` or more, whole bytes a second.
   * @default - the data rate does not burst
   */
  readonly rate?: DataRate;
  /**
   * How long a burst may last, whole seconds, 1 s or more.
   * @default - 1 s
   */
  readonly length?: Duration;
}

/** What may pass; at least one of `iops` and `rate`. */
export interface IoBound {
  /**
   * Operations a second, 1 or more.
   * @default - not bounded
   */
  readonly iops?: number;
  /**
   * Data a second, whole bytes a second.
   * @default - not bounded
   */
  readonly rate?: DataRate;
  /**
   * What may pass for a short time after less was asked for.
   * @default - no bursts
   */
  readonly burst?: IoBurst;
}

export interface IoLimitOptions {
  /**
   * Size that an operation counts as one up to; larger ones count as several.
   * @default - each counts as one, whatever its size
   */
  readonly operationSize?: DataSize;
  /**
   * Name of a group of disks that have the limit together: letters, digits, `.`, `_` and `-`. All members give the same limit.
   * @default - the disk has it for itself
   */
  readonly group?: string;
}

export interface TotalLimitOptions extends IoBound, IoLimitOptions {}

export interface DirectionLimitOptions extends IoLimitOptions {
  /**
   * What the guest reads.
   * @default - not bounded
   */
  readonly read?: IoBound;
  /**
   * What the guest writes.
   * @default - not bounded
   */
  readonly write?: IoBound;
}

/** What a disk may use at most: of reads and writes together, or of each by itself; QEMU does not take both. */
export class IoLimit {
  /**
   * Of reads and writes together.
   * @throws ConfigurationError for no bound at all, values out of range, and bursts below what they exceed or without it
   */
  public static total(options: TotalLimitOptions): IoLimit {
    const where = "IoLimit.total";
    checkOptions(where, "what is given", options);
    return IoLimit.of(where, { total: checkBound(where, "the limit", options) }, options);
  }

  /**
   * Of reads, of writes, or of each by itself.
   * @throws ConfigurationError as `total` does
   */
  public static perDirection(options: DirectionLimitOptions): IoLimit {
    const where = "IoLimit.perDirection";
    checkOptions(where, "what is given", options);
    if (options.read === undefined && options.write === undefined) {
      throw new ConfigurationError({ where, what: "no direction is given", allowed: "read, write, or both" });
    }
    const of = (direction: "read" | "write") =>
      optional(options[direction], (bound) => checkBound(where, direction, checkOptions(where, direction, bound)));
    return IoLimit.of(where, { read: of("read"), write: of("write") }, options);
  }

  private static of(
    where: string,
    bounds: Partial<Pick<IoLimit, "total" | "read" | "write">>,
    options: IoLimitOptions,
  ) {
    return new IoLimit(
      bounds.total,
      bounds.read,
      bounds.write,
      optional(options.operationSize, (size) => {
        checkMade(where, "operationSize", size, DataSize, "DataSize.kibibytes(16) and the like");
        checkInteger(where, "operationSize in bytes", size.toBytes(), { min: 1 });
        return size;
      }),
      optional(options.group, (group) => checkName(where, group)),
    );
  }

  private constructor(
    public readonly total: IoBound | undefined,
    public readonly read: IoBound | undefined,
    public readonly write: IoBound | undefined,
    public readonly operationSize: DataSize | undefined,
    public readonly group: string | undefined,
  ) {
    Object.freeze(this);
  }

  public toString(): string {
    const bounds = [
      ...(this.total === undefined ? [] : [describeBound(this.total)]),
      ...(this.read === undefined ? [] : [`reads ${describeBound(this.read)}`]),
      ...(this.write === undefined ? [] : [`writes ${describeBound(this.write)}`]),
    ].join(", ");
    const size = this.operationSize === undefined ? "" : `, an operation for each ${this.operationSize}`;
    return `${bounds}${size}${this.group === undefined ? "" : `, shared by group ${this.group}`}`;
  }
}

function describeBound({ iops, rate, burst }: IoBound): string {
  const text = [...(iops === undefined ? [] : [`${iops} IOPS`]), ...(rate === undefined ? [] : [`${rate}`])];
  return `${text.join(" and ")}${burst === undefined ? "" : `, bursts ${describeBound(burst)} for ${burst.length ?? Duration.seconds(1)}`}`;
}

function checkBound(where: string, what: string, { iops, rate, burst }: IoBound): IoBound {
  if (iops === undefined && rate === undefined) {
    throw new ConfigurationError({ where, what: `${what} bounds nothing`, allowed: "iops, rate, or both" });
  }
  return {
    iops: optional(iops, (count) => checkIops(where, `iops of ${what}`, count)),
    rate: optional(rate, (wanted) => checkByteRate(where, `rate of ${what}`, wanted)),
    burst: optional(burst, (wanted) => checkBurst(where, what, { iops, rate }, wanted)),
  };
}

function checkBurst(where: string, what: string, bound: IoBound, burst: IoBurst): IoBurst {
  const { iops, rate, length } = checkOptions(where, `burst of ${what}`, burst);
  const practice = TIER_PRACTICES.burst.id;
  if (iops === undefined && rate === undefined) {
    throw new ConfigurationError({
      where,
      what: `burst of ${what} says not how much`,
      allowed: "iops, rate, or both",
      practice,
    });
  }
  const fail = (kind: "iops" | "rate", given: unknown, least: unknown): never => {
    throw new ConfigurationError({
      where,
      what:
        least === undefined
          ? `burst of ${what} has ${kind} without a bound to exceed`
          : `burst of ${what} has less ${kind} than the bound that it exceeds`,
      given,
      ...(least !== undefined && { allowed: `${least} or more` }),
      mend: least === undefined ? `give \`${kind}\` beside \`burst\`` : "give more, or leave `burst` out",
      practice,
    });
  };
  if (iops !== undefined && checkIops(where, `iops of the burst of ${what}`, iops) < (bound.iops ?? Infinity)) {
    fail("iops", iops, bound.iops);
  }
  if (rate !== undefined) {
    checkByteRate(where, `rate of the burst of ${what}`, rate);
    if (bound.rate === undefined || rate.isLessThan(bound.rate)) {
      fail("rate", rate, bound.rate);
    }
  }
  return { iops, rate, length: optional(length, (time) => checkLength(where, what, time)) };
}

function checkLength(where: string, what: string, length: Duration): Duration {
  checkMade(where, `length of the burst of ${what}`, length, Duration, "Duration.seconds(10) and the like");
  checkInteger(where, `length of the burst of ${what} in seconds`, length.toMicroseconds() / 1e6, {
    min: 1,
    practice: TIER_PRACTICES.burst.id,
  });
  return length;
}

/** Checks a number of operations a second. */
export function checkIops(where: string, what: string, iops: number): number {
  return checkInteger(where, what, iops, { min: 1, max: TIER_LIMITS.maxIops });
}

/** Checks a rate that storage is told in whole bytes a second. */
function checkByteRate(where: string, what: string, rate: DataRate): DataRate {
  checkMade(where, what, rate, DataRate, "DataRate.mebibytesPerSecond(100) and the like");
  checkInteger(where, `${what} in bytes a second`, rate.toBitsPerSecond() / 8, { min: 1 });
  return rate;
}
