import type { PoolConfig, PoolSource, PoolSourceAuth, PoolTarget } from "@cdktf/provider-libvirt/lib/pool";
import type {
  ChapOptions,
  IscsiSettings,
  NfsSettings,
  StorageBackendSettings,
} from "../../constructs/storage/storage-backend";

/** What libvirt's pool says of the storage that it is on. */
interface PoolDefinition {
  readonly type: string;
  readonly source?: PoolSource;
  readonly target?: PoolTarget;
  readonly fsCommandline?: PoolConfig["fsCommandline"];
}

export interface WrittenPool {
  readonly definition: PoolDefinition;
  /** What must stay as it is while the pool holds data, by the attribute that says it. */
  readonly identity: Record<string, string>;
  /**
   * Whether libvirt makes what the pool is on when it makes the pool: a folder, a partition table.
   * @default - as the provider does: always, but for a volume group
   */
  readonly build?: boolean;
}

/** Where libvirt mounts what has no place of its own. */
const MOUNTS = "/var/lib/libvirt";
/** Names of LUNs that say where they are: the same at each start. */
const BY_PATH = "/dev/disk/by-path";

/** Folder that a service of the hosts mounts a share or a bucket on: of one name each, so that another one is another folder. */
export function mountFolder(settings: Extract<StorageBackendSettings, { readonly kind: "smb" | "s3" }>): string {
  return settings.kind === "smb"
    ? `${MOUNTS}/smb/${settings.server}/${settings.share}`
    : `${MOUNTS}/s3/${settings.endpoint.replace(/^https?:\/\//, "").replace(":", "_")}/${settings.bucket}`;
}

/**
 * The pool of a backend.
 * @returns nothing for a backend that libvirt lacks
 */
export function writePoolDefinition(name: string, settings: StorageBackendSettings): WrittenPool | undefined {
  switch (settings.kind) {
    case "directory":
      return {
        definition: { type: "dir", target: { path: settings.path } },
        identity: { "target.path": settings.path },
      };
    case "smb":
    case "s3": {
      const path = mountFolder(settings);
      return { definition: { type: "dir", target: { path } }, identity: { "target.path": path }, build: false };
    }
    case "filesystem": {
      const { device, format, mountPath } = settings;
      return {
        definition: {
          type: "fs",
          source: { device: [{ path: device }], format: { type: format } },
          target: { path: mountPath ?? `${MOUNTS}/mounts/${name}` },
          ...mountOptions(["noatime"]),
        },
        identity: { "source.device[0].path": device },
      };
    }
    case "lvm": {
      const { volumeGroup } = settings;
      return {
        definition: {
          type: "logical",
          source: { name: volumeGroup },
          target: { path: `/dev/${volumeGroup}` },
        },
        identity: { "source.name": volumeGroup },
      };
    }
    case "disk": {
      const { device, table, newTable } = settings;
      return {
        definition: {
          type: "disk",
          source: { device: [{ path: device }], format: { type: table } },
          // Where partitions have names of the same kind.
          target: { path: /^\/dev\/disk\/[^/]+(?=\/)/.exec(device)?.[0] ?? "/dev" },
        },
        identity: { "source.device[0].path": device },
        build: newTable,
      };
    }
    case "iscsi":
      return writeIscsi(settings, { target: { path: BY_PATH } });
    case "iscsi-direct":
      return writeIscsi(settings, {});
    case "fibre-channel": {
      const { adapter } = settings;
      return adapter.type === "scsi_host"
        ? {
            definition: {
              type: "scsi",
              source: { adapter: { type: adapter.type, name: adapter.name } },
              target: { path: BY_PATH },
            },
            identity: { "source.adapter.name": adapter.name },
          }
        : {
            definition: {
              type: "scsi",
              source: {
                adapter: {
                  type: adapter.type,
                  wwnn: adapter.node,
                  wwpn: adapter.port,
                  ...(adapter.parent !== undefined && { parent: adapter.parent }),
                  // libvirt makes the port with the pool, and takes it away with it.
                  managed: true,
                },
              },
              target: { path: BY_PATH },
            },
            identity: { "source.adapter.wwpn": adapter.port },
          };
    }
    case "multipath":
      return {
        definition: { type: "mpath", target: { path: "/dev/mapper" } },
        identity: { "target.path": "/dev/mapper" },
      };
    case "nfs": {
      const { server, path, version, mountPath } = settings;
      return {
        definition: {
          type: "netfs",
          source: {
            host: [{ name: server }],
            dir: { path },
            format: { type: "nfs" },
            ...(version !== undefined && { protocol: { version } }),
          },
          target: { path: mountPath ?? `${MOUNTS}/nfs/${name}` },
          ...mountOptions(nfsOptions(settings)),
        },
        identity: { "source.host[0].name": server, "source.dir.path": path },
      };
    }
    case "gluster": {
      const { server, volume, mountPath } = settings;
      return {
        definition: {
          type: "netfs",
          source: { host: [{ name: server }], dir: { path: volume }, format: { type: "glusterfs" } },
          target: { path: mountPath ?? `${MOUNTS}/gluster/${name}` },
        },
        identity: { "source.dir.path": volume },
      };
    }
    case "rbd": {
      const { pool, monitors, auth } = settings;
      return {
        definition: {
          type: "rbd",
          source: {
            name: pool,
            host: monitors.map(({ host, port }) => ({ name: host, port: String(port) })),
            ...(auth && { auth: authOf("ceph", auth) }),
          },
        },
        identity: { "source.name": pool },
      };
    }
    case "zfs":
      return {
        definition: { type: "zfs", source: { name: settings.dataset } },
        identity: { "source.name": settings.dataset },
        build: false,
      };
    default:
      return undefined;
  }
}

function writeIscsi(
  { kind, portal, target, initiator, chap }: IscsiSettings,
  rest: { readonly target?: PoolTarget },
): WrittenPool {
  return {
    definition: {
      type: kind,
      source: {
        host: [{ name: portal.host, port: String(portal.port) }],
        device: [{ path: target }],
        ...(initiator !== undefined && { initiator: { iqn: { name: initiator } } }),
        ...(chap && { auth: authOf("chap", chap) }),
      },
      ...rest,
    },
    identity: { "source.device[0].path": target },
  };
}

function authOf(type: string, { username, secret }: ChapOptions): PoolSourceAuth {
  return { type, username, secret: secret.reference };
}

function mountOptions(options: readonly string[]): Pick<PoolDefinition, "fsCommandline"> {
  return options.length === 0 ? {} : { fsCommandline: { options: options.map((name) => ({ name })) } };
}

function nfsOptions({ connections, requestSize }: NfsSettings): string[] {
  return [
    ...(connections === undefined ? [] : [`nconnect=${connections}`]),
    ...(requestSize === undefined ? [] : [`rsize=${requestSize.toBytes()}`, `wsize=${requestSize.toBytes()}`]),
  ];
}
