import { checkInteger } from "../../checks";
import { ConfigurationError } from "../../errors";
import { familiesOf, type IpFamily, type NwfilterProtocol } from "../../linux";
import { MICRO_SEGMENT_LIMITS } from "../../practices";

/** What a rule lets through: a protocol, and ports of the end that is called. */
export class Port {
  /** @param port 1 to 65535 */
  public static tcp(port: number): Port {
    return new Port("tcp", checkRange("Port.tcp", port, port));
  }

  /** TCP ports from one to another, both included, 1 to 65535. */
  public static tcpRange(from: number, to: number): Port {
    return new Port("tcp", checkRange("Port.tcpRange", from, to));
  }

  /** @param port 1 to 65535 */
  public static udp(port: number): Port {
    return new Port("udp", checkRange("Port.udp", port, port));
  }

  /** UDP ports from one to another, both included, 1 to 65535. */
  public static udpRange(from: number, to: number): Port {
    return new Port("udp", checkRange("Port.udpRange", from, to));
  }

  /** ICMP of IPv4: ping and what else is no error; errors pass anyway. */
  public static icmp(): Port {
    return new Port("icmp");
  }

  /** ICMP of IPv6: ping and what else is neither an error nor neighbour discovery, which pass anyway. */
  public static icmpv6(): Port {
    return new Port("icmpv6");
  }

  /** All of IPv4 and IPv6. */
  public static all(): Port {
    return new Port("all");
  }

  private constructor(
    public readonly protocol: NwfilterProtocol,
    /** `undefined` where there are none, or all. */
    public readonly range?: { readonly from: number; readonly to: number },
  ) {}

  /** IP families that have it. */
  public get families(): readonly IpFamily[] {
    return familiesOf(this.protocol);
  }

  public toString(): string {
    if (this.protocol === "all") {
      return "all traffic";
    }
    const { from, to } = this.range ?? {};
    const ports = from === to ? from : `${from}-${to}`;
    return [this.protocol === "icmpv6" ? "ICMPv6" : this.protocol.toUpperCase(), ports].filter(Boolean).join(" ");
  }
}

export const PORTS = "Port.tcp(), .tcpRange(), .udp(), .udpRange(), .icmp(), .icmpv6(), .all()";

function checkRange(where: string, from: number, to: number) {
  const { minPort: min, maxPort: max } = MICRO_SEGMENT_LIMITS;
  checkInteger(where, "the port", from, { min, max });
  checkInteger(where, "the last port", to, { min, max });
  if (from > to) {
    throw new ConfigurationError({
      where,
      what: "the range ends before it begins",
      given: `${from}-${to}`,
      mend: "swap the two",
    });
  }
  return { from, to };
}
