import { checkInteger, checkName, requireLiteral } from "../../checks";
import { ConfigurationError } from "../../errors";
import { checkAddress, checkAsn, FrrConfig, familyOf } from "../../linux";
import type { IHost } from "../../platforms/platform";
import { FABRIC_LIMITS, FABRIC_PRACTICES, NETWORK_LIMITS, VXLAN_PRACTICES } from "../../practices";
import { checkList, checkOptions, optional } from "../given";
import type { IVtepSource, Vtep } from "./vtep";

export interface VtepOptions {
  /**
   * Largest packet in bytes that passes between the hosts, on all links and switches between them.
   * @default 1500
   */
  readonly underlayMtu?: number;
}

export interface EvpnOptions extends VtepOptions {
  /** Autonomous system that all hosts are in, 1 to 4294967294: 64512 to 65534 and 4200000000 to 4294967294 are for private use. */
  readonly asn: number;
  /**
   * IPv4 addresses of the system's route reflectors, which have each host as a client.
   * @default - none: each host is a neighbour of each other
   */
  readonly routeReflectors?: readonly string[];
}

/** Addresses by the names of the hosts: `{ kvm1: "10.0.0.1", kvm2: "10.0.0.2" }`. */
export type VtepAddresses = Readonly<Record<string, string>>;

/**
 * VTEPs on hosts that have a network between them already: each host has its address there, and can reach the others'. Where the kit is to
 * make that network too, a fabric knows the VTEPs.
 */
export class Vteps implements IVtepSource {
  /**
   * Hosts that are told of each other's addresses, or share a group of multicast.
   * @throws ConfigurationError for names and addresses that hosts can't have, and for addresses of two families
   */
  public static of(addresses: VtepAddresses, options: VtepOptions = {}): Vteps {
    return new Vteps("Vteps.of", addresses, options);
  }

  /**
   * Hosts that learn of each other by EVPN: FRR runs on each of them, and its configuration is the kit's.
   * @throws ConfigurationError for IPv6, and for what `Vteps.of` refuses
   */
  public static evpn(addresses: VtepAddresses, options: EvpnOptions): Vteps {
    return new Vteps("Vteps.evpn", addresses, options, options);
  }

  public readonly underlayMtu: number;
  public readonly evpn: boolean;
  readonly #vteps: ReadonlyMap<string, Vtep>;

  private constructor(
    private readonly where: string,
    addresses: VtepAddresses,
    options: VtepOptions,
    evpn?: EvpnOptions,
  ) {
    const { underlayMtu = NETWORK_LIMITS.defaultMtu } = checkOptions(where, "what is given", options);
    const hosts = checkAddresses(where, addresses);
    const overhead = FABRIC_LIMITS.vxlanOverhead[familyOf([...hosts.values()][0]!)];
    this.underlayMtu = checkInteger(where, "underlayMtu", underlayMtu, {
      min: NETWORK_LIMITS.minMtu + overhead,
      max: NETWORK_LIMITS.maxMtu,
      practice: FABRIC_PRACTICES.mtuChain.id,
    });
    this.evpn = evpn !== undefined;
    const peers = evpn && checkEvpn(where, hosts, evpn);
    this.#vteps = new Map(
      [...hosts].map(([node, address]) => [
        node,
        { address, node, onHost: true, ...(peers && { writeTo: writerOf(where, node, address, peers) }) },
      ]),
    );
  }

  public vtepOf(host: IHost): Vtep | undefined {
    return this.#vteps.get(host.name);
  }

  public mapVlan(where: string, host: IHost): never {
    throw new ConfigurationError({
      where,
      what: `${this.where} knows no leaves that could have a VLAN in the segment`,
      given: `host ${host.name}`,
      mend: "give a fabric as `vteps`, or leave it out where the gateway is configured elsewhere",
      practice: VXLAN_PRACTICES.gateway.id,
    });
  }

  public toString(): string {
    return [...this.#vteps.values()].map(({ node, address }) => `${node} ${address}`).join(", ");
  }
}

interface Peers {
  readonly asn: number;
  /** Addresses of all hosts, or of the route reflectors. */
  readonly addresses: readonly string[];
}

function writerOf(where: string, hostname: string, address: string, { asn, addresses }: Peers): Vtep["writeTo"] {
  return (files) => {
    const frr = new FrrConfig(where, { hostname, routerId: address, asn }).advertiseVnis();
    for (const peer of addresses.filter((other) => other !== address)) {
      frr.addNeighbour(peer, { asn, evpn: true, source: address });
    }
    for (const file of frr.files()) {
      files.add(file, where);
    }
  };
}

function checkAddresses(where: string, addresses: VtepAddresses): ReadonlyMap<string, string> {
  checkOptions(where, "what is given", requireLiteral(where, "what is given", addresses));
  const checked = new Map<string, string>();
  for (const [name, given] of Object.entries(addresses)) {
    const address = checkVtep(where, checkName(where, name), given);
    const owner = [...checked].find(([, other]) => other === address)?.[0];
    if (owner !== undefined) {
      throw new ConfigurationError({ where, what: `${owner} and ${name} have the same address`, given: address });
    }
    checked.set(name, address);
  }
  const families = new Set([...checked.values()].map(familyOf));
  if (families.size !== 1) {
    throw new ConfigurationError({
      where,
      what: families.size === 0 ? "no host has an address" : "some addresses are IPv4 and some IPv6",
      given: addresses,
      allowed: 'addresses of one family, such as { kvm1: "10.0.0.1", kvm2: "10.0.0.2" }',
      practice: VXLAN_PRACTICES.oneFamily.id,
    });
  }
  return checked;
}

/** Addresses that one interface has, and that others can reach. */
const NO_VTEP = /^(0\.|127\.|2(2[4-9]|[345]\d)\.|::1?$|fe[89ab]|ff)/;

function checkVtep(where: string, host: string, given: string): string {
  const address = checkAddress(where, `the address of ${host}`, given);
  if (NO_VTEP.test(address)) {
    throw new ConfigurationError({
      where,
      what: `the address of ${host} is none that tunnels can end at`,
      given: address,
      allowed: "an address of the host that the other hosts reach: neither loopback, link-local nor multicast",
    });
  }
  return address;
}

function checkEvpn(where: string, hosts: ReadonlyMap<string, string>, options: EvpnOptions): Peers {
  const addresses = optional(options.routeReflectors, (reflectors) =>
    checkList(where, "routeReflectors", reflectors).map((address) => checkAddress(where, "a route reflector", address)),
  );
  if (addresses?.length === 0) {
    throw new ConfigurationError({
      where,
      what: "no route reflector is left, so that no host learns of another",
      given: options.routeReflectors,
      mend: "leave `routeReflectors` out, and each host is a neighbour of each other",
      practice: VXLAN_PRACTICES.evpn.id,
    });
  }
  const ipv6 = [...hosts.values(), ...(addresses ?? [])].find((address) => familyOf(address) === 6);
  if (ipv6 !== undefined) {
    throw new ConfigurationError({
      where,
      what: "EVPN of FRR has no VTEPs with IPv6 addresses",
      given: ipv6,
      allowed: "IPv4 addresses",
      mend: "use IPv4 between the hosts, or Vteps.of()",
      practice: FABRIC_PRACTICES.evpnOverIpv4.id,
    });
  }
  return { asn: checkAsn(where, "asn", options.asn), addresses: addresses ?? [...hosts.values()] };
}
