export { VsphereCredentials } from "./credentials";
export { StorageDrsOverride, type StorageDrsOverrideProps } from "./storage-drs-override";
export { VsanServices, type VsanServicesOptions } from "./vsan-services";
export { VsphereHost } from "./vsphere-host";
export { VspherePlatform, type VspherePlatformProps } from "./vsphere-platform";
