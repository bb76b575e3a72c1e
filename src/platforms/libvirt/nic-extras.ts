import type { DomainDevicesInterfaces } from "@cdktf/provider-libvirt/lib/domain";
import type { Construct } from "constructs";
import { Annotations } from "../../cdktf";
import { NicModel } from "../../constructs/compute/devices";
import { SwitchBackingKind } from "../../constructs/network/switch-backing";
import { ConfigurationError } from "../../errors";
import { NIC_PRACTICES } from "../../practices";
import type { NicIntent, PlatformSegment } from "../platform";
import type { SegmentOnHost } from "./switch-writer";

/** What a NIC is told beyond model, queues and rings. */
export interface NicExtras {
  readonly driver: NonNullable<DomainDevicesInterfaces["driver"]>;
  readonly device: Pick<DomainDevicesInterfaces, "coalesce" | "portOptions" | "trustGuestRxFilters">;
}

export function extrasOf(scope: Construct, intent: NicIntent, model: NicModel, segment: SegmentOnHost): NicExtras {
  const where = scope.node.path;
  if (intent.receiveScaling !== undefined) {
    throw new ConfigurationError({
      where,
      what: "libvirt has no `receiveScaling`",
      given: intent.receiveScaling,
      mend: "leave it out, and give `queues`",
      practice: NIC_PRACTICES.receiveScalingVmxnet3.id,
    });
  }
  if (model === NicModel.VIRTIO) {
    intent.log.record(NIC_PRACTICES.leftAlone, "driver", "left alone");
  }
  return {
    driver: offloadsOf(where, intent, model),
    device: {
      ...coalesceOf(where, intent),
      ...isolationOf(scope, intent, segment),
      ...trustOf(scope, intent, model, segment),
    },
  };
}

/** Flags of an object, as libvirt writes them. */
function switches(offloads: object): Record<string, string> {
  const given = Object.entries(offloads).filter(([, on]) => on !== undefined);
  return Object.fromEntries(given.map(([name, on]) => [name === "mrgRxbuf" ? "mrgRxBuf" : name, on ? "on" : "off"]));
}

function offloadsOf(where: string, { hostOffloads, guestOffloads, log }: NicIntent, model: NicModel) {
  const sides = Object.entries({ host: hostOffloads, guest: guestOffloads }).flatMap(([side, offloads]) => {
    const said = switches(offloads ?? {});
    return Object.keys(said).length > 0 ? [[side, said] as const] : [];
  });
  if (sides.length > 0 && model !== NicModel.VIRTIO) {
    throw new ConfigurationError({
      where,
      what: "offloads belong to virtio NICs",
      given: `${sides.map(([side]) => `${side}Offloads`).join(" and ")} on ${model}`,
      mend: "leave them out, or use NicModel.VIRTIO",
      practice: NIC_PRACTICES.offloadsVirtioOnly.id,
    });
  }
  for (const [side, said] of sides) {
    for (const [name, value] of Object.entries(said)) {
      log.record(NIC_PRACTICES.offloads, `driver.${side}.${name}`, value, undefined, true);
    }
  }
  return Object.fromEntries(sides);
}

function coalesceOf(where: string, { coalescing, log }: NicIntent): Pick<DomainDevicesInterfaces, "coalesce"> {
  if (coalescing === undefined) {
    return {};
  }
  if (coalescing.scheme !== "frames") {
    throw new ConfigurationError({
      where,
      what: "libvirt coalesces interrupts by frames only",
      given: coalescing,
      allowed: "InterruptCoalescing.frames()",
      mend: "leave `coalescing` out where each frame is to interrupt",
      practice: NIC_PRACTICES.coalescingFramesOnly.id,
    });
  }
  log.record(NIC_PRACTICES.coalescing, "coalesce.rx.frames.max", coalescing.amount, undefined, true);
  return { coalesce: { rx: { frames: { max: coalescing.amount } } } };
}

/** The NICs of a segment: one that is isolated, and one of which the program does not say whether it is. */
const ISOLATION = new WeakMap<PlatformSegment, { isolated?: string; open?: string }>();

function isolationOf(
  scope: Construct,
  { segment: key, isolated, log }: NicIntent,
  { backing }: SegmentOnHost,
): Pick<DomainDevicesInterfaces, "portOptions"> {
  if (isolated && backing === SwitchBackingKind.OPEN_VSWITCH) {
    throw new ConfigurationError({
      where: scope.node.path,
      what: "ports of Open vSwitch can't be isolated",
      given: true,
      allowed: "isolated ports of Linux bridges",
      mend: "leave `isolated` out, or use SwitchBacking.linuxBridge()",
      practice: NIC_PRACTICES.isolatedOnLinuxBridge.id,
    });
  }
  warnOfMixture(scope, key!, isolated);
  if (!isolated) {
    return {};
  }
  log.record(NIC_PRACTICES.isolatedPort, "port_options.isolated", "yes", undefined, true);
  return { portOptions: { isolated: "yes" } };
}

/** Where `isolated: false` is given it is meant: the gateway of the others. */
function warnOfMixture(scope: Construct, segment: PlatformSegment, isolated: boolean | undefined): void {
  if (isolated === false) {
    return;
  }
  const path = scope.node.path;
  const before = ISOLATION.get(segment) ?? {};
  const after = isolated ? { isolated: path, ...before } : { open: path, ...before };
  ISOLATION.set(segment, after);
  const wasMixed = before.isolated !== undefined && before.open !== undefined;
  if (!wasMixed && after.isolated !== undefined && after.open !== undefined) {
    const { id, reason } = NIC_PRACTICES.mixedIsolation;
    Annotations.of(scope).addWarning(
      `${after.isolated} is isolated and ${after.open} of the same segment is not: ${reason}; say \`isolated: false\` of a gateway [${id}]`,
    );
  }
}

function trustOf(
  scope: Construct,
  { trustGuestRxFilters, log }: NicIntent,
  model: NicModel,
  { backing }: SegmentOnHost,
): Pick<DomainDevicesInterfaces, "trustGuestRxFilters"> {
  if (!trustGuestRxFilters) {
    return {};
  }
  if (backing !== undefined || model !== NicModel.VIRTIO) {
    throw new ConfigurationError({
      where: scope.node.path,
      what: "receive filters of the guest are followed for virtio NICs on macvtap only",
      given: `${model} on ${backing === undefined ? "a network that others own" : `a ${backing}`}`,
      allowed: "virtio on a network of macvtap devices, which VlanSegment.fromVlanSegmentAttributes() refers to",
      mend: "leave `trustGuestRxFilters` out: a bridge learns addresses by itself",
      practice: NIC_PRACTICES.trustRxFiltersMacvtap.id,
    });
  }
  const { id, reason } = NIC_PRACTICES.trustRxFilters;
  Annotations.of(scope).addWarning(`receive filters of the guest are trusted: ${reason} [${id}]`);
  log.record(NIC_PRACTICES.trustRxFilters, "trust_guest_rx_filters", "yes", "given in the program", true);
  return { trustGuestRxFilters: "yes" };
}
