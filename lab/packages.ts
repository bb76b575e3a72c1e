import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { LabError } from "./errors";
import { describeRequirements, hasApt, hasCommand, missingRequirements, readOsRelease } from "./requirements";
import { run } from "./run";

const APT = ["-y", "-q", "-o", "Dpkg::Use-Pty=0", "-o", "APT::Sandbox::User=root"];
const APT_ENV = { DEBIAN_FRONTEND: "noninteractive" };

export interface PackageOptions {
  readonly signal?: AbortSignal;
  readonly say: (line: string) => void;
  /** Whether to install what is missing. */
  readonly install: boolean;
}

/**
 * Makes sure that the machine has what a lab needs.
 *
 * @throws LabError naming what is missing, where it can't be installed or shall not be
 */
export async function ensurePackages(options: PackageOptions): Promise<void> {
  const missing = missingRequirements();
  if (missing.length === 0) return;
  if (!options.install || !hasApt()) {
    const why = options.install
      ? `this is ${readOsRelease().PRETTY_NAME ?? "an unknown system"}, and it can install packages on Debian and Ubuntu only`
      : "it was told to install nothing";
    throw new LabError(
      `The lab needs what this machine lacks, and ${why}. Install, then try again:\n${describeRequirements(missing)}`,
    );
  }
  const packages = [...new Set(missing.map((requirement) => requirement.package))];
  options.say(`Installing ${packages.join(", ")}; no service is started or enabled`);
  const before = await installedPackages();
  await withoutStartingServices(() => aptGet(["install", "--no-install-recommends", ...APT, ...packages], options));
  const added = [...(await installedPackages())].filter((name) => !before.has(name));
  await disableServices(added, options);

  const still = missingRequirements();
  if (still.length > 0) {
    throw new LabError(
      `apt-get installed ${packages.join(", ")}, but there still is no\n${describeRequirements(still)}`,
    );
  }
}

/** Runs apt-get; where it fails, once more with fresh package lists, for old ones are the usual reason. */
export async function aptGet(
  args: readonly string[],
  options: Pick<PackageOptions, "signal" | "say">,
  cwd?: string,
): Promise<void> {
  const settings = { signal: options.signal, env: APT_ENV, visible: true, cwd };
  try {
    await run("apt-get", args, settings);
  } catch {
    options.signal?.throwIfAborted();
    options.say("apt-get failed; fetching fresh package lists and trying once more");
    await run("apt-get", ["update", "-q"], settings);
    await run("apt-get", args, settings);
  }
}

async function installedPackages(): Promise<Set<string>> {
  const list = await run("dpkg-query", ["--show", "--showformat", "${db:Status-Status} ${Package}\n"]);
  return new Set(list.split("\n").flatMap((line) => (line.startsWith("installed ") ? [line.slice(10)] : [])));
}

/** Debian asks this program whether a package may start its services; 101 means no. */
const POLICY = "/usr/sbin/policy-rc.d";
const POLICY_MARK = "# Written by the lab of virtuned while it installs packages.";

/**
 * Runs something while no package may start a service.
 *
 * Were this program killed before it takes its policy away, every later installation on the machine would suffer; so
 * the policy holds only while this process lives.
 */
async function withoutStartingServices(action: () => Promise<void>): Promise<void> {
  if (existsSync(POLICY) && !readFileSync(POLICY, "utf8").includes(POLICY_MARK)) {
    const forbids = await run(POLICY, ["libvirtd", "start"]).then(
      () => false,
      () => true,
    );
    if (!forbids) {
      throw new LabError(
        `${POLICY} exists already and lets packages start services. Installing libvirt would start the machine's own ` +
          "libvirtd, so the lab leaves the installation to you:\n" +
          describeRequirements(missingRequirements()),
      );
    }
    await action();
    return;
  }
  writeFileSync(POLICY, `#!/bin/sh\n${POLICY_MARK}\n[ -d /proc/${process.pid} ] || exit 0\nexit 101\n`, {
    mode: 0o755,
  });
  try {
    await action();
  } finally {
    rmSync(POLICY, { force: true });
  }
}

/** Takes back what the maintainers' scripts of new packages enabled for the next boot. */
async function disableServices(packages: readonly string[], options: PackageOptions): Promise<void> {
  if (packages.length === 0 || !hasCommand("systemctl")) return;
  const files = (await run("dpkg-query", ["--listfiles", ...packages])).split("\n");
  const units = unitsAmong(files);
  if (units.length === 0) return;
  options.say("Disabling what the new packages enabled for the next boot");
  await run("systemctl", ["disable", "--quiet", ...units], { signal: options.signal }).catch((error: Error) =>
    options.say(`Could not disable them: ${error.message}`),
  );
}

/** What can be enabled among a package's files; templates (`x@.service`) are never enabled as such. */
export function unitsAmong(files: readonly string[]): string[] {
  const names = files.map(
    (file) => /^(?:\/usr)?\/lib\/systemd\/system\/([^/@]+\.(?:service|socket|timer|target))$/.exec(file)?.[1],
  );
  return [...new Set(names.filter((name) => name !== undefined))];
}
