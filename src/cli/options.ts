import { parseArgs } from "node:util";
import { nearest } from "../checks";
import { ConfigurationError } from "../errors";

/** Options of a verb by their names: whether each takes a value. */
type OptionTypes = { readonly [name: string]: { readonly type: "string" | "boolean"; readonly short?: string } };

export interface Arguments<T extends OptionTypes> {
  readonly positionals: readonly string[];
  readonly values: { readonly [name in keyof T]?: T[name]["type"] extends "string" ? string : boolean };
}

/**
 * The arguments of a verb.
 * @throws ConfigurationError for an option that the verb lacks, with the nearest one; a value that is missing or too many; an option given twice
 */
export function parseArguments<const T extends OptionTypes>(
  where: string,
  args: readonly string[],
  options: T,
): Arguments<T> {
  // Not strict: Node's own errors know no nearest option.
  const { positionals, values, tokens } = parseArgs({
    args: [...args],
    options,
    strict: false,
    allowPositionals: true,
    tokens: true,
  });
  const given = new Set<string>();
  for (const token of tokens) {
    if (token.kind === "option") {
      checkOption(where, token, options, given.has(token.name));
      given.add(token.name);
    }
  }
  return { positionals, values: values as Arguments<T>["values"] };
}

function checkOption(
  where: string,
  token: { readonly name: string; readonly rawName: string; readonly value?: string; readonly inlineValue?: boolean },
  options: OptionTypes,
  again: boolean,
): void {
  const { name, rawName, value, inlineValue } = token;
  const known = Object.keys(options).map((option) => `--${option}`);
  const option = Object.hasOwn(options, name) ? options[name] : undefined;
  if (option === undefined) {
    const meant = nearest(rawName, known);
    throw new ConfigurationError({
      where,
      what: "no such option",
      given: rawName,
      allowed: known.join(", "),
      ...(meant !== undefined && { mend: `did you mean ${meant}?` }),
    });
  }
  if (again) {
    throw new ConfigurationError({
      where,
      what: "the option is there more than once",
      given: rawName,
      mend: "give it once",
    });
  }
  if (option.type === "boolean" && value !== undefined) {
    throw new ConfigurationError({ where, what: `${rawName} takes no value`, given: value, mend: `write ${rawName}` });
  }
  // What follows is more likely the next option than a value that looks like one.
  const missing = value === undefined || value === "" || (!inlineValue && value.startsWith("-"));
  if (option.type === "string" && missing) {
    throw new ConfigurationError({ where, what: `${rawName} needs a value`, mend: `write ${rawName} NAME` });
  }
}
