import { practice, Severity } from "./practice";
import { SOURCES } from "./sources";

const { ERROR, WARNING, ADVICE } = Severity;

/** What experts know about distributed switches and port groups of vSphere. */
export const VSPHERE_NETWORK_PRACTICES = {
  defaultTeaming: practice({
    id: "vsphere-teaming-default",
    title: "Ports take turns over the uplinks",
    reason: "binding each port to an uplink needs nothing of the physical switches, and is what vSphere does itself",
    severity: ADVICE,
    source: SOURCES.vmwareTeaming,
  }),
  lagByHand: practice({
    id: "vsphere-lag-by-hand",
    title: "LAGs are made in vCenter",
    reason: "the provider has no resource for LAGs, and can refer to one that the switch has",
    severity: ERROR,
    source: SOURCES.vsphereLag,
  }),
  lacpApi: practice({
    id: "vsphere-lacp-api",
    title: "LACP is a matter of LAGs",
    reason:
      "switches have several LAGs since vSphere 5.5 (`lacp_api_version` multipleLag), and vCenter refuses `lacp_enabled`, the older way, beside them",
    severity: ERROR,
    source: SOURCES.vsphereLacpConflict,
  }),
  lacpOnPortGroup: practice({
    id: "vsphere-lacp-port-group",
    title: "LACP is not a setting of port groups",
    reason: "LACP is spoken by uplinks; the provider sends it for switches only",
    consequence: "`lacp_enabled` and `lacp_mode` of a port group change nothing",
    severity: WARNING,
    source: SOURCES.vsphereLacpPortGroup,
  }),
  neverFalse: practice({
    id: "vsphere-provider-never-false",
    title: "What the provider can't turn off",
    reason:
      "it sends a policy of ports that is false as if nothing had been said, so that vCenter's own value, true for these, stays and each plan shows the change again",
    severity: ERROR,
    source: SOURCES.vsphereDvs,
  }),
  beaconOnTrunk: practice({
    id: "vsphere-beacon-guest-tagging",
    title: "No beacon probing under trunks",
    reason: "VMware does not support beacon probing together with guests that tag their frames",
    consequence: "a failed uplink may stay in use",
    severity: WARNING,
    source: SOURCES.vmwareTeaming,
  }),
  ipfixOnly: practice({
    id: "vsphere-flow-export-ipfix",
    title: "A distributed switch exports flows by IPFIX",
    reason: "sFlow is Open vSwitch's; what vSphere calls NetFlow is IPFIX",
    severity: ERROR,
    source: SOURCES.vsphereApiIpfix,
  }),
} as const;
