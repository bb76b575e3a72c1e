import { randomUUID } from "node:crypto";
import { appendFileSync, chownSync, copyFileSync, cpSync, existsSync, mkdirSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { makeCgroups } from "./cgroups";
import { LabError } from "./errors";
import { addNetns } from "./namespace";
import { type Lab, RUN_ROOT, STATE_ROOT } from "./paths";
import { run } from "./run";
import { virsh } from "./virsh";

const HOST_FILES = join(__dirname, "host");

/** Folders of a lab's state: `images` and `guest` are its own, the rest lies over libvirt's, with what its packages make. */
const FOLDERS = [
  "etc",
  "lib/boot",
  "lib/images",
  "lib/qemu",
  "cache",
  "log/libvirt/qemu",
  "swtpm-ca",
  "images",
  "guest",
];

/** libvirt's own network filters, such as `clean-traffic`, which a guest's NIC may refer to. */
const NETWORK_FILTERS = "/usr/share/libvirt/nwfilter";

/** How long libvirtd may take to answer, on a busy machine; it first asks QEMU for its abilities. */
const READY_MS = 120_000;

/** Makes the folders of a lab, with the configuration of its daemons. */
export function makeFolders(lab: Lab): void {
  for (const root of [RUN_ROOT, STATE_ROOT]) mkdirSync(root, { recursive: true, mode: 0o755 });
  mkdirSync(join(lab.runFolder, "libvirt"), { recursive: true, mode: 0o755 });
  for (const folder of FOLDERS) {
    mkdirSync(join(lab.stateFolder, folder), { recursive: true, mode: 0o755 });
  }
  const etc = join(lab.stateFolder, "etc");
  for (const file of ["libvirtd.conf", "qemu.conf", "virtlogd.conf"])
    copyFileSync(join(HOST_FILES, file), join(etc, file));
  // Without this two labs have the machine's UUID, and libvirt refuses to migrate a guest from one to the other.
  appendFileSync(join(etc, "libvirtd.conf"), `host_uuid = "${randomUUID()}"\n`);
  if (existsSync(NETWORK_FILTERS)) cpSync(NETWORK_FILTERS, join(etc, "nwfilter"), { recursive: true });
}

/**
 * Starts virtlogd and libvirtd of a lab whose folders exist, and waits until libvirtd answers.
 *
 * @param cache - folder for what libvirtd learns of QEMU, so that the next lab need not wait for it
 * @throws LabError with the end of libvirtd's log, if it does not answer in two minutes
 */
export async function startDaemons(lab: Lab, cache: string, signal?: AbortSignal): Promise<void> {
  const [learnt, kept] = [join(lab.stateFolder, "cache/qemu/capabilities"), join(cache, "qemu-capabilities")];
  // libvirtd checks by itself whether this fits its version, the machine and QEMU.
  if (existsSync(kept)) cpSync(kept, learnt, { recursive: true });
  await addNetns(lab);
  await run("sh", [join(HOST_FILES, "start.sh")], {
    signal,
    timeoutMs: READY_MS,
    env: {
      LAB_NETNS: lab.netns,
      LAB_RUN: lab.runFolder,
      LAB_STATE: lab.stateFolder,
      LAB_CGROUPS: makeCgroups(lab).join(" "),
    },
  });
  await waitUntilReady(lab, signal);
  giveToCaller(lab);
  replaceFolder(learnt, kept);
}

async function waitUntilReady(lab: Lab, signal?: AbortSignal): Promise<void> {
  const deadline = Date.now() + READY_MS;
  for (;;) {
    try {
      await virsh(lab, ["version"], { signal });
      return;
    } catch (error) {
      signal?.throwIfAborted();
      if (Date.now() > deadline) {
        const log = join(lab.stateFolder, "log/libvirt/libvirtd.log");
        const end = await run("tail", ["-n", "20", log]).catch(() => "(it wrote none)");
        throw new LabError(
          `libvirtd started but does not answer: ${(error as Error).message}\nThe end of its log:\n${end}`,
        );
      }
      await sleep(100, undefined, { signal });
    }
  }
}

/** Copies a folder over another. */
function replaceFolder(source: string, target: string): void {
  const fresh = `${target}.${process.pid}`;
  cpSync(source, fresh, { recursive: true });
  rmSync(target, { recursive: true, force: true });
  renameSync(fresh, target);
}

/** Lets the person who called through sudo use the lab's socket without it. */
function giveToCaller(lab: Lab): void {
  const { SUDO_UID: uid, SUDO_GID: gid } = process.env;
  if (uid !== undefined && gid !== undefined) chownSync(lab.socket, Number(uid), Number(gid));
}
