import { practice, Severity } from "./practice";
import { SOURCES } from "./sources";

const { ERROR, ADVICE } = Severity;

/** Numbers of bridges, bonds and Open vSwitch on Linux hosts. */
export const HOST_NETWORK_LIMITS = {
  /** Leaves room for what names are derived from it: its bond, and bridges of VLANs. */
  maxManagedBridgeName: 10,
  /** How often a bond looks at the links of its uplinks. */
  miiMonitorMs: 100,
  /** How long Open vSwitch waits until it moves load between uplinks: as long as vSphere does. */
  rebalanceMs: 30_000,
  /** Flows that Open vSwitch gathers before it tells IPFIX collectors of them. */
  ipfixCachedFlows: 4096,
  /** VLAN of untagged frames on a bridge that filters VLANs. */
  defaultPvid: 1,
} as const;

/** What experts know about bridges, bonds and Open vSwitch on Linux hosts. */
export const HOST_NETWORK_PRACTICES = {
  hostOwnsBridge: practice({
    id: "host-bridge-not-managed",
    title: "Settings of an existing bridge belong to its host",
    reason: "the kit uses a bridge that is there as it is, and sets up only what it makes itself",
    severity: ERROR,
    source: SOURCES.formatNetwork,
  }),
  vsphereOnly: practice({
    id: "host-no-vsphere-switch",
    title: "What only a distributed switch of vSphere has",
    reason:
      "Linux and Open vSwitch bridges have no private VLANs, no Network I/O Control and no LAGs that vCenter made",
    severity: ERROR,
    source: SOURCES.vsphereDvs,
  }),
  bridgeName: practice({
    id: "host-bridge-name",
    title: `The name of a bridge that the kit makes has at most ${HOST_NETWORK_LIMITS.maxManagedBridgeName} characters`,
    reason:
      "the names of its bond and of the bridges of VLANs begin with it, and Linux names interfaces with 15 characters",
    severity: ERROR,
    source: SOURCES.systemdNetdev,
  }),
  noSpanningTree: practice({
    id: "host-bridge-no-stp",
    title: "No spanning tree on a bridge with one way out",
    reason: "a bridge whose only way to the network is one uplink or one bond can't close a loop",
    consequence:
      "with spanning tree a new port waits 30 s until it passes frames, and ports of physical switches with BPDU guard go down",
    severity: ADVICE,
    source: SOURCES.linuxBridge,
  }),
  sameMtu: practice({
    id: "host-bridge-mtu",
    title: "Uplinks, bond and bridge have one MTU",
    reason:
      "the smallest MTU on the way is the one that counts; a bridge drops frames that are larger than its port takes",
    severity: ADVICE,
    source: SOURCES.linuxBridge,
  }),
  bondMonitoring: practice({
    id: "host-bond-mii-monitor",
    title: "A bond looks at its links",
    reason: "link monitoring of a Linux bond is off unless an interval is given",
    consequence: "without it frames are sent into a link that is down",
    severity: ADVICE,
    source: SOURCES.linuxBonding,
  }),
  bondMode: practice({
    id: "host-bond-mode",
    title: "The mode of a Linux bond below a bridge",
    reason:
      "below a bridge active-backup needs nothing of the physical switch, 802.3ad a LAG with LACP, and balance-xor a static port channel; " +
      "balance-tlb and balance-alb rewrite the MAC addresses that the bridge learns, and no mode binds guests to uplinks",
    severity: ERROR,
    source: SOURCES.linuxBonding,
  }),
  bondFailback: practice({
    id: "host-bond-failback",
    title: "Whether the first uplink takes its traffic back",
    reason: "active-backup can stay on the uplink that took over; all other modes use each link that works",
    severity: ERROR,
    source: SOURCES.linuxBonding,
  }),
  bondStandby: practice({
    id: "host-bond-standby",
    title: "Only failover has standby uplinks",
    reason: "bonds that share load use all of their links that work",
    severity: ERROR,
    source: SOURCES.linuxBonding,
  }),
  noBeacons: practice({
    id: "host-bond-no-beacons",
    title: "No beacon probing on Linux hosts",
    reason:
      "Linux and Open vSwitch bonds watch the state of links; the ARP monitor of a Linux bond needs an address of its own to probe from",
    severity: ERROR,
    source: SOURCES.linuxBonding,
  }),
  openVSwitchBond: practice({
    id: "open-vswitch-bond-mode",
    title: "The mode of an Open vSwitch bond",
    reason:
      "balance-slb binds each MAC address and VLAN to an uplink and needs nothing of the physical switch; balance-tcp spreads by addresses " +
      "and ports and works with LACP only",
    severity: ERROR,
    source: SOURCES.ovsBonding,
  }),
  openVSwitchLearning: practice({
    id: "open-vswitch-bond-notify",
    title: "Open vSwitch always tells physical switches of a failover",
    reason:
      "after a failover it sends a frame for each MAC address behind the bond, so that switches learn the new way; this can't be turned off",
    severity: ERROR,
    source: SOURCES.ovsBonding,
  }),
  openVSwitchRebalance: practice({
    id: "open-vswitch-rebalance",
    title: "How often Open vSwitch moves load between uplinks",
    reason:
      "each move makes physical switches learn anew where a guest is; its own 10 s move guests back and forth under short bursts",
    severity: ADVICE,
    source: SOURCES.ovsDatabase,
  }),
  openVSwitchNoop: practice({
    id: "open-vswitch-qos-noop",
    title: "Open vSwitch leaves the shaping of uplinks alone",
    reason:
      "Open vSwitch removes the queueing discipline of each port that it manages, and with it all shaping, unless its type is linux-noop",
    severity: ADVICE,
    source: SOURCES.ovsDatabase,
  }),
  discovery: practice({
    id: "host-discovery-protocol",
    title: "Linux hosts speak LLDP",
    reason:
      "systemd-networkd and Open vSwitch have LLDP and no CDP; Open vSwitch listens and advertises, or does neither",
    severity: ERROR,
    source: SOURCES.systemdNetwork,
  }),
  flowExport: practice({
    id: "host-flow-export",
    title: "Flow export needs Open vSwitch",
    reason: "a Linux bridge exports no flows; Open vSwitch has sFlow and IPFIX, both for a bridge as a whole",
    severity: ERROR,
    source: SOURCES.ovsDatabase,
  }),
  ipfixCache: practice({
    id: "open-vswitch-ipfix-cache",
    title: "Open vSwitch gathers flows before it tells of them",
    reason: "its cache for IPFIX is off unless it is given a size: each sampled packet is a message of its own then",
    severity: ADVICE,
    source: SOURCES.ovsDatabase,
  }),
  vlanFiltering: practice({
    id: "host-vlan-filtering",
    title: "A bridge filters VLANs",
    reason:
      "a bridge that does not filter passes frames that a guest tags itself, and with them into any VLAN of its uplink",
    severity: ADVICE,
    source: SOURCES.linuxBridge,
  }),
  openVSwitchUntagged: practice({
    id: "open-vswitch-untagged",
    title: "An untagged segment on Open vSwitch has the tag 0",
    reason:
      "a port of Open vSwitch without a tag is a trunk of all VLANs; with tag 0 it drops frames that a guest tags itself",
    severity: ADVICE,
    source: SOURCES.ovsDatabase,
  }),
  portGroupForVlan: practice({
    id: "host-port-group-for-vlan",
    title: "One bridge for all VLANs",
    reason:
      "with libvirt 11.0 and later on all hosts one bridge carries all VLANs, and uplinks pass those of its segments alone",
    severity: ADVICE,
    source: SOURCES.bridgeVlan,
  }),
  bridgeForVlan: practice({
    id: "host-bridge-for-vlan",
    title: "A bridge for each VLAN",
    reason:
      "before 11.0 libvirt tags no ports of a Linux bridge: a VLAN is a bridge of its own on a VLAN interface of the uplink",
    severity: ADVICE,
    source: SOURCES.systemdNetdev,
  }),
  untaggedVlan: practice({
    id: "host-vlan-untagged",
    title: `VLAN ${HOST_NETWORK_LIMITS.defaultPvid} of a bridge that filters VLANs is that of untagged frames`,
    reason: `a bridge that filters VLANs has untagged frames in VLAN ${HOST_NETWORK_LIMITS.defaultPvid}, and sends those of that VLAN untagged`,
    severity: ERROR,
    source: SOURCES.linuxBridge,
  }),
} as const;
