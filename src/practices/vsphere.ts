import { practice, Severity } from "./practice";
import { SOURCES } from "./sources";

const { ERROR, WARNING, ADVICE } = Severity;

/** Limits of vSphere alone. */
export const VSPHERE_LIMITS = {
  maxUplinks: 32,
  /** How a traffic class without a limit is written. */
  noTrafficLimit: -1,
  /** First three octets of VMware's addresses. */
  macPrefix: "00:50:56",
  /** Largest fourth octet that is left to users; vCenter and the hosts take addresses above. */
  maxStaticMacOctet: 0x3f,
  memoryMultipleMiB: 4,
  /** Disks of one machine that the provider manages. */
  maxDisks: 60,
  maxDisksPerSata: 30,
  minShutdownWaitMinutes: 1,
  maxShutdownWaitMinutes: 10,
} as const;

/** What experts know about vSphere alone. */
export const VSPHERE_PRACTICES = {
  distributedOnly: practice({
    id: "vsphere-distributed-switch",
    title: "A switch over several hosts is a distributed switch",
    reason: "bridges and NAT networks belong to Linux hosts; vSphere carries a switch as a distributed switch",
    severity: ERROR,
    source: SOURCES.vsphereDvs,
  }),
  uplinksNeedHosts: practice({
    id: "vsphere-uplinks-need-hosts",
    title: "Uplinks are NICs of hosts",
    reason: "physical NICs are given to a distributed switch host by host: without hosts they would be ignored",
    severity: ERROR,
    source: SOURCES.vsphereDvs,
  }),
  ipHashAllActive: practice({
    id: "vsphere-ip-hash-all-active",
    title: "With IP hash all uplinks are active",
    reason: "the physical ports are one channel, so that a standby uplink receives traffic too and drops it",
    severity: ERROR,
    source: SOURCES.vmwareIpHash,
  }),
  portGroupIsNetwork: practice({
    id: "vsphere-port-group-is-network",
    title: "NICs connect to port groups",
    reason: "a port group of a distributed switch is itself the network of vSphere's inventory",
    severity: ERROR,
    source: SOURCES.vspherePortGroup,
  }),
  nicModels: practice({
    id: "vsphere-nic-models",
    title: "vSphere has vmxnet3, e1000e and e1000",
    reason: "virtio and rtl8139 are devices of QEMU",
    severity: ERROR,
    source: SOURCES.vsphereVm,
  }),
  vmxnet3: practice({
    id: "vsphere-vmxnet3",
    title: "vmxnet3 for every guest that has its driver",
    reason: "vmxnet3 is paravirtualised: queues for each vCPU, offloads, and the least CPU for each packet",
    severity: ADVICE,
    source: SOURCES.vmwarePerformance,
  }),
  nicDriverDecides: practice({
    id: "vsphere-nic-driver-decides",
    title: "Queues and rings of vmxnet3 are the guest's",
    reason: "the driver in the guest makes one queue pair for each vCPU and sizes the rings: ethtool -L and -G",
    severity: ERROR,
    source: SOURCES.vmwarePerformance,
  }),
  nicCount: practice({
    id: "vsphere-nic-count",
    title: "A machine has 1 to 10 NICs",
    reason: "the virtual hardware has ten, and the provider refuses a machine without any",
    severity: ERROR,
    source: SOURCES.vsphereVm,
  }),
  staticMac: practice({
    id: "vsphere-static-mac",
    title: "Static MAC addresses of vSphere",
    reason: "addresses above 00:50:56:3f:ff:ff are given out by vCenter and could be there twice",
    severity: ERROR,
    source: SOURCES.vmwareStaticMac,
  }),
  guestMtu: practice({
    id: "vsphere-guest-mtu",
    title: "vSphere does not tell a guest its MTU",
    reason: "vmxnet3 starts with 1500 whatever the switch carries: the guest's own configuration sets another MTU",
    severity: WARNING,
    source: SOURCES.vmwarePerformance,
  }),
  tierBackends: practice({
    id: "vsphere-tier-backends",
    title: "A tier is a datastore",
    reason: "machines of vSphere have their disks on datastores that the hosts mount",
    severity: ERROR,
    source: SOURCES.vsphereNas,
  }),
  datastoreHosts: practice({
    id: "vsphere-datastore-hosts",
    title: "A datastore is mounted on hosts",
    reason: "an NFS datastore is mounted host by host",
    severity: ERROR,
    source: SOURCES.vsphereNas,
  }),
  datastoreFirst: practice({
    id: "vsphere-datastore-first",
    title: "A datastore is made before disks are put in it",
    reason:
      "the provider plans a disk wrongly whose datastore is still to be made, unless all of the machine is in it, and the first apply ends before the machine",
    severity: WARNING,
    source: SOURCES.vsphereDiskDatastore,
  }),
  oneDatastoreCluster: practice({
    id: "vsphere-one-datastore-cluster",
    title: "A machine is in one datastore cluster, or in none",
    reason: "the provider gives a datastore cluster to the whole machine, not to a disk",
    severity: ERROR,
    source: SOURCES.vsphereVm,
  }),
  notOfQemu: practice({
    id: "vsphere-not-qemu",
    title: "Machine types, CPU models and kernels on the host are QEMU's",
    reason: "ESXi has one machine type, gives a guest the CPU of its cluster and starts its firmware",
    severity: ERROR,
    source: SOURCES.vsphereVm,
  }),
  templateBoot: practice({
    id: "vsphere-clone-template",
    title: "A machine with an operating system is a clone of a template",
    reason: "vSphere makes disks empty or as copies of a template's",
    severity: ERROR,
    source: SOURCES.vsphereVm,
  }),
  cloneKeeps: practice({
    id: "vsphere-clone-keeps",
    title: "A clone keeps guest ID, firmware and provisioning of its template",
    reason:
      "the provider refuses another guest ID, and what was installed under one firmware does not start under the other",
    severity: ADVICE,
    source: SOURCES.vsphereVm,
  }),
  guestId: practice({
    id: "vsphere-guest-id",
    title: "The guest ID decides what vSphere offers",
    reason: "default devices, checks and Tools follow the guest ID",
    severity: ADVICE,
    source: SOURCES.vsphereVm,
  }),
  uefi: practice({
    id: "vsphere-uefi",
    title: "UEFI for new machines",
    reason: "secure boot and virtual TPM need UEFI, and what is installed under BIOS can't be moved to it later",
    severity: ADVICE,
    source: SOURCES.vsphereVm,
  }),
  coresPerSocket: practice({
    id: "vsphere-cores-per-socket",
    title: "All vCPUs in as few sockets as NUMA nodes of the host hold",
    reason:
      "guests share caches within a socket and split memory between sockets: sockets should look as the host's do",
    severity: ADVICE,
    source: SOURCES.vmwareRightsizing,
  }),
  memoryMultiple: practice({
    id: "vsphere-memory-multiple",
    title: `Memory in steps of ${VSPHERE_LIMITS.memoryMultipleMiB} MiB`,
    reason: "vCenter refuses other sizes",
    severity: ERROR,
    source: SOURCES.vsphereApiConfigSpec,
  }),
  shutdownWait: practice({
    id: "vsphere-shutdown-wait",
    title: "Shut guests down before they are powered off",
    reason:
      "a change that needs the machine off asks the guest first and forces it off after the wait, in whole minutes, 1 to 10",
    severity: ADVICE,
    source: SOURCES.vsphereVm,
  }),
  noNetworkWait: practice({
    id: "vsphere-no-network-wait",
    title: "Do not wait for the guest's network",
    reason: "the wait needs VMware Tools in the guest and fails the apply without them",
    severity: ADVICE,
    source: SOURCES.vsphereVm,
  }),
  guestInfo: practice({
    id: "vsphere-guestinfo",
    title: "cloud-init through guestinfo",
    reason: "cloud-init's VMware data source reads these keys at the first boot, encoded so that no character is lost",
    severity: ADVICE,
    source: SOURCES.cloudInitVmware,
  }),
  guestInfoNoReboot: practice({
    id: "vsphere-guestinfo-no-reboot",
    title: "A change of guestinfo is no reason to power off",
    reason: "cloud-init reads it at the first boot only",
    severity: ADVICE,
    source: SOURCES.vsphereVm,
  }),
  diskUuid: practice({
    id: "vsphere-disk-uuid",
    title: "Guests see the UUIDs of their disks",
    reason: "names below /dev/disk/by-id then stay when controllers and units change",
    severity: ADVICE,
    source: SOURCES.vsphereVm,
  }),
  diskLabel: practice({
    id: "vsphere-disk-label",
    title: "A disk's label is its name in the program",
    reason: "the provider tells disks apart by label: one that depended on order could delete another disk's file",
    severity: ADVICE,
    source: SOURCES.vsphereVm,
  }),
  diskKept: practice({
    id: "vsphere-disk-kept",
    title: "A removed disk leaves its file",
    reason: "a protected disk that is taken out of the program is detached and its VMDK stays in the datastore",
    severity: ADVICE,
    source: SOURCES.vsphereVm,
  }),
  attachedDisk: practice({
    id: "vsphere-attached-disk",
    title: "An existing VMDK is attached as it is",
    reason:
      "the provider attaches a file of a datastore, never deletes it, and refuses any word on its size or provisioning",
    severity: ERROR,
    source: SOURCES.vsphereVm,
  }),
  diskBuses: practice({
    id: "vsphere-disk-buses",
    title: "vSphere has PVSCSI, NVMe and SATA",
    reason: "virtio-scsi and virtio-blk are devices of QEMU",
    severity: ERROR,
    source: SOURCES.vsphereVm,
  }),
  pvscsi: practice({
    id: "vsphere-pvscsi",
    title: "PVSCSI for disks under load",
    reason: "PVSCSI queues more requests and costs less CPU for each than emulated controllers",
    severity: ADVICE,
    source: SOURCES.vmwarePerformance,
  }),
  esxiDecides: practice({
    id: "vsphere-esxi-decides",
    title: "ESXi decides how it does a disk's I/O",
    reason:
      "ESXi has no page cache for disks, no choice of I/O threads, and queues that belong to controllers and drivers",
    severity: ERROR,
    source: SOURCES.vmwarePerformance,
  }),
  wholeGibibytes: practice({
    id: "vsphere-disk-whole-gib",
    title: "Disks are whole GiB",
    reason: "the provider counts disks in GiB",
    severity: ERROR,
    source: SOURCES.vsphereVm,
  }),
  multiWriter: practice({
    id: "vsphere-multi-writer",
    title: "A shared disk is zeroed eagerly",
    reason:
      "several machines can't allocate blocks of one file: with multi-writer all of its space is there from the start",
    severity: ERROR,
    source: SOURCES.vmwareMultiWriter,
  }),
  firstUnit: practice({
    id: "vsphere-first-unit",
    title: "One disk is the first of its bus",
    reason: "the provider wants a disk with unit number 0",
    severity: ERROR,
    source: SOURCES.vsphereVm,
  }),
  noLiteralPasswords: practice({
    id: "vsphere-no-literal-passwords",
    title: "No passwords in synthesised files",
    reason:
      "what is synthesised is stored, sent and reviewed; credentials come from the environment or sensitive variables",
    severity: ERROR,
    source: SOURCES.vsphereProvider,
  }),
} as const;
