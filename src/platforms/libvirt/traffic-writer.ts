import type { DomainDevicesInterfaces } from "@cdktf/provider-libvirt/lib/domain";
import type { NetworkConfig } from "@cdktf/provider-libvirt/lib/network";
import type { Construct } from "constructs";
import { Annotations } from "../../cdktf";
import { type SwitchBacking, SwitchBackingKind } from "../../constructs/network/switch-backing";
import {
  type DirectedTraffic,
  type TrafficDirection,
  type TrafficLimit,
  TrafficPriority,
  type TrafficProfile,
} from "../../constructs/network/traffic-profile";
import type { VlanTagging } from "../../constructs/network/vlan";
import { ConfigurationError } from "../../errors";
import { leastBurst, type TokenBucket, TrafficControl, type TrafficMatch } from "../../linux/traffic-control";
import { type Practice, TRAFFIC_LIMITS, TRAFFIC_PRACTICES, type TuningLog } from "../../practices";
import type { DataRate, DataSize } from "../../units";
import type { NicIntent, SegmentIntent, SwitchIntent } from "../platform";
import type { LibvirtHost } from "./libvirt-host";
import type { LibvirtPlatform } from "./libvirt-platform";

/** How libvirt can shape the NICs of a segment. */
export interface NicShaping {
  /** Of NICs that have no limit of their own. */
  readonly traffic?: TrafficProfile;
  /** Whether the peak is what passes for good, and not how fast a burst passes: so on Open vSwitch. */
  readonly peakIsLimit: boolean;
  /** Whether the network has a rate inbound that guarantees of NICs are taken out of. */
  readonly hasFloors: boolean;
}

type Bandwidth = NonNullable<DomainDevicesInterfaces["bandwidth"]>;

/** libvirt's and tc's units: kilobytes per second, and KiB. */
interface Rates {
  readonly average: number;
  readonly peak?: number;
  readonly burst: number;
}

const HTB_PRIORITIES: Record<TrafficPriority, number> = {
  [TrafficPriority.HIGH]: 0,
  [TrafficPriority.NORMAL]: 1,
  [TrafficPriority.LOW]: 2,
};

/** What a NIC's definition says of its bandwidth. libvirt's directions are the guest's, as a profile's are. */
export function nicBandwidth(
  scope: Construct,
  { traffic, log }: Pick<NicIntent, "traffic" | "log">,
  shaping: NicShaping,
): Bandwidth | undefined {
  refuseWeights(scope.node.path, traffic, "give `shares` and `priority` to a segment of a bridge with uplinks");
  const limited = (direction: TrafficDirection): Rates | undefined => {
    const own = traffic?.[direction]?.limit;
    const limit = own ?? shaping.traffic?.[direction]?.limit;
    if (limit === undefined) {
      return undefined;
    }
    const rates = direction === "inbound" ? inboundRates(scope, limit, shaping) : outboundRates(scope, limit);
    for (const [name, value] of Object.entries(rates)) {
      const what = name as keyof TrafficLimit;
      const [practice, why] = reasonOf(direction, what, limit, own !== undefined, shaping);
      const given = own?.[what] !== undefined && practice !== TRAFFIC_PRACTICES.openVSwitchCeiling;
      log.record(practice, `bandwidth.${direction}.${name}`, value, why, given);
    }
    return rates;
  };
  const floor = floorOf(scope, traffic, log, shaping);
  const inbound = floor === undefined ? limited("inbound") : { ...limited("inbound"), floor };
  return bandwidthOf(inbound, limited("outbound"));
}

function bandwidthOf<I, O>(inbound: I | undefined, outbound: O | undefined) {
  return inbound === undefined && outbound === undefined
    ? undefined
    : { ...(inbound !== undefined && { inbound }), ...(outbound !== undefined && { outbound }) };
}

function reasonOf(
  direction: TrafficDirection,
  what: keyof TrafficLimit,
  limit: TrafficLimit,
  own: boolean,
  { peakIsLimit }: NicShaping,
): [Practice, string?] {
  if (direction === "inbound" && what === "peak" && peakIsLimit) {
    return [TRAFFIC_PRACTICES.openVSwitchCeiling];
  }
  if (limit[what] === undefined) {
    return [what === "peak" ? TRAFFIC_PRACTICES.burstAtLinkSpeed : TRAFFIC_PRACTICES.noBurst];
  }
  const unit = what === "burst" ? "KiB" : "kB/s";
  return own
    ? [TRAFFIC_PRACTICES.bandwidth, `${limit[what]}, in ${unit}: ${TRAFFIC_PRACTICES.bandwidth.reason}`]
    : [
        TRAFFIC_PRACTICES.segmentLimit,
        `${limit[what]} of the segment, in ${unit}: ${TRAFFIC_PRACTICES.segmentLimit.reason}`,
      ];
}

function inboundRates(scope: Construct, limit: TrafficLimit, { peakIsLimit }: NicShaping): Rates {
  const where = scope.node.path;
  const average = kilobytesPerSecond(where, "average", limit.average);
  const burst = kibibytes(where, limit);
  if (peakIsLimit) {
    return { average, peak: average, burst };
  }
  const peak = limit.peak ?? TRAFFIC_LIMITS.anyLink;
  return { average, ...(!peak.equals(limit.average) && { peak: kilobytesPerSecond(where, "peak", peak) }), burst };
}

function outboundRates(scope: Construct, limit: TrafficLimit): Rates {
  const where = scope.node.path;
  if (limit.burst !== undefined && limit.peak?.isGreaterThan(limit.average)) {
    const { title, reason, id } = TRAFFIC_PRACTICES.outboundPeak;
    Annotations.of(scope).addWarning(`${title}, ${limit.peak} has no effect: ${reason} [${id}]`);
  }
  return { average: kilobytesPerSecond(where, "average", limit.average), burst: kibibytes(where, limit) };
}

function floorOf(
  scope: Construct,
  traffic: TrafficProfile | undefined,
  log: TuningLog,
  { hasFloors }: NicShaping,
): number | undefined {
  const where = scope.node.path;
  const practice = TRAFFIC_PRACTICES.floor;
  const reservation = traffic?.inbound?.reservation;
  if (!traffic?.isSymmetric) {
    refuse(
      where,
      "libvirt can't guarantee what a NIC sends",
      traffic?.outbound?.reservation,
      practice,
      "leave `reservation` out of `outbound`, or give it to a segment of a bridge with uplinks",
    );
  }
  if (!hasFloors) {
    refuse(
      where,
      "the network can't guarantee a NIC anything",
      reservation,
      practice,
      "use a switch with SwitchBacking.nat() or .isolated() whose `traffic` limits what is inbound, without a `peak` over the average",
    );
  }
  if (reservation === undefined) {
    return undefined;
  }
  if (traffic?.isSymmetric) {
    warnOfOneDirection(scope, `the guarantee of ${reservation} is of what it receives, not of what it sends`);
  }
  const floor = kilobytesPerSecond(where, "reservation", reservation);
  log.record(practice, "bandwidth.inbound.floor", floor, `${reservation} of what it receives, in kB/s`, true);
  return floor;
}

/** Traffic of a switch: at the bridge of a network that libvirt makes, or at the uplinks of a bridge that the hosts have. */
export class SwitchTraffic {
  /** Of the network, where libvirt makes it. */
  public readonly bandwidth?: NetworkConfig["bandwidth"];
  readonly #isManaged: boolean;
  readonly #uplinks: TrafficControl[] = [];

  public constructor(
    private readonly platform: LibvirtPlatform,
    private readonly scope: Construct,
    private readonly intent: SwitchIntent,
    private readonly backing: SwitchBacking,
  ) {
    const { traffic } = intent;
    this.#isManaged = backing.kind === SwitchBackingKind.NAT || backing.kind === SwitchBackingKind.ISOLATED;
    refuseWeights(scope.node.path, traffic, "give `shares` and `priority` to the segments of the switch");
    if (traffic === undefined) {
      return;
    }
    if (this.#isManaged) {
      this.bandwidth = this.networkBandwidth(traffic);
      return;
    }
    if (traffic.outbound?.limit !== undefined) {
      this.shapeUplinks(scope.node.path, traffic.outbound);
    }
    refuseInbound(scope, traffic, "limit");
    recordQuota(traffic, intent.log);
  }

  /** Takes a segment in; its NICs are shaped as it says. */
  public addSegment(scope: Construct, { traffic, tagging, log }: SegmentIntent): NicShaping {
    const where = scope.node.path;
    const { reservation, shares, priority } = traffic?.outbound ?? {};
    if (this.#isManaged) {
      refuseWeights(where, traffic, "leave them out, or use a bridge with uplinks");
      recordQuota(traffic, log);
    } else if (reservation ?? shares ?? priority) {
      refuseInbound(scope, traffic!, "reservation");
      this.shapeUplinks(where, traffic!.outbound!);
      for (const uplink of this.#uplinks) {
        uplink.add({
          match: matchOf(tagging),
          reservation,
          shares,
          ...(priority !== undefined && { priority: HTB_PRIORITIES[priority] }),
        });
      }
      for (const [what, value] of Object.entries({ reservation, shares, priority })) {
        if (value !== undefined) {
          log.record(TRAFFIC_PRACTICES.uplinkClasses, `htb.${what}`, value, undefined, true);
        }
      }
    } else if (traffic?.inbound?.reservation !== undefined) {
      refuseInbound(scope, traffic, "reservation");
    }
    const whole = this.intent.traffic?.inbound?.limit;
    return {
      traffic,
      peakIsLimit: this.backing.kind === SwitchBackingKind.OPEN_VSWITCH,
      hasFloors: this.#isManaged && whole !== undefined && !(whole.peak ?? whole.average).isGreaterThan(whole.average),
    };
  }

  private networkBandwidth(traffic: TrafficProfile): NetworkConfig["bandwidth"] {
    const where = this.scope.node.path;
    const { log } = this.intent;
    const ratesOf = (direction: TrafficDirection): Rates | undefined => {
      const limit = traffic[direction]?.limit;
      if (limit === undefined) {
        return undefined;
      }
      // No peak of the kit's own: libvirt would take the guarantees of NICs out of it instead of the average.
      const peak = direction === "inbound" && limit.peak?.isGreaterThan(limit.average) ? limit.peak : undefined;
      const rates =
        direction === "outbound"
          ? outboundRates(this.scope, limit)
          : {
              average: kilobytesPerSecond(where, "average", limit.average),
              ...(peak && { peak: kilobytesPerSecond(where, "peak", peak) }),
              burst: kibibytes(where, limit),
            };
      for (const [name, value] of Object.entries(rates)) {
        const own = limit[name as keyof TrafficLimit];
        const practice = own === undefined ? TRAFFIC_PRACTICES.noBurst : TRAFFIC_PRACTICES.networkBandwidth;
        log.record(practice, `bandwidth.${direction}.${name}`, value, undefined, own !== undefined);
      }
      return rates;
    };
    recordQuota(traffic, log);
    return bandwidthOf(ratesOf("inbound"), ratesOf("outbound"));
  }

  /** Shapes what leaves all uplinks, where it was not done already: by the limit of the switch, else by their speed. */
  private shapeUplinks(where: string, wanted: DirectedTraffic): void {
    if (this.#uplinks.length > 0) {
      return;
    }
    const { intent, platform } = this;
    const given = wanted.reservation ?? wanted.limit?.average ?? wanted.shares ?? wanted.priority;
    const practice = TRAFFIC_PRACTICES.uplinkClasses;
    if (intent.uplinks.length === 0) {
      const what = `switch ${intent.name} has no uplinks that its traffic could be shaped at`;
      throw refusal(where, what, given, practice, "give `uplinks` of the switch");
    }
    const bucket = bucketOf(this.scope.node.path, intent);
    if (bucket === undefined) {
      const what = `how fast the uplinks of switch ${intent.name} are is not known`;
      throw refusal(where, what, given, practice, "give `uplinkSpeed` of the switch, or `traffic` with a limit");
    }
    for (const host of intent.hosts as readonly LibvirtHost[]) {
      const files = platform.hostFiles(host);
      for (const device of intent.uplinks) {
        platform._claim(where, host, "shaped uplink", device);
        const service = files.service(`traffic-${device}`, this.scope.node.path);
        this.#uplinks.push(
          new TrafficControl(service, { where: this.scope.node.path, device, mtu: intent.mtu, bucket }),
        );
      }
    }
    intent.log.record(TRAFFIC_PRACTICES.oneQueue, "htb", "root of each uplink");
    intent.log.record(practice, "htb.rate", bucket.average, undefined, intent.traffic?.outbound?.limit !== undefined);
    intent.log.record(
      practice,
      "htb.burst",
      bucket.burst,
      undefined,
      intent.traffic?.outbound?.limit?.burst !== undefined,
    );
  }
}

function recordQuota(traffic: TrafficProfile | undefined, log: TuningLog): void {
  const reservation = traffic?.inbound?.reservation ?? traffic?.outbound?.reservation;
  if (reservation !== undefined) {
    log.record(TRAFFIC_PRACTICES.quota, "reservation", reservation, undefined, true);
  }
}

/** The whole of an uplink. */
function bucketOf(where: string, { traffic, uplinkSpeed }: SwitchIntent): TokenBucket | undefined {
  const limit = traffic?.outbound?.limit;
  const average = limit?.average ?? uplinkSpeed;
  if (average === undefined) {
    return undefined;
  }
  const peak = limit?.peak ?? uplinkSpeed ?? TRAFFIC_LIMITS.anyLink;
  return { average, peak, burst: checkBurst(where, limit?.burst ?? leastBurst(average)) };
}

/** Frames of a segment as they leave a host: guests of an access port and of a native VLAN send untagged, and the bridge tags. */
function matchOf(tagging: VlanTagging): TrafficMatch {
  switch (tagging.kind) {
    case "access":
      return { kind: "tagged", vlans: [{ from: tagging.vlan, to: tagging.vlan }] };
    case "trunk": {
      const { ranges, native } = tagging;
      const inRange = native === undefined || ranges.some(({ from, to }) => from <= native && native <= to);
      return { kind: "tagged", vlans: inRange ? ranges : [...ranges, { from: native, to: native }] };
    }
    default:
      return { kind: "untagged" };
  }
}

/** What arrives at a host has passed the line already: it can't be shaped there. */
function refuseInbound(scope: Construct, traffic: TrafficProfile, what: "limit" | "reservation"): void {
  if (traffic.inbound?.[what] === undefined) {
    return;
  }
  if (!traffic.isSymmetric) {
    throw new ConfigurationError({
      where: scope.node.path,
      what: `the ${what} of what guests receive can't be kept at an uplink`,
      given: traffic,
      mend: `leave \`${what}\` out of \`inbound\`, or limit what each NIC receives`,
      practice: TRAFFIC_PRACTICES.oneDirection.id,
    });
  }
  warnOfOneDirection(scope, `the ${what} is of what leaves the uplinks, not of what arrives`);
}

function warnOfOneDirection(scope: Construct, what: string): void {
  const { reason, id } = TRAFFIC_PRACTICES.oneDirection;
  Annotations.of(scope).addWarning(`${what}: ${reason} [${id}]`);
}

function refuseWeights(where: string, traffic: TrafficProfile | undefined, mend: string): void {
  const { shares, priority } = traffic?.outbound ?? {};
  refuse(
    where,
    "libvirt has no queue for shares and priorities here",
    shares ?? priority,
    TRAFFIC_PRACTICES.weights,
    mend,
  );
}

function refuse(where: string, what: string, given: unknown, practice: Practice, mend: string): void {
  if (given !== undefined) {
    throw refusal(where, what, given, practice, mend);
  }
}

function refusal(where: string, what: string, given: unknown, practice: Practice, mend: string): ConfigurationError {
  return new ConfigurationError({ where, what, given, mend, practice: practice.id });
}

function kilobytesPerSecond(where: string, what: string, rate: DataRate): number {
  return whole(where, what, rate, rate.toBitsPerSecond(), 8000, "kB/s (8 kbit/s)");
}

function kibibytes(where: string, { burst, average }: TrafficLimit): number {
  const size = checkBurst(where, burst ?? leastBurst(average));
  return whole(where, "burst", size, size.toBytes(), 1024, "KiB");
}

function checkBurst(where: string, burst: DataSize): DataSize {
  const { leastBurstKiB, mostBurstKiB } = TRAFFIC_LIMITS;
  const amount = burst.toBytes() / 1024;
  if (amount < leastBurstKiB || amount > mostBurstKiB) {
    throw new ConfigurationError({
      where,
      what: "burst is not one that Linux can shape with",
      given: burst,
      allowed: `${leastBurstKiB} to ${mostBurstKiB} KiB`,
      practice: TRAFFIC_PRACTICES.burstSize.id,
    });
  }
  return burst;
}

function whole(where: string, what: string, given: unknown, amount: number, unit: number, name: string): number {
  const units = amount / unit;
  if (!Number.isInteger(units)) {
    const below = Math.floor(units);
    throw new ConfigurationError({
      where,
      what: `${what} is not a whole number of ${name}`,
      given,
      allowed: below === 0 ? `1 ${name} and more` : `${below} or ${below + 1} of them, and the like`,
      practice: TRAFFIC_PRACTICES.wholeUnits.id,
    });
  }
  return units;
}
