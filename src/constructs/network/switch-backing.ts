import { checkName } from "../../checks";
import { checkCidr } from "./cidr";

/** What carries a switch on a host. */
export enum SwitchBackingKind {
  LINUX_BRIDGE = "Linux bridge",
  OPEN_VSWITCH = "Open vSwitch bridge",
  NAT = "NAT network",
  ISOLATED = "isolated network",
  DISTRIBUTED = "distributed switch",
}

/**
 * What carries a switch on each host. Libvirt has Linux and Open vSwitch bridges, which exist already, and NAT or isolated networks,
 * which libvirt makes, for a lab; vSphere has its own distributed switch.
 */
export class SwitchBacking {
  /**
   * A Linux bridge that the hosts have. VLAN tags need libvirt 11.0 or later there.
   * @param bridge name of the interface, at most 15 characters
   */
  public static linuxBridge(bridge: string): SwitchBacking {
    return new SwitchBacking(SwitchBackingKind.LINUX_BRIDGE, checkInterface("SwitchBacking.linuxBridge", bridge));
  }

  /**
   * An Open vSwitch bridge that the hosts have: access VLANs, trunks and native VLANs.
   * @param bridge name of the interface, at most 15 characters
   */
  public static openVSwitch(bridge: string): SwitchBacking {
    return new SwitchBacking(SwitchBackingKind.OPEN_VSWITCH, checkInterface("SwitchBacking.openVSwitch", bridge));
  }

  /**
   * A network behind the host's address, with addresses by DHCP: for a lab.
   * @param cidr IPv4 network, /16 to /29; the host has its first address
   */
  public static nat(cidr: string): SwitchBacking {
    return new SwitchBacking(SwitchBackingKind.NAT, undefined, checkCidr("SwitchBacking.nat", cidr));
  }

  /**
   * A network among guests of one host only.
   * @param cidr IPv4 network, /16 to /29, for addresses by DHCP; the host has its first address. Without one the network has no addresses.
   */
  public static isolated(cidr?: string): SwitchBacking {
    return new SwitchBacking(
      SwitchBackingKind.ISOLATED,
      undefined,
      cidr === undefined ? undefined : checkCidr("SwitchBacking.isolated", cidr),
    );
  }

  /** The distributed switch of vSphere. */
  public static distributed(): SwitchBacking {
    return new SwitchBacking(SwitchBackingKind.DISTRIBUTED);
  }

  private constructor(
    public readonly kind: SwitchBackingKind,
    /** Interface on the hosts, for a bridge. */
    public readonly bridge?: string,
    /** Addresses, for a network that libvirt makes. */
    public readonly cidr?: string,
  ) {}

  public toString(): string {
    return [this.kind, this.bridge ?? this.cidr].filter(Boolean).join(" ");
  }
}

/** Linux names a network interface with at most 15 characters. */
export const MAX_INTERFACE_NAME = 15;

function checkInterface(where: string, name: string): string {
  return checkName(where, name, { maxLength: MAX_INTERFACE_NAME });
}
