import { isIPv4 } from "node:net";
import { requireLiteral } from "../../checks";
import { ConfigurationError } from "../../errors";
import { IpNetwork } from "../../linux";

/** libvirt gives out at most 65,535 addresses by DHCP. */
const MIN_PREFIX = 16;
const MAX_PREFIX = 29;

/** Unspecified, loopback, multicast and reserved. */
const NO_GUESTS = ["0.0.0.0/8", "127.0.0.0/8", "224.0.0.0/3"];

/**
 * Checks an IPv4 network in CIDR notation that is to give addresses by DHCP.
 * @throws ConfigurationError where it is malformed, has host bits set, is larger than /16 or smaller than /29, or has no addresses of guests
 */
export function checkCidr(where: string, cidr: string): string {
  const literal = requireLiteral(where, "the network", cidr);
  const allowed = `an IPv4 network with no host bits set, /${MIN_PREFIX} to /${MAX_PREFIX}, such as "10.20.0.0/24"`;
  const [, address = "", length] = (typeof literal === "string" && /^([\d.]+)\/([1-9]\d?)$/.exec(literal)) || [];
  if (!isIPv4(address) || Number(length) < MIN_PREFIX || Number(length) > MAX_PREFIX) {
    throw new ConfigurationError({ where, what: "not a network that can be used", given: cidr, allowed });
  }
  const network = IpNetwork.parse(where, "the network", literal);
  if (NO_GUESTS.some((other) => IpNetwork.parse(where, "the network", other).overlaps(network))) {
    throw new ConfigurationError({
      where,
      what: "not a network that guests can have addresses of",
      given: cidr,
      allowed,
      mend: "give a private network: a part of 10.0.0.0/8, 172.16.0.0/12 or 192.168.0.0/16",
    });
  }
  return literal;
}

/** Addresses of a checked network: the host's own, the range for DHCP, and the prefix length. */
export function dhcpPlan(cidr: string): {
  readonly host: string;
  readonly first: string;
  readonly last: string;
  readonly prefix: number;
} {
  const network = IpNetwork.parse(cidr, "the network", cidr);
  return {
    host: network.address(1),
    first: network.address(2),
    last: network.address(Number(network.size) - 2),
    prefix: network.length,
  };
}
