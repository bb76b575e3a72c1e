import type { DataSize } from "../../units";
import type { LibvirtSecret } from "./libvirt-secret";
import type { LogicalVolume } from "./logical-volume";
import type { Multipath } from "./multipath";
import type { Portal } from "./storage-address";
import type { StorageConnection } from "./storage-connection";
import type { VmfsSettings } from "./vmfs";

/** What a tier's space comes from. */
export type StorageBackendKind = StorageBackendSettings["kind"];

/** What was given, checked, by what it is. */
export type StorageBackendSettings =
  | { readonly kind: "directory"; readonly path: string }
  | FileSystemSettings
  | { readonly kind: "lvm"; readonly volumeGroup: string; readonly over?: StorageConnection }
  | DiskSettings
  | IscsiSettings
  | { readonly kind: "fibre-channel"; readonly adapter: FibreChannelAdapter }
  | { readonly kind: "multipath"; readonly multipath: Multipath; readonly over?: StorageConnection }
  | NfsSettings
  | SmbSettings
  | ({ readonly kind: "gluster"; readonly server: string; readonly volume: string } & GlusterBackendOptions)
  | RbdSettings
  | ZfsSettings
  | S3Settings
  | VmfsSettings
  | { readonly kind: "vsan"; readonly name: string }
  | { readonly kind: "datastore"; readonly name: string }
  | { readonly kind: "datastore-cluster"; readonly name: string };

export enum FileSystemFormat {
  EXT4 = "ext4",
  XFS = "xfs",
}

export interface FileSystemBackendOptions {
  /** What the device has been formatted with. A `LogicalVolume` that is empty is formatted with it. */
  readonly format: FileSystemFormat;
  /**
   * Folder of the hosts that it is mounted on.
   * @default - `/var/lib/libvirt/mounts/` and the name of the tier's pool
   */
  readonly mountPath?: string;
  /**
   * What the device comes from.
   * @default - it is the host's
   */
  readonly over?: StorageConnection;
}

export interface FileSystemSettings extends FileSystemBackendOptions {
  readonly kind: "filesystem";
  /** Path of the device. */
  readonly device: string;
  /** What the device is, where a service of the host makes it. */
  readonly logicalVolume?: LogicalVolume;
}

export interface LvmBackendOptions {
  /**
   * What its devices come from.
   * @default - they are the host's
   */
  readonly over?: StorageConnection;
}

/** How a disk says where its partitions are. */
export enum PartitionTable {
  GPT = "gpt",
  MSDOS = "dos",
}

export interface DiskBackendOptions {
  /** @default PartitionTable.GPT */
  readonly table?: PartitionTable;
  /**
   * Whether the disk gets a partition table when the pool is made. libvirt refuses where it has one.
   * @default false
   */
  readonly newTable?: boolean;
  /**
   * What the disk comes from.
   * @default - it is the host's
   */
  readonly over?: StorageConnection;
}

export interface DiskSettings extends DiskBackendOptions {
  readonly kind: "disk";
  readonly device: string;
  readonly table: PartitionTable;
  readonly newTable: boolean;
}

export interface ChapOptions {
  readonly username: string;
  /** What libvirt has the password in: a secret of the usage `iscsi`. */
  readonly secret: LibvirtSecret;
}

export interface IscsiBackendOptions {
  /**
   * Name that the hosts log in with.
   * @default - that of the host, in /etc/iscsi/initiatorname.iscsi
   */
  readonly initiator?: string;
  /** @default - nobody asks for a password */
  readonly chap?: ChapOptions;
}

export interface IscsiDirectBackendOptions extends IscsiBackendOptions {
  readonly initiator: string;
}

export interface IscsiSettings extends IscsiBackendOptions {
  readonly kind: "iscsi" | "iscsi-direct";
  readonly portal: Portal;
  readonly target: string;
}

export interface FibreChannelVirtualPort {
  /** Node of the virtual port: sixteen hexadecimal digits, with or without `:`. */
  readonly node: string;
  /** Name of the virtual port, which LUNs are given to. */
  readonly port: string;
  /**
   * Adapter of the hosts that carries it: `host3`.
   * @default - libvirt takes one that can
   */
  readonly parent?: string;
}

export type FibreChannelAdapter =
  | { readonly type: "scsi_host"; readonly name: string }
  | { readonly type: "fc_host"; readonly node: string; readonly port: string; readonly parent?: string };

/** Versions of NFS. */
export enum NfsVersion {
  V3 = "3",
  V4_1 = "4.1",
  V4_2 = "4.2",
}

/** How an NFS server knows who asks. */
export enum NfsSecurity {
  /** By the user ID that the client sends. */
  SYS = "sys",
  /** By Kerberos. */
  KRB5 = "krb5",
  /** By Kerberos, and each message is protected from changes. */
  KRB5I = "krb5i",
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
  /**
   * TCP connections to the server, 1 to 16 (libvirt; Linux 5.3). What mounts the server first decides for all its exports.
   * @default - one
   */
  readonly connections?: number;
  /**
   * Most that one request reads or writes: a power of two, 4 KiB to 1 MiB (libvirt).
   * @default - what client and server agree on, which is the most that both can
   */
  readonly requestSize?: DataSize;
  /**
   * Further addresses of the same server, which hosts spread their sessions over (vSphere, NFS 4.1).
   * @default - none
   */
  readonly moreServers?: readonly string[];
  /**
   * How the server knows who asks (vSphere). Kerberos needs NFS 4.1, and hosts that are in a domain.
   * @default NfsSecurity.SYS
   */
  readonly security?: NfsSecurity;
}

export interface NfsSettings extends NfsBackendOptions {
  readonly kind: "nfs";
  readonly server: string;
  readonly path: string;
}

export interface GlusterBackendOptions {
  /**
   * Folder of the hosts that it is mounted on.
   * @default - `/var/lib/libvirt/gluster/` and the name of the tier's pool
   */
  readonly mountPath?: string;
}

export interface SmbBackendOptions {
  /**
   * File of the hosts with the lines `username=`, `password=` and, where it needs one, `domain=`; root alone can read it. You bring it there.
   */
  readonly credentialsFile: string;
}

export interface SmbSettings extends SmbBackendOptions {
  readonly kind: "smb";
  readonly server: string;
  readonly share: string;
}

export interface RbdBackendOptions {
  /** Monitors: `10.0.0.1`, `10.0.0.1:6789`, `[2001:db8::1]:6789`. */
  readonly monitors: readonly string[];
  /** @default - no cephx */
  readonly auth?: RbdAuthOptions;
}

export interface RbdAuthOptions {
  /** Name of the Ceph user, without `client.`: `libvirt`. */
  readonly username: string;
  /** What libvirt has the key in: a secret of the usage `ceph`. */
  readonly secret: LibvirtSecret;
}

export interface RbdSettings {
  readonly kind: "rbd";
  readonly pool: string;
  readonly monitors: readonly Portal[];
  readonly auth?: RbdAuthOptions;
}

/** How ZFS compresses. */
export enum ZfsCompression {
  OFF = "off",
  LZ4 = "lz4",
  ZSTD = "zstd",
}

export interface ZfsBackendOptions {
  /**
   * Set on the pool or dataset by a service of the hosts; what is written from then on is compressed.
   * @default - left as it is
   */
  readonly compression?: ZfsCompression;
  /**
   * Set on the pool or dataset by a service of the hosts.
   * @default - left as it is
   */
  readonly deduplication?: boolean;
}

export interface ZfsSettings extends ZfsBackendOptions {
  readonly kind: "zfs";
  readonly dataset: string;
}

export interface S3BackendOptions {
  /** Address of the service: `https://s3.example.org`. */
  readonly endpoint: string;
  /** File of the hosts with `key id:secret key`; root alone can read it. You bring it there. */
  readonly passwordFile: string;
}

export interface S3Settings extends S3BackendOptions {
  readonly kind: "s3";
  readonly bucket: string;
}
