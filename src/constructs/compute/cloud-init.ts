import { ConfigurationError, isToken } from "../../errors";
import { checkOptions, checkText } from "../given";

/** What cloud-init in the guest reads at its first boot. Sensitive values belong into Terraform variables that the text refers to. */
export interface CloudInit {
  /**
   * User data: `#cloud-config` YAML, or a script that begins with `#!`. It arrives as it is written, `${` and `%{` included; references to
   * variables and resources are replaced by their values.
   */
  readonly userData: string;
  /**
   * Host name of the guest: letters, digits, `.` and `-`, at most 253.
   * @default - the machine's name
   */
  readonly hostname?: string;
  /**
   * Network configuration, YAML of version 1 or 2.
   * @default - the guest's image decides: DHCP on all NICs, as a rule
   */
  readonly networkConfig?: string;
}

/** @throws ConfigurationError where the user data has no header that cloud-init knows, and for a host name that is none */
export function checkCloudInit(where: string, cloudInit: CloudInit): CloudInit {
  const { userData, hostname, networkConfig } = checkOptions(where, "cloudInit", cloudInit);
  if (hostname !== undefined && !isHostName(hostname)) {
    throw new ConfigurationError({
      where,
      what: "cloudInit.hostname is not a host name",
      given: hostname,
      allowed: "labels of 1 to 63 letters, digits and hyphens, with dots between them, 253 characters in all",
    });
  }
  if (networkConfig !== undefined && checkText(where, "cloudInit.networkConfig", networkConfig).trim() === "") {
    throw new ConfigurationError({ where, what: "cloudInit.networkConfig is empty", mend: "leave it out" });
  }
  if (
    typeof userData !== "string" ||
    (!isToken(userData) &&
      !/^(#cloud-config|#!|#include|#cloud-boothook|#part-handler|## template:|Content-Type:|MIME-Version:)/.test(
        userData,
      ))
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

function isHostName(name: string): boolean {
  const isLabel = (label: string) => /^[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?$/.test(label);
  return typeof name === "string" && (isToken(name) || (name.length <= 253 && name.split(".").every(isLabel)));
}
