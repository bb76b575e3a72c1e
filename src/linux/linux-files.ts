import type { HostFile } from "./host-file";
import { Sysctl } from "./sysctl";
import { UnitFile } from "./unit-file";

/** Files of a Linux machine that several writers add to. `where` is who writes: errors name it. */
export interface LinuxFiles {
  /** The `.netdev` file of a device that systemd-networkd makes. */
  netdev(name: string, where: string): UnitFile;
  /** The `.network` file of an interface. */
  network(name: string, where: string): UnitFile;
  /** Sets a setting of the kernel. */
  sysctl(key: string, value: string | number, where: string): void;
  /** Adds any other file. */
  add(file: HostFile, where: string): void;
}

/** Before what distributions, installers and cloud-init write: the first file that matches an interface is the one that counts. */
export const NETWORKD = "/etc/systemd/network/05-virtuned-";
export const SYSCTL = "/etc/sysctl.d/90-virtuned.conf";

/** Linux names a network interface with at most 15 characters. */
export const MAX_INTERFACE_NAME = 15;

/** Has systemd-networkd look after an interface that is a part of a switch: the machine has no addresses there, and its start waits for none. */
export function withoutAddresses(files: LinuxFiles, name: string, mtu: number, where: string): UnitFile {
  return (
    files
      .network(name, where)
      // Said here, where networkd changes it on a device that is there.
      .set("Link", "MTUBytes", mtu)
      .set("Link", "RequiredForOnline", false)
      .set("Network", "LinkLocalAddressing", false)
      .set("Network", "IPv6AcceptRA", false)
  );
}

/** Files of a machine that is no host of a platform, such as a switch that runs Linux. */
export class SwitchFiles implements LinuxFiles {
  readonly #units = new Map<string, UnitFile>();
  readonly #sysctl = new Sysctl();
  readonly #others: HostFile[] = [];

  public netdev(name: string, where: string): UnitFile {
    return this.unit(`${NETWORKD}${name}.netdev`, where).set("NetDev", "Name", name);
  }

  public network(name: string, where: string): UnitFile {
    return this.unit(`${NETWORKD}${name}.network`, where).set("Match", "Name", name);
  }

  public sysctl(key: string, value: string | number, where: string): void {
    this.#sysctl.set(key, value, where);
  }

  public add(file: HostFile): void {
    this.#others.push(file);
  }

  /** All files, in the order of their paths. */
  public get files(): readonly HostFile[] {
    return [
      ...[...this.#units.values()].map((unit) => ({ path: unit.path, content: unit.toString() })),
      ...(this.#sysctl.isEmpty ? [] : [{ path: SYSCTL, content: this.#sysctl.toString() }]),
      ...this.#others,
    ].sort((a, b) => (a.path < b.path ? -1 : 1));
  }

  private unit(path: string, where: string): UnitFile {
    const unit = this.#units.get(path)?.by(where) ?? new UnitFile(path, where);
    this.#units.set(path, unit);
    return unit;
  }
}
