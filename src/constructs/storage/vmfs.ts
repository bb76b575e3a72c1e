import { checkUnique, requireLiteral } from "../../checks";
import { ConfigurationError } from "../../errors";
import { VSPHERE_STORAGE_LIMITS, VSPHERE_STORAGE_PRACTICES } from "../../practices";
import { checkFlag, checkList, checkOptions } from "../given";

export interface VmfsBackendOptions {
  /**
   * Whether each plan lets the first host look for new LUNs before: needed where a LUN was given to the hosts and no host has looked since.
   * @default false
   */
  readonly rescan?: boolean;
}

export interface VmfsSettings {
  readonly kind: "vmfs";
  /** Canonical names, the first with the head of the file system. */
  readonly devices: readonly string[];
  readonly rescan: boolean;
}

/** Canonical names that ESXi gives by a device's own identifier, and `mpx.` by its path for what has none. */
const CANONICAL_NAME =
  /^(naa\.[0-9a-f]{16}([0-9a-f]{16})?|eui\.[0-9a-f]{16}([0-9a-f]{16})?|t10\.[A-Za-z0-9_.:-]{1,200}|mpx\.vmhba\d{1,5}:C\d{1,5}:T\d{1,5}:L\d{1,5})$/;

export function checkVmfs(where: string, devices: readonly string[], options: VmfsBackendOptions): VmfsSettings {
  const { rescan = false } = checkOptions(where, "options", options);
  const names = checkList(where, "the LUNs", devices).map((name) => checkDeviceName(where, name));
  const { maxVmfsExtents } = VSPHERE_STORAGE_LIMITS;
  if (names.length === 0 || names.length > maxVmfsExtents) {
    throw new ConfigurationError({
      where,
      what: "a datastore does not have this number of LUNs",
      given: names.length,
      allowed: `1 to ${maxVmfsExtents}`,
      practice: VSPHERE_STORAGE_PRACTICES.vmfsExtents.id,
    });
  }
  checkUnique(where, "the LUNs", names);
  return { kind: "vmfs", devices: names, rescan: checkFlag(where, "rescan", rescan) };
}

function checkDeviceName(where: string, name: string): string {
  const literal = requireLiteral(where, "a LUN", name);
  if (typeof literal !== "string" || !CANONICAL_NAME.test(literal)) {
    throw new ConfigurationError({
      where,
      what: "not the canonical name of a device",
      given: name,
      allowed:
        "naa. or eui. and 16 or 32 hexadecimal digits in lower case, t10. and a name, or mpx.vmhba1:C0:T1:L0 for a local disk without any",
      mend: "esxcli storage core device list shows it",
      practice: VSPHERE_STORAGE_PRACTICES.vmfsDevices.id,
    });
  }
  return literal;
}
