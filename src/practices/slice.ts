import { practice, Severity } from "./practice";
import { SOURCES } from "./sources";

/** What experts know about slices of a network. */
export const SLICE_PRACTICES = {
  guarantee: practice({
    id: "slice-guarantee",
    title: "A slice has a guarantee",
    reason: "a slice promises what it carries whatever others do; a limit alone promises nothing",
    severity: Severity.ERROR,
    source: SOURCES.rfc9543,
  }),
  ownVlan: practice({
    id: "slice-own-vlan",
    title: "A slice shares its VLAN with nothing",
    reason: "what is in the same VLAN of the same switch is in the same segment, whatever it is called",
    consequence: "members of both reach each other, and take the guarantee of each other",
    severity: Severity.ERROR,
    source: SOURCES.rfc9543,
  }),
  isolation: practice({
    id: "slice-isolation",
    title: "A slice says whom its members reach",
    reason: "how far members are kept from others, and from each other, is part of what a slice promises",
    severity: Severity.ADVICE,
    source: SOURCES.rfc9543,
  }),
} as const;
