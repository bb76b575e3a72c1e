export { Delivery } from "./delivery";
export {
  checkAsn,
  FrrConfig,
  type FrrPolicy,
  type FrrPrefix,
} from "./frr";
export { type GuestDiskSetup, guestDiskScript } from "./guest-disks";
export { FileMode, type HostFile } from "./host-file";
export { bitsOf, checkAddress, familyOf, type IpFamily, IpNetwork } from "./ip";
export {
  type LinuxFiles,
  MAX_INTERFACE_NAME,
  NETWORKD,
  SwitchFiles,
  SYSCTL,
  withoutAddresses,
} from "./linux-files";
export {
  familiesOf,
  type NwfilterProtocol,
  type NwfilterRule,
  nwfilterParameters,
  nwfilterXml,
} from "./nwfilter";
export { deviceUnit, exec, shellWord } from "./quote";
export { Sysctl } from "./sysctl";
export { UnitFile, type UnitValue } from "./unit-file";
export { cloudConfig, withCloudConfig } from "./user-data";
