import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Setting } from "virtuned";
import { newFolder } from "./folders";
import type { Attributes } from "./synthesis";

export interface ExampleOutput {
  /** The one stack that it synthesises, without what depends on where it is run. */
  readonly document: Attributes;
  readonly explanation: readonly Setting[];
  /** Paths of what is written beside the stack for hosts and switches. */
  readonly files: readonly string[];
}

/** Runs an example as `cdktf synth` does, in an environment of its own. */
export function runExample(name: string, environment: Readonly<Record<string, string>> = {}): ExampleOutput {
  const outdir = newFolder();
  const before = { ...process.env };
  Object.assign(process.env, environment, { CDKTF_OUTDIR: outdir });
  try {
    jest.isolateModules(() => {
      require(join("..", "..", "examples", name, "main.ts"));
    });
  } finally {
    process.env = before;
  }
  const manifest = read(join(outdir, "manifest.json"));
  const [stack] = Object.values(manifest.stacks as Record<string, Attributes>);
  const document = withoutMetadata(read(join(outdir, stack!.synthesizedStackPath))) as Attributes;
  delete document.terraform.backend;
  const folder = join(outdir, stack!.workingDirectory);
  return { document, explanation: read(join(folder, "explanation.json")) as never, files: filesIn(folder) };
}

function filesIn(folder: string): string[] {
  const paths = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name).slice(folder.length + 1));
  return paths.filter((path) => path.includes("/")).sort();
}

function read(file: string): Attributes {
  return JSON.parse(readFileSync(file, "utf8"));
}

function withoutMetadata(value: unknown): unknown {
  if (Array.isArray(value)) {
    return value.map(withoutMetadata);
  }
  if (typeof value !== "object" || value === null) {
    return value;
  }
  const entries = Object.entries(value).filter(([key]) => key !== "//");
  return Object.fromEntries(entries.map(([key, inner]) => [key, withoutMetadata(inner)]));
}
