import type { Construct } from "constructs";
import { Annotations } from "../../cdktf";
import { checkInteger, checkOneOf } from "../../checks";
import { ConfigurationError } from "../../errors";
import { SWITCH_PRACTICES, TRAFFIC_LIMITS } from "../../practices";
import { DataRate, Rounding } from "../../units";
import { checkMade, checkOptions } from "../given";

/** Kinds of traffic that share the uplinks of a distributed switch. */
export enum TrafficClass {
  MANAGEMENT = "management",
  FAULT_TOLERANCE = "faultTolerance",
  VMOTION = "vmotion",
  VIRTUAL_MACHINE = "virtualMachine",
  ISCSI = "iscsi",
  NFS = "nfs",
  /** vSphere Replication (host based replication). */
  HBR = "hbr",
  VSAN = "vsan",
  /** vSphere Data Protection. */
  VDP = "vdp",
  /** Backup by network file copy. */
  BACKUP_NFC = "backupNfc",
}

export enum SharesLevel {
  LOW = "low",
  NORMAL = "normal",
  HIGH = "high",
  CUSTOM = "custom",
}

/** How much of a busy uplink a traffic class gets, against the others that are busy. */
export class TrafficShares {
  /** 25 shares. */
  public static low(): TrafficShares {
    return new TrafficShares(SharesLevel.LOW);
  }

  /** 50 shares. */
  public static normal(): TrafficShares {
    return new TrafficShares(SharesLevel.NORMAL);
  }

  /** 100 shares. */
  public static high(): TrafficShares {
    return new TrafficShares(SharesLevel.HIGH);
  }

  /** @param count 1 to 100 */
  public static custom(count: number): TrafficShares {
    const checked = checkInteger("TrafficShares.custom", "the number of shares", count, {
      min: 1,
      max: TRAFFIC_LIMITS.maxShares,
      practice: SWITCH_PRACTICES.ioControlRange.id,
    });
    return new TrafficShares(SharesLevel.CUSTOM, checked);
  }

  private constructor(
    public readonly level: SharesLevel,
    /** `undefined` where the level says it. */
    public readonly count?: number,
  ) {}
}

export interface TrafficAllocation {
  /**
   * Weight against the other classes on a busy uplink.
   * @default - normal; high for virtual machines, as vSphere has it
   */
  readonly shares?: TrafficShares;
  /**
   * The most that the class gets of each uplink, in whole Mbit/s.
   * @default - no limit
   */
  readonly limit?: DataRate;
  /**
   * What the class has for certain on each uplink, in whole Mbit/s; at most `limit`. Version 3 only.
   * @default - nothing is reserved
   */
  readonly reservation?: DataRate;
}

/** What is given for traffic classes. Classes that are not there keep what vCenter has: normal shares, high for machines, and nothing else. */
export type NetworkIoControlOptions = { readonly [T in `${TrafficClass}`]?: TrafficAllocation };

export interface ResolvedAllocation {
  readonly shares: TrafficShares;
  readonly limit?: DataRate;
  readonly reservation?: DataRate;
}

/** How classes of traffic share the uplinks of a distributed switch of vSphere. */
export class NetworkIoControl {
  /**
   * Shares, limits and reservations by traffic class, and reservations for NICs of machines.
   * @throws ConfigurationError for reservations over limits and what is no whole number of Mbit/s
   */
  public static version3(options: NetworkIoControlOptions = {}): NetworkIoControl {
    return new NetworkIoControl(3, "NetworkIoControl.version3", options);
  }

  /**
   * The older one, for hosts before ESXi 6.0: shares and limits only.
   * @throws ConfigurationError for reservations
   */
  public static version2(options: NetworkIoControlOptions = {}): NetworkIoControl {
    return new NetworkIoControl(2, "NetworkIoControl.version2", options);
  }

  readonly #allocations: ReadonlyMap<TrafficClass, ResolvedAllocation>;

  private constructor(
    public readonly version: 2 | 3,
    where: string,
    options: NetworkIoControlOptions,
  ) {
    const given = checkOptions(where, "what is given", options);
    for (const name of Object.keys(given)) {
      checkOneOf(where, "the traffic class", name, Object.values(TrafficClass));
    }
    this.#allocations = new Map(
      Object.values(TrafficClass).flatMap((name) => {
        const allocation = given[name];
        return allocation === undefined ? [] : [[name, this.allocate(`${where}: ${name}`, name, allocation)]];
      }),
    );
  }

  /** What the classes get that were given, with every choice made. */
  public get allocations(): ReadonlyMap<TrafficClass, ResolvedAllocation> {
    return this.#allocations;
  }

  /** What all classes have reserved on each uplink. */
  public get reserved(): DataRate {
    return [...this.#allocations.values()].reduce(
      (sum, { reservation }) => (reservation === undefined ? sum : sum.plus(reservation)),
      DataRate.bitsPerSecond(0),
    );
  }

  /** What NICs of machines on the switch can reserve together: the reservation of virtual machines on each uplink, times the uplinks. */
  public vmQuota(uplinks: number): DataRate {
    const { reservation } = this.#allocations.get(TrafficClass.VIRTUAL_MACHINE) ?? {};
    return (reservation ?? DataRate.bitsPerSecond(0)).times(uplinks);
  }

  /**
   * Checks limits and reservations against the speed of the uplinks, where it is known.
   * @param machines what the switch guarantees its machines besides
   * @internal
   */
  public _checkUplinks(scope: Construct, speed: DataRate | undefined, machines?: DataRate): void {
    const limits = [...this.#allocations].filter(([, { limit }]) => limit !== undefined);
    const reserved = machines === undefined ? this.reserved : this.reserved.plus(machines);
    if (speed === undefined) {
      if (limits.length > 0 || reserved.toBitsPerSecond() > 0) {
        const { title, consequence, id } = SWITCH_PRACTICES.ioControlSpeed;
        Annotations.of(scope).addWarning(`${title} (\`uplinkSpeed\`): ${consequence} [${id}]`);
      }
      return;
    }
    const most = speed.times(TRAFFIC_LIMITS.reservablePercent / 100, { rounding: Rounding.DOWN });
    if (reserved.isGreaterThan(most)) {
      throw new ConfigurationError({
        where: scope.node.path,
        what: "the traffic classes have more reserved than an uplink can give",
        given: `${reserved} of ${speed}`,
        allowed: `at most ${most}: ${TRAFFIC_LIMITS.reservablePercent} %`,
        mend: "reserve less for the classes that can wait: shares give them the rest",
        practice: SWITCH_PRACTICES.ioControlQuota.id,
      });
    }
    for (const [name, { limit }] of limits) {
      if (limit!.isGreaterThan(speed)) {
        const { title, consequence, id } = SWITCH_PRACTICES.ioControlIdleLimit;
        Annotations.of(scope).addWarning(`${name}: ${title}, ${limit} here: ${consequence} [${id}]`);
      }
    }
  }

  // Not "resolve": what has a method of that name is a token for cdktf.
  private allocate(where: string, name: TrafficClass, given: TrafficAllocation): ResolvedAllocation {
    checkOptions(where, "the allocation", given);
    const normal = name === TrafficClass.VIRTUAL_MACHINE ? TrafficShares.high() : TrafficShares.normal();
    const { limit, reservation, shares = normal } = given;
    checkMade(where, "shares", shares, TrafficShares, "TrafficShares.low(), .normal(), .high(), .custom()");
    if (limit !== undefined) {
      checkMbps(where, "limit", limit);
    }
    if (reservation !== undefined) {
      this.checkReservation(where, reservation, limit);
    }
    return { shares, limit, reservation };
  }

  private checkReservation(where: string, reservation: DataRate, limit: DataRate | undefined): void {
    checkMbps(where, "reservation", reservation);
    if (this.version === 2) {
      throw new ConfigurationError({
        where,
        what: "Network I/O Control version 2 has no reservations",
        given: String(reservation),
        allowed: "shares and limits",
        mend: "use NetworkIoControl.version3()",
        practice: SWITCH_PRACTICES.ioControlVersion3.id,
      });
    }
    if (limit !== undefined && reservation.isGreaterThan(limit)) {
      throw new ConfigurationError({
        where,
        what: "more is reserved than the limit allows",
        given: `reservation ${reservation}, limit ${limit}`,
        mend: "reserve less, or raise the limit",
        practice: SWITCH_PRACTICES.ioControlReservation.id,
      });
    }
  }
}

function checkMbps(where: string, what: string, rate: DataRate): void {
  checkMade(where, what, rate, DataRate, "DataRate.mbps(500)");
  checkInteger(where, `${what}, in Mbit/s,`, rate.toBitsPerSecond() / 1e6, {
    min: 1,
    mend: "give whole Mbit/s, the unit of vSphere; leave it out for none",
    practice: SWITCH_PRACTICES.ioControlRange.id,
  });
}
