import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

export const ROOT = join(__dirname, "../..");

export interface Guide {
  /** Path below the project's folder. */
  readonly path: string;
  readonly text: string;
}

/** All Markdown files that are read on their own. */
export function guides(): Guide[] {
  const files = readdirSync(join(ROOT, "docs"), { recursive: true, encoding: "utf8" })
    .filter((path) => path.endsWith(".md"))
    .map((path) => join("docs", path));
  const ofProject = readdirSync(ROOT).filter((path) => path.endsWith(".md"));
  return [...ofProject, ...files].sort().map((path) => ({ path, text: readFileSync(join(ROOT, path), "utf8") }));
}

/** The TypeScript blocks of a guide as one program: a later block goes on where the one before it ended. */
export function programOf({ text }: Guide): string | undefined {
  const blocks = [...text.matchAll(/^```ts\n(.*?)^```$/gms)].map(([, code]) => code!);
  return blocks.length === 0 ? undefined : blocks.join("\n");
}

/** File that a guide's program would be, in the folder of the guide. */
export function programFile({ path }: Guide): string {
  return join(ROOT, `${path}.ts`);
}
