export * from "./constructs/compute";
export * from "./constructs/network";
export * from "./constructs/storage";
export { ConfigurationError } from "./errors";
export type { IHost, IPlatform } from "./platforms/platform";
export { Decision, Explanation, type Setting } from "./practices";
export { TunedStack } from "./stack";
export { DataRate, DataSize, Duration } from "./units";
