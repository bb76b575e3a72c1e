import type {
  DomainDevicesControllers,
  DomainDevicesDisks,
  DomainDevicesDisksDriver,
} from "@cdktf/provider-libvirt/lib/domain";
import { DiskBus, IoThreadUse } from "../../constructs/compute/devices";
import { ConfigurationError } from "../../errors";
import { STORAGE_LIMITS } from "../../practices";
import type { VmIntent } from "../platform";
import type { WrittenDisk } from "./disk-writer";

/** Where a disk is. */
export interface Place {
  readonly device: DomainDevicesDisks;
  /** Numbers of its I/O threads, from 1. */
  readonly ioThreads: readonly number[];
  /** Index of its SCSI controller. */
  readonly controller?: number;
}

interface Controller {
  readonly dedicated: boolean;
  readonly disks: WrittenDisk[];
  units: number;
  ioThread?: number;
}

/**
 * Lays disks out over controllers and I/O threads, by their order: a position that no disk has keeps its unit, so that the others stay where
 * they are when it goes.
 *
 * The provider passes no addresses on. What it does pass on is the target's name, and libvirt derives controller and unit of a SCSI disk
 * from that.
 */
export class DiskLayout {
  readonly #controllers: Controller[] = [];
  readonly #places = new Map<WrittenDisk, Place>();
  #ioThreads = 0;
  #sharedThread?: number;

  public constructor(
    private readonly where: string,
    private readonly vm: VmIntent,
    disks: readonly WrittenDisk[],
  ) {
    const byOrder = new Map(disks.map((disk) => [disk.order, disk]));
    const onScsi = disks.some((disk) => disk.resolved.bus === DiskBus.VIRTIO_SCSI);
    if (onScsi && disks.some((disk) => disk.resolved.bus === DiskBus.SATA)) {
      throw new ConfigurationError({
        where,
        what: "disks of a machine are on virtio-scsi or on SATA, not on both",
        mend: "use one bus; libvirt names the disks of both sdX",
      });
    }
    for (let order = 0; order <= Math.max(-1, ...byOrder.keys()); order++) {
      this.assign(order, byOrder.get(order), onScsi);
    }
    for (const [index, controller] of this.#controllers.entries()) {
      depthOf(where, index, controller.disks);
    }
  }

  public get ioThreads(): number {
    return this.#ioThreads;
  }

  /** SCSI controllers, ascending by index, as the provider needs them. */
  public get controllers(): DomainDevicesControllers[] {
    return this.#controllers.map(({ disks, ioThread }, index) => ({
      type: "scsi",
      model: "virtio-scsi",
      index,
      driver: {
        queues: Math.max(...disks.map((disk) => disk.resolved.queues ?? 1), 1),
        ...(ioThread !== undefined && { ioThread }),
        ...depthOf(this.where, index, disks),
      },
    }));
  }

  public place(disk: WrittenDisk): Place {
    return this.#places.get(disk)!;
  }

  private assign(order: number, disk: WrittenDisk | undefined, onScsi: boolean): void {
    const use = disk?.ioThread ?? this.vm.workload.defaults.ioThread;
    const bus = disk?.resolved.bus ?? DiskBus.VIRTIO_SCSI;
    if (bus === DiskBus.VIRTIO_SCSI) {
      if (onScsi) {
        this.assignScsi(disk, use);
      }
      return;
    }
    if (disk === undefined) {
      return;
    }
    const threads = bus === DiskBus.VIRTIO_BLK ? this.threads(disk, use) : [];
    const dev = `${bus === DiskBus.VIRTIO_BLK ? "vd" : "sd"}${letters(order)}`;
    this.#places.set(disk, {
      device: {
        ...disk.device,
        driver: { ...disk.device.driver, ...disk.blkDriver, ...servedBy(disk, threads) },
        target: { ...disk.target, dev, bus: bus === DiskBus.VIRTIO_BLK ? "virtio" : "sata" },
      },
      ioThreads: threads,
    });
  }

  private assignScsi(disk: WrittenDisk | undefined, use: IoThreadUse): void {
    const controller = this.controllerFor(use);
    const index = this.#controllers.indexOf(controller);
    const unit = controller.units++;
    if (disk === undefined) {
      return;
    }
    controller.disks.push(disk);
    controller.ioThread ??= this.thread(use);
    this.#places.set(disk, {
      device: {
        ...disk.device,
        target: {
          ...disk.target,
          dev: `sd${letters(index * STORAGE_LIMITS.disksPerScsiController + unit)}`,
          bus: "scsi",
        },
      },
      controller: index,
      ioThreads: controller.ioThread === undefined ? [] : [controller.ioThread],
    });
  }

  private controllerFor(use: IoThreadUse): Controller {
    const dedicated = use === IoThreadUse.DEDICATED;
    const found = this.#controllers.find(
      (c) =>
        !dedicated &&
        !c.dedicated &&
        c.units < STORAGE_LIMITS.disksPerScsiController &&
        (c.disks.length === 0 || (use === IoThreadUse.SHARED) === (c.ioThread !== undefined)),
    );
    if (found) {
      return found;
    }
    const controller: Controller = { dedicated, disks: [], units: 0 };
    this.#controllers.push(controller);
    return controller;
  }

  /** Those of a virtio-blk disk. */
  private threads({ intent }: WrittenDisk, use: IoThreadUse): number[] {
    const numbers = Array.from({ length: intent.ioThreads?.count ?? 1 }, () => this.thread(use));
    return numbers.filter((number) => number !== undefined);
  }

  private thread(use: IoThreadUse): number | undefined {
    switch (use) {
      case IoThreadUse.NONE:
        return undefined;
      case IoThreadUse.SHARED:
        this.#sharedThread ??= ++this.#ioThreads;
        return this.#sharedThread;
      case IoThreadUse.DEDICATED:
        return ++this.#ioThreads;
    }
  }
}

function servedBy({ intent: { ioThreads } }: WrittenDisk, threads: readonly number[]): DomainDevicesDisksDriver {
  if (ioThreads === undefined) {
    const [ioThread] = threads;
    return ioThread === undefined ? {} : { ioThread };
  }
  const { queueMap } = ioThreads;
  return {
    ioThreads: {
      ioThread: threads.map((id, i) => ({
        id,
        ...(queueMap !== undefined && { queues: queueMap[i]!.map((queue) => ({ id: queue })) }),
      })),
    },
  };
}

function depthOf(where: string, index: number, disks: readonly WrittenDisk[]): { cmdPerLun?: number } {
  const depths = [...new Set(disks.map((disk) => disk.queueDepth).filter((depth) => depth !== undefined))];
  if (depths.length > 1) {
    throw new ConfigurationError({
      where,
      what: `disks of SCSI controller ${index} ask for different queue depths, which belong to the controller`,
      given: depths,
      mend: "give them one `queueDepth`, or IoThreadUse.DEDICATED, which gives each a controller",
    });
  }
  const [depth] = depths;
  return depth === undefined || depth === STORAGE_LIMITS.defaultCmdPerLun ? {} : { cmdPerLun: depth };
}

/** Letters of the name of a disk: a to z, aa to zz. */
function letters(index: number): string {
  const last = String.fromCharCode("a".charCodeAt(0) + (index % 26));
  return index < 26 ? last : letters(Math.floor(index / 26) - 1) + last;
}
