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

const COLUMNS = ["subject", "setting", "value", "decision", "why", "source"] as const;
const WRAP = 60;

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

  /** A plain-text table; long reasons are wrapped. */
  public toTable(): string {
    if (this.settings.length === 0) {
      return "Nothing was tuned.";
    }
    const rows = [COLUMNS.map((c) => c.toUpperCase()), ...this.settings.map((s) => COLUMNS.map((c) => s[c]))].map((r) =>
      r.map((cell) => wrap(cell, WRAP)),
    );
    const widths = COLUMNS.map((_, c) => Math.max(...rows.map((r) => Math.max(...r[c]!.map((line) => line.length)))));
    return rows
      .flatMap((cells) => {
        const height = Math.max(...cells.map((lines) => lines.length));
        return Array.from({ length: height }, (_, line) =>
          cells
            .map((lines, c) => (lines[line] ?? "").padEnd(widths[c]!))
            .join("  ")
            .trimEnd(),
        );
      })
      .join("\n");
  }

  public toJSON(): readonly Setting[] {
    return this.settings;
  }

  public toString(): string {
    return this.toTable();
  }
}

function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ")) {
    if (line && line.length + word.length + 1 > width) {
      lines.push(line);
      line = word;
    } else {
      line = line ? `${line} ${word}` : word;
    }
  }
  return [...lines, line];
}

/** Collects settings of one subject while it is being tuned; a later entry of the same setting replaces the earlier one. */
export class TuningLog {
  readonly #settings = new Map<string, Setting>();

  public constructor(private readonly subject: string) {}

  /** Records a value that the kit chose, or, with `given`, one that the user chose in its place. */
  public record(
    practice: Practice,
    setting: string,
    value: unknown,
    why: string = practice.reason,
    given = false,
  ): void {
    this.#settings.set(setting, {
      subject: this.subject,
      setting,
      value: String(value),
      decision: given ? Decision.GIVEN : Decision.TUNED,
      why,
      practice: practice.id,
      source: practice.source.title,
      ...("url" in practice.source && { url: practice.source.url }),
    });
  }

  public get settings(): Setting[] {
    return [...this.#settings.values()];
  }
}
