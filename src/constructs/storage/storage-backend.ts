import { checkName, checkOneOf, requireLiteral } from "../../checks";
import { ConfigurationError } from "../../errors";
import { checkPath } from "../given";

/** What a tier's space comes from. */
export type StorageBackendKind = "directory" | "lvm" | "nfs" | "datastore" | "datastore-cluster";

/** Versions of NFS. */
export enum NfsVersion {
  V3 = "3",
  V4_1 = "4.1",
  V4_2 = "4.2",
}

export interface NfsBackendOptions {
  /**
   * Version of the protocol. vSphere has 3 and 4.1.
   * @default - what client and server agree on; on vSphere 3
   */
  readonly version?: NfsVersion;
  /**
   * Folder of the hosts that it is mounted on (libvirt).
   * @default - `/var/lib/libvirt/nfs/` and the name of the tier's pool
   */
  readonly mountPath?: string;
}

/** Where the volumes of a tier are. Each platform has its own: one that a platform lacks is an error that names those it has. */
export class StorageBackend {
  /**
   * A folder on each host (libvirt); it is made where it is missing.
   * @param path absolute path
   */
  public static directory(path: string): StorageBackend {
    return new StorageBackend("directory", { path: checkFolder("StorageBackend.directory", path) });
  }

  /**
   * An LVM volume group that the hosts have (libvirt).
   * @param volumeGroup its name
   */
  public static lvm(volumeGroup: string): StorageBackend {
    return new StorageBackend("lvm", { volumeGroup: checkName("StorageBackend.lvm", volumeGroup, { maxLength: 127 }) });
  }

  /**
   * An NFS export: a mounted pool on libvirt, a datastore that this program mounts on vSphere.
   * @param server host name or address
   * @param path absolute path that the server exports
   */
  public static nfs(server: string, path: string, options: NfsBackendOptions = {}): StorageBackend {
    const where = "StorageBackend.nfs";
    return new StorageBackend("nfs", {
      server: checkServer(where, server),
      path: cleanPath(where, path),
      ...(options.version !== undefined && {
        version: checkOneOf(where, "version", options.version, Object.values(NfsVersion)),
      }),
      ...(options.mountPath !== undefined && { mountPath: checkFolder(where, options.mountPath) }),
    });
  }

  /**
   * A datastore that vCenter has.
   * @param name its name in the inventory
   */
  public static datastore(name: string): StorageBackend {
    return new StorageBackend("datastore", { name: checkInventoryName("StorageBackend.datastore", name) });
  }

  /**
   * A datastore cluster that vCenter has; Storage DRS places the disks.
   * @param name its name in the inventory
   */
  public static datastoreCluster(name: string): StorageBackend {
    return new StorageBackend("datastore-cluster", {
      name: checkInventoryName("StorageBackend.datastoreCluster", name),
    });
  }

  private constructor(
    public readonly kind: StorageBackendKind,
    /** What was given, checked. */
    public readonly settings: {
      readonly path?: string;
      readonly volumeGroup?: string;
      readonly server?: string;
      readonly version?: NfsVersion;
      readonly mountPath?: string;
      readonly name?: string;
    },
  ) {}

  public toString(): string {
    const { server, path, volumeGroup, name } = this.settings;
    return `${this.kind} ${server === undefined ? (path ?? volumeGroup ?? name) : `${server}:${path}`}`;
  }
}

/** A path as libvirt writes it, so that no plan shows a change. */
function cleanPath(where: string, path: string): string {
  return checkPath(where, "the path", path)
    .replace(/\/+/g, "/")
    .replace(/(.)\/$/, "$1");
}

/** A path of a folder for volumes alone. */
function checkFolder(where: string, path: string): string {
  const checked = cleanPath(where, path);
  if (checked === "/") {
    throw new ConfigurationError({
      where,
      what: "the root of the file system is no place for volumes",
      given: path,
      mend: "give a folder of its own, such as /var/lib/libvirt/images",
    });
  }
  return checked;
}

function checkServer(where: string, server: string): string {
  const literal = requireLiteral(where, "the server", server);
  if (typeof literal !== "string" || !/^([A-Za-z0-9]([A-Za-z0-9.-]{0,252})|[0-9A-Fa-f:]{2,39})$/.test(literal)) {
    throw new ConfigurationError({
      where,
      what: "not a server that can be used",
      given: server,
      allowed: "a host name, an IPv4 or an IPv6 address",
    });
  }
  return literal;
}

/** Names of vSphere's inventory may have spaces; `/`, `\` and `%` are escapes there, and quotes or braces could leave their string. */
export function checkInventoryName(where: string, name: string): string {
  const literal = requireLiteral(where, "the name", name);
  if (typeof literal !== "string" || !/^[^/\\%"'`{}<>&;$\p{Cc}]{1,80}$/u.test(literal) || literal.trim() !== literal) {
    throw new ConfigurationError({
      where,
      what: "not a name of vSphere's inventory",
      given: name,
      allowed:
        "1 to 80 characters without / \\ % quotes, braces, < > & ; $ and control characters, no space at either end",
    });
  }
  return literal;
}
