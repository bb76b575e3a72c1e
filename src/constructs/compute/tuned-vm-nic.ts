import { Construct } from "constructs";
import { checkInteger, checkOneOf, requireLiteral } from "../../checks";
import { ConfigurationError } from "../../errors";
import type { IPlatform } from "../../platforms/platform";
import {
  Explanation,
  MICRO_SEGMENT_PRACTICES,
  NETWORK_LIMITS,
  NETWORK_PRACTICES,
  SRIOV_PRACTICES,
  TuningLog,
} from "../../practices";
import { checkFlag, checkKind, checkMade, optional } from "../given";
import type { IMicroSegment } from "../network/micro-segment";
import { type ISriovPool, warnOfTraffic } from "../network/sriov-pool";
import { checkTraffic, type TrafficProfile } from "../network/traffic-profile";
import type { INetworkSegment } from "../network/vlan-segment";
import { checkSamePlatform } from "../placement";
import { NicModel } from "./devices";
import { InterruptCoalescing } from "./interrupt-coalescing";
import { checkGuestOffloads, checkHostOffloads, type GuestOffloads, type HostOffloads } from "./nic-offloads";
import { checkReceiveScaling, type ReceiveScaling } from "./receive-scaling";
import type { TunedVm } from "./tuned-vm";

export interface TunedVmNicOptions {
  /**
   * What the NIC is connected to. Either this or `sriov` is given.
   * @default - `sriov` says it
   */
  readonly segment?: INetworkSegment;
  /**
   * Pool that the NIC has a virtual function of. Settings of virtual NICs do not go with it.
   * @default - none
   */
  readonly sriov?: ISriovPool;
  /**
   * Segment of the virtio NIC that stands in for the virtual function while the guest is migrated (libvirt). Both have one MAC address; the
   * other settings are those of the virtio NIC.
   * @default - the virtual function alone: the guest can't be migrated
   */
  readonly failover?: INetworkSegment;
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
   * Largest payload of a frame in bytes, 576 to the segment's or pool's.
   * @default - the segment's or pool's, the lower of the two in a failover pair
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
   * When the NIC interrupts: virtio (frames) and vmxnet3.
   * @default - libvirt: at each frame; vSphere: up to 4000 times a second
   */
  readonly coalescing?: InterruptCoalescing;
  /**
   * What the host takes unfinished when the guest sends (libvirt, virtio).
   * @default - everything
   */
  readonly hostOffloads?: HostOffloads;
  /**
   * What the guest takes unfinished when it receives (libvirt, virtio).
   * @default - everything
   */
  readonly guestOffloads?: GuestOffloads;
  /**
   * How the host spreads the traffic over threads and queues (vSphere, vmxnet3).
   * @default - one transmit thread for all NICs of the machine, one receive queue
   */
  readonly receiveScaling?: ReceiveScaling;
  /**
   * Whether it reaches no other isolated NIC of its bridge, only those that are not isolated, such as a gateway (libvirt, Linux bridges).
   * @default false
   */
  readonly isolated?: boolean;
  /**
   * Whether the host follows the MAC address and receive filters that the guest sets (libvirt, virtio on a network of macvtap devices that
   * others own).
   * @default false
   */
  readonly trustGuestRxFilters?: boolean;
  /**
   * Micro segment whose rules hold for it.
   * @default - that of its slice; on other segments none: it is not filtered
   */
  readonly microSegment?: IMicroSegment;
  /**
   * IPv4 and IPv6 addresses that the guest has on it, of a member of a micro segment: others' rules know it by them, and it sends from them
   * only. The guest gets them as it otherwise would: this configures no guest.
   * @default - none; libvirt needs at least one of a member
   */
  readonly addresses?: readonly string[];
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
  /** `undefined` for a virtual function alone. */
  public readonly segment?: INetworkSegment;
  public readonly sriov?: ISriovPool;
  /** `undefined` for a virtual function alone, which is what the hardware is. */
  public readonly model?: NicModel;
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
    const { vm } = props ?? {};
    checkKind(where, "machine", vm, "_platformVm");
    const { segment, sriov } = checkConnection(where, vm.platform, props);
    this.segment = segment;
    this.sriov = sriov;
    if (sriov !== undefined) {
      refuseOnVirtualFunction(where, props);
      warnOfTraffic(this, segment);
    }
    this.#log = new TuningLog(where);
    const mostMtu = Math.min(segment?.mtu ?? sriov!.mtu, sriov?.mtu ?? segment!.mtu);
    const { mtu = mostMtu } = props;
    this.mtu = checkInteger(where, "mtu", mtu, {
      min: NETWORK_LIMITS.minMtu,
      max: mostMtu,
      mend: `raise \`mtu\` of the ${sriov === undefined ? "segment, or of its switch," : "pool, and of the segment,"} first`,
      practice: NETWORK_PRACTICES.mtuRange.id,
    });
    this.traffic = checkTraffic(where, props.traffic);
    optional(this.traffic, (traffic) => segment?._trafficAccount?.add(where, traffic));
    const order = optional(props.order, (wanted) => checkInteger(where, "order", wanted, { min: 0, max: 255 }));
    this.order = vm._takePosition(this, order);
    const microSegment = props.microSegment === undefined ? props.segment?._microSegment : props.microSegment;
    const addresses = joinMicroSegment(where, { ...props, microSegment });
    const resolved = vm._platformVm.addNic(this, {
      name: id,
      order: this.order,
      segment: segment?._platformSegment,
      sriov: sriov?._platformSriovPool,
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
      coalescing: optional(props.coalescing, (coalescing) =>
        checkMade(where, "coalescing", coalescing, InterruptCoalescing, COALESCINGS),
      ),
      hostOffloads: optional(props.hostOffloads, (offloads) => checkHostOffloads(where, offloads)),
      guestOffloads: optional(props.guestOffloads, (offloads) => checkGuestOffloads(where, offloads)),
      receiveScaling: optional(props.receiveScaling, (scaling) => checkReceiveScaling(where, scaling)),
      isolated: optional(props.isolated, (isolated) => checkFlag(where, "isolated", isolated)),
      trustGuestRxFilters: optional(props.trustGuestRxFilters, (trust) =>
        checkFlag(where, "trustGuestRxFilters", trust),
      ),
      microSegment: microSegment?._platformMicroSegment,
      addresses,
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

/** @returns the addresses that the member was given */
function joinMicroSegment(where: string, props: TunedVmNicProps): readonly string[] {
  const { vm, segment, sriov, microSegment, addresses = [], isolated } = props;
  if (microSegment === undefined) {
    if (props.addresses !== undefined) {
      throw new ConfigurationError({
        where,
        what: "addresses are those of a member of a micro segment, and the NIC is in none",
        given: addresses,
        mend: "give `microSegment`, or leave `addresses` out: they configure no guest",
        practice: MICRO_SEGMENT_PRACTICES.ownAddressesOnly.id,
      });
    }
    return [];
  }
  checkSamePlatform(where, vm.platform, "micro segment", microSegment, "_platformMicroSegment");
  if (sriov !== undefined) {
    throw new ConfigurationError({
      where,
      what: "a virtual function can't be in a micro segment: what the guest sends through it passes by the host's filters",
      given: `${sriov.node.path}, ${microSegment.node.path}`,
      mend: "leave `sriov` out, or `microSegment`",
      practice: MICRO_SEGMENT_PRACTICES.linuxBridgeOnly.id,
    });
  }
  if (isolated !== undefined) {
    throw new ConfigurationError({
      where,
      what: "whether a member's port is isolated is the micro segment's matter",
      given: isolated,
      mend: "leave `isolated` out, and give it to the micro segment",
      practice: MICRO_SEGMENT_PRACTICES.isolatedPorts.id,
    });
  }
  return microSegment._join(where, segment!, addresses);
}

const COALESCINGS = "InterruptCoalescing.off(), .frames(), .rate()";

/** What the NIC is connected to: a segment, a virtual function, or both as a failover pair. */
function checkConnection(
  where: string,
  platform: IPlatform,
  { segment, sriov, failover }: TunedVmNicOptions,
): Pick<TunedVmNicOptions, "segment" | "sriov"> {
  if (sriov === undefined) {
    if (failover !== undefined) {
      throw new ConfigurationError({
        where,
        what: "failover is for a virtual function, and the NIC has none",
        given: failover,
        mend: "give `sriov`, too; or give the segment as `segment`",
        practice: SRIOV_PRACTICES.failover.id,
      });
    }
    if (segment === undefined) {
      throw new ConfigurationError({
        where,
        what: "nothing says what the NIC is connected to",
        mend: "give `segment`, or `sriov` for a virtual function",
      });
    }
    checkSamePlatform(where, platform, "segment", segment, "_platformSegment");
    return { segment };
  }
  checkSamePlatform(where, platform, "SR-IOV pool", sriov, "_platformSriovPool");
  if (segment !== undefined) {
    throw new ConfigurationError({
      where,
      what: "a NIC is on a segment or has a virtual function",
      given: { segment, sriov },
      mend: "leave one of them out; a segment that stands in while the guest is migrated is `failover`",
      practice: SRIOV_PRACTICES.failover.id,
    });
  }
  optional(failover, (other) => checkSamePlatform(where, platform, "segment", other, "_platformSegment"));
  return { segment: failover, sriov };
}

/** Settings of virtual NICs, which the hardware of a virtual function does not have. */
const OF_VIRTUAL_NICS = [
  "model",
  "queues",
  "rxRingSize",
  "txRingSize",
  "coalescing",
  "hostOffloads",
  "guestOffloads",
  "receiveScaling",
  "isolated",
  "trustGuestRxFilters",
] as const satisfies readonly (keyof TunedVmNicOptions)[];

function refuseOnVirtualFunction(where: string, props: TunedVmNicProps): void {
  if (props.vm.liveMigration && props.failover === undefined) {
    throw new ConfigurationError({
      where,
      what: "the machine has to be able to move, and a virtual function alone ties it to its host",
      given: "liveMigration true",
      mend: "give `failover` (libvirt), or a `segment` instead of `sriov`",
      practice: SRIOV_PRACTICES.migrationWanted.id,
    });
  }
  if (props.traffic !== undefined) {
    throw new ConfigurationError({
      where,
      what: "a virtual function has no traffic profile",
      given: props.traffic,
      mend: "leave `traffic` out, and give the pool `maxRate` (libvirt)",
      practice: SRIOV_PRACTICES.rateOnPool.id,
    });
  }
  if (props.microSegment !== undefined) {
    throw new ConfigurationError({
      where,
      what: "a virtual function can't be in a micro segment",
      given: props.microSegment,
      mend: "leave `microSegment` out and filter in the guest or in the network, or give the NIC a `segment` instead",
      practice: SRIOV_PRACTICES.noFilter.id,
    });
  }
  const setting = props.failover === undefined ? OF_VIRTUAL_NICS.find((name) => props[name] !== undefined) : undefined;
  if (setting !== undefined) {
    throw new ConfigurationError({
      where,
      what: `a virtual function has no \`${setting}\``,
      given: props[setting],
      mend: `leave \`${setting}\` out: the guest's driver sets what the hardware has`,
      practice: SRIOV_PRACTICES.isTheGuests.id,
    });
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
