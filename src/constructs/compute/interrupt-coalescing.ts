import { checkInteger } from "../../checks";
import { NIC_LIMITS, NIC_PRACTICES } from "../../practices";

/** When a NIC interrupts. */
export class InterruptCoalescing {
  /** Each frame interrupts: least latency (vSphere; on libvirt it is so unless told otherwise). */
  public static off(): InterruptCoalescing {
    return new InterruptCoalescing("off");
  }

  /**
   * When so many frames have come, or have waited for some time.
   * @param most 1 to 64
   */
  public static frames(most: number): InterruptCoalescing {
    const range = { min: 1, max: NIC_LIMITS.maxCoalescedFrames, practice: NIC_PRACTICES.coalescingRange.id };
    return new InterruptCoalescing("frames", checkInteger("InterruptCoalescing.frames", "frames", most, range));
  }

  /**
   * So many times a second at most (vSphere). Its own default is 4000.
   * @param perSecond 100 to 100000
   */
  public static rate(perSecond: number): InterruptCoalescing {
    const { minInterruptRate: min, maxInterruptRate: max } = NIC_LIMITS;
    const range = { min, max, practice: NIC_PRACTICES.coalescingRange.id };
    return new InterruptCoalescing("rate", checkInteger("InterruptCoalescing.rate", "the rate", perSecond, range));
  }

  private constructor(
    public readonly scheme: "off" | "frames" | "rate",
    /** Frames, or interrupts per second. */
    public readonly amount?: number,
  ) {}

  public toString(): string {
    return this.scheme === "off" ? "off" : `${this.amount} ${this.scheme === "frames" ? "frames" : "per second"}`;
  }
}
