import { DistributedPortGroup } from "@cdktf/provider-vsphere/lib/distributed-port-group";
import type { Construct } from "constructs";
import { Annotations } from "../../cdktf";
import { PrivateVlanType } from "../../constructs/network/private-vlan";
import type { SecurityPolicy } from "../../constructs/network/security-policy";
import type { VlanTagging } from "../../constructs/network/vlan";
import { checkInventoryName } from "../../constructs/storage/storage-backend";
import { ConfigurationError } from "../../errors";
import { NETWORK_PRACTICES, VSPHERE_NETWORK_PRACTICES, VSPHERE_PRACTICES } from "../../practices";
import type { DataRate } from "../../units";
import type { ExistingSegmentIntent, PlatformSegment, SegmentIntent } from "../platform";
import { attributeOf } from "./overrides";
import type { PortTeaming } from "./teaming";
import { portGroupShaping } from "./traffic";
import type { VspherePlatform } from "./vsphere-platform";

/** A port group that NICs can be connected to. */
export interface VsphereSegment extends PlatformSegment {
  readonly networkId: string;
  /** Version of Network I/O Control of its switch, 0 for none; `undefined` where others own the switch. */
  readonly ioControl?: number;
  /** What its NICs have a part of. */
  readonly guarantee?: DataRate;
  /** Whether flows of its ports are exported. */
  readonly exportsFlows?: boolean;
  /** What its ports may do; `undefined` where others own it. */
  readonly ports?: { readonly isolated: boolean; readonly security: Required<SecurityPolicy> };
}

/**
 * The provider keeps the trunk or private VLAN that a port group had when it becomes something else, and says that all is done. So each of
 * these is a resource of its own: a plan says that one port group goes and another comes.
 */
const IDS: Record<VlanTagging["kind"], string> = {
  untagged: "Resource",
  access: "Resource",
  trunk: "Trunk",
  private: "PrivateVlan",
};

/**
 * @param teaming that of the switch; empty where others own it
 * @param ioControl version of Network I/O Control of the switch, 0 for none; `undefined` where others own it
 */
export function createSegment(
  platform: VspherePlatform,
  scope: Construct,
  switchId: string,
  intent: SegmentIntent,
  teaming: PortTeaming,
  ioControl: number | undefined,
): VsphereSegment {
  if (teaming.checkBeacon === true && intent.tagging.kind === "trunk") {
    const { title, reason, consequence, id } = VSPHERE_NETWORK_PRACTICES.beaconOnTrunk;
    Annotations.of(scope).addWarning(`${title}: ${reason}; ${consequence} [${id}]`);
  }
  platform._claim(scope.node.path, "a port group of this name", intent.name, "give another `name`");
  const portGroup = new DistributedPortGroup(scope, IDS[intent.tagging.kind], {
    provider: platform._provider,
    name: intent.name,
    distributedVirtualSwitchUuid: switchId,
    ...tagging(scope.node.path, intent.tagging),
    // Said even where it is the switch's: a port group keeps what it was once told when the program falls silent, and with any change the
    // provider tells it all that it had from the switch until then.
    ...teaming,
    ...intent.security,
    ...portGroupShaping(scope, intent, ioControl),
    ...(intent.exportFlows !== undefined && { netflowEnabled: intent.exportFlows }),
    // Taken out together with the NICs on it, a port group is deleted after they are gone, not before: vCenter deletes none that is in use.
    lifecycle: { createBeforeDestroy: true },
  });
  scope.node.defaultChild = portGroup;
  portGroup.node.addValidation({ validate: () => warnOfLacp(portGroup) });
  const { tagging: vlans, security, traffic } = intent;
  const isolated = vlans.kind === "private" && vlans.vlan.type === PrivateVlanType.ISOLATED;
  return {
    platform,
    networkId: portGroup.id,
    ioControl,
    guarantee: traffic?.outbound?.reservation,
    exportsFlows: intent.exportFlows,
    ports: { isolated, security },
  };
}

export function importSegment(
  platform: VspherePlatform,
  scope: Construct,
  intent: ExistingSegmentIntent,
): VsphereSegment {
  if (intent.portGroup !== undefined) {
    throw new ConfigurationError({
      where: scope.node.path,
      what: "a network of vSphere has no port groups inside: it is one itself",
      given: `network ${intent.network}, portGroup ${intent.portGroup}`,
      mend: `give the port group as the network: network: ${JSON.stringify(intent.portGroup)}`,
      practice: VSPHERE_PRACTICES.portGroupIsNetwork.id,
    });
  }
  return { platform, networkId: platform._inventory.networkId(checkInventoryName(scope.node.path, intent.network)) };
}

/** Validated, because it is seen only in what users of the resource add to it. */
function warnOfLacp(portGroup: DistributedPortGroup): string[] {
  const given = ["lacp_enabled", "lacp_mode"].filter((attribute) => attributeOf(portGroup, attribute) !== undefined);
  if (given.length > 0) {
    const { title, reason, consequence, id } = VSPHERE_NETWORK_PRACTICES.lacpOnPortGroup;
    Annotations.of(portGroup).addWarning(`${given.join(", ")}: ${title}: ${reason}; ${consequence} [${id}]`);
  }
  return [];
}

function tagging(where: string, vlans: VlanTagging) {
  switch (vlans.kind) {
    case "untagged":
      return { vlanId: 0 };
    case "access":
      return { vlanId: vlans.vlan };
    case "private":
      return { portPrivateSecondaryVlanId: vlans.vlan.secondary };
    case "trunk":
      if (vlans.native !== undefined) {
        throw new ConfigurationError({
          where,
          what: "a trunk of vSphere has no native VLAN",
          given: vlans.native,
          allowed: "tagged VLANs in `trunk`",
          mend: "leave `nativeVlan` out and give the guest a NIC on a segment with `vlan` for it",
          practice: NETWORK_PRACTICES.nativeVlan.id,
        });
      }
      return { vlanRange: vlans.ranges.map(({ from, to }) => ({ minVlan: from, maxVlan: to })) };
  }
}
