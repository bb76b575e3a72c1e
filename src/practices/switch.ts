import { practice, Severity } from "./practice";
import { SOURCES } from "./sources";
import { TRAFFIC_LIMITS } from "./traffic";

const { ERROR, WARNING, ADVICE } = Severity;

/** Limits of switches: teaming, flow export and I/O control. */
export const SWITCH_LIMITS = {
  /** Uplinks that beacon probing can tell a failed one among. */
  minBeaconUplinks: 3,
  /** Registered by IANA. */
  ipfixPort: 4739,
  sflowPort: 6343,
  minActiveFlowSeconds: 60,
  maxActiveFlowSeconds: 3600,
  minIdleFlowSeconds: 10,
  maxIdleFlowSeconds: 600,
  defaultIpfixSampling: 4096,
  maxFlowSampling: 16_384,
  maxObservationDomain: 4_294_967_295,
  defaultSflowSampling: 400,
  defaultSflowPollingSeconds: 30,
  maxSflowPollingSeconds: 3600,
  defaultSflowHeaderBytes: 128,
  /** An Ethernet header. */
  minSflowHeaderBytes: 14,
  maxSflowHeaderBytes: 512,
} as const;

/** What experts know about switches, their uplinks and what they tell others. */
export const SWITCH_PRACTICES = {
  beaconUplinks: practice({
    id: "teaming-beacon-uplinks",
    title: `Beacon probing needs ${SWITCH_LIMITS.minBeaconUplinks} uplinks`,
    reason: "of two uplinks that do not hear each other nobody can tell which one has failed",
    consequence: "with two uplinks all frames are sent out of both when a beacon is lost",
    severity: ERROR,
    source: SOURCES.vmwareBeacon,
  }),
  beaconOneLink: practice({
    id: "teaming-beacon-aggregated",
    title: "No beacon probing on aggregated links",
    reason: "a physical switch takes bundled ports for one link and gives no beacon back to another port of the bundle",
    severity: ERROR,
    source: SOURCES.vmwareBeacon,
  }),
  lacpAllUplinks: practice({
    id: "teaming-lacp-all-uplinks",
    title: "A LAG stands alone among the active uplinks",
    reason:
      "all links of a LAG carry traffic and its own hash spreads it: with uplinks or another LAG beside it frames of one guest would come from several places",
    severity: ERROR,
    source: SOURCES.vmwareLacp,
  }),
  lacpFast: practice({
    id: "teaming-lacp-rate",
    title: "Fast LACP",
    reason: "a partner that is gone without its link going down is missed after 3 s, with the slow rate after 90 s",
    severity: ADVICE,
    source: SOURCES.linuxBonding,
  }),
  lacpHash: practice({
    id: "teaming-lacp-hash",
    title: "LACP spreads by addresses and ports",
    reason:
      "flows between the same two addresses take different links then; hashing MAC addresses alone sends all that goes through one router over one link",
    severity: ADVICE,
    source: SOURCES.linuxBonding,
  }),
  lacpMinLinks: practice({
    id: "teaming-lacp-min-links",
    title: "The least links of a LAG are at most those it has",
    reason: "a LAG with fewer working links than its least is down",
    severity: ERROR,
    source: SOURCES.linuxBonding,
  }),
  existingLag: practice({
    id: "teaming-existing-lag",
    title: "A LAG that exists is referred to by its name alone",
    reason: "its mode, rate, hash and ports were set in vCenter, and nothing else can change them",
    severity: ERROR,
    source: SOURCES.vmwareLacp,
  }),
  privateVlanMap: practice({
    id: "private-vlan-map",
    title: "The private VLAN map of a switch",
    reason:
      "each primary VLAN has its promiscuous entry, one isolated VLAN at most and any number of communities, and each secondary VLAN belongs to one primary",
    severity: ERROR,
    source: SOURCES.rfc5517,
  }),
  privateVlanOfSwitch: practice({
    id: "private-vlan-of-switch",
    title: "A segment's private VLAN is in the map of its switch",
    reason: "the switch knows from its map which primary VLAN a secondary one belongs to and whom it reaches",
    severity: ERROR,
    source: SOURCES.vspherePortGroup,
  }),
  privateVlanOnBridge: practice({
    id: "private-vlan-on-bridge",
    title: "Private VLANs are vSphere's",
    reason:
      "neither a Linux bridge nor Open vSwitch has private VLANs: isolated ports keep guests of one host apart, and know nothing of communities or other hosts",
    severity: ERROR,
    source: SOURCES.formatNetwork,
  }),
  libvirtNetworkWhole: practice({
    id: "switch-libvirt-network-whole",
    title: "A libvirt network is defined as a whole",
    reason:
      "port groups are part of a network's definition, which has one owner: there is no way to add one to that of another",
    severity: ERROR,
    source: SOURCES.formatNetwork,
  }),
  flowExportRange: practice({
    id: "flow-export-range",
    title: "Numbers of flow export",
    reason: "switches take timeouts, rates and identifiers within these ranges only",
    severity: ERROR,
    source: SOURCES.vsphereApiIpfix,
  }),
  flowSampling: practice({
    id: "flow-export-sampling",
    title: "Look at a part of the packets",
    reason: "each packet that is looked at costs CPU of the host, and a sample shows the same large flows",
    consequence: "a host that looks at every packet loses throughput when it is busiest",
    severity: ADVICE,
    source: SOURCES.vsphereApiIpfix,
  }),
  flowExportSwitch: practice({
    id: "flow-export-collector",
    title: "Flows are exported to the switch's collector",
    reason: "the collector is a setting of the switch: without one a segment has nowhere to send flows to",
    severity: ERROR,
    source: SOURCES.vsphereApiIpfix,
  }),
  ioControlVersion3: practice({
    id: "io-control-version-3",
    title: "Reservations need Network I/O Control version 3",
    reason: "version 2 has shares and limits only",
    severity: ERROR,
    source: SOURCES.vmwareIoControl,
  }),
  ioControlRange: practice({
    id: "io-control-range",
    title: "Numbers of Network I/O Control",
    reason: `custom shares are 1 to ${TRAFFIC_LIMITS.maxShares}, limits and reservations whole Mbit/s`,
    severity: ERROR,
    source: SOURCES.vmwareIoControl,
  }),
  ioControlReservation: practice({
    id: "io-control-reservation",
    title: "A reservation is at most its limit",
    reason: "a class can't be guaranteed what it is not allowed to use; vCenter refuses it",
    severity: ERROR,
    source: SOURCES.vmwareIoControl,
  }),
  ioControlQuota: practice({
    id: "io-control-quota",
    title: "At most 75 % of an uplink are reserved",
    reason:
      "vCenter refuses reservations of all classes together over 75 % of the slowest uplink, so that traffic without one still passes",
    severity: ERROR,
    source: SOURCES.vmwareIoControl,
  }),
  ioControlSpeed: practice({
    id: "io-control-uplink-speed",
    title: "Say how fast the uplinks are",
    reason:
      "reservations and limits are shares of an uplink's speed, which only `uplinkSpeed` tells before anything is applied",
    consequence:
      "vCenter refuses what is reserved over 75 % of the slowest uplink, and limits over its speed do nothing",
    severity: WARNING,
    source: SOURCES.vmwareIoControl,
  }),
  ioControlIdleLimit: practice({
    id: "io-control-idle-limit",
    title: "A limit is below the speed of the uplinks",
    reason: "a limit is what a class uses of one uplink at most",
    consequence: "a limit over the speed never takes effect",
    severity: WARNING,
    source: SOURCES.vmwareIoControl,
  }),
} as const;
