import { checkInteger, checkName, checkOneOf, requireLiteral } from "../../checks";
import { checkMade, checkOptions, checkPath, optional } from "../../constructs/given";
import { ConfigurationError } from "../../errors";
import type { IHost } from "../platform";
import { SshAccess } from "./ssh-access";
import { parseVersion, type Version } from "./version";

/** How a host runs guests. */
export enum Accelerator {
  /** Hardware virtualisation. */
  KVM = "kvm",
  /** QEMU's emulation: slow, but it runs anywhere. For labs. */
  TCG = "tcg",
}

/** Where a host has the files of UEFI. */
export interface UefiFiles {
  /** Firmware code, read-only flash. */
  readonly code: string;
  /** Template of the variables. */
  readonly variables: string;
}

/** UEFI of a distribution. */
export interface UefiFirmware {
  readonly plain: UefiFiles;
  /** With Secure Boot and its vendors' keys. */
  readonly secure: UefiFiles;
}

/** Where distributions have their UEFI (package `ovmf`, `edk2-ovmf`). */
export const UEFI_FIRMWARE = {
  debian: {
    plain: { code: "/usr/share/OVMF/OVMF_CODE_4M.fd", variables: "/usr/share/OVMF/OVMF_VARS_4M.fd" },
    secure: { code: "/usr/share/OVMF/OVMF_CODE_4M.ms.fd", variables: "/usr/share/OVMF/OVMF_VARS_4M.ms.fd" },
  },
  fedora: {
    plain: { code: "/usr/share/edk2/ovmf/OVMF_CODE.fd", variables: "/usr/share/edk2/ovmf/OVMF_VARS.fd" },
    secure: {
      code: "/usr/share/edk2/ovmf/OVMF_CODE.secboot.fd",
      variables: "/usr/share/edk2/ovmf/OVMF_VARS.secboot.fd",
    },
  },
} as const satisfies Record<string, UefiFirmware>;

export interface LibvirtHostOptions {
  /**
   * How it runs guests.
   * @default Accelerator.KVM
   */
  readonly accelerator?: Accelerator;
  /**
   * Version of libvirt, such as `"10.0.0"`: what is newer is refused, what needs a newer one says so.
   * @default - not known: what works on 9.0 is used, and what needs a newer one is refused
   */
  readonly libvirtVersion?: string;
  /**
   * CPUs of the host, threads included: guests with more vCPUs are refused.
   * @default - not known, not checked
   */
  readonly cpus?: number;
  /**
   * NUMA nodes of the host: a guest with more vCPUs than a node has CPUs is warned about.
   * @default - not known, not checked
   */
  readonly numaNodes?: number;
  /**
   * Version of QEMU, such as `"8.2.0"`: what needs a newer one is refused.
   * @default - not known, not checked
   */
  readonly qemuVersion?: string;
  /**
   * Where the host has UEFI.
   * @default UEFI_FIRMWARE.debian
   */
  readonly uefi?: UefiFirmware;
  /**
   * Folder of the host that holds the UEFI variables of its guests.
   * @default "/var/lib/libvirt/qemu/nvram"
   */
  readonly nvramFolder?: string;
  /**
   * How the stack reaches the host to deliver its files: `SshAccess.agent({ host: "kvm1", hostKey: "ecdsa-sha2-nistp256 AAAA..." })`.
   * @default - it does not: the files are written beside the stack, for your own tools to deliver
   */
  readonly ssh?: SshAccess;
}

const URI = /^qemu(\+(ssh|sshcmd|libssh|libssh2|tcp|tls|unix))?:\/\/[^\s"'`<>\\]*$/;

/** A host that libvirt manages, and what is known of it. */
export class LibvirtHost implements IHost {
  /**
   * A host and how to reach its libvirt.
   *
   * @param name unique on the platform; part of the alias of its provider
   * @param uri libvirt connection URI: `qemu:///system`, `qemu+ssh://root@kvm1/system`
   * @throws ConfigurationError for a name or a URI that can't be used
   */
  public static at(name: string, uri: string, options: LibvirtHostOptions = {}): LibvirtHost {
    const where = `LibvirtHost.at(${JSON.stringify(name)})`;
    checkName(where, name);
    requireLiteral(where, "the URI", uri);
    if (typeof uri !== "string" || !URI.test(uri)) {
      throw new ConfigurationError({
        where,
        what: "not a connection URI of libvirt's QEMU driver",
        given: uri,
        allowed: "qemu:///system, qemu:///session, qemu+ssh://USER@HOST/system and the like",
      });
    }
    if (/:\/\/[^/@]*:[^/@]*@/.test(uri)) {
      throw new ConfigurationError({ where, what: "the URI has a password in it", mend: "use an SSH key or an agent" });
    }
    return new LibvirtHost(
      name,
      uri,
      checkOptions(`LibvirtHost.at(${JSON.stringify(name)})`, "what is given", options),
    );
  }

  public readonly accelerator: Accelerator;
  public readonly libvirtVersion?: Version;
  public readonly cpus?: number;
  public readonly numaNodes?: number;
  public readonly qemuVersion?: Version;
  public readonly uefi: UefiFirmware;
  public readonly nvramFolder: string;
  public readonly ssh?: SshAccess;

  private constructor(
    public readonly name: string,
    public readonly uri: string,
    options: LibvirtHostOptions,
  ) {
    const where = `LibvirtHost.at(${JSON.stringify(name)})`;
    this.accelerator = checkOneOf(
      where,
      "accelerator",
      options.accelerator ?? Accelerator.KVM,
      Object.values(Accelerator),
    );
    this.libvirtVersion =
      options.libvirtVersion === undefined ? undefined : parseVersion(where, options.libvirtVersion);
    this.cpus =
      options.cpus === undefined ? undefined : checkInteger(where, "cpus", options.cpus, { min: 1, max: 8192 });
    this.numaNodes =
      options.numaNodes === undefined
        ? undefined
        : checkInteger(where, "numaNodes", options.numaNodes, { min: 1, max: 1024 });
    this.qemuVersion = options.qemuVersion === undefined ? undefined : parseVersion(where, options.qemuVersion);
    this.uefi = checkUefi(where, options.uefi ?? UEFI_FIRMWARE.debian);
    this.ssh = optional(options.ssh, (ssh) =>
      checkMade(where, "ssh", ssh, SshAccess, "SshAccess.agent({ ... }), SshAccess.privateKey({ ... })"),
    );
    this.nvramFolder = checkPath(where, "nvramFolder", options.nvramFolder ?? "/var/lib/libvirt/qemu/nvram");
  }
}

function checkUefi(where: string, uefi: UefiFirmware): UefiFirmware {
  for (const kind of ["plain", "secure"] as const) {
    for (const file of ["code", "variables"] as const) {
      checkPath(where, `uefi.${kind}.${file}`, uefi[kind]?.[file]);
    }
  }
  return uefi;
}
