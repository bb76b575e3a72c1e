import { existsSync, readdirSync, readFileSync, rmdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { isMountPoint } from "./mounts";
import { type Lab, RUN_ROOT } from "./paths";
import { run } from "./run";

/** Where `ip netns` keeps a file for each namespace. */
const NETNS_FOLDER = "/run/netns";

/**
 * What {@link NETNS_FOLDER} was before the first lab: `ip netns add` makes the folder, and a mount of it, and never
 * takes either away.
 */
const NETNS_FOLDER_BEFORE = join(RUN_ROOT, ".run-netns-was");

export function hasNetns(lab: Lab): boolean {
  return existsSync(join(NETNS_FOLDER, lab.netns));
}

export async function addNetns(lab: Lab): Promise<void> {
  if (!isMountPoint(NETNS_FOLDER) && !existsSync(NETNS_FOLDER_BEFORE)) {
    writeFileSync(NETNS_FOLDER_BEFORE, existsSync(NETNS_FOLDER) ? "folder" : "absent");
  }
  await run("ip", ["netns", "add", lab.netns]);
}

export async function removeNetns(lab: Lab): Promise<void> {
  const file = join(NETNS_FOLDER, lab.netns);
  if (!existsSync(file)) return;
  // `ip netns delete` refuses a file that is no mount, which is what an `ip netns add` killed halfway leaves.
  if (isMountPoint(file)) await run("ip", ["netns", "delete", lab.netns]);
  else rmSync(file);
}

/** Ids of the processes in the lab's network namespace, whoever started them. */
export async function pidsInNetns(lab: Lab): Promise<number[]> {
  if (!isMountPoint(join(NETNS_FOLDER, lab.netns))) return [];
  return (await run("ip", ["netns", "pids", lab.netns])).split("\n").filter(Boolean).map(Number);
}

/** Makes {@link NETNS_FOLDER} what it was before the first lab, unless somebody else has a namespace there by now. */
export async function restoreNetnsFolder(): Promise<void> {
  if (!existsSync(NETNS_FOLDER_BEFORE)) return;
  const before = readFileSync(NETNS_FOLDER_BEFORE, "utf8");
  rmSync(NETNS_FOLDER_BEFORE);
  if (readdirSync(NETNS_FOLDER).length > 0) return;
  if (isMountPoint(NETNS_FOLDER)) await run("umount", [NETNS_FOLDER]);
  if (before === "absent") rmdirSync(NETNS_FOLDER);
}
