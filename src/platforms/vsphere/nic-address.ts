import { ConfigurationError } from "../../errors";
import { VSPHERE_LIMITS, VSPHERE_PRACTICES } from "../../practices";

/** @throws ConfigurationError for what vSphere does not take as a static address */
export function checkMac(where: string, address: string): void {
  const { macPrefix, maxStaticMacOctet } = VSPHERE_LIMITS;
  if (!address.startsWith(`${macPrefix}:`) || Number.parseInt(address.split(":")[3]!, 16) > maxStaticMacOctet) {
    throw new ConfigurationError({
      where,
      what: "not an address that vSphere takes as static",
      given: address,
      allowed: `${macPrefix}:00:00:00 to ${macPrefix}:${maxStaticMacOctet.toString(16)}:ff:ff`,
      mend: "take one of these, or leave `macAddress` out: vCenter gives an address that stays",
      practice: VSPHERE_PRACTICES.staticMac.id,
    });
  }
}
