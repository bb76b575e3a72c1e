/** Repeatable random numbers (mulberry32), so that a failing case can be found again. */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Whole numbers of every magnitude up to `max`, as likely to be small as large. */
export function integers(seed: number, count: number, max: number): number[] {
  const next = random(seed);
  return Array.from({ length: count }, () =>
    Math.floor(Math.min(max, 2 ** (next() * Math.log2(max)) * (0.5 + next() / 2))),
  );
}
