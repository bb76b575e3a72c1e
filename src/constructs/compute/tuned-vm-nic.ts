import { Construct } from "constructs";
import { checkInteger, checkOneOf, requireLiteral } from "../../checks";
import { ConfigurationError } from "../../errors";
import type { IPlatform } from "../../platforms/platform";
import { Explanation, NETWORK_LIMITS, NETWORK_PRACTICES, TuningLog } from "../../practices";
import { checkKind, optional } from "../given";
import { checkTraffic, type TrafficProfile } from "../network/traffic-profile";
import type { INetworkSegment } from "../network/vlan-segment";
import { checkSamePlatform } from "../placement";
import { NicModel } from "./devices";
import type { TunedVm } from "./tuned-vm";

export interface TunedVmNicOptions {
  /** What the NIC is connected to. */
  readonly segment: INetworkSegment;
  /**
   * Model: virtio on libvirt, vmxnet3 on vSphere, or an emulated one for guests without drivers.
   * @default - the platform's paravirtualised model
   */
  readonly model?: NicModel;
  /**
   * Queue pairs of a virtio NIC, 1 to 256. On vSphere the guest's driver decides.
   * @default - one for each vCPU, at most what the workload says
   */
  readonly queues?: number;
  /**
   * Receive ring of a virtio NIC in packets: 256, 512 or 1024. On vSphere the guest's driver decides.
   * @default - what the workload says
   */
  readonly rxRingSize?: number;
  /**
   * Transmit ring of a virtio NIC in packets: 256, 512 or 1024; without effect on a tap device.
   * @default - left alone
   */
  readonly txRingSize?: number;
  /**
   * Largest payload of a frame in bytes, 576 to the segment's.
   * @default - the segment's
   */
  readonly mtu?: number;
  /**
   * Unicast MAC address: `52:54:00:12:34:56`.
   * @default - on libvirt derived from the NIC's path, so that it stays; on vSphere assigned by vCenter
   */
  readonly macAddress?: string;
  /**
   * How fast its traffic may be and what of it is guaranteed.
   * @default - the segment's limit
   */
  readonly traffic?: TrafficProfile;
  /**
   * Position among the machine's NICs, from 0. Give it where NICs come and go and names in the guest must stay.
   * @default - after those that were added before
   */
  readonly order?: number;
}

export interface TunedVmNicProps extends TunedVmNicOptions {
  /** The machine that it belongs to. */
  readonly vm: TunedVm;
}

/** A NIC of a machine. `vm.addNic()` makes it. */
export class TunedVmNic extends Construct {
  public readonly segment: INetworkSegment;
  public readonly model: NicModel;
  /** Queue pairs; `undefined` where the guest's driver decides. */
  public readonly queues?: number;
  /** Bytes. */
  public readonly mtu: number;
  /** `undefined` where the platform assigns it. */
  public readonly macAddress?: string;
  public readonly order: number;
  /** Its own, without what the segment says. */
  public readonly traffic?: TrafficProfile;
  readonly #log: TuningLog;

  /**
   * @throws ConfigurationError for a segment of another platform, values out of range, and combinations that the platform refuses
   */
  public constructor(scope: Construct, id: string, props: TunedVmNicProps) {
    super(scope, id);
    const where = this.node.path;
    const { vm, segment } = props ?? {};
    checkKind(where, "machine", vm, "_platformVm");
    checkSamePlatform(where, vm.platform, "segment", segment, "_platformSegment");
    this.segment = segment;
    this.#log = new TuningLog(where);
    this.mtu = checkInteger(where, "mtu", props.mtu ?? segment.mtu, {
      min: NETWORK_LIMITS.minMtu,
      max: segment.mtu,
      mend: "raise `mtu` of the segment, or of its switch, first",
      practice: NETWORK_PRACTICES.mtuRange.id,
    });
    this.traffic = checkTraffic(where, props.traffic);
    optional(this.traffic, (traffic) => segment._trafficAccount?.add(where, traffic));
    const order = optional(props.order, (wanted) => checkInteger(where, "order", wanted, { min: 0, max: 255 }));
    this.order = vm._takePosition(this, order);
    const resolved = vm._platformVm.addNic(this, {
      name: id,
      order: this.order,
      segment: segment._platformSegment,
      model: optional(props.model, (model) => checkOneOf(where, "model", model, Object.values(NicModel))),
      queues: optional(props.queues, (queues) =>
        checkInteger(where, "queues", queues, {
          min: 1,
          max: NETWORK_LIMITS.maxQueues,
          practice: NETWORK_PRACTICES.nicQueueLimit.id,
        }),
      ),
      rxRingSize: checkRing(where, "rxRingSize", props.rxRingSize),
      txRingSize: checkRing(where, "txRingSize", props.txRingSize),
      mtu: this.mtu,
      macAddress: optional(props.macAddress, (address) => checkMac(where, address)),
      traffic: this.traffic,
      log: this.#log,
    });
    this.model = resolved.model;
    this.queues = resolved.queues;
    this.macAddress = optional(resolved.macAddress, (address) => checkNewAddress(this, vm.platform, address));
  }

  /** What was tuned, why, and after which source. */
  public explain(): Explanation {
    return new Explanation(this.#log.settings);
  }
}

const ADDRESSES = new WeakMap<IPlatform, Map<string, TunedVmNic>>();

/** Two NICs with one address take each other's frames. Derived addresses are 24 bits of a hash: few machines, few chances. */
function checkNewAddress(nic: TunedVmNic, platform: IPlatform, address: string): string {
  const taken = ADDRESSES.get(platform) ?? new Map<string, TunedVmNic>();
  const other = taken.get(address);
  if (other !== undefined) {
    throw new ConfigurationError({
      where: nic.node.path,
      what: `its MAC address is that of ${other.node.path}`,
      given: address,
      allowed: "an address that no other NIC has",
      mend: "give one of them another `macAddress`",
      practice: NETWORK_PRACTICES.stableMac.id,
    });
  }
  ADDRESSES.set(platform, taken.set(address, nic));
  return address;
}

function checkRing(where: string, what: string, size: number | undefined): number | undefined {
  if (size === undefined) {
    return undefined;
  }
  const { minRingSize: min, maxRingSize: max } = NETWORK_LIMITS;
  const practice = NETWORK_PRACTICES.ringSizeRange.id;
  checkInteger(where, what, size, { min, max, practice });
  if (!Number.isInteger(Math.log2(size))) {
    throw new ConfigurationError({
      where,
      what: `${what} is not a power of two`,
      given: size,
      allowed: "256, 512, 1024",
      practice,
    });
  }
  return size;
}

function checkMac(where: string, address: string): string {
  const literal = requireLiteral(where, "the MAC address", address);
  const wellFormed = typeof literal === "string" && /^([0-9a-f]{2}:){5}[0-9a-f]{2}$/i.test(literal);
  const octets = wellFormed ? literal.split(":").map((o) => Number.parseInt(o, 16)) : [];
  if (octets.length !== 6 || octets[0]! % 2 === 1 || octets.every((o) => o === 0)) {
    throw new ConfigurationError({
      where,
      what: octets.length === 6 ? "not a unicast MAC address" : "not a MAC address",
      given: address,
      allowed: "six hexadecimal octets with colons, the first one even, such as 52:54:00:12:34:56",
    });
  }
  return literal.toLowerCase();
}
