// Makes a fresh clone ready: installs what package-lock.json names and builds the bindings. Does nothing where both are there already.
import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, statSync } from "node:fs";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const newer = (a, b) => !existsSync(b) || statSync(a).mtimeMs > statSync(b).mtimeMs;
const npm = (...args) =>
  execFileSync("npm", args, { cwd: root, stdio: "inherit", shell: process.platform === "win32" });

if (newer(`${root}package-lock.json`, `${root}node_modules/.package-lock.json`)) {
  console.log("virtuned: installing dependencies (npm ci)");
  npm("ci", "--no-audit", "--no-fund");
}

const bindings = `${root}bindings/libvirt/`;
const sources = readdirSync(`${bindings}src`, { recursive: true }).map((file) => `${bindings}src/${file}`);
if ([`${bindings}schema.json`, ...sources].some((source) => newer(source, `${bindings}lib/index.js`))) {
  console.log("virtuned: building the bindings for libvirt");
  npm("run", "-s", "build:bindings");
}
