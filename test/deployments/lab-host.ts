import { execFile, execFileSync, spawn } from "node:child_process";
import { closeSync, existsSync, mkdirSync, openSync, readFileSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:net";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import { down, type Lab, labNamed } from "../../lab";
import { makeCgroups } from "../../lab/cgroups";
import { addNetns, hasNetns, pidsInNetns } from "../../lab/namespace";
import { FileMode, type HostFile } from "../../src/linux";

const execute = promisify(execFile);

/** How long the system, and interfaces, may take until they are ready. */
const READY_MS = 60_000;

/** Whether hosts can be booted here. */
export function canBootHosts(): boolean {
  try {
    execFileSync("systemd-nspawn", ["--version"], { stdio: "ignore" });
    execFileSync("networkctl", ["--version"], { stdio: "ignore" });
    // Not all that are root may, such as in a container.
    execFileSync("unshare", ["--mount", "--net", "true"], { stdio: "ignore" });
    return true;
  } catch (error) {
    process.stderr.write(`Hosts are not booted here: ${(error as Error).message}\n`);
    return false;
  }
}

/** How a host can be reached by SSH. */
export interface LabSsh {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  /** File with the private key that is let in. */
  readonly privateKey: string;
  /** As `known_hosts` has it, without the host. */
  readonly hostKey: string;
  /** The public key that is let in. */
  readonly clientKey: string;
}

/**
 * A Linux host with systemd, systemd-networkd and D-Bus: this machine's own system, booted in a container whose network is that of a lab's
 * libvirt. What is written in it is kept apart and gone with it.
 *
 * It has no udev, so `.link` files do nothing, and no settings of the kernel but `net.*` can be changed.
 */
export class LabHost {
  /** Boots a host around a lab that is up, before Open vSwitch is started there. The lab ends it when it is taken down. */
  public static async of(lab: Lab): Promise<LabHost> {
    const folder = join(lab.runFolder, "host");
    const shared = join(lab.runFolder, "openvswitch");
    mkdirSync(folder, { recursive: true });
    mkdirSync(lab.stateFolder, { recursive: true });
    const log = openSync(join(lab.stateFolder, "host.log"), "a");
    const booted = spawn("sh", [join(__dirname, "lab-host.sh")], {
      env: {
        PATH: "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
        HOST_NETNS: lab.netns,
        HOST_FOLDER: folder,
        HOST_SHARED: shared,
        HOST_CGROUPS: makeCgroups(lab).join(" "),
      },
      stdio: ["ignore", log, log],
      detached: true,
    });
    booted.unref();
    closeSync(log);
    await shareOpenVSwitch(lab, shared);
    const host = new LabHost(lab);
    await host.waitUntilBooted();
    return host;
  }

  /** Boots a host without a libvirt. End it with `stop`. */
  public static async alone(name: string): Promise<LabHost> {
    const lab = labNamed(name);
    mkdirSync(lab.runFolder, { recursive: true });
    if (!hasNetns(lab)) {
      await addNetns(lab);
    }
    return LabHost.of(lab);
  }

  /** Joins two hosts by a cable. */
  public static async connect(a: LabHost, interfaceOfA: string, b: LabHost, interfaceOfB: string): Promise<void> {
    const end = (host: LabHost, name: string) => ["name", name, "netns", host.lab.netns];
    await execute("ip", ["link", "add", ...end(a, interfaceOfA), "type", "veth", "peer", ...end(b, interfaceOfB)]);
    for (const [host, name] of [
      [a, interfaceOfA],
      [b, interfaceOfB],
    ] as const) {
      await execute("ip", ["-n", host.lab.netns, "link", "set", name, "up"]);
    }
  }

  #init = 0;
  #ssh?: { readonly server: Server; readonly access: LabSsh };

  private constructor(public readonly lab: Lab) {}

  /**
   * Runs a program as root on the host.
   * @returns what it wrote to standard output
   */
  public async run(...command: readonly string[]): Promise<string> {
    const { stdout } = await execute("nsenter", this.entering(command), { maxBuffer: 1 << 26 });
    return stdout.trim();
  }

  /** Runs commands of a shell as root on the host. */
  public async shell(commands: string): Promise<string> {
    return this.run("sh", "-euc", commands);
  }

  /** Where on this machine a path of the host is. */
  public path(path: string): string {
    return join("/proc", String(this.#init), "root", path);
  }

  /** Puts files on the host, has them used, and waits until all interfaces are as they say. */
  public async apply(files: readonly HostFile[]): Promise<void> {
    for (const { path, content, mode = FileMode.READABLE } of files) {
      mkdirSync(dirname(this.path(path)), { recursive: true });
      writeFileSync(this.path(path), content, { mode: Number.parseInt(mode, 8) });
    }
    for (const { path } of files.filter(({ path }) => path.startsWith("/etc/sysctl.d/"))) {
      await this.run("sysctl", "--load", path);
    }
    await this.run("networkctl", "reload");
    await this.waitUntilConfigured();
    const services = files.map(({ path }) => path).filter((path) => path.endsWith(".service"));
    if (services.length > 0) {
      await this.run("systemctl", "daemon-reload");
    }
    for (const service of services) {
      await this.run("systemctl", "enable", service);
      await this.run("systemctl", "restart", service.replace(/.*\//, ""));
    }
  }

  /** @throws Error with the state of all interfaces, where one fails or takes too long */
  public async waitUntilConfigured(): Promise<void> {
    const deadline = Date.now() + READY_MS;
    for (;;) {
      const links = await this.run("networkctl", "list", "--no-legend", "--no-pager");
      const states = links.split("\n").map((line) => line.trim().split(/\s+/)[4]);
      if (states.every((state) => state === "configured" || state === "unmanaged")) {
        return;
      }
      if (states.includes("failed") || Date.now() > deadline) {
        const journal = await this.run("journalctl", "--unit=systemd-networkd", "--no-pager", "--lines=30");
        throw new Error(`interfaces of ${this.lab.netns} are not configured:\n${links}\n${journal}`);
      }
      await sleep(100);
    }
  }

  /** Starts the host anew, with the files that it has. */
  public async reboot(): Promise<void> {
    const before = this.#init;
    await this.run("systemctl", "reboot").catch(() => "");
    await this.waitUntilBooted(before);
    await this.waitUntilConfigured();
  }

  /** Lets SSH in: an sshd on the host, reached at a port of this machine. */
  public async ssh(): Promise<LabSsh> {
    this.#ssh ??= await this.letSshIn();
    return this.#ssh.access;
  }

  /** Ends the host, and its lab. */
  public async stop(): Promise<void> {
    this.#ssh?.server.close();
    await down(this.lab.name);
  }

  private async letSshIn(): Promise<{ server: Server; access: LabSsh }> {
    const folder = join(this.lab.runFolder, "ssh");
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    // As distributions have them.
    const hostKeys = ["rsa", "ecdsa", "ed25519"];
    for (const [file, type] of [["client", "ed25519"], ...hostKeys.map((type) => [type, type])] as const) {
      await execute("ssh-keygen", ["-q", "-t", type!, "-N", "", "-C", "", "-f", join(folder, file!)]);
    }
    const onHost = "/etc/virtuned-lab-ssh";
    await this.shell(`mkdir -p ${onHost}; chmod 700 ${onHost}`);
    for (const file of [...hostKeys, "client.pub"]) {
      writeFileSync(this.path(`${onHost}/${file}`), readFileSync(join(folder, file)), { mode: 0o600 });
    }
    const options = [
      ...hostKeys.map((type) => `HostKey=${onHost}/${type}`),
      `AuthorizedKeysFile=${onHost}/client.pub`,
      "StrictModes=no",
      "UsePAM=no",
      "PermitRootLogin=prohibit-password",
      "Subsystem=sftp internal-sftp",
    ].flatMap((option) => ["-o", option]);
    // Paused: what the client says is for sshd, not for this process.
    const server = createServer({ pauseOnConnect: true }, (socket) => {
      const start = 'mkdir -p /run/sshd; exec /usr/sbin/sshd -i -f /dev/null "$@"';
      const sshd = spawn("nsenter", this.entering(["sh", "-c", start, "sshd", ...options]), {
        stdio: [socket, socket, "ignore"],
      });
      sshd.on("error", () => {});
      socket.destroy();
    });
    server.unref();
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as { port: number };
    const [hostKey, clientKey] = ["ecdsa.pub", "client.pub"].map((file) =>
      readFileSync(join(folder, file), "utf8").trim(),
    );
    return {
      server,
      access: {
        host: "127.0.0.1",
        port,
        user: "root",
        privateKey: join(folder, "client"),
        hostKey: hostKey!,
        clientKey: clientKey!,
      },
    };
  }

  private entering(command: readonly string[]): string[] {
    return [
      "--target",
      String(this.#init),
      "--mount",
      "--uts",
      "--ipc",
      "--net",
      "--pid",
      "--cgroup",
      "--",
      ...command,
    ];
  }

  private async waitUntilBooted(before = 0): Promise<void> {
    const deadline = Date.now() + READY_MS;
    for (;;) {
      this.#init = await this.findInit();
      if (this.#init !== 0 && this.#init !== before) {
        const state = await this.run("systemctl", "is-system-running").catch((error) => String(error.stdout).trim());
        if (state === "running") {
          return;
        }
        if (state === "degraded") {
          throw new Error(`units of the host failed:\n${await this.run("systemctl", "--failed", "--no-pager")}`);
        }
      }
      if (Date.now() > deadline) {
        const log = readFileSync(join(this.lab.stateFolder, "host.log"), "utf8");
        throw new Error(`host ${this.lab.netns} does not boot:\n${log}`);
      }
      await sleep(50);
    }
  }

  /** The process in the lab's network that is the first of a namespace of its own. */
  private async findInit(): Promise<number> {
    for (const pid of await pidsInNetns(this.lab)) {
      try {
        if (/^NSpid:\t\d+\t1$/m.test(readFileSync(`/proc/${pid}/status`, "utf8"))) {
          return pid;
        }
      } catch {
        // It has ended meanwhile.
      }
    }
    return 0;
  }
}

/** Has libvirt find the Open vSwitch of the host, and the host that of the lab, whoever starts it. */
async function shareOpenVSwitch(lab: Lab, shared: string): Promise<void> {
  const pidFile = join(lab.runFolder, "libvirt", "libvirtd.pid");
  if (existsSync(pidFile)) {
    const pid = readFileSync(pidFile, "utf8").trim();
    await execute("nsenter", ["--target", pid, "--mount", "--", "ln", "-sfn", shared, "/run/openvswitch"]);
  }
}
