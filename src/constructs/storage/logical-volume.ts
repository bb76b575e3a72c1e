import { checkName, checkOneOf } from "../../checks";
import { ConfigurationError } from "../../errors";
import { STORAGE_BACKEND_LIMITS, STORAGE_BACKEND_PRACTICES } from "../../practices";
import { DataSize } from "../../units";
import { checkFlag, checkMade, checkOptions } from "../given";
import { checkDevice } from "./storage-address";

const EXTENT = DataSize.mebibytes(STORAGE_BACKEND_LIMITS.lvmExtentMebibytes);
const MIN_VDO = DataSize.gibibytes(STORAGE_BACKEND_LIMITS.minVdoGibibytes);

/** When a write through a cache is done. */
export enum LvmCacheMode {
  /** When it is on the slow device: the cache can be lost. */
  WRITE_THROUGH = "writethrough",
  /** When it is in the cache: data is lost with the fast device. */
  WRITE_BACK = "writeback",
}

interface LogicalVolumeOptions {
  /** Volume group, which the hosts have. */
  readonly volumeGroup: string;
  readonly name: string;
}

export interface ThinVolumeOptions extends LogicalVolumeOptions {
  /** What the file system on it sees, a multiple of 4 MiB. */
  readonly size: DataSize;
  /** What there is for it, a multiple of 4 MiB. It is not given back. */
  readonly poolSize: DataSize;
}

export interface CachedVolumeOptions extends LogicalVolumeOptions {
  /** A multiple of 4 MiB. */
  readonly size: DataSize;
  /** Device of the volume group that is slow: the volume is on it. */
  readonly slowDevice: string;
  /** Device of the volume group that is fast: the cache is on it. */
  readonly fastDevice: string;
  /** A multiple of 4 MiB. */
  readonly cacheSize: DataSize;
  /** @default LvmCacheMode.WRITE_THROUGH */
  readonly mode?: LvmCacheMode;
}

export interface VdoVolumeOptions extends LogicalVolumeOptions {
  /** What the file system on it sees, a multiple of 4 MiB: up to ten times the physical size for machines of one kind. */
  readonly size: DataSize;
  /** What there is for it, a multiple of 4 MiB, at least 5 GiB. */
  readonly physicalSize: DataSize;
  /** @default true */
  readonly compression?: boolean;
  /** @default true */
  readonly deduplication?: boolean;
}

export type LogicalVolumeSettings =
  | ({ readonly kind: "thin" } & ThinVolumeOptions)
  | ({ readonly kind: "cached" } & Required<CachedVolumeOptions>)
  | ({ readonly kind: "vdo" } & Required<VdoVolumeOptions>);

/**
 * A logical volume that a service of the host makes where it is missing; nothing ever removes it. A file system on it holds the volumes of
 * guests: libvirt makes plain logical volumes only.
 */
export class LogicalVolume {
  /** Thin: it takes space of its pool as it is written. */
  public static thin(options: ThinVolumeOptions): LogicalVolume {
    const where = "LogicalVolume.thin";
    return new LogicalVolume({
      kind: "thin",
      ...checkNames(where, options),
      size: checkExtents(where, "size", options.size),
      poolSize: checkExtents(where, "poolSize", options.poolSize),
    });
  }

  /** On a slow device, with a cache on a fast one. */
  public static cached(options: CachedVolumeOptions): LogicalVolume {
    const where = "LogicalVolume.cached";
    const named = checkNames(where, options);
    const { slowDevice, fastDevice, mode = LvmCacheMode.WRITE_THROUGH } = options;
    return new LogicalVolume({
      kind: "cached",
      ...named,
      size: checkExtents(where, "size", options.size),
      slowDevice: checkDevice(where, slowDevice),
      fastDevice: checkDevice(where, fastDevice),
      cacheSize: checkExtents(where, "cacheSize", options.cacheSize),
      mode: checkOneOf(where, "mode", mode, Object.values(LvmCacheMode)),
    });
  }

  /** Deduplicated and compressed (VDO). */
  public static vdo(options: VdoVolumeOptions): LogicalVolume {
    const where = "LogicalVolume.vdo";
    const named = checkNames(where, options);
    const { compression = true, deduplication = true } = options;
    const physicalSize = checkExtents(where, "physicalSize", options.physicalSize);
    if (physicalSize.isLessThan(MIN_VDO)) {
      throw new ConfigurationError({
        where,
        what: "physicalSize is too small for VDO and its index",
        given: String(physicalSize),
        allowed: `at least ${MIN_VDO}`,
        practice: STORAGE_BACKEND_PRACTICES.vdoSize.id,
      });
    }
    return new LogicalVolume({
      kind: "vdo",
      ...named,
      size: checkExtents(where, "size", options.size),
      physicalSize,
      compression: checkFlag(where, "compression", compression),
      deduplication: checkFlag(where, "deduplication", deduplication),
    });
  }

  private constructor(
    /** What was given, checked. */
    public readonly settings: LogicalVolumeSettings,
  ) {}

  /** Where it is on the host. */
  public get device(): string {
    return `/dev/${this.settings.volumeGroup}/${this.settings.name}`;
  }

  public toString(): string {
    return `${this.settings.kind} ${this.device}`;
  }
}

function checkNames(where: string, options: LogicalVolumeOptions): LogicalVolumeOptions {
  const { volumeGroup, name } = checkOptions(where, "options", options);
  return {
    volumeGroup: checkName(where, volumeGroup, { maxLength: 127 }),
    name: checkName(where, name, { maxLength: 100 }),
  };
}

/** Sizes that LVM does not round. */
function checkExtents(where: string, what: string, size: DataSize): DataSize {
  checkMade(where, what, size, DataSize, "DataSize.gibibytes(100)");
  if (size.toBytes() === 0 || !size.isMultipleOf(EXTENT)) {
    throw new ConfigurationError({
      where,
      what: `${what} is not a number of extents`,
      given: String(size),
      allowed: `a multiple of ${EXTENT}`,
      practice: STORAGE_BACKEND_PRACTICES.lvmExtents.id,
    });
  }
  return size;
}
