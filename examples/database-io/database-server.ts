import { DataRate, DataSize, Duration, IoLimit, IoProfile, type TunedStack, TunedVm, Workload } from "virtuned";
import type { Site } from "./sites";

/**
 * A database server whose disks say what they need. Data and log need an answer within a millisecond and are on the array; backups read and
 * write long runs, are on the file server, and leave the others room.
 */
export function databaseServer(
  stack: TunedStack,
  { platform, storage: pool, segment, boot, cloudInit, data, log }: Site,
) {
  const vm = new TunedVm(stack, "orders-db", {
    platform,
    vcpus: 8,
    memory: DataSize.gibibytes(64),
    workload: Workload.DATABASE,
    boot,
    cloudInit,
  });
  vm.addNic("clients", { segment });
  vm.addDisk("data", {
    ...data,
    pool,
    size: DataSize.gibibytes(500),
    io: IoProfile.random({
      iops: 20_000,
      latency: Duration.milliseconds(1),
      readPercent: 70,
    }),
  });
  vm.addDisk("log", {
    ...log,
    pool,
    size: DataSize.gibibytes(40),
    io: IoProfile.random({ iops: 4_000, latency: Duration.milliseconds(1), readPercent: 0 }),
  });
  vm.addDisk("backup", {
    pool,
    size: DataSize.tebibytes(2),
    io: IoProfile.sequential({
      throughput: DataRate.mebibytesPerSecond(200),
      readPercent: 0,
      limit: IoLimit.total({ iops: 600 }),
    }),
  });
  return vm;
}
