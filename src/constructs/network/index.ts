export { DistributedVSwitch, type DistributedVSwitchProps, type IDistributedVSwitch } from "./distributed-vswitch";
export type { SecurityPolicy } from "./security-policy";
export { SwitchBacking, SwitchBackingKind } from "./switch-backing";
export { type IpHashOptions, Teaming, type TeamingOptions, TeamingPolicy } from "./teaming";
export {
  type DirectedTraffic,
  type DirectionOptions,
  type GuaranteeOptions,
  type LeakyBucketOptions,
  type TokenBucketOptions,
  type TrafficLimit,
  type TrafficOptions,
  TrafficPriority,
  TrafficProfile,
} from "./traffic-profile";
export type { VlanOptions, VlanRange, VlanTagging } from "./vlan";
export {
  type INetworkSegment,
  VlanSegment,
  type VlanSegmentAttributes,
  type VlanSegmentOptions,
  type VlanSegmentProps,
} from "./vlan-segment";
