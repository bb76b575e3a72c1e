import type { IResolvable } from "cdktf";
import { advice } from "./nearest";
import { Struct, type Type } from "./table";

/** `T` itself, without the token that may stand for it. */
type Plain<T> = Exclude<T, IResolvable | null | undefined>;

type Item<T> = Plain<T> extends readonly (infer E)[] ? Plain<E> : never;

type Step<T, Key extends string> = Key extends `${infer Name}[${number}]`
  ? Name extends keyof T
    ? Item<T[Name]>
    : never
  : Key extends keyof T
    ? Plain<T[Key]>
    : never;

/** The type of the attribute at a path such as `devices.disks[0].source`; `never` where there is none. */
export type At<T, Path extends string> = Path extends `${infer Head}.${infer Tail}`
  ? At<Step<T, Head>, Tail>
  : Step<T, Path>;

type Names<T> = {
  [Name in keyof T & string]: Plain<T[Name]> extends readonly unknown[] ? Name | `${Name}[0]` : Name;
}[keyof T & string];

type Known<T, Path extends string, Before extends string = ""> = Path extends `${infer Head}.${infer Tail}`
  ? [Step<T, Head>] extends [never]
    ? `${Before}${Names<T>}`
    : Known<Step<T, Head>, Tail, `${Before}${Head}.`>
  : `${Before}${Names<T>}`;

/** `Path` where the schema has it, else the paths it has up to there: editors complete them, errors list them. */
export type ValidPath<T, Path extends string> = [At<T, Path>] extends [never] ? Known<T, Path> : Path;

/** What stands for a value that is known only once Terraform has run. */
export type TokenOf<T> = T extends string
  ? string
  : T extends number
    ? number
    : T extends string[]
      ? string[]
      : IResolvable;

export interface Place {
  /** The same path in Terraform's names. */
  readonly terraformPath: string;
  readonly type: Type;
}

/**
 * Finds what a path names.
 *
 * @throws Error if there is no such attribute, naming the nearest there is.
 */
export function locate(struct: Struct, path: string, owner: string): Place {
  let type: Type = struct;
  let terraformPath = "";
  for (const step of path.split(".")) {
    const [, name, indexes] = /^(\w*)((?:\[\d+\])*)$/.exec(step) ?? [undefined, step, ""];
    const attribute: { name: string; type: Type } | undefined =
      type instanceof Struct ? type.attributes.get(name!) : undefined;
    if (attribute === undefined) {
      const known: string[] = type instanceof Struct ? [...type.attributes.keys()] : [];
      throw new Error(`${owner} has no attribute ${path}: "${step}" is unknown. ${advice(name!, known)}`);
    }
    terraformPath += `${terraformPath === "" ? "" : "."}${attribute.name}${indexes}`;
    type = attribute.type;
    for (const index of indexes!.match(/\[\d+\]/g) ?? []) {
      if (typeof type === "string" || type instanceof Struct || type.kind !== "list") {
        throw new Error(`${owner}: in ${path}, ${name} is not a list, so it has no ${index}. Leave it out.`);
      }
      type = type.of;
    }
  }
  return { terraformPath, type };
}
