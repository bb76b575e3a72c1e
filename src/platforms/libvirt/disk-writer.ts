import type { DomainDevicesDisks, DomainDevicesDisksDriver } from "@cdktf/provider-libvirt/lib/domain";
import type { Construct } from "constructs";
import { Annotations, type TerraformResource } from "../../cdktf";
import { AsyncIo, CacheMode, DetectZeroes, DiskBus, IoThreadUse } from "../../constructs/compute/devices";
import { ImageFormat } from "../../constructs/compute/image-format";
import { Preallocation } from "../../constructs/storage/preallocation";
import type { StorageBackendKind } from "../../constructs/storage/storage-backend";
import { ConfigurationError } from "../../errors";
import { STORAGE_LIMITS, STORAGE_PRACTICES, TIER_PRACTICES } from "../../practices";
import type { DiskIntent, ResolvedDisk, VmIntent } from "../platform";
import { hashOf } from "./definition";
import type { Place } from "./disk-layout";
import type { LibvirtHost } from "./libvirt-host";
import type { LibvirtPlatform } from "./libvirt-platform";
import type { TierOnHost, TierWriter } from "./tier-writer";
import { isAtLeast } from "./version";
import { checkDefaults, isThin } from "./volume-options";
import type { VolumeWriter } from "./volume-writer";

export interface WrittenDisk {
  /** What the domain has to wait for. */
  readonly resource: TerraformResource;
  readonly order: number;
  /** Without its target, which the layout decides. */
  readonly device: DomainDevicesDisks & { readonly driver: DomainDevicesDisksDriver };
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
export function writeDisk(
  scope: Construct,
  platform: LibvirtPlatform,
  host: LibvirtHost,
  vm: VmIntent,
  intent: DiskIntent,
  volumes: VolumeWriter,
): WrittenDisk {
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
  const bus = chooseBus(where, intent);
  const virtio = bus !== DiskBus.SATA;
  const format = chooseFormat(where, tier, vm, intent);
  const { cache, asyncIo } = chooseIo(scope, tier, intent);
  if (
    asyncIo === AsyncIo.IO_URING &&
    host.qemuVersion !== undefined &&
    !isAtLeast(host.qemuVersion, STORAGE_LIMITS.ioUringQemu)
  ) {
    throw new ConfigurationError({
      where,
      what: `host ${host.name} has no io_uring`,
      given: `QEMU ${host.qemuVersion.join(".")}`,
      allowed: "QEMU 5.0.0 and later",
      mend: "leave `asyncIo` out",
      practice: STORAGE_PRACTICES.ioUring.id,
    });
  }
  refuseUnkept(where, intent);
  const queues = virtio ? chooseQueues(vm, intent) : undefined;
  const serial = chooseSerial(intent);
  const volume = volumeOf(scope, platform, host, vm, intent, tier, format, volumes);
  const ioThread = intent.ioThread ?? (virtio ? vm.workload.defaults.ioThread : IoThreadUse.NONE);
  return {
    resource: volume.resource,
    order: intent.order,
    device: {
      device: "disk",
      source: { volume: { pool: tier.name, volume: volume.name } },
      driver: { name: "qemu", type: format, cache, io: asyncIo, ...discardOf(scope, intent) },
      ...(serial !== undefined && { serial }),
      ...(intent.readOnly && { readOnly: true }),
      ...(intent.shareable && { shareable: true }),
      ...encryptionOf(tier),
    },
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
      thin: isThin(format, tier.backend),
      onHost: tier.backend.isShared ? undefined : host,
    },
    attachment: volume.attachment,
    explain: (place) => explainPlace(intent, ioThread, place),
  };
}

interface DiskVolume {
  readonly name: string;
  readonly resource: TerraformResource;
  readonly attachment?: string;
}

function volumeOf(
  scope: Construct,
  platform: LibvirtPlatform,
  host: LibvirtHost,
  vm: VmIntent,
  { name, size, existingVolume, root, tier: writer, protectData, log }: DiskIntent,
  tier: TierOnHost,
  format: ImageFormat,
  volumes: VolumeWriter,
): DiskVolume {
  if (existingVolume !== undefined) {
    if (existingVolume.includes("/")) {
      throw new ConfigurationError({
        where: scope.node.path,
        what: "a volume of libvirt has a name, not a path",
        given: existingVolume,
        mend: "give its name in the tier's pool",
      });
    }
    const own = tier.volumes.get(existingVolume);
    if (own === undefined) {
      // libvirt would refuse to delete a folder with the volumes of others in it.
      tier.pool.destroy = { delete: false };
    }
    return { name: existingVolume, resource: tier.pool, ...own };
  }
  const image = root ? vm.boot?.fromImage : undefined;
  const volumeName = `${vm.name}-${name}${tier.backend.kind === "lvm" ? "" : `.${format}`}`;
  if (tier.volumes.has(volumeName)) {
    throw new ConfigurationError({
      where: scope.node.path,
      what: `pool ${tier.name} has a volume of this name already, made for another disk`,
      given: volumeName,
      mend: "give the disk another id, or the machine another `name`; to share the volume give it as `existingVolume`",
    });
  }
  const resource = volumes.write(scope, {
    name: volumeName,
    size: size!,
    format,
    ...(image && {
      base: { volume: (writer as TierWriter).image(scope.node.path, host, image), format: image.format },
    }),
    tier,
    provider: platform.provider(host),
    protectData,
  });
  if (protectData) {
    log.record(STORAGE_PRACTICES.dataProtected, "lifecycle.prevent_destroy", true);
  }
  const volume = { resource, attachment: hashOf([tier.name, tier.backend, volumeName, image?.source]) };
  tier.volumes.set(volumeName, volume);
  return { name: volumeName, ...volume };
}

/** What reaches the storage is encrypted; the guest sees none of it. */
function encryptionOf({ defaults }: TierOnHost): Pick<DomainDevicesDisks, "encryption"> {
  const uuid = defaults.encryptionSecret?.reference.uuid;
  return uuid === undefined ? {} : { encryption: { format: "luks", secrets: [{ type: "passphrase", uuid }] } };
}

function refuseUnkept(where: string, { io }: DiskIntent): void {
  for (const what of ["limit", "shares", "priority", "reservation"] as const) {
    if (io?.[what] !== undefined) {
      throw new ConfigurationError({
        where,
        what: `libvirt keeps no ${what} of a disk's I/O here`,
        given: io[what],
        mend: `leave \`${what}\` out`,
        practice: TIER_PRACTICES.needWithinLimit.id,
      });
    }
  }
}

function explainPlace(
  { log, ioThread: given }: DiskIntent,
  use: IoThreadUse,
  { controller, ioThread, device }: Place,
): void {
  log.record(
    STORAGE_PRACTICES.virtioScsiScales,
    "target.dev",
    device.target && "dev" in device.target ? device.target.dev : "",
    `position ${controller === undefined ? "of the disk" : `on SCSI controller ${controller}`}`,
  );
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

function chooseFormat(
  where: string,
  { backend, defaults }: TierOnHost,
  { boot }: VmIntent,
  { format: ownFormat, existingVolume, root, shareable, readOnly, log }: DiskIntent,
): ImageFormat {
  const onImage = root && boot?.fromImage !== undefined;
  const format = ownFormat ?? (existingVolume === undefined ? defaultFormat(defaults, onImage) : undefined);
  if (backend.kind === "lvm" && (onImage || format === ImageFormat.QCOW2)) {
    throw new ConfigurationError({
      where,
      what: onImage
        ? "a root disk made from an image is an overlay in a file, and LVM has no files"
        : "LVM volumes are raw",
      given: String(backend),
      allowed: onImage ? "a tier in a directory or on NFS" : "ImageFormat.RAW",
      mend: onImage ? "put the root disk on such a tier and the data on LVM" : "leave `format` out",
      practice: STORAGE_PRACTICES.imageFormat.id,
    });
  }
  if (onImage && format === ImageFormat.RAW) {
    throw new ConfigurationError({
      where,
      what: "an overlay of an image is qcow2",
      given: format,
      mend: "leave `format` out",
      practice: STORAGE_PRACTICES.imageFormat.id,
    });
  }
  const chosen =
    format ?? (existingVolume === undefined ? newFormat(onImage) : formatByName(where, backend.kind, existingVolume));
  if (shareable && !readOnly && chosen === ImageFormat.QCOW2) {
    throw new ConfigurationError({
      where,
      what: "a shared writable disk can't be qcow2",
      given: chosen,
      allowed: "raw",
      practice: STORAGE_PRACTICES.shareableRaw.id,
    });
  }
  if (existingVolume === undefined) {
    checkDefaults(where, backend, defaults, chosen);
  }
  log.record(STORAGE_PRACTICES.imageFormat, "driver.type", chosen, undefined, format !== undefined);
  return chosen;
}

/** What the tier says of new volumes; an overlay is qcow2 whatever it says. */
function defaultFormat({ format, preallocation }: TierOnHost["defaults"], onImage: boolean): ImageFormat | undefined {
  return onImage ? undefined : (format ?? (preallocation === Preallocation.NONE ? ImageFormat.QCOW2 : undefined));
}

function newFormat(onImage: boolean): ImageFormat {
  return onImage ? ImageFormat.QCOW2 : ImageFormat.RAW;
}

/** @throws ConfigurationError where the name does not tell: a volume that is taken for another format is damaged by the first write */
function formatByName(where: string, backend: StorageBackendKind, volume: string): ImageFormat {
  const suffix = /\.(qcow2|raw)$/.exec(volume)?.[1];
  if (suffix === undefined && backend !== "lvm") {
    throw new ConfigurationError({
      where,
      what: "the format of an existing volume is not known from its name",
      given: volume,
      allowed: Object.values(ImageFormat).join(", "),
      mend: "give `format`",
      practice: STORAGE_PRACTICES.imageFormat.id,
    });
  }
  return suffix === "qcow2" ? ImageFormat.QCOW2 : ImageFormat.RAW;
}

function chooseIo(
  scope: Construct,
  { backend }: TierOnHost,
  { cache, asyncIo, log }: DiskIntent,
): { cache: CacheMode; asyncIo: AsyncIo } {
  const mode = cache ?? CacheMode.NONE;
  const direct = mode === CacheMode.NONE || mode === CacheMode.DIRECTSYNC;
  const onBlock = backend.kind === "lvm";
  const io = asyncIo ?? (direct && onBlock ? AsyncIo.NATIVE : AsyncIo.THREADS);
  log.record(STORAGE_PRACTICES.uncached, "driver.cache", mode, undefined, cache !== undefined);
  log.record(
    io === AsyncIo.NATIVE ? STORAGE_PRACTICES.nativeAio : STORAGE_PRACTICES.threadsOnFiles,
    "driver.io",
    io,
    undefined,
    asyncIo !== undefined,
  );
  if (mode === CacheMode.UNSAFE) {
    const { id, reason } = STORAGE_PRACTICES.cacheUnsafe;
    Annotations.of(scope).addWarning(`cache mode unsafe: ${reason} [${id}]`);
  } else if (!direct) {
    const { id, reason } = STORAGE_PRACTICES.cacheWriteback;
    Annotations.of(scope).addWarning(`cache mode ${mode}: ${reason} [${id}]`);
  }
  return { cache: mode, asyncIo: io };
}

function chooseQueues({ vcpus }: VmIntent, { queues, log }: DiskIntent): number {
  const chosen = queues ?? Math.min(vcpus, STORAGE_LIMITS.maxDiskQueues);
  const why =
    queues === undefined
      ? `one for each of ${vcpus} vCPUs: ${STORAGE_PRACTICES.diskQueues.reason}`
      : "given in the program";
  log.record(STORAGE_PRACTICES.diskQueues, "driver.queues", chosen, why, queues !== undefined);
  return chosen;
}

function discardOf(scope: Construct, { discard, detectZeroes, log }: DiskIntent): DomainDevicesDisksDriver {
  const unmap = discard ?? true;
  log.record(
    STORAGE_PRACTICES.discardUnmap,
    "driver.discard",
    unmap ? "unmap" : "ignore",
    undefined,
    discard !== undefined,
  );
  if (detectZeroes !== undefined) {
    log.record(STORAGE_PRACTICES.detectZeroesCost, "driver.detect_zeroes", detectZeroes, undefined, true);
  }
  if (detectZeroes === DetectZeroes.UNMAP && !unmap) {
    const { id, reason } = STORAGE_PRACTICES.detectZeroesNeedsDiscard;
    Annotations.of(scope).addWarning(`detectZeroes unmap without discard: ${reason} [${id}]`);
  }
  return { discard: unmap ? "unmap" : "ignore", ...(detectZeroes !== undefined && { detectZeros: detectZeroes }) };
}

/** A disk is found by its serial number: the one given, or its id where that fits. */
function chooseSerial({ serial, name, log }: DiskIntent): string | undefined {
  const chosen = serial ?? (name.length <= STORAGE_LIMITS.maxSerialLength ? name : undefined);
  if (chosen !== undefined) {
    log.record(STORAGE_PRACTICES.stableSerial, "serial", chosen, undefined, serial !== undefined);
  }
  return chosen;
}

/** virtio-blk has its depth as the size of a ring. */
function checkBlkDepth(where: string, bus: DiskBus, depth: number): number {
  if (bus === DiskBus.SATA || (bus === DiskBus.VIRTIO_BLK && !Number.isInteger(Math.log2(depth)))) {
    throw new ConfigurationError({
      where,
      what: bus === DiskBus.SATA ? "SATA disks have no queue depth" : "the queue depth of virtio-blk is a power of two",
      given: depth,
      allowed: bus === DiskBus.SATA ? "no queueDepth" : "2, 4, 8 ... 1024",
      practice: STORAGE_PRACTICES.queueDepth.id,
    });
  }
  return depth;
}
