import { chmodSync, copyFileSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { gzipSync } from "node:zlib";
import { run } from "../run";
import { loadOrder, MODULES } from "./modules";
import type { Parts } from "./parts";

/** The guest's own scripts. */
export const SCRIPTS = join(__dirname, "..", "guest");

/** Writes the guest's initramfs: busybox, the scripts and a few kernel modules. */
export async function buildInitramfs(parts: Parts, work: string, output: string, signal?: AbortSignal): Promise<void> {
  const tree = join(work, "initramfs");
  for (const folder of ["bin", "lab", "etc", "lib/modules"]) mkdirSync(join(tree, folder), { recursive: true });

  copyFileSync(join(parts.root, "bin/busybox"), join(tree, "bin/busybox"));
  symlinkSync("bin/busybox", join(tree, "init"));
  for (const script of readdirSync(SCRIPTS)) {
    const target = join(tree, script === "inittab" ? "etc" : "lab", script);
    copyFileSync(join(SCRIPTS, script), target);
    chmodSync(target, 0o755);
  }

  const modules = join(parts.root, "lib/modules", parts.kernelVersion);
  await run("depmod", ["--basedir", parts.root, parts.kernelVersion], { signal });
  const order = loadOrder(MODULES, readFileSync(join(modules, "modules.dep"), "utf8"));
  const names: string[] = [];
  for (const path of order) names.push(await copyModule(join(modules, path), join(tree, "lib/modules")));
  writeFileSync(join(tree, "lib/modules/order"), `${names.join("\n")}\n`);

  const archive = join(work, "initramfs.cpio");
  const files = readdirSync(tree, { recursive: true, encoding: "utf8" });
  const cpio = join(parts.root, "bin/cpio");
  const args = ["--create", "--quiet", "--format=newc", "--owner=+0:+0", "--reproducible", `--file=${archive}`];
  await run(cpio, args, { signal, cwd: tree, input: files.toSorted().join("\n") });
  writeFileSync(output, gzipSync(readFileSync(archive)));
}

/** Copies a module, uncompressed because busybox's insmod reads no other; returns its file's name. */
async function copyModule(source: string, folder: string): Promise<string> {
  const name = basename(source).replace(/\.(xz|zst)$/, "");
  const target = join(folder, name);
  mkdirSync(dirname(target), { recursive: true });
  copyFileSync(source, join(folder, basename(source)));
  if (source.endsWith(".xz")) await run("xz", ["--decompress", join(folder, basename(source))]);
  if (source.endsWith(".zst")) await run("zstd", ["--decompress", "--quiet", "--rm", join(folder, basename(source))]);
  return name;
}
