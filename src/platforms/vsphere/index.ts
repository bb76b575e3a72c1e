export { VsphereCredentials } from "./credentials";
export { VsphereHost } from "./vsphere-host";
export { VspherePlatform, type VspherePlatformProps } from "./vsphere-platform";
