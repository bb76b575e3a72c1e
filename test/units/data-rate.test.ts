import { Token } from "../../src/cdktf";
import { ConfigurationError } from "../../src/errors";
import { DataRate, Duration, Rounding } from "../../src/units";
import { integers } from "./random";

const MAX = Number.MAX_SAFE_INTEGER;

const UNITS = [
  { factory: DataRate.bitsPerSecond, convert: DataRate.prototype.toBitsPerSecond, bits: 1, symbol: "bit/s" },
  { factory: DataRate.kbps, convert: DataRate.prototype.toKbps, bits: 1_000, symbol: "kbit/s" },
  { factory: DataRate.mbps, convert: DataRate.prototype.toMbps, bits: 1_000_000, symbol: "Mbit/s" },
  { factory: DataRate.gbps, convert: DataRate.prototype.toGbps, bits: 1_000_000_000, symbol: "Gbit/s" },
  { factory: DataRate.bytesPerSecond, convert: DataRate.prototype.toBytesPerSecond, bits: 8, symbol: "B/s" },
  {
    factory: DataRate.kilobytesPerSecond,
    convert: DataRate.prototype.toKilobytesPerSecond,
    bits: 8_000,
    symbol: "kB/s",
  },
  {
    factory: DataRate.kibibytesPerSecond,
    convert: DataRate.prototype.toKibibytesPerSecond,
    bits: 8_192,
    symbol: "KiB/s",
  },
  {
    factory: DataRate.megabytesPerSecond,
    convert: DataRate.prototype.toMegabytesPerSecond,
    bits: 8_000_000,
    symbol: "MB/s",
  },
  {
    factory: DataRate.mebibytesPerSecond,
    convert: DataRate.prototype.toMebibytesPerSecond,
    bits: 8_388_608,
    symbol: "MiB/s",
  },
];

describe.each(UNITS)("in $symbol", ({ factory, convert, bits, symbol }) => {
  test("one is the right number of bits per second", () => {
    expect(factory(1).toBitsPerSecond()).toBe(bits);
  });

  test("round trips whole numbers", () => {
    for (const amount of integers(bits % 1_009, 300, Math.floor(MAX / bits))) {
      expect(factory(amount).toBitsPerSecond()).toBe(amount * bits);
      expect(convert.call(factory(amount))).toBe(amount);
      expect(DataRate.parse(`${amount}${symbol}`).equals(factory(amount))).toBe(true);
    }
  });

  test("rounds up, down or to the nearest", () => {
    for (const value of integers((bits % 1_009) + 1, 300, MAX - 1)) {
      const rate = DataRate.bitsPerSecond(value);
      const [down, up] = [
        convert.call(rate, { rounding: Rounding.DOWN }),
        convert.call(rate, { rounding: Rounding.UP }),
      ];
      expect(BigInt(down) * BigInt(bits) <= BigInt(value)).toBe(true);
      expect(BigInt(up) * BigInt(bits) >= BigInt(value)).toBe(true);
      expect(up - down).toBeLessThanOrEqual(1);
      expect([down, up]).toContain(convert.call(rate, { rounding: Rounding.NEAREST }));
    }
  });
});

test("what platforms count in", () => {
  expect(DataRate.mbps(1).toKilobytesPerSecond()).toBe(125);
  expect(DataRate.gbps(10).toKilobytesPerSecond()).toBe(1_250_000);
  expect(DataRate.gbps(2.5).toMbps()).toBe(2500);
  expect(DataRate.mebibytesPerSecond(200).toBytesPerSecond()).toBe(209_715_200);
  expect(() => DataRate.kbps(1).toKilobytesPerSecond()).toThrow(
    "DataRate.toKilobytesPerSecond: 1 kbit/s is not a whole number of kB/s (allowed: multiples of 1 kB/s: the next are 0 and 1)",
  );
});

test.each([
  ["a negative rate", () => DataRate.mbps(-0.5), "-0.5 Mbit/s is negative"],
  ["NaN", () => DataRate.mbps(Number.NaN), "not a finite number"],
  ["a token", () => DataRate.mbps(Token.asNumber({ resolve: () => 4 })), "known only at apply time"],
  ["part of a bit", () => DataRate.bytesPerSecond(0.3), "0.3 B/s is not a whole number of bit/s"],
  ["more than can be exact", () => DataRate.gbps(9_007_200), "too large to be exact"],
  ["a unit in the wrong case", () => DataRate.parse("1 mbit/s"), "did you mean Mbit/s?"],
  ["a unit that could be two", () => DataRate.parse("1 Mbps"), 'the unit "Mbps" is not known'],
  ["an operator", () => DataRate.mbps(1) > DataRate.mbps(2), "DataRate: 1 Mbit/s is not a number"],
  ["a difference below nothing", () => DataRate.mbps(1).minus(DataRate.mbps(2)), "negative"],
])("refuses %s", (_, make, message) => {
  expect(make).toThrow(ConfigurationError);
  expect(make).toThrow(message);
});

describe("for people", () => {
  test.each([
    [DataRate.gbps(2), "2 Gbit/s"],
    [DataRate.mbps(2500), "2.5 Gbit/s"],
    [DataRate.mbps(999), "999 Mbit/s"],
    [DataRate.kilobytesPerSecond(125), "1 Mbit/s"],
    [DataRate.kbps(256), "256 kbit/s"],
    [DataRate.mebibytesPerSecond(100), "100 MiB/s"],
    [DataRate.kibibytesPerSecond(100), "819.2 kbit/s"],
    [DataRate.bitsPerSecond(9601), "9601 bit/s"],
    [DataRate.bitsPerSecond(0), "0 bit/s"],
  ])("%s", (rate, text) => {
    expect(rate.toString()).toBe(text);
    expect(JSON.stringify([rate])).toBe(`["${text}"]`);
    expect(`${rate}`).toBe(text);
  });

  test("is read back to the same rate, whatever it is", () => {
    for (const value of integers(17, 1_000, MAX)) {
      const rate = DataRate.bitsPerSecond(value);
      expect(DataRate.parse(rate.toString()).equals(rate)).toBe(true);
    }
  });
});

test("comparison and arithmetic are exact", () => {
  const [slow, fast] = [DataRate.megabytesPerSecond(1), DataRate.mbps(10)];
  expect(slow.equals(DataRate.mbps(8))).toBe(true);
  expect(slow.isLessThan(fast)).toBe(true);
  expect(fast.isGreaterThan(slow)).toBe(true);
  expect([fast, slow].sort((a, b) => a.compareTo(b))).toEqual([slow, fast]);
  expect(slow.plus(fast).toMbps()).toBe(18);
  expect(fast.minus(slow).toMbps()).toBe(2);
  expect(fast.times(0.1).toMbps()).toBe(1);
  expect(DataRate.bitsPerSecond(1).times(0.5, { rounding: Rounding.UP }).toBitsPerSecond()).toBe(1);
  expect(Object.isFrozen(fast)).toBe(true);
});

test("a rate over a time is a size", () => {
  expect(DataRate.gbps(2).over(Duration.milliseconds(50)).toBytes()).toBe(12_500_000);
  expect(DataRate.gbps(100).over(Duration.hours(1)).toString()).toBe("45 TB");
  expect(() => DataRate.bitsPerSecond(9).over(Duration.seconds(1))).toThrow(
    "DataRate.over: the result is not a whole number of B",
  );
  expect(DataRate.bitsPerSecond(9).over(Duration.seconds(1), { rounding: Rounding.UP }).toBytes()).toBe(2);
  expect(() => DataRate.gbps(9_000_000).over(Duration.days(1))).toThrow("too large to be exact");
});
