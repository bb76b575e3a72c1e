import { readFileSync } from "node:fs";
import { join } from "node:path";
import { checkOneOf } from "../checks";
import { ConfigurationError } from "../errors";
import { explain } from "./explain";

/** What the command writes to. */
export interface Output {
  out(text: string): void;
  err(text: string): void;
  /** Columns of the terminal; `undefined` where the output is no terminal. */
  readonly width?: number;
}

/** 0 where all is well, 2 where the command was called wrongly or can't read what it was given. */
export type ExitCode = 0 | 2;

const VERBS = { explain };

const USAGE = `Usage: virtuned VERB [OPTION]...

  explain      what was tuned in a synthesised program, why, and after which source

  --help       this text; after a verb, what it takes
  --version    the version of virtuned
`;

/** Runs the command. Throws only what is a defect of the command itself. */
export function run(args: readonly string[], output: Output): ExitCode {
  const [verb, ...rest] = args;
  try {
    switch (verb) {
      case undefined:
        output.err(USAGE);
        return 2;
      case "--help":
      case "-h":
        output.out(USAGE);
        return 0;
      case "--version":
        output.out(`${version()}\n`);
        return 0;
      default:
        return VERBS[verbOf(verb)](rest, output);
    }
  } catch (error) {
    if (error instanceof ConfigurationError) {
      output.err(`${error.message}\n`);
      return 2;
    }
    throw error;
  }
}

function verbOf(given: string): keyof typeof VERBS {
  const what = given.startsWith("-") ? "the option before the verb" : "the verb";
  const known = given.startsWith("-") ? ["--help", "--version"] : Object.keys(VERBS);
  return checkOneOf("virtuned", what, given, known) as keyof typeof VERBS;
}

function version(): string {
  return (JSON.parse(readFileSync(join(__dirname, "../../package.json"), "utf8")) as { version: string }).version;
}
