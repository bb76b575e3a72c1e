export { DataRate } from "./data-rate";
export { DataSize } from "./data-size";
export { Duration } from "./duration";
export { Rounding, type RoundingOptions } from "./quantity";
