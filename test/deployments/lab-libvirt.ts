import { execFile } from "node:child_process";
import { promisify } from "node:util";
import type { Lab } from "../../lab";

const execute = promisify(execFile);

/** Asks the libvirt of a lab. */
export class LabLibvirt {
  public constructor(public readonly lab: Lab) {}

  public async virsh(...args: readonly string[]): Promise<string> {
    const { stdout } = await execute("virsh", ["--connect", this.lab.uri, "--quiet", ...args], {
      env: { ...process.env, LC_ALL: "C.UTF-8" },
    });
    return stdout.trim();
  }

  /** Values of the attributes or texts that an XPath finds in a guest's definition: that of the running guest, where it runs. */
  public async find(guest: string, xpath: string): Promise<string[]> {
    const found = await this.virsh("dumpxml", guest, "--xpath", xpath).catch(() => "");
    return found.split("\n").flatMap((line) => {
      const text = line.trim();
      return text === "" ? [] : [/^[\w:]+="(.*)"$/.exec(text)?.[1] ?? text];
    });
  }

  public async state(guest: string): Promise<string> {
    return this.virsh("domstate", guest);
  }

  public async uuid(guest: string): Promise<string> {
    return this.virsh("domuuid", guest);
  }

  /** Another number after each start. */
  public async run(guest: string): Promise<string> {
    return this.virsh("domid", guest);
  }

  /** Names of all that libvirt has. */
  public async everything(): Promise<string[]> {
    const lists = await Promise.all([
      this.virsh("list", "--all", "--name"),
      this.virsh("net-list", "--all", "--name"),
      this.virsh("pool-list", "--all", "--name"),
    ]);
    return lists
      .join("\n")
      .split("\n")
      .map((name) => name.trim())
      .filter(Boolean);
  }

  /** Runs a program in the lab's network namespace. */
  public async inNamespace(...command: readonly string[]): Promise<string> {
    const { stdout } = await execute("ip", ["netns", "exec", this.lab.netns, ...command]);
    return stdout.trim();
  }
}
