import { readFileSync } from "node:fs";
import { userInfo } from "node:os";
import { LabError } from "./errors";
import { describeRequirements, hasApt, missingRequirements, readOsRelease } from "./requirements";

export type CanRun = { readonly ok: true } | { readonly ok: false; readonly reason: string };

export interface CanRunOptions {
  /**
   * Whether `up` may install what is missing; without, missing packages are a reason not to run.
   *
   * @default true
   */
  readonly install?: boolean;
}

/** Says whether a lab can be brought up here, and if not why and what to do. Changes nothing. */
export function canRun(options: CanRunOptions = {}): CanRun {
  const no = (reason: string): CanRun => ({ ok: false, reason });
  if (process.platform !== "linux") {
    return no(
      `The lab runs libvirt and QEMU, so it needs Linux; this is ${process.platform}. A Linux virtual machine will do.`,
    );
  }
  if (process.arch !== "x64") return no(`The lab's guest is made for x86-64; this machine is ${process.arch}.`);
  if (process.geteuid?.() !== 0) return no(notRoot());
  if (!canMakeNamespaces()) {
    return no(
      "The lab makes namespaces and mounts, and this root lacks the capability CAP_SYS_ADMIN or CAP_NET_ADMIN, as in a " +
        "container. Run it on the machine itself, or in a container started with --privileged.",
    );
  }
  const missing = missingRequirements();
  if (missing.length > 0 && (options.install === false || !hasApt())) {
    const system = readOsRelease().PRETTY_NAME ?? "an unknown system";
    return no(`The lab needs what this machine (${system}) lacks:\n${describeRequirements(missing)}`);
  }
  return { ok: true };
}

/** @throws LabError with the reason, if a lab can't be brought up here */
export function assertCanRun(options: CanRunOptions = {}): void {
  const answer = canRun(options);
  if (!answer.ok) throw new LabError(answer.reason);
}

function notRoot(): string {
  const { username, uid } = userInfo();
  return (
    `The lab needs root: it makes namespaces and mounts and starts libvirtd. This process is ${username} (uid ${uid}), and ` +
    'nothing was tried or changed. Run the same command as root, for example\n  sudo env "PATH=$PATH" npm run lab -- up\n' +
    "(sudo often has another PATH, without Node). Afterwards you can use the lab's URI without sudo."
  );
}

/** Numbers from capabilities(7). */
const [CAP_NET_ADMIN, CAP_SYS_ADMIN] = [12n, 21n];

function canMakeNamespaces(): boolean {
  const effective = /^CapEff:\s*([0-9a-f]+)$/m.exec(readFileSync("/proc/self/status", "utf8"))?.[1];
  const bits = BigInt(`0x${effective ?? "0"}`);
  return [CAP_NET_ADMIN, CAP_SYS_ADMIN].every((capability) => (bits >> capability) & 1n);
}
