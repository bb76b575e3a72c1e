import { Token } from "./cdktf";

export interface ConfigurationErrorDetails {
  /** Whose configuration it is, as its author knows it: a construct's path, a class or a method. */
  readonly where: string;
  /** What is wrong, in the user's terms. */
  readonly what: string;
  /**
   * The value that was given. Shown in the message, so never a secret.
   * @default - the message names no value
   */
  readonly given?: unknown;
  /** What is allowed. @default - the message does not say */
  readonly allowed?: string;
  /** What the author can do about it. @default - the message does not say */
  readonly mend?: string;
  /** The id of the practice in the catalogue that asks for it. @default - none */
  readonly practice?: string;
}

/** Thrown at synthesis for what would fail, or be silently ignored, when it is applied. */
export class ConfigurationError extends Error implements ConfigurationErrorDetails {
  public override readonly name = "ConfigurationError";
  public readonly where: string;
  public readonly what: string;
  public readonly given?: unknown;
  public readonly allowed?: string;
  public readonly mend?: string;
  public readonly practice?: string;

  public constructor(details: ConfigurationErrorDetails) {
    super(messageOf(details));
    this.where = details.where;
    this.what = details.what;
    this.given = details.given;
    this.allowed = details.allowed;
    this.mend = details.mend;
    this.practice = details.practice;
  }
}

/**
 * Whether a value is one that cdktf resolves later, so that it is not known while the program runs: a resolvable, a list, a map or a number
 * that stands for one, or a string with any of them in it. Lists and objects are not searched.
 */
export function isToken(value: unknown): boolean {
  if (Token.isUnresolved(value)) {
    return true;
  }
  // cdktf tells these in strings only when it resolves them: the entry of a list or a map, and a number made part of a string.
  return (
    typeof value === "string" &&
    (/[#&]\{TfToken\[/.test(value) ||
      (value.match(/-?\d(?:\.\d+)?e\+\d{3}/g) ?? []).some((number) => Token.isUnresolved(Number(number))))
  );
}

const LONGEST_VALUE = 80;
const MOST_ENTRIES = 8;
const DEEPEST = 2;

/** A value as an error message shows it: on one line, of bounded length, and never throwing. */
export function describeValue(value: unknown): string {
  try {
    return render(value, 0);
  } catch {
    return "a value that can't be shown";
  }
}

function messageOf({ where, what, allowed, mend, practice, ...rest }: ConfigurationErrorDetails): string {
  const facts = [
    ...("given" in rest ? [`given ${describeValue(rest.given)}`] : []),
    ...(allowed === undefined ? [] : [`allowed: ${allowed}`]),
  ];
  return [
    `${where}: ${withoutStop(what)}${facts.length === 0 ? "" : ` (${facts.join("; ")})`}.`,
    ...(mend === undefined ? [] : [`To mend: ${/[.?!]$/.test(mend) ? mend : `${mend}.`}`]),
    ...(practice === undefined ? [] : [`[${practice}]`]),
  ].join(" ");
}

function withoutStop(sentence: string): string {
  return sentence.trim().replace(/\.$/, "");
}

function render(value: unknown, depth: number): string {
  if (value === undefined) {
    return "nothing";
  }
  if (isToken(value)) {
    return "a value known only at apply time";
  }
  if (typeof value === "string") {
    return value.length > LONGEST_VALUE
      ? `${JSON.stringify(value.slice(0, LONGEST_VALUE))}... (${value.length} characters)`
      : JSON.stringify(value);
  }
  if (typeof value === "function") {
    return "a function";
  }
  if (typeof value !== "object" || value === null) {
    return String(value);
  }
  if (Array.isArray(value)) {
    return depth >= DEEPEST ? "[...]" : `[${entries(value, (entry) => render(entry, depth + 1))}]`;
  }
  const prototype = Object.getPrototypeOf(value);
  if (prototype === null || Object.getPrototypeOf(prototype) === null) {
    const shown = (key: string) => `${key}: ${render((value as Record<string, unknown>)[key], depth + 1)}`;
    return depth >= DEEPEST ? "{...}" : `{ ${entries(Object.keys(value), shown)} }`;
  }
  const text = value.toString === Object.prototype.toString ? `a ${value.constructor.name}` : String(value);
  const line = text.replace(/\s+/g, " ");
  return line.length > LONGEST_VALUE ? `${line.slice(0, LONGEST_VALUE)}...` : line;
}

function entries<T>(all: readonly T[], show: (entry: T) => string): string {
  const more = all.length - MOST_ENTRIES;
  return [...all.slice(0, MOST_ENTRIES).map(show), ...(more > 0 ? [`... ${more} more`] : [])].join(", ");
}
