import { DataVsphereComputeCluster } from "@cdktf/provider-vsphere/lib/data-vsphere-compute-cluster";
import { DataVsphereContentLibrary } from "@cdktf/provider-vsphere/lib/data-vsphere-content-library";
import { DataVsphereContentLibraryItem } from "@cdktf/provider-vsphere/lib/data-vsphere-content-library-item";
import { DataVsphereDatacenter } from "@cdktf/provider-vsphere/lib/data-vsphere-datacenter";
import { DataVsphereDatastore } from "@cdktf/provider-vsphere/lib/data-vsphere-datastore";
import { DataVsphereDatastoreCluster } from "@cdktf/provider-vsphere/lib/data-vsphere-datastore-cluster";
import { DataVsphereDistributedVirtualSwitch } from "@cdktf/provider-vsphere/lib/data-vsphere-distributed-virtual-switch";
import { DataVsphereHost } from "@cdktf/provider-vsphere/lib/data-vsphere-host";
import { DataVsphereNetwork } from "@cdktf/provider-vsphere/lib/data-vsphere-network";
import { DataVsphereResourcePool } from "@cdktf/provider-vsphere/lib/data-vsphere-resource-pool";
import { DataVsphereStoragePolicy } from "@cdktf/provider-vsphere/lib/data-vsphere-storage-policy";
import { DataVsphereVirtualMachine } from "@cdktf/provider-vsphere/lib/data-vsphere-virtual-machine";
import type { Construct } from "constructs";
import type { Provider } from "./provider";
import type { VsphereHost } from "./vsphere-host";

export interface InventoryOptions {
  readonly provider: Provider;
  readonly datacenter: string;
  readonly cluster?: string;
  readonly host?: VsphereHost;
  readonly resourcePool?: string;
}

/** What vCenter has already. Each thing is looked up once, and only where it is needed. */
export class Inventory {
  readonly #found = new Map<string, unknown>();

  public constructor(
    private readonly scope: Construct,
    private readonly options: InventoryOptions,
  ) {}

  public get datacenterId(): string {
    const { provider, datacenter: name } = this.options;
    return this.once("datacenter", (id) => new DataVsphereDatacenter(this.scope, id, { provider, name })).id;
  }

  /**
   * Where machines are: the pool that was named, else the root pool of the cluster or the host.
   * @param host that the machine itself was given
   */
  public resourcePoolId(host?: VsphereHost): string {
    const { provider, cluster, resourcePool } = this.options;
    const owner = host ?? this.options.host;
    if (resourcePool !== undefined) {
      const parent = cluster ?? owner?.name;
      const name = parent === undefined ? resourcePool : `${parent}/Resources/${resourcePool}`;
      return this.once(
        `resource-pool-${name}`,
        (id) => new DataVsphereResourcePool(this.scope, id, { provider, name, datacenterId: this.datacenterId }),
      ).id;
    }
    if (cluster !== undefined) {
      return this.once(
        "cluster",
        (id) =>
          new DataVsphereComputeCluster(this.scope, id, { provider, name: cluster, datacenterId: this.datacenterId }),
      ).resourcePoolId;
    }
    return this.host(owner!).resourcePoolId;
  }

  /** Whether a cluster places machines, moves them and starts them again. */
  public get hasCluster(): boolean {
    return this.options.cluster !== undefined;
  }

  public hostId(host: VsphereHost): string {
    return this.host(host).id;
  }

  public datastoreId(name: string): string {
    return this.named("datastore", name, DataVsphereDatastore).id;
  }

  public datastoreClusterId(name: string): string {
    return this.named("datastore-cluster", name, DataVsphereDatastoreCluster).id;
  }

  public networkId(name: string): string {
    return this.named("network", name, DataVsphereNetwork).id;
  }

  public switchId(name: string): string {
    return this.named("switch", name, DataVsphereDistributedVirtualSwitch).id;
  }

  public template(name: string): DataVsphereVirtualMachine {
    return this.named("template", name, DataVsphereVirtualMachine);
  }

  /** An item of a content library: an OVF, or a template, which the provider tells apart itself. */
  public libraryItemId(library: string, name: string): string {
    const { provider } = this.options;
    const libraryId = this.once(
      `library-${library}`,
      (id) => new DataVsphereContentLibrary(this.scope, id, { provider, name: library }),
    ).id;
    return this.once(
      `library-item-${library}/${name}`,
      (id) => new DataVsphereContentLibraryItem(this.scope, id, { provider, name, libraryId, type: "ovf" }),
    ).id;
  }

  public storagePolicyId(name: string): string {
    const { provider } = this.options;
    return this.once(`storage-policy-${name}`, (id) => new DataVsphereStoragePolicy(this.scope, id, { provider, name }))
      .id;
  }

  private host(host: VsphereHost): DataVsphereHost {
    return this.named("host", host.name, DataVsphereHost);
  }

  private named<T>(
    kind: string,
    name: string,
    Data: new (scope: Construct, id: string, config: { provider: Provider; name: string; datacenterId: string }) => T,
  ): T {
    const { provider } = this.options;
    return this.once(
      `${kind}-${name}`,
      (id) => new Data(this.scope, id, { provider, name, datacenterId: this.datacenterId }),
    );
  }

  private once<T>(id: string, make: (id: string) => T): T {
    const found = (this.#found.get(id) as T | undefined) ?? make(id);
    this.#found.set(id, found);
    return found;
  }
}
