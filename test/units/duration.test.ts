import { Token } from "../../src/cdktf";
import { ConfigurationError } from "../../src/errors";
import { Duration, Rounding } from "../../src/units";
import { integers } from "./random";

const MAX = Number.MAX_SAFE_INTEGER;

const UNITS = [
  { factory: Duration.microseconds, convert: Duration.prototype.toMicroseconds, size: 1, symbol: "µs" },
  { factory: Duration.microseconds, convert: Duration.prototype.toMicroseconds, size: 1, symbol: "us" },
  { factory: Duration.milliseconds, convert: Duration.prototype.toMilliseconds, size: 1_000, symbol: "ms" },
  { factory: Duration.seconds, convert: Duration.prototype.toSeconds, size: 1_000_000, symbol: "s" },
  { factory: Duration.minutes, convert: Duration.prototype.toMinutes, size: 60_000_000, symbol: "min" },
  { factory: Duration.hours, convert: Duration.prototype.toHours, size: 3_600_000_000, symbol: "h" },
  { factory: Duration.days, convert: Duration.prototype.toDays, size: 86_400_000_000, symbol: "d" },
];

test.each(UNITS)("round trips whole numbers of $symbol", ({ factory, convert, size, symbol }) => {
  for (const amount of [0, 1, ...integers(size % 1_009, 300, Math.floor(MAX / size))]) {
    expect(factory(amount).toMicroseconds()).toBe(amount * size);
    expect(convert.call(factory(amount))).toBe(amount);
    expect(Duration.parse(`${amount} ${symbol}`).equals(factory(amount))).toBe(true);
  }
});

test("fractions are exact", () => {
  expect(Duration.seconds(0.1).toMilliseconds()).toBe(100);
  expect(Duration.milliseconds(0.001).toMicroseconds()).toBe(1);
  expect(Duration.hours(1.5).toMinutes()).toBe(90);
  expect(Duration.days(0.5).toHours()).toBe(12);
});

test("conversions round when told to", () => {
  const moment = Duration.milliseconds(1500);
  expect(() => moment.toSeconds()).toThrow("Duration.toSeconds: 1.5 s is not a whole number of s");
  expect(moment.toSeconds({ rounding: Rounding.UP })).toBe(2);
  expect(moment.toSeconds({ rounding: Rounding.DOWN })).toBe(1);
  expect(moment.toSeconds({ rounding: Rounding.NEAREST })).toBe(2);
  expect(Duration.milliseconds(1499).toSeconds({ rounding: Rounding.NEAREST })).toBe(1);
});

test.each([
  ["a negative time", () => Duration.seconds(-1), "-1 s is negative"],
  ["infinity", () => Duration.seconds(Number.POSITIVE_INFINITY), "not a finite number"],
  ["a token", () => Duration.seconds(Token.asNumber({ resolve: () => 4 })), "known only at apply time"],
  ["part of a microsecond", () => Duration.microseconds(0.5), "0.5 µs is not a whole number of µs"],
  ["more than 285 years", () => Duration.days(104_250), "too large to be exact"],
  ["a unit that is a month elsewhere", () => Duration.parse("5 M"), 'the unit "M" is not known'],
  ["an operator", () => Duration.seconds(1) < Duration.seconds(2), "Duration: 1 s is not a number"],
  ["a difference below nothing", () => Duration.seconds(1).minus(Duration.seconds(2)), "negative"],
])("refuses %s", (_, make, message) => {
  expect(make).toThrow(ConfigurationError);
  expect(make).toThrow(message);
});

describe("for people", () => {
  test.each([
    [Duration.milliseconds(15), "15 ms"],
    [Duration.milliseconds(1500), "1.5 s"],
    [Duration.seconds(100), "100 s"],
    [Duration.minutes(90), "1.5 h"],
    [Duration.hours(24), "1 d"],
    [Duration.microseconds(1001), "1001 µs"],
    [Duration.seconds(0), "0 µs"],
  ])("%s", (time, text) => {
    expect(time.toString()).toBe(text);
    expect(JSON.stringify([time])).toBe(`["${text}"]`);
    expect(`${time}`).toBe(text);
  });

  test("is read back to the same time, whatever it is", () => {
    for (const value of integers(19, 1_000, MAX)) {
      const time = Duration.microseconds(value);
      expect(Duration.parse(time.toString()).equals(time)).toBe(true);
    }
  });
});

test("comparison and arithmetic are exact", () => {
  const [short, long] = [Duration.seconds(1), Duration.minutes(1)];
  expect(Duration.seconds(60).equals(long)).toBe(true);
  expect(short.isLessThan(long)).toBe(true);
  expect(long.isGreaterThan(short)).toBe(true);
  expect([long, short].sort((a, b) => a.compareTo(b))).toEqual([short, long]);
  expect(long.plus(short).toSeconds()).toBe(61);
  expect(long.minus(short).toSeconds()).toBe(59);
  expect(long.times(0.1).toSeconds()).toBe(6);
  expect(Object.isFrozen(long)).toBe(true);
});
