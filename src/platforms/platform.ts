/**
 * What a platform must be able to write. Constructs know this file only: a new platform is a folder beside it that implements `IPlatform`.
 *
 * An intent is what a construct wants, checked as far as every platform agrees, with the user's choices and without defaults that
 * depend on the platform. The platform decides those, refuses what it can't do, and records each decision in the intent's tuning log.
 */
import type { Construct, IConstruct } from "constructs";
import type { Boot, BootImage } from "../constructs/compute/boot";
import type { CloudInit } from "../constructs/compute/cloud-init";
import type { CpuModel } from "../constructs/compute/cpu-model";
import type { AsyncIo, CacheMode, DetectZeroes, DiskBus, IoThreadUse, NicModel } from "../constructs/compute/devices";
import type { DiskDevice } from "../constructs/compute/disk-device";
import type { Firmware } from "../constructs/compute/firmware";
import type { GuestDisk } from "../constructs/compute/guest-disk";
import type { ImageFormat } from "../constructs/compute/image-format";
import type { InterruptCoalescing } from "../constructs/compute/interrupt-coalescing";
import type { GuestOffloads, HostOffloads } from "../constructs/compute/nic-offloads";
import type { PersistentMemoryDevice } from "../constructs/compute/persistent-memory-device";
import type { ReceiveScaling } from "../constructs/compute/receive-scaling";
import type { Workload } from "../constructs/compute/workload";
import type { DiscoveryProtocol } from "../constructs/network/discovery-protocol";
import type { Flooding } from "../constructs/network/flooding";
import type { FlowExport } from "../constructs/network/flow-export";
import type { MulticastFiltering } from "../constructs/network/multicast-filtering";
import type { NetworkIoControl } from "../constructs/network/network-io-control";
import type { Port } from "../constructs/network/port";
import type { PrivateVlan } from "../constructs/network/private-vlan";
import type { SecurityPolicy } from "../constructs/network/security-policy";
import type { VfLinkState } from "../constructs/network/sriov-pool";
import type { SwitchBacking } from "../constructs/network/switch-backing";
import type { FailureDetection, ResolvedLacp, TeamingPolicy } from "../constructs/network/teaming";
import type { TrafficProfile } from "../constructs/network/traffic-profile";
import type { VirtualFunctions } from "../constructs/network/virtual-functions";
import type { VlanTagging } from "../constructs/network/vlan";
import type { Vtep } from "../constructs/network/vtep";
import type { IoProfile } from "../constructs/storage/io-profile";
import type { StorageBackend } from "../constructs/storage/storage-backend";
import type { StorageDrs } from "../constructs/storage/storage-drs";
import type { TierBackend, VolumeDefaults } from "../constructs/storage/storage-tier";
import type { IpNetwork } from "../linux";
import type { TuningLog } from "../practices";
import type { DataRate, DataSize, Duration } from "../units";

/** A machine that guests run on. */
export interface IHost {
  /** Unique on its platform. */
  readonly name: string;
}

/** Where constructs become resources. */
export interface IPlatform extends IConstruct {
  /** What it is called in messages: `libvirt`. */
  readonly kind: string;
  /** Hosts that the program told it of; on vSphere there may be none, the cluster places then. */
  readonly hosts: readonly IHost[];

  createSwitch(scope: Construct, intent: SwitchIntent): PlatformSwitch;
  /** A switch that others own, to add segments to it. */
  importSwitch(scope: Construct, intent: ExistingSwitchIntent): PlatformSwitch;
  /** A segment that others own. */
  importSegment(scope: Construct, intent: ExistingSegmentIntent): PlatformSegment;
  /** A segment whose hosts are VTEPs. */
  createVxlanSegment(scope: Construct, intent: VxlanIntent): PlatformSegment;
  createMicroSegment(scope: Construct, intent: MicroSegmentIntent): PlatformMicroSegment;
  createSriovPool(scope: Construct, intent: SriovPoolIntent): PlatformSriovPool;
  createTier(scope: Construct, intent: TierIntent): PlatformTier;
  createVm(scope: Construct, intent: VmIntent): PlatformVm;
}

export interface SwitchIntent {
  readonly name: string;
  readonly hosts: readonly IHost[];
  readonly backing?: SwitchBacking;
  /** Bytes. */
  readonly mtu: number;
  readonly uplinks: readonly string[];
  /** `undefined`: the platform's own. */
  readonly policy?: TeamingPolicy;
  readonly active: readonly string[];
  readonly standby: readonly string[];
  /** Whether an uplink that works again takes its traffic back; `undefined`: the platform's own. */
  readonly failback?: boolean;
  /** Whether physical switches are told of a failover; `undefined`: the platform's own. */
  readonly notifySwitches?: boolean;
  readonly failureDetection: FailureDetection;
  /** Where the policy is LACP. */
  readonly lacp?: ResolvedLacp;
  readonly security: Required<SecurityPolicy>;
  /** Of all that passes an uplink. */
  readonly traffic?: TrafficProfile;
  /** Of each uplink. */
  readonly uplinkSpeed?: DataRate;
  /** Checked as a map: each primary has its promiscuous entry. Empty for none. */
  readonly privateVlans: readonly PrivateVlan[];
  /** `undefined`: the platform's own. */
  readonly discovery?: DiscoveryProtocol;
  /** `undefined`: the platform's own. */
  readonly multicastFiltering?: MulticastFiltering;
  readonly ioControl?: NetworkIoControl;
  readonly flowExport?: FlowExport;
  readonly log: TuningLog;
}

export interface ExistingSwitchIntent {
  /** As it was given: what a name may be is the platform's matter. */
  readonly name: string;
  /** Bytes. */
  readonly mtu: number;
}

export interface PlatformSwitch {
  addSegment(scope: Construct, intent: SegmentIntent): PlatformSegment;
}

export interface SegmentIntent {
  readonly name: string;
  /** Bytes. */
  readonly mtu: number;
  readonly tagging: VlanTagging;
  readonly security: Required<SecurityPolicy>;
  /** The limit is that of each NIC; guarantee, shares and priority are of the segment as a whole. */
  readonly traffic?: TrafficProfile;
  /** Whether flows of its ports go to the switch's collector; `undefined` where others own the switch and nothing was said. */
  readonly exportFlows?: boolean;
  readonly log: TuningLog;
}

export interface ExistingSegmentIntent {
  /** As it was given: what a name may be is the platform's matter. */
  readonly network: string;
  readonly portGroup?: string;
  /** Bytes. */
  readonly mtu: number;
}

export interface VxlanIntent {
  readonly name: string;
  readonly vni: number;
  /** Bytes. */
  readonly mtu: number;
  /** Of all hosts that have the segment: one or more, each on its host, and with addresses of one family. */
  readonly vteps: ReadonlyMap<IHost, Vtep>;
  readonly flooding: Flooding;
  readonly neighbourSuppression: boolean;
  readonly security: Required<SecurityPolicy>;
  /** The limit is that of each NIC. */
  readonly traffic?: TrafficProfile;
  readonly log: TuningLog;
}

/** What a platform's NICs connect to. Only the platform that made it looks inside. */
export interface PlatformSegment {
  readonly platform: IPlatform;
}

export interface MicroSegmentIntent {
  readonly name: string;
  /** Whether members may ask for addresses. */
  readonly dhcp: boolean;
  /** Whether the switch itself keeps members from each other. */
  readonly isolated: boolean;
  readonly log: TuningLog;
}

/** Seen from the members: `in` is what others begin with them. */
export type MicroSegmentDirection = "in" | "out";

export interface MicroSegmentRule {
  readonly direction: MicroSegmentDirection;
  /** Of the end that is called. */
  readonly port: Port;
  /** For people: `to db: TCP 5432`. */
  readonly purpose: string;
  /** Addresses of the other end, in families that the port has. They are complete when the program is. */
  networks(): readonly IpNetwork[];
}

/** A group that NICs can be members of. Only the platform that made it looks inside. */
export interface PlatformMicroSegment {
  /** @param where whose rule it is */
  allow(where: string, rule: MicroSegmentRule): void;
}

export interface SriovPoolIntent {
  readonly name: string;
  readonly virtualFunctions: VirtualFunctions;
  /** Bytes. */
  readonly mtu: number;
  readonly vlan?: number;
  readonly segment?: PlatformSegment;
  /** Whole Mbit/s, of each virtual function. */
  readonly maxRate?: DataRate;
  readonly minRate?: DataRate;
  readonly spoofCheck?: boolean;
  readonly trust?: boolean;
  readonly linkState?: VfLinkState;
  readonly log: TuningLog;
}

/** Where a platform's NICs have their virtual functions from. Only the platform that made it looks inside. */
export interface PlatformSriovPool {
  readonly platform: IPlatform;
}

export interface TierIntent {
  /** Of the tier's own pool. */
  readonly name: string;
  /** Of the pool that the tier belongs to. */
  readonly pool: string;
  readonly tier: string;
  readonly hosts: readonly IHost[];
  readonly backend: StorageBackend;
  /** Those beside the first, each with a name of its own. Empty for none. */
  readonly others: readonly TierBackend[];
  readonly storagePolicy?: string;
  readonly storageDrs?: StorageDrs;
  /** For its volumes, where a disk does not say. */
  readonly volumes: VolumeDefaults;
  readonly protectData: boolean;
  readonly log: TuningLog;
}

/** Where a platform's disks are put. Only the platform that made it looks inside. */
export interface PlatformTier {
  readonly platform: IPlatform;
  /** One for each of the tier's backends, by its name, where volumes are placed by this program; `undefined` where the platform places them. */
  readonly parts?: ReadonlyMap<string, PlatformTier>;
}

export interface VmIntent {
  readonly name: string;
  readonly host?: IHost;
  readonly vcpus: number;
  readonly memory: DataSize;
  readonly workload: Workload;
  readonly description?: string;
  readonly firmware?: Firmware;
  readonly machine?: string;
  readonly cpu?: CpuModel;
  readonly boot?: Boot;
  readonly cloudInit?: CloudInit;
  readonly guestId?: string;
  /** What the workload says where it is `undefined`. */
  readonly reserveMemory?: boolean;
  readonly autostart: boolean;
  readonly guestAgent: boolean;
  readonly consoleLog?: string;
  readonly shutdownTimeout: Duration;
  readonly log: TuningLog;
}

export interface PlatformVm {
  /** The resource that the tuned settings are in. */
  readonly resource: IConstruct;
  addNic(scope: Construct, intent: NicIntent): ResolvedNic;
  addDisk(scope: Construct, intent: DiskIntent): ResolvedDisk;
  addPersistentMemory(scope: Construct, intent: PersistentMemoryIntent): void;
}

export interface NicIntent {
  readonly name: string;
  readonly order: number;
  /** Nothing for a virtual function alone. */
  readonly segment?: PlatformSegment;
  /** What it has a virtual function of: together with a segment it is a failover pair. */
  readonly sriov?: PlatformSriovPool;
  readonly model?: NicModel;
  readonly queues?: number;
  readonly rxRingSize?: number;
  readonly txRingSize?: number;
  /** Bytes. */
  readonly mtu: number;
  readonly macAddress?: string;
  readonly traffic?: TrafficProfile;
  readonly coalescing?: InterruptCoalescing;
  readonly hostOffloads?: HostOffloads;
  readonly guestOffloads?: GuestOffloads;
  readonly receiveScaling?: ReceiveScaling;
  readonly isolated?: boolean;
  readonly trustGuestRxFilters?: boolean;
  readonly microSegment?: PlatformMicroSegment;
  /** Of a member of a micro segment. */
  readonly addresses: readonly string[];
  readonly log: TuningLog;
}

/** What a NIC was given in the end. */
export interface ResolvedNic {
  /** `undefined` for a virtual function alone, which is what the hardware is. */
  readonly model?: NicModel;
  /** Queue pairs; `undefined` where the guest's driver decides. */
  readonly queues?: number;
  /** `undefined` where the platform assigns it at creation. */
  readonly macAddress?: string;
}

/** What a new volume holds to begin with: one of these. */
export interface VolumeContent {
  /** Stays below as what is read where nothing was written. */
  readonly overlay?: BootImage;
  readonly copy?: BootImage;
  readonly clone?: {
    readonly tier: PlatformTier;
    readonly volume: string;
    /** Whether this program makes it. */
    readonly own: boolean;
  };
}

export interface DiskIntent extends DiskDevice {
  readonly name: string;
  readonly order: number;
  readonly tier: PlatformTier;
  /** `undefined` for an existing volume, which has its own. */
  readonly size?: DataSize;
  /** Name of a volume that is in the tier already. */
  readonly existingVolume?: string;
  /** Whether this program makes the existing volume, for another disk. */
  readonly sharedVolume: boolean;
  /** What a new volume holds to begin with. */
  readonly content?: VolumeContent;
  /** Whether it is the disk that the machine's boot option asked for. */
  readonly root: boolean;
  readonly bus?: DiskBus;
  readonly format?: ImageFormat;
  readonly cache?: CacheMode;
  readonly asyncIo?: AsyncIo;
  readonly ioThread?: IoThreadUse;
  readonly queues?: number;
  readonly queueDepth?: number;
  readonly discard?: boolean;
  readonly detectZeroes?: DetectZeroes;
  readonly eagerZeroed?: boolean;
  readonly shareable: boolean;
  readonly readOnly: boolean;
  readonly serial?: string;
  /** Its limit, weight and reservation are the platform's to keep; its need has chosen the tier. */
  readonly io?: IoProfile;
  readonly guest?: GuestDisk;
  readonly protectData: boolean;
  readonly log: TuningLog;
}

export interface PersistentMemoryIntent {
  readonly device: PersistentMemoryDevice;
  /** Whole pieces of the device's alignment, labels included. */
  readonly size: DataSize;
  readonly log: TuningLog;
}

/** What a disk was given in the end. */
export interface ResolvedDisk {
  readonly bus: DiskBus;
  readonly format?: ImageFormat;
  readonly cache?: CacheMode;
  readonly asyncIo?: AsyncIo;
  readonly queues?: number;
  /** Name in the guest that does not change with the order of disks, below `/dev/disk/by-id/`. */
  readonly serial?: string;
  /** Name of its volume in its tier; `undefined` where the platform chooses it. */
  readonly volume?: string;
  /** Whether it takes space as it is written; `undefined` where that is not known. */
  readonly thin?: boolean;
  /** Whose own storage it is on; `undefined` where hosts share it. */
  readonly onHost?: IHost;
}
