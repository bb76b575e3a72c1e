import { checkInteger, requireLiteral } from "../../checks";
import { ConfigurationError } from "../../errors";
import { checkAddress, familyOf } from "../../linux";
import { STORAGE_BACKEND_LIMITS, STORAGE_BACKEND_PRACTICES } from "../../practices";
import { checkPath } from "../given";

/** Where a storage server listens. */
export interface Portal {
  /** Host name, IPv4 or IPv6 address. */
  readonly host: string;
  /** TCP port. */
  readonly port: number;
}

/** A path as libvirt writes it, so that no plan shows a change. */
export function cleanPath(where: string, path: string): string {
  return checkPath(where, "the path", path)
    .replace(/\/+/g, "/")
    .replace(/(.)\/$/, "$1");
}

/** A path of a folder for volumes alone. */
export function checkFolder(where: string, path: string): string {
  const checked = cleanPath(where, path);
  if (checked === "/") {
    throw new ConfigurationError({
      where,
      what: "the root of the file system is no place for volumes",
      given: path,
      mend: "give a folder of its own, such as /var/lib/libvirt/images",
    });
  }
  return checked;
}

/** A block device of a host. Names such as /dev/sdb are taken: a host with one disk has no other; several get them in any order. */
export function checkDevice(where: string, device: string): string {
  const literal = requireLiteral(where, "the device", device);
  if (typeof literal !== "string" || !/^\/dev(\/[A-Za-z0-9._:@+=-]+)+$/.test(literal) || literal.includes("/..")) {
    throw new ConfigurationError({
      where,
      what: "not a device that can be used",
      given: device,
      allowed: "a path below /dev, such as /dev/disk/by-id/nvme-eui.0025388b710116a1",
      practice: STORAGE_BACKEND_PRACTICES.stableDeviceNames.id,
    });
  }
  return literal;
}

/** Names that the kernel gives in the order in which it finds devices. */
export function isUnstableDevice(device: string): boolean {
  return /^\/dev\/(sd[a-z]+\d*|vd[a-z]+\d*|nvme\d+n\d+(p\d+)?|dm-\d+)$/.test(device);
}

export function checkServer(where: string, server: string): string {
  const literal = requireLiteral(where, "the server", server);
  if (typeof literal !== "string" || !/^([A-Za-z0-9]([A-Za-z0-9.-]{0,252})|[0-9A-Fa-f:]{2,39})$/.test(literal)) {
    throw new ConfigurationError({
      where,
      what: "not a server that can be used",
      given: server,
      allowed: "a host name, an IPv4 or an IPv6 address",
    });
  }
  return literal.includes(":") ? checkAddress(where, "the server", literal) : literal;
}

/**
 * Reads `host`, `host:port`, an IPv6 address or `[address]:port`.
 * @throws ConfigurationError
 */
export function checkPortal(where: string, portal: string, defaultPort: number): Portal {
  const literal = requireLiteral(where, "the portal", portal);
  const found =
    typeof literal === "string" ? /^(?:\[([0-9A-Fa-f:.]+)\]|([^:[\]]+))(?::(\d{1,5}))?$/.exec(literal) : undefined;
  if (found === null) {
    return { host: checkServer(where, literal), port: defaultPort };
  }
  if (found === undefined) {
    throw new ConfigurationError({
      where,
      what: "the portal is not a string",
      given: portal,
      allowed: '"10.0.0.5", "10.0.0.5:3260", "[2001:db8::5]:3260"',
    });
  }
  const [, ipv6, name, port] = found;
  return {
    host: ipv6 === undefined ? checkServer(where, name!) : checkAddress(where, "the address of the portal", ipv6),
    port: port === undefined ? defaultPort : checkInteger(where, "the port", Number(port), { min: 1, max: 65_535 }),
  };
}

/** A portal as tools write it. */
export function portalText({ host, port }: Portal): string {
  return host.includes(":") && familyOf(host) === 6 ? `[${host}]:${port}` : `${host}:${port}`;
}

/** An iSCSI name as libvirt takes it: the naming authority in reverse, since when, and what it likes. */
export function checkIqn(where: string, what: string, iqn: string): string {
  const literal = requireLiteral(where, what, iqn);
  if (
    typeof literal !== "string" ||
    literal.length > STORAGE_BACKEND_LIMITS.maxQualifiedName ||
    !/^iqn\.\d{4}-(0[1-9]|1[0-2])\.[a-z0-9]([a-z0-9.-]*[a-z0-9])?(:[a-z0-9._:-]+)?$/.test(literal)
  ) {
    throw new ConfigurationError({
      where,
      what: `${what} is not an iSCSI qualified name`,
      given: iqn,
      allowed: `iqn.YYYY-MM.reversed.domain:name in small letters, at most ${STORAGE_BACKEND_LIMITS.maxQualifiedName} characters`,
      practice: STORAGE_BACKEND_PRACTICES.storageNames.id,
    });
  }
  return literal;
}

/** An NVMe qualified name: by a domain, or by a UUID. */
export function checkNqn(where: string, what: string, nqn: string): string {
  const literal = requireLiteral(where, what, nqn);
  if (
    typeof literal !== "string" ||
    literal.length > STORAGE_BACKEND_LIMITS.maxQualifiedName ||
    !/^nqn\.\d{4}-(0[1-9]|1[0-2])\.[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?:[A-Za-z0-9._:+=,@-]+$/.test(literal)
  ) {
    throw new ConfigurationError({
      where,
      what: `${what} is not an NVMe qualified name`,
      given: nqn,
      allowed: `nqn.YYYY-MM.reversed.domain:name or nqn.2014-08.org.nvmexpress:uuid:UUID, at most ${STORAGE_BACKEND_LIMITS.maxQualifiedName} characters`,
      practice: STORAGE_BACKEND_PRACTICES.storageNames.id,
    });
  }
  return literal;
}

/** A Fibre Channel name, as libvirt writes it: sixteen small hexadecimal digits. */
export function checkWwn(where: string, what: string, wwn: string): string {
  const literal = requireLiteral(where, what, wwn);
  const digits = typeof literal === "string" ? literal.replace(/^0x/, "").replaceAll(":", "").toLowerCase() : "";
  if (!/^[0-9a-f]{16}$/.test(digits)) {
    throw new ConfigurationError({
      where,
      what: `${what} is not a world wide name`,
      given: wwn,
      allowed: 'sixteen hexadecimal digits: "20:00:00:25:b5:aa:00:01", "20000025b5aa0001"',
      practice: STORAGE_BACKEND_PRACTICES.storageNames.id,
    });
  }
  return digits;
}
