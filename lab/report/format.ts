import { formatTable } from "../table";
import type { DiskReport, GuestReport, NicReport } from "./types";

const UNITS = ["B", "KiB", "MiB", "GiB", "TiB", "PiB"];

/** A size in the largest binary unit that leaves at most one decimal: 1.5 GiB. */
export function formatSize(bytes: number): string {
  let [value, unit] = [bytes, 0];
  while (value >= 1024 && unit < UNITS.length - 1) [value, unit] = [value / 1024, unit + 1];
  return `${Number(value.toFixed(1))} ${UNITS[unit]}`;
}

/** A report for a person: what the guest is, then a table of NICs and one of disks. */
export function formatReport(report: GuestReport): string {
  const { hostname, cpus, memoryBytes, firmware, secureBoot, kernel, uptimeSeconds, reason, commandLine, seed } =
    report;
  const head = [
    `${hostname}: ${cpus} CPUs, ${formatSize(memoryBytes)} of memory, ${firmware.toUpperCase()}${secureBoot ? " with Secure Boot" : ""}, Linux ${kernel}`,
    `reported ${uptimeSeconds} s after the kernel started (${reason})`,
    `command line: ${commandLine}`,
    `cloud-init disk: ${seed === null ? "none" : `${seed.device}, user-data ${seed.userDataSha256 ?? "absent"}`}`,
  ];
  return [
    head.join("\n"),
    formatTable(report.nics.map(nicRow), "no NICs"),
    formatTable(report.disks.map(diskRow), "no disks"),
  ].join("\n\n");
}

function nicRow(nic: NicReport): Record<string, string> {
  return {
    nic: nic.name,
    mac: nic.mac,
    driver: nic.driver,
    pci: nic.pci ?? "-",
    mtu: String(nic.mtu),
    "rx/tx queues": `${nic.rxQueues}/${nic.txQueues}`,
    addresses: nic.addresses.join(" ") || "-",
  };
}

function diskRow(disk: DiskReport): Record<string, string> {
  return {
    disk: disk.name,
    bus: disk.bus,
    address: disk.hctl ?? disk.pci ?? "-",
    size: formatSize(disk.sizeBytes),
    serial: disk.serial ?? "-",
    queues: String(disk.hardwareQueues),
    depth: String(disk.queueDepth ?? "-"),
    requests: String(disk.requests ?? "-"),
    scheduler: disk.scheduler,
    discard: disk.discardMaxBytes === 0 ? "no" : `to ${formatSize(disk.discardMaxBytes)}`,
    cache: disk.writeCache ?? "-",
    kind: [disk.rotational ? "rotational" : "", disk.readOnly ? "read-only" : "", disk.removable ? "removable" : ""]
      .filter(Boolean)
      .join(" "),
  };
}
