import { checkInteger, checkUnique } from "../../checks";
import { ConfigurationError } from "../../errors";
import { STORAGE_BACKEND_LIMITS, STORAGE_BACKEND_PRACTICES } from "../../practices";
import type { Duration } from "../../units";
import { checkList, checkMade, checkOptions, optional } from "../given";
import { checkSeconds, Multipath } from "./multipath";
import { checkIqn, checkNqn, checkPortal, checkWwn, type Portal, portalText } from "./storage-address";

export interface NvmeConnectionOptions {
  /** Name of the subsystem: `nqn.2014-08.org.nvmexpress:uuid:...`. */
  readonly subsystem: string;
  /**
   * Name that the host has for it.
   * @default - that of the host, in /etc/nvme/hostnqn
   */
  readonly hostNqn?: string;
  /**
   * How long the host tries to get a lost path back before it gives it up: whole seconds. Requests that have no other path fail then.
   * @default 10 minutes, the kernel's
   */
  readonly lossTimeout?: Duration;
  /**
   * I/O queues of a path, 1 to 1024.
   * @default - one for each CPU of the host
   */
  readonly ioQueues?: number;
}

export interface NvmeIpConnectionOptions extends NvmeConnectionOptions {
  /**
   * Where the subsystem is reached: `10.0.0.5`, `10.0.0.5:4420`, `[2001:db8::5]:4420`. With several the kernel uses those whose ANA state
   * is the best.
   */
  readonly portals: readonly string[];
}

export interface NvmeFibreChannelConnectionOptions extends NvmeConnectionOptions {
  readonly paths: readonly NvmeFibreChannelPath[];
}

/** From a port of the host to one of the array, by their names: sixteen hexadecimal digits, with or without `:`. */
export interface NvmeFibreChannelPath {
  readonly hostNode: string;
  readonly hostPort: string;
  readonly targetNode: string;
  readonly targetPort: string;
}

export interface IscsiConnectionOptions {
  /** Name of the target: `iqn.2004-10.com.example:disks`. */
  readonly target: string;
  /** Where it is reached: `10.0.0.5`, `10.0.0.5:3260`, `[2001:db8::5]:3260`; one for each path. */
  readonly portals: readonly string[];
  /**
   * How paths are joined.
   * @default - `Multipath.configured()` with several portals; none with one
   */
  readonly multipath?: Multipath;
}

/** A way to an NVMe subsystem, as nvme-cli takes it. */
export interface NvmePath {
  readonly transport: "tcp" | "rdma" | "fc";
  readonly address: string;
  readonly service?: string;
  readonly hostAddress?: string;
}

export type StorageConnectionSettings =
  | {
      readonly kind: "nvme";
      readonly subsystem: string;
      readonly paths: readonly NvmePath[];
      readonly hostNqn?: string;
      readonly lossTimeout?: Duration;
      readonly ioQueues?: number;
    }
  | {
      readonly kind: "iscsi";
      readonly target: string;
      readonly portals: readonly Portal[];
      readonly multipath?: Multipath;
    };

/**
 * What connects a host to block devices elsewhere: a service on the host, that starts before libvirt. On the devices can be a volume group,
 * a file system or a partition table.
 */
export class StorageConnection {
  /** NVMe over TCP. */
  public static nvmeTcp(options: NvmeIpConnectionOptions): StorageConnection {
    return StorageConnection.nvmeIp("StorageConnection.nvmeTcp", "tcp", options);
  }

  /** NVMe over RDMA: RoCE or InfiniBand. */
  public static nvmeRdma(options: NvmeIpConnectionOptions): StorageConnection {
    return StorageConnection.nvmeIp("StorageConnection.nvmeRdma", "rdma", options);
  }

  /** NVMe over Fibre Channel. */
  public static nvmeFibreChannel(options: NvmeFibreChannelConnectionOptions): StorageConnection {
    const where = "StorageConnection.nvmeFibreChannel";
    const { paths } = checkOptions(where, "options", options);
    const name = (node: string, port: string, whose: string) =>
      `nn-0x${checkWwn(where, `the node of the ${whose}`, node)}:pn-0x${checkWwn(where, `the port of the ${whose}`, port)}`;
    return StorageConnection.nvme(
      where,
      options,
      checkSome(where, "paths", paths).map(
        (path): NvmePath => ({
          transport: "fc",
          address: name(path?.targetNode, path?.targetPort, "array"),
          hostAddress: name(path?.hostNode, path?.hostPort, "host"),
        }),
      ),
    );
  }

  /**
   * iSCSI by the host's own initiator (open-iscsi). Its name and CHAP passwords are the host's: /etc/iscsi/initiatorname.iscsi and
   * /etc/iscsi/iscsid.conf.
   */
  public static iscsi(options: IscsiConnectionOptions): StorageConnection {
    const where = "StorageConnection.iscsi";
    const { target, portals, multipath } = checkOptions(where, "options", options);
    const checked = checkPortals(where, portals, STORAGE_BACKEND_LIMITS.iscsiPort);
    return new StorageConnection({
      kind: "iscsi",
      target: checkIqn(where, "the target", target),
      portals: checked,
      multipath:
        optional(multipath, (given) => checkMade(where, "multipath", given, Multipath, "Multipath.configured()")) ??
        (checked.length > 1 ? Multipath.configured() : undefined),
    });
  }

  private static nvmeIp(where: string, transport: "tcp" | "rdma", options: NvmeIpConnectionOptions): StorageConnection {
    const { portals } = checkOptions(where, "options", options);
    return StorageConnection.nvme(
      where,
      options,
      checkPortals(where, portals, STORAGE_BACKEND_LIMITS.nvmePort).map(({ host, port }) => ({
        transport,
        address: host,
        service: String(port),
      })),
    );
  }

  private static nvme(
    where: string,
    { subsystem, hostNqn, lossTimeout, ioQueues }: NvmeConnectionOptions,
    paths: readonly NvmePath[],
  ): StorageConnection {
    return new StorageConnection({
      kind: "nvme",
      subsystem: checkNqn(where, "the subsystem", subsystem),
      paths,
      hostNqn: optional(hostNqn, (nqn) => checkNqn(where, "hostNqn", nqn)),
      lossTimeout: optional(lossTimeout, (time) => checkSeconds(where, "lossTimeout", time)),
      ioQueues: optional(ioQueues, (queues) =>
        checkInteger(where, "ioQueues", queues, { min: 1, max: STORAGE_BACKEND_LIMITS.maxNvmeQueues }),
      ),
    });
  }

  private constructor(
    /** What was given, checked. */
    public readonly settings: StorageConnectionSettings,
  ) {}

  public toString(): string {
    const { settings } = this;
    return settings.kind === "nvme" ? settings.subsystem : settings.target;
  }
}

function checkSome<T>(where: string, what: string, list: readonly T[]): readonly T[] {
  if (checkList(where, what, list).length === 0) {
    throw new ConfigurationError({
      where,
      what: `${what} is empty`,
      mend: "give one, or several for several paths",
      practice: STORAGE_BACKEND_PRACTICES.severalPaths.id,
    });
  }
  return list;
}

export function checkPortals(where: string, given: readonly string[], defaultPort: number): readonly Portal[] {
  const portals = checkSome(where, "portals", given).map((portal) => checkPortal(where, portal, defaultPort));
  checkUnique(where, "portals", portals.map(portalText));
  return portals;
}
