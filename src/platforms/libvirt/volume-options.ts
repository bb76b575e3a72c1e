import type { VolumeTarget } from "@cdktf/provider-libvirt/lib/volume";
import { ImageFormat } from "../../constructs/compute/image-format";
import { Preallocation } from "../../constructs/storage/preallocation";
import type { StorageBackend } from "../../constructs/storage/storage-backend";
import type { VolumeDefaults } from "../../constructs/storage/storage-tier";
import { ConfigurationError } from "../../errors";
import { TIER_LIMITS, TIER_PRACTICES } from "../../practices";

/** Whether volumes take space as they are written: the provider asks for an allocation of 0 and passes no flags. */
export function isThin(backend: StorageBackend): boolean {
  return backend.kind !== "lvm";
}

/** @throws ConfigurationError for what a tier says of its volumes and libvirt, or a volume of this format, has not */
export function checkDefaults(
  where: string,
  backend: StorageBackend,
  { preallocation, clusterSize, encryptionSecret }: VolumeDefaults,
  format: ImageFormat,
): void {
  const does = isThin(backend) ? Preallocation.NONE : Preallocation.FALLOC;
  if (preallocation !== undefined && preallocation !== does) {
    throw new ConfigurationError({
      where,
      what: `libvirt makes volumes on ${backend} with preallocation ${does}, and the tier asks for another`,
      given: preallocation,
      allowed: does,
      mend: "leave `preallocation` of the tier out, or use a backend that does it: LVM takes all space at once, others none",
      practice: TIER_PRACTICES.preallocation.id,
    });
  }
  if (clusterSize !== undefined && format !== ImageFormat.QCOW2) {
    throw new ConfigurationError({
      where,
      what: `the tier asks for clusters, and ${format} has none`,
      given: clusterSize,
      mend: "leave `clusterSize` of the tier out, or use ImageFormat.QCOW2",
      practice: TIER_PRACTICES.clusterSize.id,
    });
  }
  if (encryptionSecret !== undefined && !backend.hasFiles) {
    throw new ConfigurationError({
      where,
      what: "libvirt encrypts volumes that are files",
      given: backend,
      mend: "leave `encryptionSecret` of the tier out, or put it on a directory or a file system",
      practice: TIER_PRACTICES.encryption.id,
    });
  }
}

/** How a new volume is laid out. */
export function targetOf({ clusterSize, encryptionSecret }: VolumeDefaults, format: ImageFormat): VolumeTarget {
  const uuid = encryptionSecret?.reference.uuid;
  return {
    format: { type: format },
    // libvirt says 0.10 where it is not told: QEMU encrypts no such images, and an overlay could not note that a cluster is zero, so that
    // what the guest discards would stay.
    ...(format === ImageFormat.QCOW2 && { compat: TIER_LIMITS.qcow2Compat }),
    // libvirt says the unit when it is asked.
    ...(clusterSize !== undefined && { clusterSize: clusterSize.toBytes(), clusterSizeUnit: "B" }),
    ...(uuid !== undefined && { encryption: { format: "luks", secret: { type: "passphrase", uuid } } }),
  };
}
