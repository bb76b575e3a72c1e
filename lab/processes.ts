import { setTimeout as sleep } from "node:timers/promises";
import { pidsInCgroups } from "./cgroups";
import { LabError } from "./errors";
import { pidsInNetns } from "./namespace";
import type { Lab } from "./paths";

/** How long programs may take to end before they are killed: QEMU writes back what it holds of its disks. */
const GRACE_MS = 5_000;
/** How long the kernel may take to end a killed program. */
const KILL_MS = 10_000;
const POLL_MS = 50;

/** Ids of all processes of a lab: daemons, guests, dnsmasq, swtpm, and what was started with `ip netns exec`. */
export async function pidsOf(lab: Lab): Promise<number[]> {
  return [...new Set([...(await pidsInNetns(lab)), ...pidsInCgroups(lab)])].filter((pid) => pid !== process.pid);
}

/**
 * Ends all processes of a lab.
 *
 * @throws LabError if one outlives SIGKILL
 */
export async function endProcesses(lab: Lab): Promise<void> {
  if (await allEnd(lab, "SIGTERM", GRACE_MS)) return;
  if (await allEnd(lab, "SIGKILL", KILL_MS)) return;
  throw new LabError(
    `Processes of lab "${lab.name}" do not end: ${(await pidsOf(lab)).join(", ")}. They wait for the kernel, perhaps for a ` +
      "disk that does not answer. Run `lab down` again once they have ended.",
  );
}

async function allEnd(lab: Lab, signal: "SIGTERM" | "SIGKILL", withinMs: number): Promise<boolean> {
  const deadline = Date.now() + withinMs;
  const signalled = new Set<number>();
  for (;;) {
    const pids = await pidsOf(lab);
    if (pids.length === 0) return true;
    if (Date.now() > deadline) return false;
    // Each once: a second SIGTERM makes QEMU end without the rest. Newcomers may appear while the others end.
    for (const pid of pids.filter((candidate) => !signalled.has(candidate))) {
      signalled.add(pid);
      try {
        process.kill(pid, signal);
      } catch {
        // Ended by itself in between.
      }
    }
    await sleep(POLL_MS);
  }
}
