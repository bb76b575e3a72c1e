import type { Lab } from "./paths";
import { run } from "./run";

/** How long libvirtd may take for an answer. */
const TIMEOUT_MS = 20_000;

/** Asks the libvirt of a lab, from outside of it. */
export async function virsh(
  lab: Lab,
  args: readonly string[],
  options: { signal?: AbortSignal } = {},
): Promise<string> {
  return run("virsh", ["--connect", lab.uri, "--quiet", ...args], { timeoutMs: TIMEOUT_MS, ...options });
}

export interface Domain {
  readonly name: string;
  /** libvirt's word, such as `running` or `shut off`. */
  readonly state: string;
}

/** Reads the table of `virsh --quiet list --all`: id, name, state. */
export function parseDomainList(text: string): Domain[] {
  return text
    .split("\n")
    .map((line) => /^\s*(?:\d+|-)\s+(\S.*?)\s{2,}(\S.*?)\s*$/.exec(line))
    .filter((match) => match !== null)
    .map((match) => ({ name: match[1]!, state: match[2]! }));
}

export interface Versions {
  readonly libvirt?: string;
  readonly qemu?: string;
}

/** Reads `virsh version`. */
export function parseVersions(text: string): Versions {
  return {
    libvirt: /^Using library: libvirt (\S+)/m.exec(text)?.[1],
    qemu: /^Running hypervisor: QEMU (\S+)/m.exec(text)?.[1],
  };
}
