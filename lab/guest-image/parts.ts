import { existsSync, mkdirSync, readdirSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { LabError } from "../errors";
import { aptGet } from "../packages";
import { hasApt, readOsRelease } from "../requirements";
import { run } from "../run";

/**
 * What the guest and its disk image are made of. It is unpacked into the cache, never installed: a kernel would go
 * into the machine's boot menu, and busybox-static would drive out the machine's busybox.
 */
const PACKAGES = [
  "busybox-static",
  "cpio",
  "mtools",
  "syslinux",
  "syslinux-common",
  "shim-signed",
  "grub-efi-amd64-signed",
];

/** The package that always depends on the newest kernel for virtual machines. */
const KERNELS: Readonly<Record<string, string>> = { debian: "linux-image-cloud-amd64", ubuntu: "linux-image-virtual" };

export interface BuildOptions {
  readonly cache: string;
  readonly signal?: AbortSignal;
  readonly say: (line: string) => void;
}

/** Unpacked packages. */
export interface Parts {
  readonly root: string;
  readonly kernelVersion: string;
}

/**
 * Downloads and unpacks {@link PACKAGES} and a kernel, unless the cache has them.
 *
 * @throws LabError where there is no apt
 */
export async function ensureParts(options: BuildOptions): Promise<Parts> {
  const root = join(options.cache, "parts");
  if (!existsSync(root)) await unpack(root, options);
  const [kernelVersion] = readdirSync(join(root, "lib/modules"));
  if (kernelVersion === undefined)
    throw new LabError(`${root} has no kernel modules. Remove that folder and try again.`);
  return { root, kernelVersion };
}

async function unpack(root: string, options: BuildOptions): Promise<void> {
  if (!hasApt()) {
    throw new LabError(
      `The lab's guest is made of packages of Debian or Ubuntu, and this is ${readOsRelease().PRETTY_NAME ?? "an unknown system"}. ` +
        `Copy ~/.cache/virtuned-lab from a machine where \`lab up\` has run to ${options.cache}.`,
    );
  }
  const work = `${root}.${process.pid}`;
  rmSync(work, { recursive: true, force: true });
  mkdirSync(join(work, "packages"), { recursive: true });
  try {
    const packages = [...PACKAGES, ...(await kernelPackages())];
    options.say(`Downloading the guest's parts (not installed): ${packages.join(", ")}`);
    await aptGet(["download", "-q", "-o", "APT::Sandbox::User=root", ...packages], options, join(work, "packages"));
    for (const file of readdirSync(join(work, "packages"))) {
      await run("dpkg-deb", ["--extract", join(work, "packages", file), work], { signal: options.signal });
    }
    rmSync(join(work, "packages"), { recursive: true });
    // Another lab may have been quicker; what it unpacked is the same.
    if (!existsSync(root)) renameSync(work, root);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

/** The packages of the newest kernel; Ubuntu has its modules in one of their own. */
async function kernelPackages(): Promise<string[]> {
  const { ID: id = "debian", ID_LIKE: like = "" } = readOsRelease();
  const meta = KERNELS[id] ?? (like.includes("ubuntu") ? KERNELS.ubuntu! : KERNELS.debian!);
  const depends = await run("apt-cache", ["depends", "--important", meta]);
  const image = imageAmong(depends);
  if (image === undefined) throw new LabError(`apt knows no kernel: \`apt-cache depends ${meta}\` says\n${depends}`);
  return image.endsWith("-generic") ? [image, image.replace("linux-image-", "linux-modules-")] : [image];
}

/** The kernel with a version in its name, in the answer of `apt-cache depends`. */
export function imageAmong(depends: string): string | undefined {
  return /^\s*Depends: (linux-image-\d\S*)$/m.exec(depends)?.[1];
}
