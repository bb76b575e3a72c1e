import { ConfigurationError } from "../../errors";
import { TRAFFIC_LIMITS, TRAFFIC_PRACTICES } from "../../practices";
import { type DataRate, Rounding } from "../../units";
import { TRAFFIC_DIRECTIONS, type TrafficDirection, type TrafficProfile } from "./traffic-profile";

export interface TrafficAccountProps {
  /** Path of the construct that it is about. */
  readonly owner: string;
  readonly traffic?: TrafficProfile;
  /** Of what it is a part of. */
  readonly parent?: TrafficAccount;
  /** What can be guaranteed where the profile does not say it. */
  readonly uplinkSpeed?: DataRate;
  /** What parts can be guaranteed outbound where the profile does not say it, because something else keeps it. */
  readonly outboundQuota?: DataRate;
  /** Whether the limit is for all parts together; that of a segment is for each of its NICs. */
  readonly limitsSum: boolean;
}

/** A rate, and whose it is. */
interface OwnedRate {
  readonly owner: string;
  readonly rate: DataRate;
}

/** What a switch or a segment can guarantee, and who of its parts has what of it: each is added as it is made. */
export class TrafficAccount {
  readonly #taken: Record<TrafficDirection, OwnedRate[]> = { inbound: [], outbound: [] };

  /** @throws ConfigurationError where the profile does not fit into that of the parent */
  public constructor(private readonly props: TrafficAccountProps) {
    const { owner, traffic, parent, uplinkSpeed } = props;
    if (traffic === undefined) {
      return;
    }
    parent?.add(owner, traffic);
    for (const direction of uplinkSpeed === undefined ? [] : TRAFFIC_DIRECTIONS) {
      checkLimit(owner, traffic, direction, uplinkSpeed, "the uplinks");
      const { reservation } = traffic[direction] ?? {};
      const most = reservable(uplinkSpeed!);
      if (reservation?.isGreaterThan(most)) {
        throw new ConfigurationError({
          where: owner,
          what: `the guarantee (${direction}) is more than an uplink of ${uplinkSpeed} has`,
          given: reservation,
          allowed: `at most ${most}: ${TRAFFIC_LIMITS.reservablePercent} %`,
          practice: TRAFFIC_PRACTICES.guaranteesFit.id,
        });
      }
    }
  }

  /**
   * Takes the profile of a part into account.
   * @throws ConfigurationError for a limit over the owner's, and for guarantees whose sum is more than there is, naming who has what
   */
  public add(owner: string, traffic: TrafficProfile): void {
    for (const direction of TRAFFIC_DIRECTIONS) {
      const limit = this.limit(direction);
      checkLimit(owner, traffic, direction, limit?.rate, limit?.owner);
      const { reservation } = traffic[direction] ?? {};
      if (reservation !== undefined) {
        this.reserve({ owner, rate: reservation }, direction);
      }
    }
  }

  /** What parts are limited to: the nearest limit above them. */
  private limit(direction: TrafficDirection): OwnedRate | undefined {
    const { owner, traffic, parent } = this.props;
    const rate = traffic?.[direction]?.limit?.average;
    return rate === undefined ? parent?.limit(direction) : { owner, rate };
  }

  /** What can be guaranteed; nothing where it is a matter of the parent. */
  private whole(direction: TrafficDirection): DataRate | undefined {
    const { traffic, limitsSum, uplinkSpeed, outboundQuota } = this.props;
    const { reservation, limit } = traffic?.[direction] ?? {};
    const quota = reservation ?? (direction === "outbound" ? outboundQuota : undefined);
    return quota ?? (limitsSum ? (limit?.average ?? (uplinkSpeed && reservable(uplinkSpeed))) : undefined);
  }

  /** Whether what parts can be guaranteed is said elsewhere. */
  private isQuota(direction: TrafficDirection): boolean {
    const { traffic, outboundQuota } = this.props;
    return direction === "outbound" && outboundQuota !== undefined && traffic?.outbound?.reservation === undefined;
  }

  private reserve(wanted: OwnedRate, direction: TrafficDirection): void {
    const { owner, parent } = this.props;
    const whole = this.whole(direction);
    if (whole === undefined) {
      parent?.reserve(wanted, direction);
      return;
    }
    const all = [...this.#taken[direction], wanted];
    const sum = all.map(({ rate }) => rate).reduce((a, b) => a.plus(b));
    if (sum.isGreaterThan(whole)) {
      throw new ConfigurationError({
        where: wanted.owner,
        what: `guarantees (${direction}) of ${owner} are ${sum} together, and it has ${whole}: ${all.map(({ owner, rate }) => `${owner} ${rate}`).join(", ")}`,
        given: wanted.rate,
        mend: `lower one of them, or raise what ${owner} has${this.isQuota(direction) ? ": what `ioControl` reserves for virtual machines" : ""}`,
        practice: TRAFFIC_PRACTICES.guaranteesFit.id,
      });
    }
    this.#taken[direction].push(wanted);
  }
}

function reservable(uplinkSpeed: DataRate): DataRate {
  return uplinkSpeed.times(TRAFFIC_LIMITS.reservablePercent / 100, { rounding: Rounding.DOWN });
}

function checkLimit(
  where: string,
  traffic: TrafficProfile,
  direction: TrafficDirection,
  most: DataRate | undefined,
  whose = "",
): void {
  const { average } = traffic[direction]?.limit ?? {};
  if (most !== undefined && average?.isGreaterThan(most)) {
    throw new ConfigurationError({
      where,
      what: `the limit (${direction}) is over that of ${whose}`,
      given: average,
      allowed: `at most ${most}`,
      mend: `lower it, or raise that of ${whose} first`,
      practice: TRAFFIC_PRACTICES.limitWithinParent.id,
    });
  }
}
