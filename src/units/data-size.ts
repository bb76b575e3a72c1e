import {
  checkBase,
  compare,
  format,
  fromBase,
  multiply,
  parse,
  type RoundingOptions,
  toBase,
  toPrimitive,
  type Unit,
} from "./quantity";

const B: Unit = { symbol: "B", size: 1 };
const KB: Unit = { symbol: "kB", size: 1e3 };
const KIB: Unit = { symbol: "KiB", size: 2 ** 10 };
const MB: Unit = { symbol: "MB", size: 1e6 };
const MIB: Unit = { symbol: "MiB", size: 2 ** 20 };
const GB: Unit = { symbol: "GB", size: 1e9 };
const GIB: Unit = { symbol: "GiB", size: 2 ** 30 };
const TB: Unit = { symbol: "TB", size: 1e12 };
const TIB: Unit = { symbol: "TiB", size: 2 ** 40 };
const LARGEST_FIRST = [TIB, TB, GIB, GB, MIB, MB, KIB, KB, B];

/**
 * An amount of data: memory, a disk, a burst. Holds a whole number of bytes, 0 to 2^53 - 1 (just under 8 PiB).
 *
 * The factories take fractions where the result is a whole number of bytes, and throw a `ConfigurationError` for anything else: 1.5 GiB is
 * fine, 0.3 bytes is not. So do they for negative amounts, NaN, infinities and values known only at apply time. The conversions return
 * whole numbers, and throw where the unit can't hold the value unless told how to round.
 *
 * What platforms call their units: libvirt's memory and bursts are in KiB unless told; vSphere's "MB" of memory and "GB" of disk are MiB
 * and GiB, and the burst of its port groups is in bytes.
 */
export class DataSize {
  public static bytes(amount: number): DataSize {
    return DataSize.of("bytes", amount, B);
  }

  /** Of 1,000 bytes. */
  public static kilobytes(amount: number): DataSize {
    return DataSize.of("kilobytes", amount, KB);
  }

  /** Of 1,024 bytes. */
  public static kibibytes(amount: number): DataSize {
    return DataSize.of("kibibytes", amount, KIB);
  }

  /** Of 1,000,000 bytes. */
  public static megabytes(amount: number): DataSize {
    return DataSize.of("megabytes", amount, MB);
  }

  /** Of 1,048,576 bytes. vSphere's "MB". */
  public static mebibytes(amount: number): DataSize {
    return DataSize.of("mebibytes", amount, MIB);
  }

  /** Of 10^9 bytes. */
  public static gigabytes(amount: number): DataSize {
    return DataSize.of("gigabytes", amount, GB);
  }

  /** Of 2^30 bytes. vSphere's "GB". */
  public static gibibytes(amount: number): DataSize {
    return DataSize.of("gibibytes", amount, GIB);
  }

  /** Of 10^12 bytes: what makers of drives count in. */
  public static terabytes(amount: number): DataSize {
    return DataSize.of("terabytes", amount, TB);
  }

  /** Of 2^40 bytes. */
  public static tebibytes(amount: number): DataSize {
    return DataSize.of("tebibytes", amount, TIB);
  }

  /** Reads what `toString` writes: "1.5 GiB", "512MiB", "100 GB". Symbols are case-sensitive: B, kB, KiB, MB, MiB, GB, GiB, TB, TiB. */
  public static parse(text: string): DataSize {
    return new DataSize(parse("DataSize.parse", text, LARGEST_FIRST, B));
  }

  private static of(factory: string, amount: number, unit: Unit): DataSize {
    return new DataSize(toBase(`DataSize.${factory}`, amount, unit, B));
  }

  private constructor(private readonly inBytes: number) {
    Object.freeze(this);
  }

  public toBytes(): number {
    return this.inBytes;
  }

  /** In units of 1,000 bytes. */
  public toKilobytes(options?: RoundingOptions): number {
    return this.to("toKilobytes", KB, options);
  }

  /** In units of 1,024 bytes: libvirt's memory and bursts. */
  public toKibibytes(options?: RoundingOptions): number {
    return this.to("toKibibytes", KIB, options);
  }

  /** In units of 1,000,000 bytes. Not what vSphere calls MB: that is `toMebibytes`. */
  public toMegabytes(options?: RoundingOptions): number {
    return this.to("toMegabytes", MB, options);
  }

  /** In units of 1,048,576 bytes: vSphere's "MB". */
  public toMebibytes(options?: RoundingOptions): number {
    return this.to("toMebibytes", MIB, options);
  }

  /** In units of 10^9 bytes. Not what vSphere calls GB: that is `toGibibytes`. */
  public toGigabytes(options?: RoundingOptions): number {
    return this.to("toGigabytes", GB, options);
  }

  /** In units of 2^30 bytes: vSphere's "GB". */
  public toGibibytes(options?: RoundingOptions): number {
    return this.to("toGibibytes", GIB, options);
  }

  /** In units of 10^12 bytes. */
  public toTerabytes(options?: RoundingOptions): number {
    return this.to("toTerabytes", TB, options);
  }

  /** In units of 2^40 bytes. */
  public toTebibytes(options?: RoundingOptions): number {
    return this.to("toTebibytes", TIB, options);
  }

  public equals(other: DataSize): boolean {
    return this.inBytes === other.inBytes;
  }

  public isLessThan(other: DataSize): boolean {
    return this.inBytes < other.inBytes;
  }

  public isGreaterThan(other: DataSize): boolean {
    return this.inBytes > other.inBytes;
  }

  /** For sorting: -1, 0 or 1. */
  public compareTo(other: DataSize): -1 | 0 | 1 {
    return compare(this.inBytes, other.inBytes);
  }

  /** Whether it can be cut into whole parts of that size, as memory into huge pages. Nothing is a multiple of 0 bytes. */
  public isMultipleOf(part: DataSize): boolean {
    return part.inBytes !== 0 && this.inBytes % part.inBytes === 0;
  }

  public plus(other: DataSize): DataSize {
    return new DataSize(checkBase("DataSize.plus", BigInt(this.inBytes) + BigInt(other.inBytes), B));
  }

  /** @throws ConfigurationError where the other is the larger one */
  public minus(other: DataSize): DataSize {
    return new DataSize(checkBase("DataSize.minus", BigInt(this.inBytes) - BigInt(other.inBytes), B));
  }

  /** @param factor 0 or more; may be a fraction where the result is a whole number of bytes, or where `rounding` is given */
  public times(factor: number, options?: RoundingOptions): DataSize {
    return new DataSize(multiply("DataSize.times", this.inBytes, factor, B, options));
  }

  /** For people, in the largest unit that shows the value exactly with two decimal places at most: "32 GiB", "1.5 GiB", "100 GB". */
  public toString(): string {
    return format(this.inBytes, LARGEST_FIRST, B);
  }

  /** The string for people, which `parse` reads. */
  public toJSON(): string {
    return this.toString();
  }

  /** @internal */
  public [Symbol.toPrimitive](hint: string): string {
    return toPrimitive("DataSize", this.toString(), hint);
  }

  private to(method: string, unit: Unit, options?: RoundingOptions): number {
    return fromBase(`DataSize.${method}`, this.inBytes, unit, this.toString(), options);
  }
}
