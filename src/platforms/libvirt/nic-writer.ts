import { createHash } from "node:crypto";
import type { DomainDevicesInterfaces } from "@cdktf/provider-libvirt/lib/domain";
import type { Network } from "@cdktf/provider-libvirt/lib/network";
import type { Construct } from "constructs";
import { Annotations, type TerraformResource } from "../../cdktf";
import { NicModel } from "../../constructs/compute/devices";
import { ConfigurationError } from "../../errors";
import { NETWORK_LIMITS, NETWORK_PRACTICES } from "../../practices";
import type { NicIntent, ResolvedNic, VmIntent } from "../platform";
import type { LibvirtHost } from "./libvirt-host";
import type { MicroSegmentWriter } from "./micro-segment-writer";
import type { LibvirtSegment } from "./switch-writer";

export interface WrittenNic {
  readonly network?: Network;
  /** Of its micro segment. */
  readonly filter?: TerraformResource;
  readonly order: number;
  readonly device: DomainDevicesInterfaces;
  readonly resolved: ResolvedNic;
  /** Changes when the guest has to be started anew for its segment. */
  attachment(): string;
}

const MODELS = [NicModel.VIRTIO, NicModel.E1000E, NicModel.E1000, NicModel.RTL8139];

/** Writes a NIC of a domain. */
export function writeNic(
  scope: Construct,
  host: LibvirtHost,
  vm: VmIntent,
  intent: NicIntent,
  changed: () => void,
): WrittenNic {
  const where = scope.node.path;
  const { log, mtu } = intent;
  const model = chooseModel(scope, intent);
  const virtio = model === NicModel.VIRTIO;
  const queues = virtio ? chooseQueues(scope, vm, intent) : undefined;
  const rxRingSize = virtio ? chooseRxRing(vm, intent) : undefined;
  if (intent.txRingSize !== undefined) {
    const { id, reason } = NETWORK_PRACTICES.txRingOnTap;
    Annotations.of(scope).addWarning(`txRingSize ${intent.txRingSize} has no effect: ${reason} [${id}]`);
  }
  const segment = (intent.segment as LibvirtSegment).on(where, host, changed);
  const macAddress = intent.macAddress ?? derivedMac(where);
  log.record(NETWORK_PRACTICES.nicMtu, "mtu.size", mtu);
  log.record(NETWORK_PRACTICES.stableMac, "mac.address", macAddress, undefined, intent.macAddress !== undefined);
  const membership = (intent.microSegment as MicroSegmentWriter | undefined)?.join(scope, host, segment, intent);
  if (membership === undefined && segment.filter !== undefined) {
    log.record(NETWORK_PRACTICES.noMacSpoofing, "filter_ref.filter", segment.filter);
  }
  const driver = {
    ...(queues !== undefined && queues > 1 && { queues }),
    ...(rxRingSize !== undefined && rxRingSize !== NETWORK_LIMITS.minRingSize && { rxQueueSize: rxRingSize }),
    ...(intent.txRingSize !== undefined && { txQueueSize: intent.txRingSize }),
  };
  return {
    network: segment.resource,
    filter: membership?.filter,
    order: intent.order,
    device: {
      model: { type: model },
      mac: { address: macAddress },
      source: {
        network: { network: segment.network, ...(segment.portGroup !== undefined && { portGroup: segment.portGroup }) },
      },
      mtu: { size: mtu },
      ...(Object.keys(driver).length > 0 && { driver }),
      ...(segment.filter !== undefined && { filterRef: { filter: segment.filter } }),
      ...membership?.device,
    },
    resolved: { model, queues, macAddress },
    attachment: () => segment.attachment(),
  };
}

/** Warns where the queues of all NICs want more interrupt vectors than a guest has. */
export function checkVectors(scope: Construct, vm: VmIntent, nics: readonly WrittenNic[]): void {
  const vectors = nics.reduce((sum, nic) => sum + 2 * (nic.resolved.queues ?? 0) + 1, 0);
  if (vectors > NETWORK_LIMITS.msiVectors) {
    const { id, reason } = NETWORK_PRACTICES.msiVectors;
    Annotations.of(scope).addWarning(
      `the NICs of ${vm.name} want ${vectors} MSI-X vectors: ${reason}; give fewer \`queues\` [${id}]`,
    );
  }
}

function chooseModel(scope: Construct, { model, log, queues, rxRingSize, txRingSize }: NicIntent): NicModel {
  const where = scope.node.path;
  const chosen = model ?? NicModel.VIRTIO;
  if (!MODELS.includes(chosen)) {
    throw new ConfigurationError({
      where,
      what: "QEMU has no such NIC",
      given: chosen,
      allowed: MODELS.join(", "),
      mend: "leave `model` out for virtio",
    });
  }
  log.record(NETWORK_PRACTICES.paravirtualNic, "model.type", chosen, undefined, model !== undefined);
  if (chosen === NicModel.VIRTIO) {
    return chosen;
  }
  const { id, consequence } = NETWORK_PRACTICES.paravirtualNic;
  Annotations.of(scope).addWarning(`NIC model ${chosen}: ${consequence} [${id}]`);
  for (const [what, value, practice] of [
    ["queues", queues, NETWORK_PRACTICES.nicQueuesVirtioOnly],
    ["rxRingSize", rxRingSize, NETWORK_PRACTICES.ringSizeRange],
    ["txRingSize", txRingSize, NETWORK_PRACTICES.ringSizeRange],
  ] as const) {
    if (value !== undefined) {
      throw new ConfigurationError({
        where,
        what: `${what} belongs to virtio NICs`,
        given: `${what} ${value} on ${chosen}`,
        mend: `leave \`${what}\` out, or use NicModel.VIRTIO`,
        practice: practice.id,
      });
    }
  }
  return chosen;
}

function chooseQueues(scope: Construct, { vcpus, workload }: VmIntent, { queues, log }: NicIntent): number {
  const most = Math.min(workload.defaults.nicQueues, NETWORK_LIMITS.maxQueues);
  const chosen = queues ?? Math.min(vcpus, most);
  const why =
    queues === undefined
      ? `one for each of ${vcpus} vCPUs, at most ${most} for ${workload} work: ${NETWORK_PRACTICES.nicQueues.reason}`
      : "given in the program";
  log.record(NETWORK_PRACTICES.nicQueues, "driver.queues", chosen, why, queues !== undefined);
  if (chosen > vcpus) {
    const { id, reason, consequence } = NETWORK_PRACTICES.nicQueuesOverVcpus;
    Annotations.of(scope).addWarning(`${chosen} queues for ${vcpus} vCPUs: ${reason}; ${consequence} [${id}]`);
  }
  return chosen;
}

function chooseRxRing({ workload }: VmIntent, { rxRingSize, log }: NicIntent): number {
  const chosen = rxRingSize ?? workload.defaults.rxRingSize;
  log.record(NETWORK_PRACTICES.ringSize, "driver.rx_queue_size", chosen, undefined, rxRingSize !== undefined);
  return chosen;
}

/** An address of QEMU's own range (52:54:00), derived from the NIC's place in the program. */
function derivedMac(path: string): string {
  const hex = createHash("sha256").update(path).digest("hex");
  return ["52", "54", "00", hex.slice(0, 2), hex.slice(2, 4), hex.slice(4, 6)].join(":");
}
