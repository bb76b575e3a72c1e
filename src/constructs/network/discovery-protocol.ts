import { checkOneOf } from "../../checks";

/** By which physical switches and a virtual one learn of each other. */
export enum DiscoveryProtocolKind {
  LLDP = "LLDP",
  CDP = "CDP",
  NONE = "none",
}

/** What is done with discovery. */
export enum DiscoveryOperation {
  /** The host learns which port of which physical switch it is connected to. */
  LISTEN = "listen",
  /** The physical switch learns of the host. */
  ADVERTISE = "advertise",
  BOTH = "both",
}

/** How a switch and the physical switches that it is connected to learn of each other. */
export class DiscoveryProtocol {
  /**
   * IEEE 802.1AB, which switches of all makers speak.
   * @param operation `DiscoveryOperation.BOTH` unless told
   */
  public static lldp(operation: DiscoveryOperation = DiscoveryOperation.BOTH): DiscoveryProtocol {
    return new DiscoveryProtocol(DiscoveryProtocolKind.LLDP, checkOperation("DiscoveryProtocol.lldp", operation));
  }

  /**
   * Cisco's own protocol.
   * @param operation `DiscoveryOperation.BOTH` unless told
   */
  public static cdp(operation: DiscoveryOperation = DiscoveryOperation.BOTH): DiscoveryProtocol {
    return new DiscoveryProtocol(DiscoveryProtocolKind.CDP, checkOperation("DiscoveryProtocol.cdp", operation));
  }

  /** Neither listens nor advertises. */
  public static none(): DiscoveryProtocol {
    return new DiscoveryProtocol(DiscoveryProtocolKind.NONE);
  }

  private constructor(
    public readonly kind: DiscoveryProtocolKind,
    /** `undefined` with `DiscoveryProtocolKind.NONE`. */
    public readonly operation?: DiscoveryOperation,
  ) {}
}

function checkOperation(where: string, operation: DiscoveryOperation): DiscoveryOperation {
  return checkOneOf(where, "the operation", operation, Object.values(DiscoveryOperation));
}
