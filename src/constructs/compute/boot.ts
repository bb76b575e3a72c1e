import { checkInteger, checkOneOf, requireLiteral } from "../../checks";
import { ConfigurationError } from "../../errors";
import { STORAGE_PRACTICES } from "../../practices";
import type { DataSize } from "../../units";
import { checkOptions, checkPath, optional } from "../given";
import type { IoProfile } from "../storage/io-profile";
import { checkInventoryName } from "../storage/storage-backend";
import type { TierId } from "../storage/storage-tier";
import type { ITieredStoragePool } from "../storage/tiered-storage-pool";
import { ImageFormat } from "./image-format";

export interface RootDiskOptions {
  /** Where the root disk is. */
  readonly pool: ITieredStoragePool;
  /**
   * Tier of the root disk.
   * @default - the cheapest that gives what `io` needs
   */
  readonly tier?: TierId;
  /**
   * Backend of the tier, by its name there.
   * @default - as with other disks
   */
  readonly backend?: string;
  /**
   * What the root disk needs, and what it may use.
   * @default - nothing is known of it
   */
  readonly io?: IoProfile;
  /** Size of the root disk, at least that of the image. */
  readonly size: DataSize;
}

export interface VolumeBootOptions {
  /** Where the volume is. */
  readonly pool: ITieredStoragePool;
  /** Tier that it is in. */
  readonly tier: TierId;
  /**
   * Backend of the tier that it is on, by its name there, where the tier has several.
   * @default - the only one
   */
  readonly backend?: string;
}

/** A root disk: a new one, or a volume that is there already. */
export interface RootDisk {
  readonly pool: ITieredStoragePool;
  readonly tier?: TierId;
  readonly backend?: string;
  readonly io?: IoProfile;
  readonly size?: DataSize;
  readonly existingVolume?: string;
}

export interface ImageBootOptions extends RootDiskOptions {
  /**
   * Format of the image.
   * @default - what the name ends in: `.raw` or `.qcow2`; other names, `.img` among them, do not tell
   */
  readonly format?: ImageFormat;
}

export interface TemplateBootOptions extends RootDiskOptions {
  /**
   * Content library that the template is an item of: an OVF or a VM template.
   * @default - it is in the inventory
   */
  readonly library?: string;
}

export interface KernelBootOptions {
  /** Absolute path of the kernel on the host. */
  readonly kernel: string;
  /**
   * Absolute path of the initial RAM disk on the host.
   * @default - none
   */
  readonly initrd?: string;
  /**
   * Kernel arguments.
   * @default - none
   */
  readonly cmdline?: string;
}

/** An image that a root disk is made from. */
export interface BootImage {
  readonly source: string;
  readonly format: ImageFormat;
}

/** A kernel that the hypervisor loads itself. */
export interface BootKernel {
  readonly kernel: string;
  readonly initrd?: string;
  readonly cmdline?: string;
}

/** What a machine starts from. Without one it starts from its first disk, or from the network. */
export class Boot {
  /**
   * A root disk made from a cloud image (libvirt): a thin overlay of it, on storage with files.
   * @param source `https://` or `http://` URL, or an absolute path on the machine that runs Terraform
   */
  public static image(source: string, options: ImageBootOptions): Boot {
    const where = "Boot.image";
    return new Boot(rootDisk(where, options), checkImage(where, source, options.format));
  }

  /**
   * A copy of a virtual machine template (vSphere).
   * @param name of the template in the inventory or in the library
   */
  public static template(name: string, options: TemplateBootOptions): Boot {
    const where = "Boot.template";
    const root = rootDisk(where, options);
    const library = optional(options.library, (given) => checkInventoryName(where, given));
    return new Boot(root, undefined, checkInventoryName(where, name), undefined, false, library);
  }

  /** A kernel and initial RAM disk that are on the host (libvirt): no boot loader, no root disk. */
  public static kernel(options: KernelBootOptions): Boot {
    const where = "Boot.kernel";
    checkOptions(where, "options", options);
    return new Boot(undefined, undefined, undefined, {
      kernel: checkPath(where, "the kernel", options.kernel),
      ...(options.initrd !== undefined && { initrd: checkPath(where, "the initial RAM disk", options.initrd) }),
      ...(options.cmdline !== undefined && { cmdline: checkCmdline(where, options.cmdline) }),
    });
  }

  /**
   * A volume that is there already and has a system on it.
   * @param name in the tier's pool (libvirt), or path on the tier's datastore (vSphere)
   */
  public static volume(name: string, options: VolumeBootOptions): Boot {
    const { pool, tier, backend } = checkOptions("Boot.volume", "options", options);
    return new Boot({ pool, tier, backend, existingVolume: name });
  }

  /**
   * The network (PXE), by the NICs in their order.
   */
  public static network(): Boot {
    return new Boot(undefined, undefined, undefined, undefined, true);
  }

  private constructor(
    public readonly rootDisk?: RootDisk,
    public readonly fromImage?: BootImage,
    public readonly fromTemplate?: string,
    public readonly fromKernel?: BootKernel,
    public readonly fromNetwork: boolean = false,
    /** Content library that the template is an item of. */
    public readonly library?: string,
  ) {}
}

function rootDisk(where: string, options: RootDiskOptions): RootDisk {
  const { pool, tier, backend, io, size } = checkOptions(where, "options", options);
  return { pool, tier, backend, io, size };
}

/** Checks an image that Terraform fetches. */
export function checkImage(where: string, source: string, format: ImageFormat | undefined): BootImage {
  const literal = requireLiteral(where, "the image", source);
  if (
    typeof literal !== "string" ||
    !/^(https?:\/\/[^\s"'<>\\^`{|}]+|\/[A-Za-z0-9._\-/ ]+)$/.test(literal) ||
    literal.split("/").includes("..")
  ) {
    throw new ConfigurationError({
      where,
      what: "not an image that can be fetched",
      given: source,
      allowed: 'an http or https URL, or an absolute path without ".."',
    });
  }
  if (/^https?:\/\/[^/@]*:[^/@]*@/.test(literal)) {
    throw new ConfigurationError({
      where,
      what: "the URL has a password in it",
      mend: "fetch the image and give its path",
    });
  }
  return { source: literal, format: formatOf(where, literal, format) };
}

/** An image that is taken for another format does not start, and its guest could make it refer to any file of the host. */
function formatOf(where: string, source: string, format: ImageFormat | undefined): ImageFormat {
  if (format !== undefined) {
    return checkOneOf(where, "format", format, Object.values(ImageFormat));
  }
  const suffix = /\.(qcow2|raw)([?#].*)?$/.exec(source)?.[1];
  if (suffix === undefined) {
    throw new ConfigurationError({
      where,
      what: "the format of the image is not known from its name",
      given: source,
      allowed: "names that end in .qcow2 or .raw",
      mend: "give `format`: qemu-img info tells which it is",
      practice: STORAGE_PRACTICES.imageFormat.id,
    });
  }
  return suffix as ImageFormat;
}

const MAX_CMDLINE = 2047;

function checkCmdline(where: string, cmdline: string): string {
  const literal = requireLiteral(where, "the kernel arguments", cmdline);
  if (typeof literal !== "string" || /\p{Cc}/u.test(literal)) {
    throw new ConfigurationError({
      where,
      what: "kernel arguments are one line of text",
      given: cmdline,
      allowed: "text without control characters",
    });
  }
  checkInteger(where, "the length of the kernel arguments", literal.length, { min: 0, max: MAX_CMDLINE });
  return literal;
}
