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

const MICROSECOND: Unit = { symbol: "µs", size: 1 };
const MILLISECOND: Unit = { symbol: "ms", size: 1e3 };
const SECOND: Unit = { symbol: "s", size: 1e6 };
const MINUTE: Unit = { symbol: "min", size: 60e6 };
const HOUR: Unit = { symbol: "h", size: 3600e6 };
const DAY: Unit = { symbol: "d", size: 86_400e6 };
const LARGEST_FIRST = [DAY, HOUR, MINUTE, SECOND, MILLISECOND, MICROSECOND];
/** For keyboards without µ. */
const ASCII_MICROSECOND: Unit = { symbol: "us", size: 1 };

/**
 * A length of time: an interval, a timeout, a latency. Holds a whole number of microseconds, 0 to 2^53 - 1 (285 years).
 *
 * The factories take fractions where the result is a whole number of microseconds, and throw a `ConfigurationError` for anything else, for
 * negative amounts, NaN, infinities and values known only at apply time. The conversions return whole numbers, and throw where the unit
 * can't hold the value unless told how to round.
 */
export class Duration {
  public static microseconds(amount: number): Duration {
    return Duration.of("microseconds", amount, MICROSECOND);
  }

  public static milliseconds(amount: number): Duration {
    return Duration.of("milliseconds", amount, MILLISECOND);
  }

  public static seconds(amount: number): Duration {
    return Duration.of("seconds", amount, SECOND);
  }

  public static minutes(amount: number): Duration {
    return Duration.of("minutes", amount, MINUTE);
  }

  public static hours(amount: number): Duration {
    return Duration.of("hours", amount, HOUR);
  }

  /** Of 24 hours. */
  public static days(amount: number): Duration {
    return Duration.of("days", amount, DAY);
  }

  /** Reads what `toString` writes: "15 ms", "1.5 h". Symbols are case-sensitive: µs or us, ms, s, min, h, d. */
  public static parse(text: string): Duration {
    return new Duration(parse("Duration.parse", text, [...LARGEST_FIRST, ASCII_MICROSECOND], MICROSECOND));
  }

  private static of(factory: string, amount: number, unit: Unit): Duration {
    return new Duration(toBase(`Duration.${factory}`, amount, unit, MICROSECOND));
  }

  private constructor(private readonly inMicroseconds: number) {
    Object.freeze(this);
  }

  public toMicroseconds(): number {
    return this.inMicroseconds;
  }

  public toMilliseconds(options?: RoundingOptions): number {
    return this.to("toMilliseconds", MILLISECOND, options);
  }

  public toSeconds(options?: RoundingOptions): number {
    return this.to("toSeconds", SECOND, options);
  }

  public toMinutes(options?: RoundingOptions): number {
    return this.to("toMinutes", MINUTE, options);
  }

  public toHours(options?: RoundingOptions): number {
    return this.to("toHours", HOUR, options);
  }

  /** In units of 24 hours. */
  public toDays(options?: RoundingOptions): number {
    return this.to("toDays", DAY, options);
  }

  public equals(other: Duration): boolean {
    return this.inMicroseconds === other.inMicroseconds;
  }

  public isLessThan(other: Duration): boolean {
    return this.inMicroseconds < other.inMicroseconds;
  }

  public isGreaterThan(other: Duration): boolean {
    return this.inMicroseconds > other.inMicroseconds;
  }

  /** For sorting: -1, 0 or 1. */
  public compareTo(other: Duration): -1 | 0 | 1 {
    return compare(this.inMicroseconds, other.inMicroseconds);
  }

  public plus(other: Duration): Duration {
    return new Duration(
      checkBase("Duration.plus", BigInt(this.inMicroseconds) + BigInt(other.inMicroseconds), MICROSECOND),
    );
  }

  /** @throws ConfigurationError where the other is the longer one */
  public minus(other: Duration): Duration {
    return new Duration(
      checkBase("Duration.minus", BigInt(this.inMicroseconds) - BigInt(other.inMicroseconds), MICROSECOND),
    );
  }

  /** @param factor 0 or more; may be a fraction where the result is a whole number of microseconds, or where `rounding` is given */
  public times(factor: number, options?: RoundingOptions): Duration {
    return new Duration(multiply("Duration.times", this.inMicroseconds, factor, MICROSECOND, options));
  }

  /** For people, in the largest unit that shows the value exactly with two decimal places at most: "15 ms", "1.5 h". */
  public toString(): string {
    return format(this.inMicroseconds, LARGEST_FIRST, MICROSECOND);
  }

  /** The string for people, which `parse` reads. */
  public toJSON(): string {
    return this.toString();
  }

  /** @internal */
  public [Symbol.toPrimitive](hint: string): string {
    return toPrimitive("Duration", this.toString(), hint);
  }

  private to(method: string, unit: Unit, options?: RoundingOptions): number {
    return fromBase(`Duration.${method}`, this.inMicroseconds, unit, this.toString(), options);
  }
}
