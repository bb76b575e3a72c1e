import { Construct } from "constructs";
import { requireLiteral } from "../checks";
import { ConfigurationError, isToken } from "../errors";
import type { IPlatform } from "../platforms/platform";

/** Checks a value where there is one. */
export function optional<T, R>(value: T | undefined, check: (value: T) => R): R | undefined {
  return value === undefined ? undefined : check(value);
}

/** @throws ConfigurationError for all but `true` and `false`: text would count as yes, and so would what is known only at apply time */
export function checkFlag(where: string, what: string, value: boolean): boolean {
  requireLiteral(where, what, value);
  if (typeof value !== "boolean") {
    throw new ConfigurationError({
      where,
      what: `${what} is neither true nor false`,
      given: value,
      allowed: "true, false",
    });
  }
  return value;
}

/** @throws ConfigurationError for what is no object of options */
export function checkOptions<T extends object>(where: string, what: string, value: T): T {
  if (isToken(value) || typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new ConfigurationError({ where, what: `${what} is not an object`, given: value, allowed: "{ ... }" });
  }
  return value;
}

/** @throws ConfigurationError for what is no list */
export function checkList<T>(where: string, what: string, value: readonly T[]): readonly T[] {
  requireLiteral(where, what, value);
  if (!Array.isArray(value)) {
    throw new ConfigurationError({
      where,
      what: `${what} is not a list`,
      given: value,
      mend: "put it in brackets: [...]",
    });
  }
  return value;
}

/**
 * Checks an absolute path of a host or of a server.
 * @throws ConfigurationError for other paths, "..", and characters that mean something elsewhere
 */
export function checkPath(where: string, what: string, path: string): string {
  const literal = requireLiteral(where, what, path);
  if (typeof literal !== "string" || !/^\/[A-Za-z0-9._\-/ +]*$/.test(literal) || literal.split("/").includes("..")) {
    throw new ConfigurationError({
      where,
      what: `${what} is not a path that can be used`,
      given: path,
      allowed: 'an absolute path of letters, digits, spaces, ".", "_", "-", "+" and "/", without ".."',
    });
  }
  return literal;
}

/** @throws ConfigurationError for what is no text; text that is known only at apply time is text */
export function checkText(where: string, what: string, value: string): string {
  if (typeof value !== "string") {
    throw new ConfigurationError({ where, what: `${what} is not text`, given: value, allowed: "a string" });
  }
  return value;
}

/**
 * Checks a value of a class that has factories instead of a constructor.
 *
 * @param allowed the factories
 * @throws ConfigurationError for what is no instance
 */
export function checkMade<T>(
  where: string,
  what: string,
  value: T,
  type: { readonly prototype: T; readonly name: string },
  allowed: string,
): T {
  if (!Object.prototype.isPrototypeOf.call(type.prototype as object, value as object)) {
    throw new ConfigurationError({ where, what: `${what} is not a ${type.name}`, given: value, allowed });
  }
  return value;
}

/**
 * @param part what a thing of the kind has, and others have not
 * @throws ConfigurationError for something else, or nothing
 */
export function checkKind<T extends object>(where: string, kind: string, thing: T, part: keyof T): T {
  if (thing?.[part] === undefined) {
    throw new ConfigurationError({ where, what: `not a ${kind}`, given: thing, mend: `give the ${kind} itself` });
  }
  return thing;
}

/** @throws ConfigurationError for what is no platform */
export function checkPlatform(where: string, platform: IPlatform): IPlatform {
  if (!Construct.isConstruct(platform) || typeof platform.createVm !== "function" || !Array.isArray(platform.hosts)) {
    throw new ConfigurationError({
      where,
      what: "`platform` is not a platform",
      given: platform,
      mend: "give a LibvirtPlatform or a VspherePlatform",
    });
  }
  return platform;
}
