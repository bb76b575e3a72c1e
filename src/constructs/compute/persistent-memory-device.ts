import { checkInteger, checkOneOf } from "../../checks";
import { ConfigurationError } from "../../errors";
import { PERSISTENT_MEMORY_LIMITS, PERSISTENT_MEMORY_PRACTICES } from "../../practices";
import { DataSize } from "../../units";
import { checkFlag, checkMade, checkOptions, checkPath, optional } from "../given";

/** Whose memory a guest writes to. */
export enum MemoryAccess {
  /** That of the file: what is written gets there. */
  SHARED = "shared",
  /** A copy, which is gone when the guest stops. */
  PRIVATE = "private",
}

export interface NvdimmOptions {
  /**
   * Room for the labels of namespaces, taken from the size: whole KiB, 128 KiB or more.
   * @default - none: the guest has one namespace that takes all
   */
  readonly labelSize?: DataSize;
  /**
   * What it is aligned to when it is mapped: a power of two, 2 MiB to 1 GiB. A DAX device wants its own alignment.
   * @default DataSize.mebibytes(2)
   */
  readonly alignSize?: DataSize;
  /**
   * Whether the guest can only read it.
   * @default false
   */
  readonly readOnly?: boolean;
}

export interface NvdimmOnFileOptions extends NvdimmOptions {
  /**
   * Whether what the guest writes gets to the file.
   * @default MemoryAccess.SHARED
   */
  readonly access?: MemoryAccess;
}

/** What persistent memory is to its guest, and what backs it on the host. */
export class PersistentMemoryDevice {
  /**
   * An NVDIMM on an ordinary file: fast, and lost with its host's page cache where the host fails.
   * @param path file on the host, empty or of the size of the memory at least
   * @throws ConfigurationError for a path or an option that can't be used
   */
  public static nvdimmOnFile(path: string, options: NvdimmOnFileOptions = {}): PersistentMemoryDevice {
    const where = "PersistentMemoryDevice.nvdimmOnFile";
    const { access = MemoryAccess.SHARED } = checkOptions(where, "what is given", options);
    return new PersistentMemoryDevice(where, "nvdimm", checkFile(where, path), options, {
      access: checkOneOf(where, "access", access, Object.values(MemoryAccess)),
      real: false,
    });
  }

  /**
   * An NVDIMM on persistent memory of the host.
   * @param path a DAX device, such as `/dev/dax0.0`, or a file of the memory's size in a file system that is mounted with `dax`
   * @throws ConfigurationError for a path or an option that can't be used
   */
  public static nvdimmOnDax(path: string, options: NvdimmOptions = {}): PersistentMemoryDevice {
    const where = "PersistentMemoryDevice.nvdimmOnDax";
    return new PersistentMemoryDevice(
      where,
      "nvdimm",
      checkDax(where, path),
      checkOptions(where, "what is given", options),
      { access: MemoryAccess.SHARED, real: true },
    );
  }

  /**
   * virtio-pmem on an ordinary file, which the host flushes when the guest asks for it (libvirt 9.4).
   * @param path file on the host, empty or of the size of the memory at least
   * @throws ConfigurationError for a path that can't be used
   */
  public static virtioPmem(path: string): PersistentMemoryDevice {
    const where = "PersistentMemoryDevice.virtioPmem";
    const backing = { access: MemoryAccess.SHARED, real: false };
    return new PersistentMemoryDevice(where, "virtio-pmem", checkFile(where, path), {}, backing);
  }

  public readonly access: MemoryAccess;
  /** Whether it is persistent memory of the host. */
  public readonly real: boolean;
  public readonly labelSize?: DataSize;
  public readonly alignSize: DataSize;
  /** Whether the alignment was given. */
  public readonly ownAlignment: boolean;
  public readonly readOnly: boolean;

  private constructor(
    where: string,
    /** As libvirt calls it. */
    public readonly model: "nvdimm" | "virtio-pmem",
    public readonly path: string,
    { labelSize, alignSize, readOnly = false }: NvdimmOptions,
    { access, real }: { readonly access: MemoryAccess; readonly real: boolean },
  ) {
    this.access = access;
    this.real = real;
    this.labelSize = optional(labelSize, (size) => checkLabelSize(where, size));
    this.alignSize =
      optional(alignSize, (size) => checkAlignSize(where, size)) ??
      DataSize.mebibytes(PERSISTENT_MEMORY_LIMITS.alignMib);
    this.ownAlignment = alignSize !== undefined;
    this.readOnly = checkFlag(where, "readOnly", readOnly);
    Object.freeze(this);
  }

  public toString(): string {
    return `${this.model} on ${this.path}`;
  }
}

/** @throws ConfigurationError for devices: what is real persistent memory has to be said so */
function checkFile(where: string, path: string): string {
  if (checkPath(where, "path", path).startsWith("/dev/") && !path.startsWith("/dev/shm/")) {
    throw new ConfigurationError({
      where,
      what: "path is a device and no file",
      given: path,
      allowed: "a file outside of /dev",
      mend: "write PersistentMemoryDevice.nvdimmOnDax() for a DAX device",
      practice: PERSISTENT_MEMORY_PRACTICES.backing.id,
    });
  }
  return path;
}

/** @throws ConfigurationError for devices that can't be mapped as memory, such as disks and `/dev/pmem0` */
function checkDax(where: string, path: string): string {
  if (checkPath(where, "path", path).startsWith("/dev/") && !/^\/dev\/dax\d+\.\d+$/.test(path)) {
    throw new ConfigurationError({
      where,
      what: "path is no DAX device",
      given: path,
      allowed: "/dev/dax0.0 and the like, or a file in a file system that is mounted with dax",
      mend: "make a namespace of mode devdax with ndctl, or a file system on one of mode fsdax",
      practice: PERSISTENT_MEMORY_PRACTICES.backing.id,
    });
  }
  return path;
}

function checkLabelSize(where: string, size: DataSize): DataSize {
  checkMade(where, "labelSize", size, DataSize, "DataSize.kibibytes(128) or more");
  checkInteger(where, "labelSize in KiB", size.toBytes() / 1024, {
    min: PERSISTENT_MEMORY_LIMITS.minLabelKib,
    practice: PERSISTENT_MEMORY_PRACTICES.labels.id,
  });
  return size;
}

function checkAlignSize(where: string, size: DataSize): DataSize {
  checkMade(where, "alignSize", size, DataSize, "DataSize.mebibytes(2) and the like");
  const mebibytes = size.toBytes() / 1024 ** 2;
  const { alignMib: min, maxAlignMib: max } = PERSISTENT_MEMORY_LIMITS;
  if (!Number.isInteger(Math.log2(mebibytes)) || mebibytes < min || mebibytes > max) {
    throw new ConfigurationError({
      where,
      what: "alignSize is not a size that memory is mapped in",
      given: String(size),
      allowed: "a power of two, 2 MiB to 1 GiB",
      practice: PERSISTENT_MEMORY_PRACTICES.alignment.id,
    });
  }
  return size;
}
