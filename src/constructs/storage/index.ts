export {
  type DirectionLimitOptions,
  type IoBound,
  type IoBurst,
  IoLimit,
  type IoLimitOptions,
  type TotalLimitOptions,
} from "./io-limit";
export {
  type IoNeed,
  type IoOptions,
  IoPriority,
  IoProfile,
  type NeedOptions,
  type RandomIoOptions,
  type SequentialIoOptions,
} from "./io-profile";
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
export { Preallocation } from "./preallocation";
export type { Portal } from "./storage-address";
export {
  type ChapOptions,
  type DiskBackendOptions,
  type DiskSettings,
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
  NfsSecurity,
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
export {
  type IoBalancingOptions,
  StorageDrs,
  StorageDrsAutomation,
  type StorageDrsOptions,
  type StorageDrsSettings,
} from "./storage-drs";
export {
  type BackendOptions,
  StorageTier,
  type StorageTierOptions,
  type TierBackend,
  type TierId,
  TierName,
  type TierPromise,
  type VolumeDefaults,
} from "./storage-tier";
export {
  type ITieredStoragePool,
  type Placement,
  type PlacementRequest,
  type StorageTiers,
  TieredStoragePool,
  type TieredStoragePoolProps,
} from "./tiered-storage-pool";
export type { VmfsBackendOptions, VmfsSettings } from "./vmfs";
