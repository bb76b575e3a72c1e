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
  /** Position that it comes in the order of controllers by. */
  readonly position: number;
  readonly use: IoThreadUse;
  readonly disks: WrittenDisk[];
  ioThread?: number;
}

const { disksPerScsiController } = STORAGE_LIMITS;

/**
 * Lays disks out over controllers and I/O threads, by their order: seven positions share a controller, and each has its own unit there, or,
 * with a thread of its own, a controller of its own. Controllers for the machine's usual I/O thread come first, those for others after them: so
 * disks stay where they are when others come and go, but for those that are not as usual, whose controllers may get another number.
 *
 * The provider passes no addresses on. What it does pass on is the target's name, and libvirt derives controller and unit of a SCSI disk
 * from that.
 */
export class DiskLayout {
  readonly #controllers: readonly Controller[];
  readonly #places = new Map<WrittenDisk, Place>();
  #ioThreads = 0;
  #sharedThread?: number;

  public constructor(
    private readonly where: string,
    private readonly vm: VmIntent,
    disks: readonly WrittenDisk[],
  ) {
    const onScsi = disks.some((disk) => disk.resolved.bus === DiskBus.VIRTIO_SCSI);
    if (onScsi && disks.some((disk) => disk.resolved.bus === DiskBus.SATA)) {
      throw new ConfigurationError({
        where,
        what: "disks of a machine are on virtio-scsi or on SATA, not on both",
        mend: "use one bus; libvirt names the disks of both sdX",
      });
    }
    const inOrder = [...disks].sort((a, b) => a.order - b.order);
    this.#controllers = onScsi ? this.controllersFor(inOrder) : [];
    for (const disk of inOrder) {
      this.#places.set(disk, disk.resolved.bus === DiskBus.VIRTIO_SCSI ? this.onController(disk) : this.byItself(disk));
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

  /** The usual controller of a position stays without a disk there, so that the numbers of others do. */
  private controllersFor(inOrder: readonly WrittenDisk[]): Controller[] {
    const usual = this.vm.workload.defaults.ioThread;
    const byOrder = new Map(inOrder.map((disk) => [disk.order, disk]));
    const controllers = new Map<string, Controller>();
    const controllerOf = (use: IoThreadUse, order: number): Controller => {
      const position = positionOf(use, order);
      const key = `${use} ${position}`;
      const controller = controllers.get(key) ?? { position, use, disks: [] };
      controllers.set(key, controller);
      return controller;
    };
    for (let order = 0; order <= inOrder.at(-1)!.order; order++) {
      const disk = byOrder.get(order);
      if (disk === undefined || usual !== IoThreadUse.DEDICATED) {
        controllerOf(usual, order);
      }
      if (disk?.resolved.bus === DiskBus.VIRTIO_SCSI) {
        controllerOf(disk.ioThread, order).disks.push(disk);
      }
    }
    const rank = ({ use }: Controller) => (use === usual ? 0 : 1);
    return [...controllers.values()].sort((a, b) => rank(a) - rank(b) || a.position - b.position);
  }

  private onController(disk: WrittenDisk): Place {
    const index = this.#controllers.findIndex(({ disks }) => disks.includes(disk));
    const controller = this.#controllers[index]!;
    const unit = disk.ioThread === IoThreadUse.DEDICATED ? 0 : disk.order % disksPerScsiController;
    controller.ioThread ??= this.thread(disk.ioThread);
    return {
      device: {
        ...disk.device,
        target: { ...disk.target, dev: `sd${letters(index * disksPerScsiController + unit)}`, bus: "scsi" },
      },
      controller: index,
      ioThreads: controller.ioThread === undefined ? [] : [controller.ioThread],
    };
  }

  private byItself(disk: WrittenDisk): Place {
    const virtio = disk.resolved.bus === DiskBus.VIRTIO_BLK;
    const threads = virtio ? this.threads(disk, disk.ioThread) : [];
    return {
      device: {
        ...disk.device,
        driver: { ...disk.device.driver, ...disk.blkDriver, ...servedBy(disk, threads) },
        target: {
          ...disk.target,
          dev: `${virtio ? "vd" : "sd"}${letters(disk.order)}`,
          bus: virtio ? "virtio" : "sata",
        },
      },
      ioThreads: threads,
    };
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

/** Seven positions share a controller; one with a thread of its own has its own. */
function positionOf(use: IoThreadUse, order: number): number {
  return use === IoThreadUse.DEDICATED ? order : order - (order % disksPerScsiController);
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
