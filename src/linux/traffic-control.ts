import { checkName } from "../checks";
import { ConfigurationError } from "../errors";
import { TRAFFIC_LIMITS, TRAFFIC_PRACTICES } from "../practices";
import { type DataRate, DataSize, Rounding } from "../units";
import { deviceUnit, exec } from "./quote";
import type { UnitFile } from "./unit-file";

export interface TokenBucket {
  readonly average: DataRate;
  readonly peak: DataRate;
  readonly burst: DataSize;
}

/** Frames of a class: those with certain VLAN tags, or those without a tag. */
export type TrafficMatch =
  | { readonly kind: "tagged"; readonly vlans: readonly { readonly from: number; readonly to: number }[] }
  | { readonly kind: "untagged" };

export interface HtbClass {
  readonly match: TrafficMatch;
  /** @default - none */
  readonly reservation?: DataRate;
  /** Weight among those that want more than they reserved. @default TRAFFIC_LIMITS.defaultShares */
  readonly shares?: number;
  /** Who gets first what is left: 0 before 1. @default 1 */
  readonly priority?: number;
}

export interface TrafficControlProps {
  /** What it is for, in errors. */
  readonly where: string;
  readonly device: string;
  /** Bytes. */
  readonly mtu: number;
  /** Of all that leaves the device. */
  readonly bucket: TokenBucket;
}

const TC = "/usr/sbin/tc";
const NFT = "/usr/sbin/nft";
const WHOLE = "1:1";
const REST = "2";
const CHAIN = "egress";

/** Ethernet's own header and a VLAN tag, which the MTU does not count. */
const FRAME_OVERHEAD = 18;
const DEFAULT_PRIORITY = 1;

/**
 * Shapes what leaves a device: one hierarchical token bucket (HTB) for all of it, and below it a class for each part that is guaranteed
 * something. What a part does not use, others borrow.
 *
 * nftables tells the parts apart, in its egress hook (Linux 5.16 or later): it writes the class into a packet's priority, which HTB reads.
 */
export class TrafficControl {
  readonly #classes: HtbClass[] = [];

  /** @param service a one-shot service that sets it up whenever the device appears */
  public constructor(
    private readonly service: UnitFile,
    private readonly props: TrafficControlProps,
  ) {
    const { where, device, bucket } = props;
    checkName(where, device, { maxLength: 15 });
    // systemd's spelling of a path in the name of a unit.
    const unit = deviceUnit(device);
    service
      .set("Unit", "Description", `Traffic shaping of ${device}`)
      .set("Unit", "After", unit)
      // Started again when the device comes back, and not required: a delivery fails at once where there is no such device.
      .set("Unit", "StopPropagatedFrom", unit)
      .append("Install", "WantedBy", unit);
    for (const key of ["ExecStartPre", "ExecStop"]) {
      service.append("Service", key, `-${exec(TC, "qdisc", "del", "dev", device, "root")}`);
      service.append("Service", key, `-${exec(NFT, "delete", "table", "netdev", this.table)}`);
    }
    this.start(TC, "qdisc", "add", "dev", device, "root", "handle", "1:", "htb", "default", REST);
    this.addClass("1:", WHOLE, bucket.average, bucket.burst);
    this.addLeaf(REST, {});
    this.start(NFT, "add", "table", "netdev", this.table);
    const hook = `{ type filter hook egress device "${device}" priority 0; }`;
    this.start(NFT, "add", "chain", "netdev", this.table, CHAIN, hook);
  }

  /** @throws ConfigurationError where there is a part with the same frames already */
  public add(part: HtbClass): this {
    const { where, device } = this.props;
    if (this.#classes.some(({ match }) => overlap(match, part.match))) {
      throw new ConfigurationError({
        where,
        what: `a part of the traffic of ${device} has these frames already`,
        given: describe(part.match),
        mend: "give one of them another VLAN, or a guarantee to one of them only",
        practice: TRAFFIC_PRACTICES.hostClasses.id,
      });
    }
    this.#classes.push(part);
    // tc and nft read minor numbers as hexadecimal: both read the same digits.
    const minor = String(10 * this.#classes.length);
    this.addLeaf(minor, part);
    this.start(
      NFT,
      "add",
      "rule",
      "netdev",
      this.table,
      CHAIN,
      `${condition(part.match)} meta priority set 1:${minor}`,
    );
    return this;
  }

  private get table(): string {
    return `virtuned-${this.props.device}`;
  }

  private addLeaf(minor: string, { reservation, shares, priority = DEFAULT_PRIORITY }: Partial<HtbClass>): void {
    // HTB wants a rate of each class: who reserved nothing has a trickle of his own and borrows.
    const { average } = this.props.bucket;
    const trickle = average.times(1 / TRAFFIC_LIMITS.trickleParts, { rounding: Rounding.UP });
    const rate = reservation ?? trickle;
    this.addClass(WHOLE, `1:${minor}`, rate, leastBurst(rate), priority, shares);
  }

  private addClass(
    parent: string,
    id: string,
    rate: DataRate,
    burst: DataSize,
    priority = DEFAULT_PRIORITY,
    shares: number = TRAFFIC_LIMITS.defaultShares,
  ): void {
    const { device, mtu, bucket } = this.props;
    this.start(
      TC,
      "class",
      "add",
      "dev",
      device,
      "parent",
      parent,
      "classid",
      id,
      "htb",
      ...[
        ...["rate", bits(rate), "burst", bytes(burst)],
        ...["ceil", bits(bucket.peak), "cburst", bytes(leastBurst(bucket.peak))],
        // What a class may send before the next one has its turn: this is what makes shares of borrowed bandwidth.
        ...["prio", String(priority), "quantum", String(shares * (mtu + FRAME_OVERHEAD))],
      ],
    );
  }

  private start(program: string, ...args: string[]): void {
    this.service.append("Service", "ExecStart", exec(program, ...args));
  }
}

/** The least that a bucket holds for its rate to be reached: a segment that a guest hands over at once, or what passes in a millisecond. */
export function leastBurst(rate: DataRate): DataSize {
  const least = DataSize.kibibytes(TRAFFIC_LIMITS.leastBurstKiB);
  const passing = rate.over(TRAFFIC_LIMITS.leastBurstTime, { rounding: Rounding.UP });
  return passing.isGreaterThan(least) ? DataSize.kibibytes(passing.toKibibytes({ rounding: Rounding.UP })) : least;
}

function bits(rate: DataRate): string {
  return `${rate.toBitsPerSecond()}bit`;
}

function bytes(size: DataSize): string {
  return `${size.toBytes()}b`;
}

function condition(match: TrafficMatch): string {
  return match.kind === "untagged" ? "ether type != { 8021q, 8021ad }" : `vlan id { ${rangesOf(match.vlans)} }`;
}

function rangesOf(vlans: readonly { readonly from: number; readonly to: number }[]): string {
  return vlans.map(({ from, to }) => (from === to ? String(from) : `${from}-${to}`)).join(", ");
}

function describe(match: TrafficMatch): string {
  return match.kind === "untagged" ? "untagged frames" : `VLAN ${rangesOf(match.vlans)}`;
}

function overlap(a: TrafficMatch, b: TrafficMatch): boolean {
  return a.kind === "tagged" && b.kind === "tagged"
    ? a.vlans.some((x) => b.vlans.some((y) => x.from <= y.to && y.from <= x.to))
    : a.kind === b.kind;
}
