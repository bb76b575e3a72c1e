import { Token } from "../../src/cdktf";
import { ConfigurationError } from "../../src/errors";
import { DataSize, Rounding } from "../../src/units";
import { integers } from "./random";

const MAX = Number.MAX_SAFE_INTEGER;

const UNITS = [
  { factory: DataSize.kilobytes, convert: DataSize.prototype.toKilobytes, bytes: 1_000, symbol: "kB" },
  { factory: DataSize.kibibytes, convert: DataSize.prototype.toKibibytes, bytes: 1_024, symbol: "KiB" },
  { factory: DataSize.megabytes, convert: DataSize.prototype.toMegabytes, bytes: 1_000_000, symbol: "MB" },
  { factory: DataSize.mebibytes, convert: DataSize.prototype.toMebibytes, bytes: 1_048_576, symbol: "MiB" },
  { factory: DataSize.gigabytes, convert: DataSize.prototype.toGigabytes, bytes: 1_000_000_000, symbol: "GB" },
  { factory: DataSize.gibibytes, convert: DataSize.prototype.toGibibytes, bytes: 1_073_741_824, symbol: "GiB" },
  { factory: DataSize.terabytes, convert: DataSize.prototype.toTerabytes, bytes: 1_000_000_000_000, symbol: "TB" },
  { factory: DataSize.tebibytes, convert: DataSize.prototype.toTebibytes, bytes: 1_099_511_627_776, symbol: "TiB" },
];

describe.each(UNITS)("in $symbol", ({ factory, convert, bytes, symbol }) => {
  test("one is the right number of bytes, and converts back", () => {
    expect(factory(1).toBytes()).toBe(bytes);
    expect(convert.call(factory(1))).toBe(1);
    expect(convert.call(factory(0))).toBe(0);
  });

  test("round trips whole numbers", () => {
    for (const amount of integers(bytes % 1_009, 300, Math.floor(MAX / bytes))) {
      expect(factory(amount).toBytes()).toBe(amount * bytes);
      expect(convert.call(factory(amount))).toBe(amount);
      expect(DataSize.parse(`${amount} ${symbol}`).toBytes()).toBe(amount * bytes);
    }
  });

  test("rounds to the neighbours of the true value, and refuses what is not whole", () => {
    for (const value of integers((bytes % 1_009) + 1, 300, MAX - 1)) {
      const size = DataSize.bytes(value);
      const down = convert.call(size, { rounding: Rounding.DOWN });
      const up = convert.call(size, { rounding: Rounding.UP });
      const nearest = convert.call(size, { rounding: Rounding.NEAREST });
      const rest = BigInt(value) - BigInt(down) * BigInt(bytes);
      expect(rest >= 0n && rest < BigInt(bytes)).toBe(true);
      expect(up - down).toBe(rest === 0n ? 0 : 1);
      expect(nearest).toBe(rest * 2n >= BigInt(bytes) ? up : down);
      if (rest !== 0n) {
        expect(() => convert.call(size)).toThrow(`not a whole number of ${symbol}`);
      }
    }
  });
});

test("fractions are taken as the decimals they are written as", () => {
  expect(DataSize.gibibytes(1.5).toMebibytes()).toBe(1536);
  expect(DataSize.gigabytes(0.1).toBytes()).toBe(100_000_000);
  expect(DataSize.gigabytes(0.000000001).toBytes()).toBe(1);
  expect(DataSize.terabytes(1.92).toBytes()).toBe(1_920_000_000_000);
  expect(DataSize.megabytes(4.35).toBytes()).toBe(4_350_000); // 4.35 * 1e6 is 4350000 or 4349999.999... depending on who multiplies
  expect(DataSize.kilobytes(1e-3).toBytes()).toBe(1);
  expect(DataSize.bytes(1e3).toBytes()).toBe(1000);
  expect(Object.is(DataSize.bytes(-0).toBytes(), 0)).toBe(true);
});

test("decimals with up to nine places are exact in GB", () => {
  for (const bytes of integers(7, 500, 2 ** 50)) {
    const text = `${Math.floor(bytes / 1e9)}.${String(bytes % 1e9).padStart(9, "0")}`;
    expect(DataSize.parse(`${text} GB`).toBytes()).toBe(bytes);
    if (String(Number(text)).length <= 15) {
      expect(DataSize.gigabytes(Number(text)).toBytes()).toBe(bytes);
    }
  }
});

describe("refuses", () => {
  test.each([
    ["a negative amount", () => DataSize.gibibytes(-1), "-1 GiB is negative"],
    ["NaN", () => DataSize.gibibytes(Number.NaN), "not a finite number (given NaN"],
    ["infinity", () => DataSize.gibibytes(Number.POSITIVE_INFINITY), "not a finite number (given Infinity"],
    ["a string", () => DataSize.gibibytes("32" as unknown as number), 'not a finite number (given "32"'],
    ["nothing", () => DataSize.gibibytes(undefined as unknown as number), "not a finite number (given nothing"],
    ["a token", () => DataSize.gibibytes(Token.asNumber({ resolve: () => 4 })), "known only at apply time"],
    ["part of a byte", () => DataSize.bytes(0.5), "0.5 B is not a whole number of B"],
    ["part of a byte in a larger unit", () => DataSize.gibibytes(1.1), "the next are 1181116006 and 1181116007"],
    ["more than can be exact", () => DataSize.tebibytes(8192), "too large to be exact"],
    ["a number of no sense", () => DataSize.tebibytes(1e300), "too large to be exact"],
    ["a speck", () => DataSize.bytes(5e-324), "not a whole number of B"],
  ])("%s", (_, make, message) => {
    expect(make).toThrow(ConfigurationError);
    expect(make).toThrow(message);
  });

  test("naming the factory", () => {
    expect(() => DataSize.gibibytes(-1)).toThrow(/^DataSize\.gibibytes: /);
  });
});

test("the largest size is 2^53 - 1 bytes", () => {
  expect(DataSize.bytes(MAX).toBytes()).toBe(MAX);
  expect(() => DataSize.bytes(1).plus(DataSize.bytes(MAX))).toThrow("too large to be exact");
});

test("a conversion that is not whole says what would be, and how to round", () => {
  expect(() => DataSize.gibibytes(1.5).toGibibytes()).toThrow(
    "DataSize.toGibibytes: 1.5 GiB is not a whole number of GiB (allowed: multiples of 1 GiB: the next are 1 and 2). " +
      "To mend: convert to a smaller unit, or say how to round: { rounding: Rounding.UP }, DOWN or NEAREST.",
  );
});

describe("parse", () => {
  test.each([
    ["1.5 GiB", 1_610_612_736],
    ["512MiB", 536_870_912],
    [" 100  GB ", 100_000_000_000],
    ["0 B", 0],
    ["0.0 TiB", 0],
  ])("%j", (text, bytes) => {
    expect(DataSize.parse(text).toBytes()).toBe(bytes);
  });

  test.each([
    ["1.5 GIB", "did you mean GiB?"],
    ["5 KB", "did you mean kB?"],
    ["5 parsecs", 'the unit "parsecs" is not known'],
    ["5", "can't be read"],
    ["GiB", "can't be read"],
    [".5 GiB", "can't be read"],
    ["1e3 B", "can't be read"],
    ["1,5 GiB", "can't be read"],
    ["", "can't be read"],
    ["-1 GiB", "-1 GiB is negative"],
    ["0.3 B", "not a whole number of B"],
    ["9007199254740992 B", "too large to be exact"],
    [Token.asString({ resolve: () => "1 GiB" }), "not a literal string (given a value known only at apply time"],
  ])("refuses %j", (text, message) => {
    expect(() => DataSize.parse(text)).toThrow(ConfigurationError);
    expect(() => DataSize.parse(text)).toThrow(message);
  });
});

describe("for people", () => {
  test.each([
    [DataSize.gibibytes(32), "32 GiB"],
    [DataSize.mebibytes(1536), "1.5 GiB"],
    [DataSize.mebibytes(1000), "1000 MiB"],
    [DataSize.mebibytes(1024), "1 GiB"],
    [DataSize.gigabytes(100), "100 GB"],
    [DataSize.terabytes(1.92), "1.92 TB"],
    [DataSize.megabytes(16), "16 MB"],
    [DataSize.kibibytes(1.25), "1.25 KiB"],
    [DataSize.bytes(1500), "1.5 kB"],
    [DataSize.bytes(1023), "1023 B"],
    [DataSize.bytes(0), "0 B"],
    [DataSize.bytes(MAX), "9007199254740991 B"],
  ])("%s", (size, text) => {
    expect(size.toString()).toBe(text);
    expect(JSON.stringify({ size })).toBe(`{"size":"${text}"}`);
  });

  test("is read back to the same size, whatever it is", () => {
    for (const value of integers(11, 1_000, MAX)) {
      for (const size of [DataSize.bytes(value), DataSize.bytes(value - (value % 4096))]) {
        expect(DataSize.parse(size.toString()).equals(size)).toBe(true);
      }
    }
  });
});

describe("comparison", () => {
  const small = DataSize.gigabytes(1);
  const large = DataSize.gibibytes(1);

  test("is by bytes, whatever the unit", () => {
    expect(DataSize.mebibytes(1024).equals(large)).toBe(true);
    expect(small.equals(large)).toBe(false);
    expect(small.isLessThan(large)).toBe(true);
    expect(large.isLessThan(large)).toBe(false);
    expect(large.isGreaterThan(small)).toBe(true);
    expect(large.isGreaterThan(large)).toBe(false);
    expect([large, small, large].sort((a, b) => a.compareTo(b))).toEqual([small, large, large]);
    expect(large.compareTo(DataSize.mebibytes(1024))).toBe(0);
  });

  test("with operators, which would compare strings, is refused", () => {
    expect(() => small < large).toThrow("compare with isLessThan");
    expect(() => Math.max(small as unknown as number, 0)).toThrow("DataSize: 1 GB is not a number");
    expect(`${small}`).toBe("1 GB");
  });

  test("knows whole parts", () => {
    expect(large.isMultipleOf(DataSize.mebibytes(2))).toBe(true);
    expect(small.isMultipleOf(DataSize.mebibytes(2))).toBe(false);
    expect(DataSize.bytes(0).isMultipleOf(large)).toBe(true);
    expect(large.isMultipleOf(DataSize.bytes(0))).toBe(false);
  });
});

describe("arithmetic", () => {
  test("is exact", () => {
    expect(DataSize.gibibytes(1).plus(DataSize.mebibytes(512)).toString()).toBe("1.5 GiB");
    expect(DataSize.gibibytes(1).minus(DataSize.mebibytes(512)).toString()).toBe("512 MiB");
    expect(DataSize.gibibytes(4).times(0.25).toString()).toBe("1 GiB");
    expect(DataSize.bytes(10).times(0.1).toBytes()).toBe(1);
    expect(DataSize.bytes(5).times(0).toBytes()).toBe(0);
  });

  test("adds and takes away again", () => {
    const values = integers(13, 300, 2 ** 51);
    for (const [index, value] of values.entries()) {
      const [a, b] = [DataSize.bytes(value), DataSize.bytes(values.at(-1 - index)!)];
      expect(a.plus(b).minus(b).equals(a)).toBe(true);
      expect(a.plus(b).equals(b.plus(a))).toBe(true);
      expect(a.times(3).equals(a.plus(a).plus(a))).toBe(true);
      expect(a.times(4).times(0.25).equals(a)).toBe(true);
    }
  });

  test("refuses what has no exact answer, unless told how to round", () => {
    expect(() => DataSize.bytes(5).times(0.5)).toThrow("not a whole number of B. To mend: say how to round");
    expect(DataSize.bytes(5).times(0.5, { rounding: Rounding.UP }).toBytes()).toBe(3);
    expect(DataSize.bytes(5).times(0.5, { rounding: Rounding.DOWN }).toBytes()).toBe(2);
    expect(DataSize.bytes(5).times(0.5, { rounding: Rounding.NEAREST }).toBytes()).toBe(3);
    expect(DataSize.bytes(5).times(0.49, { rounding: Rounding.NEAREST }).toBytes()).toBe(2);
  });

  test("refuses results below nothing and senseless factors", () => {
    expect(() => DataSize.bytes(1).minus(DataSize.bytes(2))).toThrow("DataSize.minus: the result is negative: -1 B");
    for (const factor of [-1, Number.NaN, Number.POSITIVE_INFINITY, Token.asNumber({ resolve: () => 2 })]) {
      expect(() => DataSize.bytes(1).times(factor)).toThrow("the factor is not a finite literal of 0 or more");
    }
    expect(() => DataSize.bytes(MAX).times(2)).toThrow("too large to be exact");
  });

  test("changes neither side", () => {
    const size = DataSize.gibibytes(1);
    size.plus(size).times(2);
    expect(size.toGibibytes()).toBe(1);
    expect(Object.isFrozen(size)).toBe(true);
  });
});
