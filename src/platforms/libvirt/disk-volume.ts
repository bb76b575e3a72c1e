import type { Construct } from "constructs";
import type { TerraformResource } from "../../cdktf";
import type { BootImage } from "../../constructs/compute/boot";
import { ImageFormat } from "../../constructs/compute/image-format";
import type { StorageBackend } from "../../constructs/storage/storage-backend";
import { ConfigurationError } from "../../errors";
import { DISK_PRACTICES, STORAGE_BACKEND_PRACTICES, STORAGE_PRACTICES } from "../../practices";
import type { DiskIntent, VmIntent } from "../platform";
import { hashOf, waitFor } from "./definition";
import type { LibvirtHost } from "./libvirt-host";
import type { LibvirtPlatform } from "./libvirt-platform";
import { checkUsers, findVolume } from "./shared-volume";
import type { TierOnHost, TierWriter } from "./tier-writer";
import { type CopySource, describeSource, fillVolume } from "./volume-content";
import { checkDefaults } from "./volume-options";
import type { VolumeWriter } from "./volume-writer";

/** The volume of a disk. */
export interface DiskVolume {
  readonly name: string;
  /** What has to be there before it is used. */
  readonly resource: TerraformResource;
  /** Changes when the guest has to be started anew because its volume was replaced. */
  readonly attachment?: string;
}

/** Where disks and their volumes are written. */
export interface DiskContext {
  readonly platform: LibvirtPlatform;
  readonly host: LibvirtHost;
  readonly vm: VmIntent;
  readonly volumes: VolumeWriter;
}

/** The image that a new volume is an overlay of. */
export function baseImageOf({ boot }: VmIntent, { root, content }: DiskIntent): BootImage | undefined {
  return content?.overlay ?? (root && content === undefined ? boot?.fromImage : undefined);
}

export function volumeOf(
  scope: Construct,
  context: DiskContext,
  intent: DiskIntent,
  tier: TierOnHost,
  format: ImageFormat,
): DiskVolume {
  const volume =
    intent.existingVolume === undefined
      ? newVolume(scope, context, intent, tier, format)
      : existingVolume(scope, context, intent, tier, intent.existingVolume);
  checkUsers(scope.node.path, tier, volume.name, intent);
  return volume;
}

function existingVolume(
  scope: Construct,
  { platform, host }: DiskContext,
  { tier: writer, sharedVolume }: DiskIntent,
  tier: TierOnHost,
  name: string,
): DiskVolume {
  const where = scope.node.path;
  if (name.includes("/")) {
    throw new ConfigurationError({
      where,
      what: "a volume of libvirt has a name, not a path",
      given: name,
      mend: "give its name in the tier's pool",
    });
  }
  const made = (writer as TierWriter).made(host, name);
  if (made === undefined) {
    if (sharedVolume) {
      throw new ConfigurationError({
        where,
        what: "the disk to share is on another host, whose storage this one has not",
        given: `${name} on ${tier.backend}`,
        mend: "run both machines on one host, or put the disk on storage that hosts share: NFS, iSCSI, Ceph and the like",
        practice: DISK_PRACTICES.sharedVolume.id,
      });
    }
    keepFolder(tier);
    return { name, resource: tier.pool };
  }
  const { resource, attachment } = made.volume;
  return {
    name,
    resource:
      made.host === host ? resource : findVolume(scope, platform._scripts, host.uri, tier, name, made.volume.resource),
    attachment,
  };
}

function newVolume(
  scope: Construct,
  { platform, host, vm, volumes }: DiskContext,
  intent: DiskIntent,
  tier: TierOnHost,
  format: ImageFormat,
): DiskVolume {
  const where = scope.node.path;
  const { size, protectData, log } = intent;
  const writer = intent.tier as TierWriter;
  const name = `${vm.name}-${intent.name}${tier.backend.hasFiles ? `.${format}` : ""}`;
  if (writer.made(host, name) !== undefined) {
    throw new ConfigurationError({
      where,
      what: `pool ${tier.name} has a volume of this name already, made for another disk`,
      given: name,
      mend: "give the disk another id, or the machine another `name`; to share the volume give the disk as `sharedWith`",
    });
  }
  const image = baseImageOf(vm, intent);
  const source = copySourceOf(where, host, intent, tier);
  const written = {
    name,
    size: size!,
    format,
    ...(image && { base: { volume: writer.image(where, host, image), format: image.format } }),
    ...(source && { copyOf: describeSource(source) }),
    tier,
    provider: platform.provider(host),
    protectData,
  };
  const { settings } = tier.backend;
  const resource =
    settings.kind === "lvm"
      ? volumes.writeLogical(scope, written, settings.volumeGroup, platform._logicalVolumes(host), vm)
      : volumes.write(scope, written);
  if (settings.kind === "lvm") {
    log.record(STORAGE_BACKEND_PRACTICES.wholeLogicalVolumes, "allocation", `${size}`);
  }
  if (protectData) {
    log.record(STORAGE_PRACTICES.dataProtected, "lifecycle.prevent_destroy", true);
  }
  const attachment = hashOf([
    tier.name,
    tier.backend,
    name,
    image?.source,
    ...(source ? [describeSource(source)] : []),
  ]);
  const made = { attachment, power: volumes.power };
  if (source === undefined) {
    tier.volumes.set(name, { ...made, resource });
    return { name, resource, attachment };
  }
  log.record(DISK_PRACTICES.volumeContent, "copy of", describeSource(source), undefined, true);
  const target = { name, pool: tier.name, bytes: size!.toBytes(), protectData };
  const filled = fillVolume(scope, platform._scripts, host.uri, resource, target, source);
  if (source.power !== undefined) {
    waitFor(source.power, filled);
  }
  tier.volumes.set(name, { ...made, resource: filled });
  return { name, resource: filled, attachment };
}

/** @throws ConfigurationError where libvirt can't copy, or what is to be copied is somewhere else */
function copySourceOf(
  where: string,
  host: LibvirtHost,
  { content, tier: writer }: DiskIntent,
  tier: TierOnHost,
): (CopySource & { readonly power?: TerraformResource }) | undefined {
  if (content === undefined || content.overlay !== undefined) {
    return undefined;
  }
  if (!tier.backend.hasFiles || tier.defaults.encryptionSecret !== undefined) {
    throw new ConfigurationError({
      where,
      what: "copies are made in files that are not encrypted",
      given: tier.backend,
      mend: "put the disk on a tier with files; elsewhere make the copy yourself and give it as `existingVolume`",
      practice: DISK_PRACTICES.volumeContent.id,
    });
  }
  if (content.copy !== undefined) {
    const image = (writer as TierWriter).image(where, host, content.copy);
    return { pool: tier.name, volume: image.nameInput!, image: true, waitsFor: image };
  }
  const { tier: from, volume, own } = content.clone!;
  const source = (from as TierWriter).on(where, host);
  const made = (from as TierWriter).made(host, volume)?.volume;
  if (own && made === undefined) {
    throw new ConfigurationError({
      where,
      what: "the disk to clone is on another host, whose storage this one has not",
      given: volume,
      mend: "run both machines on one host, or put the disk to clone on storage that hosts share",
      practice: DISK_PRACTICES.volumeContent.id,
    });
  }
  if (made === undefined) {
    keepFolder(source);
  }
  return { pool: source.name, volume, image: false, waitsFor: made?.resource ?? source.pool, power: made?.power };
}

/** libvirt would refuse to delete a folder with the volumes of others in it. */
function keepFolder({ pool }: TierOnHost): void {
  pool.destroy = { delete: false };
}

export function chooseFormat(
  where: string,
  { backend, defaults }: TierOnHost,
  vm: VmIntent,
  intent: DiskIntent,
): ImageFormat {
  const { format: ownFormat, existingVolume, shareable, readOnly, log } = intent;
  const onImage = baseImageOf(vm, intent) !== undefined;
  // An overlay is qcow2 whatever the tier says of new volumes.
  const format = ownFormat ?? (existingVolume === undefined && !onImage ? defaults.format : undefined);
  if (!backend.hasFiles && (onImage || format === ImageFormat.QCOW2)) {
    throw new ConfigurationError({
      where,
      what: onImage
        ? "a disk made from an image is an overlay in a file, and this storage has no files"
        : "volumes that are no files are raw",
      given: String(backend),
      allowed: onImage ? "a tier with files, such as a directory or NFS" : "ImageFormat.RAW",
      mend: onImage ? "put the disk on such a tier" : "leave `format` out",
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
