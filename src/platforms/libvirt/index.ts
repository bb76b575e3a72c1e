export { FileMode, type HostFile, type UnitFile, type UnitValue } from "../../linux";
export { HostFiles } from "./host-files";
export {
  Accelerator,
  LibvirtHost,
  type LibvirtHostOptions,
  UEFI_FIRMWARE,
  type UefiFiles,
  type UefiFirmware,
} from "./libvirt-host";
export { LibvirtPlatform, type LibvirtPlatformProps } from "./libvirt-platform";
export { SshAccess, type SshKeyOptions, type SshMachine, type SshOptions } from "./ssh-access";
