import { Construct } from "constructs";
import { checkInteger, checkName, checkOneOf, requireLiteral } from "../../checks";
import { ConfigurationError } from "../../errors";
import type { PlatformTier, VolumeContent } from "../../platforms/platform";
import { DISK_PRACTICES, Explanation, STORAGE_LIMITS, STORAGE_PRACTICES, TuningLog } from "../../practices";
import { DataSize } from "../../units";
import { checkFlag, checkKind, checkMade, optional } from "../given";
import { checkSamePlatform } from "../placement";
import { IoProfile } from "../storage/io-profile";
import type { TierId } from "../storage/storage-tier";
import type { ITieredStoragePool } from "../storage/tiered-storage-pool";
import { AsyncIo, CacheMode, DetectZeroes, DiskBus, IoThreadUse } from "./devices";
import { checkDiskDevice, type DiskDevice } from "./disk-device";
import { GuestDisk } from "./guest-disk";
import { ImageFormat } from "./image-format";
import type { TunedVm } from "./tuned-vm";
import { VolumeSource } from "./volume-source";

export interface TunedVmDiskOptions extends DiskDevice {
  /** Where its volume is. */
  readonly pool: ITieredStoragePool;
  /**
   * Tier of the pool.
   * @default - the cheapest that gives what `io` needs
   */
  readonly tier?: TierId;
  /**
   * Backend of the tier, by its name there, where the tier has several: `main` is the first.
   * @default - one by the names of machine and disk; on vSphere where vCenter puts it
   */
  readonly backend?: string;
  /**
   * What it needs, which chooses a tier where `tier` is left out and is accounted for, and what it may use.
   * @default - nothing is known of it
   */
  readonly io?: IoProfile;
  /**
   * Size, whole MiB. It may grow later, never shrink.
   * @default - that of `existingVolume` or `sharedWith`; a new volume needs one
   */
  readonly size?: DataSize;
  /**
   * A volume that is there already: its name in the tier's pool (libvirt), or its path on the tier's datastore (vSphere). It is not managed
   * here: neither made, changed nor deleted.
   * @default - a new volume
   */
  readonly existingVolume?: string;
  /**
   * What a new volume holds to begin with (libvirt, storage with files).
   * @default - nothing
   */
  readonly source?: VolumeSource;
  /**
   * A disk of another machine whose volume it has, too: both are `shareable`, or both read only. Pool, tier and serial number are that disk's
   * (libvirt).
   * @default - a volume of its own
   */
  readonly sharedWith?: TunedVmDisk;
  /**
   * What it is connected to.
   * @default - virtio-scsi on libvirt, PVSCSI on vSphere
   */
  readonly bus?: DiskBus;
  /**
   * Layout of its content (libvirt).
   * @default - raw on LVM; in directories and on NFS qcow2 for disks made from an image, else raw
   */
  readonly format?: ImageFormat;
  /**
   * How the host caches it (libvirt).
   * @default CacheMode.NONE
   */
  readonly cache?: CacheMode;
  /**
   * How QEMU does its I/O (libvirt).
   * @default - native where the cache mode allows it, threads on NFS and with other cache modes
   */
  readonly asyncIo?: AsyncIo;
  /**
   * What serves its I/O (libvirt).
   * @default - what the workload says
   */
  readonly ioThread?: IoThreadUse;
  /**
   * Request queues, 1 to 256 (libvirt); with virtio-scsi those of its controller.
   * @default - one for each vCPU
   */
  readonly queues?: number;
  /**
   * Requests in flight, 1 to 1024 (libvirt, virtio-scsi): those of a LUN.
   * @default - the driver's own, 128
   */
  readonly queueDepth?: number;
  /**
   * Whether space that the guest frees goes back to the storage.
   * @default true
   */
  readonly discard?: boolean;
  /**
   * What becomes of zeroes that the guest writes (libvirt).
   * @default DetectZeroes.OFF
   */
  readonly detectZeroes?: DetectZeroes;
  /**
   * Whether all space is taken and zeroed at creation (vSphere).
   * @default false
   */
  readonly eagerZeroed?: boolean;
  /**
   * Whether several machines may have it at once.
   * @default false
   */
  readonly shareable?: boolean;
  /**
   * Whether the guest can only read it.
   * @default false
   */
  readonly readOnly?: boolean;
  /**
   * Serial number, by which the guest finds it below `/dev/disk/by-id/`: at most 20 letters, digits, `.`, `_` and `-`.
   * @default - the construct's id, where it fits
   */
  readonly serial?: string;
  /**
   * The guest's side of it: where it is mounted, and how the guest's kernel treats it. The machine's cloud-init sets it up (libvirt).
   * @default - as the guest's image does
   */
  readonly guest?: GuestDisk;
  /**
   * Whether plans that would replace or destroy its volume are refused.
   * @default - what the pool says
   */
  readonly protectData?: boolean;
  /**
   * Position among the machine's disks, 0 to 255; 0 is the root disk's. Give it where disks come and go and units must stay: on libvirt
   * they do for disks with the machine's usual I/O thread.
   * @default - after those that were added before, from 1
   */
  readonly order?: number;
}

export interface TunedVmDiskProps extends TunedVmDiskOptions {
  /** The machine that it belongs to. */
  readonly vm: TunedVm;
}

/** A disk of a machine. `vm.addDisk()` makes it. */
export class TunedVmDisk extends Construct {
  /** The machine that it belongs to. */
  public readonly vm: TunedVm;
  /** `undefined` for an existing volume. */
  public readonly size?: DataSize;
  /** Tier that it is in. */
  public readonly tier: string;
  /** Backend of the tier that it is on; `undefined` where the platform spreads volumes over them. */
  public readonly backend?: string;
  public readonly bus: DiskBus;
  /** `undefined` where the platform has one format only. */
  public readonly format?: ImageFormat;
  /** `undefined` where the platform has no such choice. */
  public readonly cache?: CacheMode;
  /** `undefined` where the platform has no such choice. */
  public readonly asyncIo?: AsyncIo;
  /** `undefined` where the platform decides. */
  public readonly queues?: number;
  /** `undefined` where there is none. */
  public readonly serial?: string;
  /** World wide name, sixteen small hexadecimal digits. */
  public readonly wwn?: string;
  public readonly shareable: boolean;
  public readonly readOnly: boolean;
  /** Name of its volume in the tier's pool; `undefined` where the platform chooses it. */
  public readonly volumeName?: string;
  public readonly protectData: boolean;
  public readonly order: number;
  /** @internal */
  public readonly _tier: PlatformTier;
  /** @internal */
  public readonly _pool: ITieredStoragePool;
  readonly #log: TuningLog;

  /**
   * @throws ConfigurationError for a pool of another platform, a tier that it lacks, values out of range, and combinations that the platform
   * refuses
   */
  public constructor(scope: Construct, id: string, props: TunedVmDiskProps) {
    super(scope, id);
    const where = this.node.path;
    const { vm, pool } = props ?? {};
    checkKind(where, "machine", vm, "_platformVm");
    checkSamePlatform(where, vm.platform, "storage pool", pool, "place");
    this.#log = new TuningLog(where);
    this.size = checkSize(where, props);
    const io = optional(props.io, (profile) => checkMade(where, "io", profile, IoProfile, PROFILES));
    const name = checkName(where, id);
    const order = optional(props.order, (wanted) => checkInteger(where, "order", wanted, { min: 0, max: 255 }));
    checkCombinations(where, props);
    const device = checkDiskDevice(where, props);
    const shared = optional(props.sharedWith, (other) => checkShared(where, props, other));
    const source = optional(props.source, (wanted) => checkSource(where, props, wanted));
    const { format = shared?.format, serial = shared?.serial, queues = device.ioThreads?.queues } = props;
    const { shareable = shared?.shareable ?? false, readOnly = shared?.readOnly ?? false } = props;
    const place = pool.place({
      where,
      volume: `${vm.vmName}-${name}`,
      size: this.size,
      tier: shared?.tier ?? props.tier,
      backend: shared?.backend ?? props.backend,
      io,
      log: this.#log,
    });
    this.tier = place.tierName;
    this.backend = place.backendName;
    const { protectData = place.protectData } = props;
    this.protectData = checkFlag(where, "protectData", protectData);
    this.vm = vm;
    this._pool = pool;
    this._tier = place.tier;
    this.shareable = checkFlag(where, "shareable", shareable);
    this.readOnly = checkFlag(where, "readOnly", readOnly);
    this.order = vm._takePosition(this, order);
    const resolved = vm._platformVm.addDisk(this, {
      name,
      order: this.order,
      tier: place.tier,
      size: this.size,
      existingVolume:
        optional(shared, ({ volumeName, node }) => volumeName ?? node.id) ??
        optional(props.existingVolume, (name) => checkVolumeName(where, name)),
      sharedVolume: shared !== undefined,
      content: optional(source, (wanted) => this.contentOf(wanted)),
      root: this.order === 0,
      bus: checkChoice(where, "bus", props.bus, DiskBus),
      format: checkChoice(where, "format", format, ImageFormat),
      cache: checkChoice(where, "cache", props.cache, CacheMode),
      asyncIo: checkChoice(where, "asyncIo", props.asyncIo, AsyncIo),
      ioThread: checkChoice(where, "ioThread", props.ioThread, IoThreadUse),
      queues: optional(queues, (wanted) =>
        checkInteger(where, "queues", wanted, { min: 1, max: STORAGE_LIMITS.maxDiskQueues }),
      ),
      queueDepth: optional(props.queueDepth, (depth) =>
        checkInteger(where, "queueDepth", depth, {
          min: STORAGE_LIMITS.minQueueDepth,
          max: STORAGE_LIMITS.maxQueueDepth,
        }),
      ),
      discard: optional(props.discard, (discard) => checkFlag(where, "discard", discard)),
      detectZeroes: checkChoice(where, "detectZeroes", props.detectZeroes, DetectZeroes),
      eagerZeroed: optional(props.eagerZeroed, (eager) => checkFlag(where, "eagerZeroed", eager)),
      shareable: this.shareable,
      readOnly: this.readOnly,
      serial: optional(serial, (wanted) => checkSerial(where, wanted)),
      io,
      ...device,
      guest: optional(props.guest, (guest) => checkMade(where, "guest", guest, GuestDisk, GUEST_DISKS)),
      protectData: this.protectData,
      log: this.#log,
    });
    place.take({ thin: resolved.thin ?? false, onHost: resolved.onHost });
    this.volumeName = resolved.volume;
    this.bus = resolved.bus;
    this.format = resolved.format;
    this.cache = resolved.cache;
    this.asyncIo = resolved.asyncIo;
    this.queues = resolved.queues;
    this.serial = optional(resolved.serial, (serial) => checkNewSerial(this, vm, serial));
    this.wwn = optional(device.wwn, (wwn) => checkNewWwn(this, vm, wwn));
  }

  private contentOf({ overlay, copy, clone, cloneOfNamed: named }: VolumeSource): VolumeContent {
    if (clone !== undefined) {
      return { clone: { tier: clone._tier, volume: clone.volumeName ?? clone.node.id, own: true } };
    }
    if (named !== undefined) {
      const where = this.node.path;
      const { tier, backend } = named;
      const place = named.pool.place({ where, volume: named.name, tier, backend, log: new TuningLog(where) });
      return { clone: { tier: place.tier, volume: named.name, own: false } };
    }
    return { overlay, copy };
  }

  /** What was tuned, why, and after which source. */
  public explain(): Explanation {
    return new Explanation(this.#log.settings);
  }
}

const SOURCES = "VolumeSource.overlayOf(), .copyOf(), .cloneOf(), .cloneOfExisting()";

const GUEST_DISKS = "GuestDisk.mounted(), .bare()";

const PROFILES = "IoProfile.random(), .sequential(), .limited()";

const MAX_SIZE = DataSize.tebibytes(64);

function checkSize(where: string, { size, existingVolume, sharedWith }: TunedVmDiskProps): DataSize | undefined {
  if (existingVolume !== undefined || sharedWith !== undefined) {
    if (size !== undefined) {
      throw new ConfigurationError({
        where,
        what: "an existing volume has its own size",
        given: String(size),
        mend: "leave `size` out, or give it alone for a new volume",
      });
    }
    return undefined;
  }
  if (!(size instanceof DataSize)) {
    throw new ConfigurationError({
      where,
      what: "the size of a disk is a DataSize",
      given: size,
      mend: "write DataSize.gibibytes(200)",
    });
  }
  checkInteger(where, "the size in MiB", size.toBytes() / 1024 ** 2, {
    min: 1,
    max: MAX_SIZE.toBytes() / 1024 ** 2,
    mend: "give whole MiB, such as DataSize.mebibytes(1536)",
    practice: STORAGE_PRACTICES.blockMultiple.id,
  });
  return size;
}

function checkSource(where: string, { existingVolume, sharedWith, vm }: TunedVmDiskProps, source: VolumeSource) {
  checkMade(where, "source", source, VolumeSource, SOURCES);
  if (existingVolume !== undefined || sharedWith !== undefined) {
    throw new ConfigurationError({
      where,
      what: "a volume that is there holds what it holds",
      mend: "leave `source` out",
      practice: DISK_PRACTICES.volumeContent.id,
    });
  }
  optional(source.clone, (disk) => checkSamePlatform(where, vm.platform, "disk to clone", disk.vm, "_platformVm"));
  optional(source.cloneOfNamed, ({ pool }) => checkSamePlatform(where, vm.platform, "storage pool", pool, "place"));
  return source;
}

/** @throws ConfigurationError for a disk that can't be shared, and for what is that disk's to say */
function checkShared(where: string, props: TunedVmDiskProps, other: TunedVmDisk): TunedVmDisk {
  checkKind(where, "disk to share", other, "_tier");
  const fail = (what: string, given: unknown, mend: string): never => {
    throw new ConfigurationError({ where, what, given, mend, practice: DISK_PRACTICES.sharedVolume.id });
  };
  const { existingVolume, tier, backend, vm } = props;
  for (const [what, given] of Object.entries({ existingVolume, tier, backend })) {
    if (given !== undefined) {
      fail(`the disk that it is shared with says \`${what}\``, given, "leave it out");
    }
  }
  checkSamePlatform(where, vm.platform, "disk to share", other.vm, "_platformVm");
  if (other.vm === vm) {
    fail("a machine has a volume once", other.node.id, "share it with another machine");
  }
  if (other._pool !== props.pool) {
    fail("the disk to share is in another pool", other._pool.node.path, "give its `pool`");
  }
  const shared = other.shareable && (props.shareable ?? true);
  const readOnly = other.readOnly && (props.readOnly ?? true);
  if (!shared && !readOnly) {
    fail(
      "two machines may have a volume only where both say so, or both only read it",
      `${other.node.path}: shareable ${other.shareable}, readOnly ${other.readOnly}`,
      "give both `shareable: true`, or both `readOnly: true`",
    );
  }
  return other;
}

function checkNewSerial(disk: TunedVmDisk, vm: TunedVm, serial: string): string {
  const other = vm.disks.find((candidate) => candidate !== disk && candidate.serial === serial);
  if (other !== undefined) {
    throw new ConfigurationError({
      where: disk.node.path,
      what: `its serial number is that of disk ${other.node.id}, and the guest would find one of them only`,
      given: serial,
      mend: "give another `serial`",
      practice: STORAGE_PRACTICES.stableSerial.id,
    });
  }
  return serial;
}

function checkNewWwn(disk: TunedVmDisk, vm: TunedVm, wwn: string): string {
  const other = vm.disks.find((candidate) => candidate !== disk && candidate.wwn === wwn);
  if (other !== undefined) {
    throw new ConfigurationError({
      where: disk.node.path,
      what: `its world wide name is that of disk ${other.node.id}`,
      given: wwn,
      mend: "give another `wwn`",
      practice: DISK_PRACTICES.wwnScsi.id,
    });
  }
  return wwn;
}

function checkSerial(where: string, serial: string): string {
  const name = checkName(where, serial);
  checkInteger(where, "the length of the serial number", name.length, {
    min: 1,
    max: STORAGE_LIMITS.maxSerialLength,
    practice: STORAGE_PRACTICES.serialLength.id,
  });
  return name;
}

function checkVolumeName(where: string, name: string): string {
  const literal = requireLiteral(where, "existingVolume", name);
  if (
    typeof literal !== "string" ||
    !/^[A-Za-z0-9][A-Za-z0-9._:\-/ ]{0,254}$/.test(literal) ||
    literal.split("/").includes("..")
  ) {
    throw new ConfigurationError({
      where,
      what: "not a volume that can be used",
      given: name,
      allowed:
        'a name, or a path below its datastore, of letters, digits, spaces, ".", "_", "-", ":" and "/", without ".."',
    });
  }
  return literal;
}

function checkChoice<T extends string>(
  where: string,
  what: string,
  value: T | undefined,
  choices: Record<string, T>,
): T | undefined {
  return optional(value, (choice) => checkOneOf(where, what, choice, Object.values(choices)));
}

/** Combinations that no platform takes. */
function checkCombinations(where: string, props: TunedVmDiskProps): void {
  if (props.bus === DiskBus.SATA) {
    for (const [what, value, practice] of [
      ["queues", props.queues, STORAGE_PRACTICES.diskQueuesVirtioOnly],
      ["queueDepth", props.queueDepth, STORAGE_PRACTICES.diskQueuesVirtioOnly],
      ["ioThread", props.ioThread, STORAGE_PRACTICES.ioThreadVirtioOnly],
    ] as const) {
      if (value !== undefined && value !== IoThreadUse.NONE) {
        throw new ConfigurationError({
          where,
          what: `${what} belongs to paravirtualised buses`,
          given: `${what} ${value} on ${props.bus}`,
          mend: `leave \`${what}\` out, or \`bus\``,
          practice: practice.id,
        });
      }
    }
  }
  if (
    props.asyncIo === AsyncIo.NATIVE &&
    props.cache !== undefined &&
    props.cache !== CacheMode.NONE &&
    props.cache !== CacheMode.DIRECTSYNC
  ) {
    throw new ConfigurationError({
      where,
      what: "native asynchronous I/O does not work with this cache mode",
      given: `asyncIo ${props.asyncIo}, cache ${props.cache}`,
      allowed: "native with cache none or directsync",
      mend: "use CacheMode.NONE, or AsyncIo.THREADS",
      practice: STORAGE_PRACTICES.nativeNeedsUncached.id,
    });
  }
  if (
    props.shareable &&
    props.cache !== undefined &&
    props.cache !== CacheMode.NONE &&
    props.cache !== CacheMode.DIRECTSYNC
  ) {
    throw new ConfigurationError({
      where,
      what: "a shared disk must not be cached",
      given: props.cache,
      allowed: "none, directsync",
      mend: "leave `cache` out",
      practice: STORAGE_PRACTICES.shareableUncached.id,
    });
  }
  if (props.shareable && !props.readOnly && props.format === ImageFormat.QCOW2) {
    throw new ConfigurationError({
      where,
      what: "a shared writable disk can't be qcow2",
      given: props.format,
      allowed: "raw",
      mend: "use ImageFormat.RAW, or make the disk read-only",
      practice: STORAGE_PRACTICES.shareableRaw.id,
    });
  }
}
