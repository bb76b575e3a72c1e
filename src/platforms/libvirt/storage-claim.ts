import type { StorageBackend, StorageBackendKind } from "../../constructs/storage/storage-backend";
import { ConfigurationError } from "../../errors";
import { STORAGE_PRACTICES } from "../../practices";
import type { LibvirtHost } from "./libvirt-host";
import type { LibvirtPlatform } from "./libvirt-platform";
import type { WrittenPool } from "./pool-definition";

/** Storage that libvirt lets several pools of a host be on. */
const FOR_SEVERAL: ReadonlySet<StorageBackendKind> = new Set(["lvm", "rbd", "zfs"]);

/** Whose pool is on a storage. */
const TAKEN = new WeakMap<LibvirtPlatform, Map<string, string>>();

/** @throws ConfigurationError for storage that another pool of the host is on, where libvirt would refuse to define this one */
export function claimStorage(
  where: string,
  platform: LibvirtPlatform,
  host: LibvirtHost,
  backend: StorageBackend,
  { definition, identity }: WrittenPool,
): void {
  if (FOR_SEVERAL.has(backend.kind)) {
    return;
  }
  const taken = TAKEN.get(platform) ?? new Map<string, string>();
  const key = JSON.stringify([host.name, definition.type, identity, wayTo(backend)]);
  const owner = taken.get(key);
  if (owner !== undefined) {
    throw new ConfigurationError({
      where,
      what: `host ${host.name} has a pool on this storage already, that of ${owner}`,
      given: backend,
      mend: "put the disks on that tier, or give this one a folder, a device or an export of its own",
      practice: STORAGE_PRACTICES.onePool.id,
    });
  }
  TAKEN.set(platform, taken.set(key, where));
}

/** libvirt takes what is reached another way for something else. */
function wayTo({ settings }: StorageBackend): unknown {
  switch (settings.kind) {
    case "iscsi":
    case "iscsi-direct":
      return [settings.portal, settings.initiator];
    case "gluster":
      return settings.server;
    default:
      return undefined;
  }
}
