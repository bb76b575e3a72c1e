import { checkInteger, checkName, checkOneOf, requireLiteral } from "../../checks";
import { ConfigurationError } from "../../errors";
import { TIER_LIMITS, TIER_PRACTICES } from "../../practices";
import { DataRate, DataSize, type Duration } from "../../units";
import { ImageFormat } from "../compute/image-format";
import { checkFlag, checkMade, checkOptions, optional } from "../given";
import { checkIops } from "./io-limit";
import { checkLatency } from "./io-profile";
import { LibvirtSecret } from "./libvirt-secret";
import { Preallocation } from "./preallocation";
import { checkInventoryName, StorageBackend } from "./storage-backend";
import { StorageDrs } from "./storage-drs";

/** The usual tiers, fastest and dearest first. A pool may have others, of any name. */
export enum TierName {
  PERFORMANCE = "performance",
  STANDARD = "standard",
  CAPACITY = "capacity",
  ARCHIVE = "archive",
}

/** Name of a tier: one of the usual ones, or one of your own. */
export type TierId = `${TierName}` | (string & Record<never, never>);

/** Name that a tier's first backend has among its backends. */
export const FIRST_BACKEND = "main";

export interface BackendOptions {
  /**
   * Space that it has for volumes: on each host where hosts have their own, in all where they share it. What is put on it is accounted.
   * @default - not accounted; a tier's backends all have it or none
   */
  readonly capacity?: DataSize;
  /**
   * Part of the tier's volumes that it takes, 0 to 1000, against those of the tier's other backends. With 0 it takes those that name it.
   * Another weight moves volumes; so it does not follow `capacity`, which may grow without anything moving.
   * @default 1
   */
  readonly weight?: number;
}

/** What a tier promises, and how its volumes are made. */
export interface StorageTierOptions extends BackendOptions {
  /**
   * An existing storage policy of vCenter for the tier's disks (vSphere).
   * @default - for space that this program makes, a policy by the tier's tag; else none
   */
  readonly storagePolicy?: string;
  /**
   * How the datastores that this program makes for the tier are looked after, as a datastore cluster (vSphere).
   * @default - where there are several, StorageDrs.automated(); one stands alone
   */
  readonly storageDrs?: StorageDrs;
  /**
   * Sizes of volumes that may be promised, over the space that there is: 1 to 20. Volumes that take their space at once never exceed it.
   * @default 1
   */
  readonly overCommit?: number;
  /**
   * Random operations a second that each backend does.
   * @default - not known: no disk is put here for its IOPS
   */
  readonly iops?: number;
  /**
   * Sequential data a second that each backend passes.
   * @default - not known: no disk is put here for its throughput
   */
  readonly throughput?: DataRate;
  /**
   * How long an operation takes.
   * @default - not known: no disk is put here for its latency
   */
  readonly latency?: Duration;
  /**
   * Operations that a random write costs, 1 to 6: 1 on a single device or where it is cached, 2 on RAID 1 and 10, 4 on RAID 5, 6 on RAID 6.
   * @default 1
   */
  readonly writePenalty?: number;
  /**
   * What space costs, in any unit. A disk that says what it needs is put on the cheapest tier that gives it.
   * @default - the usual tiers in their order, archive cheapest; with one that has a cost, those that have none are not chosen
   */
  readonly cost?: number;
  /**
   * Layout of volumes (libvirt).
   * @default - what suits disk and backend
   */
  readonly format?: ImageFormat;
  /**
   * What is taken of a volume's space when it is made. libvirt's provider has no say: there it is nothing, and all on LVM.
   * @default - libvirt: what the backend does; vSphere: Preallocation.NONE
   */
  readonly preallocation?: Preallocation;
  /**
   * Size of the clusters of qcow2, a power of two, 512 bytes to 2 MiB (libvirt 7.4).
   * @default - QEMU's, 64 KiB
   */
  readonly clusterSize?: DataSize;
  /**
   * Passphrase that volumes are encrypted with (LUKS, libvirt): a secret of the hosts, by its UUID.
   * @default - not encrypted
   */
  readonly encryptionSecret?: LibvirtSecret;
  /**
   * Whether plans that would replace or destroy the tier's storage, or volumes on it, are refused.
   * @default - what the pool says
   */
  readonly protectData?: boolean;
}

/** One of a tier's backends. */
export interface TierBackend {
  /** Unique in its tier. */
  readonly name: string;
  readonly backend: StorageBackend;
  readonly capacity?: DataSize;
  readonly weight: number;
}

/** What each of a tier's backends does. */
export interface TierPromise {
  readonly iops?: number;
  readonly throughput?: DataRate;
  readonly latency?: Duration;
  readonly writePenalty: number;
}

/** How a tier's volumes are made, where a disk does not say. */
export interface VolumeDefaults {
  readonly format?: ImageFormat;
  readonly preallocation?: Preallocation;
  readonly clusterSize?: DataSize;
  readonly encryptionSecret?: LibvirtSecret;
}

/** One tier: what it is on, what it promises, and how its volumes are made. */
export class StorageTier {
  /**
   * A tier on one backend; `plus` adds more.
   * @throws ConfigurationError for what is no backend, and for values out of range
   */
  public static on(backend: StorageBackend, options: StorageTierOptions = {}): StorageTier {
    const where = "StorageTier.on";
    const { overCommit = TIER_LIMITS.usualOverCommit, writePenalty = 1 } = checkOptions(
      where,
      "what is given",
      options,
    );
    return new StorageTier(
      [tierBackend(where, FIRST_BACKEND, backend, options)],
      {
        iops: optional(options.iops, (iops) => checkIops(where, "iops", iops)),
        throughput: optional(options.throughput, (rate) =>
          checkMade(where, "throughput", rate, DataRate, "DataRate.gbps(10) and the like"),
        ),
        latency: optional(options.latency, (latency) => checkLatency(where, latency)),
        writePenalty: checkInteger(where, "writePenalty", writePenalty, {
          min: 1,
          max: TIER_LIMITS.maxWritePenalty,
          practice: TIER_PRACTICES.writePenalty.id,
        }),
      },
      {
        format: optional(options.format, (format) => checkOneOf(where, "format", format, Object.values(ImageFormat))),
        preallocation: optional(options.preallocation, (wanted) =>
          checkOneOf(where, "preallocation", wanted, Object.values(Preallocation)),
        ),
        clusterSize: optional(options.clusterSize, (size) => checkClusterSize(where, options.format, size)),
        encryptionSecret: optional(options.encryptionSecret, (secret) => checkSecret(where, secret)),
      },
      checkNumber(where, "overCommit", overCommit, 1, TIER_LIMITS.maxOverCommit),
      optional(options.cost, (cost) => checkNumber(where, "cost", cost, 0, Number.MAX_SAFE_INTEGER)),
      optional(options.storagePolicy, (policy) => checkInventoryName(where, policy)),
      optional(options.storageDrs, (drs) =>
        checkMade(where, "storageDrs", drs, StorageDrs, "StorageDrs.automated(), .manual()"),
      ),
      optional(options.protectData, (protect) => checkFlag(where, "protectData", protect)),
    );
  }

  private constructor(
    /** The first is called `main`. */
    public readonly backends: readonly TierBackend[],
    public readonly promise: TierPromise,
    public readonly volumes: VolumeDefaults,
    public readonly overCommit: number,
    public readonly cost: number | undefined,
    public readonly storagePolicy: string | undefined,
    public readonly storageDrs: StorageDrs | undefined,
    public readonly protectData: boolean | undefined,
  ) {
    Object.freeze(this);
  }

  /** The first backend. */
  public get backend(): StorageBackend {
    return this.backends[0]!.backend;
  }

  /**
   * The same tier on one more backend. Volumes are spread over them by their names: a part of those that are there would move to the new one,
   * which the plan refuses where they hold data. Give it `weight: 0` and name it in new disks, or pin those that are there, with `backend`.
   *
   * @param name its name in the tier, which its pool is called after: it stays when others come and go
   * @throws ConfigurationError for a name or a backend that the tier has already, and for values out of range
   */
  public plus(name: string, backend: StorageBackend, options: BackendOptions = {}): StorageTier {
    const where = "StorageTier.plus";
    const added = tierBackend(where, name, backend, checkOptions(where, "what is given", options));
    const same = this.backends.find((other) => other.name === name || isSame(other.backend, backend));
    if (same !== undefined) {
      throw new ConfigurationError({
        where,
        what:
          same.name === name
            ? "the tier has a backend of this name"
            : `the tier is on this backend already, as ${same.name}`,
        given: same.name === name ? name : backend,
        mend: same.name === name ? "give another name" : "leave it out",
      });
    }
    if ((added.capacity === undefined) !== (this.backends[0]!.capacity === undefined)) {
      throw new ConfigurationError({
        where,
        what: "the capacity of some of the tier's backends is known, that of others is not",
        given: `${added.capacity === undefined ? FIRST_BACKEND : name} has ${added.capacity ?? this.backends[0]!.capacity}`,
        mend: "give `capacity` for all of them, or for none",
        practice: TIER_PRACTICES.overCommit.id,
      });
    }
    return new StorageTier(
      [...this.backends, added],
      this.promise,
      this.volumes,
      this.overCommit,
      this.cost,
      this.storagePolicy,
      this.storageDrs,
      this.protectData,
    );
  }
}

function isSame(one: StorageBackend, other: StorageBackend): boolean {
  return JSON.stringify(one.settings) === JSON.stringify(other.settings);
}

function tierBackend(
  where: string,
  name: string,
  backend: StorageBackend,
  { capacity, weight = 1 }: BackendOptions,
): TierBackend {
  if (!(backend instanceof StorageBackend)) {
    throw new ConfigurationError({
      where,
      what: "a tier is on a storage backend",
      given: backend,
      allowed: "what StorageBackend makes: .directory(), .lvm(), .nfs(), .vmfs() and others",
    });
  }
  return {
    name: checkName(where, name, { maxLength: 20 }),
    backend,
    capacity: optional(capacity, (size) => checkCapacity(where, size)),
    weight: checkInteger(where, "weight", weight, { min: 0, max: TIER_LIMITS.maxWeight }),
  };
}

function checkCapacity(where: string, capacity: DataSize): DataSize {
  checkMade(where, "capacity", capacity, DataSize, "DataSize.tebibytes(4) and the like");
  checkInteger(where, "capacity in bytes", capacity.toBytes(), { min: 1 });
  return capacity;
}

function checkClusterSize(where: string, format: ImageFormat | undefined, size: DataSize): DataSize {
  checkMade(where, "clusterSize", size, DataSize, "DataSize.kibibytes(128) and the like");
  const { minClusterSize: min, maxClusterSize: max } = TIER_LIMITS;
  const bytes = size.toBytes();
  if (bytes < min || bytes > max || !Number.isInteger(Math.log2(bytes))) {
    throw new ConfigurationError({
      where,
      what: "qcow2 has no clusters of this size",
      given: size,
      allowed: "512 B, 1 KiB, 2 KiB ... 2 MiB",
      practice: TIER_PRACTICES.clusterSize.id,
    });
  }
  if (format === ImageFormat.RAW) {
    throw new ConfigurationError({
      where,
      what: "raw has no clusters",
      given: size,
      mend: "leave `clusterSize` out, or use ImageFormat.QCOW2",
      practice: TIER_PRACTICES.clusterSize.id,
    });
  }
  return size;
}

/** libvirt takes a secret of a volume by its UUID only, as far as the provider passes it on. */
function checkSecret(where: string, secret: LibvirtSecret): LibvirtSecret {
  checkMade(where, "encryptionSecret", secret, LibvirtSecret, "LibvirtSecret.uuid()");
  if (secret.reference.uuid === undefined) {
    throw new ConfigurationError({
      where,
      what: "the secret of encrypted volumes is given by its UUID",
      given: secret,
      mend: "write LibvirtSecret.uuid(...): virsh secret-list tells it",
      practice: TIER_PRACTICES.encryption.id,
    });
  }
  return secret;
}

/** Checks a number that need not be whole. */
function checkNumber(where: string, what: string, value: number, min: number, max: number): number {
  const literal = requireLiteral(where, what, value);
  if (typeof literal !== "number" || !(literal >= min && literal <= max)) {
    throw new ConfigurationError({
      where,
      what: `${what} is not a number that can be used`,
      given: value,
      allowed: `${min} to ${max}`,
    });
  }
  return literal;
}
