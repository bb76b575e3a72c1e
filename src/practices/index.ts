export { COMPUTE_LIMITS, COMPUTE_PRACTICES } from "./compute";
export { Decision, Explanation, type Setting, TuningLog } from "./explanation";
export { FABRIC_LIMITS, FABRIC_PRACTICES } from "./fabric";
export { NETWORK_LIMITS, NETWORK_PRACTICES } from "./network";
export { type Practice, Severity, type Source } from "./practice";
export { SOURCES } from "./sources";
export { STORAGE_LIMITS, STORAGE_PRACTICES } from "./storage";
export { TRAFFIC_LIMITS, TRAFFIC_PRACTICES } from "./traffic";
export { VSPHERE_LIMITS, VSPHERE_PRACTICES } from "./vsphere";
