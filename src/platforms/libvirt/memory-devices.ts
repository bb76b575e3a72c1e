import type { DomainConfig, DomainDevicesMemorydevs } from "@cdktf/provider-libvirt/lib/domain";
import type { Construct } from "constructs";
import { Annotations } from "../../cdktf";
import { MemoryAccess } from "../../constructs/compute/persistent-memory-device";
import { ConfigurationError } from "../../errors";
import { PERSISTENT_MEMORY_LIMITS, PERSISTENT_MEMORY_PRACTICES, type Practice } from "../../practices";
import type { PersistentMemoryIntent, VmIntent } from "../platform";
import type { LibvirtHost } from "./libvirt-host";
import { isAtLeast } from "./version";

/** @throws ConfigurationError for what the host can't start */
export function checkPersistentMemory(where: string, host: LibvirtHost, { device }: PersistentMemoryIntent): void {
  const { virtioPmemLibvirt } = PERSISTENT_MEMORY_LIMITS;
  if (device.model === "virtio-pmem" && !isAtLeast(host.libvirtVersion, virtioPmemLibvirt)) {
    throw new ConfigurationError({
      where,
      what: `host ${host.name} starts no guests with virtio-pmem, as far as is known`,
      given: `libvirt ${host.libvirtVersion?.join(".") ?? "not known"}`,
      allowed: `libvirt ${virtioPmemLibvirt.join(".")} or later`,
      mend: "give the host's `libvirtVersion`, or PersistentMemoryDevice.nvdimmOnFile() instead",
      practice: PERSISTENT_MEMORY_PRACTICES.virtioPmemVersion.id,
    });
  }
}

/** Records what a device is given, and warns of what it does not keep. */
export function explainPersistentMemory(scope: Construct, { device, size, log }: PersistentMemoryIntent): void {
  const { model, access, real, path, labelSize, alignSize, ownAlignment, readOnly } = device;
  const { virtioPmem, fileNotDurable, dax, shared, privateMapping } = PERSISTENT_MEMORY_PRACTICES;
  const warn = ({ reason, id }: Practice) => Annotations.of(scope).addWarning(`${device}: ${reason} [${id}]`);
  const virtio = model === "virtio-pmem";
  const isPrivate = access === MemoryAccess.PRIVATE;
  log.record(virtio ? virtioPmem : real ? dax : fileNotDurable, "memory.model", model, undefined, true);
  log.record(isPrivate ? privateMapping : shared, "memory.access", access, undefined, isPrivate);
  log.record(PERSISTENT_MEMORY_PRACTICES.path, "source.path", path, undefined, true);
  log.record(PERSISTENT_MEMORY_PRACTICES.alignment, "target.size", size, undefined, true);
  if (!virtio) {
    log.record(PERSISTENT_MEMORY_PRACTICES.alignment, "source.alignsize", alignSize, undefined, ownAlignment);
  }
  if (labelSize !== undefined) {
    log.record(PERSISTENT_MEMORY_PRACTICES.labels, "target.label", labelSize, undefined, true);
  }
  if (readOnly) {
    log.record(PERSISTENT_MEMORY_PRACTICES.readOnly, "target.readonly", true, undefined, true);
  }
  if (isPrivate) {
    warn(privateMapping);
  } else if (!virtio && !real && !readOnly) {
    warn(fileNotDurable);
  }
}

/**
 * What a machine has for its memory devices. libvirt counts them in `memory`, and has slots for them only where there is a NUMA cell, which holds
 * the memory that the machine was given.
 */
export function memoryDevicesOf(
  { vcpus, memory }: VmIntent,
  cpu: DomainConfig["cpu"],
  devices: readonly PersistentMemoryIntent[],
): Pick<DomainConfig, "memory" | "maximumMemory" | "maximumMemoryUnit" | "maximumMemorySlots" | "cpu"> {
  if (devices.length === 0) {
    return {};
  }
  const total = devices.reduce((sum, { size }) => sum.plus(size), memory).toKibibytes();
  return {
    memory: total,
    maximumMemory: total,
    maximumMemoryUnit: "KiB",
    maximumMemorySlots: devices.length,
    cpu: {
      ...cpu,
      numa: {
        cell: [{ id: 0, cpus: vcpus === 1 ? "0" : `0-${vcpus - 1}`, memory: memory.toKibibytes(), unit: "KiB" }],
      },
    },
  };
}

export function memoryDeviceOf({ device, size }: PersistentMemoryIntent): DomainDevicesMemorydevs {
  const { model, access, real, path, labelSize, alignSize, readOnly } = device;
  const target = { size: size.toKibibytes(), sizeUnit: "KiB" };
  if (model === "virtio-pmem") {
    return { model, access, source: { path }, target };
  }
  return {
    model,
    access,
    source: { path, alignSize: alignSize.toKibibytes(), alignSizeUnit: "KiB", ...(real && { pmem: true }) },
    target: {
      ...target,
      nodeAttribute: 0,
      ...(labelSize !== undefined && { label: { size: labelSize.toKibibytes(), sizeUnit: "KiB" } }),
      ...(readOnly && { readOnly: true }),
    },
  };
}
