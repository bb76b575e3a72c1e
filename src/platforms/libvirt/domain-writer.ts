import { Domain, type DomainConfig, type DomainDevices } from "@cdktf/provider-libvirt/lib/domain";
import type { Construct } from "constructs";
import { Annotations, type TerraformResource } from "../../cdktf";
import { MemoryAccess } from "../../constructs/compute/persistent-memory-device";
import type { GuestDiskSetup } from "../../linux";
import { DISK_LIMITS, DISK_PRACTICES, PERSISTENT_MEMORY_PRACTICES, STORAGE_PRACTICES } from "../../practices";
import type {
  DiskIntent,
  NicIntent,
  PersistentMemoryIntent,
  PlatformVm,
  ResolvedDisk,
  ResolvedNic,
  VmIntent,
} from "../platform";
import { Capacity } from "./capacity";
import { CloudInitDisk } from "./cloud-init-writer";
import { hashOf, waitFor } from "./definition";
import { DiskLayout } from "./disk-layout";
import { checkLimitGroups, weightOf } from "./disk-limits";
import { type WrittenDisk, writeDisk } from "./disk-writer";
import { guestSideOf } from "./guest-disk-writer";
import { checkMachine, hardwareOf, standardDevices, warnOfNumaNodes } from "./hardware";
import type { LibvirtHost } from "./libvirt-host";
import type { LibvirtPlatform } from "./libvirt-platform";
import { checkPersistentMemory, explainPersistentMemory, memoryDeviceOf, memoryDevicesOf } from "./memory-devices";
import { checkVectors, type WrittenNic, writeNic } from "./nic-writer";
import { startWhenRedefined } from "./power";
import type { TierWriter } from "./tier-writer";
import { VolumeWriter } from "./volume-writer";

/** A domain whose devices are put together when it is synthesised: NICs and disks are added until then. */
class ComposedDomain extends Domain {
  #compose?: () => Partial<DomainConfig>;

  /** Has the domain put together anew before it is next read. */
  public composeBy(compose: () => Partial<DomainConfig>): void {
    this.#compose = compose;
  }

  protected override synthesizeAttributes(): Record<string, unknown> {
    const compose = this.#compose;
    this.#compose = undefined;
    if (compose) {
      Object.assign(this, compose());
    }
    return super.synthesizeAttributes();
  }
}

/** Writes a machine: a domain, what starts it, and what its disks are made from. */
export class DomainWriter implements PlatformVm {
  public readonly resource: Domain;
  readonly #domain: ComposedDomain;
  readonly #volumes: VolumeWriter;
  readonly #nics: WrittenNic[] = [];
  readonly #disks: WrittenDisk[] = [];
  readonly #guestSides: GuestDiskSetup[] = [];
  readonly #memory: PersistentMemoryIntent[] = [];
  readonly #hardware: DomainConfig;
  #cloudInit?: CloudInitDisk;
  #weight?: number;
  #manyThreads = false;

  public constructor(
    private readonly platform: LibvirtPlatform,
    private readonly host: LibvirtHost,
    private readonly scope: Construct,
    private readonly intent: VmIntent,
  ) {
    checkMachine(scope.node.path, host, intent);
    platform._claim(scope.node.path, host, "guest", intent.name);
    warnOfNumaNodes(scope, host, intent);
    this.#hardware = hardwareOf(host, intent);
    this.#domain = new ComposedDomain(scope, "Resource", {
      provider: platform.provider(host),
      ...this.#hardware,
    });
    this.resource = this.#domain;
    const power = startWhenRedefined(scope, this.#domain, platform._scripts, host.uri, intent.name);
    this.#volumes = new VolumeWriter(scope, new Capacity(scope, platform._scripts, host.uri, intent.name, power));
    if (intent.cloudInit !== undefined) {
      scope.node.addValidation({ validate: () => this.checkCloudInit() });
    }
    this.recompose();
  }

  public addNic(scope: Construct, intent: NicIntent): ResolvedNic {
    const nic = writeNic(scope, this.host, this.intent, intent, () => this.recompose());
    this.#nics.push(nic);
    checkVectors(this.scope, this.intent, this.#nics);
    for (const resource of nic.waitsFor) {
      this.dependOn(resource);
    }
    this.recompose();
    return nic.resolved;
  }

  public addDisk(scope: Construct, intent: DiskIntent): ResolvedDisk {
    const disk = writeDisk(
      scope,
      { platform: this.platform, host: this.host, vm: this.intent, volumes: this.#volumes },
      intent,
    );
    if (this.intent.cloudInit !== undefined && this.#cloudInit === undefined) {
      const tier = (intent.tier as TierWriter).on(scope.node.path, this.host);
      this.#cloudInit = new CloudInitDisk(
        this.scope,
        this.platform.provider(this.host),
        tier,
        this.intent,
        this.intent.cloudInit,
      );
      this.dependOn(this.#cloudInit.volume);
    }
    if (intent.guest !== undefined) {
      this.#guestSides.push(guestSideOf(scope.node.path, this.intent, intent, intent.guest, disk.resolved));
      this.#cloudInit!.setUp(this.#guestSides);
    }
    this.#disks.push(disk);
    this.dependOn(disk.resource);
    const layout = new DiskLayout(this.scope.node.path, this.intent, this.#disks);
    // A disk that comes before others can move them.
    for (const written of this.#disks) {
      written.explain(layout.place(written));
    }
    checkLimitGroups(this.scope.node.path, this.#disks);
    this.warnOfThreads(layout);
    this.explainWeight();
    this.recompose();
    return disk.resolved;
  }

  public addPersistentMemory(scope: Construct, intent: PersistentMemoryIntent): void {
    const where = scope.node.path;
    checkPersistentMemory(where, this.host, intent);
    if (intent.device.access === MemoryAccess.SHARED) {
      const mend = "give another path, or MemoryAccess.PRIVATE for copies of one file";
      this.platform._claim(where, this.host, "backing of persistent memory", intent.device.path, mend);
    }
    explainPersistentMemory(scope, intent);
    this.#memory.push(intent);
    this.intent.log.record(PERSISTENT_MEMORY_PRACTICES.slots, "maximum_memory_slots", this.#memory.length);
    this.recompose();
  }

  private warnOfThreads({ ioThreads }: DiskLayout): void {
    const { name, cpus } = this.host;
    if (!this.#manyThreads && cpus !== undefined && ioThreads > cpus * DISK_LIMITS.ioThreadsPerCpu) {
      this.#manyThreads = true;
      const { id, reason } = STORAGE_PRACTICES.ioThreadCount;
      Annotations.of(this.scope).addWarning(
        `more I/O threads than ${DISK_LIMITS.ioThreadsPerCpu} for each of the ${cpus} CPUs of host ${name}: ${reason} [${id}]`,
      );
    }
  }

  private explainWeight(): void {
    const weight = weightOf(this.scope.node.path, this.#disks);
    if (weight !== undefined && this.#weight === undefined) {
      this.#weight = weight;
      const { id, reason } = DISK_PRACTICES.weight;
      this.intent.log.record(DISK_PRACTICES.weight, "block_io_tune.weight", weight, undefined, true);
      Annotations.of(this.scope).addWarning(`the weight of a disk is that of its machine: ${reason} [${id}]`);
    }
  }

  private checkCloudInit(): string[] {
    return this.#cloudInit === undefined
      ? [
          "cloud-init reads an image in the pool of the machine's first disk, and it has no disk. To mend: add one, or leave `cloudInit` out.",
        ]
      : [];
  }

  /** Names in the definition are literals; this is what makes Terraform wait. */
  private dependOn(resource: TerraformResource | undefined): void {
    if (resource !== undefined) {
      waitFor(this.#domain, resource);
    }
  }

  private recompose(): void {
    this.#domain.composeBy(() => this.compose());
  }

  private compose(): Partial<DomainConfig> {
    const nics = [...this.#nics].sort((a, b) => a.order - b.order);
    const disks = [...this.#disks].sort((a, b) => a.order - b.order);
    const layout = new DiskLayout(this.scope.node.path, this.intent, disks);
    const fromNetwork = this.intent.boot?.fromNetwork ?? false;
    const fromDisk = !fromNetwork && this.intent.boot?.fromKernel === undefined;
    const devices: DomainDevices = {
      ...standardDevices(this.intent),
      controllers: layout.controllers,
      disks: [
        ...disks.map((disk, i) => ({
          ...layout.place(disk).device,
          ...(fromDisk && i === 0 && { boot: { order: 1 } }),
        })),
        ...(this.#cloudInit ? [this.#cloudInit.device] : []),
      ],
      interfaces: nics.flatMap(({ devices: [first, ...others] }, i) => [
        { ...first, ...(fromNetwork && { boot: { order: i + 1 } }) },
        ...others,
      ]),
      ...(this.#memory.length > 0 && { memorydevs: this.#memory.map(memoryDeviceOf) }),
    };
    const attached = hashOf([nics.map((nic) => nic.attachment()), disks.map((disk) => disk.attachment)]);
    return {
      ...memoryDevicesOf(this.intent, this.#hardware.cpu, this.#memory),
      devices,
      ...(layout.ioThreads > 0 && { ioThreads: layout.ioThreads }),
      ...(this.#weight !== undefined && { blockIoTune: { weight: this.#weight } }),
      metadata: { xml: metadataXml([attached, this.#cloudInit?.attachment].filter(Boolean).join(" ")) },
    };
  }
}

/**
 * Says in the domain's own definition what it is attached to: a network or a volume that is replaced then changes the definition, and the
 * provider shuts the guest down in time, after which it is started anew. On one line and with a prefix, as the provider reads it back.
 */
function metadataXml(attached: string): string {
  return `<virtuned:guest xmlns:virtuned="urn:virtuned:guest:1"><virtuned:attached>${attached}</virtuned:attached></virtuned:guest>`;
}
