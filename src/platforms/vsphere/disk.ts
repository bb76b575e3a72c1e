import type { VirtualMachineDisk } from "@cdktf/provider-vsphere/lib/virtual-machine";
import type { Construct } from "constructs";
import { DiskBus } from "../../constructs/compute/devices";
import { Preallocation } from "../../constructs/storage/preallocation";
import { ConfigurationError } from "../../errors";
import { STORAGE_PRACTICES, VSPHERE_PRACTICES, VSPHERE_STORAGE_PRACTICES } from "../../practices";
import { DataSize } from "../../units";
import type { DiskIntent, ResolvedDisk } from "../platform";
import { ioAllocation } from "./disk-io";
import type { VsphereDiskBus } from "./disk-layout";
import type { VsphereTier } from "./tier";

const BUSES: readonly DiskBus[] = [DiskBus.PVSCSI, DiskBus.NVME, DiskBus.SATA];

const ONE_GIB = DataSize.gibibytes(1);

/** Labels that the provider keeps for itself. */
const RESERVED_LABEL = "orphaned_disk_";

const MULTI_WRITER = "sharingMultiWriter";

export interface VsphereDisk {
  readonly intent: DiskIntent;
  readonly tier: VsphereTier;
  readonly bus: VsphereDiskBus;
  readonly block: Omit<VirtualMachineDisk, "datastoreId" | "storagePolicyId" | "unitNumber" | "controllerType">;
  readonly resolved: ResolvedDisk;
}

/** What a clone's root disk keeps of its template's. */
export interface Provisioning {
  readonly thinProvisioned: VirtualMachineDisk["thinProvisioned"];
  readonly eagerlyScrub: VirtualMachineDisk["eagerlyScrub"];
}

/**
 * @param scope the disk's own construct
 * @param template provisioning of the disk that it is copied from, for the root disk of a clone
 */
export function createDisk(scope: Construct, intent: DiskIntent, template: Provisioning | undefined): VsphereDisk {
  const where = scope.node.path;
  const tier = intent.tier as VsphereTier;
  const { log } = intent;
  refuseWhatEsxiDecides(where, intent);
  const bus = checkBus(where, intent.bus);
  log.record(
    bus === DiskBus.PVSCSI ? VSPHERE_PRACTICES.pvscsi : VSPHERE_PRACTICES.diskBuses,
    "controller_type",
    bus,
    bus === DiskBus.PVSCSI ? undefined : "given in the program",
    intent.bus !== undefined,
  );
  if (intent.name.startsWith(RESERVED_LABEL)) {
    throw new ConfigurationError({
      where,
      what: `the provider keeps labels that begin with "${RESERVED_LABEL}" for disks that it does not know`,
      given: intent.name,
      mend: "give the disk another id",
      practice: VSPHERE_PRACTICES.diskLabel.id,
    });
  }
  log.record(VSPHERE_PRACTICES.diskLabel, "label", intent.name);
  const { storageDrs } = tier;
  if (storageDrs !== undefined) {
    log.record(VSPHERE_STORAGE_PRACTICES.drsAutomated, "sdrs_automation_level", storageDrs.automation);
  }
  const file =
    intent.existingVolume === undefined
      ? newFile(where, intent, tier, template)
      : existingFile(where, intent, tier, intent.existingVolume);
  const thin = "thinProvisioned" in file ? file.thinProvisioned === true : undefined;
  return {
    intent,
    tier,
    bus,
    block: { label: intent.name, ...file, ...ioAllocation(scope, intent) },
    resolved: { bus, thin },
  };
}

function newFile(where: string, intent: DiskIntent, tier: VsphereTier, template: Provisioning | undefined) {
  if (intent.protectData) {
    intent.log.record(VSPHERE_PRACTICES.diskKept, "keep_on_remove", true);
  }
  return {
    size: wholeGibibytes(where, intent.size!),
    ...provision(where, intent, tier, template),
    keepOnRemove: intent.protectData,
  };
}

/** A VMDK that is there already. The provider keeps it when it is removed, and takes no word on its size or provisioning. */
function existingFile(where: string, intent: DiskIntent, tier: VsphereTier, path: string) {
  const fail = (what: string, given: unknown, mend: string): never => {
    throw new ConfigurationError({ where, what, given, mend, practice: VSPHERE_PRACTICES.attachedDisk.id });
  };
  if (!path.endsWith(".vmdk")) {
    fail("an existing volume of vSphere is a VMDK", path, "give its path on the datastore, such as orders/data.vmdk");
  }
  if (tier.datastoreClusterId !== undefined) {
    fail("an existing volume is in a datastore, not in a cluster of them", tier.name, "use a tier on its datastore");
  }
  if (intent.eagerZeroed !== undefined) {
    fail("an existing volume is provisioned already", `eagerZeroed: ${intent.eagerZeroed}`, "leave `eagerZeroed` out");
  }
  intent.log.record(VSPHERE_PRACTICES.attachedDisk, "attach", true);
  return { attach: true, path, ...(intent.shareable && { diskSharing: MULTI_WRITER }) };
}

function refuseWhatEsxiDecides(where: string, intent: DiskIntent): void {
  const lacking = {
    format: "ESXi has one format, VMDK: leave it out",
    cache: "ESXi does not cache disks: leave it out",
    asyncIo: "leave it out",
    ioThread: "leave it out: a disk on a controller of its own does not wait for others",
    queues: "leave it out: the guest's driver has as many as the controller offers",
    queueDepth: "leave it out and set it in the guest: vmw_pvscsi.cmd_per_lun",
    detectZeroes: "leave it out",
    ioThreads: "leave it out: ESXi serves each controller by itself",
    errorPolicy: "leave it out: the guest is told of errors",
    readErrorPolicy: "leave it out: the guest is told of errors",
    sectors: "leave it out: disks have sectors of 512 bytes",
    rotationRate: "leave it out",
    wwn: "leave it out: the guest finds the disk by its UUID below /dev/disk/by-id/",
    copyOnRead: "leave it out",
    passthrough: "leave it out",
    content: "leave `source` out: a root disk is copied from a template with Boot.template()",
    serial: "leave it out: the guest finds the disk by its UUID below /dev/disk/by-id/",
  } as const;
  for (const [setting, mend] of Object.entries(lacking)) {
    const given = intent[setting as keyof typeof lacking];
    if (given !== undefined) {
      refuse(where, `a disk of vSphere has no \`${setting}\``, given, mend);
    }
  }
  if (intent.sharedVolume) {
    refuse(
      where,
      "vSphere knows a disk to share by its path only",
      intent.existingVolume,
      "leave `sharedWith` out and give the path as `existingVolume`, with `shareable: true`",
    );
  }
  if (intent.guest !== undefined) {
    refuse(
      where,
      "the guest's side of a disk is set up by its name in the guest, which vSphere gives out when the disk is made",
      intent.guest,
      "leave `guest` out, and set the disk up in `userData` or in the template",
    );
  }
  if (intent.discard === false) {
    refuse(
      where,
      "vSphere always passes discards of thin disks on",
      false,
      "leave `discard` out, or turn discards off in the guest",
    );
  }
  if (intent.readOnly) {
    refuse(where, "vSphere has no read-only disks", true, "leave `readOnly` out and mount it read-only in the guest");
  }
}

function refuse(where: string, what: string, given: unknown, mend: string): never {
  throw new ConfigurationError({ where, what, given, mend, practice: VSPHERE_PRACTICES.esxiDecides.id });
}

function checkBus(where: string, bus: DiskBus = DiskBus.PVSCSI): VsphereDiskBus {
  if (!BUSES.includes(bus)) {
    throw new ConfigurationError({
      where,
      what: "vSphere has no such bus",
      given: bus,
      allowed: BUSES.join(", "),
      mend: "leave `bus` out: PVSCSI is vSphere's paravirtualised one",
      practice: VSPHERE_PRACTICES.diskBuses.id,
    });
  }
  return bus as VsphereDiskBus;
}

function wholeGibibytes(where: string, size: DataSize): number {
  if (!size.isMultipleOf(ONE_GIB)) {
    const below = Math.floor(size.toBytes() / ONE_GIB.toBytes());
    throw new ConfigurationError({
      where,
      what: "the size is not whole GiB",
      given: size,
      allowed: `whole GiB, such as ${below === 0 ? "" : `${below} or `}${below + 1}`,
      mend: `write DataSize.gibibytes(${below + 1}); disks grow later, they never shrink`,
      practice: VSPHERE_PRACTICES.wholeGibibytes.id,
    });
  }
  return size.toGibibytes();
}

function provision(where: string, intent: DiskIntent, tier: VsphereTier, template: Provisioning | undefined) {
  const { log, eagerZeroed, shareable } = intent;
  if (shareable) {
    if (eagerZeroed === false) {
      throw new ConfigurationError({
        where,
        what: "a shared disk has all of its space zeroed at creation",
        given: "shareable: true, eagerZeroed: false",
        mend: "leave `eagerZeroed` out",
        practice: VSPHERE_PRACTICES.multiWriter.id,
      });
    }
    if (tier.datastoreClusterId !== undefined) {
      throw new ConfigurationError({
        where,
        what: "a shared disk is in a datastore, not in a cluster of them: others attach it by its path, and Storage DRS can't move it",
        given: tier.name,
        mend: "use a tier on one datastore",
        practice: VSPHERE_PRACTICES.multiWriter.id,
      });
    }
    log.record(VSPHERE_PRACTICES.multiWriter, "eagerly_scrub", true, undefined, eagerZeroed === true);
    log.record(VSPHERE_PRACTICES.multiWriter, "disk_sharing", MULTI_WRITER, "given as `shareable`", true);
    return { thinProvisioned: false, eagerlyScrub: true, diskSharing: MULTI_WRITER };
  }
  if (eagerZeroed === undefined && template !== undefined) {
    const why = "a copy takes the space that the template's disk takes";
    log.record(VSPHERE_PRACTICES.cloneKeeps, "thin_provisioned", "as the template's", why);
    return template;
  }
  const { preallocation } = tier;
  const eager = eagerZeroed ?? preallocation === Preallocation.FULL;
  const thin = !eager && (eagerZeroed === false || preallocation !== Preallocation.FALLOC);
  if (!thin && tier.backend.kind === "vsan") {
    throw new ConfigurationError({
      where,
      what: "vSAN takes no word of a disk on its space",
      given: eagerZeroed === undefined ? `preallocation: ${preallocation}` : "eagerZeroed: true",
      mend: "leave it out, and give the tier a `storagePolicy` with an object space reservation",
      practice: VSPHERE_STORAGE_PRACTICES.vsanReservation.id,
    });
  }
  const given = eagerZeroed !== undefined || preallocation !== undefined;
  log.record(STORAGE_PRACTICES.thinProvisioning, "thin_provisioned", thin, undefined, given);
  return { thinProvisioned: thin, eagerlyScrub: eager };
}
