import { createHash } from "node:crypto";
import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import type { GuestFiles } from "../paths";
import { buildDisk } from "./disk";
import { buildInitramfs, SCRIPTS } from "./initramfs";
import { type BuildOptions, ensureParts, type Parts } from "./parts";

/** Where downloads and built guests stay from one lab to the next. */
export function cacheFolder(): string {
  return join(process.env.XDG_CACHE_HOME || join(homedir(), ".cache"), "virtuned-lab");
}

/** Puts the guest's kernel, initramfs and disk image where a lab has them; builds them unless the cache has them. */
export async function provideGuest(target: GuestFiles, options: BuildOptions): Promise<void> {
  mkdirSync(options.cache, { recursive: true });
  const parts = await ensureParts(options);
  const built = join(options.cache, `guest-${fingerprint(parts)}`);
  if (!existsSync(built)) await build(parts, built, options);
  copyFileSync(join(built, "vmlinuz"), target.kernel);
  copyFileSync(join(built, "initrd.img"), target.initrd);
  copyFileSync(join(built, "guest.qcow2"), target.disk);
}

async function build(parts: Parts, folder: string, options: BuildOptions): Promise<void> {
  options.say("Building the guest");
  const work = `${folder}.${process.pid}`;
  const done = join(work, "done");
  try {
    mkdirSync(done, { recursive: true });
    const [kernel, initrd] = [join(done, "vmlinuz"), join(done, "initrd.img")];
    copyFileSync(join(parts.root, "boot", `vmlinuz-${parts.kernelVersion}`), kernel);
    await buildInitramfs(parts, work, initrd, options.signal);
    await buildDisk(parts, kernel, initrd, work, join(done, "guest.qcow2"), options.signal);
    // Another `up` may have been quicker; what it built is the same.
    if (!existsSync(folder)) renameSync(done, folder);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

/** Changes when the guest would: with the scripts, the programs that build it, and the kernel. */
function fingerprint(parts: Parts): string {
  const hash = createHash("sha256").update(parts.kernelVersion);
  for (const folder of [SCRIPTS, __dirname]) {
    for (const file of readdirSync(folder).toSorted()) hash.update(file).update(readFileSync(join(folder, file)));
  }
  return hash.digest("hex").slice(0, 12);
}
