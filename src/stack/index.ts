export { acceptVersions } from "./provider-versions";
export { withoutStackTraces } from "./stack-traces";
export { TunedStack } from "./tuned-stack";
