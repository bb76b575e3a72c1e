import { readFileSync } from "node:fs";

export interface Mount {
  readonly path: string;
  readonly type: string;
}

/** Reads the format of `/proc/PID/mountinfo` (proc(5)): six fields, optional ones up to `-`, then the type. */
export function parseMountInfo(text: string): Mount[] {
  return text
    .split("\n")
    .filter(Boolean)
    .map((line) => {
      const fields = line.split(" ");
      return { path: unescapePath(fields[4] ?? ""), type: fields[fields.indexOf("-", 6) + 1] ?? "" };
    });
}

/** The kernel writes a blank, tab, newline and backslash as octal numbers. */
function unescapePath(path: string): string {
  return path.replace(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)));
}

/** The mounts of this process, which does not see those inside a lab. */
export function mounts(): Mount[] {
  return parseMountInfo(readFileSync("/proc/self/mountinfo", "utf8"));
}

export function isMountPoint(path: string): boolean {
  return mounts().some((mount) => mount.path === path);
}
