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

/** A policy with every choice made: whatever is not allowed is rejected. */
export function resolveSecurity(...policies: readonly (SecurityPolicy | undefined)[]): Required<SecurityPolicy> {
  const given = Object.assign({}, ...policies.map((p) => withoutUndefined(p ?? {}))) as SecurityPolicy;
  return {
    allowPromiscuous: given.allowPromiscuous ?? false,
    allowForgedTransmits: given.allowForgedTransmits ?? false,
    allowMacChanges: given.allowMacChanges ?? false,
  };
}

function withoutUndefined(policy: SecurityPolicy): SecurityPolicy {
  return Object.fromEntries(Object.entries(policy).filter(([, allowed]) => allowed !== undefined));
}
