import { ConfigurationError } from "../../errors";
import { TIER_PRACTICES } from "../../practices";
import type { DataSize } from "../../units";
import { describeNeed, type IoNeed } from "./io-profile";
import { type StorageTier, TierName } from "./storage-tier";

/** The tier that was chosen for a need, and why. */
export interface TierChoice {
  readonly tier: string;
  readonly why: string;
}

/**
 * The cheapest tier that gives what is needed. It depends on the tiers and the need alone, not on what else there is: so a disk stays where
 * it is when others come and go, and a tier that is full is an error instead of a reason to go elsewhere.
 *
 * @param tiers in the pool's order: of tiers that cost the same the later one wins
 */
export function chooseTier(
  where: string,
  tiers: ReadonlyMap<string, StorageTier>,
  need: IoNeed,
  size: DataSize,
): TierChoice {
  const refusals: string[] = [];
  for (const [name, tier] of byCost(tiers)) {
    const lacks = whatLacks(tier, need, size);
    if (lacks === undefined) {
      return {
        tier: name,
        why: `the cheapest that gives ${describeNeed(need)}${refusals.length === 0 ? "" : `: ${refusals.join(", ")}`}`,
      };
    }
    refusals.push(`${name} ${lacks}`);
  }
  refusals.push(
    ...[...tiers.keys()].filter((name) => costOf(tiers, name) === undefined).map((name) => `${name} has no cost`),
  );
  throw new ConfigurationError({
    where,
    what: `no tier gives what the disk needs: ${refusals.join(", ")}`,
    given: `${describeNeed(need)}, ${size}`,
    mend: "name a tier, lower the need, or say what the tiers promise: iops, throughput, latency, cost",
    practice: TIER_PRACTICES.cheapest.id,
  });
}

/** Operations a second that a need costs a tier, whose writes may cost several each. */
export function costInIops({ iops = 0, readPercent }: IoNeed, writePenalty: number): number {
  return Math.ceil((iops * (readPercent + (100 - readPercent) * writePenalty)) / 100);
}

function byCost(tiers: ReadonlyMap<string, StorageTier>): [string, StorageTier][] {
  return [...tiers]
    .filter(([name]) => costOf(tiers, name) !== undefined)
    .reverse()
    .sort(([a], [b]) => costOf(tiers, a)! - costOf(tiers, b)!);
}

/** The cost that was given, or, where no tier has any, what the usual order says. */
function costOf(tiers: ReadonlyMap<string, StorageTier>, name: string): number | undefined {
  if ([...tiers.values()].some(({ cost }) => cost !== undefined)) {
    return tiers.get(name)!.cost;
  }
  const usual = Object.values(TierName);
  const position = usual.indexOf(name as TierName);
  return position < 0 ? undefined : usual.length - position;
}

function whatLacks(tier: StorageTier, need: IoNeed, size: DataSize): string | undefined {
  const { iops, throughput, latency, writePenalty } = tier.promise;
  if (need.latency !== undefined && (latency === undefined || latency.isGreaterThan(need.latency))) {
    return latency === undefined ? "promises no latency" : `takes ${latency}`;
  }
  const cost = costInIops(need, writePenalty);
  if (need.iops !== undefined && (iops === undefined || cost > iops)) {
    return iops === undefined ? "promises no IOPS" : `does ${iops} IOPS and this takes ${cost}`;
  }
  if (need.throughput !== undefined && (throughput === undefined || need.throughput.isGreaterThan(throughput))) {
    return throughput === undefined ? "promises no throughput" : `passes ${throughput}`;
  }
  const largest = Math.max(...tier.backends.map(({ capacity }) => capacity?.toBytes() ?? Number.POSITIVE_INFINITY));
  return size.toBytes() > largest * tier.overCommit ? "is too small" : undefined;
}
