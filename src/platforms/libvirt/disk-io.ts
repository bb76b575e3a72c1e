import type { DomainDevicesDisksDriver } from "@cdktf/provider-libvirt/lib/domain";
import type { Construct } from "constructs";
import { Annotations } from "../../cdktf";
import { AsyncIo, CacheMode, DetectZeroes, DiskBus } from "../../constructs/compute/devices";
import type { StorageBackend } from "../../constructs/storage/storage-backend";
import { ConfigurationError } from "../../errors";
import { DISK_PRACTICES, STORAGE_LIMITS, STORAGE_PRACTICES } from "../../practices";
import type { DiskIntent, VmIntent } from "../platform";
import type { LibvirtHost } from "./libvirt-host";
import { isAtLeast } from "./version";

/** How the host caches a disk and does its I/O. */
export interface DiskIo {
  readonly cache: CacheMode;
  /** `undefined` where QEMU reaches the storage over the network by itself. */
  readonly asyncIo?: AsyncIo;
}

/** @throws ConfigurationError for what the host, or the storage, lacks */
export function chooseIo(
  scope: Construct,
  host: LibvirtHost,
  backend: StorageBackend,
  { cache, asyncIo, log }: DiskIntent,
): DiskIo {
  const mode = cache ?? CacheMode.NONE;
  const direct = mode === CacheMode.NONE || mode === CacheMode.DIRECTSYNC;
  log.record(STORAGE_PRACTICES.uncached, "driver.cache", mode, undefined, cache !== undefined);
  if (mode === CacheMode.UNSAFE) {
    const { id, reason } = STORAGE_PRACTICES.cacheUnsafe;
    Annotations.of(scope).addWarning(`cache mode unsafe: ${reason} [${id}]`);
  } else if (!direct) {
    const { id, reason } = STORAGE_PRACTICES.cacheWriteback;
    Annotations.of(scope).addWarning(`cache mode ${mode}: ${reason} [${id}]`);
  }
  if (!backend.isBlock && !backend.hasFiles) {
    return { cache: mode, asyncIo: refuseOverNetwork(scope.node.path, backend, asyncIo) };
  }
  const io = asyncIo ?? (direct && backend.isBlock ? AsyncIo.NATIVE : AsyncIo.THREADS);
  if (io === AsyncIo.IO_URING) {
    checkIoUring(scope.node.path, host);
  }
  const practice = {
    [AsyncIo.NATIVE]: STORAGE_PRACTICES.nativeAio,
    [AsyncIo.THREADS]: STORAGE_PRACTICES.threadsOnFiles,
    [AsyncIo.IO_URING]: DISK_PRACTICES.ioUringDisabled,
  }[io];
  log.record(practice, "driver.io", io, undefined, asyncIo !== undefined);
  return { cache: mode, asyncIo: io };
}

function refuseOverNetwork(where: string, backend: StorageBackend, asyncIo: AsyncIo | undefined): undefined {
  if (asyncIo !== undefined) {
    throw new ConfigurationError({
      where,
      what: "QEMU reaches this storage over the network by itself, and has no choice of asynchronous I/O there",
      given: `asyncIo ${asyncIo} on ${backend}`,
      mend: "leave `asyncIo` out",
      practice: DISK_PRACTICES.networkIo.id,
    });
  }
}

function checkIoUring(where: string, { name, qemuVersion }: LibvirtHost): void {
  if (qemuVersion !== undefined && !isAtLeast(qemuVersion, STORAGE_LIMITS.ioUringQemu)) {
    throw new ConfigurationError({
      where,
      what: `host ${name} has no io_uring`,
      given: `QEMU ${qemuVersion.join(".")}`,
      allowed: `QEMU ${STORAGE_LIMITS.ioUringQemu.join(".")} and later`,
      mend: "leave `asyncIo` out",
      practice: STORAGE_PRACTICES.ioUring.id,
    });
  }
}

export function chooseQueues({ vcpus }: VmIntent, { queues, log }: DiskIntent): number {
  const chosen = queues ?? Math.min(vcpus, STORAGE_LIMITS.maxDiskQueues);
  const why =
    queues === undefined
      ? `one for each of ${vcpus} vCPUs: ${STORAGE_PRACTICES.diskQueues.reason}`
      : "given in the program";
  log.record(STORAGE_PRACTICES.diskQueues, "driver.queues", chosen, why, queues !== undefined);
  return chosen;
}

export function discardOf(scope: Construct, { discard, detectZeroes, log }: DiskIntent): DomainDevicesDisksDriver {
  const unmap = discard ?? true;
  log.record(
    STORAGE_PRACTICES.discardUnmap,
    "driver.discard",
    unmap ? "unmap" : "ignore",
    undefined,
    discard !== undefined,
  );
  if (detectZeroes !== undefined) {
    log.record(STORAGE_PRACTICES.detectZeroesCost, "driver.detect_zeroes", detectZeroes, undefined, true);
  }
  if (detectZeroes === DetectZeroes.UNMAP && !unmap) {
    const { id, reason } = STORAGE_PRACTICES.detectZeroesNeedsDiscard;
    Annotations.of(scope).addWarning(`detectZeroes unmap without discard: ${reason} [${id}]`);
  }
  return { discard: unmap ? "unmap" : "ignore", ...(detectZeroes !== undefined && { detectZeros: detectZeroes }) };
}

/** virtio-blk has its depth as the size of a ring. */
export function checkBlkDepth(where: string, bus: DiskBus, depth: number): number {
  if (bus === DiskBus.SATA || (bus === DiskBus.VIRTIO_BLK && !Number.isInteger(Math.log2(depth)))) {
    throw new ConfigurationError({
      where,
      what: bus === DiskBus.SATA ? "SATA disks have no queue depth" : "the queue depth of virtio-blk is a power of two",
      given: depth,
      allowed: bus === DiskBus.SATA ? "no queueDepth" : "2, 4, 8 ... 1024",
      practice: STORAGE_PRACTICES.queueDepth.id,
    });
  }
  return depth;
}
