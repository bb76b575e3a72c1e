import { ConfigurationError } from "../../errors";

/** Version of a program: major, minor, release. */
export type Version = readonly [number, number, number];

/** @throws ConfigurationError where it is not of the form 10.0 or 10.0.0 */
export function parseVersion(where: string, text: string): Version {
  const match = /^(\d{1,4})\.(\d{1,4})(?:\.(\d{1,4}))?$/.exec(text);
  if (!match) {
    throw new ConfigurationError({
      where,
      what: "not a version",
      given: text,
      allowed: 'two or three numbers, such as "10.0.0"',
    });
  }
  return [Number(match[1]), Number(match[2]), Number(match[3] ?? 0)];
}

export function isAtLeast(version: Version | undefined, wanted: Version): boolean {
  if (version === undefined) {
    return false;
  }
  for (const [i, part] of wanted.entries()) {
    if (version[i] !== part) {
      return version[i]! > part;
    }
  }
  return true;
}
