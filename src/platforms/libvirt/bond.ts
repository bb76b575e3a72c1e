import { FailureDetection, LacpHash, TeamingPolicy } from "../../constructs/network/teaming";
import { ConfigurationError } from "../../errors";
import { HOST_NETWORK_LIMITS, HOST_NETWORK_PRACTICES, SWITCH_PRACTICES } from "../../practices";
import type { SwitchIntent } from "../platform";

/** Uplinks that a switch uses: those that are neither active nor on standby stay out. */
export function uplinksInUse({ active, standby }: SwitchIntent): readonly string[] {
  return [...active, ...standby];
}

/** Whether uplinks are put together. A LAG speaks LACP with one link, too. */
export function isBonded(intent: SwitchIntent): boolean {
  return uplinksInUse(intent).length > 1 || intent.lacp !== undefined;
}

export function bondName(bridge: string): string {
  return `${bridge}-bond`;
}

const LINUX_MODES: Partial<Record<TeamingPolicy, { readonly mode: string; readonly why: string }>> = {
  [TeamingPolicy.EXPLICIT_FAILOVER]: {
    mode: "active-backup",
    why: "one uplink carries everything and the others wait: below a bridge no other mode works with any physical switch",
  },
  [TeamingPolicy.IP_HASH]: {
    mode: "balance-xor",
    why: "addresses choose the uplink, and the physical switch takes its ports for one",
  },
  [TeamingPolicy.LACP]: { mode: "802.3ad", why: "both ends agree on which links are good" },
};

export interface LinuxBond {
  /** As the section `[Bond]` of systemd has them. */
  readonly settings: Readonly<Record<string, string | number>>;
  /** The uplink that carries everything while it works. */
  readonly primary?: string;
}

/**
 * Decides the settings of a Linux bond.
 * @throws ConfigurationError for a teaming that Linux does not have
 */
export function chooseLinuxBond(where: string, intent: SwitchIntent): LinuxBond {
  const { active, failback, notifySwitches, lacp, log } = intent;
  const policy = intent.policy ?? TeamingPolicy.EXPLICIT_FAILOVER;
  checkTeaming(where, intent, policy);
  const chosen = LINUX_MODES[policy];
  if (chosen === undefined) {
    throw new ConfigurationError({
      where,
      what: "a Linux bond below a bridge can't share uplinks like this",
      given: policy,
      allowed: "Teaming.explicitFailover(), .lacp(), .ipHash()",
      mend: "use Teaming.lacp() where the physical switch has it, Teaming.explicitFailover() where not, or SwitchBacking.openVSwitch()",
      practice: HOST_NETWORK_PRACTICES.bondMode.id,
    });
  }
  const { mode, why } = chosen;
  log.record(HOST_NETWORK_PRACTICES.bondMode, "bond.Mode", mode, why, intent.policy !== undefined);
  const monitoring = `${HOST_NETWORK_LIMITS.miiMonitorMs}ms`;
  log.record(HOST_NETWORK_PRACTICES.bondMonitoring, "bond.MIIMonitorSec", monitoring);
  const always = { Mode: mode, MIIMonitorSec: monitoring };
  if (lacp !== undefined) {
    const { rate, hash, minLinks, given } = lacp;
    log.record(SWITCH_PRACTICES.lacpFast, "bond.LACPTransmitRate", rate, undefined, given.includes("rate"));
    log.record(SWITCH_PRACTICES.lacpHash, "bond.TransmitHashPolicy", hash, undefined, given.includes("hash"));
    return { settings: { ...always, LACPTransmitRate: rate, TransmitHashPolicy: hash, MinLinks: minLinks } };
  }
  if (policy === TeamingPolicy.IP_HASH) {
    return { settings: { ...always, TransmitHashPolicy: LacpHash.LAYER2_3 } };
  }
  return {
    settings: {
      ...always,
      PrimaryReselectPolicy: failback === false ? "failure" : "always",
      ...(notifySwitches === false && { GratuitousARP: 0 }),
    },
    primary: active[0],
  };
}

/**
 * Decides the columns of a port of Open vSwitch that is a bond.
 * @throws ConfigurationError for a teaming that Open vSwitch does not have
 */
export function chooseOpenVSwitchBond(where: string, intent: SwitchIntent): readonly string[] {
  const { failback, active, log } = intent;
  const policy = intent.policy ?? TeamingPolicy.LOAD_BASED;
  checkTeaming(where, intent, policy);
  if (intent.notifySwitches === false) {
    throw new ConfigurationError({
      where,
      what: "Open vSwitch always tells physical switches of a failover",
      given: "notifySwitches: false",
      mend: "leave `notifySwitches` out",
      practice: HOST_NETWORK_PRACTICES.openVSwitchLearning.id,
    });
  }
  const record = (mode: string, why: string) =>
    log.record(HOST_NETWORK_PRACTICES.openVSwitchBond, "port.bond_mode", mode, why, intent.policy !== undefined);
  switch (policy) {
    case TeamingPolicy.EXPLICIT_FAILOVER:
      record("active-backup", "one uplink carries everything and the others wait");
      // Without a primary it stays on the uplink that took over.
      return ["bond_mode=active-backup", ...(failback === false ? [] : [`other_config:bond-primary=${active[0]}`])];
    case TeamingPolicy.LACP:
      record("balance-tcp", "addresses and ports choose the link, which needs LACP");
      return ["bond_mode=balance-tcp", ...chooseOpenVSwitchLacp(where, intent)];
    case TeamingPolicy.IP_HASH:
      throw new ConfigurationError({
        where,
        what: "Open vSwitch spreads by addresses with LACP only",
        given: policy,
        allowed: "Teaming.lacp(), .loadBased(), .sourceMac(), .sourcePort(), .explicitFailover()",
        mend: "use Teaming.lacp(), and LACP on the port channel of the physical switch",
        practice: HOST_NETWORK_PRACTICES.openVSwitchBond.id,
      });
    default: {
      const rebalance = policy === TeamingPolicy.LOAD_BASED ? HOST_NETWORK_LIMITS.rebalanceMs : 0;
      record("balance-slb", "each MAC address and VLAN has an uplink, which needs nothing of the physical switch");
      log.record(
        HOST_NETWORK_PRACTICES.openVSwitchRebalance,
        "port.other_config:bond-rebalance-interval",
        rebalance,
        rebalance === 0 ? `with ${policy} a guest stays on its uplink` : undefined,
      );
      return ["bond_mode=balance-slb", `other_config:bond-rebalance-interval=${rebalance}`];
    }
  }
}

function chooseOpenVSwitchLacp(where: string, { lacp, log }: SwitchIntent): string[] {
  const { rate, hash, minLinks, given } = lacp!;
  for (const [what, value, only] of [
    ["hash", hash, LacpHash.LAYER3_4],
    ["minLinks", minLinks, 1],
  ] as const) {
    if (value !== only) {
      throw new ConfigurationError({
        where,
        what: `Open vSwitch has no choice of \`${what}\` with LACP`,
        given: value,
        allowed: String(only),
        mend: `leave \`${what}\` out, or use SwitchBacking.linuxBridge()`,
        practice: HOST_NETWORK_PRACTICES.openVSwitchBond.id,
      });
    }
  }
  log.record(SWITCH_PRACTICES.lacpFast, "port.other_config:lacp-time", rate, undefined, given.includes("rate"));
  return ["lacp=active", `other_config:lacp-time=${rate}`];
}

/** What neither kind of bond has. */
function checkTeaming(
  where: string,
  { failureDetection, standby, failback }: SwitchIntent,
  policy: TeamingPolicy,
): void {
  if (failureDetection === FailureDetection.BEACON_PROBING) {
    throw new ConfigurationError({
      where,
      what: "bonds of Linux hosts send no beacons",
      given: failureDetection,
      allowed: FailureDetection.LINK_STATE,
      mend: "leave `failureDetection` out; Teaming.lacp() finds uplinks whose link is up and whose partner is gone",
      practice: HOST_NETWORK_PRACTICES.noBeacons.id,
    });
  }
  if (policy === TeamingPolicy.EXPLICIT_FAILOVER) {
    return;
  }
  if (standby.length > 0) {
    throw new ConfigurationError({
      where,
      what: `with ${policy} no uplink of a Linux host stands by`,
      given: standby,
      mend: "make them active, or use Teaming.explicitFailover()",
      practice: HOST_NETWORK_PRACTICES.bondStandby.id,
    });
  }
  if (failback === false) {
    throw new ConfigurationError({
      where,
      what: `with ${policy} each uplink of a Linux host that works again is used again`,
      given: "failback: false",
      mend: "leave `failback` out, or use Teaming.explicitFailover()",
      practice: HOST_NETWORK_PRACTICES.bondFailback.id,
    });
  }
}
