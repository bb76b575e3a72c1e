import { NicModel } from "../../constructs/compute/devices";
import { TransmitThreads } from "../../constructs/compute/receive-scaling";
import { ConfigurationError } from "../../errors";
import { NIC_PRACTICES, type Practice, VSPHERE_PRACTICES } from "../../practices";
import type { NicIntent } from "../platform";

/** Values of `ethernetN.ctxPerDev`. */
const THREADS: Record<TransmitThreads, string> = {
  [TransmitThreads.PER_NIC]: "1",
  [TransmitThreads.PER_MACHINE]: "2",
  [TransmitThreads.PER_QUEUE]: "3",
};

/** The bit of `ethernetN.pnicFeatures` that means RSS. */
const PNIC_RSS = "4";

/** Settings of a NIC that are in the machine's `extra_config`, under `ethernetN`. */
export function extrasOf(where: string, intent: NicIntent, model: NicModel): Readonly<Record<string, string>> {
  refuseWhatQemuHas(where, intent);
  const extras = { ...coalescingOf(intent), ...scalingOf(intent) };
  const [first] = Object.keys(extras);
  if (first !== undefined && model !== NicModel.VMXNET3) {
    throw new ConfigurationError({
      where,
      what: "interrupt coalescing and threads are settings of vmxnet3",
      given: `${first} on ${model}`,
      mend: "leave them out, or leave `model` out",
      practice: NIC_PRACTICES.receiveScalingVmxnet3.id,
    });
  }
  return extras;
}

function refuseWhatQemuHas(where: string, intent: NicIntent): void {
  const refuse = (setting: keyof NicIntent, what: string, mend: string, practice: Practice) => {
    if (intent[setting] !== undefined && intent[setting] !== false) {
      throw new ConfigurationError({ where, what, given: intent[setting], mend, practice: practice.id });
    }
  };
  for (const setting of ["hostOffloads", "guestOffloads"] as const) {
    refuse(
      setting,
      "offloads can't be set from outside a guest of vSphere",
      `leave \`${setting}\` out and use ethtool -K in the guest`,
      VSPHERE_PRACTICES.nicDriverDecides,
    );
  }
  refuse(
    "isolated",
    "vSphere has no isolated ports of their own",
    "leave `isolated` out, and give the NIC a segment with an isolated private VLAN",
    NIC_PRACTICES.isolatedVsphere,
  );
  refuse(
    "trustGuestRxFilters",
    "vSphere has no `trustGuestRxFilters`",
    "leave it out, and say in `security` of the segment what its guests may do",
    NIC_PRACTICES.trustRxFiltersMacvtap,
  );
}

function coalescingOf({ coalescing, log }: NicIntent): Record<string, string> {
  if (coalescing === undefined) {
    return {};
  }
  log.record(NIC_PRACTICES.coalescing, "coalescingScheme", coalescing, undefined, true);
  switch (coalescing.scheme) {
    case "off":
      return { coalescingScheme: "disabled" };
    case "frames":
      return { coalescingScheme: "static", coalescingParams: String(coalescing.amount) };
    case "rate":
      return { coalescingScheme: "rbc", coalescingParams: String(coalescing.amount) };
  }
}

function scalingOf({ receiveScaling = {}, log }: NicIntent): Record<string, string> {
  const { transmitThreads, hostRss, rssOffload, udpRss } = receiveScaling;
  const extras = {
    ...(transmitThreads !== undefined && { ctxPerDev: THREADS[transmitThreads] }),
    ...(hostRss && { pnicFeatures: PNIC_RSS }),
    ...(rssOffload && { rssoffload: "TRUE" }),
    ...(udpRss && { udpRSS: "1" }),
  };
  for (const [key, value] of Object.entries(extras)) {
    log.record(NIC_PRACTICES.receiveScaling, key, value, undefined, true);
  }
  return extras;
}
