import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { Construct, type IConstruct } from "constructs";
import { Annotations } from "../../cdktf";
import { checkInteger, checkName, checkUnique } from "../../checks";
import { ConfigurationError } from "../../errors";
import { checkAsn, type FrrPrefix, type HostFile, MAX_INTERFACE_NAME, SwitchFiles } from "../../linux";
import type { IHost } from "../../platforms/platform";
import { Explanation, FABRIC_LIMITS, FABRIC_PRACTICES, NETWORK_LIMITS, TuningLog } from "../../practices";
import { DataRate } from "../../units";
import { registerExplained } from "../explained";
import { checkFlag, checkKind, checkList, checkMade, checkOptions } from "../given";
import { writeBesideStack } from "../stack-folder";
import {
  type FabricHost,
  FabricLayer,
  type FabricLink,
  type FabricNode,
  type FabricSwitch,
  PortNames,
} from "./fabric-node";
import { type ExternalPeer, FabricRouting } from "./fabric-routing";
import { LeafBridges } from "./leaf-bridges";
import { checkRate } from "./traffic-profile";
import { Underlay } from "./underlay";
import type { IVtepSource, Vtep } from "./vtep";

export interface SpineLeafFabricProps {
  /** Addresses of loopbacks and links. */
  readonly underlay: Underlay;
  /**
   * Name of its folder, `fabric/NAME`: letters, digits, `.`, `_` and `-`.
   * @default - the construct's id
   */
  readonly name?: string;
  /**
   * Largest packet in bytes, the same on each link.
   * @default 9000
   */
  readonly mtu?: number;
  /**
   * Largest payload of a guest's frame in bytes that has to pass.
   * @default 1500
   */
  readonly guestMtu?: number;
  /**
   * Whether VTEPs learn of each other and of MAC addresses by EVPN; needs loopbacks of IPv4.
   * @default - with loopbacks of IPv4
   */
  readonly evpn?: boolean;
  /**
   * Bandwidth that a leaf's hosts may have for each unit of bandwidth of its uplinks, 1 to 100.
   * @default 3
   */
  readonly maxOversubscription?: number;
  /**
   * Autonomous system of all spines, for private use: 64512 to 65534 or 4200000000 to 4294967294.
   * @default 4200000000
   */
  readonly spineAsn?: number;
  /**
   * Autonomous system of all cores.
   * @default 4200000001
   */
  readonly coreAsn?: number;
  /**
   * Autonomous system of the leaf that has number 1; those of the others follow.
   * @default 4200001001
   */
  readonly firstLeafAsn?: number;
  /**
   * Autonomous system of the host that has number 1, where hosts route; those of the others follow.
   * @default 4200100001
   */
  readonly firstHostAsn?: number;
}

export interface FabricSwitchOptions {
  /**
   * Position within its layer, 1 or more: addresses, ports of others and its autonomous system follow from it. Leaves and border leaves are
   * counted together.
   * @default - one more than the highest so far
   */
  readonly number?: number;
  /**
   * Largest MTU in bytes that its ports take.
   * @default - that of the fabric
   */
  readonly maxMtu?: number;
  /**
   * Names of its ports: first those towards hosts or the layer below, then its uplinks.
   * @default PortNames.numbered("swp")
   */
  readonly portNames?: PortNames;
}

export interface LeafOptions extends FabricSwitchOptions {
  /** Of each of its links to spines: one to each. */
  readonly uplinkSpeed: DataRate;
  /** Ports for hosts, 1 to 96. @default 48 */
  readonly hostPorts?: number;
  /** Ports for spines, 1 to 32. @default 8 */
  readonly uplinkPorts?: number;
}

export interface SpineOptions extends FabricSwitchOptions {
  /** Ports for leaves, border leaves included, 1 to 512. @default 32 */
  readonly leafPorts?: number;
  /** Ports for cores, 0 to 32. @default 0 */
  readonly corePorts?: number;
  /** Of each of its links to cores. @default - it has none */
  readonly uplinkSpeed?: DataRate;
}

export interface CoreOptions extends FabricSwitchOptions {
  /** Ports for spines, 1 to 32. @default 32 */
  readonly spinePorts?: number;
}

export interface FabricHostLink {
  readonly leaf: FabricSwitch;
  /** The host's NIC: `ens1f0`, on vSphere `vmnic2`. */
  readonly nic: string;
  /** Of the leaf's ports for hosts, 1 or more. @default - one more than the highest that is in use */
  readonly port?: number;
}

export interface FabricHostOptions {
  readonly links: readonly FabricHostLink[];
  /** Of each of its links. */
  readonly speed: DataRate;
  /**
   * Whether the host routes: it runs FRR, peers with its leaves and has its VTEP itself. Else its leaves have it, and the host sends them tagged
   * frames. ESXi can't route.
   * @default false
   */
  readonly routed?: boolean;
  /** Name in the fabric. @default - its name on the platform */
  readonly name?: string;
  /**
   * Position among all hosts of the fabric, 1 or more: its address and autonomous system follow from it.
   * @default - one more than the highest so far
   */
  readonly number?: number;
  /** Largest MTU in bytes that its NICs take. @default - that of the fabric */
  readonly maxMtu?: number;
}

export interface ExternalPeerOptions {
  /** Port of the switch. */
  readonly interface: string;
  /** Address of that port with the length of its prefix: `192.0.2.1/31`. */
  readonly address: string;
  /** Address of the router at the other end. */
  readonly peer: string;
  /** Autonomous system of that router. */
  readonly asn: number;
  /** Networks that are taken from it and known to the whole fabric: `[{ network: "0.0.0.0/0" }]` is the default route. */
  readonly accept: readonly FrrPrefix[];
  /** Networks of the fabric that it is told of. */
  readonly announce: readonly FrrPrefix[];
}

/** Bandwidth of a leaf's hosts against that of its uplinks. */
export interface Oversubscription {
  readonly leaf: string;
  readonly hosts: DataRate;
  readonly uplinks: DataRate;
  /** `hosts` divided by `uplinks`. */
  readonly ratio: number;
}

/** A fabric: it knows the VTEPs of its hosts. */
export interface ISpineLeafFabric extends IConstruct, IVtepSource {
  readonly fabricName: string;
}

const DEFAULT_ASN = { spines: 4_200_000_000, cores: 4_200_000_001, leaf: 4_200_001_001, host: 4_200_100_001 };
const FIRST_ROUTER_ID = 198 * 256 + 18;

interface Cabled {
  readonly downlinks: number;
  readonly uplinks: number;
  readonly uplinkSpeed?: DataRate;
}

/**
 * A routed network of leaves and spines below the segments of VXLAN, with the plan of its addresses, autonomous systems and cables, and FRR's
 * configuration for each machine, written beside the stack into `fabric/NAME`. Hosts of several platforms can be on one fabric.
 *
 * What is there keeps its addresses when machines are added.
 */
export class SpineLeafFabric extends Construct implements ISpineLeafFabric {
  public readonly fabricName: string;
  public readonly underlay: Underlay;
  public readonly mtu: number;
  public readonly guestMtu: number;
  public readonly evpn: boolean;
  public readonly maxOversubscription: number;
  readonly #asns: typeof DEFAULT_ASN;
  readonly #switches: FabricSwitch[] = [];
  readonly #hosts: FabricHost[] = [];
  readonly #externalPeers: ExternalPeer[] = [];
  readonly #bridges = new LeafBridges();
  readonly #given: { readonly mtu: boolean; readonly evpn: boolean };
  #warned = false;

  /**
   * @throws ConfigurationError for numbers out of range, EVPN on IPv6, or where frames of guests do not fit
   */
  public constructor(scope: Construct, id: string, props: SpineLeafFabricProps) {
    super(scope, id);
    const where = this.node.path;
    const {
      name = id,
      mtu = FABRIC_LIMITS.defaultMtu,
      guestMtu = NETWORK_LIMITS.defaultMtu,
      maxOversubscription = FABRIC_LIMITS.maxOversubscription,
      spineAsn = DEFAULT_ASN.spines,
      coreAsn = DEFAULT_ASN.cores,
      firstLeafAsn = DEFAULT_ASN.leaf,
      firstHostAsn = DEFAULT_ASN.host,
    } = checkOptions(where, "what is given", props);
    this.fabricName = checkName(where, name);
    const factories = "Underlay.numbered(), .unnumbered()";
    this.underlay = checkMade(where, "underlay", props.underlay, Underlay, factories);
    const mtuRange = { min: NETWORK_LIMITS.minMtu, max: NETWORK_LIMITS.maxMtu };
    this.mtu = checkInteger(where, "mtu", mtu, mtuRange);
    this.guestMtu = checkInteger(where, "guestMtu", guestMtu, mtuRange);
    this.evpn = this.checkEvpn(props.evpn);
    this.#given = { mtu: props.mtu !== undefined, evpn: props.evpn !== undefined };
    this.maxOversubscription = this.checkLimit(maxOversubscription);
    this.#asns = {
      spines: this.checkPrivateAsn("spineAsn", spineAsn),
      cores: this.checkPrivateAsn("coreAsn", coreAsn),
      leaf: this.checkPrivateAsn("firstLeafAsn", firstLeafAsn),
      host: this.checkPrivateAsn("firstHostAsn", firstHostAsn),
    };
    this.checkMtu(where, "the fabric", this.mtu);
    this.node.addValidation({ validate: () => this.validate() });
    registerExplained(this, () => this.explain());
    writeBesideStack(this, (folder) => this.write(join(folder, "fabric", this.fabricName)));
  }

  /** Largest packet in bytes that passes between any two VTEPs: that of each link. */
  public get underlayMtu(): number {
    return this.mtu;
  }

  /** Switches and the hosts that route, in the order that they were added in. */
  public get nodes(): readonly FabricNode[] {
    return [...this.#switches, ...this.#hosts.flatMap(({ node }) => node ?? [])];
  }

  public get hosts(): readonly FabricHost[] {
    return [...this.#hosts];
  }

  /** All cables. */
  public get links(): readonly FabricLink[] {
    const [spines, cores] = [this.layer(FabricLayer.AGGREGATION), this.layer(FabricLayer.CORE)];
    return [
      ...this.leaves.flatMap((leaf) => spines.map((spine) => this.uplink(leaf, spine))),
      ...spines.flatMap((spine) => cores.map((core) => this.uplink(spine, core))),
      ...this.#hosts.flatMap((host) => host.links.map((link) => this.hostLink(host, link))),
    ];
  }

  /** Equally long paths between two leaves. */
  public get ecmpPaths(): number {
    return this.layer(FabricLayer.AGGREGATION).length;
  }

  /** Of each leaf. */
  public get oversubscription(): readonly Oversubscription[] {
    return this.leaves.map((leaf) => {
      const speeds = this.#hosts.flatMap(({ links, speed }) => links.filter((l) => l.leaf === leaf).map(() => speed));
      const hosts = speeds.reduce((sum, speed) => sum.plus(speed), DataRate.bitsPerSecond(0));
      const uplinks = leaf.uplinkSpeed!.times(this.ecmpPaths);
      const ratio = speeds.length === 0 ? 0 : hosts.toBitsPerSecond() / uplinks.toBitsPerSecond();
      return { leaf: leaf.name, hosts, uplinks, ratio };
    });
  }

  /** Adds a spine, which each leaf is connected to. */
  public addSpine(name: string, options: SpineOptions = {}): FabricSwitch {
    const where = this.whereOf(name);
    const { leafPorts = 32, corePorts = 0, uplinkSpeed } = checkOptions(where, "the options", options);
    const uplinks = checkInteger(where, "corePorts", corePorts, { min: 0, max: FABRIC_LIMITS.maxSpines });
    return this.addSwitch(name, FabricLayer.AGGREGATION, options, {
      downlinks: checkInteger(where, "leafPorts", leafPorts, { min: 1, max: 512 }),
      uplinks,
      ...(uplinks > 0 && { uplinkSpeed: checkRate(where, "uplinkSpeed", uplinkSpeed!) }),
    });
  }

  /** Adds a leaf, which hosts are connected to. */
  public addLeaf(name: string, options: LeafOptions): FabricSwitch {
    return this.addSwitch(name, FabricLayer.ACCESS, options, this.leafPorts(name, options));
  }

  /** Adds a border leaf: the edge, which routers of others are connected to. */
  public addBorderLeaf(name: string, options: LeafOptions): FabricSwitch {
    return this.addSwitch(name, FabricLayer.EDGE, options, this.leafPorts(name, options));
  }

  /** Adds a switch of the core, which each spine is connected to. */
  public addCore(name: string, options: CoreOptions = {}): FabricSwitch {
    const where = this.whereOf(name);
    const { spinePorts = FABRIC_LIMITS.maxSpines } = checkOptions(where, "the options", options);
    return this.addSwitch(name, FabricLayer.CORE, options, {
      downlinks: checkInteger(where, "spinePorts", spinePorts, { min: 1, max: FABRIC_LIMITS.maxSpines }),
      uplinks: 0,
    });
  }

  /** Has a border leaf or a switch of the core exchange routes with a router of others. */
  public addExternalPeer(name: string, node: FabricSwitch, options: ExternalPeerOptions): void {
    const where = this.whereOf(checkName(this.node.path, name, { maxLength: 30 }));
    this.checkOwn(where, node);
    if (node.layer !== FabricLayer.EDGE && node.layer !== FabricLayer.CORE) {
      throw new ConfigurationError({
        where,
        what: "routers of others are connected to the edge or the core",
        given: `${node.name}, which is ${node.layer}`,
        mend: "add a border leaf with addBorderLeaf(), and give that",
      });
    }
    checkOptions(where, "the options", options);
    const asn = checkAsn(where, "asn", options.asn);
    if (this.nodes.some((other) => other.asn === asn)) {
      throw new ConfigurationError({
        where,
        what: "an autonomous system of the fabric is not that of another router",
        given: asn,
        practice: FABRIC_PRACTICES.asn.id,
      });
    }
    const { interface: port, address, peer } = options;
    checkName(where, port, { maxLength: MAX_INTERFACE_NAME });
    const [accept, announce] = [options.accept, options.announce].map((list, i) =>
      checkList(where, i === 0 ? "accept" : "announce", list),
    );
    checkUnique(where, "the external peers", [...this.#externalPeers.map((other) => other.name), name]);
    const added: ExternalPeer = { name, node, port, address, peer, asn, accept: accept!, announce: announce! };
    // What FRR refuses is found here, where the caller is.
    new FabricRouting(this, [...this.#externalPeers, added]).of(node);
    this.#externalPeers.push(added);
  }

  /** Connects a host to its leaves. */
  public addHost(host: IHost, options: FabricHostOptions): FabricHost {
    checkOptions(this.node.path, "the options of a host", options);
    const name = checkName(this.node.path, options.name === undefined ? host?.name : options.name);
    const where = this.whereOf(name);
    this.checkName(where, name);
    if (this.#hosts.some((other) => other.host === host)) {
      throw new ConfigurationError({ where, what: "the host is on the fabric already", given: host.name });
    }
    const number = this.numberOf(where, this.#hosts, options.number);
    const { routed = false } = options;
    checkFlag(where, "routed", routed);
    this.checkMtu(where, `host ${name}`, options.maxMtu);
    const links: FabricHost["links"][number][] = [];
    for (const link of checkList(where, "links", options.links)) {
      links.push(this.checkHostLink(where, link, links));
    }
    if (links.length === 0) {
      throw new ConfigurationError({
        where,
        what: "the host has no links",
        mend: "give one to a leaf, or better to two",
      });
    }
    const added: FabricHost = {
      host,
      name,
      number,
      links,
      speed: checkRate(where, "speed", options.speed),
      ...(routed && { node: this.newNode(where, name, FabricLayer.HOST, number) }),
    };
    this.#hosts.push(added);
    return added;
  }

  public vtepOf(host: IHost): Vtep | undefined {
    const found = this.#hosts.find((other) => other.host === host);
    if (found === undefined) {
      return undefined;
    }
    const { node } = found;
    if (node === undefined) {
      const { leaf } = found.links[0]!;
      return { address: leaf.loopback, node: leaf.name, onHost: false };
    }
    return {
      address: node.loopback,
      node: node.name,
      onHost: true,
      writeTo: (files) => this.routing.write(this.whereOf(node.name), node, files),
    };
  }

  public mapVlan(where: string, host: IHost, vlan: number, vni: number): void {
    const found = this.#hosts.find((other) => other.host === host);
    if (found === undefined || found.node !== undefined || !this.evpn) {
      throw new ConfigurationError({
        where,
        what: `leaves of ${this.fabricName} carry no VLAN of this host`,
        given: host?.name,
        ...(found === undefined && { mend: "connect the host with addHost()" }),
        ...(found?.node !== undefined && { mend: "the host routes: give it the VXLAN devices" }),
        ...(!this.evpn && { mend: "give loopbacks of IPv4", practice: FABRIC_PRACTICES.evpnOverIpv4.id }),
      });
    }
    for (const { leaf, port } of found.links) {
      this.#bridges.map(where, leaf, port, vlan, vni);
    }
  }

  /** Files of a machine of the fabric, as they are written beside the stack. */
  public filesOf(node: FabricNode): readonly HostFile[] {
    const files = new SwitchFiles();
    const where = this.whereOf(node.name);
    this.routing.write(where, node, files);
    this.#bridges.write(where, node, this.mtu - FABRIC_LIMITS.vxlanOverhead[this.underlay.family], files);
    return files.files;
  }

  /** What was planned, why, and after which source. */
  public explain(): Explanation {
    const log = new TuningLog(this.node.path);
    const { family } = this.underlay;
    const overhead = FABRIC_LIMITS.vxlanOverhead[family];
    log.record(
      FABRIC_PRACTICES.mtuChain,
      "mtu",
      this.mtu,
      `the same on each hop: frames of guests to ${this.guestMtu} bytes and ${overhead} of VXLAN on IPv${family}`,
      this.#given.mtu,
    );
    log.record(
      FABRIC_PRACTICES.links,
      "links",
      this.underlay.isNumbered ? (family === 4 ? "/31" : "/127") : "unnumbered",
    );
    log.record(FABRIC_PRACTICES.ecmp, "ecmp.paths", this.ecmpPaths, "one by each spine, all equally long");
    log.record(FABRIC_PRACTICES.ecmpHash, "fib_multipath_hash_policy", 1);
    log.record(FABRIC_PRACTICES.timers, "bgp.timers", `${FABRIC_LIMITS.keepaliveSeconds} ${FABRIC_LIMITS.holdSeconds}`);
    log.record(FABRIC_PRACTICES.bgpPolicy, "bgp.policy", "both directions");
    log.record(
      FABRIC_PRACTICES.evpnOverIpv4,
      "evpn",
      this.evpn,
      this.evpn ? "VTEPs learn of each other and of MAC addresses by BGP" : "each VTEP is told of the others",
      this.#given.evpn,
    );
    return new Explanation([...log.settings, ...this.nodes.flatMap((node) => this.explainNode(node))]);
  }

  private explainNode(node: FabricNode) {
    const log = new TuningLog(this.whereOf(node.name));
    log.record(FABRIC_PRACTICES.asnPlan, "bgp.asn", node.asn, `number ${node.number} of ${node.layer}`);
    log.record(FABRIC_PRACTICES.vtepLoopback, "loopback", node.loopback);
    const load = this.oversubscription.find(({ leaf }) => leaf === node.name);
    if (load !== undefined) {
      const why = `${load.hosts} of hosts, ${load.uplinks} of uplinks; at most ${this.maxOversubscription}:1`;
      log.record(FABRIC_PRACTICES.oversubscription, "oversubscription", `${rounded(load.ratio)}:1`, why);
    }
    return log.settings;
  }

  private get leaves(): readonly FabricSwitch[] {
    return [...this.layer(FabricLayer.ACCESS), ...this.layer(FabricLayer.EDGE)].sort((a, b) => a.number - b.number);
  }

  private layer(layer: FabricLayer): readonly FabricSwitch[] {
    return this.#switches.filter((node) => node.layer === layer).sort((a, b) => a.number - b.number);
  }

  private get routing(): FabricRouting {
    return new FabricRouting(this, this.#externalPeers);
  }

  private whereOf(name: string): string {
    return `${this.node.path}/${name}`;
  }

  private uplink(lower: FabricSwitch, upper: FabricSwitch): FabricLink {
    const where = this.whereOf(lower.name);
    const addresses =
      upper.layer === FabricLayer.CORE
        ? this.underlay._coreLink(where, lower.number, upper.number, Math.max(0, ...this.leaves.map((l) => l.number)))
        : this.underlay._uplink(where, lower.number, upper.number);
    return {
      upper: { name: upper.name, interface: upper.portNames.of(lower.number), address: addresses?.upper, node: upper },
      lower: {
        name: lower.name,
        interface: lower.portNames.of(lower.downlinks + upper.number),
        address: addresses?.lower,
        node: lower,
      },
      speed: lower.uplinkSpeed!,
    };
  }

  private hostLink({ name, node, speed }: FabricHost, { leaf, nic, port }: FabricHost["links"][number]): FabricLink {
    const upper = { name: leaf.name, interface: leaf.portNames.of(port), node: leaf };
    if (node === undefined) {
      return { upper, lower: { name, interface: nic }, speed };
    }
    const addresses = this.underlay._hostLink(this.whereOf(name), leaf.number, port);
    return {
      upper: { ...upper, address: addresses?.upper },
      lower: { name, interface: nic, address: addresses?.lower, node },
      speed,
    };
  }

  private leafPorts(name: string, options: LeafOptions): Cabled {
    const where = this.whereOf(name);
    const { hostPorts = 48, uplinkPorts = 8, uplinkSpeed } = checkOptions(where, "the options", options);
    return {
      downlinks: checkInteger(where, "hostPorts", hostPorts, { min: 1, max: FABRIC_LIMITS.maxHostPorts }),
      uplinks: checkInteger(where, "uplinkPorts", uplinkPorts, { min: 1, max: FABRIC_LIMITS.maxSpines }),
      uplinkSpeed: checkRate(where, "uplinkSpeed", uplinkSpeed!),
    };
  }

  private addSwitch(name: string, layer: FabricLayer, options: FabricSwitchOptions, ports: Cabled): FabricSwitch {
    const where = this.whereOf(checkName(this.node.path, name));
    this.checkName(where, name);
    const isLeaf = layer === FabricLayer.ACCESS || layer === FabricLayer.EDGE;
    const number = this.numberOf(where, isLeaf ? this.leaves : this.layer(layer), options.number);
    this.checkMtu(where, name, options.maxMtu);
    const { portNames = PortNames.numbered("swp") } = options;
    const added: FabricSwitch = {
      ...this.newNode(where, name, layer, number),
      ...ports,
      portNames: checkMade(where, "portNames", portNames, PortNames, "PortNames.numbered()"),
    };
    portNames.of(ports.downlinks + ports.uplinks);
    for (const [lower, upper] of this.pairsOf(added)) {
      checkPorts(where, lower, upper);
      this.uplink(lower, upper);
    }
    if (isLeaf) {
      this.underlay._hostLink(where, number, ports.downlinks);
    }
    this.#switches.push(added);
    return added;
  }

  /** What a new switch is connected to: the lower end first. */
  private pairsOf(added: FabricSwitch): (readonly [FabricSwitch, FabricSwitch])[] {
    const [spines, cores] = [this.layer(FabricLayer.AGGREGATION), this.layer(FabricLayer.CORE)];
    switch (added.layer) {
      case FabricLayer.AGGREGATION:
        return [...this.leaves.map((leaf) => [leaf, added] as const), ...cores.map((core) => [added, core] as const)];
      case FabricLayer.CORE:
        return spines.map((spine) => [spine, added] as const);
      default:
        return spines.map((spine) => [added, spine] as const);
    }
  }

  private newNode(where: string, name: string, layer: FabricLayer, number: number): FabricNode {
    const index = this.underlay._index(where, layer, number);
    const loopback = this.underlay._loopback(index);
    const asn = this.asnOf(where, layer, number);
    // Whoever has the number of another is one of the same layer, whose members share it.
    const taken = this.nodes.find(
      (other) => other.asn === asn && !(other.layer === layer && asn === this.sharedAsn(layer)),
    );
    if (taken !== undefined) {
      throw new ConfigurationError({
        where,
        what: `${taken.name} has this autonomous system already`,
        given: asn,
        mend: "set `spineAsn`, `coreAsn`, `firstLeafAsn` and `firstHostAsn` of the fabric further apart",
        practice: FABRIC_PRACTICES.asnPlan.id,
      });
    }
    return { name, layer, number, asn, loopback, routerId: this.underlay.family === 4 ? loopback : routerIdOf(index) };
  }

  private sharedAsn(layer: FabricLayer): number | undefined {
    return { [FabricLayer.AGGREGATION as string]: this.#asns.spines, [FabricLayer.CORE as string]: this.#asns.cores }[
      layer
    ];
  }

  private asnOf(where: string, layer: FabricLayer, number: number): number {
    const first = layer === FabricLayer.HOST ? this.#asns.host : this.#asns.leaf;
    return this.sharedAsn(layer) ?? this.checkPrivateAsn(`the autonomous system of ${where}`, first + number - 1);
  }

  private numberOf(
    where: string,
    others: readonly { readonly name: string; readonly number: number }[],
    given = Math.max(0, ...others.map((o) => o.number)) + 1,
  ) {
    const number = checkInteger(where, "number", given, { min: 1 });
    const taken = others.find((other) => other.number === number);
    if (taken !== undefined) {
      throw new ConfigurationError({
        where,
        what: `the number is taken by ${taken.name}`,
        given: number,
        mend: "give another `number`, or leave it out for the next free one",
      });
    }
    return number;
  }

  private checkHostLink(where: string, link: FabricHostLink, before: FabricHost["links"]): FabricHost["links"][number] {
    const { leaf, nic } = checkOptions(where, "a link", link);
    this.checkOwn(where, leaf);
    if (leaf.layer !== FabricLayer.ACCESS && leaf.layer !== FabricLayer.EDGE) {
      throw new ConfigurationError({
        where,
        what: "hosts are connected to leaves",
        given: `${leaf.name}, which is ${leaf.layer}`,
        mend: "give a leaf",
      });
    }
    checkName(where, nic, { maxLength: MAX_INTERFACE_NAME });
    checkUnique(where, "the NICs of the links", [...before.map((other) => other.nic), nic]);
    const used = [...this.#hosts.flatMap((host) => host.links), ...before].filter((other) => other.leaf === leaf);
    const { port: wanted = Math.max(0, ...used.map((other) => other.port)) + 1 } = link;
    const port = checkInteger(where, "port", wanted, {
      min: 1,
      max: leaf.downlinks,
      mend: `connect it to another leaf, or give \`hostPorts\` of ${leaf.name} where it has more`,
    });
    if (used.some((other) => other.port === port)) {
      throw new ConfigurationError({
        where,
        what: `a host is connected to this port of ${leaf.name} already`,
        given: port,
        mend: "give another `port`, or leave it out for the next free one",
      });
    }
    return { leaf, nic, port };
  }

  private checkOwn(where: string, node: FabricSwitch): void {
    if (!this.#switches.includes(checkKind(where, "switch of a fabric", node, "portNames"))) {
      throw new ConfigurationError({
        where,
        what: "the switch is not one of this fabric's",
        given: node.name,
        allowed: this.#switches.map(({ name }) => name).join(", "),
      });
    }
  }

  private checkName(where: string, name: string): void {
    if ([...this.#switches, ...this.#hosts].some((other) => other.name === name)) {
      throw new ConfigurationError({ where, what: "the fabric has a machine of this name already", given: name });
    }
  }

  private checkEvpn(given = this.underlay.family === 4): boolean {
    const where = this.node.path;
    const evpn = checkFlag(where, "evpn", given);
    if (evpn && this.underlay.family === 6) {
      throw new ConfigurationError({
        where,
        what: "EVPN of FRR needs loopbacks of IPv4",
        given: this.underlay.loopbacks,
        mend: "give a network of IPv4 as `loopbacks`, with unnumbered links where those are to have no addresses of IPv4; or leave `evpn` out, and segments tell each VTEP of the others",
        practice: FABRIC_PRACTICES.evpnOverIpv4.id,
      });
    }
    return evpn;
  }

  private checkMtu(where: string, hop: string, maxMtu: number | undefined): void {
    const practice = FABRIC_PRACTICES.mtuChain.id;
    if (maxMtu === undefined) {
      return;
    }
    checkInteger(where, "maxMtu", maxMtu, { min: NETWORK_LIMITS.minMtu, max: NETWORK_LIMITS.maxMtu });
    const { family } = this.underlay;
    const needed = this.guestMtu + FABRIC_LIMITS.vxlanOverhead[family];
    if (maxMtu < needed) {
      throw new ConfigurationError({
        where,
        what: `${hop} can't carry frames of guests of ${this.guestMtu} bytes: with the headers of VXLAN on IPv${family} they have ${needed}`,
        given: maxMtu,
        allowed: `${needed} bytes or more`,
        mend: `raise its MTU, or lower \`guestMtu\` to ${maxMtu - FABRIC_LIMITS.vxlanOverhead[family]}`,
        practice,
      });
    }
    if (maxMtu < this.mtu) {
      throw new ConfigurationError({
        where,
        what: `${hop} can't carry packets of the fabric's \`mtu\` of ${this.mtu} bytes`,
        given: maxMtu,
        mend: `lower \`mtu\` of the fabric to ${maxMtu}: it is the same on each link`,
        practice,
      });
    }
  }

  private checkLimit(limit: number): number {
    const where = this.node.path;
    if (typeof limit !== "number" || !(limit >= 1 && limit <= 100)) {
      throw new ConfigurationError({
        where,
        what: "maxOversubscription is not a ratio",
        given: limit,
        allowed: "1 to 100: 3 is 3:1",
        practice: FABRIC_PRACTICES.oversubscription.id,
      });
    }
    return limit;
  }

  private checkPrivateAsn(what: string, asn: number): number {
    const where = this.node.path;
    checkAsn(where, what, asn);
    if (!FABRIC_LIMITS.privateAsns.some(({ first, last }) => asn >= first && asn <= last)) {
      throw new ConfigurationError({
        where,
        what: `${what} is not a number for private use`,
        given: asn,
        allowed: FABRIC_LIMITS.privateAsns.map(({ first, last }) => `${first} to ${last}`).join(", "),
        practice: FABRIC_PRACTICES.asn.id,
      });
    }
    return asn;
  }

  /** What can be said when all is there. */
  private validate(): string[] {
    if (this.ecmpPaths === 1 && !this.#warned) {
      this.#warned = true;
      const { reason, consequence, id } = FABRIC_PRACTICES.twoSpines;
      Annotations.of(this).addWarning(`one spine: ${reason}; ${consequence} [${id}]`);
    }
    return this.oversubscription.flatMap((load) => {
      if (load.ratio <= this.maxOversubscription) {
        return [];
      }
      const leaf = this.leaves.find(({ name }) => name === load.leaf)!;
      return [new ConfigurationError(this.oversubscribed(leaf, load)).message];
    });
  }

  private oversubscribed(leaf: FabricSwitch, { hosts, uplinks, ratio }: Oversubscription) {
    const where = this.whereOf(leaf.name);
    const speed = leaf.uplinkSpeed!;
    const needed = Math.ceil(hosts.toBitsPerSecond() / (this.maxOversubscription * speed.toBitsPerSecond()));
    const practice = FABRIC_PRACTICES.oversubscription.id;
    if (this.ecmpPaths === 0) {
      return {
        where,
        what: "the leaf has hosts and no spine",
        mend: `add ${needed} or more with addSpine()`,
        practice,
      };
    }
    return {
      where,
      what: `hosts have ${rounded(ratio)} times the bandwidth of the leaf's uplinks: ${hosts} to ${uplinks}`,
      given: `${rounded(ratio)}:1`,
      allowed: `${this.maxOversubscription}:1`,
      mend: `have ${needed} spines or more in place of ${this.ecmpPaths}, faster uplinks, or hosts on another leaf; where hosts never send at once, raise \`maxOversubscription\``,
      practice,
    };
  }

  private write(folder: string): void {
    // Without files too: an empty folder takes away what an earlier synthesis left.
    mkdirSync(folder, { recursive: true });
    for (const node of this.nodes) {
      for (const { path, content } of this.filesOf(node)) {
        const target = join(folder, node.name, path);
        mkdirSync(dirname(target), { recursive: true });
        writeFileSync(target, content);
      }
    }
  }
}

function checkPorts(where: string, lower: FabricSwitch, upper: FabricSwitch): void {
  const ends = [
    { node: lower, ports: lower.uplinks, needed: upper.number, other: upper },
    { node: upper, ports: upper.downlinks, needed: lower.number, other: lower },
  ];
  for (const { node, ports, needed, other } of ends) {
    if (needed > ports) {
      throw new ConfigurationError({
        where,
        what: `${node.name} has no port for ${other.name}, which has number ${needed}`,
        given: `${ports} ports`,
        mend: `say how many ports ${node.name} has where it has more, or take a larger switch`,
      });
    }
  }
}

/** A number in the notation of IPv4, of a network that is never routed. */
function routerIdOf(index: number): string {
  return `${FIRST_ROUTER_ID >> 8}.${FIRST_ROUTER_ID & 255}.${index >> 8}.${index & 255}`;
}

function rounded(ratio: number): number {
  return Math.round(ratio * 100) / 100;
}
