import { practice, Severity } from "./practice";
import { SOURCES } from "./sources";

const { ERROR, WARNING, ADVICE } = Severity;

/** Limits of persistent memory. */
export const PERSISTENT_MEMORY_LIMITS = {
  /** The least that holds the labels of an NVDIMM, in KiB. */
  minLabelKib: 128,
  /** What sizes are multiples of, in MiB, unless a backing asks for more: the huge page of x86. */
  alignMib: 2,
  maxAlignMib: 1024,
  /** First version of libvirt that starts guests with virtio-pmem. */
  virtioPmemLibvirt: [9, 4, 0],
} as const;

/** What experts know of persistent memory of guests. */
export const PERSISTENT_MEMORY_PRACTICES = {
  path: practice({
    id: "pmem-path",
    title: "What backs persistent memory is data, and nobody's but its owner's",
    reason:
      "libvirt neither makes nor deletes what backs persistent memory: its owner makes the file before the guest starts, and it stays when the guest goes",
    severity: ADVICE,
    source: SOURCES.formatDomain,
  }),
  slots: practice({
    id: "pmem-slots",
    title: "Persistent memory needs memory slots and a NUMA cell",
    reason:
      "libvirt has memory devices only where there are slots for them, and slots only where the guest has a NUMA cell; memory of the machine is that of the cell and of the devices together",
    severity: ADVICE,
    source: SOURCES.formatDomain,
  }),
  alignment: practice({
    id: "pmem-alignment",
    title: "Persistent memory in whole huge pages",
    reason:
      "guest and host map it in huge pages where it is aligned to them; what is not is cut off by QEMU, and rounded by libvirt when the guest starts",
    severity: ERROR,
    source: SOURCES.formatDomain,
  }),
  labels: practice({
    id: "pmem-labels",
    title: "Labels of an NVDIMM take 128 KiB or more",
    reason:
      "a guest divides an NVDIMM into namespaces only where there is room for labels, and that room is taken from its size",
    severity: ERROR,
    source: SOURCES.qemuNvdimm,
  }),
  shared: practice({
    id: "pmem-shared",
    title: "Persistent memory is mapped shared",
    reason:
      "what the guest writes gets to the file only through a shared mapping; libvirt's own default is a private one",
    severity: ADVICE,
    source: SOURCES.formatDomain,
  }),
  privateMapping: practice({
    id: "pmem-private",
    title: "Privately mapped memory forgets",
    reason: "what the guest writes stays in memory of the host and is gone when the guest stops",
    severity: WARNING,
    source: SOURCES.formatDomain,
  }),
  fileNotDurable: practice({
    id: "pmem-file-not-durable",
    title: "An NVDIMM on an ordinary file is not durable",
    reason:
      "the guest flushes its CPU's caches and takes what it wrote for safe, while it is in the page cache of the host: it is lost when the host fails",
    severity: WARNING,
    source: SOURCES.qemuNvdimm,
  }),
  dax: practice({
    id: "pmem-dax",
    title: "QEMU is told of real persistent memory",
    reason: "QEMU then makes sure of persistence itself where it writes, and does not write all of it once beforehand",
    severity: ADVICE,
    source: SOURCES.qemuNvdimm,
  }),
  readOnly: practice({
    id: "pmem-read-only",
    title: "An NVDIMM that is not armed is read only",
    reason: "the guest is told that writes would not persist, and its kernel refuses them",
    severity: ADVICE,
    source: SOURCES.qemuNvdimm,
  }),
  backing: practice({
    id: "pmem-backing",
    title: "Devices of /dev are DAX devices, the rest are files",
    reason:
      "a DAX device has to be mapped as real persistent memory; virtio-pmem flushes a file, which a device does not need",
    severity: ERROR,
    source: SOURCES.qemuVirtioPmem,
  }),
  virtioPmem: practice({
    id: "pmem-virtio",
    title: "virtio-pmem makes ordinary files durable",
    reason: "a guest that flushes has the host flush the file; it has neither labels nor a NUMA node",
    severity: ADVICE,
    source: SOURCES.qemuVirtioPmem,
  }),
  virtioPmemVersion: practice({
    id: "pmem-virtio-version",
    title: `virtio-pmem needs libvirt ${PERSISTENT_MEMORY_LIMITS.virtioPmemLibvirt.slice(0, 2).join(".")}`,
    reason:
      "older ones define such a guest, and stop it when it starts: they do not know what QEMU tells them of the device",
    severity: ERROR,
    source: SOURCES.virtioPmemAddress,
  }),
  migration: practice({
    id: "pmem-stays",
    title: "Persistent memory ties a machine to its host",
    reason: "what backs it is on the host, and nothing makes it on another one",
    severity: ERROR,
    source: SOURCES.qemuNvdimm,
  }),
  vsphere: practice({
    id: "pmem-not-on-vsphere",
    title: "The provider has no NVDIMMs of vSphere",
    reason: "vsphere_virtual_machine has disks, NICs, serial ports and PCI devices, but no NVDIMM",
    severity: ERROR,
    source: SOURCES.vsphereVm,
  }),
} as const;
