import { practice, Severity } from "./practice";
import { SOURCES } from "./sources";

const { ERROR, WARNING, ADVICE } = Severity;

/** Limits of virtual machines. */
export const COMPUTE_LIMITS = {
  /** vCPUs of a q35 guest without an IOMMU with extended interrupt mode. */
  maxVcpusWithoutIommu: 255,
  maxVcpusVsphere: 768,
  /** From this many vCPUs on vSphere shows a guest more than one NUMA node. */
  vnumaFromVcpus: 9,
  minMemoryMiB: 16,
} as const;

/** What experts know about CPU, memory and devices that I/O depends on. */
export const COMPUTE_PRACTICES = {
  hostCpu: practice({
    id: "vm-host-cpu",
    title: "The host's CPU model",
    reason: "the guest gets the host's instructions for checksums, encryption and copying",
    consequence: "a guest with the host's own model migrates to like hosts only",
    severity: ADVICE,
    source: SOURCES.rhelTuning,
  }),
  emulatedCpu: practice({
    id: "vm-emulated-cpu",
    title: "Without KVM the emulator decides what CPU there is",
    reason: "QEMU's emulation (TCG) can't pass the host's CPU through; `maximum` gives everything that it emulates",
    severity: ADVICE,
    source: SOURCES.formatDomain,
  }),
  vcpuLimit: practice({
    id: "vm-vcpu-limit",
    title: `More than ${COMPUTE_LIMITS.maxVcpusWithoutIommu} vCPUs need an IOMMU`,
    reason: "interrupts of CPUs beyond 255 need extended interrupt mode, which an emulated IOMMU gives",
    severity: ERROR,
    source: SOURCES.qemuValidate,
  }),
  oneNumaNode: practice({
    id: "vm-one-numa-node",
    title: "A machine within one NUMA node",
    reason: "memory of another node is slower, and devices are near one node only",
    consequence: "vCPUs and memory on several nodes make latency depend on where a thread happens to run",
    severity: WARNING,
    source: SOURCES.rhelTuning,
  }),
  machineQ35: practice({
    id: "vm-machine-q35",
    title: "The q35 machine",
    reason: "q35 has PCI Express, which virtio 1.x, large MSI-X tables and device assignment are made for",
    severity: ADVICE,
    source: SOURCES.rhelTuning,
  }),
  graceful: practice({
    id: "vm-graceful-shutdown",
    title: "Shut guests down before they are redefined",
    reason: "a guest gets time to flush before it is forced off",
    severity: ADVICE,
    source: SOURCES.libvirtProvider,
  }),
  entropy: practice({
    id: "vm-entropy",
    title: "A virtio random number generator",
    reason: "a guest without one can wait for entropy while it boots",
    severity: ADVICE,
    source: SOURCES.formatDomain,
  }),
  ballooning: practice({
    id: "vm-no-ballooning",
    title: "No memory ballooning under databases and network functions",
    reason: "memory that is taken back from a guest comes out of its page cache and buffers",
    severity: ADVICE,
    source: SOURCES.vmwarePerformance,
  }),
  memoryReservation: practice({
    id: "vm-memory-reservation",
    title: "Reserve the memory of latency-sensitive VMs",
    reason: "reserved memory is never ballooned, compressed or swapped by the host",
    severity: ADVICE,
    source: SOURCES.vmwarePerformance,
  }),
  cpuHotAdd: practice({
    id: "vm-cpu-hot-add",
    title: "CPU hot-add turns virtual NUMA off",
    reason: "with CPU hot-add vSphere shows the guest one NUMA node, and its memory accesses cross nodes unseen",
    severity: WARNING,
    source: SOURCES.vmwarePerformance,
  }),
} as const;
