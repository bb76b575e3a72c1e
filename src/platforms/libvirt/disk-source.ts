import type { DomainDevicesDisksSource } from "@cdktf/provider-libvirt/lib/domain";
import type { StorageBackend } from "../../constructs/storage/storage-backend";
import { ConfigurationError } from "../../errors";
import { STORAGE_BACKEND_PRACTICES } from "../../practices";

/** How a domain finds a volume: through its pool, but for kinds of pools that libvirt does not take there. */
export function sourceOf({ settings }: StorageBackend, pool: string, volume: string): DomainDevicesDisksSource {
  switch (settings.kind) {
    case "multipath":
      return { block: { dev: `/dev/mapper/${volume}` } };
    case "rbd":
      return {
        network: {
          protocol: "rbd",
          name: `${settings.pool}/${volume}`,
          hosts: settings.monitors.map(({ host, port }) => ({ name: host, port: String(port) })),
          ...(settings.auth && {
            auth: {
              username: settings.auth.username,
              secret: { type: "ceph", ...settings.auth.secret.reference },
            },
          }),
        },
      };
    default:
      return { volume: { pool, volume } };
  }
}

/** @throws ConfigurationError for a new volume where libvirt makes none */
export function checkMakesVolumes(where: string, backend: StorageBackend): void {
  if (!backend.makesVolumes) {
    throw new ConfigurationError({
      where,
      what: "libvirt makes no volumes in this storage",
      given: String(backend),
      mend: "make the LUN or the partition where it is made, and give its name as `existingVolume`",
      practice: STORAGE_BACKEND_PRACTICES.volumesMadeElsewhere.id,
    });
  }
}
