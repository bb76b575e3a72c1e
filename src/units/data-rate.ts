import { DataSize } from "./data-size";
import type { Duration } from "./duration";
import {
  checkBase,
  compare,
  divide,
  format,
  fromBase,
  multiply,
  parse,
  type RoundingOptions,
  toBase,
  toPrimitive,
  type Unit,
} from "./quantity";

const BIT: Unit = { symbol: "bit/s", size: 1 };
const KBIT: Unit = { symbol: "kbit/s", size: 1e3 };
const MBIT: Unit = { symbol: "Mbit/s", size: 1e6 };
const GBIT: Unit = { symbol: "Gbit/s", size: 1e9 };
const B: Unit = { symbol: "B/s", size: 8 };
const KB: Unit = { symbol: "kB/s", size: 8e3 };
const KIB: Unit = { symbol: "KiB/s", size: 8 * 2 ** 10 };
const MB: Unit = { symbol: "MB/s", size: 8e6 };
const MIB: Unit = { symbol: "MiB/s", size: 8 * 2 ** 20 };
const ALL = [BIT, KBIT, MBIT, GBIT, B, KB, KIB, MB, MIB];
// Links and limits are spoken of in decimal bits. MiB/s is for what would come out crooked in them, such as a disk's 100 MiB/s.
const FOR_PEOPLE = [GBIT, MBIT, MIB, KBIT, BIT];

/**
 * How much data passes in a second: a NIC's limit, a disk's throughput. Holds a whole number of bits per second, 0 to 2^53 - 1.
 *
 * Prefixes of bits are decimal: 1 kbit/s is 1,000 bit/s. The factories take fractions where the result is a whole number of bits per
 * second, and throw a `ConfigurationError` for anything else, for negative amounts, NaN, infinities and values known only at apply time.
 * The conversions return whole numbers, and throw where the unit can't hold the value unless told how to round.
 *
 * What platforms count in: libvirt's bandwidth is in kilobytes per second (1 Mbit/s = 125 kB/s) and its disk throttling in bytes per
 * second; vSphere's NIC limit and reservation are in Mbit/s, the average and peak of its port groups in bit/s.
 */
export class DataRate {
  public static bitsPerSecond(amount: number): DataRate {
    return DataRate.of("bitsPerSecond", amount, BIT);
  }

  /** Of 1,000 bit/s. */
  public static kbps(amount: number): DataRate {
    return DataRate.of("kbps", amount, KBIT);
  }

  /** Of 1,000,000 bit/s. */
  public static mbps(amount: number): DataRate {
    return DataRate.of("mbps", amount, MBIT);
  }

  /** Of 10^9 bit/s. */
  public static gbps(amount: number): DataRate {
    return DataRate.of("gbps", amount, GBIT);
  }

  public static bytesPerSecond(amount: number): DataRate {
    return DataRate.of("bytesPerSecond", amount, B);
  }

  /** Of 1,000 bytes per second: libvirt's unit of bandwidth. */
  public static kilobytesPerSecond(amount: number): DataRate {
    return DataRate.of("kilobytesPerSecond", amount, KB);
  }

  /** Of 1,024 bytes per second. */
  public static kibibytesPerSecond(amount: number): DataRate {
    return DataRate.of("kibibytesPerSecond", amount, KIB);
  }

  /** Of 1,000,000 bytes per second. */
  public static megabytesPerSecond(amount: number): DataRate {
    return DataRate.of("megabytesPerSecond", amount, MB);
  }

  /** Of 1,048,576 bytes per second. */
  public static mebibytesPerSecond(amount: number): DataRate {
    return DataRate.of("mebibytesPerSecond", amount, MIB);
  }

  /**
   * Reads what `toString` writes: "2 Gbit/s", "100 MiB/s". Symbols are case-sensitive: bit/s, kbit/s, Mbit/s, Gbit/s, B/s, kB/s, KiB/s,
   * MB/s, MiB/s.
   */
  public static parse(text: string): DataRate {
    return new DataRate(parse("DataRate.parse", text, ALL, BIT));
  }

  private static of(factory: string, amount: number, unit: Unit): DataRate {
    return new DataRate(toBase(`DataRate.${factory}`, amount, unit, BIT));
  }

  private constructor(private readonly inBitsPerSecond: number) {
    Object.freeze(this);
  }

  /** vSphere's unit of a port group's average and peak. */
  public toBitsPerSecond(): number {
    return this.inBitsPerSecond;
  }

  /** In units of 1,000 bit/s. */
  public toKbps(options?: RoundingOptions): number {
    return this.to("toKbps", KBIT, options);
  }

  /** In units of 1,000,000 bit/s: vSphere's unit of a NIC's limit and reservation. */
  public toMbps(options?: RoundingOptions): number {
    return this.to("toMbps", MBIT, options);
  }

  /** In units of 10^9 bit/s. */
  public toGbps(options?: RoundingOptions): number {
    return this.to("toGbps", GBIT, options);
  }

  /** libvirt's unit of disk throttling. */
  public toBytesPerSecond(options?: RoundingOptions): number {
    return this.to("toBytesPerSecond", B, options);
  }

  /** In units of 1,000 bytes per second: libvirt's unit of bandwidth. 1 Mbit/s is 125 of them. */
  public toKilobytesPerSecond(options?: RoundingOptions): number {
    return this.to("toKilobytesPerSecond", KB, options);
  }

  /** In units of 1,024 bytes per second. */
  public toKibibytesPerSecond(options?: RoundingOptions): number {
    return this.to("toKibibytesPerSecond", KIB, options);
  }

  /** In units of 1,000,000 bytes per second. */
  public toMegabytesPerSecond(options?: RoundingOptions): number {
    return this.to("toMegabytesPerSecond", MB, options);
  }

  /** In units of 1,048,576 bytes per second. */
  public toMebibytesPerSecond(options?: RoundingOptions): number {
    return this.to("toMebibytesPerSecond", MIB, options);
  }

  public equals(other: DataRate): boolean {
    return this.inBitsPerSecond === other.inBitsPerSecond;
  }

  public isLessThan(other: DataRate): boolean {
    return this.inBitsPerSecond < other.inBitsPerSecond;
  }

  public isGreaterThan(other: DataRate): boolean {
    return this.inBitsPerSecond > other.inBitsPerSecond;
  }

  /** For sorting: -1, 0 or 1. */
  public compareTo(other: DataRate): -1 | 0 | 1 {
    return compare(this.inBitsPerSecond, other.inBitsPerSecond);
  }

  public plus(other: DataRate): DataRate {
    return new DataRate(checkBase("DataRate.plus", BigInt(this.inBitsPerSecond) + BigInt(other.inBitsPerSecond), BIT));
  }

  /** @throws ConfigurationError where the other is the larger one */
  public minus(other: DataRate): DataRate {
    return new DataRate(checkBase("DataRate.minus", BigInt(this.inBitsPerSecond) - BigInt(other.inBitsPerSecond), BIT));
  }

  /** @param factor 0 or more; may be a fraction where the result is a whole number of bits per second, or where `rounding` is given */
  public times(factor: number, options?: RoundingOptions): DataRate {
    return new DataRate(multiply("DataRate.times", this.inBitsPerSecond, factor, BIT, options));
  }

  /** How much passes in that time: what a token bucket of this rate needs to hold to keep the link busy so long. */
  public over(time: Duration, options: RoundingOptions = {}): DataSize {
    const bits = BigInt(this.inBitsPerSecond) * BigInt(time.toMicroseconds());
    return DataSize.bytes(divide("DataRate.over", bits, 8_000_000n, { symbol: "B", size: 1 }, options));
  }

  /**
   * For people, in the largest unit that shows the value exactly with two decimal places at most: "2 Gbit/s", "2.5 Mbit/s"; in MiB/s what
   * Mbit/s can't show so and MiB/s can.
   */
  public toString(): string {
    return format(this.inBitsPerSecond, FOR_PEOPLE, BIT);
  }

  /** The string for people, which `parse` reads. */
  public toJSON(): string {
    return this.toString();
  }

  /** @internal */
  public [Symbol.toPrimitive](hint: string): string {
    return toPrimitive("DataRate", this.toString(), hint);
  }

  private to(method: string, unit: Unit, options?: RoundingOptions): number {
    return fromBase(`DataRate.${method}`, this.inBitsPerSecond, unit, this.toString(), options);
  }
}
