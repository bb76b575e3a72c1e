import type { DistributedPortGroupConfig } from "@cdktf/provider-vsphere/lib/distributed-port-group";
import type { DistributedVirtualSwitchConfig } from "@cdktf/provider-vsphere/lib/distributed-virtual-switch";
import type { VirtualMachineNetworkInterface } from "@cdktf/provider-vsphere/lib/virtual-machine";
import type { Construct } from "constructs";
import { Annotations } from "../../cdktf";
import { TrafficClass } from "../../constructs/network/network-io-control";
import type { DirectedTraffic, TrafficLimit, TrafficProfile } from "../../constructs/network/traffic-profile";
import { ConfigurationError } from "../../errors";
import { leastBurst } from "../../linux/traffic-control";
import { type Practice, TRAFFIC_LIMITS, TRAFFIC_PRACTICES, type TuningLog } from "../../practices";
import type { DataRate } from "../../units";
import type { NicIntent, SegmentIntent, SwitchIntent } from "../platform";

/** Allocations of a NIC or of a traffic class, in the provider's terms. */
interface Allocation {
  readonly limit?: number;
  readonly reservation?: number;
  readonly shareLevel?: string;
  readonly shareCount?: number;
}

/**
 * Shaping of a port group, of each of its ports. Both directions are said even where nothing is shaped: the provider (2.16) does not switch
 * shaping off that was on, and so plans go on saying that it is to be.
 */
export function portGroupShaping(
  scope: Construct,
  { traffic, log }: Pick<SegmentIntent, "traffic" | "log">,
  ioControl: number | undefined,
): Pick<DistributedPortGroupConfig, "ingressShapingEnabled" | "egressShapingEnabled"> {
  const { shares, priority } = traffic?.outbound ?? {};
  refuse(
    scope.node.path,
    "a port group has no shares and no priority",
    shares ?? priority,
    TRAFFIC_PRACTICES.weights,
    "give them to the NICs, or to the switch for all of its machines",
  );
  if (traffic !== undefined) {
    const { inbound, isSymmetric } = traffic;
    checkInbound(scope, { inbound: { reservation: inbound?.reservation }, isSymmetric });
  }
  const reservation = traffic?.outbound?.reservation;
  if (reservation !== undefined) {
    checkReservable(scope.node.path, reservation, ioControl);
    log.record(TRAFFIC_PRACTICES.quota, "reservation", reservation, undefined, true);
  }
  // The switch's view: what a guest sends comes in.
  return {
    ...shapingOf("ingress", traffic?.outbound?.limit, log),
    ...shapingOf("egress", traffic?.inbound?.limit, log),
  };
}

function shapingOf(direction: "ingress" | "egress", limit: TrafficLimit | undefined, log: TuningLog): object {
  if (limit === undefined) {
    return { [`${direction}ShapingEnabled`]: false };
  }
  const { average, burst = leastBurst(average), peak = TRAFFIC_LIMITS.anyLink } = limit;
  const guest = direction === "ingress" ? "sends" : "receives";
  const record = (what: string, value: unknown, practice: Practice, given: boolean) =>
    log.record(
      practice,
      `${direction}_shaping_${what}`,
      value,
      practice === TRAFFIC_PRACTICES.portGroupShaping
        ? `of what each guest ${guest}: ${practice.reason}`
        : practice.reason,
      given,
    );
  const { portGroupShaping: shaping, burstAtLinkSpeed, noBurst } = TRAFFIC_PRACTICES;
  record("average_bandwidth", average, shaping, true);
  record("peak_bandwidth", peak, limit.peak === undefined ? burstAtLinkSpeed : shaping, limit.peak !== undefined);
  record("burst_size", burst, limit.burst === undefined ? noBurst : shaping, limit.burst !== undefined);
  return {
    [`${direction}ShapingEnabled`]: true,
    [`${direction}ShapingAverageBandwidth`]: average.toBitsPerSecond(),
    [`${direction}ShapingPeakBandwidth`]: peak.toBitsPerSecond(),
    [`${direction}ShapingBurstSize`]: burst.toBytes(),
  };
}

/**
 * What a NIC's block says of its bandwidth.
 *
 * @param ioControl version of Network I/O Control of its switch, 0 for none; `undefined` where others own the switch
 */
export function nicAllocation(
  scope: Construct,
  { traffic, log }: Pick<NicIntent, "traffic" | "log">,
  ioControl: number | undefined,
): Partial<VirtualMachineNetworkInterface> {
  if (traffic === undefined) {
    return {};
  }
  const { limit, reservation, shareLevel, shareCount } = allocationOf(scope, traffic, ioControl);
  const { nicAllocation: allocation, ioControl: practice } = TRAFFIC_PRACTICES;
  for (const [what, value, why] of [
    ["limit", limit, allocation],
    ["reservation", reservation, practice],
    ["share_level", shareLevel, practice],
    ["share_count", shareCount, practice],
  ] as const) {
    if (value !== undefined) {
      log.record(why, `bandwidth_${what}`, value, undefined, true);
    }
  }
  return {
    bandwidthLimit: limit,
    bandwidthReservation: reservation,
    bandwidthShareLevel: shareLevel,
    bandwidthShareCount: shareCount,
  };
}

/** What a switch says of the traffic of its machines, on each uplink. */
export function machineTraffic(
  scope: Construct,
  { traffic, ioControl, log }: Pick<SwitchIntent, "traffic" | "ioControl" | "log">,
): Partial<DistributedVirtualSwitchConfig> {
  if (traffic === undefined) {
    return {};
  }
  refuse(
    scope.node.path,
    "`traffic` and `ioControl` both speak of what machines get",
    ioControl?.allocations.has(TrafficClass.VIRTUAL_MACHINE) ? traffic : undefined,
    TRAFFIC_PRACTICES.ioControl,
    "leave `traffic` out, or `virtualMachine` of `ioControl`",
  );
  const { limit, reservation, shareLevel, shareCount } = allocationOf(scope, traffic, ioControl?.version ?? 0);
  if (limit !== undefined && ioControl === undefined) {
    refuseWithoutIoControl(scope.node.path, "a limit needs", traffic, 2);
  }
  for (const [what, value] of Object.entries({
    maximum_mbit: limit,
    reservation_mbit: reservation,
    share_level: shareLevel,
    share_count: shareCount,
  })) {
    if (value !== undefined) {
      log.record(TRAFFIC_PRACTICES.ioControl, `virtualmachine_${what}`, value, undefined, true);
    }
  }
  return {
    ...(limit !== undefined && { virtualmachineMaximumMbit: limit }),
    ...(reservation !== undefined && { virtualmachineReservationMbit: reservation }),
    ...(shareLevel !== undefined && { virtualmachineShareLevel: shareLevel }),
    ...(shareCount !== undefined && { virtualmachineShareCount: shareCount }),
  };
}

function allocationOf(scope: Construct, traffic: TrafficProfile, ioControl: number | undefined): Allocation {
  const where = scope.node.path;
  const { outbound = {} } = traffic;
  checkInbound(scope, traffic);
  const { limit, reservation, shares, priority } = outbound;
  if (limit?.peak?.isGreaterThan(limit.average) || limit?.burst !== undefined) {
    const { title, reason, id } = TRAFFIC_PRACTICES.nicAllocation;
    Annotations.of(scope).addWarning(`${title}, ${limit.average} here: ${reason} [${id}]`);
  }
  if (reservation !== undefined) {
    checkReservable(where, reservation, ioControl);
  }
  if ((shares ?? priority) !== undefined && ioControl === 0) {
    refuseWithoutIoControl(where, "shares and priority need", shares ?? priority, 2);
  }
  if (shares !== undefined && priority !== undefined) {
    refuse(
      where,
      "shares and priority are one thing on vSphere",
      `${shares} shares, priority ${priority}`,
      TRAFFIC_PRACTICES.weights,
      "leave one of them out",
    );
  }
  return {
    ...(limit !== undefined && { limit: megabits(where, "average", limit.average) }),
    ...(reservation !== undefined && { reservation: megabits(where, "reservation", reservation) }),
    ...(priority !== undefined && { shareLevel: priority }),
    ...(shares !== undefined && { shareLevel: "custom", shareCount: shares }),
  };
}

/** Network I/O Control knows what leaves a machine or a host, not what arrives. */
function checkInbound(
  scope: Construct,
  { inbound, isSymmetric }: Pick<TrafficProfile, "inbound" | "isSymmetric">,
): void {
  const wanted = whatIsIn(inbound);
  if (wanted === undefined) {
    return;
  }
  const { reason, id } = TRAFFIC_PRACTICES.oneDirection;
  if (!isSymmetric) {
    throw new ConfigurationError({
      where: scope.node.path,
      what: `vSphere can't give it ${wanted} of what guests receive`,
      given: "inbound",
      mend: "leave `inbound` out, or limit it in `traffic` of the segment: a port group shapes both directions",
      practice: id,
    });
  }
  Annotations.of(scope).addWarning(`${wanted} is of what is sent, not of what is received: ${reason} [${id}]`);
}

function whatIsIn({ limit, reservation }: DirectedTraffic = {}): string | undefined {
  const found = [...(limit === undefined ? [] : ["a limit"]), ...(reservation === undefined ? [] : ["a guarantee"])];
  return found.length === 0 ? undefined : found.join(" and ");
}

function checkReservable(where: string, reservation: DataRate, ioControl: number | undefined): void {
  if (ioControl !== undefined && ioControl < 3) {
    refuseWithoutIoControl(where, "a guarantee needs", reservation, 3);
  }
}

function refuseWithoutIoControl(where: string, what: string, given: unknown, version: 2 | 3): never {
  throw new ConfigurationError({
    where,
    what: `${what} Network I/O Control version ${version}${version === 2 ? " or 3" : ""} on the switch`,
    given,
    mend: "give `ioControl: NetworkIoControl.version3()` of the switch",
    practice: TRAFFIC_PRACTICES.ioControl.id,
  });
}

function refuse(where: string, what: string, given: unknown, practice: Practice, mend: string): void {
  if (given !== undefined) {
    throw new ConfigurationError({ where, what, given, mend, practice: practice.id });
  }
}

function megabits(where: string, what: string, rate: DataRate): number {
  const amount = rate.toBitsPerSecond() / 1e6;
  if (!Number.isInteger(amount)) {
    const below = Math.floor(amount);
    throw new ConfigurationError({
      where,
      what: `${what} is not a whole number of Mbit/s`,
      given: rate,
      allowed: below === 0 ? "1 Mbit/s and more" : `${below} or ${below + 1} Mbit/s, and the like`,
      practice: TRAFFIC_PRACTICES.wholeUnits.id,
    });
  }
  return amount;
}
