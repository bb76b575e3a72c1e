import { checkName } from "../checks";
import { ConfigurationError } from "../errors";
import { TRAFFIC_LIMITS, TRAFFIC_PRACTICES } from "../practices";
import { DataRate, DataSize, Rounding } from "../units";
import { type HostFile, NOTICE } from "./host-file";
import { exec } from "./quote";
import type { UnitFile } from "./unit-file";

/** A token bucket as the kernel takes it. */
export interface TokenBucket {
  readonly average: DataRate;
  readonly peak: DataRate;
  readonly burst: DataSize;
}

/** Frames of a class: those with VLAN tags, those without, or what leaves through another device that is on top of this one. */
export type TrafficMatch =
  | { readonly kind: "tagged"; readonly vlans: readonly { readonly from: number; readonly to: number }[] }
  | { readonly kind: "untagged" }
  | { readonly kind: "device"; readonly device: string };

export interface TrafficClass {
  /** Shown in the files. */
  readonly name: string;
  readonly match: TrafficMatch;
  /** @default - a part of what nobody reserved */
  readonly reservation?: DataRate;
  /** Weight among classes that want more than they reserved. @default TRAFFIC_LIMITS.defaultShares */
  readonly shares?: number;
  /** 0 goes first. @default 1 */
  readonly priority?: number;
}

/** What tc and systemd are told of a class. */
interface Htb {
  readonly id: string;
  readonly parent: string;
  readonly rate: DataRate;
  readonly bucket: TokenBucket;
  readonly priority?: number;
  readonly quantum?: number;
}

const TC = "/usr/sbin/tc";
const NFT = "/usr/sbin/nft";
const WHOLE = "1:1";
const REST = 2;

/** A VLAN tag and Ethernet's own header, which the MTU does not count. */
const FRAME_OVERHEAD = 18;

/**
 * Shapes what leaves a device: one hierarchical token bucket (HTB) for all of it, and below it a class for each part that is guaranteed
 * something. What a part does not use, others borrow.
 *
 * nftables tells the parts apart, in its egress hook (Linux 5.16 or later): it writes the class into a packet's priority, which HTB reads and
 * which stays with a packet that is wrapped in another on its way.
 */
export class TrafficControl {
  readonly #classes: TrafficClass[] = [];

  public constructor(
    private readonly where: string,
    private readonly device: string,
    private readonly mtu: number,
    private readonly bucket: TokenBucket,
  ) {
    checkName(where, device, { maxLength: 15 });
  }

  /** @throws ConfigurationError where a part with the same frames is there already */
  public add(part: TrafficClass): this {
    const same = this.#classes.find(({ match }) => overlap(match, part.match));
    if (same !== undefined) {
      throw new ConfigurationError({
        where: this.where,
        what: `frames of ${part.name} can't be told from those of ${same.name} on ${this.device}`,
        given: describe(part.match),
        mend: "give one of them another VLAN, or a guarantee for both together",
        practice: TRAFFIC_PRACTICES.hostClasses.id,
      });
    }
    this.#classes.push(part);
    return this;
  }

  /** Commands that set it up on a device that has none of it, in their order. */
  public commands(): readonly (readonly [program: string, ...args: string[]])[] {
    const on = ["dev", this.device];
    return [
      [TC, "qdisc", "add", ...on, "root", "handle", "1:", "htb", "default", String(REST)],
      ...this.#htb().map(({ id, parent, rate, bucket, priority, quantum }): [string, ...string[]] => [
        ...([TC, "class", "add", ...on, "parent", parent, "classid", id, "htb"] as const),
        ...["rate", bits(rate), "ceil", bits(bucket.peak), "burst", bytes(bucket.burst), "cburst", bytes(bucket.burst)],
        ...(priority === undefined ? [] : ["prio", String(priority)]),
        ...(quantum === undefined ? [] : ["quantum", String(quantum)]),
      ]),
      ...(this.#classes.length === 0 ? [] : [[NFT, "-f", this.#file.path] as [string, ...string[]]]),
    ];
  }

  /** Rules that tell the classes apart; none where there are no classes. */
  public files(): readonly HostFile[] {
    return this.#classes.length === 0 ? [] : [this.#file];
  }

  /** Fills the service that sets it up whenever the device appears. */
  public writeService(service: UnitFile): void {
    // systemd's spelling of a path in the name of a unit.
    const unit = `sys-subsystem-net-devices-${this.device.replaceAll("-", "\\x2d")}.device`;
    service
      .set("Unit", "Description", `Traffic shaping of ${this.device}`)
      .set("Unit", "BindsTo", unit)
      .set("Unit", "After", unit)
      .append("Install", "WantedBy", unit)
      .append("Service", "ExecStartPre", `-${exec(TC, "qdisc", "del", "dev", this.device, "root")}`);
    for (const [program, ...args] of this.commands()) {
      service.append("Service", "ExecStart", exec(program, ...args));
    }
    service.append("Service", "ExecStop", `-${exec(TC, "qdisc", "del", "dev", this.device, "root")}`);
    if (this.#classes.length > 0) {
      service.append("Service", "ExecStop", `-${exec(NFT, "delete", "table", "netdev", this.#table)}`);
    }
  }

  get #table(): string {
    return `virtuned-${this.device}`;
  }

  get #file(): HostFile {
    const marks = this.#classes.map(({ name, match }, i) => ({
      device: match.kind === "device" ? match.device : this.device,
      line: `    ${condition(match)}meta priority set 1:${classId(i)} comment ${JSON.stringify(name)}`,
    }));
    const devices = [...new Set(marks.map(({ device }) => device))];
    const chains = devices.map((device, i) =>
      [
        `  chain egress${i} {`,
        `    type filter hook egress device ${JSON.stringify(device)} priority 0`,
        ...marks.filter((mark) => mark.device === device).map(({ line }) => line),
        "  }",
      ].join("\n"),
    );
    // The first two lines make one transaction of taking the old table out and putting the new one in.
    return {
      path: `/etc/virtuned/traffic-${this.device}.nft`,
      content: `${NOTICE}\ntable netdev ${this.#table}\ndelete table netdev ${this.#table}\ntable netdev ${this.#table} {\n${chains.join("\n")}\n}\n`,
    };
  }

  #htb(): readonly Htb[] {
    const { average } = this.bucket;
    const reserved = this.#classes.flatMap(({ reservation }) => reservation ?? []);
    const sum = reserved.reduce((a, b) => a.plus(b), DataRate.bitsPerSecond(0));
    const rest = average.isGreaterThan(sum) ? average.minus(sum) : DataRate.bitsPerSecond(0);
    // HTB wants a rate of each class. Where everything is reserved, those without a reservation still get a trickle.
    const others = 1 + this.#classes.length - reserved.length;
    const trickle = (rate: DataRate, parts: number) => rate.times(1 / parts, { rounding: Rounding.DOWN });
    const least = trickle(average, TRAFFIC_LIMITS.trickleParts);
    const equal = trickle(rest, others);
    const unreserved = equal.isLessThan(least) ? least : equal;
    const leaf = (rate: DataRate): TokenBucket => ({
      average: rate,
      peak: this.bucket.peak,
      burst: leastBurst(rate),
    });
    const quantum = (shares: number = TRAFFIC_LIMITS.defaultShares) => shares * (this.mtu + FRAME_OVERHEAD);
    return [
      { id: WHOLE, parent: "1:", rate: average, bucket: this.bucket },
      ...[
        { index: REST, reservation: undefined, shares: undefined, priority: undefined },
        ...this.#classes.map((part, i) => ({ ...part, index: classId(i) })),
      ].map(({ index, reservation = unreserved, shares, priority = 1 }) => ({
        id: `1:${index}`,
        parent: WHOLE,
        rate: reservation,
        bucket: leaf(reservation),
        priority,
        quantum: quantum(shares),
      })),
    ];
  }
}

/** The least that a bucket has to hold for the rate to be reached: a segment that a guest hands over at once, or what passes until the next look. */
export function leastBurst(rate: DataRate): DataSize {
  const { leastBurstKiB, leastBurstPart } = TRAFFIC_LIMITS;
  const least = DataSize.kibibytes(leastBurstKiB);
  const passing = DataSize.kibibytes(Math.ceil(rate.toBitsPerSecond() / 8 / leastBurstPart / 1024));
  return passing.isGreaterThan(least) ? passing : least;
}

/** tc reads minor numbers as hexadecimal: only digits are used that mean the same to a reader. */
function classId(index: number): number {
  return 10 * (index + 1);
}

function bits(rate: DataRate): string {
  return `${rate.toBitsPerSecond()}bit`;
}

function bytes(size: DataSize): string {
  return `${size.toBytes()}b`;
}

function condition(match: TrafficMatch): string {
  switch (match.kind) {
    case "device":
      return "";
    case "untagged":
      return "ether type != { 8021q, 8021ad } ";
    case "tagged":
      return `vlan id { ${match.vlans.map(rangeOf).join(", ")} } `;
  }
}

function rangeOf({ from, to }: { readonly from: number; readonly to: number }): string {
  return from === to ? String(from) : `${from}-${to}`;
}

function describe(match: TrafficMatch): string {
  switch (match.kind) {
    case "device":
      return `what leaves ${match.device}`;
    case "untagged":
      return "untagged frames";
    case "tagged":
      return `VLAN ${match.vlans.map(rangeOf).join(", ")}`;
  }
}

function overlap(a: TrafficMatch, b: TrafficMatch): boolean {
  if (a.kind === "tagged" && b.kind === "tagged") {
    return a.vlans.some((x) => b.vlans.some((y) => x.from <= y.to && y.from <= x.to));
  }
  return a.kind === "device" && b.kind === "device" ? a.device === b.device : a.kind === b.kind;
}
