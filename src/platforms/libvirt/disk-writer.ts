import type {
  DomainDevicesDisks,
  DomainDevicesDisksDriver,
  DomainDevicesDisksIoTune,
  DomainDevicesDisksTarget,
} from "@cdktf/provider-libvirt/lib/domain";
import type { Construct } from "constructs";
import type { TerraformResource } from "../../cdktf";
import { DiskBus, IoThreadUse } from "../../constructs/compute/devices";
import { ConfigurationError } from "../../errors";
import { DISK_PRACTICES, STORAGE_LIMITS, STORAGE_PRACTICES } from "../../practices";
import type { DiskIntent, ResolvedDisk, VmIntent } from "../platform";
import { showDisk } from "./disk-device";
import { checkBlkDepth, chooseIo, chooseQueues, discardOf } from "./disk-io";
import type { Place } from "./disk-layout";
import { ioTuneOf } from "./disk-limits";
import { sourceOf } from "./disk-source";
import { baseImageOf, chooseFormat, type DiskContext, volumeOf } from "./disk-volume";
import type { TierOnHost, TierWriter } from "./tier-writer";
import { isThin } from "./volume-options";

export interface WrittenDisk {
  readonly intent: DiskIntent;
  /** What the domain has to wait for. */
  readonly resource: TerraformResource;
  readonly order: number;
  /** Without its place, which the layout decides. */
  readonly device: DomainDevicesDisks & { readonly driver: DomainDevicesDisksDriver };
  readonly target: DomainDevicesDisksTarget;
  readonly ioTune?: DomainDevicesDisksIoTune;
  /** What virtio-blk has at the disk and virtio-scsi at the controller. */
  readonly blkDriver: DomainDevicesDisksDriver;
  readonly ioThread: IoThreadUse;
  readonly queueDepth?: number;
  readonly resolved: ResolvedDisk;
  /** Changes when the guest has to be started anew because its volume was replaced. */
  readonly attachment?: string;
  /** Records where the layout put it. */
  explain(place: Place): void;
}

const BUSES = [DiskBus.VIRTIO_SCSI, DiskBus.VIRTIO_BLK, DiskBus.SATA];

/** Writes a disk of a domain and its volume. */
export function writeDisk(scope: Construct, context: DiskContext, intent: DiskIntent): WrittenDisk {
  const { host, vm } = context;
  const where = scope.node.path;
  const tier = (intent.tier as TierWriter).on(where, host);
  if (intent.eagerZeroed !== undefined) {
    throw new ConfigurationError({
      where,
      what: "eagerZeroed belongs to vSphere",
      given: intent.eagerZeroed,
      mend: "leave it out",
      practice: STORAGE_PRACTICES.thinProvisioning.id,
    });
  }
  const { backend } = tier;
  const bus = chooseBus(where, intent);
  const virtio = bus !== DiskBus.SATA;
  const format = chooseFormat(where, tier, vm, intent);
  const { cache, asyncIo } = chooseIo(scope, host, backend, intent);
  const overlay = baseImageOf(vm, intent) !== undefined;
  const shown = showDisk(scope, host, vm, intent, { bus, format, backend, overlay });
  const ioTune = ioTuneOf(where, intent);
  const queues = virtio ? chooseQueues(vm, intent) : undefined;
  const serial = chooseSerial(intent);
  const volume = volumeOf(scope, context, intent, tier, format);
  const ioThread = chooseIoThread(vm, intent, bus);
  return {
    intent,
    resource: volume.resource,
    order: intent.order,
    device: {
      ...shown.device,
      source: { ...sourceOf(tier.backend, tier.name, volume.name), ...shown.source },
      driver: {
        name: "qemu",
        type: format,
        cache,
        ...(asyncIo !== undefined && { io: asyncIo }),
        ...discardOf(scope, intent),
        ...shown.driver,
      },
      ...(serial !== undefined && { serial }),
      ...(intent.readOnly && { readOnly: true }),
      ...(intent.shareable && { shareable: true }),
      ...(ioTune !== undefined && { ioTune }),
      ...encryptionOf(tier),
    },
    target: shown.target,
    ioTune,
    blkDriver: {
      ...(queues !== undefined && { queues }),
      ...(intent.queueDepth !== undefined && { queueSize: checkBlkDepth(where, bus, intent.queueDepth) }),
    },
    ioThread,
    queueDepth: intent.queueDepth,
    resolved: {
      bus,
      format,
      cache,
      asyncIo,
      queues,
      serial,
      volume: volume.name,
      thin: isThin(backend),
      onHost: backend.isShared ? undefined : host,
    },
    attachment: volume.attachment,
    explain: (place) => explainPlace(intent, ioThread, place),
  };
}

function encryptionOf({ defaults }: TierOnHost): Pick<DomainDevicesDisks, "encryption"> {
  const uuid = defaults.encryptionSecret?.reference.uuid;
  return uuid === undefined ? {} : { encryption: { format: "luks", secrets: [{ type: "passphrase", uuid }] } };
}

function explainPlace(
  { log, ioThread: given, ioThreads: several }: DiskIntent,
  use: IoThreadUse,
  { controller, ioThreads, device }: Place,
): void {
  log.record(
    STORAGE_PRACTICES.virtioScsiScales,
    "target.dev",
    device.target && "dev" in device.target ? device.target.dev : "",
    `position ${controller === undefined ? "of the disk" : `on SCSI controller ${controller}`}`,
  );
  if (several !== undefined) {
    log.record(DISK_PRACTICES.severalIoThreads, "driver.iothreads", several, undefined, true);
    return;
  }
  const [ioThread] = ioThreads;
  if (ioThread !== undefined) {
    const practice =
      use === IoThreadUse.DEDICATED ? STORAGE_PRACTICES.controllerPerIoThread : STORAGE_PRACTICES.ioThreadCount;
    log.record(
      practice,
      "driver.iothread",
      ioThread,
      use === IoThreadUse.DEDICATED
        ? undefined
        : "one thread for all disks of the machine, so that QEMU's main loop does not serve them",
      given !== undefined,
    );
  }
}

function chooseBus(where: string, { bus, log }: DiskIntent): DiskBus {
  const chosen = bus ?? DiskBus.VIRTIO_SCSI;
  if (!BUSES.includes(chosen)) {
    throw new ConfigurationError({
      where,
      what: "libvirt has no such disk bus",
      given: chosen,
      allowed: BUSES.join(", "),
      mend: "leave `bus` out for virtio-scsi",
    });
  }
  const practice = {
    [DiskBus.VIRTIO_SCSI]: STORAGE_PRACTICES.virtioScsiScales,
    [DiskBus.VIRTIO_BLK]: STORAGE_PRACTICES.virtioBlkLatency,
  }[chosen as string];
  log.record(practice ?? STORAGE_PRACTICES.diskBus, "target.bus", chosen, undefined, bus !== undefined);
  return chosen;
}

/** Several threads are threads of its own, too. */
function chooseIoThread({ workload }: VmIntent, { ioThread, ioThreads }: DiskIntent, bus: DiskBus): IoThreadUse {
  if (ioThreads !== undefined) {
    return IoThreadUse.DEDICATED;
  }
  return ioThread ?? (bus === DiskBus.SATA ? IoThreadUse.NONE : workload.defaults.ioThread);
}

/** A disk is found by its serial number: the one given, or its id where that fits. A LUN that is passed through has the array's. */
function chooseSerial({ serial, name, passthrough, log }: DiskIntent): string | undefined {
  if (passthrough !== undefined) {
    return undefined;
  }
  const chosen = serial ?? (name.length <= STORAGE_LIMITS.maxSerialLength ? name : undefined);
  if (chosen !== undefined) {
    log.record(STORAGE_PRACTICES.stableSerial, "serial", chosen, undefined, serial !== undefined);
  }
  return chosen;
}
