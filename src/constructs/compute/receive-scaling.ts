import { checkOneOf } from "../../checks";
import { ConfigurationError } from "../../errors";
import { checkFlag, checkOptions, optional } from "../given";

/** Threads that send for a vmxnet3 NIC. */
export enum TransmitThreads {
  /** One for all NICs of the machine: vSphere's default. */
  PER_MACHINE = "per machine",
  /** One for each NIC. */
  PER_NIC = "per NIC",
  /** Two to eight for each NIC, as the host sees fit. */
  PER_QUEUE = "per queue",
}

/** How the host spreads the traffic of a vmxnet3 NIC over threads and queues (vSphere). For NICs of 10 Gbit/s and more. */
export interface ReceiveScaling {
  /** @default - TransmitThreads.PER_MACHINE, vSphere's own */
  readonly transmitThreads?: TransmitThreads;
  /**
   * Whether the NIC has several receive queues of the physical NIC, whose driver has to have RSS.
   * @default false
   */
  readonly hostRss?: boolean;
  /**
   * Whether the physical NIC computes the hash that queues are chosen by.
   * @default false
   */
  readonly rssOffload?: boolean;
  /**
   * Whether UDP is spread, too, and not TCP alone: tunnels, QUIC, media.
   * @default false
   */
  readonly udpRss?: boolean;
}

/** @throws ConfigurationError for unknown settings, and values of another kind */
export function checkReceiveScaling(where: string, scaling: ReceiveScaling): ReceiveScaling {
  const known = ["transmitThreads", "hostRss", "rssOffload", "udpRss"] as const;
  const stranger = Object.keys(checkOptions(where, "receiveScaling", scaling)).find(
    (key) => !known.some((k) => k === key),
  );
  if (stranger !== undefined) {
    throw new ConfigurationError({
      where,
      what: "receiveScaling has no such setting",
      given: stranger,
      allowed: known.join(", "),
    });
  }
  const flag = (what: "hostRss" | "rssOffload" | "udpRss") =>
    optional(scaling[what], (on) => checkFlag(where, `receiveScaling.${what}`, on));
  return {
    transmitThreads: optional(scaling.transmitThreads, (threads) =>
      checkOneOf(where, "receiveScaling.transmitThreads", threads, Object.values(TransmitThreads)),
    ),
    hostRss: flag("hostRss"),
    rssOffload: flag("rssOffload"),
    udpRss: flag("udpRss"),
  };
}
