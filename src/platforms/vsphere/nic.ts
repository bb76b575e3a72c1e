import type { VirtualMachineNetworkInterface } from "@cdktf/provider-vsphere/lib/virtual-machine";
import type { Construct } from "constructs";
import { Annotations } from "../../cdktf";
import { NicModel } from "../../constructs/compute/devices";
import { ConfigurationError } from "../../errors";
import { NETWORK_LIMITS, NETWORK_PRACTICES, TRAFFIC_PRACTICES, VSPHERE_PRACTICES } from "../../practices";
import type { NicIntent, ResolvedNic, VmIntent } from "../platform";
import { checkMember } from "./micro-segment";
import { checkMac } from "./nic-address";
import { extrasOf } from "./nic-extras";
import type { VsphereSegment } from "./segment";
import { checkSriovCount, sriovNic } from "./sriov";
import { nicAllocation } from "./traffic";

const MODELS: readonly NicModel[] = [NicModel.VMXNET3, NicModel.E1000E, NicModel.E1000];

export interface VsphereNic {
  readonly order: number;
  /** Whether it is a virtual function. */
  readonly sriov: boolean;
  readonly block: VirtualMachineNetworkInterface;
  readonly resolved: ResolvedNic;
  /** What is in the machine's `extra_config` under `ethernetN`, N being its position. */
  readonly extras: Readonly<Record<string, string>>;
}

/**
 * @param scope the NIC's own construct
 * @param vm the machine that it belongs to
 * @param guestSetsMtu whether the machine's network configuration speaks of an MTU
 */
export function createNic(scope: Construct, vm: VmIntent, intent: NicIntent, guestSetsMtu: boolean): VsphereNic {
  const { order, macAddress } = intent;
  if (intent.mtu !== NETWORK_LIMITS.defaultMtu && !guestSetsMtu) {
    const { title, reason, id } = VSPHERE_PRACTICES.guestMtu;
    Annotations.of(scope).addWarning(`${title}, ${intent.mtu} here: ${reason} [${id}]`);
  }
  return intent.sriov === undefined
    ? emulatedNic(scope, intent)
    : { order, sriov: true, block: sriovNic(scope, vm, intent), resolved: { macAddress }, extras: {} };
}

function emulatedNic(scope: Construct, intent: NicIntent): VsphereNic {
  const where = scope.node.path;
  const { log, macAddress } = intent;
  checkMember(where, intent);
  const model = intent.model ?? NicModel.VMXNET3;
  checkModel(where, model);
  for (const setting of ["queues", "rxRingSize", "txRingSize"] as const) {
    if (intent[setting] !== undefined) {
      throw new ConfigurationError({
        where,
        what: `\`${setting}\` can't be set from outside a guest of vSphere`,
        given: intent[setting],
        mend: `leave \`${setting}\` out and use ethtool in the guest`,
        practice: VSPHERE_PRACTICES.nicDriverDecides.id,
      });
    }
  }
  const given = intent.model !== undefined;
  if (model === NicModel.VMXNET3) {
    log.record(VSPHERE_PRACTICES.vmxnet3, "adapter_type", model, undefined, given);
  } else {
    const { reason, consequence, id } = NETWORK_PRACTICES.paravirtualNic;
    Annotations.of(scope).addWarning(`NIC ${model} is emulated: ${reason}. ${consequence} [${id}]`);
    log.record(NETWORK_PRACTICES.paravirtualNic, "adapter_type", model, "given, although it is emulated", given);
  }
  if (macAddress !== undefined) {
    checkMac(where, macAddress);
    log.record(VSPHERE_PRACTICES.staticMac, "mac_address", macAddress, "given, within vSphere's static range", true);
  }
  const segment = intent.segment as VsphereSegment;
  if (segment.guarantee !== undefined && intent.traffic?.outbound?.reservation === undefined) {
    const { reason, id } = TRAFFIC_PRACTICES.quota;
    Annotations.of(scope).addWarning(
      `the NIC has nothing of the ${segment.guarantee} that its segment is guaranteed: ${reason}; give the NIC a \`reservation\` [${id}]`,
    );
  }
  return {
    order: intent.order,
    sriov: false,
    extras: extrasOf(where, intent, model),
    block: {
      networkId: segment.networkId,
      ...nicAllocation(scope, intent, segment.ioControl),
      adapterType: model,
      ...(macAddress !== undefined && { useStaticMac: true, macAddress }),
    },
    resolved: { model, macAddress },
  };
}

/** In their order, which the guest sees them in, virtual functions last. */
export function inPlace(nics: readonly VsphereNic[]): readonly VsphereNic[] {
  return [...nics].sort((a, b) => Number(a.sriov) - Number(b.sriov) || a.order - b.order);
}

/** @throws ConfigurationError for more NICs than a machine has */
export function checkNicCount(where: string, nics: readonly VsphereNic[]): void {
  const sriov = nics.filter((nic) => nic.sriov).length;
  const count = nics.length - sriov;
  checkSriovCount(where, sriov);
  if (count > NETWORK_LIMITS.maxNicsVsphere) {
    throw new ConfigurationError({
      where,
      what: "the machine has too many NICs",
      given: count,
      allowed: `at most ${NETWORK_LIMITS.maxNicsVsphere}`,
      mend: "carry several VLANs over one NIC: a segment with `trunk`",
      practice: VSPHERE_PRACTICES.nicCount.id,
    });
  }
}

function checkModel(where: string, model: NicModel): void {
  if (!MODELS.includes(model)) {
    throw new ConfigurationError({
      where,
      what: "vSphere has no such NIC",
      given: model,
      allowed: MODELS.join(", "),
      mend: "leave `model` out: vmxnet3 is vSphere's paravirtualised NIC",
      practice: VSPHERE_PRACTICES.nicModels.id,
    });
  }
}
