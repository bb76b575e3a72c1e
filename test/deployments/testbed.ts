import { closeSync, openSync, readFileSync, writeSync } from "node:fs";
import { join } from "node:path";
import { Boot, type TunedStack } from "virtuned";
import { Accelerator, LibvirtHost, LibvirtPlatform } from "virtuned/libvirt";
import { down, type GuestReport, type Lab, labNamed, readGuestReport, up } from "../../lab";
import { available } from "./available";
import { type Change, Deployment, said } from "./deployment";
import { LabLibvirt } from "./lab-libvirt";

/** How long a guest may take to start and report, on a busy machine without KVM. */
const BOOT_SECONDS = 150;

/** A lab that tests of one file share, and what they deploy to it. */
export class Testbed {
  public readonly lab: Lab;
  public readonly libvirt: LabLibvirt;
  readonly #deployments: Deployment[] = [];

  public constructor(
    name: string,
    private readonly terraform: string,
  ) {
    this.lab = labNamed(name);
    this.libvirt = new LabLibvirt(this.lab);
  }

  public deployment(): Deployment {
    const made = new Deployment(this.terraform);
    this.#deployments.push(made);
    return made;
  }

  public removeFolders(): void {
    for (const deployment of this.#deployments) {
      deployment.removeFolder();
    }
  }

  public platform(stack: TunedStack): LibvirtPlatform {
    const host = LibvirtHost.at("lab", this.lab.uri, { accelerator: Accelerator.TCG });
    return new LibvirtPlatform(stack, "kvm", { hosts: [host] });
  }

  /** The lab's own small system, loaded by the hypervisor. */
  public boot(): Boot {
    const { kernel, initrd, commandLine } = this.lab.guest;
    return Boot.kernel({ kernel, initrd, cmdline: commandLine });
  }

  /** Where a guest's console goes that is to be read. */
  public consoleLog(guest: string): string {
    return `/var/log/libvirt/qemu/${guest}-console.log`;
  }

  /**
   * What a guest found in itself, once it is as expected.
   * @throws Error with the end of its console, if that does not happen in time
   */
  public async report(guest: string, expected: (report: GuestReport) => boolean = () => true): Promise<GuestReport> {
    const deadline = Date.now() + BOOT_SECONDS * 1000;
    let report: GuestReport | undefined;
    while (report === undefined || !expected(report)) {
      if (Date.now() > deadline) {
        const console = readFileSync(join(this.lab.stateFolder, "log/libvirt/qemu", `${guest}-console.log`), "utf8");
        throw new Error(
          `guest ${guest} did not report what was expected. The end of its console:\n${console.slice(-4000)}`,
        );
      }
      const newerThan = report;
      report = await readGuestReport(this.lab, guest, { waitSeconds: 5, newerThan }).catch(() => newerThan);
    }
    return report;
  }
}

/** What a plan does to the hosts: without the kit's own steps. */
export function onHosts(changes: readonly Change[]): string[] {
  return said(changes.filter(({ address }) => address.startsWith("libvirt_")));
}

/** Writes into a file that others have open, and leaves the rest as it is. */
export function mark(path: string, text: string, position = 0): void {
  const file = openSync(path, "r+");
  writeSync(file, text, position);
  closeSync(file);
}

/** Tests on a lab; skipped, and counted as that, where there can be none. */
export function describeOnLab(what: string, tests: (bed: Testbed) => void): void {
  const run = available.ok ? describe : describe.skip;
  run(what, () => {
    const name = `t-${process.pid}`;
    const bed = new Testbed(name, available.ok ? available.terraform : "");

    beforeAll(async () => {
      await up(name, { install: false });
    }, 300_000);

    afterAll(async () => {
      await down(name);
      bed.removeFolders();
    }, 60_000);

    tests(bed);
  });
}
