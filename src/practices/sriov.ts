import { practice, Severity } from "./practice";
import { SOURCES } from "./sources";

const { ERROR, WARNING, ADVICE } = Severity;

/** Limits of SR-IOV, each beside the practice that cites its source. */
export const SRIOV_LIMITS = {
  /** TotalVFs of PCI Express has 16 bits. */
  maxVirtualFunctions: 65_535,
  /** SR-IOV NICs of one vSphere VM, beside as many others. */
  maxSriovNicsVsphere: 10,
} as const;

/** What experts know about SR-IOV. */
export const SRIOV_PRACTICES = {
  virtualFunctionCount: practice({
    id: "sriov-vf-count",
    title: "A host has as many virtual functions as its NIC was told to make",
    reason: "a virtual function belongs to one guest at a time",
    consequence: "the guest that finds none left does not start",
    severity: ERROR,
    source: SOURCES.formatNetwork,
  }),
  virtualFunctionLimit: practice({
    id: "sriov-vf-limit",
    title: `A physical function has at most ${SRIOV_LIMITS.maxVirtualFunctions} virtual functions`,
    reason:
      "PCI Express counts them with 16 bits; a NIC has fewer: /sys/class/net/NAME/device/sriov_totalvfs says how many",
    severity: ERROR,
    source: SOURCES.systemdLink,
  }),
  onePhysicalFunction: practice({
    id: "sriov-one-physical-function",
    title: "A pool has one physical function on each host",
    reason:
      "libvirt takes one physical function a network; a guest that is to survive the loss of a NIC needs two virtual functions from two pools anyway",
    severity: ERROR,
    source: SOURCES.formatNetwork,
  }),
  iommu: practice({
    id: "sriov-iommu",
    title: "Virtual functions need the host's IOMMU",
    reason:
      "a guest's virtual function reads and writes memory by itself, and the IOMMU keeps it to the guest's; the firmware has to have it on, too (VT-d, AMD-Vi, SR-IOV)",
    consequence: "without it no guest with a virtual function starts",
    severity: ADVICE,
    source: SOURCES.kernelParameters,
  }),
  hostFiles: practice({
    id: "sriov-host-files",
    title: "The host makes its virtual functions at each start",
    reason:
      "virtual functions are gone after a restart of the host; udev makes them from a .link file before anything uses the NIC (systemd 251 and later)",
    severity: ADVICE,
    source: SOURCES.systemdLink,
  }),
  rate: practice({
    id: "sriov-rate",
    title: "The rate of a virtual function is set on the host",
    reason:
      "its traffic passes no queue of the host, so the NIC itself has to limit it, and systemd-networkd has no setting for that",
    severity: ADVICE,
    source: SOURCES.ipLink,
  }),
  rateOnPool: practice({
    id: "sriov-no-bandwidth",
    title: "No traffic profile on a virtual function",
    reason: "libvirt and vSphere shape traffic in the host, which that of a virtual function does not pass",
    severity: ERROR,
    source: SOURCES.domainValidate,
  }),
  segmentTraffic: practice({
    id: "sriov-segment-traffic",
    title: "A segment's traffic profile does not hold for virtual functions",
    reason: "the traffic of a virtual function passes no queue of the host that could shape it",
    consequence: "a guest sends through it as fast as the link, or as the pool's `maxRate`",
    severity: WARNING,
    source: SOURCES.domainValidate,
  }),
  noRateOnVsphere: practice({
    id: "sriov-no-rate-vsphere",
    title: "vSphere has no rates of virtual functions",
    reason: "each of them can use the whole bandwidth of the link",
    severity: ERROR,
    source: SOURCES.vmwareSriovVfs,
  }),
  vlanTag: practice({
    id: "sriov-vlan-tag",
    title: "The VLAN of a pool is in its network, too",
    reason:
      "libvirt sets the VLAN of a virtual function when it gives it to a guest, and takes it off where its network has none",
    consequence: "a VLAN that only the host sets is gone when the guest starts, and so is a priority (802.1p)",
    severity: ADVICE,
    source: SOURCES.formatNetwork,
  }),
  vsphereSegment: practice({
    id: "sriov-vsphere-segment",
    title: "On vSphere a virtual function is on a port group",
    reason: "its VLAN and MTU are those of the port group, and the provider wants one for each NIC",
    severity: ERROR,
    source: SOURCES.vsphereVm,
  }),
  esxiMakesThem: practice({
    id: "sriov-esxi",
    title: "ESXi's own settings make virtual functions",
    reason:
      "Terraform's provider can't: the physical adapter has SR-IOV enabled, with this number of virtual functions, before the machine is made",
    severity: ADVICE,
    source: SOURCES.vsphereVm,
  }),
  trust: practice({
    id: "sriov-trust",
    title: "Do not trust virtual functions",
    reason: "a guest with a trusted virtual function can see all traffic of the NIC and change its MAC address",
    consequence: "trust those whose guest bonds them, routes with virtual MAC addresses, or captures packets",
    severity: WARNING,
    source: SOURCES.ipLink,
  }),
  spoofCheck: practice({
    id: "sriov-spoof-check",
    title: "The NIC drops what a guest sends with another's MAC address",
    reason: "no filter of the host sees the traffic of a virtual function, so the NIC itself has to check it",
    consequence: "without the check a guest can take over another's traffic",
    severity: WARNING,
    source: SOURCES.ipLink,
  }),
  isTheGuests: practice({
    id: "sriov-nic-settings",
    title: "A virtual function has no settings of a virtual NIC",
    reason: "the guest's own driver sets its queues, rings and offloads, and the host sees nothing of its traffic",
    severity: ERROR,
    source: SOURCES.formatDomain,
  }),
  noFilter: practice({
    id: "sriov-no-filter",
    title: "No filters on virtual functions",
    reason:
      "filters of the host see nothing of what passes a virtual function; libvirt refuses them, and in a failover pair they would hold while the guest is migrated only",
    severity: ERROR,
    source: SOURCES.formatNwfilter,
  }),
  guestMtu: practice({
    id: "sriov-guest-mtu",
    title: "The guest sets the MTU of its virtual function",
    reason: "nothing tells the driver of a virtual function which MTU the network has",
    severity: WARNING,
    source: SOURCES.systemdLink,
  }),
  stableMac: practice({
    id: "sriov-mac",
    title: "The MAC address comes with the virtual function",
    reason:
      "libvirt sets it through the physical function before the guest sees the device, so that it stays the NIC's",
    severity: ADVICE,
    source: SOURCES.formatDomain,
  }),
  noMigration: practice({
    id: "sriov-no-migration",
    title: "A guest with a virtual function alone stays where it is",
    reason: "a virtual function is hardware of its host, and libvirt refuses to migrate, save or snapshot its guest",
    consequence: "give `failover` where the guest has to be migrated: it is connected through virtio meanwhile",
    severity: ADVICE,
    source: SOURCES.formatDomain,
  }),
  migrationWanted: practice({
    id: "sriov-migration-wanted",
    title: "A guest that is to be migrated has its virtual functions in failover pairs",
    reason: "libvirt refuses to migrate a guest with a virtual function alone, and vSphere has no vMotion for it",
    severity: ERROR,
    source: SOURCES.formatDomain,
  }),
  failover: practice({
    id: "sriov-failover",
    title: "A failover pair: a virtual function and a virtio NIC of the same MAC address",
    reason:
      "the guest (Linux 4.18 and later) sends through the virtual function, and through virtio while a migration has taken that away; each host has a pool of the same name",
    severity: ADVICE,
    source: SOURCES.formatDomain,
  }),
  failoverVirtio: practice({
    id: "sriov-failover-virtio",
    title: "The other NIC of a failover pair is virtio",
    reason: "the guest's virtio driver joins the two; libvirt refuses other models",
    severity: ERROR,
    source: SOURCES.qemuValidate,
  }),
  noFailoverOnVsphere: practice({
    id: "sriov-no-failover-vsphere",
    title: "vSphere has no failover pairs",
    reason: "a failover pair is a feature of virtio",
    severity: ERROR,
    source: SOURCES.vmwareSriov,
  }),
  vsphereHost: practice({
    id: "sriov-vsphere-host",
    title: "A machine with a virtual function has a host",
    reason: "the provider looks for the physical function on the host of the plan: host_system_id",
    severity: ERROR,
    source: SOURCES.vsphereVm,
  }),
  vsphereMemory: practice({
    id: "sriov-vsphere-memory",
    title: "A machine with a virtual function has all of its memory reserved",
    reason: "a device that writes to memory by itself needs it to stay; the provider refuses less",
    severity: ERROR,
    source: SOURCES.vsphereVm,
  }),
  vsphereOrder: practice({
    id: "sriov-vsphere-order",
    title: "NICs with virtual functions come last",
    reason: "the provider refuses another order, so they are written after the others, whatever their `order`",
    severity: ADVICE,
    source: SOURCES.vsphereVm,
  }),
  vsphereCount: practice({
    id: "sriov-vsphere-count",
    title: `A machine has at most ${SRIOV_LIMITS.maxSriovNicsVsphere} NICs with virtual functions`,
    reason: "the provider counts them apart from the others, of which there are as many",
    severity: ERROR,
    source: SOURCES.vsphereVm,
  }),
  vsphereExcludes: practice({
    id: "sriov-vsphere-excludes",
    title: "What vSphere can't do with a virtual function",
    reason:
      "vMotion, DRS, High Availability, Fault Tolerance, snapshots, suspending, NetFlow and NIC shares of Network I/O Control are not there for a machine with a virtual function",
    severity: WARNING,
    source: SOURCES.vmwareSriov,
  }),
} as const;
