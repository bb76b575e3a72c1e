/** A private libvirt on this machine, for trying things and for tests of deployments. See docs/lab.md. */
export { type CanRun, type CanRunOptions, canRun } from "./can-run";
export { LabError } from "./errors";
export { down, type LabOptions, type UpOptions, up } from "./lab";
export { type GuestFiles, type Lab, labNamed } from "./paths";
export * from "./report";
export { formatStatus, type LabState, type LabStatus, statusOf as status } from "./status";
export type { Domain, Versions } from "./virsh";
