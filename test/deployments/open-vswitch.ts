import { execFile, execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import type { Lab } from "../../lab";

const execute = promisify(execFile);

/** Whether Open vSwitch is installed. */
export function hasOpenVSwitch(): boolean {
  try {
    execFileSync("ovs-vswitchd", ["--version"], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}

/** Open vSwitch in the network of a lab, which ends it when it is taken down. */
export class LabOpenVSwitch {
  /** In the namespaces of the lab's libvirt. */
  public static ofLibvirt(lab: Lab): LabOpenVSwitch {
    return new LabOpenVSwitch(() => {
      const pid = readFileSync(join(lab.runFolder, "libvirt", "libvirtd.pid"), "utf8").trim();
      return ["nsenter", "--target", pid, "--mount", "--net", "--uts", "--"];
    });
  }

  /** Beside a host without a libvirt, whose folder of sockets it has. */
  public static besideHost(lab: Lab): LabOpenVSwitch {
    const folder = join(lab.runFolder, "openvswitch");
    return new LabOpenVSwitch(() => ["ip", "netns", "exec", lab.netns, "env", `OVS_RUNDIR=${folder}`]);
  }

  private constructor(private readonly enter: () => readonly string[]) {}

  /** Starts it, with a bridge that needs no kernel module. */
  public async start(bridge: string): Promise<void> {
    await this.run(
      "sh",
      "-euc",
      `folder=\${OVS_RUNDIR:-/run/openvswitch}
       mkdir -p $folder
       ovsdb-tool create $folder/conf.db /usr/share/openvswitch/vswitch.ovsschema
       ovsdb-server --remote=punix:$folder/db.sock --pidfile --detach --log-file=$folder/ovsdb.log $folder/conf.db
       ovs-vsctl --no-wait init
       ovs-vswitchd --pidfile --detach --log-file=$folder/vswitchd.log`,
    );
    await this.addBridge(bridge);
  }

  public async addBridge(bridge: string): Promise<void> {
    await this.run(
      "ovs-vsctl",
      "--timeout=30",
      "add-br",
      bridge,
      "--",
      "set",
      "bridge",
      bridge,
      "datapath_type=netdev",
    );
  }

  /** VLAN settings of the port that a guest's NIC is, as `ovs-vsctl` prints them. */
  public async port(tap: string): Promise<string> {
    const columns = ["tag", "trunks", "vlan_mode"];
    const values = await Promise.all(columns.map((column) => this.run("ovs-vsctl", "get", "port", tap, column)));
    return columns.map((column, i) => `${column} ${values[i]}`).join(", ");
  }

  /** Runs a program where Open vSwitch is, and returns what it printed. */
  public async run(...command: readonly string[]): Promise<string> {
    const [program, ...args] = [...this.enter(), ...command];
    const { stdout } = await execute(program!, args);
    return stdout.trim();
  }
}
