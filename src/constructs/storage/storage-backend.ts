import { checkInteger, checkName, checkOneOf, requireLiteral } from "../../checks";
import { ConfigurationError } from "../../errors";
import { STORAGE_BACKEND_LIMITS, STORAGE_BACKEND_PRACTICES } from "../../practices";
import { DataSize } from "../../units";
import { checkFlag, checkList, checkMade, checkOptions, checkPath, optional } from "../given";
import { LibvirtSecret } from "./libvirt-secret";
import { LogicalVolume } from "./logical-volume";
import { Multipath } from "./multipath";
import {
  checkDevice,
  checkFolder,
  checkIqn,
  checkPortal,
  checkServer,
  checkWwn,
  cleanPath,
  portalText,
} from "./storage-address";
import {
  type ChapOptions,
  type DiskBackendOptions,
  type FibreChannelAdapter,
  type FibreChannelVirtualPort,
  type FileSystemBackendOptions,
  FileSystemFormat,
  type GlusterBackendOptions,
  type IscsiBackendOptions,
  type IscsiDirectBackendOptions,
  type IscsiSettings,
  type LvmBackendOptions,
  type NfsBackendOptions,
  NfsSecurity,
  NfsVersion,
  PartitionTable,
  type RbdAuthOptions,
  type RbdBackendOptions,
  type S3BackendOptions,
  type SmbBackendOptions,
  type StorageBackendKind,
  type StorageBackendSettings,
  type ZfsBackendOptions,
  ZfsCompression,
} from "./storage-backend-settings";
import { checkPortals, StorageConnection } from "./storage-connection";
import { checkVmfs, type VmfsBackendOptions } from "./vmfs";

export * from "./storage-backend-settings";

/** What volumes are to a host. */
interface VolumeTraits {
  /** Files; block devices of the host; images that QEMU itself reaches over the network. */
  readonly are: "files" | "devices" | "images";
  /** Whether the platform makes them; else they are made elsewhere, and named. */
  readonly made: boolean;
  /** Whether libvirt makes them larger. */
  readonly grow: boolean;
}

const FILES: VolumeTraits = { are: "files", made: true, grow: true };
const LUNS: VolumeTraits = { are: "devices", made: false, grow: false };

const TRAITS: Record<StorageBackendKind, VolumeTraits> = {
  directory: FILES,
  filesystem: FILES,
  lvm: { are: "devices", made: true, grow: false },
  disk: LUNS,
  iscsi: LUNS,
  "iscsi-direct": { ...LUNS, are: "images" },
  "fibre-channel": LUNS,
  multipath: LUNS,
  nfs: FILES,
  smb: FILES,
  gluster: FILES,
  rbd: { are: "images", made: true, grow: true },
  zfs: { are: "devices", made: true, grow: false },
  s3: FILES,
  vmfs: FILES,
  vsan: FILES,
  datastore: FILES,
  "datastore-cluster": FILES,
};

/** What is reached over a network or a fabric. */
const SHARED: ReadonlySet<StorageBackendKind> = new Set([
  "iscsi",
  "iscsi-direct",
  "fibre-channel",
  "multipath",
  "nfs",
  "smb",
  "gluster",
  "rbd",
  "s3",
  "vmfs",
  "vsan",
  "datastore",
  "datastore-cluster",
]);

/** Where the volumes of a tier are. Each platform has its own: one that a platform lacks is an error that names those it has. */
export class StorageBackend {
  /**
   * A folder on each host (libvirt); it is made where it is missing.
   * @param path absolute path
   */
  public static directory(path: string): StorageBackend {
    return new StorageBackend({ kind: "directory", path: checkFolder("StorageBackend.directory", path) });
  }

  /**
   * A file system on a device that the hosts have (libvirt), mounted by libvirt. It is formatted already, but for a `LogicalVolume`.
   * @param device path below /dev, or a logical volume that a service of the hosts makes: thin, cached or with VDO
   */
  public static fileSystem(device: string | LogicalVolume, options: FileSystemBackendOptions): StorageBackend {
    const where = "StorageBackend.fileSystem";
    const { format, mountPath, over } = checkOptions(where, "options", options);
    const logicalVolume = device instanceof LogicalVolume ? device : undefined;
    return new StorageBackend({
      kind: "filesystem",
      device: logicalVolume?.device ?? checkDevice(where, device as string),
      logicalVolume,
      format: checkOneOf(where, "format", format, Object.values(FileSystemFormat)),
      mountPath: optional(mountPath, (path) => checkFolder(where, path)),
      over: checkOver(where, over),
    });
  }

  /**
   * An LVM volume group that the hosts have (libvirt).
   * @param volumeGroup its name
   */
  public static lvm(volumeGroup: string, options: LvmBackendOptions = {}): StorageBackend {
    const where = "StorageBackend.lvm";
    const { over } = checkOptions(where, "options", options);
    return new StorageBackend({
      kind: "lvm",
      volumeGroup: checkName(where, volumeGroup, { maxLength: 127 }),
      over: checkOver(where, over),
    });
  }

  /**
   * A whole disk whose partitions are the volumes (libvirt): an NVMe namespace, a LUN. Partitions are made elsewhere, and named.
   * @param device path below /dev
   */
  public static disk(device: string, options: DiskBackendOptions = {}): StorageBackend {
    const where = "StorageBackend.disk";
    const { table = PartitionTable.GPT, newTable = false, over } = checkOptions(where, "options", options);
    return new StorageBackend({
      kind: "disk",
      device: checkDevice(where, device),
      table: checkOneOf(where, "table", table, Object.values(PartitionTable)),
      newTable: checkFlag(where, "newTable", newTable),
      over: checkOver(where, over),
    });
  }

  /**
   * The LUNs of an iSCSI target as devices of the hosts (libvirt, one path). For several paths: `StorageBackend.multipath` over
   * `StorageConnection.iscsi`.
   * @param portal where the target is: `10.0.0.5`, `10.0.0.5:3260`, `[2001:db8::5]:3260`
   * @param target its name: `iqn.2004-10.com.example:disks`
   */
  public static iscsi(portal: string, target: string, options: IscsiBackendOptions = {}): StorageBackend {
    return new StorageBackend(iscsiSettings("StorageBackend.iscsi", "iscsi", portal, target, options));
  }

  /**
   * The LUNs of an iSCSI target, reached by QEMU itself (libvirt): the hosts need no initiator.
   * @param portal where the target is: `10.0.0.5`, `10.0.0.5:3260`, `[2001:db8::5]:3260`
   * @param target its name: `iqn.2004-10.com.example:disks`
   */
  public static iscsiDirect(portal: string, target: string, options: IscsiDirectBackendOptions): StorageBackend {
    const where = "StorageBackend.iscsiDirect";
    checkIqn(where, "the initiator", checkOptions(where, "options", options).initiator);
    return new StorageBackend(iscsiSettings(where, "iscsi-direct", portal, target, options));
  }

  /**
   * The LUNs of a Fibre Channel or FCoE adapter of the hosts (libvirt, one path). FCoE is set up on the host.
   * @param adapter name of the hosts' adapter, `host3`, or a virtual port that libvirt makes on one (NPIV)
   */
  public static fibreChannel(adapter: string | FibreChannelVirtualPort): StorageBackend {
    const where = "StorageBackend.fibreChannel";
    return new StorageBackend({ kind: "fibre-channel", adapter: checkAdapter(where, adapter) });
  }

  /**
   * The LUNs that the hosts reach on several paths, joined by device-mapper (libvirt). It has all that a host has: one tier a host.
   */
  public static multipath(
    multipath: Multipath = Multipath.configured(),
    options: LvmBackendOptions = {},
  ): StorageBackend {
    const where = "StorageBackend.multipath";
    const { over } = checkOptions(where, "options", options);
    return new StorageBackend({
      kind: "multipath",
      multipath: checkMade(where, "multipath", multipath, Multipath, "Multipath.configured()"),
      over: checkOver(where, over),
    });
  }

  /**
   * An NFS export: a mounted pool on libvirt, a datastore that this program mounts on vSphere.
   * @param server host name or address
   * @param path absolute path that the server exports
   */
  public static nfs(server: string, path: string, options: NfsBackendOptions = {}): StorageBackend {
    const where = "StorageBackend.nfs";
    const { version, mountPath, connections, requestSize, moreServers, security } = checkOptions(
      where,
      "options",
      options,
    );
    return new StorageBackend({
      kind: "nfs",
      server: checkServer(where, server),
      path: cleanPath(where, path),
      version: optional(version, (given) => checkOneOf(where, "version", given, Object.values(NfsVersion))),
      mountPath: optional(mountPath, (given) => checkFolder(where, given)),
      connections: optional(connections, (given) =>
        checkInteger(where, "connections", given, {
          min: 1,
          max: STORAGE_BACKEND_LIMITS.maxNfsConnections,
          practice: STORAGE_BACKEND_PRACTICES.nfsConnections.id,
        }),
      ),
      requestSize: optional(requestSize, (given) => checkRequestSize(where, given)),
      moreServers: optional(moreServers, (given) =>
        checkList(where, "moreServers", given).map((other) => checkServer(where, other)),
      ),
      security: optional(security, (given) => checkOneOf(where, "security", given, Object.values(NfsSecurity))),
    });
  }

  /**
   * A share of an SMB server (libvirt), mounted by a service of the hosts below /var/lib/libvirt/smb.
   * @param server host name or IPv4 address
   * @param share its name
   */
  public static smb(server: string, share: string, options: SmbBackendOptions): StorageBackend {
    const where = "StorageBackend.smb";
    const { credentialsFile } = checkOptions(where, "options", options);
    return new StorageBackend({
      kind: "smb",
      server: checkSmbServer(where, server),
      share: checkName(where, share, { maxLength: 80 }),
      credentialsFile: checkPath(where, "credentialsFile", credentialsFile),
    });
  }

  /**
   * A volume of GlusterFS (libvirt), mounted by libvirt.
   * @param server host name or address of one of its servers
   * @param volume its name
   */
  public static gluster(server: string, volume: string, options: GlusterBackendOptions = {}): StorageBackend {
    const where = "StorageBackend.gluster";
    const { mountPath } = checkOptions(where, "options", options);
    return new StorageBackend({
      kind: "gluster",
      server: checkServer(where, server),
      volume: checkName(where, volume, { maxLength: 255 }),
      mountPath: optional(mountPath, (given) => checkFolder(where, given)),
    });
  }

  /**
   * A pool of Ceph RBD (libvirt), reached by QEMU itself.
   * @param pool its name
   */
  public static rbd(pool: string, options: RbdBackendOptions): StorageBackend {
    const where = "StorageBackend.rbd";
    const { monitors, auth } = checkOptions(where, "options", options);
    return new StorageBackend({
      kind: "rbd",
      pool: checkName(where, pool, { maxLength: 128 }),
      monitors: checkPortals(where, monitors, STORAGE_BACKEND_LIMITS.cephPort),
      auth: optional(auth, (given) => checkAuth(where, "auth", given)),
    });
  }

  /**
   * A ZFS pool, or a dataset in it, whose zvols are the volumes (libvirt).
   * @param dataset `tank`, `tank/vms`
   */
  public static zfs(dataset: string, options: ZfsBackendOptions = {}): StorageBackend {
    const where = "StorageBackend.zfs";
    const { compression, deduplication } = checkOptions(where, "options", options);
    return new StorageBackend({
      kind: "zfs",
      dataset: checkDataset(where, dataset),
      compression: optional(compression, (given) =>
        checkOneOf(where, "compression", given, Object.values(ZfsCompression)),
      ),
      deduplication: optional(deduplication, (given) => checkFlag(where, "deduplication", given)),
    });
  }

  /**
   * A bucket of S3 (libvirt), mounted below /var/lib/libvirt/s3 by a service of the hosts (s3fs): for images and backups, not for disks that guests write to.
   * @param bucket its name
   */
  public static s3(bucket: string, options: S3BackendOptions): StorageBackend {
    const where = "StorageBackend.s3";
    const { endpoint, passwordFile } = checkOptions(where, "options", options);
    return new StorageBackend({
      kind: "s3",
      bucket: checkBucket(where, bucket),
      endpoint: checkEndpoint(where, endpoint),
      passwordFile: checkPath(where, "passwordFile", passwordFile),
    });
  }

  /**
   * A VMFS datastore that this program makes on LUNs (vSphere). What is on them is lost.
   * @param devices canonical names of LUNs that the hosts share: `naa.600601601234567890abcdef12345678`. More can be added behind them later, and
   * none taken out.
   */
  public static vmfs(devices: readonly string[], options: VmfsBackendOptions = {}): StorageBackend {
    return new StorageBackend(checkVmfs("StorageBackend.vmfs", devices, options));
  }

  /**
   * The datastore of a vSAN cluster (vSphere). Deduplication and compression are the cluster's: `VsanServices`.
   * @param name its name in the inventory
   */
  public static vsan(name: string): StorageBackend {
    return new StorageBackend({ kind: "vsan", name: checkInventoryName("StorageBackend.vsan", name) });
  }

  /**
   * A datastore that vCenter has.
   * @param name its name in the inventory
   */
  public static datastore(name: string): StorageBackend {
    return new StorageBackend({ kind: "datastore", name: checkInventoryName("StorageBackend.datastore", name) });
  }

  /**
   * A datastore cluster that vCenter has; Storage DRS places the disks.
   * @param name its name in the inventory
   */
  public static datastoreCluster(name: string): StorageBackend {
    return new StorageBackend({
      kind: "datastore-cluster",
      name: checkInventoryName("StorageBackend.datastoreCluster", name),
    });
  }

  private constructor(
    /** What was given, checked. */
    public readonly settings: StorageBackendSettings,
  ) {}

  public get kind(): StorageBackendKind {
    return this.settings.kind;
  }

  /** Whether its volumes are block devices of the hosts. */
  public get isBlock(): boolean {
    return TRAITS[this.kind].are === "devices";
  }

  /** Whether its volumes are files, which can be qcow2: all others are raw. */
  public get hasFiles(): boolean {
    return TRAITS[this.kind].are === "files";
  }

  /** Whether new volumes can be made in it; else they are made elsewhere, and named as existing ones. */
  public get makesVolumes(): boolean {
    return TRAITS[this.kind].made;
  }

  /** Whether volumes can be made larger through the platform; else where they are: with `lvextend`, on the array. */
  public get growsVolumes(): boolean {
    return TRAITS[this.kind].grow;
  }

  /** Whether hosts have the same space in it; else each has its own. */
  public get isShared(): boolean {
    return SHARED.has(this.kind) || ("over" in this.settings && this.settings.over !== undefined);
  }

  /** What hashes of it are made of. */
  public toJSON(): { kind: StorageBackendKind; settings: object } {
    const { kind, ...settings } = this.settings;
    return { kind, settings };
  }

  public toString(): string {
    return `${this.kind} ${placeOf(this.settings)}`;
  }
}

function placeOf(settings: StorageBackendSettings): string {
  switch (settings.kind) {
    case "directory":
      return settings.path;
    case "filesystem":
    case "disk":
      return settings.device;
    case "lvm":
      return settings.volumeGroup;
    case "iscsi":
    case "iscsi-direct":
      return `${settings.target} at ${portalText(settings.portal)}`;
    case "fibre-channel":
      return settings.adapter.type === "scsi_host" ? settings.adapter.name : settings.adapter.port;
    case "multipath":
      return settings.over === undefined ? "of the hosts" : String(settings.over);
    case "nfs":
      return `${settings.server}:${settings.path}`;
    case "smb":
      return `//${settings.server}/${settings.share}`;
    case "gluster":
      return `${settings.server}:${settings.volume}`;
    case "rbd":
      return settings.pool;
    case "zfs":
      return settings.dataset;
    case "s3":
      return `${settings.bucket} at ${settings.endpoint}`;
    case "vmfs":
      return settings.devices.join(", ");
    case "vsan":
    case "datastore":
    case "datastore-cluster":
      return settings.name;
  }
}

function checkOver(where: string, over: StorageConnection | undefined): StorageConnection | undefined {
  return optional(over, (given) =>
    checkMade(
      where,
      "over",
      given,
      StorageConnection,
      "StorageConnection.nvmeTcp(), .nvmeRdma(), .nvmeFibreChannel(), .iscsi()",
    ),
  );
}

function iscsiSettings(
  where: string,
  kind: IscsiSettings["kind"],
  portal: string,
  target: string,
  options: IscsiBackendOptions,
): IscsiSettings {
  const { initiator, chap } = checkOptions(where, "options", options);
  return {
    kind,
    portal: checkPortal(where, portal, STORAGE_BACKEND_LIMITS.iscsiPort),
    target: checkIqn(where, "the target", target),
    initiator: optional(initiator, (given) => checkIqn(where, "the initiator", given)),
    chap: optional(chap, (given) => checkAuth(where, "chap", given)),
  };
}

function checkAuth(where: string, what: string, auth: ChapOptions | RbdAuthOptions): ChapOptions {
  const { username, secret } = checkOptions(where, what, auth);
  const literal = requireLiteral(where, "username", username);
  if (typeof literal !== "string" || !/^[A-Za-z0-9][A-Za-z0-9._:@-]{0,222}$/.test(literal)) {
    throw new ConfigurationError({
      where,
      what: "not a name of a user that can be used",
      given: username,
      allowed: '1 to 223 letters, digits, ".", "_", "-", ":" and "@"',
    });
  }
  const allowed = "LibvirtSecret.usage(usage), LibvirtSecret.uuid(uuid)";
  return { username: literal, secret: checkMade(where, `the secret of ${what}`, secret, LibvirtSecret, allowed) };
}

function checkAdapter(where: string, adapter: string | FibreChannelVirtualPort): FibreChannelAdapter {
  if (typeof adapter === "string") {
    return { type: "scsi_host", name: checkHostAdapter(where, adapter) };
  }
  const { node, port, parent } = checkOptions(where, "the virtual port", adapter);
  return {
    type: "fc_host",
    node: checkWwn(where, "the node", node),
    port: checkWwn(where, "the port", port),
    parent: optional(parent, (given) => checkHostAdapter(where, given)),
  };
}

function checkHostAdapter(where: string, name: string): string {
  const literal = requireLiteral(where, "the adapter", name);
  if (typeof literal !== "string" || !/^host\d{1,4}$/.test(literal)) {
    throw new ConfigurationError({
      where,
      what: "not an adapter of a host",
      given: name,
      allowed: "a name below /sys/class/fc_host, such as host3",
    });
  }
  return literal;
}

function checkRequestSize(where: string, size: DataSize): DataSize {
  checkMade(where, "requestSize", size, DataSize, "DataSize.kibibytes(256)");
  const kibibytes = size.toBytes() / 1024;
  if (!Number.isInteger(Math.log2(kibibytes)) || kibibytes < 4 || kibibytes > 1024) {
    throw new ConfigurationError({
      where,
      what: "requestSize is not one that NFS has",
      given: String(size),
      allowed: "a power of two, 4 KiB to 1 MiB",
      practice: STORAGE_BACKEND_PRACTICES.nfsRequestSize.id,
    });
  }
  return size;
}

/** mount.cifs takes no IPv6 address in the name of a share. */
function checkSmbServer(where: string, server: string): string {
  const checked = checkServer(where, server);
  if (checked.includes(":")) {
    throw new ConfigurationError({
      where,
      what: "a share has no IPv6 address in its name",
      given: server,
      mend: "give the server's name, in DNS or /etc/hosts",
    });
  }
  return checked;
}

function checkDataset(where: string, dataset: string): string {
  const literal = requireLiteral(where, "the dataset", dataset);
  if (
    typeof literal !== "string" ||
    literal.length > 200 ||
    !/^[A-Za-z][A-Za-z0-9_.-]*(\/[A-Za-z0-9][A-Za-z0-9_.-]*)*$/.test(literal)
  ) {
    throw new ConfigurationError({
      where,
      what: "not a ZFS pool or dataset",
      given: dataset,
      allowed: "such as tank or tank/vms",
    });
  }
  return literal;
}

function checkBucket(where: string, bucket: string): string {
  const literal = requireLiteral(where, "the bucket", bucket);
  if (typeof literal !== "string" || !/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(literal) || literal.includes("..")) {
    throw new ConfigurationError({
      where,
      what: "not a bucket of S3",
      given: bucket,
      allowed: '3 to 63 small letters, digits, "." and "-"',
    });
  }
  return literal;
}

function checkEndpoint(where: string, endpoint: string): string {
  const literal = requireLiteral(where, "the endpoint", endpoint);
  if (typeof literal !== "string" || !/^https?:\/\/[A-Za-z0-9][A-Za-z0-9.-]*(:\d{1,5})?$/.test(literal)) {
    throw new ConfigurationError({
      where,
      what: "not the address of an S3 service",
      given: endpoint,
      allowed: "such as https://s3.example.org or https://s3.example.org:9000",
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
