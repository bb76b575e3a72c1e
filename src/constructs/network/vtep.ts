import type { LinuxFiles } from "../../linux";
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
   * Writes what makes the host a VTEP of the source's underlay: FRR with all that it peers with, addresses and MTU of its uplinks, settings of
   * the kernel. It does not depend on what segments there are, and may be written more than once.
   * @default - the host has an underlay already, or its leaf is the VTEP
   */
  readonly writeTo?: (files: LinuxFiles) => void;
}

/** What knows the VTEPs of hosts, such as a fabric. */
export interface IVtepSource {
  /** Largest packet in bytes that passes between any two VTEPs. */
  readonly underlayMtu: number;
  /** Whether VTEPs learn of each other and of MAC addresses by EVPN; else each is told of all others. */
  readonly evpn: boolean;
  /** The VTEP of a host, or `undefined` where it has none. */
  vtepOf(host: IHost): Vtep | undefined;
  /**
   * Has the leaves of a host carry a VLAN of its in a segment of VXLAN. The same mapping may be asked for more than once.
   * @throws ConfigurationError for a host that is a VTEP itself, or where the VLAN is in another segment already
   */
  mapVlan(where: string, host: IHost, vlan: number, vni: number): void;
}
