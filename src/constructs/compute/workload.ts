import { IoThreadUse } from "./devices";

/** What a machine is for. Presets decide defaults only: whatever is given explicitly wins. */
export enum WorkloadKind {
  GENERAL = "general",
  DATABASE = "database",
  WEB = "web",
  NETWORK_FUNCTION = "network function",
}

/** Defaults of a kind of work. */
export interface WorkloadDefaults {
  /** Most queue pairs of a NIC; fewer where there are fewer vCPUs. */
  readonly nicQueues: number;
  /** Receive ring of a NIC in packets. */
  readonly rxRingSize: number;
  readonly ioThread: IoThreadUse;
  /** Whether the guest keeps all of its memory while it runs. */
  readonly reserveMemory: boolean;
}

/**
 * What a machine is for: general, database, web or network function.
 *
 * | preset | NIC queues | receive ring | I/O thread of a disk | memory reserved |
 * | --- | --- | --- | --- | --- |
 * | GENERAL | up to 4 | 256 | shared | no |
 * | DATABASE | up to 8 | 512 | one each | yes |
 * | WEB | one for each vCPU | 1024 | shared | no |
 * | NETWORK_FUNCTION | one for each vCPU | 1024 | shared | yes |
 */
export class Workload {
  /** A bit of everything. */
  public static readonly GENERAL = new Workload(WorkloadKind.GENERAL, {
    nicQueues: 4,
    rxRingSize: 256,
    ioThread: IoThreadUse.SHARED,
    reserveMemory: false,
  });
  /** Many small synchronous writes, large caches: disks that do not wait for each other, memory that stays. */
  public static readonly DATABASE = new Workload(WorkloadKind.DATABASE, {
    nicQueues: 8,
    rxRingSize: 512,
    ioThread: IoThreadUse.DEDICATED,
    reserveMemory: true,
  });
  /** Many connections: queues for each vCPU and rings that take bursts. */
  public static readonly WEB = new Workload(WorkloadKind.WEB, {
    nicQueues: 256,
    rxRingSize: 1024,
    ioThread: IoThreadUse.SHARED,
    reserveMemory: false,
  });
  /** Packets, packets: queues for each vCPU, longest rings, no memory taken back. */
  public static readonly NETWORK_FUNCTION = new Workload(WorkloadKind.NETWORK_FUNCTION, {
    nicQueues: 256,
    rxRingSize: 1024,
    ioThread: IoThreadUse.SHARED,
    reserveMemory: true,
  });

  private constructor(
    public readonly kind: WorkloadKind,
    public readonly defaults: WorkloadDefaults,
  ) {}

  public toString(): string {
    return this.kind;
  }
}
