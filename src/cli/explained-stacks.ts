import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { nearest } from "../checks";
import { EXPLANATION_FILE } from "../constructs/explained";
import { ConfigurationError } from "../errors";
import { Decision, Explanation, type Setting } from "../practices";

/** A synthesised stack. */
export interface ExplainedStack {
  readonly name: string;
  read(): Explanation;
}

const MANIFEST = "manifest.json";
const STACK = "cdk.tf.json";

/**
 * The stacks that a path leads to.
 * @throws ConfigurationError where there are none, or what is there can't be read
 */
export function findStacks(where: string, path: string): readonly ExplainedStack[] {
  if (!existsSync(path)) {
    throw new ConfigurationError({
      where,
      what: "there is no such file or folder",
      given: path,
      mend: mendMissing(path),
    });
  }
  if (!statSync(path).isDirectory()) {
    return basename(path) === STACK ? [stackIn(where, dirname(path))] : [stackOf(where, path)];
  }
  if (existsSync(join(path, MANIFEST))) {
    return stacksOf(where, path);
  }
  if (existsSync(join(path, EXPLANATION_FILE)) || existsSync(join(path, STACK))) {
    return [stackIn(where, path)];
  }
  const inside = join(path, "cdktf.out");
  throw new ConfigurationError({
    where,
    what: "nothing was synthesised into this folder",
    given: path,
    allowed: `an output folder with ${MANIFEST}, or a stack's folder with ${STACK} and ${EXPLANATION_FILE}`,
    mend: existsSync(inside) ? `did you mean ${inside}?` : "synthesise the program first, or give the folder it is in",
  });
}

/** All stacks of an output folder, also those in which nothing was tuned. */
function stacksOf(where: string, folder: string): ExplainedStack[] {
  const file = join(folder, MANIFEST);
  const manifest = readJson(where, file);
  const stacks = isRecord(manifest) && isRecord(manifest.stacks) ? manifest.stacks : {};
  const folders = Object.entries(stacks).map(([name, stack]) => [name, isRecord(stack) && stack.workingDirectory]);
  if (folders.length === 0 || !folders.every(isNamedFolder)) {
    throw new ConfigurationError({
      where,
      what: "not a manifest of cdktf",
      given: file,
      allowed: "the manifest.json of a program that was synthesised",
      mend: "synthesise the program again",
    });
  }
  return folders.map(([name, workingFolder]) => stackIn(where, join(folder, workingFolder), name));
}

function isNamedFolder(entry: unknown[]): entry is [name: string, folder: string] {
  return typeof entry[1] === "string";
}

/** A stack in which nothing was tuned has no explanation. */
function stackIn(where: string, folder: string, name = basename(resolve(folder))): ExplainedStack {
  const file = join(folder, EXPLANATION_FILE);
  return existsSync(file) ? { ...stackOf(where, file), name } : { name, read: () => new Explanation([]) };
}

function stackOf(where: string, file: string): ExplainedStack {
  return { name: basename(dirname(resolve(file))), read: () => new Explanation(readSettings(where, file)) };
}

function readSettings(where: string, file: string): Setting[] {
  const settings = readJson(where, file);
  if (!Array.isArray(settings) || !settings.every(isSetting)) {
    throw new ConfigurationError({
      where,
      what: "not an explanation of what was tuned",
      given: file,
      allowed: `an output folder, a stack's folder, a ${STACK} or an ${EXPLANATION_FILE}`,
      mend: "give one of these; where it is one, synthesise the program again",
    });
  }
  return settings;
}

function isSetting(value: unknown): value is Setting {
  return (
    isRecord(value) &&
    ["subject", "setting", "value", "why", "practice", "source"].every((key) => typeof value[key] === "string") &&
    Object.values(Decision).includes(value.decision as Decision)
  );
}

function readJson(where: string, file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, "utf8"));
  } catch (error) {
    throw new ConfigurationError({
      where,
      what: `${file} can't be read: ${(error as Error).message}`,
      mend: "synthesise the program again",
    });
  }
}

/** The nearest name in the folder that should have it. */
function mendMissing(path: string): string {
  const folder = dirname(path);
  const names = existsSync(folder) && statSync(folder).isDirectory() ? readdirSync(folder) : [];
  const meant = nearest(basename(path), names);
  return meant === undefined
    ? "synthesise the program first (cdktf synth), or give the folder that it was synthesised into"
    : `did you mean ${join(folder, meant)}?`;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
