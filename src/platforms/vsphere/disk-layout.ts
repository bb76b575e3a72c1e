import { DiskBus } from "../../constructs/compute/devices";
import { STORAGE_LIMITS, VSPHERE_LIMITS } from "../../practices";

/** Where a disk is connected, in the provider's terms. */
export interface DiskPlace {
  readonly controllerType: "scsi" | "nvme" | "sata";
  readonly controller: number;
  /** Counted over all controllers of the type. */
  readonly unitNumber: number;
}

export type VsphereDiskBus = DiskBus.PVSCSI | DiskBus.NVME | DiskBus.SATA;

/** How the provider counts units, and how disks are spread. */
const LAYOUTS = {
  [DiskBus.PVSCSI]: {
    controllerType: "scsi",
    controllers: STORAGE_LIMITS.maxPvscsiControllers,
    unitsCounted: STORAGE_LIMITS.maxDisksPerPvscsi,
  },
  // The provider counts 64 units a controller, of which older hosts have 15.
  [DiskBus.NVME]: { controllerType: "nvme", controllers: STORAGE_LIMITS.maxNvmeControllers, unitsCounted: 64 },
  // Emulated anyway: one controller takes all until it is full.
  [DiskBus.SATA]: { controllerType: "sata", controllers: 1, unitsCounted: VSPHERE_LIMITS.maxDisksPerSata },
} as const;

/**
 * The place that belongs to a position, whatever other disks there are: a disk that comes or goes moves no other.
 * Disks take turns over the controllers.
 * @param position 0 to 59
 */
export function placeOf(bus: VsphereDiskBus, position: number): DiskPlace {
  const { controllerType, controllers, unitsCounted } = LAYOUTS[bus];
  if (controllers === 1) {
    return { controllerType, controller: Math.floor(position / unitsCounted), unitNumber: position };
  }
  const controller = position % controllers;
  const unit = Math.floor(position / controllers);
  return { controllerType, controller, unitNumber: controller * unitsCounted + unit };
}
