import { STORAGE_LIMITS } from "../../src/practices";
import { formatSize, type GuestReport } from "../report";

/** One thing that was asked for, beside what the guest found. */
export interface Comparison {
  readonly what: string;
  readonly asked: string;
  readonly found: string;
  /** `undefined` where nothing was asked for. */
  readonly same?: boolean;
}

/** The parts of a synthesised domain that a guest can see. */
export interface SynthesisedDomain {
  readonly name: string;
  readonly vcpu: number;
  readonly devices: {
    readonly interfaces: readonly {
      readonly mac: { readonly address: string };
      readonly mtu: { readonly size: number };
      readonly driver?: { readonly queues?: number };
    }[];
    readonly controllers: readonly { readonly index: number; readonly driver: { readonly queues: number } }[];
    readonly disks: readonly { readonly serial: string; readonly target: { readonly dev: string } }[];
  };
}

/** Puts what was asked for beside what the guest reports. */
export function compare(
  domain: SynthesisedDomain,
  sizes: ReadonlyMap<string, number>,
  report: GuestReport,
): Comparison[] {
  const row = (what: string, asked: string | number, found: string | number | undefined): Comparison => ({
    what,
    asked: String(asked),
    found: String(found ?? "nothing"),
    same: String(asked) === String(found),
  });
  const seen = (what: string, found: string | undefined): Comparison => ({
    what,
    asked: "-",
    found: found ?? "nothing",
  });
  return [
    row("virtual CPUs", domain.vcpu, report.cpus),
    ...domain.devices.interfaces.flatMap(({ mac, mtu, driver }, i) => {
      const nic = report.nics.find((n) => n.mac === mac.address);
      const queues = driver?.queues ?? 1;
      return [
        row(`NIC ${i}: MAC address`, mac.address, nic?.mac),
        row(
          `NIC ${i}: receive and transmit queues`,
          `${queues} + ${queues}`,
          nic && `${nic.rxQueues} + ${nic.txQueues}`,
        ),
        row(`NIC ${i}: MTU`, mtu.size, nic?.mtu),
      ];
    }),
    ...domain.devices.disks.flatMap(({ serial, target }) => {
      const disk = report.disks.find((d) => d.serial === serial);
      const controller = Math.floor(
        (target.dev.charCodeAt(2) - "a".charCodeAt(0)) / STORAGE_LIMITS.disksPerScsiController,
      );
      return [
        row(`disk ${serial}: size`, formatSize(sizes.get(serial) ?? 0), disk && formatSize(disk.sizeBytes)),
        row(`disk ${serial}: controller`, controller, disk?.hctl?.split(":")[0]),
        row(
          `disk ${serial}: hardware queues`,
          domain.devices.controllers[controller]!.driver.queues,
          disk?.hardwareQueues,
        ),
        row(`disk ${serial}: discard`, "yes", disk && (disk.discardMaxBytes > 0 ? "yes" : "no")),
        seen(`disk ${serial}: scheduler (the guest's choice)`, disk?.scheduler),
      ];
    }),
  ];
}
