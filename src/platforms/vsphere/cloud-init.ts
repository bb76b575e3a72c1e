import type { Construct } from "constructs";
import { Fn, TerraformLocal } from "../../cdktf";
import type { CloudInit } from "../../constructs/compute/cloud-init";
import { asWritten } from "../../constructs/compute/text";
import { isToken } from "../../errors";

/**
 * The keys of `extra_config` that cloud-init's VMware data source reads.
 * @param scope of locals that hold text which is known at apply time only
 */
export function guestInfo(scope: Construct, name: string, cloudInit: CloudInit): Record<string, string> {
  const { userData, hostname = name, networkConfig } = cloudInit;
  const metadata = {
    "instance-id": name,
    "local-hostname": hostname,
    ...(networkConfig !== undefined && {
      network: base64(scope, "network-config", networkConfig),
      "network.encoding": "base64",
    }),
  };
  return {
    "guestinfo.metadata": Object.values(metadata).some(isToken)
      ? Fn.base64encode(Fn.jsonencode(metadata))
      : base64(scope, "metadata", JSON.stringify(metadata)),
    "guestinfo.metadata.encoding": "base64",
    "guestinfo.userdata": base64(scope, "user-data", userData),
    "guestinfo.userdata.encoding": "base64",
  };
}

/** Terraform encodes what is known at apply time only; from a local, since arguments of functions can't hold quotes. */
function base64(scope: Construct, id: string, text: string): string {
  return isToken(text)
    ? Fn.base64encode(new TerraformLocal(scope, id, asWritten(text)).asString)
    : Buffer.from(text, "utf8").toString("base64");
}
