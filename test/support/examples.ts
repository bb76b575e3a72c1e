import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Setting } from "virtuned";
import { newFolder } from "./folders";
import type { Attributes } from "./synthesis";

export interface ExampleOutput {
  /** The one stack that it synthesises, without what depends on where it is run. */
  readonly document: Attributes;
  readonly explanation: readonly Setting[];
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
  return { document, explanation: read(join(outdir, stack!.workingDirectory, "explanation.json")) as never };
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
