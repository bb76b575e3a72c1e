import { isIP, isIPv4 } from "node:net";
import { checkInteger, requireLiteral } from "../../checks";
import { ConfigurationError } from "../../errors";
import { SWITCH_LIMITS, SWITCH_PRACTICES } from "../../practices";
import { DataSize, Duration } from "../../units";
import { checkFlag, checkMade, checkOptions, optional } from "../given";

/** How flows are told to a collector. */
export enum FlowProtocol {
  /** RFC 7011; what vSphere calls NetFlow. */
  IPFIX = "IPFIX",
  SFLOW = "sFlow",
}

interface CollectorOptions {
  /** Address of the collector, IPv4 or IPv6. Not a name: switches resolve none. */
  readonly collector: string;
}

export interface IpfixOptions extends CollectorOptions {
  /**
   * UDP port of the collector.
   * @default 4739, which IANA assigned to IPFIX
   */
  readonly port?: number;
  /**
   * After how long a flow that goes on is told, 60 s to 3600 s in whole seconds.
   * @default Duration.seconds(60)
   */
  readonly activeTimeout?: Duration;
  /**
   * After how long without a packet a flow is told as ended, 10 s to 600 s in whole seconds. vSphere only, and fixed at 15 s from vSphere 9.
   * @default - the platform's own; 15 s on vSphere
   */
  readonly idleTimeout?: Duration;
  /**
   * One packet of so many is looked at, 0 to 16384; 0 and 1: every one. Every packet costs CPU on the hosts.
   * @default 4096
   */
  readonly sampling?: number;
  /**
   * Number that tells this switch's flows from others' at the collector, 0 to 4294967295.
   * @default - the platform's own
   */
  readonly observationDomain?: number;
  /**
   * Whether only flows between guests of one host are told, which no physical switch sees. vSphere only.
   * @default - flows of all kinds
   */
  readonly internalFlowsOnly?: boolean;
  /**
   * IPv4 address that stands for the whole switch at the collector. vSphere only.
   * @default - each host exports under its own address
   */
  readonly switchAddress?: string;
}

export interface SflowOptions extends CollectorOptions {
  /**
   * UDP port of the collector.
   * @default 6343, which IANA assigned to sFlow
   */
  readonly port?: number;
  /**
   * One packet of so many is looked at, 1 to 16384.
   * @default 400
   */
  readonly sampling?: number;
  /**
   * How often counters of the ports are sent, 1 s to 3600 s in whole seconds.
   * @default Duration.seconds(30)
   */
  readonly polling?: Duration;
  /**
   * How much of a sampled packet is sent, 14 to 512 bytes.
   * @default DataSize.bytes(128)
   */
  readonly header?: DataSize;
}

interface FlowExportSettings {
  readonly samplingGiven: boolean;
  readonly collector: string;
  readonly port: number;
  readonly sampling: number;
  readonly activeTimeout?: Duration;
  readonly idleTimeout?: Duration;
  readonly observationDomain?: number;
  readonly internalFlowsOnly?: boolean;
  readonly switchAddress?: string;
  readonly polling?: Duration;
  readonly header?: DataSize;
}

const DURATION = "Duration.seconds(60)";

/** How a switch tells a collector which flows pass it. IPFIX on vSphere and Open vSwitch, sFlow on Open vSwitch. */
export class FlowExport {
  /**
   * Flow records by IPFIX.
   * @throws ConfigurationError for what is no address, or is out of its range
   */
  public static ipfix(options: IpfixOptions): FlowExport {
    const where = "FlowExport.ipfix";
    const given = checkOptions(where, "what is given", options);
    const {
      port = SWITCH_LIMITS.ipfixPort,
      sampling = SWITCH_LIMITS.defaultIpfixSampling,
      activeTimeout = Duration.seconds(SWITCH_LIMITS.minActiveFlowSeconds),
    } = given;
    return new FlowExport(FlowProtocol.IPFIX, {
      samplingGiven: given.sampling !== undefined,
      collector: checkCollector(where, given.collector),
      port: checkPort(where, port),
      sampling: checkInteger(where, "sampling", sampling, {
        min: 0,
        max: SWITCH_LIMITS.maxFlowSampling,
        practice: SWITCH_PRACTICES.flowExportRange.id,
      }),
      activeTimeout: checkSeconds(
        where,
        "activeTimeout",
        activeTimeout,
        SWITCH_LIMITS.minActiveFlowSeconds,
        SWITCH_LIMITS.maxActiveFlowSeconds,
      ),
      idleTimeout: optional(given.idleTimeout, (timeout) =>
        checkSeconds(where, "idleTimeout", timeout, SWITCH_LIMITS.minIdleFlowSeconds, SWITCH_LIMITS.maxIdleFlowSeconds),
      ),
      observationDomain: optional(given.observationDomain, (domain) =>
        checkInteger(where, "observationDomain", domain, {
          min: 0,
          max: SWITCH_LIMITS.maxObservationDomain,
          practice: SWITCH_PRACTICES.flowExportRange.id,
        }),
      ),
      internalFlowsOnly: optional(given.internalFlowsOnly, (only) => checkFlag(where, "internalFlowsOnly", only)),
      switchAddress: optional(given.switchAddress, (address) => checkSwitchAddress(where, address)),
    });
  }

  /**
   * Sampled packets and counters of ports by sFlow.
   * @throws ConfigurationError for what is no address, or is out of its range
   */
  public static sflow(options: SflowOptions): FlowExport {
    const where = "FlowExport.sflow";
    const given = checkOptions(where, "what is given", options);
    const {
      port = SWITCH_LIMITS.sflowPort,
      sampling = SWITCH_LIMITS.defaultSflowSampling,
      polling = Duration.seconds(SWITCH_LIMITS.defaultSflowPollingSeconds),
      header = DataSize.bytes(SWITCH_LIMITS.defaultSflowHeaderBytes),
    } = given;
    checkMade(where, "header", header, DataSize, "DataSize.bytes(128)");
    checkInteger(where, "header, in bytes,", header.toBytes(), {
      min: SWITCH_LIMITS.minSflowHeaderBytes,
      max: SWITCH_LIMITS.maxSflowHeaderBytes,
      practice: SWITCH_PRACTICES.flowExportRange.id,
    });
    return new FlowExport(FlowProtocol.SFLOW, {
      samplingGiven: given.sampling !== undefined,
      collector: checkCollector(where, given.collector),
      port: checkPort(where, port),
      sampling: checkInteger(where, "sampling", sampling, {
        min: 1,
        max: SWITCH_LIMITS.maxFlowSampling,
        practice: SWITCH_PRACTICES.flowExportRange.id,
      }),
      polling: checkSeconds(where, "polling", polling, 1, SWITCH_LIMITS.maxSflowPollingSeconds),
      header,
    });
  }

  /** IPv4 or IPv6. */
  public readonly collector: string;
  /** UDP. */
  public readonly port: number;
  /** One packet of so many is looked at; 0 means every one. */
  public readonly sampling: number;
  /** Whether `sampling` is the user's choice. */
  public readonly samplingGiven: boolean;
  /** IPFIX only, always there. */
  public readonly activeTimeout?: Duration;
  /** IPFIX only, where it was given. */
  public readonly idleTimeout?: Duration;
  /** IPFIX only, where it was given. */
  public readonly observationDomain?: number;
  /** IPFIX only, where it was given. */
  public readonly internalFlowsOnly?: boolean;
  /** IPFIX only, where it was given. */
  public readonly switchAddress?: string;
  /** sFlow only, always there. */
  public readonly polling?: Duration;
  /** sFlow only, always there. */
  public readonly header?: DataSize;

  private constructor(
    public readonly protocol: FlowProtocol,
    settings: FlowExportSettings,
  ) {
    this.collector = settings.collector;
    this.port = settings.port;
    this.sampling = settings.sampling;
    this.samplingGiven = settings.samplingGiven;
    this.activeTimeout = settings.activeTimeout;
    this.idleTimeout = settings.idleTimeout;
    this.observationDomain = settings.observationDomain;
    this.internalFlowsOnly = settings.internalFlowsOnly;
    this.switchAddress = settings.switchAddress;
    this.polling = settings.polling;
    this.header = settings.header;
  }
}

function checkCollector(where: string, address: string): string {
  const literal = requireLiteral(where, "collector", address);
  if (typeof literal !== "string" || isIP(literal) === 0 || literal.includes("%")) {
    throw new ConfigurationError({
      where,
      what: "collector is not an address",
      given: address,
      allowed: "an IPv4 or IPv6 address, such as 192.0.2.10",
      mend: "give the collector's address; switches resolve no names",
      practice: SWITCH_PRACTICES.flowExportRange.id,
    });
  }
  return literal;
}

function checkSwitchAddress(where: string, address: string): string {
  const literal = requireLiteral(where, "switchAddress", address);
  if (typeof literal !== "string" || !isIPv4(literal)) {
    throw new ConfigurationError({
      where,
      what: "switchAddress is not an IPv4 address",
      given: address,
      allowed: "such as 192.0.2.1",
      practice: SWITCH_PRACTICES.flowExportRange.id,
    });
  }
  return literal;
}

function checkPort(where: string, port: number): number {
  return checkInteger(where, "port", port, { min: 1, max: 65_535, practice: SWITCH_PRACTICES.flowExportRange.id });
}

function checkSeconds(where: string, what: string, time: Duration, min: number, max: number): Duration {
  checkMade(where, what, time, Duration, DURATION);
  // Divided, not converted: a conversion would say that it has no whole number of seconds, and not whose it is.
  checkInteger(where, `${what}, in seconds,`, time.toMicroseconds() / 1e6, {
    min,
    max,
    practice: SWITCH_PRACTICES.flowExportRange.id,
  });
  return time;
}
