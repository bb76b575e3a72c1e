import type { Construct } from "constructs";
import { Annotations } from "../../cdktf";
import { NETWORK_PRACTICES } from "../../practices";
import { checkFlag, checkOptions, optional } from "../given";

/** What a port may do that lets one guest act as another. */
export interface SecurityPolicy {
  /**
   * Whether a guest sees frames that are not addressed to it.
   * @default false
   */
  readonly allowPromiscuous?: boolean;
  /**
   * Whether a guest may send with a source MAC address that is not its NIC's.
   * @default false
   */
  readonly allowForgedTransmits?: boolean;
  /**
   * Whether a guest may change the MAC address that it receives on.
   * @default false
   */
  readonly allowMacChanges?: boolean;
}

/** What is so where nobody says anything. */
export const REJECT_ALL: Required<SecurityPolicy> = {
  allowPromiscuous: false,
  allowForgedTransmits: false,
  allowMacChanges: false,
};

/** Warns of what a construct allows. */
export function warnOfAllowed(scope: Construct, policy: SecurityPolicy = {}): void {
  const allowed = Object.entries(policy).flatMap(([what, value]) => (value === true ? [what] : []));
  if (allowed.length > 0) {
    const { id, reason, consequence } = NETWORK_PRACTICES.securityReject;
    Annotations.of(scope).addWarning(`${allowed.join(", ")}: ${reason}; ${consequence} [${id}]`);
  }
}

/**
 * A policy with every choice made: what it does not say is as in the policy that it is based on.
 * @throws ConfigurationError for what is neither true nor false
 */
export function resolveSecurity(
  where: string,
  policy: SecurityPolicy = {},
  base: Required<SecurityPolicy> = REJECT_ALL,
): Required<SecurityPolicy> {
  const choose = (what: keyof SecurityPolicy) =>
    optional(policy[what], (flag) => checkFlag(where, `security.${what}`, flag)) ?? base[what];
  checkOptions(where, "security", policy);
  return {
    allowPromiscuous: choose("allowPromiscuous"),
    allowForgedTransmits: choose("allowForgedTransmits"),
    allowMacChanges: choose("allowMacChanges"),
  };
}
