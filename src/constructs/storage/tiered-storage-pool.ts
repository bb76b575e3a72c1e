import { Construct, type IConstruct } from "constructs";
import { Annotations } from "../../cdktf";
import { checkName, nearest, requireLiteral } from "../../checks";
import { ConfigurationError } from "../../errors";
import type { IHost, IPlatform, PlatformTier } from "../../platforms/platform";
import { Explanation, TIER_PRACTICES, TuningLog } from "../../practices";
import type { DataSize } from "../../units";
import { registerExplained } from "../explained";
import { checkFlag, checkMade, checkOptions, checkPlatform } from "../given";
import { checkHosts } from "../placement";
import { type Allocated, Allocation } from "./allocation";
import { chooseBackend } from "./backend-choice";
import type { IoProfile } from "./io-profile";
import { FIRST_BACKEND, StorageTier, type TierId, TierName } from "./storage-tier";
import { chooseTier } from "./tier-choice";

/** Tiers by their names: the usual ones, and others of any name. */
export type StorageTiers = { readonly [tier in TierName]?: StorageTier } & {
  readonly [tier: string]: StorageTier | undefined;
};

export interface TieredStoragePoolProps {
  /** Where the pool is made. */
  readonly platform: IPlatform;
  /** The tiers, at least one. */
  readonly tiers: StorageTiers;
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

/** A volume that looks for its place. */
export interface PlacementRequest {
  /** Whose it is, for messages. */
  readonly where: string;
  /** What its backend follows from: unique in the pool, and the same as long as the volume is. */
  readonly volume: string;
  /** `undefined` for a volume that is there already. */
  readonly size?: DataSize;
  readonly tier?: string;
  readonly backend?: string;
  readonly io?: IoProfile;
  readonly log: TuningLog;
}

/** Where a volume is put. */
export interface Placement {
  readonly tierName: string;
  /** `undefined` where the platform spreads volumes over the tier's backends. */
  readonly backendName?: string;
  readonly tier: PlatformTier;
  /** Whether it is protected from deletion unless told otherwise. */
  readonly protectData: boolean;
  /** Accounts for what it takes, once it is known how it is made. */
  take(volume: Pick<Allocated, "thin" | "onHost">): void;
}

/** A pool that disks can be put in. */
export interface ITieredStoragePool extends IConstruct {
  readonly platform: IPlatform;
  /** Tiers that it has: the usual ones, fastest first, then others as they were given. */
  readonly tierNames: readonly string[];
  /** Whether volumes in it are protected from deletion unless told otherwise. */
  readonly protectData: boolean;
  /**
   * Finds the place of a volume: in the tier that it names, else in the cheapest that gives what it needs.
   * @throws ConfigurationError for a tier or a backend that the pool lacks, and where no tier gives what is needed
   */
  place(request: PlacementRequest): Placement;
}

/**
 * Storage in tiers.
 *
 * On libvirt each backend of a tier is a storage pool on every host; on vSphere a tier is a datastore or a datastore cluster, with a tag and a
 * storage policy where this program makes them.
 */
export class TieredStoragePool extends Construct implements ITieredStoragePool {
  public readonly platform: IPlatform;
  public readonly poolName: string;
  public readonly hosts: readonly IHost[];
  public readonly tierNames: readonly string[];
  public readonly protectData: boolean;
  readonly #log: TuningLog;
  readonly #tiers: ReadonlyMap<string, StorageTier>;
  readonly #platformTiers: ReadonlyMap<string, PlatformTier>;
  readonly #allocations: ReadonlyMap<string, Allocation>;

  /**
   * @throws ConfigurationError for no tier at all, names that can't be used or are probably mistyped, a backend that the platform lacks, and
   * tiers that would have pools of the same name
   */
  public constructor(scope: Construct, id: string, props: TieredStoragePoolProps) {
    super(scope, id);
    const where = this.node.path;
    this.#log = new TuningLog(where);
    this.platform = checkPlatform(where, props?.platform);
    const { name = id, protectData = true } = props;
    this.poolName = checkName(where, name, { maxLength: 50 });
    this.hosts = checkHosts(where, this.platform, props.hosts);
    this.protectData = checkFlag(where, "protectData", protectData);
    this.#tiers = checkTiers(where, props.tiers);
    this.tierNames = [...this.#tiers.keys()];
    checkPoolNames(where, this.#tiers);
    this.#platformTiers = new Map([...this.#tiers].map(([name, tier]) => [name, this.createTier(name, tier)]));
    this.#allocations = new Map(
      [...this.#tiers].map(([name, tier]) => [name, new Allocation(`tier ${name} of pool ${this.poolName}`, tier)]),
    );
    this.node.addValidation({ validate: () => this.checkAllocation() });
    registerExplained(this, () => this.explain());
  }

  /**
   * One of the tiers, as the platform knows it.
   * @throws ConfigurationError for a tier that the pool lacks
   */
  public tier(name: TierId): PlatformTier {
    return this.#platformTiers.get(this.checkTierName(this.node.path, name))!;
  }

  /** What was tuned for its tiers, and why. */
  public explain(): Explanation {
    return new Explanation(this.#log.settings);
  }

  public place(request: PlacementRequest): Placement {
    const { where, size, io, log } = request;
    const tierName = this.chooseTier(request);
    const tier = this.#tiers.get(tierName)!;
    const platformTier = this.#platformTiers.get(tierName)!;
    const backendName = this.chooseBackend(request, tierName, tier, platformTier);
    if (backendName !== undefined && tier.backends.length > 1) {
      const given = request.backend !== undefined;
      log.record(TIER_PRACTICES.spread, "backend", backendName, given ? "given in the program" : undefined, given);
    }
    return {
      tierName,
      backendName,
      tier: (backendName === undefined ? undefined : platformTier.parts?.get(backendName)) ?? platformTier,
      protectData: tier.protectData ?? this.protectData,
      take: ({ thin, onHost }) => {
        if (size !== undefined) {
          const volume = { disk: where, backend: backendName, onHost, size, thin, need: io?.need };
          this.#allocations.get(tierName)!.add(volume);
        }
      },
    };
  }

  private createTier(name: string, tier: StorageTier): PlatformTier {
    const [{ backend }, ...others] = tier.backends as [StorageTier["backends"][number]];
    return this.platform.createTier(this, {
      name: `${this.poolName}-${name}`,
      pool: this.poolName,
      tier: name,
      hosts: this.hosts,
      backend,
      others,
      storagePolicy: tier.storagePolicy,
      storageDrs: tier.storageDrs,
      volumes: tier.volumes,
      log: this.#log,
      protectData: tier.protectData ?? this.protectData,
    });
  }

  private checkTierName(where: string, name: string): string {
    const literal = requireLiteral(where, "the tier", name);
    if (!this.#tiers.has(literal)) {
      const meant = typeof literal === "string" ? nearest(literal, this.tierNames) : undefined;
      throw new ConfigurationError({
        where,
        what: `pool ${this.poolName} has no such tier`,
        given: name,
        allowed: this.tierNames.join(", "),
        mend:
          meant === undefined ? "add it to `tiers` of the pool, or use one that it has" : `did you mean "${meant}"?`,
      });
    }
    return literal;
  }

  private chooseTier({ where, size, tier, io, log }: PlacementRequest): string {
    if (tier !== undefined) {
      return this.checkTierName(where, tier);
    }
    if (io?.need === undefined || size === undefined) {
      throw new ConfigurationError({
        where,
        what:
          size === undefined
            ? "the tier that the existing volume is in is left open"
            : "neither its tier is given nor what it needs",
        allowed: this.tierNames.join(", "),
        mend: size === undefined ? "give `tier`" : "give `tier`, or `io`: IoProfile.random() or .sequential()",
        practice: TIER_PRACTICES.cheapest.id,
      });
    }
    const choice = chooseTier(where, this.#tiers, io.need, size);
    log.record(TIER_PRACTICES.cheapest, "tier", choice.tier, choice.why);
    return choice.tier;
  }

  private chooseBackend(
    { where, volume, size, backend }: PlacementRequest,
    tierName: string,
    tier: StorageTier,
    { parts }: PlatformTier,
  ): string | undefined {
    const names = tier.backends.map(({ name }) => name);
    if (backend !== undefined) {
      const literal = requireLiteral(where, "the backend", backend);
      if (!names.includes(literal) || (parts === undefined && names.length > 1)) {
        throw new ConfigurationError({
          where,
          what: names.includes(literal)
            ? `${this.platform.kind} spreads volumes over the backends of tier ${tierName} itself`
            : `tier ${tierName} has no such backend`,
          given: backend,
          allowed: names.join(", "),
          mend: names.includes(literal) ? "leave `backend` out" : "add it with StorageTier.plus(), or use one of those",
        });
      }
      return literal;
    }
    if (names.length === 1) {
      return FIRST_BACKEND;
    }
    if (parts === undefined) {
      return undefined;
    }
    const chosen = size === undefined ? undefined : chooseBackend(tier.backends, volume);
    if (chosen === undefined) {
      throw new ConfigurationError({
        where,
        what:
          size === undefined
            ? "which backend the existing volume is on is left open"
            : `no backend of tier ${tierName} takes volumes that do not name it: all have weight 0`,
        allowed: names.join(", "),
        mend: "give `backend`",
        practice: TIER_PRACTICES.spread.id,
      });
    }
    return chosen.name;
  }

  /** Only when the program is complete is it known what is on a tier. */
  private checkAllocation(): string[] {
    const allocations = [...this.#allocations.values()];
    for (const warning of allocations.flatMap((allocation) => allocation.warnings())) {
      Annotations.of(this).addWarning(warning);
    }
    return allocations.flatMap((allocation) => allocation.errors());
  }
}

/** Tiers in their order. */
function checkTiers(where: string, tiers: StorageTiers): ReadonlyMap<string, StorageTier> {
  const known: readonly string[] = Object.values(TierName);
  const given = Object.entries(tiers === undefined ? {} : checkOptions(where, "tiers", tiers)).filter(
    ([, tier]) => tier !== undefined,
  );
  for (const [name, tier] of given) {
    checkName(where, name, { maxLength: 30 });
    const meant = known.includes(name) ? undefined : nearest(name, known);
    if (meant !== undefined) {
      throw new ConfigurationError({
        where,
        what: "a tier is called almost as one of the usual ones",
        given: name,
        allowed: `${known.join(", ")}, or a name of your own that is not so near`,
        mend: `did you mean "${meant}"?`,
      });
    }
    checkMade(where, `tier ${name}`, tier!, StorageTier, "StorageTier.on(backend)");
  }
  if (given.length === 0) {
    throw new ConfigurationError({
      where,
      what: "a pool needs at least one tier",
      given: tiers,
      allowed: `${known.join(", ")}, or names of your own`,
    });
  }
  const rank = (name: string) => (known.includes(name) ? known.indexOf(name) : known.length);
  return new Map(given.sort(([a], [b]) => rank(a) - rank(b)) as [string, StorageTier][]);
}

/** Backends beside the first are called after tier and backend, which another tier may be called, too. */
function checkPoolNames(where: string, tiers: ReadonlyMap<string, StorageTier>): void {
  for (const [name, { backends }] of tiers) {
    const taken = backends.find((backend) => backend.name !== FIRST_BACKEND && tiers.has(`${name}-${backend.name}`));
    if (taken !== undefined) {
      throw new ConfigurationError({
        where,
        what: `backend ${taken.name} of tier ${name} and a tier would have the same name`,
        given: `${name}-${taken.name}`,
        mend: "give one of them another name",
      });
    }
  }
}
