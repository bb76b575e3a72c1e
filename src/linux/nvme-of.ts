import type { Duration } from "../units";
import { NOTICE } from "./host-file";
import { shellWord } from "./quote";
import { makeNetworkStorageService, shellLine } from "./storage-service";
import type { UnitFile } from "./unit-file";

/** An NVMe subsystem on the network, as nvme-cli takes it. */
export interface NvmeSubsystem {
  readonly subsystem: string;
  readonly paths: readonly {
    readonly transport: "tcp" | "rdma" | "fc";
    readonly address: string;
    readonly service?: string;
    readonly hostAddress?: string;
  }[];
  readonly hostNqn?: string;
  readonly lossTimeout?: Duration;
  readonly ioQueues?: number;
}

/** The kernel joins the paths, and takes turns over those that are equally good: it is off in some distributions. */
export const NVME_MULTIPATH = {
  path: "/etc/modprobe.d/virtuned-nvme.conf",
  content: `${NOTICE}options nvme_core multipath=Y iopolicy=round-robin\n`,
};

/**
 * Connects a host to a subsystem by all its paths.
 *
 * A path that is there already, or that is down, is no failure: one that the host has none of is.
 */
export function connectNvme(service: UnitFile, nvme: NvmeSubsystem): void {
  const { subsystem, paths, hostNqn, lossTimeout, ioQueues } = nvme;
  const modules = [...new Set(paths.map(({ transport }) => `nvme-${transport}`))];
  makeNetworkStorageService(service, `NVMe subsystem ${subsystem}`).append(
    "Service",
    "ExecStart",
    shellLine(`modprobe -a ${modules.join(" ")}`),
  );
  for (const { transport, address, service: port, hostAddress } of paths) {
    const words = [
      ...["--transport", transport, "--traddr", address],
      ...(port === undefined ? [] : ["--trsvcid", port]),
      ...(hostAddress === undefined ? [] : ["--host-traddr", hostAddress]),
      ...["--nqn", subsystem],
      ...(hostNqn === undefined ? [] : ["--hostnqn", hostNqn]),
      ...(lossTimeout === undefined ? [] : ["--ctrl-loss-tmo", String(lossTimeout.toSeconds())]),
      ...(ioQueues === undefined ? [] : ["--nr-io-queues", String(ioQueues)]),
    ];
    service.append("Service", "ExecStart", `-${shellLine(`nvme connect ${words.map(shellWord).join(" ")}`)}`);
  }
  service.append(
    "Service",
    "ExecStart",
    shellLine(`grep -qxF ${shellWord(subsystem)} /sys/class/nvme-subsystem/*/subsysnqn`, "udevadm settle"),
  );
}
