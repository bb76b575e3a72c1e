import type { DistributedPortGroupConfig } from "@cdktf/provider-vsphere/lib/distributed-port-group";
import { FailureDetection, TeamingPolicy } from "../../constructs/network/teaming";
import { ConfigurationError } from "../../errors";
import { VSPHERE_NETWORK_PRACTICES, VSPHERE_PRACTICES } from "../../practices";
import type { SwitchIntent } from "../platform";

const POLICIES: Record<Exclude<TeamingPolicy, TeamingPolicy.LACP>, string> = {
  [TeamingPolicy.EXPLICIT_FAILOVER]: "failover_explicit",
  [TeamingPolicy.SOURCE_PORT]: "loadbalance_srcid",
  [TeamingPolicy.SOURCE_MAC]: "loadbalance_srcmac",
  [TeamingPolicy.IP_HASH]: "loadbalance_ip",
  [TeamingPolicy.LOAD_BASED]: "loadbalance_loadbased",
};

/** Attributes that the ports of a switch and those of a port group have in common. */
export type PortTeaming = Pick<
  DistributedPortGroupConfig,
  "activeUplinks" | "standbyUplinks" | "teamingPolicy" | "checkBeacon" | "failback" | "notifySwitches"
>;

/** The switch has uplinks of its own names; the NICs of each host are mapped to them in their order. */
export function uplinkNames({ uplinks }: SwitchIntent): string[] {
  return uplinks.map((_, index) => `uplink${index + 1}`);
}

/** How ports use the uplinks. */
export function teamingOf(where: string, intent: SwitchIntent): PortTeaming {
  checkTeaming(where, intent);
  const { policy = TeamingPolicy.SOURCE_PORT, lacp, uplinks, active, standby, failback, notifySwitches, log } = intent;
  const names = uplinkNames(intent);
  const nameOf = (nic: string) => names[uplinks.indexOf(nic)]!;
  const order =
    lacp?.existingLag === undefined
      ? { activeUplinks: active.map(nameOf), standbyUplinks: standby.map(nameOf) }
      : { activeUplinks: [lacp.existingLag], standbyUplinks: [] };
  if (intent.policy === undefined) {
    log.record(VSPHERE_NETWORK_PRACTICES.defaultTeaming, "teaming_policy", POLICIES[TeamingPolicy.SOURCE_PORT]);
  }
  return {
    ...((uplinks.length > 0 || lacp !== undefined) && order),
    // A LAG spreads by its own hash, whatever the switch says.
    ...(policy !== TeamingPolicy.LACP && { teamingPolicy: POLICIES[policy] }),
    checkBeacon: intent.failureDetection === FailureDetection.BEACON_PROBING,
    ...(failback === true && { failback }),
    ...(notifySwitches === true && { notifySwitches }),
  };
}

function checkTeaming(where: string, intent: SwitchIntent): void {
  if (intent.policy === TeamingPolicy.IP_HASH && intent.standby.length > 0) {
    throw new ConfigurationError({
      where,
      what: "with IP hash no uplink can stand by",
      given: `standby ${intent.standby.join(", ")}`,
      allowed: "active uplinks only",
      mend: "leave `standby` out, or use Teaming.loadBased()",
      practice: VSPHERE_PRACTICES.ipHashAllActive.id,
    });
  }
  if (intent.lacp !== undefined && intent.lacp.existingLag === undefined) {
    throw new ConfigurationError({
      where,
      what: "the provider of vSphere can't make a LAG",
      given: "Teaming.lacp() without `existingLag`",
      allowed: 'Teaming.lacp({ existingLag: "lag1" })',
      mend:
        "in two steps: apply with Teaming.sourcePort() and make the LAG in vCenter, with the hosts' NICs on its ports; " +
        "then name it in `existingLag` and apply again. Or use Teaming.loadBased(), which needs no LAG",
      practice: VSPHERE_NETWORK_PRACTICES.lagByHand.id,
    });
  }
  for (const setting of ["failback", "notifySwitches"] as const) {
    if (intent[setting] === false) {
      throw new ConfigurationError({
        where,
        what: `the provider of vSphere can't turn \`${setting}\` off`,
        given: false,
        allowed: "true",
        mend: `leave \`${setting}\` out and turn it off in vCenter: what the program does not say stays as it is`,
        practice: VSPHERE_NETWORK_PRACTICES.neverFalse.id,
      });
    }
  }
}
