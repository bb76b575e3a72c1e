export {
  Boot,
  type BootImage,
  type BootKernel,
  type ImageBootOptions,
  type KernelBootOptions,
  type RootDisk,
  type RootDiskOptions,
  type TemplateBootOptions,
  type VolumeBootOptions,
} from "./boot";
export type { CloudInit } from "./cloud-init";
export { CpuModel } from "./cpu-model";
export {
  AsyncIo,
  CacheMode,
  DetectZeroes,
  DiskBus,
  ErrorPolicy,
  IoThreadUse,
  NicModel,
  ReadErrorPolicy,
  ScsiPassthrough,
  SectorFormat,
} from "./devices";
export type { DiskDevice } from "./disk-device";
export { Firmware, FirmwareKind, type UefiOptions } from "./firmware";
export {
  FileSystem,
  GuestDisk,
  type GuestDiskOptions,
  IoScheduler,
  type Mount,
  type MountedDiskOptions,
  Trim,
} from "./guest-disk";
export { ImageFormat } from "./image-format";
export { InterruptCoalescing } from "./interrupt-coalescing";
export { IoThreads } from "./io-threads";
export type { GuestOffloads, HostOffloads } from "./nic-offloads";
export { PersistentMemory, type PersistentMemoryOptions, type PersistentMemoryProps } from "./persistent-memory";
export {
  MemoryAccess,
  type NvdimmOnFileOptions,
  type NvdimmOptions,
  PersistentMemoryDevice,
} from "./persistent-memory-device";
export { type ReceiveScaling, TransmitThreads } from "./receive-scaling";
export { type ITunedVm, TunedVm, type TunedVmProps } from "./tuned-vm";
export { TunedVmDisk, type TunedVmDiskOptions, type TunedVmDiskProps } from "./tuned-vm-disk";
export { TunedVmNic, type TunedVmNicOptions, type TunedVmNicProps } from "./tuned-vm-nic";
export { type ExistingVolumeSource, type ImageSourceOptions, type NamedVolume, VolumeSource } from "./volume-source";
export { Workload, type WorkloadDefaults, WorkloadKind } from "./workload";
