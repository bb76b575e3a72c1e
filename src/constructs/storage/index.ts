export { type NfsBackendOptions, NfsVersion, StorageBackend, type StorageBackendKind } from "./storage-backend";
export { StorageTier, type StorageTierOptions, TierName } from "./storage-tier";
export { type ITieredStoragePool, TieredStoragePool, type TieredStoragePoolProps } from "./tiered-storage-pool";
