import { Construct, type IConstruct } from "constructs";
import { Annotations } from "../../cdktf";
import { checkInteger, checkName, checkOneOf, checkUnique, requireLiteral } from "../../checks";
import { ConfigurationError } from "../../errors";
import type { IHost, IPlatform, PlatformSriovPool } from "../../platforms/platform";
import {
  Explanation,
  NETWORK_LIMITS,
  NETWORK_PRACTICES,
  SRIOV_LIMITS,
  SRIOV_PRACTICES,
  TuningLog,
} from "../../practices";
import { DataRate } from "../../units";
import { registerExplained } from "../explained";
import { checkFlag, checkList, checkMade, checkOptions, checkPlatform, optional } from "../given";
import { checkHost, checkHosts, checkSamePlatform } from "../placement";
import { type PhysicalFunction, VirtualFunctions } from "./virtual-functions";
import type { INetworkSegment } from "./vlan-segment";

/** Which link a virtual function shows to its guest. */
export enum VfLinkState {
  /** That of the physical function. */
  AUTO = "auto",
  /** Up, so that guests of one host reach each other while the physical link is down. */
  UP = "up",
  /** Down: the NIC drops what the guest sends. */
  DOWN = "down",
}

/** What is different on a host. */
export interface SriovPoolException {
  readonly host: IHost;
  /**
   * Its physical function.
   * @default - the pool's
   */
  readonly physicalFunction?: string;
  /**
   * Its number of virtual functions.
   * @default - the pool's
   */
  readonly virtualFunctions?: number;
}

export interface SriovPoolProps {
  /** Where the pool is. */
  readonly platform: IPlatform;
  /** Physical function on each host: the name of the interface, `ens1f0`; on vSphere its PCI address, `0000:3b:00.0`. */
  readonly physicalFunction: string;
  /** How many virtual functions each has, 1 to 65535; NICs have 8 to some hundred. On vSphere as ESXi's settings say. */
  readonly virtualFunctions: number;
  /**
   * Name of the network on libvirt: letters, digits, `.`, `_` and `-`.
   * @default - the construct's id
   */
  readonly name?: string;
  /**
   * Hosts that have the pool.
   * @default - all hosts of the platform
   */
  readonly hosts?: readonly IHost[];
  /**
   * Hosts whose physical function or number of virtual functions is another one.
   * @default - none
   */
  readonly exceptions?: readonly SriovPoolException[];
  /**
   * VLAN of all frames, 1 to 4094; the guest sees them untagged (libvirt). On vSphere it is the segment's.
   * @default - untagged
   */
  readonly vlan?: number;
  /**
   * Port group whose VLAN and MTU the virtual functions have: needed on vSphere, and there only.
   * @default - none
   */
  readonly segment?: INetworkSegment;
  /**
   * Largest payload of a frame in bytes, 576 to 65535 (vSphere: to the segment's). The guest sets it on its side.
   * @default 1500, on vSphere the segment's
   */
  readonly mtu?: number;
  /**
   * What each virtual function can send at most, whole Mbit/s (libvirt).
   * @default - as much as the link
   */
  readonly maxRate?: DataRate;
  /**
   * What each virtual function can send at least, whole Mbit/s, at most `maxRate` (libvirt; not every NIC has it).
   * @default - nothing is guaranteed
   */
  readonly minRate?: DataRate;
  /**
   * Whether the NIC drops what guests send with other MAC addresses than their own (libvirt).
   * @default true
   */
  readonly spoofCheck?: boolean;
  /**
   * Whether guests may change the MAC address of their virtual functions and see all traffic (libvirt).
   * @default false
   */
  readonly trust?: boolean;
  /**
   * Which link guests see (libvirt).
   * @default VfLinkState.AUTO
   */
  readonly linkState?: VfLinkState;
}

/** A pool that NICs can have virtual functions of. */
export interface ISriovPool extends IConstruct {
  readonly platform: IPlatform;
  /** Bytes. */
  readonly mtu: number;
  /** @internal */
  readonly _platformSriovPool: PlatformSriovPool;
}

/**
 * Virtual functions (SR-IOV) of a physical NIC on each of several hosts: `vm.addNic("fast", { sriov: pool })` gives one to a machine.
 *
 * On libvirt it is a network of the same name on every host, and files that make the virtual functions at each start of the host.
 * On vSphere ESXi's own settings make them.
 */
export class SriovPool extends Construct implements ISriovPool {
  public readonly platform: IPlatform;
  public readonly poolName: string;
  public readonly mtu: number;
  public readonly vlan?: number;
  /** On each host. */
  public readonly physicalFunctions: readonly PhysicalFunction[];
  /** @internal */
  public readonly _platformSriovPool: PlatformSriovPool;
  readonly #log: TuningLog;

  /**
   * @throws ConfigurationError for names, numbers and rates that can't be, hosts of another platform, and what the platform can't do
   */
  public constructor(scope: Construct, id: string, props: SriovPoolProps) {
    super(scope, id);
    const where = this.node.path;
    this.platform = checkPlatform(where, props?.platform);
    const { name = id, mtu = props.segment?.mtu ?? NETWORK_LIMITS.defaultMtu } = props;
    this.poolName = checkName(where, name);
    this.physicalFunctions = checkPhysicalFunctions(where, this.platform, props);
    this.vlan = optional(props.vlan, (vlan) =>
      checkInteger(where, "vlan", vlan, {
        min: NETWORK_LIMITS.minVlan,
        max: NETWORK_LIMITS.maxVlan,
        practice: NETWORK_PRACTICES.vlanRange.id,
      }),
    );
    optional(props.segment, (segment) => {
      checkSamePlatform(where, this.platform, "segment", segment, "_platformSegment");
    });
    this.mtu = checkInteger(where, "mtu", mtu, {
      min: NETWORK_LIMITS.minMtu,
      max: props.segment?.mtu ?? NETWORK_LIMITS.maxMtu,
      practice: NETWORK_PRACTICES.mtuRange.id,
    });
    this.#log = new TuningLog(where);
    const linkStates = Object.values(VfLinkState);
    this._platformSriovPool = this.platform.createSriovPool(this, {
      name: this.poolName,
      virtualFunctions: new VirtualFunctions(where, this.physicalFunctions),
      mtu: this.mtu,
      vlan: this.vlan,
      segment: props.segment?._platformSegment,
      ...checkRates(where, props),
      spoofCheck: optional(props.spoofCheck, (check) => checkFlag(where, "spoofCheck", check)),
      trust: optional(props.trust, (trust) => checkFlag(where, "trust", trust)),
      linkState: optional(props.linkState, (state) => checkOneOf(where, "linkState", state, linkStates)),
      log: this.#log,
    });
    warnOfAllowed(this, props);
    warnOfTraffic(this, props.segment);
    registerExplained(this, () => this.explain());
  }

  /** What was tuned, why, and after which source; what hosts have to be like. */
  public explain(): Explanation {
    return new Explanation(this.#log.settings);
  }
}

function checkPhysicalFunctions(
  where: string,
  platform: IPlatform,
  props: SriovPoolProps,
): readonly PhysicalFunction[] {
  const { exceptions: given = [] } = props;
  const exceptions = checkList(where, "exceptions", given).map((exception) =>
    checkOptions(where, "an exception", exception),
  );
  for (const { host } of exceptions) {
    checkHost(where, platform, host);
  }
  checkUnique(
    where,
    "the hosts of the exceptions",
    exceptions.map(({ host }) => host.name),
  );
  const hosts = checkHosts(where, platform, props.hosts);
  const stranger = exceptions.find(({ host }) => !hosts.includes(host));
  if (stranger !== undefined) {
    throw new ConfigurationError({
      where,
      what: "an exception is on a host that does not have the pool",
      given: stranger.host.name,
      allowed: hosts.map(({ name }) => name).join(", "),
      mend: "add the host to `hosts`, or leave the exception out",
    });
  }
  if (hosts.length === 0) {
    throw new ConfigurationError({
      where,
      what: "a pool has physical functions of hosts, and the platform has none",
      mend: 'give the platform its hosts: hosts: [VsphereHost.named("esx1.example.org")]',
      practice: SRIOV_PRACTICES.virtualFunctionCount.id,
    });
  }
  const device = checkDevice(where, props.physicalFunction);
  const count = checkCount(where, props.virtualFunctions);
  return hosts.map((host) => {
    const exception = exceptions.find((other) => other.host === host);
    return {
      host,
      device: optional(exception?.physicalFunction, (name) => checkDevice(where, name)) ?? device,
      virtualFunctions: optional(exception?.virtualFunctions, (number) => checkCount(where, number)) ?? count,
    };
  });
}

/** What it looks like is the platform's matter. */
function checkDevice(where: string, device: string): string {
  if (Array.isArray(device)) {
    throw new ConfigurationError({
      where,
      what: "a pool has one physical function on each host",
      given: device,
      mend: "make a pool for each; `exceptions` are for hosts that name theirs differently",
      practice: SRIOV_PRACTICES.onePhysicalFunction.id,
    });
  }
  if (typeof requireLiteral(where, "physicalFunction", device) !== "string") {
    throw new ConfigurationError({ where, what: "physicalFunction is not a name", given: device });
  }
  return device;
}

function checkCount(where: string, count: number): number {
  return checkInteger(where, "virtualFunctions", count, {
    min: 1,
    max: SRIOV_LIMITS.maxVirtualFunctions,
    practice: SRIOV_PRACTICES.virtualFunctionLimit.id,
  });
}

function checkRates(where: string, props: SriovPoolProps): Pick<SriovPoolProps, "maxRate" | "minRate"> {
  const { maxRate, minRate } = props;
  for (const what of ["maxRate", "minRate"] as const) {
    optional(props[what], (rate) => {
      checkMade(where, what, rate, DataRate, "DataRate.mbps(500)");
      checkInteger(where, `${what} in Mbit/s`, rate.toBitsPerSecond() / 1e6, {
        min: 1,
        practice: SRIOV_PRACTICES.rate.id,
      });
    });
  }
  if (maxRate !== undefined && minRate?.isGreaterThan(maxRate)) {
    throw new ConfigurationError({
      where,
      what: "minRate is more than maxRate",
      given: `${minRate} and ${maxRate}`,
      mend: "lower minRate, or raise maxRate",
      practice: SRIOV_PRACTICES.rate.id,
    });
  }
  return { maxRate, minRate };
}

function warnOfAllowed(scope: Construct, { trust, spoofCheck }: SriovPoolProps): void {
  if (trust === true) {
    const { id, reason, consequence } = SRIOV_PRACTICES.trust;
    Annotations.of(scope).addWarning(`virtual functions are trusted: ${reason}; ${consequence} [${id}]`);
  }
  if (spoofCheck === false) {
    const { id, consequence } = SRIOV_PRACTICES.spoofCheck;
    Annotations.of(scope).addWarning(`spoofCheck is off: ${consequence} [${id}]`);
  }
}

/** Warns where a segment shapes traffic that virtual functions keep from it. */
export function warnOfTraffic(scope: Construct, segment: INetworkSegment | undefined): void {
  if (segment?.traffic !== undefined) {
    const { id, title, reason, consequence } = SRIOV_PRACTICES.segmentTraffic;
    Annotations.of(scope).addWarning(
      `${title}, such as that of ${segment.node.path}: ${reason}; ${consequence} [${id}]`,
    );
  }
}
