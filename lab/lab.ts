import { existsSync, readdirSync, rmdirSync } from "node:fs";
import { assertCanRun } from "./can-run";
import { removeCgroups } from "./cgroups";
import { makeFolders, startDaemons } from "./daemons";
import { cacheFolder, provideGuest } from "./guest-image";
import { locked } from "./lock";
import { removeNetns, restoreNetnsFolder } from "./namespace";
import { ensurePackages } from "./packages";
import { type Lab, labNamed, RUN_ROOT, STATE_ROOT } from "./paths";
import { endProcesses } from "./processes";
import { run } from "./run";
import { leavesTrace, statusOf } from "./status";

export interface LabOptions {
  /** Ends the work when aborted; what was begun is taken back. */
  readonly signal?: AbortSignal;
  /**
   * Is told what happens, a line at a time.
   *
   * @default - nobody is
   */
  readonly say?: (line: string) => void;
}

export interface UpOptions extends LabOptions {
  /**
   * Whether to install missing packages, on Debian and Ubuntu.
   *
   * @default true
   */
  readonly install?: boolean;
}

/**
 * Brings a lab up: a libvirt of its own in namespaces of its own. A lab that is up stays as it is, one that is half
 * there is removed first.
 *
 * @param name - a lower-case letter followed by at most 15 of a-z, 0-9 and `-`
 * @throws LabError if the lab can't run here or something fails; nothing of it is left then
 */
export async function up(name?: string, options: UpOptions = {}): Promise<Lab> {
  const { signal, say = () => {}, install = true } = options;
  const lab = labNamed(name);
  assertCanRun({ install });
  return locked({ signal, say }, async () => {
    await ensurePackages({ signal, say, install });
    const { state, reason } = await statusOf(lab);
    if (state === "up") {
      say(`Lab "${lab.name}" is up already`);
      return lab;
    }
    if (await leavesTrace(lab)) {
      say(`Removing what is left of lab "${lab.name}"${reason === undefined ? "" : ` (${reason})`}`);
      await remove(lab);
    }
    const cache = cacheFolder();
    try {
      makeFolders(lab);
      await provideGuest(lab.guest, { cache, signal, say });
      say(`Starting libvirtd in network namespace ${lab.netns}`);
      await startDaemons(lab, cache, signal);
      return lab;
    } catch (error) {
      await remove(lab);
      throw error;
    }
  });
}

/**
 * Takes a lab down, with its guests, networks and every file of it. Does nothing where there is none.
 *
 * @returns whether there was anything to take down
 * @throws LabError if a process of it does not end, or without root
 */
export async function down(name?: string, options: LabOptions = {}): Promise<boolean> {
  const { signal, say = () => {} } = options;
  const lab = labNamed(name);
  if (!(await leavesTrace(lab))) return false;
  assertCanRun();
  return locked({ signal, say }, async () => {
    await remove(lab);
    return true;
  });
}

/** Works on every state that a killed `up`, a crashed daemon or a restarted machine can leave. */
async function remove(lab: Lab): Promise<void> {
  await endProcesses(lab);
  removeCgroups(lab);
  await removeNetns(lab);
  // Should somebody have mounted a file system beneath, its files are not the lab's.
  await run("rm", ["-rf", "--one-file-system", lab.runFolder, lab.stateFolder]);
  removeIfEmpty(STATE_ROOT);
  if (otherLabs().length > 0) return;
  await restoreNetnsFolder();
  removeIfEmpty(RUN_ROOT);
}

function otherLabs(): string[] {
  return existsSync(RUN_ROOT) ? readdirSync(RUN_ROOT).filter((name) => !name.startsWith(".")) : [];
}

function removeIfEmpty(folder: string): void {
  if (existsSync(folder) && readdirSync(folder).length === 0) rmdirSync(folder);
}
