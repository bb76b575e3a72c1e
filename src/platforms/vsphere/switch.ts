import {
  DistributedVirtualSwitch,
  type DistributedVirtualSwitchConfig,
} from "@cdktf/provider-vsphere/lib/distributed-virtual-switch";
import type { Construct } from "constructs";
import { checkInteger } from "../../checks";
import { type DiscoveryProtocol, DiscoveryProtocolKind } from "../../constructs/network/discovery-protocol";
import { type FlowExport, FlowProtocol } from "../../constructs/network/flow-export";
import { MulticastFiltering } from "../../constructs/network/multicast-filtering";
import type { NetworkIoControl } from "../../constructs/network/network-io-control";
import { SwitchBackingKind } from "../../constructs/network/switch-backing";
import { checkInventoryName } from "../../constructs/storage/storage-backend";
import { ConfigurationError } from "../../errors";
import {
  NETWORK_LIMITS,
  NETWORK_PRACTICES,
  SWITCH_PRACTICES,
  type TuningLog,
  VSPHERE_LIMITS,
  VSPHERE_NETWORK_PRACTICES,
  VSPHERE_PRACTICES,
} from "../../practices";
import type { ExistingSwitchIntent, PlatformSwitch, SegmentIntent, SwitchIntent } from "../platform";
import { attributeOf } from "./overrides";
import { createSegment, type VsphereSegment } from "./segment";
import { type PortTeaming, teamingOf, uplinkNames } from "./teaming";
import { machineTraffic } from "./traffic";
import type { VsphereHost } from "./vsphere-host";
import type { VspherePlatform } from "./vsphere-platform";

const FILTERING: Record<MulticastFiltering, string> = {
  [MulticastFiltering.LEGACY]: "legacyFiltering",
  [MulticastFiltering.SNOOPING]: "snooping",
};

/** A distributed switch. */
export class VsphereSwitch implements PlatformSwitch {
  readonly #resource: DistributedVirtualSwitch;
  readonly #teaming: PortTeaming;

  public constructor(
    private readonly platform: VspherePlatform,
    scope: Construct,
    private readonly intent: SwitchIntent,
  ) {
    const where = scope.node.path;
    check(where, intent);
    const hosts = intent.hosts as readonly VsphereHost[];
    platform._claim(where, "a switch of this name", intent.name, "give another `name`");
    for (const { name } of hosts) {
      for (const nic of intent.uplinks) {
        const mend = "leave it out of `uplinks` of one of them, or give the switches different `hosts`";
        platform._claim(where, `a switch on host ${name} with this uplink`, nic, mend);
      }
    }
    this.#teaming = teamingOf(where, intent);
    this.#resource = new DistributedVirtualSwitch(scope, "Resource", {
      provider: platform._provider,
      name: intent.name,
      datacenterId: platform._inventory.datacenterId,
      maxMtu: intent.mtu,
      // Switches of the older kind have no LAGs that could be added in vCenter.
      lacpApiVersion: "multipleLag",
      ...(intent.uplinks.length > 0 && { uplinks: uplinkNames(intent) }),
      ...this.#teaming,
      ...intent.security,
      host: hosts.map((host) => ({ hostSystemId: platform._inventory.hostId(host), devices: [...intent.uplinks] })),
      ...(intent.privateVlans.length > 0 && {
        pvlanMapping: intent.privateVlans.map(({ primary, secondary, type }) => ({
          primaryVlanId: primary,
          secondaryVlanId: secondary,
          pvlanType: type,
        })),
      }),
      ...(intent.discovery !== undefined && discoveryOf(intent.discovery)),
      ...(intent.multicastFiltering !== undefined && {
        multicastFilteringMode: FILTERING[intent.multicastFiltering],
      }),
      ...(intent.ioControl !== undefined && ioControlOf(intent.ioControl)),
      ...machineTraffic(scope, intent),
      ...(intent.flowExport !== undefined && flowExportOf(where, intent.flowExport, intent.log)),
    });
    this.#resource.node.addValidation({ validate: () => this.#olderLacp(where) });
  }

  public addSegment(scope: Construct, intent: SegmentIntent): VsphereSegment {
    const ioControl = this.intent.ioControl?.version ?? 0;
    return createSegment(this.platform, scope, this.#resource.id, intent, this.#teaming, ioControl);
  }

  #olderLacp(where: string): string[] {
    const given = attributeOf(this.#resource, "lacp_enabled");
    if (given === undefined) {
      return [];
    }
    const details = {
      where,
      what: "`lacp_enabled` conflicts with the LAGs that the switch can have",
      given,
      mend: 'leave it out; a LAG that was made in vCenter is used by Teaming.lacp({ existingLag: "lag1" })',
      practice: VSPHERE_NETWORK_PRACTICES.lacpApi.id,
    };
    return [new ConfigurationError(details).message];
  }
}

/** A switch that others own. */
export function importSwitch(
  platform: VspherePlatform,
  scope: Construct,
  intent: ExistingSwitchIntent,
): PlatformSwitch {
  const where = scope.node.path;
  const id = platform._inventory.switchId(checkInventoryName(where, intent.name));
  checkMtu(where, intent.mtu);
  return { addSegment: (segment, segmentIntent) => createSegment(platform, segment, id, segmentIntent, {}, undefined) };
}

function discoveryOf({ kind, operation }: DiscoveryProtocol): Partial<DistributedVirtualSwitchConfig> {
  return kind === DiscoveryProtocolKind.NONE
    ? { linkDiscoveryOperation: "none" }
    : { linkDiscoveryProtocol: kind.toLowerCase(), linkDiscoveryOperation: operation };
}

/** The provider has four attributes for each traffic class, whose names begin with the class in lower case. */
function ioControlOf({ version, allocations }: NetworkIoControl): Partial<DistributedVirtualSwitchConfig> {
  const classes = [...allocations].flatMap(([name, { shares, limit, reservation }]) => {
    const prefix = name.toLowerCase();
    return [
      [`${prefix}ShareLevel`, shares.level],
      ...(shares.count === undefined ? [] : [[`${prefix}ShareCount`, shares.count]]),
      [`${prefix}MaximumMbit`, limit?.toMbps() ?? VSPHERE_LIMITS.noTrafficLimit],
      ...(version === 2 ? [] : [[`${prefix}ReservationMbit`, reservation?.toMbps() ?? 0]]),
    ];
  });
  return {
    networkResourceControlEnabled: true,
    networkResourceControlVersion: `version${version}`,
    ...Object.fromEntries(classes),
  };
}

function flowExportOf(where: string, flows: FlowExport, log: TuningLog): Partial<DistributedVirtualSwitchConfig> {
  if (flows.protocol !== FlowProtocol.IPFIX) {
    throw new ConfigurationError({
      where,
      what: `vSphere has no ${flows.protocol}`,
      given: `collector ${flows.collector}`,
      allowed: "FlowExport.ipfix()",
      mend: "export by IPFIX, or sample on the physical switches",
      practice: VSPHERE_NETWORK_PRACTICES.ipfixOnly.id,
    });
  }
  const { flowSampling } = SWITCH_PRACTICES;
  log.record(flowSampling, "netflow_sampling_rate", flows.sampling, undefined, flows.samplingGiven);
  return {
    netflowCollectorIpAddress: flows.collector,
    netflowCollectorPort: flows.port,
    netflowActiveFlowTimeout: flows.activeTimeout?.toSeconds(),
    netflowIdleFlowTimeout: flows.idleTimeout?.toSeconds(),
    netflowSamplingRate: flows.sampling,
    netflowObservationDomainId: flows.observationDomain,
    netflowInternalFlowsOnly: flows.internalFlowsOnly,
    ipv4Address: flows.switchAddress,
  };
}

function checkMtu(where: string, mtu: number): void {
  checkInteger(where, "mtu", mtu, {
    max: NETWORK_LIMITS.maxMtuVsphere,
    practice: NETWORK_PRACTICES.mtuRange.id,
    mend: "jumbo frames on vSphere are 9000 bytes",
  });
}

function check(where: string, intent: SwitchIntent): void {
  if (intent.backing !== undefined && intent.backing.kind !== SwitchBackingKind.DISTRIBUTED) {
    throw new ConfigurationError({
      where,
      what: `vSphere has no ${intent.backing.kind}`,
      given: intent.backing,
      allowed: "SwitchBacking.distributed()",
      mend: "leave `backing` out",
      practice: VSPHERE_PRACTICES.distributedOnly.id,
    });
  }
  checkMtu(where, intent.mtu);
  checkInteger(where, "the number of uplinks", intent.uplinks.length, {
    max: VSPHERE_LIMITS.maxUplinks,
    practice: NETWORK_PRACTICES.teamingUplinks.id,
  });
  if (intent.uplinks.length > 0 && intent.hosts.length === 0) {
    throw new ConfigurationError({
      where,
      what: "uplinks are NICs of hosts, and the switch has no hosts",
      given: intent.uplinks,
      mend: 'give the platform its hosts: hosts: [VsphereHost.named("esx1.example.org")]',
      practice: VSPHERE_PRACTICES.uplinksNeedHosts.id,
    });
  }
}
