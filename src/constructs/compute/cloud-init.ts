import { ConfigurationError, isToken } from "../../errors";

/** What cloud-init in the guest reads at its first boot. Sensitive values belong into Terraform variables that the text refers to. */
export interface CloudInit {
  /** User data: `#cloud-config` YAML, or a script that begins with `#!`. */
  readonly userData: string;
  /**
   * Host name of the guest.
   * @default - the machine's name
   */
  readonly hostname?: string;
  /**
   * Network configuration, YAML of version 1 or 2.
   * @default - the guest's image decides: DHCP on all NICs, as a rule
   */
  readonly networkConfig?: string;
}

/** @throws ConfigurationError where the user data has no header that cloud-init knows */
export function checkCloudInit(where: string, cloudInit: CloudInit): CloudInit {
  const { userData } = cloudInit;
  if (
    !isToken(userData) &&
    !/^(#cloud-config|#!|#include|#cloud-boothook|#part-handler|## template:|Content-Type:|MIME-Version:)/.test(
      String(userData),
    )
  ) {
    throw new ConfigurationError({
      where,
      what: "cloud-init does not know what kind of user data this is",
      given: typeof userData === "string" ? userData.slice(0, 40) : userData,
      allowed: 'text that begins with "#cloud-config", "#!" or another header of cloud-init',
      mend: 'put "#cloud-config" on the first line',
    });
  }
  return cloudInit;
}
