import { checkName } from "../../checks";
import { ConfigurationError } from "../../errors";
import { checkAddress, MAX_INTERFACE_NAME } from "../../linux";
import { VXLAN_PRACTICES } from "../../practices";
import { checkOptions } from "../given";

/** How frames for all, and for those whose place is not known yet, reach the other VTEPs. */
export enum FloodingKind {
  HEAD_END_REPLICATION = "head-end replication",
  MULTICAST = "multicast",
  EVPN = "EVPN",
}

export interface MulticastOptions {
  /** Of the family of the VTEPs: 224.0.0.0/4, best out of 239.0.0.0/8, or ff00::/8. Each segment has its own, or several share one. */
  readonly group: string;
  /** Interface of each host that the group is joined on: the one that has the VTEP's address. */
  readonly interface: string;
}

/** How a VXLAN segment floods. */
export class Flooding {
  /** The sending host sends a copy to each other host of the segment. */
  public static headEndReplication(): Flooding {
    return new Flooding(FloodingKind.HEAD_END_REPLICATION);
  }

  /**
   * The underlay copies: it has to have multicast.
   * @throws ConfigurationError for a group that is none
   */
  public static multicast(options: MulticastOptions): Flooding {
    const where = "Flooding.multicast";
    const { group, interface: device } = checkOptions(where, "what is given", options);
    return new Flooding(
      FloodingKind.MULTICAST,
      checkGroup(where, group),
      checkName(where, device, { maxLength: MAX_INTERFACE_NAME }),
    );
  }

  /** BGP tells each host which others have the segment: `vteps` have to speak it. */
  public static evpn(): Flooding {
    return new Flooding(FloodingKind.EVPN);
  }

  /** With `FloodingKind.MULTICAST` only. */
  public readonly interface?: string;

  private constructor(
    public readonly kind: FloodingKind,
    /** With `FloodingKind.MULTICAST` only. */
    public readonly group?: string,
    device?: string,
  ) {
    this.interface = device;
  }

  public toString(): string {
    return this.group === undefined ? this.kind : `${this.kind} to ${this.group} on ${this.interface}`;
  }
}

function checkGroup(where: string, given: string): string {
  const group = checkAddress(where, "the group", given);
  if (!/^(2(2[4-9]|3\d)\.|ff)/.test(group)) {
    throw new ConfigurationError({
      where,
      what: "not a group of multicast",
      given: group,
      allowed: "an address in 224.0.0.0/4 or ff00::/8, such as 239.1.1.1 or ff05::100",
      practice: VXLAN_PRACTICES.multicast.id,
    });
  }
  return group;
}
