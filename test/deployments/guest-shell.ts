import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import type { Testbed } from "./testbed";

const TIMEOUT_MS = 60_000;

/** The root shell on the serial console of a lab's guest, whose console is logged (`Testbed.consoleLog`). */
export class GuestShell {
  #commands = 0;

  public constructor(
    private readonly bed: Testbed,
    private readonly guest: string,
  ) {}

  /** What a command prints, on one line. */
  public async run(command: string): Promise<string> {
    const tty = await this.bed.libvirt.virsh("ttyconsole", this.guest);
    // QEMU takes what is typed while someone has the terminal open, and someone has to take what it prints there.
    const terminal = spawn("sh", ["-c", 'exec 3<> "$0"; cat <&3 > /dev/null & cat >&3; kill $!', tty], {
      stdio: ["pipe", "ignore", "inherit"],
    });
    const mark = `${this.guest}-${this.#commands++}`;
    // The console shows the command, too, with a "$" where its output has what was printed.
    terminal.stdin.write(`\necho "${mark}:" $( ${command} ) :end\n`);
    try {
      return await this.printed(new RegExp(`${mark}: (?!\\$)(.*?) ?:end`));
    } finally {
      terminal.stdin.end();
    }
  }

  private async printed(wanted: RegExp): Promise<string> {
    const deadline = Date.now() + TIMEOUT_MS;
    const log = join(this.bed.lab.stateFolder, "log/libvirt/qemu", `${this.guest}-console.log`);
    for (;;) {
      const console = readFileSync(log, "utf8");
      const found = wanted.exec(console);
      if (found !== null) {
        return found[1]!;
      }
      if (Date.now() > deadline) {
        throw new Error(
          `guest ${this.guest} did not print ${wanted}. The end of its console:\n${console.slice(-2000)}`,
        );
      }
      await setTimeout(200);
    }
  }
}
