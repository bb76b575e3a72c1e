import type { Domain } from "@cdktf/provider-libvirt/lib/domain";
import type { Construct } from "constructs";
import { TerraformData } from "../../cdktf";
import { fingerprint, reference } from "./definition";

/**
 * Starts a guest that does not run. What virsh says goes to the log of the apply.
 */
const START = `
set -eu
on_host() { virsh --quiet --connect "$LIBVIRT_URI" "$@"; }
command -v virsh >/dev/null || {
  echo "virsh is needed on the machine that runs Terraform to start guest $GUEST: install libvirt-clients (Debian, Ubuntu) or libvirt-client (Fedora)." >&2
  exit 1
}
if [ "$(LC_ALL=C on_host domstate "$GUEST")" = "shut off" ]; then
  on_host start "$GUEST"
fi
`.trim();

/**
 * Starts a guest after it was made or redefined.
 *
 * The provider starts a guest itself only where its definition says \`running\`, and then every update of a running guest ends in
 * "inconsistent result after apply" (0.9.7). So the definition leaves \`running\` out: an update shuts the guest down and defines it anew, with
 * its UUID and NVRAM kept, and this resource, which is replaced with each change of the definition, starts it again.
 */
export function startWhenRedefined(scope: Construct, domain: Domain, uri: string, name: string): TerraformData {
  return new TerraformData(scope, "Power", {
    triggersReplace: fingerprint(domain),
    lifecycle: { replaceTriggeredBy: [reference(domain)] },
    provisioners: [
      {
        type: "local-exec",
        command: START,
        environment: { LIBVIRT_URI: virshUri(uri), GUEST: name },
      },
    ],
    dependsOn: [domain],
  });
}

/** virsh's spelling of a connection URI: it has no \`sshcmd\`, its \`ssh\` is the command. */
export function virshUri(uri: string): string {
  return uri.replace(/^qemu\+sshcmd:/, "qemu+ssh:");
}
