import { requireLiteral } from "../../checks";
import { ConfigurationError } from "../../errors";

/** libvirt gives out at most 65,535 addresses by DHCP. */
const MIN_PREFIX = 16;
const MAX_PREFIX = 29;

/** Without leading zeros, which some programs read as octal. */
const OCTET = "(0|[1-9]\\d{0,2})";
const CIDR = new RegExp(`^${OCTET}\\.${OCTET}\\.${OCTET}\\.${OCTET}/([1-9]\\d?)$`);

const LOOPBACK = 127;
const FIRST_MULTICAST = 224;

/**
 * Checks an IPv4 network in CIDR notation that is to give addresses by DHCP.
 * @throws ConfigurationError where it is malformed, has host bits set, is larger than /16 or smaller than /29, or has no addresses of guests
 */
export function checkCidr(where: string, cidr: string): string {
  const literal = requireLiteral(where, "the network", cidr);
  const allowed = `an IPv4 network with no host bits set, /${MIN_PREFIX} to /${MAX_PREFIX}, such as "10.20.0.0/24"`;
  const match = typeof literal === "string" ? CIDR.exec(literal) : null;
  const octets = match?.slice(1, 5).map(Number) ?? [];
  const prefix = Number(match?.[5]);
  if (!match || octets.some((o) => o > 255) || prefix < MIN_PREFIX || prefix > MAX_PREFIX) {
    throw new ConfigurationError({ where, what: "not a network that can be used", given: cidr, allowed });
  }
  if (octets[0] === 0 || octets[0] === LOOPBACK || octets[0]! >= FIRST_MULTICAST) {
    throw new ConfigurationError({
      where,
      what: "not a network that guests can have addresses of",
      given: cidr,
      allowed,
      mend: "give a private network: a part of 10.0.0.0/8, 172.16.0.0/12 or 192.168.0.0/16",
    });
  }
  const address = toNumber(octets);
  const network = address - (address % 2 ** (32 - prefix));
  if (network !== address) {
    throw new ConfigurationError({
      where,
      what: "the address has host bits set",
      given: cidr,
      allowed,
      mend: `give "${toAddress(network)}/${prefix}"`,
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
  const [address, length] = cidr.split("/") as [string, string];
  const prefix = Number(length);
  const network = toNumber(address.split(".").map(Number));
  return {
    host: toAddress(network + 1),
    first: toAddress(network + 2),
    last: toAddress(network + 2 ** (32 - prefix) - 2),
    prefix,
  };
}

function toNumber(octets: readonly number[]): number {
  return octets.reduce((sum, octet) => sum * 256 + octet, 0);
}

function toAddress(value: number): string {
  return [24, 16, 8, 0].map((shift) => Math.floor(value / 2 ** shift) % 256).join(".");
}
