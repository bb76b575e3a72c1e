import type { DomainConfig, DomainDevices } from "@cdktf/provider-libvirt/lib/domain";
import type { Construct } from "constructs";
import { Annotations } from "../../cdktf";
import { CpuModel } from "../../constructs/compute/cpu-model";
import { FirmwareKind } from "../../constructs/compute/firmware";
import { ConfigurationError } from "../../errors";
import { COMPUTE_LIMITS, COMPUTE_PRACTICES } from "../../practices";
import type { VmIntent } from "../platform";
import { Accelerator, type LibvirtHost } from "./libvirt-host";

const DEFAULT_MACHINE = "q35";

/** Warns where a machine does not fit into one NUMA node of its host. */
export function warnOfNumaNodes(scope: Construct, { name, cpus, numaNodes }: LibvirtHost, { vcpus }: VmIntent): void {
  if (cpus !== undefined && numaNodes !== undefined && vcpus > Math.floor(cpus / numaNodes)) {
    const { id, reason, consequence } = COMPUTE_PRACTICES.oneNumaNode;
    Annotations.of(scope).addWarning(
      `${vcpus} vCPUs are more than a NUMA node of host ${name} has CPUs (${Math.floor(cpus / numaNodes)}): ${reason}; ${consequence} [${id}]`,
    );
  }
}

/** @throws ConfigurationError for what a machine on this host can't have */
export function checkMachine(where: string, host: LibvirtHost, intent: VmIntent): void {
  const { vcpus, guestId, boot, cpu, firmware, machine } = intent;
  if (vcpus > COMPUTE_LIMITS.maxVcpusWithoutIommu) {
    throw new ConfigurationError({
      where,
      what: "too many vCPUs for a machine without an IOMMU",
      given: vcpus,
      allowed: `1 to ${COMPUTE_LIMITS.maxVcpusWithoutIommu}`,
      practice: COMPUTE_PRACTICES.vcpuLimit.id,
    });
  }
  if (host.cpus !== undefined && vcpus > host.cpus) {
    throw new ConfigurationError({
      where,
      what: `more vCPUs than host ${host.name} has CPUs`,
      given: vcpus,
      allowed: `1 to ${host.cpus}`,
      mend: "give fewer, or a larger host; vCPUs that share a CPU wait for each other",
    });
  }
  if (guestId !== undefined) {
    throw new ConfigurationError({
      where,
      what: "libvirt has no guest identifiers",
      given: guestId,
      mend: "leave `guestId` out, or give it to the vSphere platform",
    });
  }
  if (firmware?.secureBoot && machine !== undefined && !machine.includes("q35")) {
    throw new ConfigurationError({
      where,
      what: "QEMU has Secure Boot on q35 machines only",
      given: machine,
      mend: "leave `machine` out",
      practice: COMPUTE_PRACTICES.machineQ35.id,
    });
  }
  if (boot?.fromTemplate !== undefined) {
    throw new ConfigurationError({
      where,
      what: "libvirt has no templates",
      given: boot.fromTemplate,
      allowed: "Boot.image(), Boot.kernel(), Boot.network()",
    });
  }
  if (
    cpu !== undefined &&
    host.accelerator === Accelerator.TCG &&
    (cpu.mode === "host-passthrough" || cpu.mode === "host-model")
  ) {
    throw new ConfigurationError({
      where,
      what: `without KVM host ${host.name} can't give its guests its own CPU`,
      given: String(cpu),
      allowed: "CpuModel.maximum(), CpuModel.named()",
      practice: COMPUTE_PRACTICES.emulatedCpu.id,
    });
  }
}

/** All of a domain but its disks and NICs. */
export function hardwareOf(host: LibvirtHost, intent: VmIntent): DomainConfig {
  const { log, shutdownTimeout } = intent;
  const timeout = shutdownTimeout.toSeconds();
  log.record(COMPUTE_PRACTICES.graceful, "update.shutdown.timeout", `${timeout} s`);
  return {
    name: intent.name,
    type: host.accelerator === Accelerator.KVM ? "kvm" : "qemu",
    ...(intent.description !== undefined && { description: intent.description }),
    vcpu: intent.vcpus,
    memory: intent.memory.toKibibytes(),
    memoryUnit: "KiB",
    autostart: intent.autostart,
    cpu: cpuOf(host, intent),
    os: osOf(host, intent),
    features: { acpi: true, apic: {}, ...(intent.firmware?.secureBoot && { smm: { state: "on" } }) },
    update: { shutdown: { timeout } },
  };
}

function cpuOf(host: LibvirtHost, { cpu, log }: VmIntent): DomainConfig["cpu"] {
  const emulated = host.accelerator === Accelerator.TCG;
  const chosen = cpu ?? (emulated ? CpuModel.maximum() : CpuModel.hostPassthrough());
  const practice = emulated ? COMPUTE_PRACTICES.emulatedCpu : COMPUTE_PRACTICES.hostCpu;
  log.record(practice, "cpu.mode", chosen, undefined, cpu !== undefined);
  return chosen.mode === "custom" ? { mode: "custom", match: "exact", model: chosen.model } : { mode: chosen.mode };
}

function osOf(host: LibvirtHost, { name, machine, firmware, boot, log }: VmIntent): DomainConfig["os"] {
  log.record(
    COMPUTE_PRACTICES.machineQ35,
    "os.type_machine",
    machine ?? DEFAULT_MACHINE,
    undefined,
    machine !== undefined,
  );
  const kernel = boot?.fromKernel;
  return {
    type: "hvm",
    typeArch: "x86_64",
    typeMachine: machine ?? DEFAULT_MACHINE,
    ...(firmware?.kind === FirmwareKind.UEFI && uefiOf(host, name, firmware.secureBoot)),
    ...(kernel && { kernel: kernel.kernel, initrd: kernel.initrd, cmdline: kernel.cmdline }),
  };
}

/**
 * UEFI by its files: `firmware = "efi"` reads back as the files that libvirt chose while the guest runs, and each plan would show a change.
 */
function uefiOf(host: LibvirtHost, name: string, secureBoot: boolean): DomainConfig["os"] {
  const { code, variables } = secureBoot ? host.uefi.secure : host.uefi.plain;
  return {
    loader: code,
    loaderType: "pflash",
    loaderReadonly: "yes",
    ...(secureBoot && { loaderSecure: "yes" }),
    nvRam: { nvRam: `${host.nvramFolder}/${name}_VARS.fd`, template: variables },
  };
}

/** Devices that every machine has. */
export function standardDevices({ workload, reserveMemory, guestAgent, consoleLog, log }: VmIntent): DomainDevices {
  log.record(COMPUTE_PRACTICES.entropy, "rng.model", "virtio");
  const reserved = reserveMemory ?? workload.defaults.reserveMemory;
  const balloon = reserved ? "none" : "virtio";
  if (reserved || reserveMemory !== undefined) {
    log.record(COMPUTE_PRACTICES.ballooning, "memballoon.model", balloon, undefined, reserveMemory !== undefined);
  }
  return {
    serials: [{ ...(consoleLog !== undefined && { log: { file: consoleLog, append: "on" } }) }],
    // Without a path: libvirt chooses that of the socket. Without `unix` the channel is a terminal, where libvirt finds no agent.
    ...(guestAgent && { channels: [{ source: { unix: {} }, target: { virtIo: { name: "org.qemu.guest_agent.0" } } }] }),
    rngs: [{ model: "virtio", backend: { random: "/dev/urandom" } }],
    memBalloon: { model: balloon },
  };
}
