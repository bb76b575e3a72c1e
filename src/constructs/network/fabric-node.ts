import { checkInteger, checkName } from "../../checks";
import { MAX_INTERFACE_NAME } from "../../linux";
import type { IHost } from "../../platforms/platform";
import type { DataRate } from "../../units";
import { checkOptions } from "../given";

/** What a machine of a fabric is for. */
export enum FabricLayer {
  /** Leaves, which hosts are connected to. */
  ACCESS = "access",
  /** Spines, which all leaves are connected to. */
  AGGREGATION = "aggregation",
  /** Above the spines: where fabrics and sites meet. */
  CORE = "core",
  /** Border leaves, which routers of others are connected to. */
  EDGE = "edge",
  HOST = "host",
}

export interface PortNamesOptions {
  /** Number of the first port. @default 1 */
  readonly first?: number;
  /** From one port to the next. @default 1 */
  readonly step?: number;
}

/** Names that a switch has for its ports. */
export class PortNames {
  /**
   * A prefix and a number: `swp1`, `swp2` of Cumulus; with `{ first: 0, step: 4 }` `Ethernet0`, `Ethernet4` of SONiC.
   * @param prefix to 10 characters, so that Linux has names of all ports
   */
  public static numbered(prefix: string, options: PortNamesOptions = {}): PortNames {
    const where = "PortNames.numbered";
    const { first = 1, step = 1 } = checkOptions(where, "what is given", options);
    checkName(where, prefix, { maxLength: 10 });
    checkInteger(where, "first", first, { min: 0, max: 1 });
    checkInteger(where, "step", step, { min: 1, max: 16 });
    return new PortNames(where, prefix, first, step);
  }

  private constructor(
    private readonly where: string,
    private readonly prefix: string,
    private readonly first: number,
    private readonly step: number,
  ) {}

  /** @param port 1 or more */
  public of(port: number): string {
    return checkName(this.where, `${this.prefix}${this.first + (port - 1) * this.step}`, {
      maxLength: MAX_INTERFACE_NAME,
    });
  }
}

/** A machine that routes: a switch, or a host that does so itself. */
export interface FabricNode {
  /** Unique in its fabric. */
  readonly name: string;
  readonly layer: FabricLayer;
  /** Position within its layer; leaves and border leaves are counted together. Addresses and the autonomous system follow from it. */
  readonly number: number;
  /** Autonomous system. */
  readonly asn: number;
  readonly routerId: string;
  /** Address that the machine is reached at, and that tunnels end at. */
  readonly loopback: string;
}

/** A switch of a fabric, which runs FRR. */
export interface FabricSwitch extends FabricNode {
  /** Ports towards hosts, or the layer below. */
  readonly downlinks: number;
  /** Ports towards the layer above. */
  readonly uplinks: number;
  /** Of each uplink; `undefined` where it has none. */
  readonly uplinkSpeed?: DataRate;
  readonly portNames: PortNames;
}

/** A host of a platform on a fabric. */
export interface FabricHost {
  readonly host: IHost;
  readonly name: string;
  readonly number: number;
  /** What it is as a router; `undefined` where its leaves route for it. */
  readonly node?: FabricNode;
  readonly links: readonly { readonly leaf: FabricSwitch; readonly nic: string; readonly port: number }[];
  /** Of each link. */
  readonly speed: DataRate;
}

/** One end of a link. */
export interface FabricLinkEnd {
  /** Name of the machine. */
  readonly name: string;
  readonly interface: string;
  /** With the length of its prefix; `undefined` where links have no addresses. */
  readonly address?: string;
  /** `undefined` for a host that does not route. */
  readonly node?: FabricNode;
}

/** A cable. */
export interface FabricLink {
  /** The end nearer to the spines. */
  readonly upper: FabricLinkEnd;
  readonly lower: FabricLinkEnd;
  readonly speed: DataRate;
}
