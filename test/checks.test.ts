import { Lazy, Token } from "../src/cdktf";
import { checkInteger, checkName, checkOneOf, checkUnique, nearest, requireLiteral } from "../src/checks";
import { ConfigurationError, describeValue, isToken } from "../src/errors";
import { DataSize } from "../src/units";

const resolvable = { resolve: () => "later", creationStack: [], toString: () => "later" };
const TOKENS: [string, unknown][] = [
  ["a string", Token.asString(resolvable)],
  ["a string with one in it", `db-${Token.asString(resolvable)}`],
  ["a number", Token.asNumber(resolvable)],
  ["a number made part of a string", `db-${Token.asNumber(resolvable)}`],
  ["a list", Token.asList(resolvable)],
  ["an entry of a list", Token.asList(resolvable)[0]],
  ["a list of numbers", Token.asNumberList(resolvable)],
  ["a map", Token.asStringMap(resolvable)],
  ["a key of a map", Object.keys(Token.asStringMap(resolvable))[0]],
  ["a lazy string", Lazy.stringValue({ produce: () => "later" })],
  ["a lazy number", Lazy.numberValue({ produce: () => 1 })],
  ["a resolvable", Token.asAny(resolvable)],
];

describe("ConfigurationError", () => {
  test("is one readable paragraph, and keeps its parts", () => {
    const details = {
      where: "stack/fabric",
      what: "the MTU is too large",
      given: 9500,
      allowed: "68 to 9216",
      mend: "set mtu to 9000",
      practice: "network/mtu",
    };
    const error = new ConfigurationError(details);
    expect(error.message).toBe(
      "stack/fabric: the MTU is too large (given 9500; allowed: 68 to 9216). To mend: set mtu to 9000. [network/mtu]",
    );
    expect(error).toBeInstanceOf(Error);
    expect(error).toMatchObject({ name: "ConfigurationError", ...details });
    expect(String(error)).toMatch(/^ConfigurationError: stack\/fabric: /);
  });

  test("leaves out what it is not told", () => {
    expect(new ConfigurationError({ where: "vm", what: "no such mode", mend: 'did you mean "none"?' }).message).toBe(
      'vm: no such mode. To mend: did you mean "none"?',
    );
    expect(new ConfigurationError({ where: "vm", what: "it has no disk." }).message).toBe("vm: it has no disk.");
    expect(new ConfigurationError({ where: "vm", what: "it has no disk", given: undefined }).message).toBe(
      "vm: it has no disk (given nothing).",
    );
    expect(new ConfigurationError({ where: "vm", what: "it has no disk", mend: "add one." }).message).toBe(
      "vm: it has no disk. To mend: add one.",
    );
  });
});

describe("describeValue", () => {
  class Plain {}
  const cyclic: Record<string, unknown> = { name: "x" };
  cyclic.self = cyclic;

  test.each([
    ["db", '"db"'],
    ['a "b"\n', '"a \\"b\\"\\n"'],
    ["x".repeat(100), `"${"x".repeat(80)}"... (100 characters)`],
    [1.5, "1.5"],
    [Number.NaN, "NaN"],
    [10n, "10"],
    [true, "true"],
    [null, "null"],
    [undefined, "nothing"],
    [Symbol("s"), "Symbol(s)"],
    [() => 1, "a function"],
    [[1, "a", [2, [3]]], '[1, "a", [2, [...]]]'],
    [Array.from({ length: 10 }, (_, index) => index), "[0, 1, 2, 3, 4, 5, 6, 7, ... 2 more]"],
    [{ a: 1, b: ["c"] }, '{ a: 1, b: ["c"] }'],
    [Object.assign(Object.create(null), { a: 1 }), "{ a: 1 }"],
    [cyclic, '{ name: "x", self: { name: "x", self: {...} } }'],
    [DataSize.gibibytes(1.5), "1.5 GiB"],
    [new Plain(), "a Plain"],
    [
      {
        toString: () => 1,
        get broken(): string {
          throw new Error("no");
        },
      },
      "a value that can't be shown",
    ],
  ])("case %#", (value, text) => {
    expect(describeValue(value)).toBe(text);
  });

  test.each(TOKENS)("%s known only at apply time", (_, token) => {
    expect(isToken(token)).toBe(true);
    expect(describeValue(token)).toBe("a value known only at apply time");
  });
});

describe("checkName", () => {
  test.each(["db", "7", "orders-db_2.example", "A".repeat(63)])("takes %j", (name) => {
    expect(checkName("vm", name)).toBe(name);
  });

  test.each([
    ["", "is empty"],
    ["orders db", "has a space in it"],
    ["orders\tdb", 'has white space ("\\t") in it'],
    ["db\n", 'has white space ("\\n") in it'],
    ["it's", "has a quote (') in it"],
    ['"db"', 'has a quote (") in it'],
    ["../../etc/passwd", 'has "../" in it, which would lead out of a directory'],
    ["a/b", "has a path separator (/) in it"],
    ["a\\b", "has a path separator (\\) in it"],
    ["<db>", 'has "<", which has a meaning in XML and in a shell, in it'],
    ["a&b", 'has "&", which has a meaning in XML and in a shell, in it'],
    ["db;reboot", 'has ";", which has a meaning in a shell or in Terraform, in it'],
    ["$(reboot)", 'has "$", which has a meaning in a shell or in Terraform, in it'],
    ["größe", 'has "ö" in it'],
    ["🐘", 'has "🐘" in it'],
    ["db\0", 'has "\\u0000" in it'],
    ["-rf", 'begins with "-", which commands take for an option'],
    [".hidden", 'begins with ".", not with a letter or a digit'],
    ["..", 'has "../" in it'],
    ["a".repeat(64), "has 64 characters, 1 too many"],
    [7, "is not a string (given 7"],
    [undefined, "is not a string (given nothing"],
  ])("refuses %j", (name, message) => {
    expect(() => checkName("vm", name)).toThrow(ConfigurationError);
    expect(() => checkName("vm", name)).toThrow(`vm: the name ${message}`);
  });

  test("knows shorter limits", () => {
    expect(checkName("bridge", "a".repeat(15), { maxLength: 15 })).toHaveLength(15);
    expect(() => checkName("bridge", "a".repeat(18), { maxLength: 15 })).toThrow(
      'bridge: the name has 18 characters, 3 too many (given "aaaaaaaaaaaaaaaaaa"; allowed: 1 to 15 letters (a to z), digits, ".", "_" and "-", ' +
        "beginning with a letter or a digit).",
    );
  });

  test("never lets through what a path, XML or a shell would take for more than a name", () => {
    for (let code = 0; code < 0x250; code++) {
      const name = `a${String.fromCharCode(code)}`;
      if (/^[A-Za-z0-9._-]$/.test(name[1]!)) {
        expect(checkName("vm", name)).toBe(name);
      } else {
        expect(() => checkName("vm", name)).toThrow(ConfigurationError);
      }
    }
  });
});

describe("checkInteger", () => {
  test("takes whole numbers in the range, its ends too", () => {
    expect(checkInteger("nic", "the VLAN", 1, { min: 1, max: 4094 })).toBe(1);
    expect(checkInteger("nic", "the VLAN", 4094, { min: 1, max: 4094 })).toBe(4094);
    expect(checkInteger("nic", "the offset", -5)).toBe(-5);
  });

  test.each([
    [0, "is too small"],
    [4095, "is too large"],
    [1.5, "is not a whole number"],
    [Number.NaN, "is not a whole number"],
    [Number.POSITIVE_INFINITY, "is not a whole number"],
    [2 ** 53, "is too large to be exact"],
    ["120", "is not a number"],
    [null, "is not a number"],
    [undefined, "is not a number"],
    [120n, "is not a number"],
  ])("refuses %p", (value, message) => {
    const check = () => checkInteger("nic", "the VLAN", value, { min: 1, max: 4094, mend: "choose another" });
    expect(check).toThrow(ConfigurationError);
    expect(check).toThrow(`nic: the VLAN ${message} (given `);
    expect(check).toThrow("allowed: a whole number, 1 to 4094). To mend: choose another.");
  });

  test("says the range it has, and the practice behind it", () => {
    expect(() => checkInteger("nic", "n", 1, { min: 2 })).toThrow("allowed: a whole number, 2 or more)");
    expect(() => checkInteger("nic", "n", 3, { max: 2 })).toThrow("allowed: a whole number, 2 or less)");
    expect(() => checkInteger("nic", "n", 0.5, { practice: "network/queues" })).toThrow(
      "a whole number). [network/queues]",
    );
  });
});

describe("checkOneOf", () => {
  test("takes what is known", () => {
    expect(checkOneOf("disk", "the cache mode", "none", ["none", "writeback"])).toBe("none");
    expect(checkOneOf("disk", "the block size", 4096, [512, 4096])).toBe(4096);
  });

  test("says what is known, and what may have been meant", () => {
    expect(() => checkOneOf("disk", "the cache mode", "writebakc", ["none", "writeback"])).toThrow(
      'disk: the cache mode is not one of those known (given "writebakc"; allowed: "none", "writeback"). To mend: did you mean "writeback"?',
    );
    expect(() => checkOneOf("disk", "the block size", "4096", [512, 4096])).toThrow(
      '(given "4096"; allowed: 512, 4096)',
    );
    expect(() => checkOneOf("disk", "the cache mode", undefined, ["none"])).toThrow(
      '(given nothing; allowed: "none").',
    );
  });
});

test("checkUnique names what is there more than once", () => {
  expect(() => checkUnique("switch", "the uplinks", ["a", "b", "A", 1, "1"])).not.toThrow();
  expect(() => checkUnique("switch", "the uplinks", ["a", "b", "a"])).toThrow(
    'switch: the uplinks are not all different: one is there more than once (given "a"). To mend: give each once.',
  );
});

describe("requireLiteral", () => {
  test.each([
    ...TOKENS,
    ["an entry among others", ["a", Token.asString(resolvable)]],
    ["a property", { name: { first: Token.asString(resolvable) } }],
    ["an expression written by hand", "${var.memory}"],
    ["a directive written by hand", "%{ if var.x }a%{ endif }"],
  ])("refuses %s known only at apply time, as do the other checks", (_, token) => {
    const needed = "must be a literal: it decides what is synthesised, and this one is known only at apply time";
    expect(() => requireLiteral("vm", "the number of vCPUs", token)).toThrow(ConfigurationError);
    expect(() => requireLiteral("vm", "the number of vCPUs", token)).toThrow(`vm: the number of vCPUs ${needed}`);
    expect(() => checkName("vm", token)).toThrow(needed);
    expect(() => checkInteger("vm", "vcpus", token)).toThrow(needed);
    expect(() => checkOneOf("vm", "the mode", token, ["a"])).toThrow(needed);
  });

  test("gives literals back", () => {
    const size = DataSize.gibibytes(1);
    const literals = [
      0,
      -1,
      "",
      "a",
      "$5",
      "$${literal}",
      "100%",
      undefined,
      null,
      false,
      [],
      ["a"],
      {},
      { a: [1] },
      size,
    ];
    for (const literal of literals) {
      expect(requireLiteral("vm", "it", literal)).toBe(literal);
    }
  });
});

describe("nearest", () => {
  test.each([
    ["writebakc", "writeback"],
    ["WriteBack", "writeback"],
    ["writeThrough", "writethrough"],
    ["non", "none"],
    ["directsinc", "directsync"],
    ["database", undefined],
    ["", undefined],
  ])("%j is meant to be %j", (name, candidate) => {
    expect(nearest(name, ["none", "writethrough", "writeback", "directsync", "unsafe"])).toBe(candidate);
  });

  test("prefers the closest, and the first of equals", () => {
    expect(nearest("vlan10", ["vlan1000", "vlan11", "vlan12"])).toBe("vlan11");
    expect(nearest("db", [])).toBeUndefined();
  });
});
