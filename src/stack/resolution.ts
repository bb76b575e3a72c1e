import { type ResolveOptions, Token, Tokenization } from "cdktf";

/** cdktf's own limit is 200 levels; what is deeper than this is left to it, and so is what refers to itself. */
const MAX_DEPTH = 100;

/** Encoded numbers are below this; so are hardly any others. */
const LEAST_PLAIN_NUMBER = -1e200;

/** What cdktf takes for an encoded number within a string. */
const NUMBER_IN_STRING = /[-|\d.+]e[-|\d.eE+]/;

/**
 * Does what `Tokenization.resolve` does, with the same result, but has cdktf visit tokens and the way to them only: all
 * else resolves to itself without what is undefined.
 *
 * @param resolve - cdktf's own function.
 */
export function resolveTokensOnly(
  resolve: typeof Tokenization.resolve,
  value: unknown,
  options: ResolveOptions,
): unknown {
  const part = unsettledPart(value, 0);
  if (part !== undefined) {
    return part.complete(resolve(part.skeleton, options));
  }
  // Preparing is done for what tokens do, not for the result.
  return options.preparing ? value : copyOf(value);
}

/** A value that may hold tokens. */
interface UnsettledPart {
  /** What cdktf has to resolve. */
  readonly skeleton: unknown;
  /** Completes what cdktf made of the skeleton with all that was left out. */
  complete(resolved: unknown): unknown;
}

/** The part of a value that `resolve` may change, other than by leaving out what is undefined. */
function unsettledPart(value: unknown, depth: number): UnsettledPart | undefined {
  if (typeof value !== "object" || value === null) {
    return isSettled(value) ? undefined : new Whole(value);
  }
  if (depth > MAX_DEPTH) {
    return new Whole(value);
  }
  if (Array.isArray(value)) {
    // An encoded list is a list of one text or number, and cdktf looks at such lists as a whole.
    const encoded = value.some((item) => typeof item !== "object" && !isSettled(item));
    return encoded ? new Whole(value) : branch(value, depth);
  }
  // Keys may be encoded, too; and to set __proto__ is to set something else.
  const plain = isPlainObject(value) && Object.keys(value).every((key) => isSettled(key) && key !== "__proto__");
  return plain ? branch(value, depth) : new Whole(value);
}

function branch(container: Container, depth: number): UnsettledPart | undefined {
  let parts: Map<string, UnsettledPart> | undefined;
  for (const key of Object.keys(container)) {
    const part = unsettledPart((container as Record<string, unknown>)[key], depth + 1);
    if (part !== undefined) {
      parts ??= new Map();
      parts.set(key, part);
    }
  }
  return parts && new Branch(container, parts);
}

type Container = Readonly<Record<string, unknown>> | readonly unknown[];

/** What cdktf has to see as it is. */
class Whole implements UnsettledPart {
  constructor(readonly skeleton: unknown) {}

  complete(resolved: unknown): unknown {
    return resolved;
  }
}

/** An object or a list of which only some entries hold tokens. */
class Branch implements UnsettledPart {
  readonly skeleton: Readonly<Record<string, unknown>>;

  constructor(
    private readonly container: Container,
    private readonly parts: ReadonlyMap<string, UnsettledPart>,
  ) {
    this.skeleton = Object.fromEntries([...parts].map(([key, part]) => [key, part.skeleton]));
  }

  complete(resolved: Readonly<Record<string, unknown>>): unknown {
    const entries = Object.entries(this.container).map(([key, value]): [string, unknown] => {
      const part = this.parts.get(key);
      if (part === undefined) {
        return [key, copyOf(value)];
      }
      return [key, Object.hasOwn(resolved, key) ? part.complete(resolved[key]) : undefined];
    });
    const defined = entries.filter(([, value]) => value !== undefined);
    return Array.isArray(this.container) ? defined.map(([, value]) => value) : Object.fromEntries(defined);
  }
}

/** Whether `resolve` gives a value that is neither an object nor a list back as it is. */
function isSettled(value: unknown): boolean {
  switch (typeof value) {
    case "string":
      return value.length < LONG_TEXT ? isSettledText(value) : isSettledLongText(value);
    case "number":
      return value > LEAST_PLAIN_NUMBER && value !== Token.NUMBER_MAP_TOKEN_VALUE;
    case "function":
      return false;
    default:
      return true;
  }
}

function isSettledText(text: string): boolean {
  return (
    !text.includes("TfToken[") &&
    !NUMBER_IN_STRING.test(text) &&
    text !== Token.STRING_MAP_TOKEN_VALUE &&
    text !== Token.ANY_MAP_TOKEN_VALUE
  );
}

/** Scripts and the like are long, and the same in many resources. */
const LONG_TEXT = 500;
const longTexts = new Map<string, boolean>();
const MOST_LONG_TEXTS = 100;

function isSettledLongText(text: string): boolean {
  let settled = longTexts.get(text);
  if (settled === undefined) {
    settled = isSettledText(text);
    if (longTexts.size >= MOST_LONG_TEXTS) {
      longTexts.clear();
    }
    longTexts.set(text, settled);
  }
  return settled;
}

/** An object of no class, which cdktf takes neither for a token nor for a construct. */
function isPlainObject(value: object): value is Record<string, unknown> {
  const prototype: unknown = Object.getPrototypeOf(value);
  const plain = prototype === Object.prototype || prototype === null;
  return plain && !Tokenization.isResolvable(value) && !("_children" in value && "_metadata" in value);
}

/** Copies what is settled, as `resolve` does. */
function copyOf(value: unknown): unknown {
  if (typeof value !== "object" || value === null) {
    return value;
  }
  if (Array.isArray(value)) {
    return value.filter((item) => item !== undefined).map(copyOf);
  }
  const copy: Record<string, unknown> = {};
  for (const [key, item] of Object.entries(value)) {
    if (item !== undefined) {
      copy[key] = copyOf(item);
    }
  }
  return copy;
}
