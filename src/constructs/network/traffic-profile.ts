import { checkInteger, checkOneOf } from "../../checks";
import { ConfigurationError } from "../../errors";
import { TRAFFIC_LIMITS, TRAFFIC_PRACTICES } from "../../practices";
import { DataRate, DataSize } from "../../units";
import { checkMade, checkOptions, optional } from "../given";

/** Who goes first where several want what is left. */
export enum TrafficPriority {
  LOW = "low",
  NORMAL = "normal",
  HIGH = "high",
}

export interface TrafficOptions {
  /**
   * What is there whenever it is wanted, at most the limit.
   * @default - nothing is guaranteed
   */
  readonly reservation?: DataRate;
  /**
   * Weight, 1 to 100, among those of the same switch that want more than their guarantee. It concerns what guests send.
   * @default - the platform's
   */
  readonly shares?: number;
  /**
   * Who of the same switch gets first what is left. It concerns what guests send.
   * @default - the platform's
   */
  readonly priority?: TrafficPriority;
}

export interface TokenBucketOptions extends TrafficOptions {
  /** Rate that the bucket is filled at: what passes in the long run. */
  readonly average: DataRate;
  /** What the bucket holds: how much passes at once after a time of silence. */
  readonly burst: DataSize;
  /**
   * Rate that a burst passes at, the average or more.
   * @default - as fast as the link
   */
  readonly peak?: DataRate;
}

export interface LeakyBucketOptions extends TrafficOptions {
  /** Rate that nothing exceeds, however long it was silent before. */
  readonly rate: DataRate;
}

export interface GuaranteeOptions extends TrafficOptions {
  readonly reservation: DataRate;
}

export interface DirectionOptions {
  /**
   * What a guest receives.
   * @default - not shaped
   */
  readonly inbound?: TrafficProfile;
  /**
   * What a guest sends.
   * @default - not shaped
   */
  readonly outbound?: TrafficProfile;
}

/** Rates of what passes in one direction. */
export interface TrafficLimit {
  readonly average: DataRate;
  /** `undefined` for the speed of the link. */
  readonly peak?: DataRate;
  /** `undefined` where there are to be no bursts. */
  readonly burst?: DataSize;
}

/** What is wanted in one direction. */
export interface DirectedTraffic {
  readonly limit?: TrafficLimit;
  readonly reservation?: DataRate;
  readonly shares?: number;
  readonly priority?: TrafficPriority;
}

/** The directions of traffic as a guest sees them: inbound is what it receives. */
export const TRAFFIC_DIRECTIONS = ["inbound", "outbound"] as const;

export type TrafficDirection = (typeof TRAFFIC_DIRECTIONS)[number];

/**
 * How fast traffic may be and what of it is guaranteed.
 *
 * Directions are those of the guest: inbound is what it receives, outbound what it sends. A profile is for both, each by itself, unless
 * `perDirection` made it. Errors are thrown for what is no DataRate or DataSize, for rates of 0, a peak under the average, a guarantee over
 * the limit, and shares outside 1 to 100.
 */
export class TrafficProfile {
  /** An average rate with bursts. */
  public static tokenBucket(options: TokenBucketOptions): TrafficProfile {
    const where = "TrafficProfile.tokenBucket";
    checkOptions(where, "what is given", options);
    const average = checkRate(where, "average", options.average);
    const burst = checkMade(where, "burst", options.burst, DataSize, "DataSize.mebibytes(1) and the like");
    checkNotZero(where, "burst", burst, burst.toBytes());
    const peak = optional(options.peak, (rate) => checkRate(where, "peak", rate));
    if (peak?.isLessThan(average)) {
      throw new ConfigurationError({
        where,
        what: "the peak is below the average",
        given: peak,
        allowed: `${average} or more`,
        practice: TRAFFIC_PRACTICES.bucket.id,
      });
    }
    return TrafficProfile.symmetric(where, options, { average, burst, peak });
  }

  /** A rate without bursts: what comes faster waits or is dropped. */
  public static leakyBucket(options: LeakyBucketOptions): TrafficProfile {
    const where = "TrafficProfile.leakyBucket";
    checkOptions(where, "what is given", options);
    const rate = checkRate(where, "rate", options.rate);
    return TrafficProfile.symmetric(where, options, { average: rate, peak: rate });
  }

  /** A guarantee without a limit. */
  public static guarantee(options: GuaranteeOptions): TrafficProfile {
    const where = "TrafficProfile.guarantee";
    checkOptions(where, "what is given", options);
    checkRate(where, "reservation", options.reservation);
    return TrafficProfile.symmetric(where, options);
  }

  /** Another profile for each direction, or one for one direction only. */
  public static perDirection(options: DirectionOptions): TrafficProfile {
    const where = "TrafficProfile.perDirection";
    checkOptions(where, "what is given", options);
    const of = (direction: TrafficDirection) =>
      optional(options[direction], (profile) => {
        checkMade(where, direction, profile, TrafficProfile, FACTORIES);
        if (!profile.isSymmetric) {
          throw new ConfigurationError({
            where,
            what: `${direction} has directions of its own`,
            given: profile,
            mend: `give one of ${FACTORIES}`,
          });
        }
        return profile[direction]!;
      });
    const [inbound, outbound] = [of("inbound"), of("outbound")];
    if (inbound === undefined && outbound === undefined) {
      throw new ConfigurationError({ where, what: "no direction is given", allowed: "inbound, outbound, or both" });
    }
    for (const what of ["shares", "priority"] as const) {
      const given = options.inbound?.outbound?.[what];
      if (given !== undefined) {
        throw new ConfigurationError({
          where,
          what: `${what} of what guests receive can't be given: they are kept where frames leave a host`,
          given,
          mend: `give \`${what}\` in \`outbound\``,
          practice: TRAFFIC_PRACTICES.shares.id,
        });
      }
    }
    return new TrafficProfile(inbound, outbound, false);
  }

  private static symmetric(where: string, options: TrafficOptions, limit?: TrafficLimit): TrafficProfile {
    const reservation = optional(options.reservation, (rate) => checkRate(where, "reservation", rate));
    if (limit !== undefined && reservation?.isGreaterThan(limit.average)) {
      throw new ConfigurationError({
        where,
        what: "the guarantee is over the limit",
        given: reservation,
        allowed: `at most ${limit.average}`,
        practice: TRAFFIC_PRACTICES.reservationWithinLimit.id,
      });
    }
    const shares = optional(options.shares, (count) =>
      checkInteger(where, "shares", count, {
        min: 1,
        max: TRAFFIC_LIMITS.maxShares,
        practice: TRAFFIC_PRACTICES.shares.id,
      }),
    );
    const priority = optional(options.priority, (level) =>
      checkOneOf(where, "priority", level, Object.values(TrafficPriority)),
    );
    const inbound = { limit, reservation };
    return new TrafficProfile(inbound, { ...inbound, shares, priority }, true);
  }

  private constructor(
    /** What guests receive. */
    public readonly inbound: DirectedTraffic | undefined,
    /** What guests send. */
    public readonly outbound: DirectedTraffic | undefined,
    /** Whether both directions were given by one profile. */
    public readonly isSymmetric: boolean,
  ) {
    Object.freeze(this);
  }

  public toString(): string {
    if (this.isSymmetric) {
      return describe(this.outbound!);
    }
    return TRAFFIC_DIRECTIONS.flatMap((direction) => {
      const traffic = this[direction];
      return traffic === undefined ? [] : [`${direction} ${describe(traffic)}`];
    }).join("; ");
  }
}

const FACTORIES = "TrafficProfile.tokenBucket(), .leakyBucket(), .guarantee()";

/** Checks a profile that a construct was given. */
export function checkTraffic(where: string, traffic: TrafficProfile | undefined): TrafficProfile | undefined {
  return optional(traffic, (profile) =>
    checkMade(where, "traffic", profile, TrafficProfile, `${FACTORIES}, .perDirection()`),
  );
}

/** Checks a rate that is not 0. */
export function checkRate(where: string, what: string, rate: DataRate): DataRate {
  checkMade(where, what, rate, DataRate, "DataRate.mbps(100) and the like");
  checkNotZero(where, what, rate, rate.toBitsPerSecond());
  return rate;
}

function checkNotZero(where: string, what: string, given: unknown, amount: number): void {
  if (amount === 0) {
    throw new ConfigurationError({ where, what: `${what} is nothing`, given, allowed: "more than 0" });
  }
}

function describe({ limit, reservation, shares, priority }: DirectedTraffic): string {
  return [
    ...(limit === undefined ? [] : [`at most ${limit.average}`]),
    ...(limit === undefined ? [] : [limit.burst === undefined ? "no bursts" : `bursts of ${limit.burst}`]),
    ...(limit?.burst === undefined || limit.peak === undefined ? [] : [`peak ${limit.peak}`]),
    ...(reservation === undefined ? [] : [`${reservation} guaranteed`]),
    ...(shares === undefined ? [] : [`${shares} shares`]),
    ...(priority === undefined ? [] : [`priority ${priority}`]),
  ].join(", ");
}
