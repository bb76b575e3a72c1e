import { practice, Severity } from "./practice";
import { SOURCES } from "./sources";

const { ERROR, WARNING, ADVICE } = Severity;

/** Limits of network devices and switches, each beside the practice that cites its source. */
export const NETWORK_LIMITS = {
  /** Queue pairs of one tap device on Linux 4.0 and later. */
  maxQueues: 256,
  /** virtio's own default ring, and the least that libvirt accepts. */
  minRingSize: 256,
  maxRingSize: 1024,
  minVlan: 1,
  maxVlan: 4094,
  minMtu: 576,
  maxMtu: 65_535,
  /** Largest MTU that a distributed switch of vSphere takes. */
  maxMtuVsphere: 9000,
  defaultMtu: 1500,
  /** MSI-X vectors that a guest can spend on the queues of all its devices. */
  msiVectors: 200,
  /** First version of libvirt with VLAN tags on Linux bridges. */
  vlanOnLinuxBridgeLibvirt: [11, 0, 0],
  /** NICs of one vSphere VM. */
  maxNicsVsphere: 10,
} as const;

/** What experts know about NICs, switches and segments. */
export const NETWORK_PRACTICES = {
  paravirtualNic: practice({
    id: "nic-paravirtual-model",
    title: "Use a paravirtualised NIC",
    reason:
      "a paravirtualised NIC exchanges packets through shared rings; an emulated one traps into the hypervisor for each register",
    consequence:
      "emulated models (e1000, e1000e, rtl8139) have one queue and several times the CPU cost for each packet",
    severity: WARNING,
    source: SOURCES.rhelTuning,
  }),
  nicQueues: practice({
    id: "nic-queues",
    title: "One queue pair for each vCPU",
    reason: "with one queue pair per vCPU each vCPU sends and receives without waiting for another",
    consequence: "a single queue ties all packet processing of the NIC to one vCPU",
    severity: ADVICE,
    source: SOURCES.nova,
  }),
  nicQueueLimit: practice({
    id: "nic-queue-limit",
    title: `A tap device has at most ${NETWORK_LIMITS.maxQueues} queue pairs`,
    reason: `Linux gives a tap device at most ${NETWORK_LIMITS.maxQueues} queue pairs`,
    severity: ERROR,
    source: SOURCES.nova,
  }),
  nicQueuesVirtioOnly: practice({
    id: "nic-queues-virtio-only",
    title: "Only virtio NICs have several queues",
    reason: "multiqueue belongs to virtio; libvirt refuses it on other models",
    severity: ERROR,
    source: SOURCES.formatDomain,
  }),
  nicQueuesOverVcpus: practice({
    id: "nic-queues-over-vcpus",
    title: "More queues than vCPUs do nothing",
    reason: "the guest's driver enables at most one queue pair for each vCPU",
    consequence: "the further queues cost memory and MSI-X vectors and stay idle",
    severity: WARNING,
    source: SOURCES.formatDomain,
  }),
  msiVectors: practice({
    id: "nic-msi-vectors",
    title: "MSI-X vectors of a guest are limited",
    reason: `about ${NETWORK_LIMITS.msiVectors} MSI-X vectors are there for the queues of all devices of a guest, two for each queue pair`,
    consequence: "a NIC that gets no vectors falls back to shared interrupts and loses what its queues bring",
    severity: WARNING,
    source: SOURCES.formatDomain,
  }),
  ringSize: practice({
    id: "nic-ring-size",
    title: "Longer receive rings for bursts",
    reason: "a longer receive ring takes bursts that would be dropped while the guest is not scheduled",
    severity: ADVICE,
    source: SOURCES.formatDomain,
  }),
  ringSizeRange: practice({
    id: "nic-ring-size-range",
    title: "Ring sizes are powers of two",
    reason: `virtio rings are powers of two from ${NETWORK_LIMITS.minRingSize} to ${NETWORK_LIMITS.maxRingSize}, on virtio NICs only`,
    severity: ERROR,
    source: SOURCES.formatDomain,
  }),
  txRingOnTap: practice({
    id: "nic-tx-ring-on-tap",
    title: "A tap device ignores the transmit ring size",
    reason: "the size of the transmit ring takes effect with vhost-user only; on a tap device it stays 256",
    severity: WARNING,
    source: SOURCES.formatDomain,
  }),
  nicMtu: practice({
    id: "nic-mtu",
    title: "The NIC has the MTU of its segment",
    reason:
      "the MTU is offered to the guest through virtio, so that guest, tap and bridge agree without configuration in the guest",
    consequence: "with an MTU on the network alone the guest keeps 1500 and larger frames are never sent",
    severity: ADVICE,
    source: SOURCES.formatDomain,
  }),
  mtuRange: practice({
    id: "nic-mtu-range",
    title: "The MTU of a NIC is at most that of its segment",
    reason: "frames that are larger than the segment's MTU are dropped on the way",
    severity: ERROR,
    source: SOURCES.formatNetwork,
  }),
  stableMac: practice({
    id: "nic-stable-mac",
    title: "A MAC address that does not change",
    reason:
      "derived from the NIC's place in the program, so that leases, filters and names in the guest survive each redefinition",
    severity: ADVICE,
    source: SOURCES.formatDomain,
  }),
  vlanRange: practice({
    id: "vlan-range",
    title: "VLAN identifiers",
    reason: "IEEE 802.1Q leaves 1 to 4094 for use; 0 and 4095 are reserved",
    severity: ERROR,
    source: SOURCES.ieee8021q,
  }),
  vlanOverlap: practice({
    id: "vlan-ranges-overlap",
    title: "Ranges of a trunk do not overlap",
    reason: "vCenter refuses a trunk whose ranges overlap, and an overlap hides which VLAN was meant",
    severity: ERROR,
    source: SOURCES.vspherePortGroup,
  }),
  vlanOnLinuxBridge: practice({
    id: "vlan-linux-bridge",
    title: "VLAN tags on a Linux bridge need libvirt 11.0",
    reason: "before 11.0 libvirt tags ports on Open vSwitch bridges, SR-IOV and macvtap passthrough only",
    consequence: "an older libvirt refuses to start the guest, after the network was defined",
    severity: ERROR,
    source: SOURCES.bridgeVlan,
  }),
  vlanOnManagedBridge: practice({
    id: "vlan-managed-bridge",
    title: "No VLAN tags on a NAT or isolated network",
    reason: "libvirt tags no ports of networks whose bridge it owns: they carry one untagged segment",
    severity: ERROR,
    source: SOURCES.formatNetwork,
  }),
  nativeVlan: practice({
    id: "vlan-native",
    title: "A native VLAN belongs to a trunk on Open vSwitch",
    reason:
      "only Open vSwitch has native VLAN modes; a trunk of vSphere passes the tags of its ranges and no native VLAN",
    severity: ERROR,
    source: SOURCES.formatNetwork,
  }),
  securityReject: practice({
    id: "segment-security-reject",
    title: "Reject promiscuous mode, forged transmits and MAC changes",
    reason: "a guest that can take another's MAC address can read and answer its traffic",
    consequence: "allow them where a guest is itself a bridge, a router with virtual MACs or a nested hypervisor",
    severity: WARNING,
    source: SOURCES.vspherePortGroup,
  }),
  noMacSpoofing: practice({
    id: "segment-no-mac-spoofing",
    title: "libvirt's filter no-mac-spoofing rejects forged transmits",
    reason: "a bridge passes frames with any source MAC; libvirt's own filter drops those that are not the NIC's",
    severity: ADVICE,
    source: SOURCES.formatNwfilter,
  }),
  noFilterOnOpenVSwitch: practice({
    id: "segment-no-filter-on-open-vswitch",
    title: "libvirt's filters do not reach Open vSwitch ports",
    reason: "Open vSwitch takes frames before ebtables sees them, so a filter of libvirt has no effect there",
    severity: WARNING,
    source: SOURCES.formatNwfilter,
  }),
  teamingUplinks: practice({
    id: "teaming-uplinks",
    title: "Active and standby uplinks are uplinks of the switch",
    reason: "an uplink that the switch does not have can't carry traffic",
    severity: ERROR,
    source: SOURCES.vsphereDvs,
  }),
  ipHashNeedsBundle: practice({
    id: "teaming-ip-hash",
    title: "IP hash needs bundled physical ports",
    reason:
      "with IP hash a MAC address appears on several uplinks at once; switch ports that are no port channel then flap and drop",
    severity: ERROR,
    source: SOURCES.vsphereDvs,
  }),
  hostOwnsUplinks: practice({
    id: "switch-host-owns-uplinks",
    title: "The uplinks of an existing bridge belong to its host",
    reason:
      "libvirt uses a bridge that is there; which NICs are in it and how they are bonded is the host's own configuration",
    severity: WARNING,
    source: SOURCES.formatNetwork,
  }),
  noUplinkOnLabNetwork: practice({
    id: "switch-no-uplinks",
    title: "A NAT or isolated network has no uplinks",
    reason: "guests of such a network reach others through the host's routing, or not at all",
    severity: ERROR,
    source: SOURCES.formatNetwork,
  }),
} as const;
