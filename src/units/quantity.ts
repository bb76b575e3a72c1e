import { ConfigurationError, isToken } from "../errors";

/** What to do with a value that the unit asked for can't hold as a whole number. */
export enum Rounding {
  /** To the next whole number above. */
  UP = "up",
  /** To the next whole number below. */
  DOWN = "down",
  /** To the closest whole number; a half goes up. */
  NEAREST = "nearest",
}

export interface RoundingOptions {
  /**
   * How to round where the result is not a whole number.
   * @default - a result that is not whole is an error
   */
  readonly rounding?: Rounding;
}

/** A unit: its symbol, and how many base units (bytes, bits per second, microseconds) it is. */
export interface Unit {
  readonly symbol: string;
  readonly size: number;
}

/** The decimal places `format` shows before it takes a smaller unit. */
const DECIMALS = 2;

/** How many base units an amount is. Numbers stand for the decimal they are written as, so 0.1 GB is exactly 100,000,000 bytes. */
export function toBase(where: string, amount: number, unit: Unit, base: Unit): number {
  if (isToken(amount)) {
    throw new ConfigurationError({
      where,
      what: "the amount must be a literal: it is checked and converted while the program runs, and this one is known only at apply time",
      mend: "give the number itself, not a reference to a resource, a variable or a data source",
    });
  }
  if (typeof amount !== "number" || !Number.isFinite(amount)) {
    throw new ConfigurationError({
      where,
      what: "the amount is not a finite number",
      given: amount,
      allowed: "0 or more",
    });
  }
  return decimalToBase(where, String(amount), unit, base);
}

/** Reads what `format` writes: a decimal number and a unit's symbol, with or without a space between. */
export function parse(where: string, text: string, units: readonly Unit[], base: Unit): number {
  const allowed = `a decimal number and one of ${units.map(({ symbol }) => symbol).join(", ")}`;
  if (isToken(text) || typeof text !== "string") {
    throw new ConfigurationError({ where, what: "the quantity is not a literal string", given: text, allowed });
  }
  const [, amount, symbol] = /^\s*(-?\d{1,40}(?:\.\d{1,40})?)\s*(\S+)\s*$/.exec(text) ?? [];
  if (amount === undefined) {
    throw new ConfigurationError({ where, what: "the quantity can't be read", given: text, allowed });
  }
  const unit = units.find((candidate) => candidate.symbol === symbol);
  if (unit === undefined) {
    const meant = units.find((candidate) => candidate.symbol.toLowerCase() === symbol?.toLowerCase());
    throw new ConfigurationError({
      where,
      what: `the unit "${symbol}" is not known`,
      given: text,
      allowed,
      ...(meant === undefined ? {} : { mend: `did you mean ${meant.symbol}?` }),
    });
  }
  return decimalToBase(where, amount, unit, base);
}

/** The whole number of units that a value in base units is. */
export function fromBase(
  where: string,
  value: number,
  unit: Unit,
  shown: string,
  options: RoundingOptions = {},
): number {
  const rest = value % unit.size;
  const below = (value - rest) / unit.size;
  if (rest === 0) {
    return below;
  }
  if (options.rounding === undefined) {
    throw new ConfigurationError({
      where,
      what: `${shown} is not a whole number of ${unit.symbol}`,
      allowed: `multiples of 1 ${unit.symbol}: the next are ${below} and ${below + 1}`,
      mend: "convert to a smaller unit, or say how to round: { rounding: Rounding.UP }, DOWN or NEAREST",
    });
  }
  return roundUp(BigInt(rest), BigInt(unit.size), options.rounding) ? below + 1 : below;
}

/** A value in base units times a number, which may be a fraction. */
export function multiply(
  where: string,
  value: number,
  factor: number,
  base: Unit,
  options: RoundingOptions = {},
): number {
  if (isToken(factor) || typeof factor !== "number" || !Number.isFinite(factor) || factor < 0) {
    throw new ConfigurationError({ where, what: "the factor is not a finite literal of 0 or more", given: factor });
  }
  const { digits, scale } = decimal(String(factor));
  return divide(where, BigInt(value) * digits, scale, base, options);
}

/** `dividend / divisor` in base units. */
export function divide(where: string, dividend: bigint, divisor: bigint, base: Unit, options: RoundingOptions): number {
  const rest = dividend % divisor;
  const below = dividend / divisor;
  if (rest === 0n) {
    return checkBase(where, below, base);
  }
  if (options.rounding === undefined) {
    throw new ConfigurationError({
      where,
      what: `the result is not a whole number of ${base.symbol}`,
      mend: "say how to round: { rounding: Rounding.UP }, DOWN or NEAREST",
    });
  }
  return checkBase(where, roundUp(rest, divisor, options.rounding) ? below + 1n : below, base);
}

/** Checks that a result is 0 or more, and small enough to be exact. */
export function checkBase(where: string, value: bigint, base: Unit): number {
  if (value < 0n) {
    throw new ConfigurationError({
      where,
      what: `the result is negative: ${value} ${base.symbol}`,
      allowed: "0 or more",
    });
  }
  if (value > BigInt(Number.MAX_SAFE_INTEGER)) {
    const allowed = `0 to ${Number.MAX_SAFE_INTEGER} ${base.symbol}`;
    throw new ConfigurationError({ where, what: "the quantity is too large to be exact", allowed });
  }
  return Number(value);
}

/** For people: in the first of the units that shows at least 1 and needs no more than two decimal places, else in the base unit. */
export function format(value: number, units: readonly Unit[], base: Unit): string {
  const places = 10n ** BigInt(DECIMALS);
  const unit = units.find(({ size }) => value >= size && (BigInt(value) * places) % BigInt(size) === 0n) ?? base;
  const hundredths = (BigInt(value) * places) / BigInt(unit.size);
  const fraction = (hundredths % places).toString().padStart(DECIMALS, "0").replace(/0+$/, "");
  return `${hundredths / places}${fraction === "" ? "" : `.${fraction}`} ${unit.symbol}`;
}

export function compare(left: number, right: number): -1 | 0 | 1 {
  return left === right ? 0 : left < right ? -1 : 1;
}

/** `a < b` and `Math.max(a, b)` compile, and would compare the strings. */
export function toPrimitive(where: string, shown: string, hint: string): string {
  if (hint === "number") {
    throw new ConfigurationError({
      where,
      what: `${shown} is not a number`,
      mend: "compare with isLessThan, isGreaterThan, equals or compareTo, or convert to a unit first",
    });
  }
  return shown;
}

function decimalToBase(where: string, amount: string, unit: Unit, base: Unit): number {
  const { digits, scale } = decimal(amount);
  if (digits < 0n) {
    throw new ConfigurationError({ where, what: `${amount} ${unit.symbol} is negative`, allowed: "0 or more" });
  }
  const product = digits * BigInt(unit.size);
  if (product % scale !== 0n) {
    const below = product / scale;
    throw new ConfigurationError({
      where,
      what: `${amount} ${unit.symbol} is not a whole number of ${base.symbol}`,
      allowed: `whole numbers of ${base.symbol}: the next are ${below} and ${below + 1n}`,
      mend: "give a whole number in a smaller unit",
    });
  }
  return checkBase(where, product / scale, base);
}

/** The decimal that a number is written as: `digits / scale`. */
function decimal(text: string): { digits: bigint; scale: bigint } {
  const [mantissa = "", exponent = "0"] = text.split("e");
  const [whole = "", fraction = ""] = mantissa.split(".");
  const power = BigInt(exponent) - BigInt(fraction.length);
  const digits = BigInt(whole + fraction);
  return power < 0n ? { digits, scale: 10n ** -power } : { digits: digits * 10n ** power, scale: 1n };
}

function roundUp(rest: bigint, divisor: bigint, rounding: Rounding): boolean {
  return rounding === Rounding.UP || (rounding === Rounding.NEAREST && rest * 2n >= divisor);
}
