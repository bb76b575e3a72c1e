import type { Practice } from "./practice";

/** Who decided a value. */
export enum Decision {
  /** The kit, from what experts know. */
  TUNED = "tuned",
  /** The user, who overrode the kit's choice. */
  GIVEN = "given",
}

/** One tuned setting with its reason. */
export interface Setting {
  /** What it belongs to, as a construct path: `orders-db/data`. */
  readonly subject: string;
  /** The setting in the platform's own terms: `driver.queues`. */
  readonly setting: string;
  readonly value: string;
  readonly decision: Decision;
  /** Why this value, in one sentence about this very case. */
  readonly why: string;
  /** Id of the practice that it follows. */
  readonly practice: string;
  /** Title of the text that the practice cites. */
  readonly source: string;
  readonly url?: string;
}

const HEAD = ["SETTING", "VALUE", "WHY", "SOURCE"] as const;
const DEFAULT_WIDTH = 140;
const WIDEST_VALUE = 32;
const WIDEST_SOURCE = 34;
const NARROWEST_WHY = 20;
const INDENT = "  ";
const GAP = "  ";

/** What was tuned and why: read it as a table or as JSON. */
export class Explanation {
  public constructor(public readonly settings: readonly Setting[]) {}

  /** The settings of one subject and of what is inside it. */
  public of(subject: string): Explanation {
    return new Explanation(this.settings.filter((s) => s.subject === subject || s.subject.startsWith(`${subject}/`)));
  }

  /** Value of a setting, or `undefined` where it was not tuned. Throws nothing. */
  public value(setting: string, subject?: string): string | undefined {
    return this.settings.find((s) => s.setting === setting && (subject === undefined || s.subject === subject))?.value;
  }

  /**
   * A plain-text table, grouped by subject. Values that the user gave say so; what is long is wrapped.
   * @param options `width`: columns that it fits in, where the names of settings and values leave room; 140 unless told
   */
  public toTable({ width = DEFAULT_WIDTH }: { readonly width?: number } = {}): string {
    if (this.settings.length === 0) {
      return "Nothing was tuned.";
    }
    const subjects = [...new Set(this.settings.map((setting) => setting.subject))];
    const groups = subjects.map((subject) => this.settings.filter((s) => s.subject === subject).map(cellsOf));
    const widths = widthsOf([HEAD, ...groups.flat()], width);
    return [
      layOut(HEAD, widths),
      ...groups.map((rows, i) => [oneLine(subjects[i]!), ...rows.map((row) => layOut(row, widths))].join("\n")),
    ].join("\n\n");
  }

  public toJSON(): readonly Setting[] {
    return this.settings;
  }

  public toString(): string {
    return this.toTable();
  }
}

type Row = readonly [setting: string, value: string, why: string, source: string];

function cellsOf({ setting, value, decision, why, source }: Setting): Row {
  const shown = decision === Decision.GIVEN ? `${value} (given)` : value;
  return [oneLine(setting), oneLine(shown), oneLine(why), oneLine(source)];
}

/** Reasons get what the other columns leave. */
function widthsOf(rows: readonly Row[], width: number): readonly number[] {
  const longest = (column: number) => Math.max(...rows.map((row) => row[column]!.length));
  const setting = longest(0);
  const value = Math.min(longest(1), WIDEST_VALUE);
  const source = Math.min(longest(3), WIDEST_SOURCE, Math.floor(width / 4));
  const rest = width - INDENT.length - 3 * GAP.length - setting - value - source;
  return [setting, value, Math.min(longest(2), Math.max(NARROWEST_WHY, rest)), source];
}

function layOut(row: Row, widths: readonly number[]): string {
  const cells = row.map((cell, column) => wrap(cell, widths[column]!));
  return Array.from({ length: Math.max(...cells.map((lines) => lines.length)) }, (_, line) =>
    (INDENT + cells.map((lines, column) => (lines[line] ?? "").padEnd(widths[column]!)).join(GAP)).trimEnd(),
  ).join("\n");
}

/** Wraps at spaces, and within a word that has no room. */
function wrap(text: string, width: number): string[] {
  const lines = [""];
  for (const word of text.split(" ").flatMap((long) => long.match(new RegExp(`.{1,${width}}`, "gu")) ?? [])) {
    const line = lines.at(-1)!;
    if (line === "" || line.length + 1 + word.length <= width) {
      lines[lines.length - 1] = line === "" ? word : `${line} ${word}`;
    } else {
      lines.push(word);
    }
  }
  return lines;
}

/** A value may come from a file: what would move a terminal's cursor is not shown. */
function oneLine(text: string): string {
  return text.replace(/[\s\p{Cc}]+/gu, " ").trim();
}

/** What was recorded of a setting; the rest follows from its practice. */
interface Entry {
  readonly practice: Practice;
  readonly value: unknown;
  readonly why: string;
  readonly given: boolean;
}

/** Collects settings of one subject while it is being tuned; a later entry of the same setting replaces the earlier one. */
export class TuningLog {
  readonly #entries = new Map<string, Entry>();

  public constructor(private readonly subject: string) {}

  /** Records a value that the kit chose, or, with `given`, one that the user chose in its place. */
  public record(
    practice: Practice,
    setting: string,
    value: unknown,
    why: string = practice.reason,
    given = false,
  ): void {
    this.#entries.set(setting, { practice, value, why, given });
  }

  public get settings(): Setting[] {
    return [...this.#entries].map(([setting, { practice, value, why, given }]) => ({
      subject: this.subject,
      setting,
      value: String(value),
      decision: given ? Decision.GIVEN : Decision.TUNED,
      why,
      practice: practice.id,
      source: practice.source.title,
      ...(practice.source.url !== undefined && { url: practice.source.url }),
    }));
  }
}
