import { DistributedVirtualSwitch } from "@cdktf/provider-vsphere/lib/distributed-virtual-switch";
import type { Construct } from "constructs";
import { checkInteger } from "../../checks";
import { SwitchBackingKind } from "../../constructs/network/switch-backing";
import { TeamingPolicy } from "../../constructs/network/teaming";
import { checkInventoryName } from "../../constructs/storage/storage-backend";
import { ConfigurationError } from "../../errors";
import { NETWORK_LIMITS, NETWORK_PRACTICES, VSPHERE_LIMITS, VSPHERE_PRACTICES } from "../../practices";
import type { ExistingSwitchIntent, PlatformSegment, PlatformSwitch, SegmentIntent, SwitchIntent } from "../platform";
import { createSegment } from "./segment";
import type { VsphereHost } from "./vsphere-host";
import type { VspherePlatform } from "./vsphere-platform";

const TEAMING: Record<TeamingPolicy, string> = {
  [TeamingPolicy.EXPLICIT_FAILOVER]: "failover_explicit",
  [TeamingPolicy.SOURCE_PORT]: "loadbalance_srcid",
  [TeamingPolicy.SOURCE_MAC]: "loadbalance_srcmac",
  [TeamingPolicy.IP_HASH]: "loadbalance_ip",
  [TeamingPolicy.LOAD_BASED]: "loadbalance_loadbased",
  // A LAG spreads by its own hash; what is said here is what vCenter shows.
  [TeamingPolicy.LACP]: "loadbalance_ip",
};

/** A distributed switch. */
export class VsphereSwitch implements PlatformSwitch {
  readonly #resource: DistributedVirtualSwitch;

  public constructor(
    private readonly platform: VspherePlatform,
    scope: Construct,
    intent: SwitchIntent,
  ) {
    check(scope.node.path, intent);
    // The switch has uplinks of its own names; the NICs of each host are mapped to them in their order.
    const nameOf = (nic: string) => `uplink${intent.uplinks.indexOf(nic) + 1}`;
    const hosts = intent.hosts as readonly VsphereHost[];
    this.#resource = new DistributedVirtualSwitch(scope, "Resource", {
      provider: platform._provider,
      name: intent.name,
      datacenterId: platform._inventory.datacenterId,
      maxMtu: intent.mtu,
      ...(intent.uplinks.length > 0 && {
        uplinks: intent.uplinks.map(nameOf),
        activeUplinks: intent.active.map(nameOf),
        standbyUplinks: intent.standby.map(nameOf),
      }),
      teamingPolicy: TEAMING[intent.policy ?? TeamingPolicy.SOURCE_PORT],
      ...intent.security,
      host: hosts.map((host) => ({ hostSystemId: platform._inventory.hostId(host), devices: [...intent.uplinks] })),
    });
  }

  public addSegment(scope: Construct, intent: SegmentIntent): PlatformSegment {
    return createSegment(this.platform, scope, this.#resource.id, intent);
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
  return { addSegment: (segment, segmentIntent) => createSegment(platform, segment, id, segmentIntent) };
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
  if (intent.policy === TeamingPolicy.IP_HASH && intent.standby.length > 0) {
    throw new ConfigurationError({
      where,
      what: "with IP hash no uplink can stand by",
      given: `standby ${intent.standby.join(", ")}`,
      allowed: "active uplinks only",
      mend: "leave `standby` out, or use Teaming.loadBased()",
      practice: VSPHERE_PRACTICES.ipHashAllActive.id,
    });
  }
}
