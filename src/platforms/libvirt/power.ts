import type { Domain } from "@cdktf/provider-libvirt/lib/domain";
import type { Construct } from "constructs";
import { TerraformData } from "../../cdktf";
import { fingerprint, reference, waitFor } from "./definition";
import { type HostScript, type HostScripts, onHost } from "./on-host";

/** Starts a guest that does not run. */
const START: HostScript = {
  id: "Start",
  commands: `
if [ "$(on_host domstate "$GUEST")" = "shut off" ]; then
  on_host start "$GUEST"
fi
`,
};

/**
 * Starts a guest after it was made or redefined.
 *
 * The provider starts a guest itself only where its definition says `running`, and then every update of a running guest ends in
 * "inconsistent result after apply" (0.9.7). So the definition leaves `running` out: an update shuts the guest down and defines it anew, with
 * its UUID and NVRAM kept, and this resource, which is replaced with each change of the definition, starts it again.
 *
 * It is replaced, too, with a new UUID: where the guest was gone and is made anew. The definition is in it for an apply that ended after the
 * update and before the start.
 */
export function startWhenRedefined(
  scope: Construct,
  domain: Domain,
  scripts: HostScripts,
  uri: string,
  name: string,
): TerraformData {
  const power = new TerraformData(scope, "Power", {
    triggersReplace: { guest: `\${${reference(domain)}.uuid}`, definition: fingerprint(domain) },
    lifecycle: { replaceTriggeredBy: [reference(domain)] },
    provisioners: [
      onHost({ uri, purpose: `start guest ${name}`, command: scripts.command(START), environment: { GUEST: name } }),
    ],
  });
  waitFor(power, domain);
  return power;
}
