import { checkInteger } from "../../checks";
import { ConfigurationError } from "../../errors";
import { NETWORK_LIMITS, NETWORK_PRACTICES } from "../../practices";
import { checkList } from "../given";
import { checkPrivateVlan, type PrivateVlan } from "./private-vlan";

/** VLANs from `from` to `to`, both included. */
export interface VlanRange {
  readonly from: number;
  readonly to: number;
}

/** How frames of a segment are tagged on the wire. */
export type VlanTagging =
  | { readonly kind: "untagged" }
  | { readonly kind: "access"; readonly vlan: number }
  | { readonly kind: "trunk"; readonly ranges: readonly VlanRange[]; readonly native?: number }
  | { readonly kind: "private"; readonly vlan: PrivateVlan };

export interface VlanOptions {
  /**
   * The VLAN of all frames, 1 to 4094; the guest sees them untagged.
   * @default - untagged, unless `trunk` or `privateVlan` is given
   */
  readonly vlan?: number;
  /**
   * VLANs whose tagged frames reach the guest: identifiers 1 to 4094 and ranges.
   * @default - no trunk
   */
  readonly trunk?: readonly (number | VlanRange)[];
  /**
   * The VLAN of the trunk whose frames the guest sees untagged. Open vSwitch only.
   * @default - none: the guest sees every frame tagged
   */
  readonly nativeVlan?: number;
  /**
   * The private VLAN of all frames, which the map of the switch has to hold; the guest sees them untagged. vSphere only.
   * @default - no private VLAN
   */
  readonly privateVlan?: PrivateVlan;
}

/**
 * Checks VLAN options.
 * @throws ConfigurationError for identifiers outside 1 to 4094, overlapping ranges, a native VLAN without a trunk, and more than one of access
 * VLAN, trunk and private VLAN
 */
export function resolveTagging(where: string, options: VlanOptions): VlanTagging {
  const { vlan, trunk, nativeVlan, privateVlan } = options;
  if (privateVlan !== undefined) {
    if (vlan !== undefined || trunk !== undefined || nativeVlan !== undefined) {
      throw new ConfigurationError({
        where,
        what: "a private VLAN excludes other VLANs",
        given: { privateVlan: String(privateVlan), vlan, trunk, nativeVlan },
        mend: "give `privateVlan` alone, or leave it out",
        practice: NETWORK_PRACTICES.vlanRange.id,
      });
    }
    return { kind: "private", vlan: checkPrivateVlan(where, "privateVlan", privateVlan) };
  }
  if (trunk === undefined) {
    if (nativeVlan !== undefined) {
      throw new ConfigurationError({
        where,
        what: "a native VLAN is part of a trunk, and there is none",
        given: nativeVlan,
        mend: "give `trunk` with the tagged VLANs, or `vlan` for an access port",
        practice: NETWORK_PRACTICES.nativeVlan.id,
      });
    }
    return vlan === undefined ? { kind: "untagged" } : { kind: "access", vlan: checkVlan(where, "vlan", vlan) };
  }
  if (vlan !== undefined) {
    throw new ConfigurationError({
      where,
      what: "a segment is either an access port or a trunk",
      given: { vlan, trunk },
      mend: "give `vlan` or `trunk`; the untagged VLAN of a trunk is `nativeVlan`",
      practice: NETWORK_PRACTICES.vlanRange.id,
    });
  }
  const ranges = checkList(where, "trunk", trunk)
    .map((entry, i) => checkRange(where, `trunk[${i}]`, entry))
    .sort((a, b) => a.from - b.from);
  if (ranges.length === 0) {
    throw new ConfigurationError({
      where,
      what: "a trunk needs at least one VLAN",
      given: trunk,
      allowed: "identifiers 1 to 4094 and ranges",
    });
  }
  ranges.slice(1).forEach((range, i) => {
    if (range.from <= ranges[i]!.to) {
      throw new ConfigurationError({
        where,
        what: "ranges of the trunk overlap",
        given: `${show(ranges[i]!)} and ${show(range)}`,
        mend: "give each VLAN once",
        practice: NETWORK_PRACTICES.vlanOverlap.id,
      });
    }
  });
  return nativeVlan === undefined
    ? { kind: "trunk", ranges }
    : { kind: "trunk", ranges, native: checkVlan(where, "nativeVlan", nativeVlan) };
}

function checkRange(where: string, what: string, entry: number | VlanRange): VlanRange {
  if (typeof entry !== "object" || entry === null) {
    const vlan = checkVlan(where, what, entry);
    return { from: vlan, to: vlan };
  }
  const range = { from: checkVlan(where, `${what}.from`, entry?.from), to: checkVlan(where, `${what}.to`, entry?.to) };
  if (range.from > range.to) {
    throw new ConfigurationError({
      where,
      what: `${what} ends before it begins`,
      given: show(range),
      mend: "swap the two",
      practice: NETWORK_PRACTICES.vlanRange.id,
    });
  }
  return range;
}

function checkVlan(where: string, what: string, vlan: number): number {
  return checkInteger(where, what, vlan, {
    min: NETWORK_LIMITS.minVlan,
    max: NETWORK_LIMITS.maxVlan,
    practice: NETWORK_PRACTICES.vlanRange.id,
  });
}

function show(range: VlanRange): string {
  return range.from === range.to ? String(range.from) : `${range.from}-${range.to}`;
}
