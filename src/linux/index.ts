export { FileMode, type HostFile, NOTICE } from "./host-file";
export { exec, shellWord } from "./quote";
export { Sysctl } from "./sysctl";
export { UnitFile, type UnitValue } from "./unit-file";
