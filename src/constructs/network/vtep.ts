import type { FrrConfig } from "../../linux/frr";
import type { IHost } from "../../platforms/platform";

/** Where frames of a host's guests enter and leave the tunnels of an underlay. */
export interface Vtep {
  /** Address that its tunnels begin and end at: IPv4 or IPv6. */
  readonly address: string;
  /** Name of the machine that it is on: the host's own, or that of its leaf. */
  readonly node: string;
  /** Whether the host has the VXLAN devices itself; else its leaf has them, and the host sends tagged frames (`mapVlan`). */
  readonly onHost: boolean;
  /**
   * FRR of a host that is a VTEP of EVPN: what it peers with, complete with the underlay. Whoever makes VXLAN devices on the host delivers
   * its files, which do not depend on what segments there are.
   * @default - the host runs no FRR: tunnels are static
   */
  readonly frr?: FrrConfig;
}

/** What knows the VTEPs of hosts, such as a fabric. */
export interface IVtepSource {
  /** Largest packet in bytes that passes between any two VTEPs. */
  readonly underlayMtu: number;
  /** The VTEP of a host, or `undefined` where it has none. */
  vtepOf(host: IHost): Vtep | undefined;
  /**
   * Has the leaves of a host carry a VLAN of its in a segment of VXLAN. The same mapping may be asked for more than once.
   * @throws ConfigurationError for a host that is a VTEP itself, or where the VLAN is in another segment already
   */
  mapVlan(where: string, host: IHost, vlan: number, vni: number): void;
}
