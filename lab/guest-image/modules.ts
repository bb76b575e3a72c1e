/** A kernel module that the guest loads if its kernel has it as a module; some kernels have some of them built in. */
export const MODULES = [
  // Buses and devices of QEMU
  "virtio_pci",
  "virtio_net",
  "virtio_blk",
  "virtio_scsi",
  "virtio_balloon",
  "virtio_rng",
  "sd_mod",
  "sr_mod",
  "nvme",
  "ata_piix",
  "vmxnet3",
  "vmw_pvscsi",
  // Persistent memory
  "nfit",
  "nd_pmem",
  // ACPI power button, and the device that tells of it
  "button",
  "evdev",
  // UEFI variables, to see whether Secure Boot is on
  "efivarfs",
  // File systems of a cloud-init disk
  "isofs",
  "nls_ascii",
  "nls_cp437",
  "nls_iso8859_1",
  "nls_utf8",
  "vfat",
];

/**
 * Orders modules so that each comes after all it depends on.
 *
 * @param wanted - names of modules; those that the kernel does not have as modules are left out
 * @param dependencies - text of `modules.dep`, written by depmod(8): `module: all it depends on`, the nearest first
 * @returns paths of modules as in `modules.dep`
 */
export function loadOrder(wanted: readonly string[], dependencies: string): string[] {
  const needs = new Map<string, { path: string; needs: string[] }>();
  for (const line of dependencies.split("\n")) {
    const [path, rest] = line.split(":");
    if (path && rest !== undefined) needs.set(moduleName(path), { path, needs: rest.split(" ").filter(Boolean) });
  }
  const order = new Set<string>();
  for (const name of wanted) {
    const module = needs.get(name);
    for (const path of module === undefined ? [] : [...module.needs.toReversed(), module.path]) order.add(path);
  }
  return [...order];
}

/** Files have `-` where the kernel has `_`: virtio-rng.ko.xz is virtio_rng. */
function moduleName(path: string): string {
  return path
    .slice(path.lastIndexOf("/") + 1)
    .replace(/\.ko(\.\w+)?$/, "")
    .replaceAll("-", "_");
}
