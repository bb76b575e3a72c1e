import { type ChildProcess, execFile, execFileSync, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import type { HostFile } from "../../src/linux";

const execute = promisify(execFile);

const FRR = "/usr/lib/frr";
const NETWORKD = "/lib/systemd/systemd-networkd";

/** Why machines of a fabric can't be run here; `undefined` where they can. */
export function whyNoFabric(): string | undefined {
  if (process.platform !== "linux" || process.geteuid?.() !== 0) {
    return "namespaces need root of a Linux machine";
  }
  const missing = [join(FRR, "bgpd"), "/usr/bin/vtysh", NETWORKD].filter((file) => !existsSync(file));
  if (missing.length > 0) {
    return `${missing.join(", ")} missing: apt-get install frr systemd`;
  }
  return canMakeDevice("vxlan", "id", "1", "dstport", "4789") ? undefined : "no namespaces, or no VXLAN in the kernel";
}

/** Whether the kernel has VLAN devices. */
export function hasVlanDevices(): boolean {
  return canMakeDevice("vlan", "id", "1");
}

function canMakeDevice(...type: readonly string[]): boolean {
  const script = 'ip link add below type bridge; ip link add link below name above type "$@"';
  try {
    execFileSync("unshare", ["--net", "sh", "-euc", script, "sh", ...type], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}

/** What a machine has of its own. All else is this machine's, and can't be written to. */
const START = `
mount --make-rprivate /
mount --bind /etc /etc
mount -o remount,ro,bind /etc
for folder in /etc/frr /etc/sysctl.d /etc/systemd/network /var/log/frr /run; do mount -t tmpfs tmpfs $folder; done
touch /etc/frr/vtysh.conf
mkdir -p /run/frr /run/systemd/network /run/systemd/netif/links /run/systemd/netif/leases /run/systemd/netif/lldp
chown frr:frr /run/frr /var/log/frr /etc/frr
chown -R systemd-network:systemd-network /run/systemd/netif
mount -t proc proc /proc
# Settings of the network are the machine's own; all others are this machine's.
mount --bind /proc/sys /proc/sys
mount --bind /proc/sys/net /proc/sys/net
mount -o remount,ro,bind /proc/sys
# With a /sys that can't be written to networkd does not wait for udev.
mount -t sysfs -o ro sysfs /sys
ip link set lo up
echo started
exec sleep infinity
`;

/** A machine of a fabric: namespaces of its own, whose processes and devices end with it. */
export class FabricMachine {
  public static async start(name: string): Promise<FabricMachine> {
    const child = spawn(
      "unshare",
      ["--net", "--mount", "--uts", "--pid", "--fork", "--kill-child", "sh", "-euc", `hostname ${name}\n${START}`],
      { stdio: ["ignore", "pipe", "inherit"] },
    );
    await new Promise<void>((resolve, reject) => {
      child.stdout!.once("data", () => resolve());
      child.once("exit", (code) => reject(new Error(`${name} did not start: ${code}`)));
    });
    return new FabricMachine(name, child);
  }

  private constructor(
    public readonly name: string,
    private readonly child: ChildProcess,
  ) {}

  /** Runs a program, and returns what it printed. */
  public async run(...command: readonly string[]): Promise<string> {
    const { stdout } = await execute("nsenter", [
      ...["--target", String(this.child.pid), "--net", "--mount", "--uts"],
      // Where the processes end with the machine.
      `--pid=/proc/${this.child.pid}/ns/pid_for_children`,
      "--",
      ...command,
    ]);
    return stdout;
  }

  public async sh(script: string): Promise<string> {
    return this.run("sh", "-euc", script);
  }

  /** Has the files that were written for it, and starts what reads them: networkd, then FRR. */
  public async boot(files: readonly HostFile[]): Promise<void> {
    for (const { path, content } of files) {
      await this.run("sh", "-euc", 'printf %s "$2" > "$1"', "sh", path, content);
    }
    await this.sh(`
      find /etc/sysctl.d -type f -exec /lib/systemd/systemd-sysctl {} +
      (exec ${NETWORKD} > /run/networkd.log 2>&1 < /dev/null) &
      . /etc/frr/daemons
      ${FRR}/zebra --daemon $zebra_options
      ${FRR}/bgpd --daemon $bgpd_options
      vtysh -b > /run/vtysh.log 2>&1`);
  }

  /** What FRR shows, as JSON. */
  // biome-ignore lint/suspicious/noExplicitAny: FRR's own
  public async show(what: string): Promise<any> {
    return JSON.parse(await this.run("vtysh", "-c", `show ${what} json`));
  }

  /** @param bytes of the packet, which is not fragmented */
  public async ping(address: string, options: { readonly from?: string; readonly bytes?: number } = {}): Promise<void> {
    const { from, bytes = 84 } = options;
    const headers = address.includes(":") ? 48 : 28;
    const source = from === undefined ? [] : ["-I", from];
    await this.run("ping", "-c", "1", "-W", "2", "-M", "do", "-s", String(bytes - headers), ...source, address);
  }

  /** Connects two machines by a cable. */
  public async cable(own: string, other: FabricMachine, there: string): Promise<void> {
    const { pid } = other.child;
    await execute("nsenter", [
      ...["--target", String(this.child.pid), "--net", "--"],
      ...["ip", "link", "add", own, "type", "veth", "peer", "name", there, "netns", String(pid)],
    ]);
    await this.run("ip", "link", "set", own, "up");
    await other.run("ip", "link", "set", there, "up");
  }

  public async stop(): Promise<void> {
    const ended = new Promise((resolve) => this.child.once("exit", resolve));
    this.child.kill("SIGKILL");
    await ended;
  }
}

/** Tries until it does not throw. */
export async function eventually<T>(what: () => Promise<T>, seconds = 25): Promise<T> {
  const deadline = Date.now() + seconds * 1000;
  for (;;) {
    try {
      return await what();
    } catch (error) {
      if (Date.now() > deadline) {
        throw error;
      }
      await new Promise((resolve) => setTimeout(resolve, 400));
    }
  }
}
