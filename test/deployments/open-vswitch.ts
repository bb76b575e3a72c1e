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

/** Open vSwitch in the namespaces of a lab's libvirt, which ends it when it is taken down. */
export class LabOpenVSwitch {
  public constructor(private readonly lab: Lab) {}

  /** Starts it, with a bridge that needs no kernel module. */
  public async start(bridge: string): Promise<void> {
    await this.inside(
      "sh",
      "-euc",
      `mkdir -p /run/openvswitch
       ovsdb-tool create /run/openvswitch/conf.db /usr/share/openvswitch/vswitch.ovsschema
       ovsdb-server --remote=punix:/run/openvswitch/db.sock --pidfile --detach --log-file=/run/openvswitch/ovsdb.log /run/openvswitch/conf.db
       ovs-vsctl --no-wait init
       ovs-vswitchd --pidfile --detach --log-file=/run/openvswitch/vswitchd.log
       ovs-vsctl --timeout=30 add-br ${bridge} -- set bridge ${bridge} datapath_type=netdev`,
    );
  }

  /** VLAN settings of the port that a guest's NIC is, as `ovs-vsctl` prints them. */
  public async port(tap: string): Promise<string> {
    const columns = ["tag", "trunks", "vlan_mode"];
    const values = await Promise.all(columns.map((column) => this.inside("ovs-vsctl", "get", "port", tap, column)));
    return columns.map((column, i) => `${column} ${values[i]!.trim()}`).join(", ");
  }

  private async inside(...command: readonly string[]): Promise<string> {
    const pid = readFileSync(join(this.lab.runFolder, "libvirt", "libvirtd.pid"), "utf8").trim();
    const { stdout } = await execute("nsenter", ["--target", pid, "--mount", "--net", "--uts", "--", ...command]);
    return stdout;
  }
}
