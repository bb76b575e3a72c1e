import { DefaultTokenResolver, Fn, Lazy, ref, StringConcat, TerraformStack, Testing, Token, Tokenization } from "cdktf";
import { resolveTokensOnly } from "../../src/stack/resolution";

const cdktfResolve = Tokenization.resolve;
const stack = new TerraformStack(Testing.app(), "stack");
const options = { scope: stack, resolver: new DefaultTokenResolver(new StringConcat()), preparing: false };

/** What comes of resolving: the value, or the message of the error. */
function outcome(resolve: (value: unknown) => unknown, value: unknown): unknown {
  try {
    return { value: resolve(value) };
  } catch (error) {
    return { error: (error as Error).message };
  }
}

const byCdktf = (value: unknown) => outcome((v) => cdktfResolve(v, options), value);
const tuned = (value: unknown) => outcome((v) => resolveTokensOnly(cdktfResolve, v, options), value);

const token = () => ref("some.thing", stack);
const lazyNothing = () => Lazy.anyValue({ produce: () => undefined });
const nested = (depth: number, leaf: unknown): unknown => (depth === 0 ? leaf : { a: nested(depth - 1, leaf) });
const circular: Record<string, unknown> = { a: { b: 1 } };
circular.a = { back: circular };

const VALUES: Readonly<Record<string, () => unknown>> = {
  "no token": () => ({ a: [1, "x", { b: true, c: null }], d: {}, e: [] }),
  "undefined at any depth": () => ({ a: undefined, b: [undefined, 1, { c: undefined }], d: { e: { f: undefined } } }),
  "undefined beside a token": () => ({ a: undefined, b: [undefined, token(), undefined, { c: 1 }] }),
  "a hole in a list": () => Object.assign(Array(3), { 0: 1, 2: token() }),
  "a token": () => token(),
  "an encoded string": () => ({ a: `before ${Token.asString(token())} after`, b: { c: [1] } }),
  "an encoded number": () => ({ a: Token.asNumber(token()), b: `${Token.asNumber(token())}` }),
  "an encoded list": () => ({ a: Token.asList(token()), b: Token.asNumberList(token()) }),
  "an encoded map": () => ({
    a: Token.asStringMap(token()),
    b: Token.asAnyMap(token()),
    c: Token.asNumberMap(token()),
  }),
  "a list token among other items": () => ({ a: [...Token.asList(token()), { b: 1 }] }),
  "a list token in a string": () => ({ a: Token.asList(token())[0] }),
  "a map token among other keys": () => ({ ...Token.asStringMap(token()), other: { b: 1 } }),
  "a value of a map token": () => ({ a: Token.STRING_MAP_TOKEN_VALUE }),
  "a number of a map token": () => ({ a: Token.NUMBER_MAP_TOKEN_VALUE }),
  "a key that is a token": () => ({ [Token.asString(token())]: { b: 1 }, c: { d: 1 } }),
  "a Lazy of objects": () => ({
    a: Lazy.anyValue({ produce: () => ({ b: [token(), undefined, 1], c: undefined }) }),
    d: { e: 1 },
  }),
  "a Lazy of nothing": () => ({
    a: Lazy.anyValue({ produce: () => undefined }),
    b: [Lazy.anyValue({ produce: () => undefined }), { c: 1 }],
  }),
  "a Lazy that fails": () => ({
    a: Lazy.anyValue({
      produce: () => {
        throw new Error("not yet");
      },
    }),
  }),
  "a Lazy within a Lazy": () => Lazy.anyValue({ produce: () => Lazy.anyValue({ produce: () => ({ a: [{ b: 1 }] }) }) }),
  "functions of Terraform": () => ({
    a: Fn.join(",", Token.asList(token())),
    b: Fn.tolist(["x", "y"]),
    c: { d: [{}] },
  }),
  "text that looks like an encoded number": () => ({
    a: "1e5",
    b: "uuid 4e1e-11e4-e+1",
    c: "-1.8881545897087503e+289",
    d: "e-1",
  }),
  "an escaped expression": () => ({ a: "$${not.an.expression}", b: "%{ if }", c: "${var.a}" }),
  "a marker that is no token": () => ({ a: "${TfToken[", b: "TfToken[x]" }),
  "an unknown token": () => ({ a: "${TfToken[TOKEN.999999]}" }),
  "numbers of all sorts": () => [
    Number.NaN,
    Number.POSITIVE_INFINITY,
    Number.NEGATIVE_INFINITY,
    -0,
    1e308,
    -1e308,
    0.1,
  ],
  "an unknown encoded number": () => [Tokenization.reverseNumber(0), -1.8881545897087503e289],
  "other primitives": () => ({ a: 10n, b: Symbol.for("x"), c: [Symbol.for("x"), token()] }),
  dates: () => ({ a: new Date(0), b: [new Date(0), { c: new Date(0), d: token() }] }),
  "objects of a class": () => ({
    a: new Map([[1, 2]]),
    b: new (class {
      x = [1, undefined];
    })(),
  }),
  "an object without prototype": () => Object.assign(Object.create(null), { a: { b: undefined, c: token() } }),
  "an object that can resolve itself": () => ({ a: { resolve: () => ({ b: 1 }), creationStack: [] }, c: { d: 1 } }),
  "a function": () => ({ a: { b: () => 1 } }),
  "a construct": () => ({ a: { b: stack } }),
  "what looks like a construct": () => ({ a: { _children: {}, _metadata: [] } }),
  "keys that every object has": () => ({
    constructor: lazyNothing(),
    toString: lazyNothing(),
    valueOf: { b: token() },
  }),
  "a key that sets something else": () => JSON.parse(`{"a":{"__proto__":{"b":1},"c":"${Token.asString(token())}"}}`),
  "a deep value": () => nested(150, { b: 1 }),
  "a deep token": () => nested(150, token()),
  "a value that is too deep": () => nested(250, 1),
  "a circular value": () => circular,
  "a circular value beside a token": () => ({ a: circular, b: token() }),
  nothing: () => undefined,
  null: () => null,
};

describe("resolveTokensOnly", () => {
  test.each(Object.entries(VALUES))("resolves %s as cdktf does", (_, value) => {
    const same = value();
    expect(tuned(same)).toStrictEqual(byCdktf(same));
  });

  test("resolves whatever may be put together as cdktf does", () => {
    const random = randomNumbers(7);
    for (let round = 0; round < 1000; round++) {
      const value = randomValue(random, 4);
      expect(tuned(value)).toStrictEqual(byCdktf(value));
    }
  });

  test("gives copies, so that changes to them do not reach the resources", () => {
    const value = { list: [{ a: 1 }], mixed: { token: Token.asString(token()), list: [1] } };
    const resolved = resolveTokensOnly(cdktfResolve, value, options) as typeof value;
    resolved.list.push({ a: 2 });
    resolved.mixed.list.push(2);
    expect(value.list).toEqual([{ a: 1 }]);
    expect(value.mixed.list).toEqual([1]);
  });

  test("keeps the order of keys", () => {
    const value = { z: 1, y: Token.asString(token()), x: { c: 1, b: token(), a: 2 } };
    const resolved = resolveTokensOnly(cdktfResolve, value, options) as typeof value;
    expect(Object.keys(resolved)).toEqual(["z", "y", "x"]);
    expect(Object.keys(resolved.x)).toEqual(["c", "b", "a"]);
  });

  test("asks every token once, as cdktf does", () => {
    const asked: string[] = [];
    const lazy = (name: string) =>
      Lazy.anyValue({
        produce: () => {
          asked.push(name);
          return { [name]: [1] };
        },
      });
    resolveTokensOnly(
      cdktfResolve,
      { a: lazy("first"), b: [{ c: { d: 1 } }, lazy("second")] },
      { ...options, preparing: true },
    );
    expect(asked).toEqual(["first", "second"]);
  });

  test("has cdktf visit the way to tokens only", () => {
    const resolve = jest.fn(cdktfResolve);
    resolveTokensOnly(resolve, { a: [{ b: 1 }] }, options);
    expect(resolve).not.toHaveBeenCalled();
    const held = token();
    resolveTokensOnly(resolve, { a: [{ b: 1 }, { c: [{}], d: held }], e: { f: 1 } }, options);
    expect(resolve.mock.calls[0]![0]).toEqual({ a: { 1: { d: held } } });
  });
});

/** Numbers that look random and are the same in each run (mulberry32). */
function randomNumbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

function randomValue(random: () => number, depth: number): unknown {
  const leaves = Object.values(VALUES).slice(0, -6);
  const kind = random();
  if (depth === 0 || kind < 0.3) {
    return random() < 0.6 ? Math.floor(random() * 100) : leaves[Math.floor(random() * leaves.length)]!();
  }
  const items = Array.from({ length: Math.floor(random() * 4) }, () => randomValue(random, depth - 1));
  if (kind < 0.6) {
    return items;
  }
  return Object.fromEntries(items.map((item, index) => [`k${index}`, item]));
}
