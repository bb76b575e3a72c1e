import type { IHost } from "../../platforms/platform";
import { TIER_PRACTICES } from "../../practices";
import { DataRate, DataSize } from "../../units";
import type { IoNeed } from "./io-profile";
import type { StorageTier } from "./storage-tier";
import { costInIops } from "./tier-choice";

/** What a volume takes of its tier. */
export interface Allocated {
  /** Path of its disk. */
  readonly disk: string;
  /** Name of its backend; `undefined` where the platform spreads volumes over them. */
  readonly backend?: string;
  /** Whose own storage it is on; `undefined` where hosts share it. */
  readonly onHost?: IHost;
  readonly size: DataSize;
  /** Whether it takes space as it is written. */
  readonly thin: boolean;
  readonly need?: IoNeed;
}

const MOST_SHOWN = 10;

/** What volumes take of one tier, by backend and host. */
export class Allocation {
  readonly #places = new Map<string, Allocated[]>();

  /** @param what the tier in words: `tier performance` */
  public constructor(
    private readonly what: string,
    private readonly tier: StorageTier,
  ) {}

  public add(volume: Allocated): void {
    const key = JSON.stringify([volume.backend, volume.onHost?.name]);
    this.#places.set(key, [...(this.#places.get(key) ?? []), volume]);
  }

  /** Places that more is put on than there is: nothing that is written then could be kept. */
  public errors(): string[] {
    return [...this.#places.values()].flatMap((volumes) => {
      const capacity = this.sumOf(volumes[0]!, ({ capacity: size }) => size?.toBytes());
      if (capacity === undefined) {
        return [];
      }
      const place = `${this.what}${this.placeOf(volumes[0]!)}`;
      const thick = volumes.filter(({ thin }) => !thin);
      const space = shown(capacity);
      if (bytesOf(thick) > capacity) {
        return [
          `${place} has ${space}, and volumes that take their space at once have ${shown(bytesOf(thick))}: ${largestFirst(thick)}. ` +
            `To mend: ${MENDS}, or make thin volumes. [${TIER_PRACTICES.thickTakesSpace.id}]`,
        ];
      }
      const { overCommit } = this.tier;
      if (bytesOf(volumes) > capacity * overCommit) {
        return [
          `${place} has ${space}${overCommit === 1 ? "" : `, ${overCommit} times that may be promised`}, and volumes have ` +
            `${shown(bytesOf(volumes))}: ${largestFirst(volumes)}. ` +
            `To mend: ${MENDS}, or raise \`overCommit\` where volumes are thin and their space is watched. [${TIER_PRACTICES.overCommit.id}]`,
        ];
      }
      return [];
    });
  }

  /** Places that need more operations or data a second than is promised: they are slow when all want it at once. */
  public warnings(): string[] {
    return [...this.#places.values()].flatMap((volumes) => {
      const place = `${this.what}${this.placeOf(volumes[0]!)}`;
      const { iops, throughput, writePenalty } = this.tier.promise;
      const backends = volumes[0]!.backend === undefined ? this.tier.backends.length : 1;
      const operations = sum(volumes, ({ need }) => (need === undefined ? 0 : costInIops(need, writePenalty)));
      const bits = sum(volumes, ({ need }) => need?.throughput?.toBitsPerSecond() ?? 0);
      const promised = (throughput?.toBitsPerSecond() ?? Number.POSITIVE_INFINITY) * backends;
      const needing = volumes.filter(({ need }) => need !== undefined);
      return [
        ...(operations > (iops ?? Number.POSITIVE_INFINITY) * backends
          ? [`${place} promises ${iops! * backends} IOPS, and its volumes need ${operations}`]
          : []),
        ...(bits > promised
          ? [
              `${place} promises ${DataRate.bitsPerSecond(promised)}, and its volumes need ${DataRate.bitsPerSecond(bits)}`,
            ]
          : []),
      ].map((text) => `${text}: ${needing.map(({ disk }) => disk).join(", ")}. ${PROMISE.reason} [${PROMISE.id}]`);
    });
  }

  private placeOf({ backend, onHost }: Allocated): string {
    const parts = [
      ...(backend === undefined || this.tier.backends.length === 1 ? [] : [`backend ${backend}`]),
      ...(onHost === undefined ? [] : [`host ${onHost.name}`]),
    ];
    return parts.length === 0 ? "" : ` (${parts.join(", ")})`;
  }

  /** Of a volume's backend, or of all where the platform spreads volumes over them. */
  private sumOf(
    { backend }: Allocated,
    of: (backend: StorageTier["backends"][number]) => number | undefined,
  ): number | undefined {
    const values = this.tier.backends.filter(({ name }) => backend === undefined || name === backend).map(of);
    return values.reduce((total, value) => (total === undefined || value === undefined ? undefined : total + value), 0);
  }
}

const PROMISE = TIER_PRACTICES.promisedIops;

const MENDS = "give it more space and say so in `capacity`, put volumes on another tier";

const bytesOf = (volumes: readonly Allocated[]): number => sum(volumes, ({ size }) => size.toBytes());

const shown = (bytes: number): string => String(DataSize.bytes(bytes));

function sum(volumes: readonly Allocated[], of: (volume: Allocated) => number): number {
  return volumes.reduce((total, volume) => total + of(volume), 0);
}

function largestFirst(volumes: readonly Allocated[]): string {
  const sorted = [...volumes].sort((a, b) => b.size.compareTo(a.size) || (a.disk < b.disk ? -1 : 1));
  const more = sorted.length - MOST_SHOWN;
  return [
    ...sorted.slice(0, MOST_SHOWN).map(({ disk, size }) => `${disk} ${size}`),
    ...(more > 0 ? [`${more} more`] : []),
  ].join(", ");
}
