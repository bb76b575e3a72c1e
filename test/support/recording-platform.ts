import { App, Lazy, TerraformVariable, Token } from "cdktf";
import { Construct, type IConstruct } from "constructs";
import { DataSize, DiskBus, NicModel, TunedStack, TunedVm, type TunedVmProps } from "virtuned";
import type {
  DiskIntent,
  ExistingSegmentIntent,
  ExistingSwitchIntent,
  IHost,
  IPlatform,
  MicroSegmentIntent,
  MicroSegmentRule,
  NicIntent,
  PersistentMemoryIntent,
  PlatformMicroSegment,
  PlatformSegment,
  PlatformSriovPool,
  PlatformSwitch,
  PlatformTier,
  PlatformVm,
  ResolvedDisk,
  ResolvedNic,
  SegmentIntent,
  SriovPoolIntent,
  SwitchIntent,
  TierIntent,
  VmIntent,
  VxlanIntent,
} from "../../src/platforms/platform";
import { newFolder } from "./folders";

/** A platform that takes everything and keeps what it was asked for: what constructs say, whatever the platform. */
class RecordingPlatform extends Construct implements IPlatform {
  public readonly kind = "recording";
  public readonly hosts: readonly IHost[];
  public readonly switches: (SwitchIntent | ExistingSwitchIntent)[] = [];
  public readonly segments: (SegmentIntent | ExistingSegmentIntent)[] = [];
  public readonly microSegments: MicroSegmentIntent[] = [];
  /** Rules, below the path of their micro segment. */
  public readonly rules: Record<string, MicroSegmentRule[]> = {};
  public readonly sriovPools: SriovPoolIntent[] = [];
  public readonly vxlans: VxlanIntent[] = [];
  public readonly tiers: TierIntent[] = [];
  public readonly vms: VmIntent[] = [];
  public readonly nics: NicIntent[] = [];
  public readonly disks: DiskIntent[] = [];
  public readonly persistentMemory: PersistentMemoryIntent[] = [];

  public constructor(scope: Construct, id: string, hosts: readonly string[] = ["kvm1", "kvm2"]) {
    super(scope, id);
    this.hosts = hosts.map((name) => ({ name }));
  }

  public createSwitch(_scope: Construct, intent: SwitchIntent): PlatformSwitch {
    this.switches.push(intent);
    return { addSegment: (_segment, segment) => this.segment(segment) };
  }

  public importSwitch(_scope: Construct, intent: ExistingSwitchIntent): PlatformSwitch {
    this.switches.push(intent);
    return { addSegment: (_segment, segment) => this.segment(segment) };
  }

  public importSegment(_scope: Construct, intent: ExistingSegmentIntent): PlatformSegment {
    return this.segment(intent);
  }

  public createMicroSegment(scope: Construct, intent: MicroSegmentIntent): PlatformMicroSegment {
    this.microSegments.push(intent);
    this.rules[scope.node.path] = [];
    return { allow: (where, rule) => this.rules[where]!.push(rule) };
  }

  public createSriovPool(_scope: Construct, intent: SriovPoolIntent): PlatformSriovPool {
    this.sriovPools.push(intent);
    return { platform: this };
  }

  public createVxlanSegment(_scope: Construct, intent: VxlanIntent): PlatformSegment {
    this.vxlans.push(intent);
    return { platform: this };
  }

  public createTier(_scope: Construct, intent: TierIntent): PlatformTier {
    this.tiers.push(intent);
    return { platform: this };
  }

  public createVm(scope: Construct, intent: VmIntent): PlatformVm {
    this.vms.push(intent);
    const resource: IConstruct = new Construct(scope, "Resource");
    return {
      resource,
      addNic: (_nic, nic) => this.nic(nic),
      addDisk: (_disk, disk) => this.disk(disk),
      addPersistentMemory: (_memory, memory) => void this.persistentMemory.push(memory),
    };
  }

  private segment(intent: SegmentIntent | ExistingSegmentIntent): PlatformSegment {
    this.segments.push(intent);
    return { platform: this };
  }

  private nic(intent: NicIntent): ResolvedNic {
    this.nics.push(intent);
    const { model = NicModel.VIRTIO, queues, macAddress } = intent;
    return { model, queues, macAddress };
  }

  private disk(intent: DiskIntent): ResolvedDisk {
    this.disks.push(intent);
    const { bus = DiskBus.VIRTIO_SCSI, format, cache, asyncIo, queues, serial } = intent;
    return { bus, format, cache, asyncIo, queues, serial };
  }
}

/** A stack with a platform of two hosts that records, for tests of constructs alone. */
export function recordingProgram(hosts?: readonly string[]) {
  const app = new App({ outdir: newFolder(), stackTraces: false });
  const stack = new TunedStack(app, "prod");
  const platform = new RecordingPlatform(stack, "platform", hosts);
  const vm = (id: string, props: Partial<TunedVmProps> = {}) =>
    new TunedVm(stack, id, { platform, vcpus: 4, memory: DataSize.gibibytes(8), ...props });
  return { app, stack, platform, vm };
}

/** Values that are known at apply time only, of each kind that cdktf has. */
export function unknownValues(stack: TunedStack) {
  const variable = new TerraformVariable(stack, "unknown", {});
  return {
    string: variable.stringValue,
    "string with one in it": `db-${variable.stringValue}`,
    number: variable.numberValue,
    list: variable.listValue,
    boolean: variable.booleanValue,
    lazy: Lazy.anyValue({ produce: () => "later" }),
    any: Token.asAny({ resolve: () => "later", creationStack: [] }),
    expression: "${var.unknown}",
  };
}
