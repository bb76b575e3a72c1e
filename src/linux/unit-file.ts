import { ConfigurationError, isToken } from "../errors";
import { NOTICE } from "./host-file";

/** `true` and `false` are written as `yes` and `no`. */
export type UnitValue = string | number | boolean;

interface Entry {
  readonly key: string;
  readonly value: string;
  readonly owner: string;
}

interface Section {
  readonly name: string;
  /** Whether it is one of several of its name, complete in itself. */
  readonly further: boolean;
  readonly entries: Entry[];
}

/**
 * A file in systemd's syntax: `.netdev`, `.network`, `.link`, `.service`. Several constructs can write parts of one file.
 *
 * Values are refused that would leave their line: systemd has no quoting that all its settings understand.
 */
export class UnitFile {
  readonly #where: string;
  readonly #sections: Section[];

  public constructor(
    public readonly path: string,
    where: string,
    sections: Section[] = [],
  ) {
    this.#where = where;
    this.#sections = sections;
  }

  /** The same file, for another construct to write in: errors name it. */
  public by(where: string): UnitFile {
    return new UnitFile(this.path, where, this.#sections);
  }

  /**
   * Sets what a section says once.
   * @throws ConfigurationError where another construct wants another value
   */
  public set(section: string, key: string, value: UnitValue): this {
    const entry = this.entry(section, key, value);
    const { entries } = this.section(section);
    const earlier = entries.find((other) => other.key === key);
    if (earlier === undefined) {
      entries.push(entry);
    } else if (earlier.value !== entry.value) {
      throw new ConfigurationError({
        where: this.#where,
        what: `${this.path} has another ${key} in [${section}] already, that of ${earlier.owner}`,
        given: `${entry.value}, there ${earlier.value}`,
        mend: "give both the same, or let them be on different interfaces",
      });
    }
    return this;
  }

  /** Adds a line to a section whose key can be there several times. What is there already is not added again. */
  public append(section: string, key: string, value: UnitValue): this {
    const entry = this.entry(section, key, value);
    const { entries } = this.section(section);
    if (!entries.some((other) => other.key === key && other.value === entry.value)) {
      entries.push(entry);
    }
    return this;
  }

  /** Adds a section of a name that can be there several times, such as `[BridgeFDB]`. A list is a key several times. */
  public add(section: string, lines: Readonly<Record<string, UnitValue | readonly UnitValue[]>>): this {
    const entries = Object.entries(lines).flatMap(([key, value]) =>
      (Array.isArray(value) ? value : [value]).map((one) => this.entry(section, key, one)),
    );
    this.#sections.push({ name: section, further: true, entries });
    return this;
  }

  public toString(): string {
    const sections = this.#sections.map(
      ({ name, entries }) => `[${name}]\n${entries.map(({ key, value }) => `${key}=${value}\n`).join("")}`,
    );
    return `${NOTICE}\n${sections.join("\n")}`;
  }

  private section(name: string): Section {
    let section = this.#sections.find((other) => other.name === name && !other.further);
    if (section === undefined) {
      section = { name, further: false, entries: [] };
      this.#sections.push(section);
    }
    return section;
  }

  private entry(section: string, key: string, value: UnitValue): Entry {
    for (const name of [section, key]) {
      if (typeof name !== "string" || !/^[A-Za-z][A-Za-z0-9-]*$/.test(name)) {
        throw new ConfigurationError({
          where: this.#where,
          what: `${this.path} can't have such a section or key`,
          given: name,
          allowed: "letters, digits and hyphens, such as Network and IPv6AcceptRA",
        });
      }
    }
    const wrong = whatIsWrongWith(value);
    if (wrong !== undefined) {
      throw new ConfigurationError({
        where: this.#where,
        what: `${key} in [${section}] of ${this.path} ${wrong}`,
        given: value,
        allowed: 'a number, true, false, or text on one line, in which a "%" is written "%%"',
      });
    }
    const text = typeof value === "boolean" ? (value ? "yes" : "no") : String(value);
    return { key, value: text, owner: this.#where };
  }
}

function whatIsWrongWith(value: UnitValue): string | undefined {
  if (isToken(value)) {
    return "is known only at apply time, and files are written before";
  }
  if (!(["string", "boolean"].includes(typeof value) || Number.isFinite(value))) {
    return "has a value that can't be written";
  }
  const text = String(value);
  if (/[\p{Cc}\u2028\u2029]/u.test(text)) {
    return "has a line break or another control character in it";
  }
  if (text.endsWith("\\")) {
    return "ends with a backslash, which would join the next line to it";
  }
  return /%/.test(text.replaceAll("%%", "")) ? 'has a "%" in it, which systemd would replace' : undefined;
}
