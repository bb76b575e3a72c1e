import { existsSync, mkdirSync, readdirSync, readFileSync, rmdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { mounts } from "./mounts";
import type { Lab } from "./paths";

/**
 * The lab's control groups, one in each hierarchy of the machine: one in version 2, several in version 1. libvirt
 * makes those of its guests beneath, so two labs may have a guest of the same name, and nothing is left in the
 * machine's own `machine` group.
 */
function cgroupsOf(lab: Lab): string[] {
  return mounts()
    .filter(({ type }) => type === "cgroup" || type === "cgroup2")
    .map(({ path }) => join(path, lab.netns));
}

export function makeCgroups(lab: Lab): string[] {
  const groups = cgroupsOf(lab);
  for (const group of groups) {
    mkdirSync(group, { recursive: true });
    // In version 1 a new cpuset has no CPU and no memory node, and takes no process until it has both.
    for (const file of ["cpuset.cpus", "cpuset.mems"]) {
      const [own, parent] = [join(group, file), join(group, "..", file)];
      if (existsSync(own) && existsSync(parent)) writeFileSync(own, readFileSync(parent));
    }
  }
  return groups;
}

/** Ids of the processes in the lab's control groups. */
export function pidsInCgroups(lab: Lab): number[] {
  return cgroupsOf(lab)
    .flatMap(tree)
    .flatMap((group) => unlessGone(() => readFileSync(join(group, "cgroup.procs"), "utf8"))?.split("\n") ?? [])
    .filter(Boolean)
    .map(Number);
}

/** What is running in the lab may remove its own groups meanwhile. */
function unlessGone<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (["ENOENT", "ENODEV"].includes((error as NodeJS.ErrnoException).code ?? "")) return undefined;
    throw error;
  }
}

/** Removes the lab's control groups, which must hold no process. */
export function removeCgroups(lab: Lab): void {
  for (const group of cgroupsOf(lab).flatMap(tree)) rmdirSync(group);
}

/** A group and all beneath it, the deepest first; none if it does not exist. */
function tree(group: string): string[] {
  const entries = unlessGone(() => readdirSync(group, { withFileTypes: true }));
  if (entries === undefined) return [];
  const children = entries.filter((entry) => entry.isDirectory());
  return [...children.flatMap((child) => tree(join(group, child.name))), group];
}
