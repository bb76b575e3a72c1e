import type { Construct } from "constructs";
import type { TerraformResource } from "../../cdktf";
import { ImageFormat } from "../../constructs/compute/image-format";
import type { StorageBackend } from "../../constructs/storage/storage-backend";
import { ConfigurationError } from "../../errors";
import { STORAGE_PRACTICES } from "../../practices";
import type { DiskIntent, VmIntent } from "../platform";
import { hashOf } from "./definition";
import type { LibvirtHost } from "./libvirt-host";
import type { LibvirtPlatform } from "./libvirt-platform";
import type { TierOnHost, TierWriter } from "./tier-writer";
import { checkDefaults } from "./volume-options";
import type { VolumeWriter } from "./volume-writer";

/** The volume of a disk. */
export interface DiskVolume {
  readonly name: string;
  readonly resource: TerraformResource;
  readonly attachment?: string;
}

export function volumeOf(
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
  const volumeName = `${vm.name}-${name}${tier.backend.hasFiles ? `.${format}` : ""}`;
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

export function chooseFormat(
  where: string,
  { backend, defaults }: TierOnHost,
  { boot }: VmIntent,
  { format: ownFormat, existingVolume, root, shareable, readOnly, log }: DiskIntent,
): ImageFormat {
  const onImage = root && boot?.fromImage !== undefined;
  // An overlay is qcow2 whatever the tier says of new volumes.
  const format = ownFormat ?? (existingVolume === undefined && !onImage ? defaults.format : undefined);
  if (!backend.hasFiles && (onImage || format === ImageFormat.QCOW2)) {
    throw new ConfigurationError({
      where,
      what: onImage
        ? "a root disk made from an image is an overlay in a file, and this storage has no files"
        : "volumes that are no files are raw",
      given: String(backend),
      allowed: onImage ? "a tier in a directory or on NFS" : "ImageFormat.RAW",
      mend: onImage ? "put the root disk on such a tier and the data here" : "leave `format` out",
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
    format ?? (existingVolume === undefined ? newFormat(onImage) : formatByName(where, backend, existingVolume));
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

function newFormat(onImage: boolean): ImageFormat {
  return onImage ? ImageFormat.QCOW2 : ImageFormat.RAW;
}

/** @throws ConfigurationError where the name does not tell: a volume that is taken for another format is damaged by the first write */
function formatByName(where: string, backend: StorageBackend, volume: string): ImageFormat {
  const suffix = /\.(qcow2|raw)$/.exec(volume)?.[1];
  if (suffix === undefined && backend.hasFiles) {
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
