import { checkName } from "../../checks";
import { ConfigurationError } from "../../errors";
import { MAX_INTERFACE_NAME } from "../../linux";
import { HOST_NETWORK_LIMITS, HOST_NETWORK_PRACTICES } from "../../practices";
import { checkFlag, checkMade, checkOptions } from "../given";
import { checkCidr } from "./cidr";

/** What carries a switch on a host. */
export enum SwitchBackingKind {
  LINUX_BRIDGE = "Linux bridge",
  OPEN_VSWITCH = "Open vSwitch bridge",
  NAT = "NAT network",
  ISOLATED = "isolated network",
  DISTRIBUTED = "distributed switch",
}

export interface BridgeOptions {
  /**
   * Whether the kit makes the bridge and puts the switch's uplinks in it, by files of each host. The uplinks then belong to the bridge: they
   * lose the addresses that the host has on them.
   * @default false: it is there already
   */
  readonly managed?: boolean;
}

/**
 * What carries a switch on each host. Libvirt has Linux and Open vSwitch bridges, which exist already or which the kit makes, and NAT or
 * isolated networks, which libvirt makes, for a lab; vSphere has its own distributed switch.
 */
export class SwitchBacking {
  /**
   * A Linux bridge. VLAN tags on one that exists already need libvirt 11.0 or later; on one that the kit makes access VLANs work with any.
   * @param bridge name of the interface, at most 15 characters; at most 10 where the kit makes it
   */
  public static linuxBridge(bridge: string, options: BridgeOptions = {}): SwitchBacking {
    return SwitchBacking.ofBridge("SwitchBacking.linuxBridge", SwitchBackingKind.LINUX_BRIDGE, bridge, options);
  }

  /**
   * An Open vSwitch bridge: access VLANs, trunks and native VLANs.
   * @param bridge name of the interface, at most 15 characters; at most 10 where the kit makes it
   */
  public static openVSwitch(bridge: string, options: BridgeOptions = {}): SwitchBacking {
    return SwitchBacking.ofBridge("SwitchBacking.openVSwitch", SwitchBackingKind.OPEN_VSWITCH, bridge, options);
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

  private static ofBridge(
    where: string,
    kind: SwitchBackingKind,
    bridge: string,
    options: BridgeOptions,
  ): SwitchBacking {
    const { managed = false } = checkOptions(where, "what is given", options);
    checkFlag(where, "managed", managed);
    const name = checkName(where, bridge, { maxLength: MAX_INTERFACE_NAME });
    if (managed && name.length > HOST_NETWORK_LIMITS.maxManagedBridgeName) {
      throw new ConfigurationError({
        where,
        what: "the name of the bridge has no room for the names that are derived from it",
        given: name,
        allowed: `at most ${HOST_NETWORK_LIMITS.maxManagedBridgeName} characters`,
        practice: HOST_NETWORK_PRACTICES.bridgeName.id,
      });
    }
    return new SwitchBacking(kind, name, undefined, managed);
  }

  private constructor(
    public readonly kind: SwitchBackingKind,
    /** Interface on the hosts, for a bridge. */
    public readonly bridge?: string,
    /** Addresses, for a network that libvirt makes. */
    public readonly cidr?: string,
    /** Whether the kit makes the bridge. */
    public readonly managed = false,
  ) {}

  public toString(): string {
    return [this.kind, this.bridge ?? this.cidr].filter(Boolean).join(" ");
  }
}

/** Checks a backing that a switch or a platform was given. */
export function checkBacking(where: string, what: string, backing: SwitchBacking): SwitchBacking {
  const factories = "SwitchBacking.linuxBridge(), .openVSwitch(), .nat(), .isolated(), .distributed()";
  return checkMade(where, what, backing, SwitchBacking, factories);
}
