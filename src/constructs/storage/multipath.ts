import { checkInteger, checkOneOf, requireLiteral } from "../../checks";
import { ConfigurationError } from "../../errors";
import { STORAGE_BACKEND_LIMITS, STORAGE_BACKEND_PRACTICES } from "../../practices";
import { Duration } from "../../units";
import { checkList, checkMade, checkOptions, optional } from "../given";

/** Which paths take requests together. */
export enum PathGrouping {
  /** Those that the array prefers (ALUA). */
  BY_PRIORITY = "group_by_prio",
  /** All: for arrays whose controllers are all alike. */
  ALL = "multibus",
  /** One, the others wait. */
  ONE = "failover",
}

/** Which path of a group a request takes. */
export enum PathSelector {
  /** The one that will be done first. */
  SERVICE_TIME = "service-time 0",
  /** The one with the fewest requests under way. */
  QUEUE_LENGTH = "queue-length 0",
  /** One after the other. */
  ROUND_ROBIN = "round-robin 0",
}

/** What requests do when there is no path left. */
export class NoPath {
  /** They wait until a path is back, however long: guests hang, none sees an error. */
  public static readonly QUEUE = new NoPath("queue");
  /** They fail at once. */
  public static readonly FAIL = new NoPath("fail");

  /**
   * They wait for a time, then they fail.
   * @param time whole seconds, a multiple of the polling interval of 5 seconds
   */
  public static wait(time: Duration): NoPath {
    const seconds = checkSeconds("NoPath.wait", "the time", time).toMicroseconds() / 1e6;
    const interval = STORAGE_BACKEND_LIMITS.multipathPollSeconds;
    if (seconds % interval !== 0) {
      throw new ConfigurationError({
        where: "NoPath.wait",
        what: `the time is counted in polls, one in ${interval} seconds`,
        given: String(time),
        mend: `give a multiple of ${interval} seconds`,
        practice: STORAGE_BACKEND_PRACTICES.noPath.id,
      });
    }
    return new NoPath(String(seconds / interval));
  }

  private constructor(
    /** As `no_path_retry` has it. */
    public readonly retry: string,
  ) {}
}

export interface MultipathTuning {
  /** @default PathGrouping.BY_PRIORITY */
  readonly grouping?: PathGrouping;
  /** @default PathSelector.SERVICE_TIME */
  readonly selector?: PathSelector;
  /** @default NoPath.wait(Duration.seconds(60)) */
  readonly noPath?: NoPath;
}

/** What is different for an array. */
export interface MultipathArray extends MultipathTuning {
  /** As the array says it: `DGC`. */
  readonly vendor: string;
  /** As the array says it: `VRAID`. */
  readonly product: string;
}

export interface MultipathOptions extends MultipathTuning {
  /**
   * Arrays that need other settings than multipath-tools has for them.
   * @default - none
   */
  readonly arrays?: readonly MultipathArray[];
  /**
   * WWIDs of disks that are left alone, such as the host's own: `3600508b1001c1f5d`.
   * @default - none: devices with one path only are left alone anyway
   */
  readonly ignoredDisks?: readonly string[];
}

/** How device-mapper joins the paths to a LUN: /etc/multipath.conf of the hosts. */
export class Multipath {
  public static configured(options: MultipathOptions = {}): Multipath {
    const where = "Multipath.configured";
    const { arrays = [], ignoredDisks = [] } = checkOptions(where, "options", options);
    return new Multipath({
      ...checkTuning(where, options),
      arrays: checkList(where, "arrays", arrays).map((array) => ({
        ...checkTuning(where, checkOptions(where, "an array", array)),
        vendor: checkInquiry(where, "vendor", array.vendor, 8),
        product: checkInquiry(where, "product", array.product, 16),
      })),
      ignoredDisks: checkList(where, "ignoredDisks", ignoredDisks).map((wwid) => checkWwid(where, wwid)),
    });
  }

  private constructor(
    /** What was given, checked. */
    public readonly settings: MultipathOptions & Required<Pick<MultipathOptions, "arrays" | "ignoredDisks">>,
  ) {}
}

function checkTuning(where: string, { grouping, selector, noPath }: MultipathTuning): MultipathTuning {
  return {
    grouping: optional(grouping, (given) => checkOneOf(where, "grouping", given, Object.values(PathGrouping))),
    selector: optional(selector, (given) => checkOneOf(where, "selector", given, Object.values(PathSelector))),
    noPath: optional(noPath, (given) => {
      if (!(given instanceof NoPath)) {
        throw new ConfigurationError({
          where,
          what: "noPath is not a NoPath",
          given,
          allowed: "NoPath.QUEUE, NoPath.FAIL, NoPath.wait(time)",
        });
      }
      return given;
    }),
  };
}

/** What an array says of itself, of a fixed length; taken as a regular expression by multipath-tools, so without what means something there. */
function checkInquiry(where: string, what: string, text: string, maxLength: number): string {
  const literal = requireLiteral(where, what, text);
  if (typeof literal !== "string" || literal.length > maxLength || !/^[A-Za-z0-9_][A-Za-z0-9 _/-]*$/.test(literal)) {
    throw new ConfigurationError({
      where,
      what: `${what} is not what an array says of itself`,
      given: text,
      allowed: `1 to ${maxLength} letters, digits, spaces, "_", "-" and "/"`,
    });
  }
  return literal;
}

function checkWwid(where: string, wwid: string): string {
  const literal = requireLiteral(where, "a WWID", wwid);
  if (typeof literal !== "string" || !/^[A-Za-z0-9._-]{1,127}$/.test(literal)) {
    throw new ConfigurationError({
      where,
      what: "not a WWID",
      given: wwid,
      allowed: "as multipath -ll or /lib/udev/scsi_id shows it: letters, digits, ., _ and -",
    });
  }
  return literal;
}

/** Whole seconds, at least one. */
export function checkSeconds(where: string, what: string, time: Duration): Duration {
  checkMade(where, what, time, Duration, "Duration.seconds(30)");
  checkInteger(where, `${what}, in seconds,`, time.toMicroseconds() / 1e6, { min: 1, max: 86_400 });
  return time;
}
