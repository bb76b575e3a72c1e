import { Fn } from "../../cdktf";
import type { CloudInit } from "../../constructs/compute/cloud-init";
import { isToken } from "../../errors";

/** The keys of `extra_config` that cloud-init's VMware data source reads. */
export function guestInfo(name: string, cloudInit: CloudInit): Record<string, string> {
  const { userData, hostname, networkConfig } = cloudInit;
  const metadata = JSON.stringify({
    "instance-id": name,
    "local-hostname": hostname ?? name,
    ...(networkConfig !== undefined && { network: base64(networkConfig), "network.encoding": "base64" }),
  });
  return {
    "guestinfo.metadata": base64(metadata),
    "guestinfo.metadata.encoding": "base64",
    "guestinfo.userdata": base64(userData),
    "guestinfo.userdata.encoding": "base64",
  };
}

/** Terraform encodes what is known at apply time only. */
function base64(text: string): string {
  return isToken(text) ? Fn.base64encode(text) : Buffer.from(text, "utf8").toString("base64");
}
