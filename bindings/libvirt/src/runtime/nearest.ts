/** The number of letters to insert, delete, replace or swap with the next to get from one text to the other. */
function distance(from: string, to: string): number {
  const rows = [Array.from({ length: to.length + 1 }, (_, column) => column)];
  for (let i = 1; i <= from.length; i++) {
    const row = [i];
    for (let j = 1; j <= to.length; j++) {
      const replaced = rows[i - 1]![j - 1]! + (from[i - 1] === to[j - 1] ? 0 : 1);
      const swaps = i > 1 && j > 1 && from[i - 1] === to[j - 2] && from[i - 2] === to[j - 1];
      const swapped = swaps ? rows[i - 2]![j - 2]! + 1 : replaced;
      row.push(Math.min(replaced, swapped, rows[i - 1]![j]! + 1, row[j - 1]! + 1));
    }
    rows.push(row);
  }
  return rows[from.length]![to.length]!;
}

/** What is left of a name when the ways of writing it are levelled: `mac_address` and `macAddress` are one. */
const levelled = (name: string): string => name.replace(/_/g, "").toLowerCase();

/** The known name that `name` was most likely meant to be, if one is near enough to be worth naming. */
function nearest(name: string, known: Iterable<string>): string | undefined {
  const meant = levelled(name);
  let best: string | undefined;
  let least = Math.max(1, Math.floor(meant.length / 2)) + 1;
  for (const candidate of known) {
    const steps = distance(meant, levelled(candidate));
    if (steps < least) {
      best = candidate;
      least = steps;
    }
  }
  return best;
}

/** Names the attribute that was probably meant, or else all there are. */
export function advice(name: string, known: readonly string[]): string {
  const meant = nearest(name, known);
  return meant === undefined ? `Known here: ${[...known].sort().join(", ") || "none"}.` : `Did you mean ${meant}?`;
}
