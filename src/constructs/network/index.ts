export { DiscoveryOperation, DiscoveryProtocol, DiscoveryProtocolKind } from "./discovery-protocol";
export {
  DistributedVSwitch,
  type DistributedVSwitchAttributes,
  type DistributedVSwitchProps,
  type IDistributedVSwitch,
} from "./distributed-vswitch";
export { FlowExport, FlowProtocol, type IpfixOptions, type SflowOptions } from "./flow-export";
export { type IMicroSegment, MicroSegment, type MicroSegmentProps } from "./micro-segment";
export { MulticastFiltering } from "./multicast-filtering";
export {
  NetworkIoControl,
  type NetworkIoControlOptions,
  type ResolvedAllocation,
  SharesLevel,
  type TrafficAllocation,
  TrafficClass,
  TrafficShares,
} from "./network-io-control";
export { type IPeer, Peer } from "./peer";
export { Port } from "./port";
export { PrivateVlan, PrivateVlanType } from "./private-vlan";
export type { SecurityPolicy } from "./security-policy";
export { type BridgeOptions, SwitchBacking, SwitchBackingKind } from "./switch-backing";
export {
  FailureDetection,
  type IpHashOptions,
  LacpHash,
  type LacpOptions,
  LacpRate,
  type ResolvedLacp,
  Teaming,
  type TeamingOptions,
  TeamingPolicy,
} from "./teaming";
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
