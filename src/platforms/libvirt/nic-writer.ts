import { createHash } from "node:crypto";
import type { DomainDevicesInterfaces } from "@cdktf/provider-libvirt/lib/domain";
import type { Construct } from "constructs";
import { Annotations, type TerraformResource } from "../../cdktf";
import { NicModel } from "../../constructs/compute/devices";
import { ConfigurationError } from "../../errors";
import { NETWORK_LIMITS, NETWORK_PRACTICES, SRIOV_PRACTICES } from "../../practices";
import type { NicIntent, ResolvedNic, VmIntent } from "../platform";
import type { LibvirtHost } from "./libvirt-host";
import type { MicroSegmentWriter } from "./micro-segment-writer";
import { extrasOf } from "./nic-extras";
import type { SriovWriter, VirtualFunctionOnHost } from "./sriov-writer";
import type { LibvirtSegment } from "./switch-writer";
import { nicBandwidth } from "./traffic-writer";

export interface WrittenNic {
  /** Made by this program, and needed before the guest. */
  readonly waitsFor: readonly TerraformResource[];
  readonly order: number;
  /** One, or the two of a failover pair; the machine starts from the first. */
  readonly devices: readonly [DomainDevicesInterfaces, ...DomainDevicesInterfaces[]];
  readonly resolved: ResolvedNic;
  /** Changes when the guest has to be started anew for its segment or virtual function. */
  attachment(): string;
}

const MODELS = [NicModel.VIRTIO, NicModel.E1000E, NicModel.E1000, NicModel.RTL8139];

/** Writes a NIC of a domain: on a segment, a virtual function, or both as a failover pair. */
export function writeNic(
  scope: Construct,
  host: LibvirtHost,
  vm: VmIntent,
  intent: NicIntent,
  changed: () => void,
): WrittenNic {
  const { log, sriov, order } = intent;
  const macAddress = intent.macAddress ?? derivedMac(scope.node.path);
  const vf = (sriov as SriovWriter | undefined)?.take(scope.node.path, host, macAddress);
  if (intent.segment === undefined) {
    log.record(SRIOV_PRACTICES.stableMac, "mac.address", macAddress, undefined, intent.macAddress !== undefined);
    log.record(SRIOV_PRACTICES.noMigration, "teaming", "none");
    warnOfGuestMtu(scope, vm, intent);
    const { resource, device, attachment } = vf!;
    return { waitsFor: [resource], order, devices: [device], resolved: { macAddress }, attachment };
  }
  const nic = writeOnSegment(scope, host, vm, intent, macAddress, changed);
  return vf === undefined ? nic : failoverPair(scope, intent, nic, vf);
}

/** The guest's virtio driver joins the two: it sends through the virtual function while that is there. */
function failoverPair(scope: Construct, { log }: NicIntent, nic: WrittenNic, vf: VirtualFunctionOnHost): WrittenNic {
  const { model, macAddress } = nic.resolved;
  if (model !== NicModel.VIRTIO) {
    throw new ConfigurationError({
      where: scope.node.path,
      what: "the NIC that stands in for a virtual function is not virtio",
      given: model,
      mend: "leave `model` out",
      practice: SRIOV_PRACTICES.failoverVirtio.id,
    });
  }
  const alias = `ua-${macAddress!.replaceAll(":", "")}`;
  log.record(SRIOV_PRACTICES.failover, "teaming", `persistent ${alias}, transient`);
  const persistent = { ...nic.devices[0], teaming: { type: "persistent" }, alias: { name: alias } };
  return {
    ...nic,
    waitsFor: [...nic.waitsFor, vf.resource],
    devices: [persistent, { ...vf.device, teaming: { type: "transient", persistent: alias } }],
    attachment: () => `${nic.attachment()} ${vf.attachment()}`,
  };
}

/** Cloud-init may do it; what else the guest runs can't be seen. */
function warnOfGuestMtu(scope: Construct, { cloudInit }: VmIntent, { mtu }: NicIntent): void {
  if (mtu !== NETWORK_LIMITS.defaultMtu && !/\bmtu\b/.test(String(cloudInit?.networkConfig ?? ""))) {
    const { id, title, reason } = SRIOV_PRACTICES.guestMtu;
    Annotations.of(scope).addWarning(`${title}, ${mtu} here: ${reason} [${id}]`);
  }
}

function writeOnSegment(
  scope: Construct,
  host: LibvirtHost,
  vm: VmIntent,
  intent: NicIntent,
  macAddress: string,
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
  const group = intent.microSegment as MicroSegmentWriter | undefined;
  const extras = extrasOf(scope, { ...intent, isolated: group?.isolated ?? intent.isolated }, model, segment);
  log.record(NETWORK_PRACTICES.nicMtu, "mtu.size", mtu);
  log.record(NETWORK_PRACTICES.stableMac, "mac.address", macAddress, undefined, intent.macAddress !== undefined);
  const membership = group?.join(scope, host, segment, intent);
  if (membership === undefined && segment.filter !== undefined) {
    log.record(NETWORK_PRACTICES.noMacSpoofing, "filter_ref.filter", segment.filter);
  }
  const bandwidth = nicBandwidth(scope, intent, segment.shaping);
  const driver = {
    ...(queues !== undefined && queues > 1 && { queues }),
    ...(rxRingSize !== undefined && rxRingSize !== NETWORK_LIMITS.minRingSize && { rxQueueSize: rxRingSize }),
    ...(intent.txRingSize !== undefined && { txQueueSize: intent.txRingSize }),
    ...extras.driver,
  };
  return {
    waitsFor: [segment.resource, membership?.filter].filter((resource) => resource !== undefined),
    order: intent.order,
    devices: [
      {
        model: { type: model },
        mac: { address: macAddress },
        source: {
          network: {
            network: segment.network,
            ...(segment.portGroup !== undefined && { portGroup: segment.portGroup }),
          },
        },
        mtu: { size: mtu },
        ...(Object.keys(driver).length > 0 && { driver }),
        ...(bandwidth !== undefined && { bandwidth }),
        ...(segment.filter !== undefined && { filterRef: { filter: segment.filter } }),
        ...(membership !== undefined && { filterRef: membership.filterRef }),
        ...extras.device,
      },
    ],
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
