export { DiscoveryOperation, DiscoveryProtocol, DiscoveryProtocolKind } from "./discovery-protocol";
export {
  DistributedVSwitch,
  type DistributedVSwitchAttributes,
  type DistributedVSwitchProps,
  type IDistributedVSwitch,
} from "./distributed-vswitch";
export {
  type FabricHost,
  FabricLayer,
  type FabricLink,
  type FabricLinkEnd,
  type FabricNode,
  type FabricSwitch,
  PortNames,
  type PortNamesOptions,
} from "./fabric-node";
export { Flooding, FloodingKind, type MulticastOptions } from "./flooding";
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
export { NetworkSlice, type NetworkSliceProps, SliceIsolation, type SliceVxlanOptions } from "./network-slice";
export { type IPeer, Peer } from "./peer";
export { Port } from "./port";
export { PrivateVlan, PrivateVlanType } from "./private-vlan";
export type { SecurityPolicy } from "./security-policy";
export {
  type CoreOptions,
  type ExternalPeerOptions,
  type FabricHostLink,
  type FabricHostOptions,
  type FabricSwitchOptions,
  type ISpineLeafFabric,
  type LeafOptions,
  type Oversubscription,
  SpineLeafFabric,
  type SpineLeafFabricProps,
  type SpineOptions,
} from "./spine-leaf-fabric";
export { type ISriovPool, SriovPool, type SriovPoolException, type SriovPoolProps, VfLinkState } from "./sriov-pool";
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
export { type NumberedUnderlayProps, Underlay, type UnnumberedUnderlayProps } from "./underlay";
export type { PhysicalFunction } from "./virtual-functions";
export type { VlanOptions, VlanRange, VlanTagging } from "./vlan";
export {
  type INetworkSegment,
  VlanSegment,
  type VlanSegmentAttributes,
  type VlanSegmentOptions,
  type VlanSegmentProps,
} from "./vlan-segment";
export type { IVtepSource, Vtep } from "./vtep";
export { type EvpnOptions, type VtepAddresses, type VtepOptions, Vteps } from "./vteps";
export { VxlanSegment, type VxlanSegmentProps } from "./vxlan-segment";
export { type VlanTransportOptions, VxlanTransport } from "./vxlan-transport";
