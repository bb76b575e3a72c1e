import { execFileSync, spawn } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import type { HostFile } from "../../src/linux";
import { newFolder } from "./folders";

const NETWORKD = "/lib/systemd/systemd-networkd";
const DEADLINE_MS = 20_000;

/**
 * Runs systemd-networkd on a folder of files, in namespaces of its own: without interfaces, without the files of this machine, and with
 * `/sys` read-only, so that it does not wait for udev.
 */
const RUN = `
  mount --make-rprivate /
  mount -t tmpfs tmpfs /run/systemd
  mkdir -p /run/systemd/netif/links /run/systemd/netif/leases /run/systemd/netif/lldp
  chown -R systemd-network: /run/systemd/netif
  mount --bind "$1" /etc/systemd/network
  mount -o remount,bind,ro /sys
  SYSTEMD_LOG_TARGET=console SYSTEMD_LOG_LEVEL=info exec ${NETWORKD} 2>&1
`;

/** Why systemd-networkd can't be tried here; `undefined` where it can. */
export const noNetworkd: string | undefined = findOut();

if (noNetworkd !== undefined) {
  process.stderr.write(`Files for systemd are not read by systemd: ${noNetworkd}\n`);
}

/**
 * What systemd has to say of `.netdev`, `.network` and `.service` files: nothing where it knows each section and key, and takes each value.
 * Devices that this machine's kernel lacks do not matter.
 */
export async function complaintsOfSystemd(files: readonly HostFile[]): Promise<string[]> {
  const folder = newFolder();
  const written = files.map(({ path, content }) => {
    const kind = path.endsWith(".service") ? "services" : "network";
    const file = join(folder, kind, basename(path));
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, content);
    return file;
  });
  const services = written.filter((file) => file.endsWith(".service"));
  return [
    ...(services.length < written.length ? await complaintsOfNetworkd(join(folder, "network")) : []),
    ...services.flatMap(complaintsOfService),
  ];
}

async function complaintsOfNetworkd(folder: string): Promise<string[]> {
  const said = await new Promise<string>((resolve, reject) => {
    const networkd = spawn("unshare", ["--mount", "--net", "sh", "-euc", RUN, "sh", folder]);
    const timer = setTimeout(() => networkd.kill(), DEADLINE_MS);
    let output = "";
    for (const stream of [networkd.stdout, networkd.stderr]) {
      stream.on("data", (data) => {
        output += data;
        // All files are read before it looks at interfaces.
        if (output.includes("Enumeration completed")) {
          networkd.kill();
        }
      });
    }
    networkd.on("error", reject);
    networkd.on("close", () => {
      clearTimeout(timer);
      resolve(output);
    });
  });
  if (!said.includes("Enumeration completed")) {
    throw new Error(`systemd-networkd did not come so far as to read its files:\n${said}`);
  }
  return said.split("\n").filter((line) => line.startsWith("/etc/systemd/network/"));
}

function complaintsOfService(file: string): string[] {
  let said: string;
  try {
    said = execFileSync("sh", ["-c", 'systemd-analyze verify --man=no "$1" 2>&1', "sh", file], { encoding: "utf8" });
  } catch (error) {
    said = String((error as { stdout?: string }).stdout);
  }
  return said.split("\n").filter((line) => line.includes(basename(file)));
}

function findOut(): string | undefined {
  if (process.geteuid?.() !== 0) {
    return "that needs root";
  }
  for (const [program, ...args] of [
    [NETWORKD, "--version"],
    ["systemd-analyze", "--version"],
    ["unshare", "--mount", "--net", "true"],
  ] as const) {
    try {
      execFileSync(program, args, { stdio: "ignore" });
    } catch {
      return `${[program, ...args].join(" ")} fails`;
    }
  }
  return undefined;
}
