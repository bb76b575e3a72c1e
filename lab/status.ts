import { accessSync, constants, existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { LabError } from "./errors";
import { hasNetns } from "./namespace";
import type { Lab } from "./paths";
import { pidsOf } from "./processes";
import { type Domain, parseDomainList, parseVersions, type Versions, virsh } from "./virsh";

/** `broken`: something of the lab is there but libvirtd does not answer; `up` makes it anew, `down` removes it. */
export type LabState = "up" | "down" | "broken";

export interface LabStatus {
  readonly lab: Lab;
  readonly state: LabState;
  /** Why it is broken. */
  readonly reason?: string;
  readonly versions?: Versions;
  /** The domains that the lab's libvirt knows. */
  readonly domains: readonly Domain[];
}

/**
 * Looks at a lab without changing it.
 *
 * @throws LabError if it is there but this user may not use its socket
 */
export async function statusOf(lab: Lab): Promise<LabStatus> {
  if (![lab.runFolder, lab.stateFolder].some(existsSync) && !hasNetns(lab)) return { lab, state: "down", domains: [] };
  assertMayUse(lab);
  try {
    const versions = parseVersions(await virsh(lab, ["version"]));
    const domains = parseDomainList(await virsh(lab, ["list", "--all"]));
    if (!isAlive(lab, "virtlogd")) return { lab, state: "broken", reason: "virtlogd has ended", versions, domains };
    return { lab, state: "up", versions, domains };
  } catch (error) {
    // The last line of what virsh says is the reason; those before say what it wanted to do.
    const reason = (error as Error).message
      .split("\n")
      .at(-1)!
      .replace(/^error: /, "");
    return { lab, state: "broken", reason, domains: [] };
  }
}

function assertMayUse(lab: Lab): void {
  try {
    accessSync(lab.socket, constants.R_OK | constants.W_OK);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EACCES") return;
    throw new LabError(
      `Lab "${lab.name}" is there, but its socket ${lab.socket} is for root and for whoever brought the lab up with sudo. ` +
        "Run the same command as root.",
    );
  }
}

/** Whether the process of a PID file is there; guests don't start without virtlogd. */
function isAlive(lab: Lab, daemon: string): boolean {
  try {
    const pid = readFileSync(join(lab.runFolder, "libvirt", `${daemon}.pid`), "utf8").trim();
    return readFileSync(`/proc/${pid}/comm`, "utf8").trim() === daemon;
  } catch {
    return false;
  }
}

/** Whether anything at all of a lab is on the machine. */
export async function leavesTrace(lab: Lab): Promise<boolean> {
  return [lab.runFolder, lab.stateFolder].some(existsSync) || hasNetns(lab) || (await pidsOf(lab)).length > 0;
}

/** The status for a person. */
export function formatStatus({ lab, state, reason, versions, domains }: LabStatus): string {
  const rows: [string, string][] = [["lab", `${lab.name} (${state})`]];
  if (reason !== undefined) rows.push(["reason", reason]);
  if (state !== "down") {
    rows.push(
      ["uri", lab.uri],
      ["namespace", lab.netns],
      ["libvirt", versions?.libvirt ?? "?"],
      ["qemu", versions?.qemu ?? "?"],
      ["images", lab.imagesFolder],
      ["logs", join(lab.stateFolder, "log")],
      ["guest kernel", lab.guest.kernel],
      ["guest initrd", lab.guest.initrd],
      ["kernel command line", lab.guest.commandLine],
      ["guest disk", lab.guest.disk],
      ["guests", domains.map((domain) => `${domain.name} (${domain.state})`).join(", ") || "none"],
    );
  }
  const width = Math.max(...rows.map(([label]) => label.length)) + 2;
  return rows.map(([label, value]) => `${label.padEnd(width)}${value}`).join("\n");
}
