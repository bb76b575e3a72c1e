import { ConfigurationError } from "../../errors";
import { optional } from "../given";
import { checkInventoryName, StorageBackend } from "./storage-backend";

/** The tiers of a pool, fastest first. */
export enum TierName {
  PERFORMANCE = "performance",
  STANDARD = "standard",
  CAPACITY = "capacity",
  ARCHIVE = "archive",
}

export interface StorageTierOptions {
  /**
   * An existing storage policy of vCenter for the tier's disks (vSphere).
   * @default - for space that this program makes, a policy by the tier's tag; else none
   */
  readonly storagePolicy?: string;
}

/** One tier: what it is on. */
export class StorageTier {
  /** A tier on one backend. */
  public static on(backend: StorageBackend, options: StorageTierOptions = {}): StorageTier {
    if (!(backend instanceof StorageBackend)) {
      throw new ConfigurationError({
        where: "StorageTier.on",
        what: "a tier is on a storage backend",
        given: backend,
        allowed: "StorageBackend.directory(), .lvm(), .nfs(), .datastore(), .datastoreCluster()",
      });
    }
    return new StorageTier(
      backend,
      optional(options.storagePolicy, (policy) => checkInventoryName("StorageTier.on", policy)),
    );
  }

  private constructor(
    public readonly backend: StorageBackend,
    public readonly storagePolicy?: string,
  ) {}
}
