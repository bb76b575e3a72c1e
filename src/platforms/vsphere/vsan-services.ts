import { ComputeCluster } from "@cdktf/provider-vsphere/lib/compute-cluster";
import { checkFlag, checkOptions, optional } from "../../constructs/given";
import { ConfigurationError } from "../../errors";
import { VSPHERE_STORAGE_PRACTICES } from "../../practices";

export interface VsanServicesOptions {
  /**
   * Whether blocks that are alike are stored once. It needs compression.
   * @default false
   */
  readonly deduplication?: boolean;
  /**
   * Whether blocks are compressed.
   * @default - as `deduplication`
   */
  readonly compression?: boolean;
  /**
   * Whether space that guests give back goes back to the cluster.
   * @default true
   */
  readonly unmap?: boolean;
  /**
   * Whether vSAN measures latencies, operations and throughput.
   * @default true
   */
  readonly performanceService?: boolean;
}

/** What vSAN does for a whole cluster. */
export class VsanServices {
  /**
   * Sets them on a cluster that the program makes. One that others own has them set where it is made.
   * @throws ConfigurationError for something else than a cluster, and for deduplication without compression
   */
  public static applyTo(cluster: ComputeCluster, options: VsanServicesOptions = {}): void {
    const where = "VsanServices.applyTo";
    const practice = VSPHERE_STORAGE_PRACTICES.vsanServices.id;
    if (!(cluster instanceof ComputeCluster)) {
      throw new ConfigurationError({
        where,
        what: "deduplication and compression are set on the resource that makes the cluster",
        given: cluster,
        allowed: "a ComputeCluster of @cdktf/provider-vsphere",
        mend: "set them in the program or in vCenter where the cluster is made",
        practice,
      });
    }
    checkOptions(where, "options", options);
    const flag = (what: keyof VsanServicesOptions) => optional(options[what], (value) => checkFlag(where, what, value));
    const deduplication = flag("deduplication") ?? false;
    const compression = flag("compression") ?? deduplication;
    if (deduplication && !compression) {
      throw new ConfigurationError({
        where,
        what: "vSAN deduplicates only what it compresses",
        given: "deduplication: true, compression: false",
        mend: "leave `compression` out",
        practice,
      });
    }
    if ((deduplication || compression) && cluster.vsanEsaEnabledInput === true) {
      throw new ConfigurationError({
        where: cluster.node.path,
        what: "vSAN's Express Storage Architecture takes neither from the cluster",
        given: "vsanEsaEnabled: true",
        mend: "leave both out: it compresses by storage policy",
        practice,
      });
    }
    cluster.vsanEnabled = true;
    if (cluster.vsanEsaEnabledInput !== true) {
      cluster.vsanDedupEnabled = deduplication;
      cluster.vsanCompressionEnabled = compression;
    }
    cluster.vsanUnmapEnabled = flag("unmap") ?? true;
    cluster.vsanPerformanceEnabled = flag("performanceService") ?? true;
  }

  private constructor() {}
}
