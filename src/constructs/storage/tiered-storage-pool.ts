import { Construct, type IConstruct } from "constructs";
import { checkName, checkOneOf } from "../../checks";
import { ConfigurationError } from "../../errors";
import type { IHost, IPlatform, PlatformTier } from "../../platforms/platform";
import { checkFlag, checkMade, checkPlatform } from "../given";
import { checkHosts } from "../placement";
import { StorageTier, TierName } from "./storage-tier";

export interface TieredStoragePoolProps {
  /** Where the pool is made. */
  readonly platform: IPlatform;
  /** The tiers, at least one. */
  readonly tiers: { readonly [tier in `${TierName}`]?: StorageTier };
  /**
   * Name on the platform; a tier's pool is called after it: `storage-performance`.
   * @default - the construct's id
   */
  readonly name?: string;
  /**
   * Hosts that have the pool.
   * @default - all hosts of the platform
   */
  readonly hosts?: readonly IHost[];
  /**
   * Whether plans that would replace or destroy the pool, or volumes in it, are refused.
   * @default true
   */
  readonly protectData?: boolean;
}

/** A pool that disks can be put in. */
export interface ITieredStoragePool extends IConstruct {
  readonly platform: IPlatform;
  /** Tiers that it has, fastest first. */
  readonly tierNames: readonly TierName[];
  /** Whether volumes in it are protected from deletion unless told otherwise. */
  readonly protectData: boolean;
  /**
   * One of the tiers, as the platform knows it.
   * @throws ConfigurationError for a tier that the pool lacks
   */
  tier(name: `${TierName}`): PlatformTier;
}

/**
 * Storage in tiers.
 *
 * On libvirt each tier is a storage pool on every host; on vSphere a datastore or a datastore cluster, with a tag and a storage policy
 * where this program makes them.
 */
export class TieredStoragePool extends Construct implements ITieredStoragePool {
  public readonly platform: IPlatform;
  public readonly poolName: string;
  public readonly hosts: readonly IHost[];
  public readonly tierNames: readonly TierName[];
  public readonly protectData: boolean;
  readonly #tiers: ReadonlyMap<TierName, PlatformTier>;

  /**
   * @throws ConfigurationError for unknown tiers, no tier at all, or a backend that the platform lacks
   */
  public constructor(scope: Construct, id: string, props: TieredStoragePoolProps) {
    super(scope, id);
    const where = this.node.path;
    this.platform = checkPlatform(where, props?.platform);
    this.poolName = checkName(where, props.name ?? id, { maxLength: 50 });
    this.hosts = checkHosts(where, this.platform, props.hosts);
    this.protectData = checkFlag(where, "protectData", props.protectData ?? true);
    const known = Object.values(TierName);
    const given = Object.keys(props.tiers ?? {}).filter((tier) => props.tiers[tier as TierName] !== undefined);
    for (const tier of given) {
      checkOneOf(where, "tier", tier, known);
      checkMade(where, `tier ${tier}`, props.tiers[tier as TierName]!, StorageTier, "StorageTier.on(backend)");
    }
    this.tierNames = known.filter((tier) => given.includes(tier));
    if (this.tierNames.length === 0) {
      throw new ConfigurationError({
        where,
        what: "a pool needs at least one tier",
        given: props.tiers,
        allowed: known.join(", "),
      });
    }
    this.#tiers = new Map(
      this.tierNames.map((tier) => [
        tier,
        this.platform.createTier(this, {
          name: `${this.poolName}-${tier}`,
          pool: this.poolName,
          tier,
          hosts: this.hosts,
          backend: props.tiers[tier]!.backend,
          storagePolicy: props.tiers[tier]!.storagePolicy,
          protectData: this.protectData,
        }),
      ]),
    );
  }

  public tier(name: `${TierName}`): PlatformTier {
    const tier = this.#tiers.get(name as TierName);
    if (tier === undefined) {
      throw new ConfigurationError({
        where: this.node.path,
        what: "the pool has no such tier",
        given: name,
        allowed: this.tierNames.join(", "),
        mend: "add it to `tiers` of the pool, or use one that it has",
      });
    }
    return tier;
  }
}
