import type { VirtualMachineConfig } from "@cdktf/provider-vsphere/lib/virtual-machine";
import type { Construct } from "constructs";
import { Annotations } from "../../cdktf";
import { FirmwareKind } from "../../constructs/compute/firmware";
import { ConfigurationError, isToken } from "../../errors";
import {
  COMPUTE_PRACTICES,
  type Practice,
  VSPHERE_LIMITS,
  VSPHERE_PRACTICES,
  VSPHERE_STORAGE_PRACTICES,
} from "../../practices";
import { Rounding } from "../../units";
import type { VmIntent } from "../platform";
import { guestInfo } from "./cloud-init";

interface TemplateFacts {
  readonly guestId: string;
  readonly firmware: string;
}

/**
 * A machine's settings apart from its devices.
 * @param scope the machine's own construct
 * @param platform what the platform says of all machines
 * @param template what it is a clone of
 */
export function settingsOf(
  scope: Construct,
  intent: VmIntent,
  platform: { readonly _guestId: string; readonly _numaNodeCores: number },
  template: TemplateFacts | undefined,
): Partial<VirtualMachineConfig> {
  const where = scope.node.path;
  refuseWhatQemuHas(where, intent);
  intent.log.record(VSPHERE_PRACTICES.diskUuid, "enable_disk_uuid", true);
  return {
    ...(intent.description !== undefined && { annotation: intent.description }),
    ...cpu(intent, platform._numaNodeCores),
    ...memory(where, intent),
    ...system(intent, platform._guestId, template),
    ...cloudInit(scope, intent),
    ...waits(where, intent),
    enableDiskUuid: true,
  };
}

function refuseWhatQemuHas(where: string, intent: VmIntent): void {
  const refuse = (what: string, given: unknown, mend: string, practice: Practice = VSPHERE_PRACTICES.notOfQemu) => {
    throw new ConfigurationError({ where, what, given, mend, practice: practice.id });
  };
  const { boot } = intent;
  if (intent.machine !== undefined) {
    refuse("vSphere has no machine types", intent.machine, "leave `machine` out");
  }
  if (intent.cpu !== undefined) {
    refuse(
      "vSphere has no CPU models of machines",
      intent.cpu,
      "leave `cpu` out: the cluster's EVC mode decides what guests see",
    );
  }
  if (intent.consoleLog !== undefined) {
    refuse("vSphere does not log consoles to files of a host", intent.consoleLog, "leave `consoleLog` out");
  }
  if (boot?.fromKernel !== undefined) {
    refuse("vSphere does not load kernels itself", boot.fromKernel.kernel, "boot from a template, disk or network");
  }
  if (boot?.fromImage !== undefined) {
    refuse(
      "vSphere makes no disks from images",
      boot.fromImage.source,
      "import the image as a template (govc import.ova) or into a content library, and use Boot.template()",
      VSPHERE_PRACTICES.templateBoot,
    );
  }
}

function cpu(intent: VmIntent, numaNodeCores: number): Partial<VirtualMachineConfig> {
  const { vcpus, log } = intent;
  let sockets = Math.ceil(vcpus / numaNodeCores);
  while (vcpus % sockets !== 0) {
    sockets++;
  }
  const cores = vcpus / sockets;
  log.record(
    VSPHERE_PRACTICES.coresPerSocket,
    "num_cores_per_socket",
    cores,
    `${sockets === 1 ? "one socket" : `${sockets} equal sockets`} for ${vcpus} vCPUs on NUMA nodes of ${numaNodeCores} cores: ${VSPHERE_PRACTICES.coresPerSocket.reason}`,
  );
  log.record(COMPUTE_PRACTICES.cpuHotAdd, "cpu_hot_add_enabled", false);
  return { numCpus: vcpus, numCoresPerSocket: cores, cpuHotAddEnabled: false };
}

function memory(where: string, intent: VmIntent): Partial<VirtualMachineConfig> {
  const { log, workload, reserveMemory } = intent;
  const mebibytes = intent.memory.toMebibytes();
  const step = VSPHERE_LIMITS.memoryMultipleMiB;
  if (mebibytes % step !== 0) {
    throw new ConfigurationError({
      where,
      what: `memory is not a multiple of ${step} MiB`,
      given: intent.memory,
      allowed: `${Math.floor(mebibytes / step) * step} or ${Math.ceil(mebibytes / step) * step} MiB`,
      practice: VSPHERE_PRACTICES.memoryMultiple.id,
    });
  }
  if (!(reserveMemory ?? workload.defaults.reserveMemory)) {
    return { memory: mebibytes };
  }
  const given = reserveMemory !== undefined;
  const { reason } = COMPUTE_PRACTICES.memoryReservation;
  const why = given ? reason : `${workload}: ${reason}`;
  log.record(COMPUTE_PRACTICES.memoryReservation, "memory_reservation", mebibytes, why, given);
  log.record(COMPUTE_PRACTICES.memoryReservation, "memory_reservation_locked_to_max", true, why, given);
  return { memory: mebibytes, memoryReservation: mebibytes, memoryReservationLockedToMax: true };
}

/** Guest ID and firmware: those of a clone are its template's. */
function system(
  intent: VmIntent,
  platformGuestId: string,
  template: TemplateFacts | undefined,
): Partial<VirtualMachineConfig> {
  const { log, firmware } = intent;
  const fromLibrary = intent.boot?.library !== undefined;
  if (intent.guestId === undefined && fromLibrary) {
    log.record(VSPHERE_STORAGE_PRACTICES.libraryItem, "guest_id", "as the item's");
  } else if (intent.guestId !== undefined || template === undefined) {
    const given = intent.guestId !== undefined;
    log.record(VSPHERE_PRACTICES.guestId, "guest_id", intent.guestId ?? platformGuestId, undefined, given);
  } else {
    log.record(VSPHERE_PRACTICES.cloneKeeps, "guest_id", "as the template's");
  }
  if (firmware !== undefined || template === undefined) {
    const kind = firmware?.kind === FirmwareKind.BIOS ? "bios" : "efi";
    const practice = fromLibrary ? VSPHERE_STORAGE_PRACTICES.libraryItem : VSPHERE_PRACTICES.uefi;
    log.record(practice, "firmware", kind, undefined, firmware !== undefined);
  } else {
    log.record(VSPHERE_PRACTICES.cloneKeeps, "firmware", "as the template's");
  }
  return {
    guestId: intent.guestId ?? template?.guestId ?? (fromLibrary ? undefined : platformGuestId),
    firmware:
      firmware === undefined ? (template?.firmware ?? "efi") : firmware.kind === FirmwareKind.BIOS ? "bios" : "efi",
    ...(firmware?.secureBoot && { efiSecureBootEnabled: true }),
  };
}

function cloudInit(scope: Construct, intent: VmIntent): Partial<VirtualMachineConfig> {
  if (intent.cloudInit === undefined) {
    return {};
  }
  const { networkConfig } = intent.cloudInit;
  if (networkConfig !== undefined && !isToken(networkConfig) && /^network:/m.test(networkConfig)) {
    Annotations.of(scope).addWarning(
      `cloud-init's VMware data source does not look inside an outer "network:": begin with "version: 2" [${VSPHERE_PRACTICES.guestInfo.id}]`,
    );
  }
  intent.log.record(VSPHERE_PRACTICES.guestInfo, "extra_config", "guestinfo.metadata, guestinfo.userdata");
  intent.log.record(VSPHERE_PRACTICES.guestInfoNoReboot, "extra_config_reboot_required", false);
  return { extraConfig: guestInfo(scope, intent.name, intent.cloudInit), extraConfigRebootRequired: false };
}

function waits(where: string, intent: VmIntent): Partial<VirtualMachineConfig> {
  const { minShutdownWaitMinutes: min, maxShutdownWaitMinutes: max } = VSPHERE_LIMITS;
  const minutes = intent.shutdownTimeout.toMinutes({ rounding: Rounding.UP });
  if (minutes > max) {
    throw new ConfigurationError({
      where,
      what: "vSphere's provider does not wait that long for a guest to shut down",
      given: intent.shutdownTimeout,
      allowed: `${min} to ${max} minutes`,
      mend: `write shutdownTimeout: Duration.minutes(${max})`,
      practice: VSPHERE_PRACTICES.shutdownWait.id,
    });
  }
  intent.log.record(VSPHERE_PRACTICES.shutdownWait, "shutdown_wait_timeout", minutes);
  intent.log.record(VSPHERE_PRACTICES.noNetworkWait, "wait_for_guest_net_timeout", 0);
  return { shutdownWaitTimeout: minutes, waitForGuestNetTimeout: 0 };
}
