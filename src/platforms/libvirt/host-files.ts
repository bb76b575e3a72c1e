import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { Construct } from "constructs";
import { type TerraformResource, TerraformStack } from "../../cdktf";
import { checkName, checkOneOf } from "../../checks";
import { checkOptions, checkPath, checkText } from "../../constructs/given";
import { writeBesideStack } from "../../constructs/stack-folder";
import { ConfigurationError, isToken } from "../../errors";
import { Delivery, FileMode, type HostFile, MAX_INTERFACE_NAME, NETWORKD, SYSCTL, Sysctl, UnitFile } from "../../linux";
import { waitFor } from "./definition";
import { deliver } from "./host-delivery";
import type { LibvirtHost } from "./libvirt-host";

/** Where udev has predictable names before a NIC is called so. The name of a renamed NIC can't be matched: `OriginalName` is the kernel's. */
const PROPERTIES: readonly (readonly [RegExp, string])[] = [
  [/^eno/, "ID_NET_NAME_ONBOARD"],
  [/^ens/, "ID_NET_NAME_SLOT"],
  [/^en[pP]/, "ID_NET_NAME_PATH"],
  [/^enx/, "ID_NET_NAME_MAC"],
];

/**
 * Files for a Linux host: what the host has to be like for the guests and networks on it.
 *
 * They are written beside the synthesised stack, below `hosts/`, in a folder for each host, with a script that installs them there. The
 * stack runs it where it is told how to reach the host: `ssh` of the host. Your own tools can.
 */
export class HostFiles extends Construct {
  readonly #units = new Map<string, UnitFile>();
  readonly #sysctl = new Sysctl();
  readonly #others = new Map<string, { readonly file: HostFile; readonly owner: string }>();
  readonly #owner: string;
  readonly #delivered?: TerraformResource;

  /** @param folder name of the host's folder below `hosts/` */
  public constructor(
    scope: Construct,
    public readonly host: LibvirtHost,
    folder: string,
  ) {
    super(scope, host.name);
    this.#owner = `${TerraformStack.of(this).node.path}-${folder}`.replace(/[^A-Za-z0-9._-]/g, "-");
    if (host.ssh !== undefined) {
      const content = () => this.#delivery.manifest;
      this.#delivered = deliver(this, { ssh: host.ssh, owner: this.#owner, folder, content });
    }
    writeBesideStack(this, (stackFolder) => {
      const hosts = join(stackFolder, "hosts");
      // Without files too: an empty folder takes away what an earlier synthesis left.
      mkdirSync(hosts, { recursive: true });
      // Without files too where the stack delivers: those that an earlier one delivered go.
      if (host.ssh !== undefined || this.files.length > 0) {
        this.#delivery.write(join(hosts, folder));
      }
    });
  }

  /** The `.netdev` file of a device that systemd-networkd makes. */
  public netdev(name: string, where: string): UnitFile {
    return this.#unit(`${NETWORKD}${interfaceName(where, name)}.netdev`, where).set("NetDev", "Name", name);
  }

  /** The `.network` file of an interface. */
  public network(name: string, where: string): UnitFile {
    return this.#unit(`${NETWORKD}${interfaceName(where, name)}.network`, where).set("Match", "Name", name);
  }

  /** The `.link` file of a physical NIC. It takes the place of systemd's own, which names NICs, so it says the name, too. */
  public link(name: string, where: string): UnitFile {
    const unit = this.#unit(`${NETWORKD}${interfaceName(where, name)}.link`, where);
    const property = PROPERTIES.find(([pattern]) => pattern.test(name))?.[1];
    return (
      property === undefined
        ? unit.set("Match", "OriginalName", name)
        : unit.set("Match", "Property", `${property}=${name}`)
    )
      .set("Link", "Name", name)
      .set("Link", "AlternativeNamesPolicy", "database onboard slot path");
  }

  /** A service that runs once at each start of the host, and when the files are delivered: for what has no files of its own. */
  public service(name: string, where: string): UnitFile {
    return this.#unit(`/etc/systemd/system/virtuned-${checkName(where, name)}.service`, where)
      .set("Service", "Type", "oneshot")
      .set("Service", "RemainAfterExit", true)
      .set("Install", "WantedBy", "multi-user.target");
  }

  /** Sets a setting of the kernel. */
  public sysctl(key: string, value: string | number, where: string): void {
    this.#sysctl.set(key, value, where);
  }

  /**
   * Adds any other file.
   * @throws ConfigurationError where there is another of the same path, and for content that is known only at apply time
   */
  public add(file: HostFile, where: string): void {
    const { content, mode = FileMode.READABLE } = checkOptions(where, "the file", file);
    const path = checkFilePath(where, file.path);
    checkOneOf(where, "mode", mode, Object.values(FileMode));
    if (isToken(checkText(where, `the content of ${path}`, content))) {
      throw new ConfigurationError({
        where,
        what: `the content of ${path} is known only at apply time, and files are written before`,
      });
    }
    const earlier = this.#others.get(path)?.file;
    const differs = earlier !== undefined && (earlier.content !== content || earlier.mode !== mode);
    if (path === SYSCTL || this.#units.has(path) || differs) {
      throw new ConfigurationError({
        where,
        what: `host ${this.host.name} has another file of this path already${differs ? `, that of ${this.#others.get(path)!.owner}` : ""}`,
        given: path,
        mend: "give one of them another name",
      });
    }
    if (earlier === undefined) {
      this.#others.set(path, { file: { path, content, mode }, owner: where });
    }
  }

  /** All files, in the order of their paths. */
  public get files(): readonly HostFile[] {
    return [
      ...[...this.#units.values()].map((unit) => ({ path: unit.path, content: unit.toString() })),
      ...(this.#sysctl.isEmpty ? [] : [{ path: SYSCTL, content: this.#sysctl.toString() }]),
      ...[...this.#others.values()].map(({ file }) => file),
    ].sort((a, b) => (a.path < b.path ? -1 : 1));
  }

  /** Has a resource of the stack wait until the files are on the host, where the stack delivers them. */
  public makeWait(resource: TerraformResource): void {
    if (this.#delivered !== undefined) {
      waitFor(resource, this.#delivered);
    }
  }

  get #delivery(): Delivery {
    return new Delivery(this.#owner, this.files);
  }

  #unit(path: string, where: string): UnitFile {
    const unit = this.#units.get(path)?.by(where) ?? new UnitFile(path, where);
    this.#units.set(path, unit);
    return unit;
  }
}

/** A path that is written in one way only, and survives a list of lines. */
function checkFilePath(where: string, path: string): string {
  const found = checkPath(where, "the path of a file", path);
  if (!/^(\/(?!\.\.?(\/|$))[^/]*[^/ ])+$/.test(found)) {
    throw new ConfigurationError({
      where,
      what: "the path of a file has an empty part, a part of dots, or one that ends with a space",
      given: path,
      allowed: "/etc/frr/frr.conf and the like",
    });
  }
  return found;
}

function interfaceName(where: string, name: string): string {
  return checkName(where, name, { maxLength: MAX_INTERFACE_NAME });
}
