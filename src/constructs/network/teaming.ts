import { checkUnique } from "../../checks";
import { ConfigurationError } from "../../errors";
import { NETWORK_PRACTICES } from "../../practices";
import { checkList, optional } from "../given";

/** How traffic is spread over uplinks. */
export enum TeamingPolicy {
  EXPLICIT_FAILOVER = "explicit failover",
  SOURCE_PORT = "source port",
  SOURCE_MAC = "source MAC",
  IP_HASH = "IP hash",
  LOAD_BASED = "load based",
}

export interface TeamingOptions {
  /**
   * Uplinks that carry traffic, in order of preference.
   * @default - all uplinks of the switch that are not standby
   */
  readonly active?: readonly string[];
  /**
   * Uplinks that take over when an active one fails.
   * @default - none
   */
  readonly standby?: readonly string[];
}

export interface IpHashOptions extends TeamingOptions {
  /** That the physical switch ports of the uplinks are bundled into one static port channel: without it IP hash breaks the network. */
  readonly physicalPortsBundled: boolean;
}

/** How a switch uses its uplinks. */
export class Teaming {
  /** The first active uplink that works carries everything. */
  public static explicitFailover(options: TeamingOptions = {}): Teaming {
    return new Teaming(TeamingPolicy.EXPLICIT_FAILOVER, options);
  }

  /** Each virtual port is bound to an uplink: simple, and the default of vSphere. */
  public static sourcePort(options: TeamingOptions = {}): Teaming {
    return new Teaming(TeamingPolicy.SOURCE_PORT, options);
  }

  /** Each source MAC address is bound to an uplink. */
  public static sourceMac(options: TeamingOptions = {}): Teaming {
    return new Teaming(TeamingPolicy.SOURCE_MAC, options);
  }

  /**
   * Source and destination addresses choose the uplink.
   * @throws ConfigurationError without `physicalPortsBundled: true`
   */
  public static ipHash(options: IpHashOptions): Teaming {
    if (options?.physicalPortsBundled !== true) {
      throw new ConfigurationError({
        where: "Teaming.ipHash",
        what: "IP hash works only where the physical ports of the uplinks are one static port channel",
        given: options?.physicalPortsBundled,
        allowed: "physicalPortsBundled: true",
        mend: "bundle the ports and say so, or use Teaming.loadBased(), which needs nothing of the physical switch",
        practice: NETWORK_PRACTICES.ipHashNeedsBundle.id,
      });
    }
    return new Teaming(TeamingPolicy.IP_HASH, options);
  }

  /** As source port, and ports move away from an uplink that is loaded over 75 % for 30 s. */
  public static loadBased(options: TeamingOptions = {}): Teaming {
    return new Teaming(TeamingPolicy.LOAD_BASED, options);
  }

  public readonly active?: readonly string[];
  public readonly standby: readonly string[];

  private constructor(
    public readonly policy: TeamingPolicy,
    options: TeamingOptions,
  ) {
    const where = `Teaming with ${policy}`;
    this.active = optional(options.active, (active) => checkList(where, "active", active));
    this.standby = checkList(where, "standby", options.standby ?? []);
  }

  /**
   * The active and standby uplinks among those of a switch.
   * @throws ConfigurationError where one is not an uplink of the switch or is both
   */
  public assign(
    where: string,
    uplinks: readonly string[],
  ): { readonly active: readonly string[]; readonly standby: readonly string[] } {
    const active = this.active ?? uplinks.filter((u) => !this.standby.includes(u));
    checkUnique(where, "active and standby uplinks", [...active, ...this.standby]);
    for (const uplink of [...active, ...this.standby]) {
      if (!uplinks.includes(uplink)) {
        throw new ConfigurationError({
          where,
          what: "teaming names an uplink that the switch does not have",
          given: uplink,
          allowed: uplinks.length > 0 ? uplinks.join(", ") : "the switch has no uplinks",
          mend: "add it to `uplinks` of the switch or take it out of the teaming",
          practice: NETWORK_PRACTICES.teamingUplinks.id,
        });
      }
    }
    if (uplinks.length > 0 && active.length === 0) {
      throw new ConfigurationError({
        where,
        what: "no uplink is active, so that nothing leaves the switch",
        given: { active, standby: this.standby },
        allowed: uplinks.join(", "),
        mend: "take one out of `standby`, or name one in `active`",
        practice: NETWORK_PRACTICES.teamingUplinks.id,
      });
    }
    return { active, standby: this.standby };
  }
}
