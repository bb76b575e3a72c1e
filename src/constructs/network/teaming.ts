import { checkInteger, checkName, checkOneOf, checkUnique } from "../../checks";
import { ConfigurationError } from "../../errors";
import { NETWORK_PRACTICES, SWITCH_LIMITS, SWITCH_PRACTICES } from "../../practices";
import { checkFlag, checkList, checkOptions, optional } from "../given";

/** How traffic is spread over uplinks. */
export enum TeamingPolicy {
  EXPLICIT_FAILOVER = "explicit failover",
  SOURCE_PORT = "source port",
  SOURCE_MAC = "source MAC",
  IP_HASH = "IP hash",
  LOAD_BASED = "load based",
  LACP = "LACP",
}

/** How a failed uplink is found. */
export enum FailureDetection {
  /** Its link is down. */
  LINK_STATE = "link state",
  /** Or the beacons that it sends do not arrive at the other uplinks, though all links are up. */
  BEACON_PROBING = "beacon probing",
}

/** How often partners of a LAG tell each other that they are there. */
export enum LacpRate {
  /** Every 30 s; one that is silent is missed after 90 s. */
  SLOW = "slow",
  /** Every second; one that is silent is missed after 3 s. */
  FAST = "fast",
}

/** What chooses the link of a LAG that a frame takes. */
export enum LacpHash {
  /** MAC addresses. */
  LAYER2 = "layer2",
  /** MAC and IP addresses. */
  LAYER2_3 = "layer2+3",
  /** IP addresses and ports. */
  LAYER3_4 = "layer3+4",
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
  /**
   * Whether an uplink that works again takes its traffic back.
   * @default - the platform's own; vSphere: true
   */
  readonly failback?: boolean;
  /**
   * Whether the physical switches are told at once where guests are after a failover, instead of when these send next.
   * @default - the platform's own; vSphere: true
   */
  readonly notifySwitches?: boolean;
  /**
   * How a failed uplink is found. Beacon probing needs three uplinks or more, and is not for IP hash.
   * @default FailureDetection.LINK_STATE
   */
  readonly failureDetection?: FailureDetection;
}

export interface IpHashOptions extends TeamingOptions {
  /** That the physical switch ports of the uplinks are bundled into one static port channel: without it IP hash breaks the network. */
  readonly physicalPortsBundled: boolean;
}

export interface LacpOptions {
  /**
   * How often the physical switch is asked to say that it is there. libvirt's hosts only.
   * @default LacpRate.FAST
   */
  readonly rate?: LacpRate;
  /**
   * What chooses the link of a frame that leaves. libvirt's hosts only.
   * @default LacpHash.LAYER3_4
   */
  readonly hash?: LacpHash;
  /**
   * With fewer working links than this the LAG is down, 1 to the number of uplinks. libvirt's hosts only.
   * @default 1
   */
  readonly minLinks?: number;
  /**
   * Name of a LAG that the distributed switch of vSphere has already; it has its own rate and hash. vSphere only.
   * @default - none: the uplinks are made a LAG, which can be done on libvirt's hosts only
   */
  readonly existingLag?: string;
}

/** A LAG with every choice made. */
export interface ResolvedLacp {
  readonly rate: LacpRate;
  readonly hash: LacpHash;
  readonly minLinks: number;
  readonly existingLag?: string;
  /** Names of those of `rate`, `hash` and `minLinks` that the user gave. */
  readonly given: readonly string[];
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

  /**
   * All uplinks are one link (IEEE 802.1AX), which both ends agree on: a cable in the wrong port is found and not used. The physical switch
   * ports of each host need a LAG with LACP, too.
   *
   * On libvirt's hosts it is a bond. vSphere's provider can't make LAGs: there the switch is made with another teaming, the LAG in vCenter,
   * and then named here as `existingLag`.
   * @throws ConfigurationError for `active` or `standby` uplinks beside the LAG, or settings for a LAG that exists
   */
  public static lacp(options: LacpOptions = {}): Teaming {
    return new Teaming(TeamingPolicy.LACP, {}, resolveLacp("Teaming.lacp", options));
  }

  public readonly active?: readonly string[];
  public readonly standby: readonly string[];
  public readonly failback?: boolean;
  public readonly notifySwitches?: boolean;
  public readonly failureDetection: FailureDetection;

  private constructor(
    public readonly policy: TeamingPolicy,
    options: TeamingOptions,
    /** With `TeamingPolicy.LACP` only. */
    public readonly lacp?: ResolvedLacp,
  ) {
    const where = `Teaming with ${policy}`;
    const { standby = [], failureDetection = FailureDetection.LINK_STATE } = checkOptions(
      where,
      "what is given",
      options,
    );
    this.active = optional(options.active, (active) => checkList(where, "active", active));
    this.standby = checkList(where, "standby", standby);
    this.failback = optional(options.failback, (failback) => checkFlag(where, "failback", failback));
    this.notifySwitches = optional(options.notifySwitches, (notify) => checkFlag(where, "notifySwitches", notify));
    this.failureDetection = checkOneOf(where, "failureDetection", failureDetection, Object.values(FailureDetection));
    if (policy === TeamingPolicy.IP_HASH && this.failureDetection === FailureDetection.BEACON_PROBING) {
      throw new ConfigurationError({
        where,
        what: "beacons can't be probed through a port channel",
        given: this.failureDetection,
        allowed: FailureDetection.LINK_STATE,
        mend: "leave `failureDetection` out, or use Teaming.loadBased()",
        practice: SWITCH_PRACTICES.beaconOneLink.id,
      });
    }
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
    this.checkNumbers(where, uplinks.length, active.length + this.standby.length);
    return { active, standby: this.standby };
  }

  private checkNumbers(where: string, uplinks: number, used: number): void {
    if (this.failureDetection === FailureDetection.BEACON_PROBING && used < SWITCH_LIMITS.minBeaconUplinks) {
      throw new ConfigurationError({
        where,
        what: "too few uplinks for beacon probing",
        given: used,
        allowed: `${SWITCH_LIMITS.minBeaconUplinks} or more, active and standby together`,
        mend: "use more uplinks, or FailureDetection.LINK_STATE and link state tracking on the physical switches",
        practice: SWITCH_PRACTICES.beaconUplinks.id,
      });
    }
    if (this.lacp !== undefined && uplinks > 0) {
      checkInteger(where, "minLinks", this.lacp.minLinks, { max: uplinks, practice: SWITCH_PRACTICES.lacpMinLinks.id });
    }
  }
}

function resolveLacp(where: string, options: LacpOptions): ResolvedLacp {
  const { existingLag, ...settings } = checkOptions(where, "what is given", options);
  const { rate = LacpRate.FAST, hash = LacpHash.LAYER3_4, minLinks = 1 } = settings;
  for (const beside of ["active", "standby", "failureDetection"] as const) {
    const given = (options as TeamingOptions)[beside];
    if (given !== undefined && given !== FailureDetection.LINK_STATE) {
      throw new ConfigurationError({
        where,
        what:
          beside === "failureDetection" ? "a LAG detects failures itself" : `a LAG has no ${beside} uplinks beside it`,
        given,
        mend: `leave \`${beside}\` out: all uplinks of the switch, or those of the existing LAG, are its links`,
        practice: SWITCH_PRACTICES[beside === "failureDetection" ? "beaconOneLink" : "lacpAllUplinks"].id,
      });
    }
  }
  const given = (["rate", "hash", "minLinks"] as const).filter((name) => settings[name] !== undefined);
  if (existingLag !== undefined && given.length > 0) {
    throw new ConfigurationError({
      where,
      what: "a LAG that exists has its own settings",
      given: given.join(", "),
      mend: "set them where the LAG was made",
      practice: SWITCH_PRACTICES.existingLag.id,
    });
  }
  return {
    rate: checkOneOf(where, "rate", rate, Object.values(LacpRate)),
    hash: checkOneOf(where, "hash", hash, Object.values(LacpHash)),
    minLinks: checkInteger(where, "minLinks", minLinks, { min: 1, practice: SWITCH_PRACTICES.lacpMinLinks.id }),
    existingLag: optional(existingLag, (lag) => checkLag(where, lag)),
    given,
  };
}

function checkLag(where: string, lag: string): string {
  if (Array.isArray(lag)) {
    throw new ConfigurationError({
      where,
      what: "one LAG is active, and no more",
      given: lag,
      mend: "give the name of one",
      practice: SWITCH_PRACTICES.lacpAllUplinks.id,
    });
  }
  return checkName(`${where}: existingLag`, lag);
}
