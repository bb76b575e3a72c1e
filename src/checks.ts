import { ConfigurationError, isToken } from "./errors";

/**
 * Checks a name that ends up in XML, in paths, on command lines and in other tools' output, where quoting can't be relied on:
 * ASCII letters, digits, `.`, `_` and `-`, beginning with a letter or a digit.
 *
 * @param where whose name it is
 * @param name the name
 * @param options `maxLength`: the most characters, 63 (a DNS label) unless told; a bridge or other network interface may have 15
 * @returns the name
 * @throws ConfigurationError naming the character that is in the way
 */
export function checkName(where: string, name: unknown, options: { readonly maxLength?: number } = {}): string {
  const maxLength = options.maxLength ?? 63;
  const allowed = `1 to ${maxLength} letters (a to z), digits, ".", "_" and "-", beginning with a letter or a digit`;
  const literal = requireLiteral(where, "the name", name);
  if (typeof literal !== "string") {
    throw new ConfigurationError({ where, what: "the name is not a string", given: literal, allowed });
  }
  const wrong = whatIsWrongWithName(literal, maxLength);
  if (wrong !== undefined) {
    throw new ConfigurationError({ where, what: `the name ${wrong}`, given: literal, allowed });
  }
  return literal;
}

function whatIsWrongWithName(name: string, maxLength: number): string | undefined {
  if (name === "") {
    return "is empty";
  }
  if (name.includes("../") || name === "..") {
    return 'has "../" in it, which would lead out of a directory';
  }
  const stranger = /[^A-Za-z0-9._-]/u.exec(name)?.[0];
  if (stranger !== undefined) {
    return `has ${describeCharacter(stranger)} in it`;
  }
  if (!/^[A-Za-z0-9]/.test(name)) {
    return `begins with "${name[0]}", ${name[0] === "-" ? "which commands take for an option" : "not with a letter or a digit"}`;
  }
  return name.length > maxLength ? `has ${name.length} characters, ${name.length - maxLength} too many` : undefined;
}

function describeCharacter(character: string): string {
  const shown = JSON.stringify(character);
  if (/\s/.test(character)) {
    return character === " " ? "a space" : `white space (${shown})`;
  }
  if (/["'`]/.test(character)) {
    return `a quote (${character})`;
  }
  if (character === "/" || character === "\\") {
    return `a path separator (${character})`;
  }
  if (/[<>&]/.test(character)) {
    return `${shown}, which has a meaning in XML and in a shell,`;
  }
  if (/[$;|*?!(){}[\]~#%]/.test(character)) {
    return `${shown}, which has a meaning in a shell or in Terraform,`;
  }
  return shown;
}

export interface IntegerRange {
  /** The least that is allowed. @default - `Number.MIN_SAFE_INTEGER` */
  readonly min?: number;
  /** The most that is allowed. @default - `Number.MAX_SAFE_INTEGER` */
  readonly max?: number;
  /** What the author can do. @default - the message does not say */
  readonly mend?: string;
  /** The practice that sets the range. @default - none */
  readonly practice?: string;
}

/**
 * Checks a whole number in a range. Fractions, NaN, infinities, numbers in strings and values known only at apply time are refused.
 *
 * @returns the number
 * @throws ConfigurationError
 */
export function checkInteger(where: string, what: string, value: unknown, range: IntegerRange = {}): number {
  const { min, max, mend, practice } = range;
  const literal = requireLiteral(where, what, value);
  const fail = (wrong: string): never => {
    throw new ConfigurationError({
      where,
      what: `${what} ${wrong}`,
      given: literal,
      allowed: describeRange(min, max),
      ...(mend === undefined ? {} : { mend }),
      ...(practice === undefined ? {} : { practice }),
    });
  };
  if (typeof literal !== "number") {
    return fail("is not a number");
  }
  if (!Number.isSafeInteger(literal)) {
    return fail(Number.isInteger(literal) ? "is too large to be exact" : "is not a whole number");
  }
  if (min !== undefined && literal < min) {
    return fail("is too small");
  }
  if (max !== undefined && literal > max) {
    return fail("is too large");
  }
  return literal;
}

function describeRange(min: number | undefined, max: number | undefined): string {
  if (min !== undefined && max !== undefined) {
    return `a whole number, ${min} to ${max}`;
  }
  if (min !== undefined) {
    return `a whole number, ${min} or more`;
  }
  return max === undefined ? "a whole number" : `a whole number, ${max} or less`;
}

/**
 * Checks that a value is one of a closed set.
 *
 * @returns the value
 * @throws ConfigurationError with the nearest candidate as "did you mean"
 */
export function checkOneOf<T extends string | number>(
  where: string,
  what: string,
  value: unknown,
  candidates: readonly T[],
): T {
  const literal = requireLiteral(where, what, value);
  const found = candidates.find((candidate) => candidate === literal);
  if (found !== undefined) {
    return found;
  }
  const meant = typeof literal === "string" ? nearest(literal, candidates.map(String)) : undefined;
  throw new ConfigurationError({
    where,
    what: `${what} is not one of those known`,
    given: literal,
    allowed: candidates.map((candidate) => JSON.stringify(candidate)).join(", "),
    ...(meant === undefined ? {} : { mend: `did you mean ${JSON.stringify(meant)}?` }),
  });
}

/**
 * Checks that no value is there twice. Values that are known only at apply time are compared as the references that they are.
 *
 * @param what what the values are, in the plural: "the names of the uplinks"
 * @throws ConfigurationError naming the first that repeats
 */
export function checkUnique(where: string, what: string, values: readonly (string | number)[]): void {
  const seen = new Set<string | number>();
  for (const value of values) {
    if (seen.has(value)) {
      throw new ConfigurationError({
        where,
        what: `${what} are not all different: one is there more than once`,
        given: value,
        mend: "give each once",
      });
    }
    seen.add(value);
  }
}

/**
 * Checks that a value is known while the program runs. References to resources, variables and data sources are not: as strings, encoded
 * numbers, lists, maps, or Terraform expressions written by hand. Lists and plain objects are searched too.
 *
 * @returns the value
 * @throws ConfigurationError
 */
export function requireLiteral<T>(where: string, what: string, value: T): T {
  if (hasUnknown(value)) {
    throw new ConfigurationError({
      where,
      what: `${what} must be a literal: it decides what is synthesised, and this one is known only at apply time`,
      mend: "give the value itself, not a reference to a resource, a variable or a data source",
    });
  }
  return value;
}

function hasUnknown(value: unknown): boolean {
  if (isToken(value)) {
    return true;
  }
  if (typeof value === "string") {
    // An expression written by hand. "$${" and "%%{" are how Terraform spells the characters themselves.
    return /(?<!\$)\$\{|(?<!%)%\{/.test(value);
  }
  if (Array.isArray(value)) {
    return value.some(hasUnknown);
  }
  if (typeof value === "object" && value !== null && Object.getPrototypeOf(value) === Object.prototype) {
    return Object.values(value).some(hasUnknown);
  }
  return false;
}

/**
 * The candidate that a mistyped name was meant to be, or undefined where none is near: at most a third of its characters are different.
 * Letter case is ignored.
 */
export function nearest(name: string, candidates: readonly string[]): string | undefined {
  let best: string | undefined;
  let bestDistance = Number.POSITIVE_INFINITY;
  for (const candidate of candidates) {
    const distance = editDistance(name.toLowerCase(), candidate.toLowerCase());
    const limit = Math.max(1, Math.floor(Math.max(name.length, candidate.length) / 3));
    if (distance <= limit && distance < bestDistance && distance < candidate.length) {
      best = candidate;
      bestDistance = distance;
    }
  }
  return best;
}

/** Insertions, deletions, replacements and swaps of neighbours that lead from one to the other. */
function editDistance(from: string, to: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: to.length + 1 }, (_, column) => column);
  for (let row = 1; row <= from.length; row++) {
    const current = [row];
    for (let column = 1; column <= to.length; column++) {
      const same = from[row - 1] === to[column - 1];
      let least = Math.min(last[column]! + 1, current[column - 1]! + 1, last[column - 1]! + (same ? 0 : 1));
      if (row > 1 && column > 1 && from[row - 1] === to[column - 2] && from[row - 2] === to[column - 1]) {
        least = Math.min(least, beforeLast[column - 2]! + 1);
      }
      current.push(least);
    }
    beforeLast = last;
    last = current;
  }
  return last[to.length]!;
}
