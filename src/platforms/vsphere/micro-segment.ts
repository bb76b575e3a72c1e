import type { Construct } from "constructs";
import { Annotations } from "../../cdktf";
import { ConfigurationError } from "../../errors";
import { MICRO_SEGMENT_PRACTICES } from "../../practices";
import type { MicroSegmentIntent, MicroSegmentRule, NicIntent, PlatformMicroSegment } from "../platform";
import type { VsphereSegment } from "./segment";

/** A group whose members an isolated private VLAN keeps apart: what vSphere has without NSX. */
export class VsphereMicroSegment implements PlatformMicroSegment {
  public constructor(scope: Construct, { dhcp, isolated }: MicroSegmentIntent) {
    if (!isolated || !dhcp) {
      throw needsNsx(scope.node.path, isolated ? "dhcp: false" : "isolated: false");
    }
    const { reason, consequence, id } = MICRO_SEGMENT_PRACTICES.vspherePrivateVlan;
    Annotations.of(scope).addWarning(`${reason}; ${consequence} [${id}]`);
  }

  public allow(where: string, { purpose }: MicroSegmentRule): void {
    throw needsNsx(where, purpose);
  }
}

/** Checks that a member's segment does for it what the group promises; a segment that others own is theirs to know. */
export function checkMember(where: string, intent: NicIntent): void {
  const { ports } = intent.segment as VsphereSegment;
  if (intent.microSegment === undefined || ports === undefined) {
    return;
  }
  if (!ports.isolated) {
    throw new ConfigurationError({
      where,
      what: "members of a micro segment are connected to an isolated private VLAN, and the segment is none",
      allowed: "segments with privateVlan: PrivateVlan.isolated(primary, secondary)",
      mend: "connect the NIC to such a segment, or leave `microSegment` out",
      practice: MICRO_SEGMENT_PRACTICES.vspherePrivateVlan.id,
    });
  }
  const { allowForgedTransmits, allowMacChanges, allowPromiscuous } = ports.security;
  if (allowForgedTransmits || allowMacChanges || allowPromiscuous) {
    throw new ConfigurationError({
      where,
      what: "a member of a micro segment sends from its own MAC address and receives for it only, and the segment allows more",
      given: ports.security,
      mend: "leave `security` of the segment out, or `microSegment` of the NIC",
      practice: MICRO_SEGMENT_PRACTICES.ownAddressesOnly.id,
    });
  }
}

function needsNsx(where: string, given: string): ConfigurationError {
  return new ConfigurationError({
    where,
    what: "vSphere has no rules for what members may reach without NSX",
    given,
    allowed: "isolated: true and no rules: members reach promiscuous ports of their private VLAN only",
    mend: "keep the members apart with privateVlan: PrivateVlan.isolated() of their segment, and filter at the gateway or in NSX",
    practice: MICRO_SEGMENT_PRACTICES.vsphereNeedsNsx.id,
  });
}
