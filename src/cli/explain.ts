import { nearest } from "../checks";
import { ConfigurationError } from "../errors";
import { Explanation } from "../practices";
import type { ExitCode, Output } from "./cli";
import { type ExplainedStack, findStacks } from "./explained-stacks";
import { parseArguments } from "./options";

const WHERE = "virtuned explain";

const USAGE = `Usage: virtuned explain [PATH] [--stack NAME] [--subject PATH] [--json]

What was tuned in a synthesised program: each setting with its value, why it has it, and the source.

  PATH              what was synthesised: an output folder, the folder of a stack, a cdk.tf.json or an explanation.json;
                    cdktf.out unless given
  --stack NAME      this stack only
  --subject PATH    this construct and what is inside it only, such as prod/orders-db or prod/orders-db/data
  --json            as JSON, in the form of explanation.json
  --help            this text
`;

const NARROWEST = 80;
const WIDEST = 160;

/** Prints what was tuned, why, and after which source. */
export function explain(args: readonly string[], output: Output): ExitCode {
  const { values, positionals } = parseArguments(WHERE, args, {
    stack: { type: "string" },
    subject: { type: "string" },
    json: { type: "boolean" },
    help: { type: "boolean", short: "h" },
  });
  if (values.help) {
    output.out(USAGE);
    return 0;
  }
  if (positionals.length > 1) {
    throw new ConfigurationError({
      where: WHERE,
      what: "one path can be explained at a time",
      given: positionals.join(" "),
      mend: "give one path",
    });
  }
  const stacks = chooseStacks(findStacks(WHERE, positionals[0] ?? "cdktf.out"), values.stack);
  const all = new Explanation(stacks.flatMap((stack) => stack.read().settings));
  const chosen = values.subject === undefined ? all : chooseSubject(all, values.subject);
  const width = output.width === undefined ? undefined : Math.min(Math.max(output.width, NARROWEST), WIDEST);
  output.out(`${values.json ? JSON.stringify(chosen, undefined, 2) : chosen.toTable({ width })}\n`);
  return 0;
}

function chooseStacks(stacks: readonly ExplainedStack[], name: string | undefined): readonly ExplainedStack[] {
  if (name === undefined) {
    return stacks;
  }
  const chosen = stacks.filter((stack) => stack.name === name);
  if (chosen.length === 0) {
    throw noSuch(
      "stack",
      name,
      stacks.map((stack) => stack.name),
    );
  }
  return chosen;
}

function chooseSubject(all: Explanation, subject: string): Explanation {
  const path = subject.replace(/\/+$/, "");
  const chosen = all.of(path);
  if (chosen.settings.length === 0) {
    throw noSuch("subject", path, [...new Set(all.settings.map((setting) => setting.subject))]);
  }
  return chosen;
}

const MOST_SHOWN = 12;

function noSuch(kind: "stack" | "subject", given: string, known: readonly string[]): ConfigurationError {
  const meant = nearest(given, known) ?? known.find((name) => name.endsWith(`/${given}`));
  const shown = known.slice(0, MOST_SHOWN).join(", ");
  const more = known.length > MOST_SHOWN ? ` and ${known.length - MOST_SHOWN} more` : "";
  return new ConfigurationError({
    where: WHERE,
    what: kind === "stack" ? "no such stack" : "nothing was tuned in a construct of this path",
    given,
    allowed: known.length === 0 ? "none: nothing was tuned" : `${shown}${more}`,
    ...(meant !== undefined && { mend: `did you mean ${meant}?` }),
  });
}
