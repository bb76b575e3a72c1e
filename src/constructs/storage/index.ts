export { LibvirtSecret, type LibvirtSecretReference } from "./libvirt-secret";
export {
  type CachedVolumeOptions,
  LogicalVolume,
  type LogicalVolumeSettings,
  LvmCacheMode,
  type ThinVolumeOptions,
  type VdoVolumeOptions,
} from "./logical-volume";
export {
  Multipath,
  type MultipathArray,
  type MultipathOptions,
  type MultipathTuning,
  NoPath,
  PathGrouping,
  PathSelector,
} from "./multipath";
export type { Portal } from "./storage-address";
export {
  type ChapOptions,
  type DiskBackendOptions,
  type FibreChannelAdapter,
  type FibreChannelVirtualPort,
  type FileSystemBackendOptions,
  FileSystemFormat,
  type FileSystemSettings,
  type GlusterBackendOptions,
  type IscsiBackendOptions,
  type IscsiDirectBackendOptions,
  type IscsiSettings,
  type LvmBackendOptions,
  type NfsBackendOptions,
  type NfsSettings,
  NfsVersion,
  PartitionTable,
  type RbdAuthOptions,
  type RbdBackendOptions,
  type RbdSettings,
  type S3BackendOptions,
  type S3Settings,
  type SmbBackendOptions,
  type SmbSettings,
  StorageBackend,
  type StorageBackendKind,
  type StorageBackendSettings,
  type ZfsBackendOptions,
  ZfsCompression,
  type ZfsSettings,
} from "./storage-backend";
export {
  type IscsiConnectionOptions,
  type NvmeConnectionOptions,
  type NvmeFibreChannelConnectionOptions,
  type NvmeFibreChannelPath,
  type NvmeIpConnectionOptions,
  type NvmePath,
  StorageConnection,
  type StorageConnectionSettings,
} from "./storage-connection";
export { StorageTier, type StorageTierOptions, TierName } from "./storage-tier";
export { type ITieredStoragePool, TieredStoragePool, type TieredStoragePoolProps } from "./tiered-storage-pool";
