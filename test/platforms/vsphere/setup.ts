import { App, TerraformStack, Testing } from "cdktf";
import type { IConstruct } from "constructs";
import { TunedVm, type TunedVmProps } from "../../../src/constructs/compute";
import { DistributedVSwitch, type VlanSegment } from "../../../src/constructs/network";
import { StorageBackend, StorageTier, TieredStoragePool } from "../../../src/constructs/storage";
import { VsphereHost, VspherePlatform, type VspherePlatformProps } from "../../../src/platforms/vsphere";
import { DataSize } from "../../../src/units";

/** What is synthesised, by type and logical id. */
interface Synthesised {
  readonly data: Record<string, Record<string, Record<string, unknown>>>;
  readonly provider: { readonly vsphere: readonly Record<string, unknown>[] };
  readonly resource: Record<string, Record<string, Record<string, unknown>>>;
  readonly terraform: { readonly required_providers: Record<string, unknown> };
  readonly variable?: Record<string, unknown>;
  readonly locals?: Record<string, unknown>;
}

/** A stack with a platform and what most tests need beside it, each made when it is asked for. */
export class Site {
  public readonly stack = new TerraformStack(new App(), "site");
  public readonly platform: VspherePlatform;
  #segment?: VlanSegment;
  #pool?: TieredStoragePool;

  public constructor(props: Partial<VspherePlatformProps> = {}) {
    this.platform = new VspherePlatform(this.stack, "vsphere", { datacenter: "dc1", cluster: "c1", ...props });
  }

  public static withHosts(...names: readonly string[]): Site {
    return new Site({ hosts: names.map((name) => VsphereHost.named(name)) });
  }

  public get segment(): VlanSegment {
    this.#segment ??= new DistributedVSwitch(this.stack, "fabric", { platform: this.platform }).addVlanSegment("lan");
    return this.#segment;
  }

  public get pool(): TieredStoragePool {
    this.#pool ??= new TieredStoragePool(this.stack, "datastores", {
      platform: this.platform,
      tiers: {
        performance: StorageTier.on(StorageBackend.datastore("flash")),
        standard: StorageTier.on(StorageBackend.datastore("disks"), { storagePolicy: "mirrored" }),
        archive: StorageTier.on(StorageBackend.datastoreCluster("pod")),
      },
    });
    return this.#pool;
  }

  public vm(props: Partial<TunedVmProps> = {}, id = "vm"): TunedVm {
    return new TunedVm(this.stack, id, {
      platform: this.platform,
      vcpus: 4,
      memory: DataSize.gibibytes(8),
      ...props,
    });
  }

  public synth(): Synthesised {
    return JSON.parse(Testing.synth(this.stack)) as Synthesised;
  }

  /** The only resource of its type. */
  public only<T = Record<string, unknown>>(type: string): T {
    const found = Object.values(this.synth().resource[type] ?? {});
    expect(found).toHaveLength(1);
    return found[0] as T;
  }
}

export interface MachineBlocks {
  readonly disk: readonly Record<string, unknown>[];
  readonly network_interface: readonly Record<string, unknown>[];
  readonly [attribute: string]: unknown;
}

export function warningsOf(construct: IConstruct): string[] {
  return construct.node.metadata.filter(({ type }) => type === "@cdktf/warn").map(({ data }) => String(data));
}

export const GIB = (amount: number) => DataSize.gibibytes(amount);
