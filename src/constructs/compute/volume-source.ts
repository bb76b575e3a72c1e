import { checkName } from "../../checks";
import { checkKind, checkOptions } from "../given";
import type { TierId } from "../storage/storage-tier";
import type { ITieredStoragePool } from "../storage/tiered-storage-pool";
import { type BootImage, checkImage } from "./boot";
import type { ImageFormat } from "./image-format";
import type { TunedVmDisk } from "./tuned-vm-disk";

export interface ImageSourceOptions {
  /**
   * Format of the image.
   * @default - what the name ends in: `.raw` or `.qcow2`; other names, `.img` among them, do not tell
   */
  readonly format?: ImageFormat;
}

export interface ExistingVolumeSource {
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

/** A volume that is there already. */
export interface NamedVolume extends ExistingVolumeSource {
  readonly name: string;
}

/** What a new volume holds to begin with (libvirt, storage with files). Without one it is empty. */
export class VolumeSource {
  /**
   * An image, which stays below: the volume keeps what is written, and needs the image as long as it is there. The image is fetched once for
   * all disks of the tier.
   * @param image `https://` or `http://` URL, or an absolute path on the machine that runs Terraform
   */
  public static overlayOf(image: string, options: ImageSourceOptions = {}): VolumeSource {
    return new VolumeSource(imageOf("VolumeSource.overlayOf", image, options));
  }

  /**
   * A copy of an image, in the disk's own format. The image is fetched once for all disks of the tier, and each host copies by itself.
   * @param image `https://` or `http://` URL, or an absolute path on the machine that runs Terraform
   */
  public static copyOf(image: string, options: ImageSourceOptions = {}): VolumeSource {
    return new VolumeSource(undefined, imageOf("VolumeSource.copyOf", image, options));
  }

  /**
   * A copy of another disk, as that is when the copy is made. Its machine is shut down then, on the same host.
   */
  public static cloneOf(disk: TunedVmDisk): VolumeSource {
    return new VolumeSource(undefined, undefined, checkKind("VolumeSource.cloneOf", "disk", disk, "_tier"));
  }

  /**
   * A copy of a volume that is there already. No machine that runs writes to it when the copy is made.
   * @param name its name in the pool of the tier
   */
  public static cloneOfExisting(name: string, options: ExistingVolumeSource): VolumeSource {
    const where = "VolumeSource.cloneOfExisting";
    const { pool, tier, backend } = checkOptions(where, "options", options);
    const named = { name: checkName(where, name, { maxLength: 255 }), pool, tier, backend };
    return new VolumeSource(undefined, undefined, undefined, named);
  }

  private constructor(
    public readonly overlay?: BootImage,
    public readonly copy?: BootImage,
    public readonly clone?: TunedVmDisk,
    public readonly cloneOfNamed?: NamedVolume,
  ) {
    Object.freeze(this);
  }
}

function imageOf(where: string, image: string, options: ImageSourceOptions): BootImage {
  return checkImage(where, image, checkOptions(where, "options", options).format);
}
