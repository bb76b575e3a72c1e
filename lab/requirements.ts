import { accessSync, constants, existsSync, readFileSync } from "node:fs";
import { delimiter, join } from "node:path";

/** Something a lab needs on the machine. */
export interface Requirement {
  /** A command, or a file if it begins with `/`. */
  readonly need: string;
  readonly purpose: string;
  /** The package that has it on Debian and Ubuntu. */
  readonly package: string;
}

/** What must be installed. The guest's parts are only unpacked: see guest-image/parts.ts. */
const REQUIREMENTS: readonly Requirement[] = [
  { need: "libvirtd", purpose: "libvirt's daemon", package: "libvirt-daemon-system" },
  { need: "virtlogd", purpose: "writes the consoles of guests to files", package: "libvirt-daemon-system" },
  { need: "virsh", purpose: "libvirt's command line", package: "libvirt-clients" },
  { need: "qemu-system-x86_64", purpose: "runs guests", package: "qemu-system-x86" },
  { need: "qemu-img", purpose: "makes disk images", package: "qemu-utils" },
  { need: "/usr/share/OVMF/OVMF_CODE_4M.fd", purpose: "UEFI firmware for guests", package: "ovmf" },
  { need: "swtpm", purpose: "TPM for guests", package: "swtpm" },
  { need: "swtpm_setup", purpose: "prepares a guest's TPM", package: "swtpm-tools" },
  { need: "dnsmasq", purpose: "DHCP and DNS of libvirt's networks", package: "dnsmasq-base" },
  { need: "iptables", purpose: "NAT of libvirt's networks", package: "iptables" },
  { need: "ip", purpose: "makes the network namespace", package: "iproute2" },
  { need: "unshare", purpose: "makes the other namespaces", package: "util-linux" },
  { need: "nsenter", purpose: "enters the network namespace", package: "util-linux" },
  { need: "depmod", purpose: "finds what kernel modules depend on", package: "kmod" },
  { need: "xz", purpose: "unpacks kernel modules", package: "xz-utils" },
  { need: "zstd", purpose: "unpacks kernel modules", package: "zstd" },
];

/** Those that the machine lacks. */
export function missingRequirements(): Requirement[] {
  return REQUIREMENTS.filter(({ need }) => (need.startsWith("/") ? !existsSync(need) : !hasCommand(need)));
}

export function hasCommand(command: string): boolean {
  const folders = [...(process.env.PATH ?? "").split(delimiter), "/usr/local/sbin", "/usr/sbin", "/sbin"];
  return folders.some((folder) => {
    try {
      accessSync(join(folder, command), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

/** Whether packages can be had the way Debian and Ubuntu have them. */
export function hasApt(osRelease = readOsRelease()): boolean {
  const ids = [osRelease.ID, ...(osRelease.ID_LIKE ?? "").split(" ")];
  return ids.some((id) => id === "debian" || id === "ubuntu") && hasCommand("apt-get");
}

/** os-release(5): shell assignments, a value perhaps in quotes. */
export function parseOsRelease(text: string): Record<string, string> {
  const pairs = [...text.matchAll(/^([A-Z_0-9]+)=(["']?)(.*)\2$/gm)].map((match) => [match[1]!, match[3]!]);
  return Object.fromEntries(pairs);
}

export function readOsRelease(): Record<string, string> {
  try {
    return parseOsRelease(readFileSync("/etc/os-release", "utf8"));
  } catch {
    return {};
  }
}

/** One line for each requirement, for messages. */
export function describeRequirements(requirements: readonly Requirement[]): string {
  return requirements
    .map(({ need, purpose, package: name }) => `  ${need}: ${purpose} (Debian and Ubuntu: package ${name})`)
    .join("\n");
}
