import { App } from "cdktf";
import {
  DataSize,
  DistributedVSwitch,
  type DistributedVSwitchProps,
  StorageBackend,
  StorageTier,
  SwitchBacking,
  TieredStoragePool,
  type TieredStoragePoolProps,
  TunedStack,
  TunedVm,
  type TunedVmProps,
} from "virtuned";
import { LibvirtHost, type LibvirtHostOptions, LibvirtPlatform } from "virtuned/libvirt";
import { newFolder } from "./folders";
import { Synthesis } from "./synthesis";

/** A stack on a libvirt platform, and shorthands for what a test is not about. */
export class LibvirtProgram {
  public readonly app = new App({ outdir: newFolder(), stackTraces: false });
  public readonly stack = new TunedStack(this.app, "prod");
  public readonly hosts: readonly LibvirtHost[];
  public readonly platform: LibvirtPlatform;

  public constructor(options: LibvirtHostOptions = {}, names: readonly string[] = ["kvm1"]) {
    this.hosts = names.map((name) => LibvirtHost.at(name, `qemu+ssh://root@${name}/system`, options));
    this.platform = new LibvirtPlatform(this.stack, "kvm", { hosts: this.hosts });
  }

  public switch(id: string, props: Partial<DistributedVSwitchProps> = {}): DistributedVSwitch {
    const backing = SwitchBacking.nat("10.20.0.0/24");
    return new DistributedVSwitch(this.stack, id, { platform: this.platform, backing, ...props });
  }

  public pool(id: string, props: Partial<TieredStoragePoolProps> = {}): TieredStoragePool {
    const tiers = { performance: StorageTier.on(StorageBackend.lvm("nvme")) };
    return new TieredStoragePool(this.stack, id, { platform: this.platform, tiers, ...props });
  }

  public vm(id: string, props: Partial<TunedVmProps> = {}): TunedVm {
    return new TunedVm(this.stack, id, { platform: this.platform, vcpus: 4, memory: DataSize.gibibytes(8), ...props });
  }

  public synthesise(): Synthesis {
    return new Synthesis(this.stack);
  }
}
