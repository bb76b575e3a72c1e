import { checkInteger, checkOneOf, requireLiteral } from "../../checks";
import { ConfigurationError } from "../../errors";
import { GUEST_DISK_LIMITS, GUEST_DISK_PRACTICES } from "../../practices";
import { DataSize } from "../../units";
import { checkFlag, checkList, checkOptions, optional } from "../given";

/** File systems that a guest makes on an empty disk. */
export enum FileSystem {
  EXT4 = "ext4",
  /** The image needs `xfsprogs`; those of Red Hat and SUSE have them, Debian's has not. */
  XFS = "xfs",
}

/** Schedulers of Linux: who is served first, where requests wait. */
export enum IoScheduler {
  /** Requests go to the device as they come. */
  NONE = "none",
  MQ_DEADLINE = "mq-deadline",
  BFQ = "bfq",
  KYBER = "kyber",
}

/** When a file system gives space back that it does not use any more. */
export enum Trim {
  /** Once a week: `fstrim.timer`. */
  WEEKLY = "weekly",
  /** With each deletion: mount option `discard`. */
  AT_ONCE = "at once",
  NEVER = "never",
}

/** How the kernel of a guest treats a disk. */
export interface GuestDiskOptions {
  /**
   * Who is served first.
   * @default IoScheduler.NONE
   */
  readonly scheduler?: IoScheduler;
  /**
   * How much is read ahead of what was asked for: whole multiples of 4 KiB, at most 16 MiB; 0 for nothing.
   * @default - 16 KiB for Workload.DATABASE; else the kernel's own, 128 KiB
   */
  readonly readAhead?: DataSize;
  /**
   * Requests that wait in the scheduler, 4 to 4096. Not with IoScheduler.NONE: there the disk's `queueDepth` is what counts.
   * @default - the kernel's own
   */
  readonly requests?: number;
  /**
   * Whether the guest takes it for a disk that turns.
   * @default - what the device says
   */
  readonly rotational?: boolean;
}

export interface MountedDiskOptions extends GuestDiskOptions {
  /**
   * What is made on the disk where it is empty. A disk with anything on it is never formatted.
   * @default FileSystem.EXT4
   */
  readonly fileSystem?: FileSystem;
  /**
   * When space is given back.
   * @default Trim.WEEKLY
   */
  readonly trim?: Trim;
  /**
   * Whether reading a file writes down when it was read.
   * @default false
   */
  readonly accessTimes?: boolean;
  /**
   * More options of `mount`, such as `nosuid` or `x-systemd.device-timeout=30s`.
   * @default - none
   */
  readonly mountOptions?: readonly string[];
}

/** Where a disk is mounted, and with what on it. */
export interface Mount {
  readonly path: string;
  readonly fileSystem: FileSystem;
  readonly trim: Trim;
  readonly accessTimes: boolean;
  readonly options: readonly string[];
}

/** A guest's side of a disk, which its cloud-init sets up. */
export class GuestDisk {
  /**
   * A disk that is mounted, with a file system that is made where the disk is empty.
   *
   * @param path where: an absolute path of letters, digits, `.`, `_`, `-` and `/`
   * @throws ConfigurationError for other paths, values out of range, and mount options that lose data or that have a setting of their own
   */
  public static mounted(path: string, options: MountedDiskOptions = {}): GuestDisk {
    const where = "GuestDisk.mounted";
    const {
      fileSystem = FileSystem.EXT4,
      trim = Trim.WEEKLY,
      accessTimes = false,
      mountOptions = [],
    } = checkOptions(where, "options", options);
    return new GuestDisk(where, options, {
      path: checkMountPath(where, path),
      fileSystem: checkOneOf(where, "fileSystem", fileSystem, Object.values(FileSystem)),
      trim: checkOneOf(where, "trim", trim, Object.values(Trim)),
      accessTimes: checkFlag(where, "accessTimes", accessTimes),
      options: checkMountOptions(where, mountOptions),
    });
  }

  /**
   * A disk that others put something on: a database that writes to the device itself, a volume manager.
   * @throws ConfigurationError for values out of range
   */
  public static bare(options: GuestDiskOptions = {}): GuestDisk {
    return new GuestDisk("GuestDisk.bare", checkOptions("GuestDisk.bare", "options", options));
  }

  public readonly scheduler?: IoScheduler;
  public readonly readAhead?: DataSize;
  public readonly requests?: number;
  public readonly rotational?: boolean;

  private constructor(
    where: string,
    { scheduler, readAhead, requests, rotational }: GuestDiskOptions,
    public readonly mount?: Mount,
  ) {
    this.scheduler = optional(scheduler, (it) => checkOneOf(where, "scheduler", it, Object.values(IoScheduler)));
    this.readAhead = optional(readAhead, (size) => checkReadAhead(where, size));
    this.requests = optional(requests, (count) => checkRequests(where, count, this.scheduler));
    this.rotational = optional(rotational, (turns) => checkFlag(where, "rotational", turns));
  }

  public toString(): string {
    return this.mount === undefined ? "bare" : `mounted at ${this.mount.path}`;
  }
}

const SYSTEM_PATHS = ["/", "/boot", "/dev", "/etc", "/proc", "/run", "/sys", "/usr"];

function checkMountPath(where: string, path: string): string {
  const literal = requireLiteral(where, "the path", path);
  if (
    typeof literal !== "string" ||
    !/^(\/[A-Za-z0-9._-]+)+$/.test(literal) ||
    literal.split("/").some((step) => step === "." || step === "..") ||
    SYSTEM_PATHS.includes(literal)
  ) {
    throw new ConfigurationError({
      where,
      what: "a disk can't be mounted there",
      given: path,
      allowed: `an absolute path of letters, digits, ".", "_", "-" and "/", without "/" at its end, and none of ${SYSTEM_PATHS.join(", ")}`,
    });
  }
  return literal;
}

/** Options that a setting of the kit says. */
const SAID_ELSEWHERE: Readonly<Record<string, string>> = {
  discard: "give trim: Trim.AT_ONCE",
  nodiscard: "leave it out: it is the default",
  noatime: "leave it out: it is the default",
  relatime: "give accessTimes: true",
  atime: "give accessTimes: true",
  nofail: "leave it out: it is the default",
  ro: "give the disk readOnly: true",
};

function checkMountOptions(where: string, given: readonly string[]): readonly string[] {
  return checkList(where, "mountOptions", given).map((option) => {
    const literal = requireLiteral(where, "a mount option", option);
    if (typeof literal !== "string" || !/^[A-Za-z0-9._:=+@%/-]+$/.test(literal)) {
      throw new ConfigurationError({
        where,
        what: "not a mount option",
        given: option,
        allowed: 'one option, such as "nosuid" or "x-systemd.device-timeout=30s", without commas and spaces',
      });
    }
    if (/^(nobarrier|barrier=(0|none))$/.test(literal)) {
      throw new ConfigurationError({
        where,
        what: "without barriers a file system does not survive the loss of power",
        given: literal,
        mend: "leave it out",
        practice: GUEST_DISK_PRACTICES.barriers.id,
      });
    }
    if (Object.hasOwn(SAID_ELSEWHERE, literal)) {
      throw new ConfigurationError({
        where,
        what: "this mount option has a setting of its own",
        given: literal,
        mend: SAID_ELSEWHERE[literal]!,
      });
    }
    return literal;
  });
}

const PAGE = DataSize.kibibytes(4);

function checkReadAhead(where: string, size: DataSize): DataSize {
  const { maxReadAheadMebibytes } = GUEST_DISK_LIMITS;
  if (
    !(size instanceof DataSize) ||
    (size.toBytes() !== 0 && !size.isMultipleOf(PAGE)) ||
    size.toBytes() > DataSize.mebibytes(maxReadAheadMebibytes).toBytes()
  ) {
    throw new ConfigurationError({
      where,
      what: "not how much can be read ahead",
      given: size instanceof DataSize ? String(size) : size,
      allowed: `0, or whole multiples of 4 KiB up to ${maxReadAheadMebibytes} MiB, such as DataSize.kibibytes(16)`,
      practice: GUEST_DISK_PRACTICES.readAhead.id,
    });
  }
  return size;
}

function checkRequests(where: string, count: number, scheduler: IoScheduler | undefined): number {
  const { minRequests, maxRequests } = GUEST_DISK_LIMITS;
  checkInteger(where, "requests", count, { min: minRequests, max: maxRequests });
  if (scheduler === undefined || scheduler === IoScheduler.NONE) {
    throw new ConfigurationError({
      where,
      what: "no requests wait where there is no scheduler",
      given: `requests: ${count}, scheduler: ${scheduler ?? "the default, none"}`,
      mend: "give the disk a `queueDepth`, or a `scheduler` beside `requests`",
      practice: GUEST_DISK_PRACTICES.scheduler.id,
    });
  }
  return count;
}
