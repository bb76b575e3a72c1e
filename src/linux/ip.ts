import { isIP, isIPv4, isIPv6 } from "node:net";
import { requireLiteral } from "../checks";
import { ConfigurationError } from "../errors";

export type IpFamily = 4 | 6;

const BITS = { 4: 32, 6: 128 } as const;

export function familyOf(address: string): IpFamily {
  return address.includes(":") ? 6 : 4;
}

/** Bits of an address: the prefix length of a single one. */
export function bitsOf(address: string): number {
  return BITS[familyOf(address)];
}

/**
 * Checks an IPv4 or IPv6 address.
 * @returns the address as it is written usually: `2001:DB8:0::1` is `2001:db8::1`
 * @throws ConfigurationError
 */
export function checkAddress(where: string, what: string, address: unknown): string {
  const literal = requireLiteral(where, what, address);
  // "fe80::1%eth0" is an address for Node.js.
  if (typeof literal !== "string" || isIP(literal) === 0 || literal.includes("%")) {
    throw new ConfigurationError({
      where,
      what: `${what} is not an IP address`,
      given: address,
      allowed: 'such as "10.0.0.1" or "2001:db8::1"',
    });
  }
  return toText(toNumber(literal), familyOf(literal));
}

/** A network, such as `10.0.0.0/24`, and its addresses. */
export class IpNetwork {
  /** @throws ConfigurationError for what is no network, or has host bits set */
  public static parse(where: string, what: string, network: unknown): IpNetwork {
    const literal = requireLiteral(where, what, network);
    const [, address = "", length = ""] = (typeof literal === "string" && /^([^/%]+)\/(\d{1,3})$/.exec(literal)) || [];
    if (!(isIPv4(address) || isIPv6(address)) || Number(length) > bitsOf(address)) {
      throw new ConfigurationError({
        where,
        what: `${what} is not a network`,
        given: network,
        allowed: 'an address and the length of its prefix, such as "10.0.0.0/24" or "2001:db8::/64"',
      });
    }
    const family = familyOf(address);
    const parsed = new IpNetwork(toNumber(address), Number(length), family);
    if (parsed.first % parsed.size !== 0n) {
      const mended = new IpNetwork(parsed.first - (parsed.first % parsed.size), parsed.length, family);
      throw new ConfigurationError({
        where,
        what: `${what} has host bits set`,
        given: network,
        mend: `give "${mended}"`,
      });
    }
    return parsed;
  }

  private constructor(
    private readonly first: bigint,
    /** Bits of the prefix. */
    public readonly length: number,
    public readonly family: IpFamily,
  ) {}

  /** How many addresses it has. */
  public get size(): bigint {
    return 1n << BigInt(BITS[this.family] - this.length);
  }

  public address(index: number): string {
    return toText(this.first + BigInt(index), this.family);
  }

  public overlaps(other: IpNetwork): boolean {
    return (
      this.family === other.family && this.first < other.first + other.size && other.first < this.first + this.size
    );
  }

  public toString(): string {
    return `${toText(this.first, this.family)}/${this.length}`;
  }
}

function toNumber(address: string): bigint {
  if (isIPv4(address)) {
    return address.split(".").reduce((sum, octet) => sum * 256n + BigInt(octet), 0n);
  }
  // The last 32 bits of IPv6 may be written as IPv4.
  const embedded = /^(.*:)(\d+\.\d+\.\d+\.\d+)$/.exec(address);
  const tail = embedded === null ? 0n : toNumber(embedded[2]!);
  const groups =
    embedded === null ? address : `${embedded[1]}${(tail >> 16n).toString(16)}:${(tail & 0xffffn).toString(16)}`;
  const [head = "", rest] = groups.split("::");
  const before = head.split(":").filter((group) => group !== "");
  const after = (rest ?? "").split(":").filter((group) => group !== "");
  const zeros = Array.from({ length: 8 - before.length - after.length }, () => "0");
  return [...before, ...zeros, ...after].reduce((sum, group) => sum * 65536n + BigInt(`0x${group}`), 0n);
}

function toText(value: bigint, family: IpFamily): string {
  if (family === 4) {
    return [24n, 16n, 8n, 0n].map((shift) => (value >> shift) & 255n).join(".");
  }
  const groups = Array.from({ length: 8 }, (_, i) => ((value >> BigInt(112 - 16 * i)) & 0xffffn).toString(16)).join(
    ":",
  );
  // The first of the longest runs of two zeros or more is left out.
  const runs = groups.match(/\b0(:0)+\b/g) ?? [];
  const longest = runs.reduce((best, run) => (run.length > best.length ? run : best), "");
  return longest === "" ? groups : groups.replace(new RegExp(`(^|:)${longest}(:|$)`), "::");
}
