import { execFileSync } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { transformSync } from "@swc/core";

const ROOT = join(__dirname, "..");
/** Within node_modules, so that what is compiled finds all packages. */
const CACHE = join(ROOT, "node_modules", ".cache", "bench");

/**
 * Compiles the kit and the benchmarks, so that what is measured runs in plain Node: a loader of TypeScript would make
 * stack traces dearer, which would be unfair to cdktf's classes.
 */
export function compileForChildren(): void {
  rmSync(CACHE, { recursive: true, force: true });
  for (const folder of ["src", "bench"]) {
    const paths = readdirSync(join(ROOT, folder), { recursive: true, encoding: "utf8" });
    for (const path of paths.filter((name) => name.endsWith(".ts"))) {
      const target = join(CACHE, folder, path.replace(/\.ts$/, ".js"));
      mkdirSync(dirname(target), { recursive: true });
      writeFileSync(target, compiled(readFileSync(join(ROOT, folder, path), "utf8")));
    }
  }
}

const compiled = (source: string): string =>
  transformSync(source, { jsc: { parser: { syntax: "typescript" }, target: "es2022" }, module: { type: "commonjs" } })
    .code;

/** Runs a compiled program of this folder and reads the JSON that it writes. */
export function runChild<T>(program: string, argument: string): T {
  const args = ["--max-old-space-size=8192", join(CACHE, "bench", `${program}.js`), argument];
  return JSON.parse(execFileSync(process.execPath, args, { encoding: "utf8", maxBuffer: 1 << 20 }));
}
