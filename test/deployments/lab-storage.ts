import { execFile, execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import { hasCommand } from "../../lab/requirements";
import type { Testbed } from "./testbed";

const execute = promisify(execFile);
const MEBIBYTE = 1 << 20;

/** Name of the target that a lab has. */
export const TARGET = "iqn.2004-10.com.example:disks";

/** Storage for a lab's pools: loop devices, and an iSCSI target in user space. All of it is gone after `remove`. */
export class LabStorage {
  public readonly hasLoops = canLoop();
  public readonly hasTarget = hasCommand("tgtd");
  readonly #devices = new Map<string, string>();

  public constructor(private readonly bed: Testbed) {}

  /** A device that is a file: with a file system, or with nothing. */
  public device(name: string): string {
    return this.#devices.get(name)!;
  }

  public async make(): Promise<void> {
    if (this.hasLoops) {
      await this.loop("formatted", 64);
      await execute("mkfs.ext4", ["-q", this.device("formatted")]);
      await this.loop("blank", 64);
    }
    if (this.hasTarget) {
      await this.startTarget();
    }
  }

  public async remove(): Promise<void> {
    for (const [name, device] of this.#devices) {
      await execute("losetup", ["--detach", device]);
      this.#devices.delete(name);
    }
  }

  /** What is left of it on the machine. */
  public async left(): Promise<string[]> {
    const { stdout } = await execute("losetup", ["--list", "--noheadings", "--output", "BACK-FILE"]);
    return stdout.split("\n").filter((file) => file.startsWith(this.bed.lab.imagesFolder));
  }

  /** Runs a program where the lab's libvirt runs. */
  public async run(command: string, ...args: readonly string[]): Promise<string> {
    const pid = readFileSync(join(this.bed.lab.runFolder, "libvirt", "libvirtd.pid"), "utf8").trim();
    const { stdout } = await execute("nsenter", ["--target", pid, "--mount", "--net", "--", command, ...args]);
    return stdout;
  }

  private async loop(name: string, mebibytes: number): Promise<void> {
    const { stdout } = await execute("losetup", ["--find", "--show", "--partscan", this.file(name, mebibytes)]);
    this.#devices.set(name, stdout.trim());
  }

  private file(name: string, mebibytes: number): string {
    const folder = join(this.bed.lab.imagesFolder, "storage");
    mkdirSync(folder, { recursive: true });
    const file = join(folder, name);
    writeFileSync(file, "");
    truncateSync(file, mebibytes * MEBIBYTE);
    return file;
  }

  /** A target with one LUN. It ends with the lab. */
  private async startTarget(): Promise<void> {
    await this.run("sh", "-euc", "ip link set lo up; mkdir -p /run/tgtd; tgtd --iscsi portal=127.0.0.1:3260");
    const admin = async (...args: readonly string[]) => this.run("tgtadm", "--lld", "iscsi", ...args);
    for (let tries = 0; ; tries++) {
      try {
        await admin("--op", "new", "--mode", "target", "--tid", "1", "--targetname", TARGET);
        break;
      } catch (error) {
        if (tries > 50) {
          throw error;
        }
        await sleep(100);
      }
    }
    const unit = ["--mode", "logicalunit", "--tid", "1", "--lun", "1"];
    await admin("--op", "new", ...unit, "--backing-store", this.file("lun", 32));
    await admin("--op", "bind", "--mode", "target", "--tid", "1", "--initiator-address", "ALL");
  }
}

function canLoop(): boolean {
  try {
    execFileSync("losetup", ["--find"], { stdio: "ignore" });
    return hasCommand("mkfs.ext4") && hasCommand("parted");
  } catch {
    return false;
  }
}
