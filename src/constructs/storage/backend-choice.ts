import { createHash } from "node:crypto";
import type { TierBackend } from "./storage-tier";

const HASH_BITS = 48;

/**
 * The backend of a volume among those of its tier: the one with the highest score by volume, backend and weight alone (weighted rendezvous
 * hashing). So volumes that come and go never move others, and a backend that comes takes its part of each other one and moves nothing else.
 *
 * @returns `undefined` where no backend takes volumes that do not name it
 */
export function chooseBackend(backends: readonly TierBackend[], volume: string): TierBackend | undefined {
  const scored = backends
    .filter(({ weight }) => weight > 0)
    .map((backend) => ({ backend, score: -backend.weight / Math.log(fractionOf(volume, backend.name)) }));
  return scored.reduce<(typeof scored)[number] | undefined>(
    (best, next) => (best === undefined || next.score > best.score ? next : best),
    undefined,
  )?.backend;
}

/** A number between 0 and 1, both excluded, that looks random and is always the same. */
function fractionOf(volume: string, backend: string): number {
  const hash = createHash("sha256")
    .update(JSON.stringify([volume, backend]))
    .digest();
  return (hash.readUIntBE(0, HASH_BITS / 8) + 0.5) / 2 ** HASH_BITS;
}
