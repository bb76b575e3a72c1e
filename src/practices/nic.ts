import { practice, Severity } from "./practice";
import { SOURCES } from "./sources";

const { ERROR, WARNING, ADVICE } = Severity;

/** Limits of what a NIC can be told beyond queues and rings, each beside the practice that cites its source. */
export const NIC_LIMITS = {
  /** Frames that a tap device, and vmxnet3's static scheme, gather before they interrupt. */
  maxCoalescedFrames: 64,
  /** Interrupts per second of vmxnet3's rate-based scheme. */
  minInterruptRate: 100,
  maxInterruptRate: 100_000,
} as const;

/** What experts know about a NIC's interrupts, offloads and isolation. */
export const NIC_PRACTICES = {
  coalescing: practice({
    id: "nic-coalescing",
    title: "Fewer interrupts cost latency",
    reason: "frames that wait for others share an interrupt: less CPU for each frame, and later for the first of them",
    severity: ADVICE,
    source: SOURCES.vmwareCoalescing,
  }),
  coalescingRange: practice({
    id: "nic-coalescing-range",
    title: "How much can be coalesced",
    reason: `a tap device and vmxnet3 gather at most ${NIC_LIMITS.maxCoalescedFrames} frames; vmxnet3 interrupts ${NIC_LIMITS.minInterruptRate} to ${NIC_LIMITS.maxInterruptRate} times a second`,
    severity: ERROR,
    source: SOURCES.vmwareCoalescing,
  }),
  coalescingFramesOnly: practice({
    id: "nic-coalescing-frames-only",
    title: "A tap device coalesces by frames",
    reason: "libvirt has one setting for it, the most frames before an interrupt, and without it each frame interrupts",
    severity: ERROR,
    source: SOURCES.formatDomain,
  }),
  offloads: practice({
    id: "nic-offloads",
    title: "Offloads are left on",
    reason:
      "with them host and guest hand each other large segments without checksums; turn single ones off for guests that capture, bridge or route what they did not send",
    severity: ADVICE,
    source: SOURCES.formatDomain,
  }),
  offloadsVirtioOnly: practice({
    id: "nic-offloads-virtio-only",
    title: "Only virtio has offloads that can be turned off from outside",
    reason: "libvirt hands them to virtio's driver; other models have none of them",
    severity: ERROR,
    source: SOURCES.formatDomain,
  }),
  offloadsNeedChecksums: practice({
    id: "nic-offloads-need-checksums",
    title: "Segmentation offloads need checksum offload",
    reason: "virtio offers TSO, UFO and GSO together with checksums only, and ECN together with TSO only",
    severity: ERROR,
    source: SOURCES.virtio,
  }),
  leftAlone: practice({
    id: "nic-left-alone",
    title: "Leave vhost, packed rings, txmode, ioeventfd and event_idx alone",
    reason:
      "vhost, packed rings, txmode, ioeventfd and event_idx are as QEMU chooses them for the host; libvirt's manual advises to leave them",
    severity: ADVICE,
    source: SOURCES.formatDomain,
  }),
  isolatedPort: practice({
    id: "nic-isolated-port",
    title: "An isolated port hears no other isolated port",
    reason: "the bridge passes no frames from one isolated port to another; all of them reach the ports that are not",
    severity: ADVICE,
    source: SOURCES.formatDomain,
  }),
  isolatedOnLinuxBridge: practice({
    id: "nic-isolated-linux-bridge",
    title: "Isolated ports are those of a Linux bridge",
    reason: "it is a flag of a bridge's port; Open vSwitch, macvtap and virtual functions have no such port",
    severity: ERROR,
    source: SOURCES.domainValidate,
  }),
  isolatedVsphere: practice({
    id: "nic-isolated-vsphere",
    title: "Isolation on vSphere is a private VLAN",
    reason: "a distributed port group isolates its ports by a secondary VLAN, all of them or none",
    severity: ERROR,
    source: SOURCES.vspherePortGroup,
  }),
  mixedIsolation: practice({
    id: "nic-mixed-isolation",
    title: "All NICs of a segment are isolated, or their gateway alone is not",
    reason: "a port that is not isolated reaches all isolated ones, and they reach it",
    severity: WARNING,
    source: SOURCES.formatDomain,
  }),
  trustRxFilters: practice({
    id: "nic-trust-rx-filters",
    title: "Receive filters of the guest are not trusted",
    reason: "a guest that may change them takes over the MAC addresses that it likes",
    severity: WARNING,
    source: SOURCES.formatDomain,
  }),
  trustRxFiltersMacvtap: practice({
    id: "nic-trust-rx-filters-macvtap",
    title: "Receive filters of the guest reach macvtap only",
    reason:
      "libvirt copies MAC address and receive filters of a virtio NIC to its macvtap device; a bridge learns addresses by itself",
    severity: ERROR,
    source: SOURCES.formatDomain,
  }),
  receiveScaling: practice({
    id: "nic-receive-scaling",
    title: "More threads and hardware queues for vmxnet3",
    reason:
      "a machine's vmxnet3 NICs share one transmit thread, and one queue of the physical NIC feeds each of them; above some 10 Gbit/s that is what limits them",
    consequence: "threads and queues are taken from other machines, so it is done where it is asked for only",
    severity: ADVICE,
    source: SOURCES.vmOperator,
  }),
  receiveScalingVmxnet3: practice({
    id: "nic-receive-scaling-vmxnet3",
    title: "Transmit threads and RSS of the host are vmxnet3's",
    reason:
      "on libvirt queues and threads come with `queues`: vhost has a thread for each NIC and virtio a queue for each vCPU",
    severity: ERROR,
    source: SOURCES.vmOperator,
  }),
  deviceIndex: practice({
    id: "nic-device-index",
    title: "Settings of a NIC are kept under its position",
    reason:
      "vSphere numbers them by the NIC's position in the machine (ethernet0), so they are written anew, and the machine is restarted, where a NIC before it comes or goes",
    severity: ADVICE,
    source: SOURCES.vmOperator,
  }),
} as const;
