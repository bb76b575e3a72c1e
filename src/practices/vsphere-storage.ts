import { practice, Severity } from "./practice";
import { SOURCES } from "./sources";

const { ERROR, ADVICE, WARNING } = Severity;

/** Limits of datastores, datastore clusters and disks of vSphere. */
export const VSPHERE_STORAGE_LIMITS = {
  maxVmfsExtents: 32,
  /** Used space that Storage DRS acts on, in percent. */
  spaceUsed: { min: 50, max: 100, usual: 80 },
  /** Difference of used space between two datastores, in percent, below which nothing moves between them. */
  spaceDifference: { min: 1, max: 50, usual: 5 },
  latencyMs: { min: 5, max: 100, usual: 15 },
  /** How unlike the load of datastores is before disks move: 1 hardly, 100 very. */
  imbalance: { min: 1, max: 100, usual: 5 },
  /** An hour to thirty days. */
  intervalMinutes: { min: 60, max: 43_200, usual: 480 },
  /** First version of vSphere whose Storage DRS does not balance I/O. */
  noIoBalancingFrom: 9,
  /** Most operations a second that a disk can be limited to, or have reserved: a 32-bit number of the provider. */
  maxIops: 2_147_483_647,
  /** For each weight, of which 100 is the usual one on Linux: vSphere's normal is 1000 shares. */
  sharesPerWeight: 10,
  shares: { min: 200, max: 4000 },
} as const;

/** What experts know about storage of vSphere. */
export const VSPHERE_STORAGE_PRACTICES = {
  vmfsDevices: practice({
    id: "vsphere-vmfs-devices",
    title: "A VMFS datastore names its LUNs",
    reason:
      "a name by world wide identifier means the same LUN on each host and after each rescan; what is formatted by mistake is lost",
    severity: ERROR,
    source: SOURCES.vsphereVmfs,
  }),
  vmfsExtents: practice({
    id: "vsphere-vmfs-extents",
    title: "One LUN for a datastore",
    reason:
      "a datastore over several LUNs fails with each of them, and none can be taken out again; more datastores in a cluster grow as well",
    severity: WARNING,
    source: SOURCES.vsphereVmfs,
  }),
  nfsOptions: practice({
    id: "vsphere-nfs-4-1",
    title: "Several servers and Kerberos are NFS 4.1's",
    reason: "NFS 3 has one server, and believes the user ID that a client sends",
    severity: ERROR,
    source: SOURCES.vsphereNas,
  }),
  existingAlone: practice({
    id: "vsphere-existing-alone",
    title: "A datastore of the inventory is in the cluster that vCenter has it in",
    reason:
      "Terraform moves a datastore into a cluster through the resource that makes it: others are moved there in vCenter, and the cluster named",
    severity: ERROR,
    source: SOURCES.vsphereDatastoreCluster,
  }),
  drsPlaces: practice({
    id: "vsphere-storage-drs-places",
    title: "Storage DRS places disks",
    reason:
      "the datastores of a tier are a datastore cluster: Storage DRS puts each machine where there is space, and neither takes weights nor lets disks name a datastore",
    severity: ERROR,
    source: SOURCES.vsphereDatastoreCluster,
  }),
  drsAutomated: practice({
    id: "vsphere-storage-drs-automated",
    title: "Storage DRS moves disks by itself",
    reason: "recommendations that nobody applies leave a datastore to run full",
    severity: ADVICE,
    source: SOURCES.vmwareStorageDrs,
  }),
  drsThresholds: practice({
    id: "vsphere-storage-drs-thresholds",
    title: "Thresholds of Storage DRS",
    reason:
      "moving disks costs I/O itself: not below 80 % of space used or 15 ms, not for a difference below 5 %, and not more often than every eight hours",
    severity: ERROR,
    source: SOURCES.vmwareStorageDrs,
  }),
  noIoBalancing: practice({
    id: "vsphere-no-io-balancing",
    title: "vSphere 9 does not balance I/O",
    reason: "Storage DRS of vSphere 9 balances space alone; I/O balancing and its thresholds were taken out",
    severity: ERROR,
    source: SOURCES.vmwareNoIoBalancing,
  }),
  drsOverride: practice({
    id: "vsphere-storage-drs-override",
    title: "An override belongs to a machine in a datastore cluster",
    reason: "Storage DRS looks after datastore clusters only, and keeps a machine's override with the cluster",
    severity: ERROR,
    source: SOURCES.vsphereDrsOverride,
  }),
  ioAllocation: practice({
    id: "vsphere-disk-io-allocation",
    title: "vSphere counts a disk's operations",
    reason:
      "ESXi limits and reserves operations a second, of reads and writes together and for each disk by itself; it has no data rates and no bursts",
    severity: ERROR,
    source: SOURCES.vsphereVm,
  }),
  ioShares: practice({
    id: "vsphere-disk-io-shares",
    title: "Shares and reservations need Storage I/O Control",
    reason:
      "the host's scheduler weighs its own machines; between hosts, and for reservations, the datastore needs Storage I/O Control, which vSphere 9 has no more",
    severity: WARNING,
    source: SOURCES.vmwareNoIoBalancing,
  }),
  vsanPolicy: practice({
    id: "vsphere-vsan-policy",
    title: "vSAN takes its word from a storage policy",
    reason:
      "failures to tolerate, stripes and reserved space are rules of a policy; without one the datastore's default goes for all disks",
    severity: WARNING,
    source: SOURCES.vmwareVsanPolicy,
  }),
  vsanReservation: practice({
    id: "vsphere-vsan-reservation",
    title: "vSAN reserves space by policy",
    reason: "vSAN zeroes nothing beforehand: the policy's object space reservation keeps space",
    severity: ERROR,
    source: SOURCES.vmwareVsanPolicy,
  }),
  vsanServices: practice({
    id: "vsphere-vsan-services",
    title: "Deduplication and compression are the cluster's",
    reason: "vSAN deduplicates for a whole cluster, and only what is compressed as well",
    severity: ERROR,
    source: SOURCES.vsphereComputeCluster,
  }),
  libraryItem: practice({
    id: "vsphere-library-item",
    title: "A machine from a content library says its firmware",
    reason:
      "the provider can't ask an item for its firmware, and sends what the program says; an item's guest ID stays as it is",
    severity: ADVICE,
    source: SOURCES.vsphereVm,
  }),
} as const;
