import { checkInteger } from "../../checks";
import { ConfigurationError } from "../../errors";
import { DISK_LIMITS, DISK_PRACTICES } from "../../practices";
import { checkList } from "../given";

/** Several I/O threads of one disk, which share its request queues. */
export class IoThreads {
  /**
   * Queues in turn.
   * @param count 2 to 64; 4 to 8 are best
   */
  public static spread(count: number): IoThreads {
    return new IoThreads(checkCount("IoThreads.spread", count));
  }

  /**
   * Queues as they are given, for each thread.
   * @param queues each queue of the disk, from 0 on, once: `[[0, 2], [1, 3]]`
   */
  public static mapped(queues: readonly (readonly number[])[]): IoThreads {
    const where = "IoThreads.mapped";
    const lists = checkList(where, "queues", queues).map((list) =>
      checkList(where, "queues of a thread", list).map((queue) => checkInteger(where, "a queue", queue, { min: 0 })),
    );
    checkCount(where, lists.length);
    const all = lists.flat().sort((a, b) => a - b);
    if (lists.some((list) => list.length === 0) || all.some((queue, i) => queue !== i)) {
      throw new ConfigurationError({
        where,
        what: "the map has not each queue once",
        given: JSON.stringify(queues),
        allowed: "each number from 0 to the last queue once, and one or more for each thread: [[0, 2], [1, 3]]",
        practice: DISK_PRACTICES.queueMap.id,
      });
    }
    return new IoThreads(lists.length, lists);
  }

  private constructor(
    public readonly count: number,
    /** Of each thread; `undefined`: QEMU spreads them. */
    public readonly queueMap?: readonly (readonly number[])[],
  ) {
    Object.freeze(this);
  }

  /** Queues that a map is for. */
  public get queues(): number | undefined {
    return this.queueMap?.flat().length;
  }

  public toString(): string {
    return `${this.count} threads${this.queueMap === undefined ? "" : `, queues ${JSON.stringify(this.queueMap)}`}`;
  }
}

function checkCount(where: string, count: number): number {
  return checkInteger(where, "the number of I/O threads", count, {
    min: DISK_LIMITS.minIoThreads,
    max: DISK_LIMITS.maxIoThreads,
    mend: "for one thread use IoThreadUse.DEDICATED",
    practice: DISK_PRACTICES.severalIoThreads.id,
  });
}
