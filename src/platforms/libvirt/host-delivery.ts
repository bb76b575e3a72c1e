import type { Construct } from "constructs";
import { Lazy, TerraformData } from "../../cdktf";
import { hashOf, waitFor } from "./definition";
import type { SshAccess } from "./ssh-access";

export interface HostDeliveryProps {
  readonly ssh: SshAccess;
  /** Whose files they are on the host: letters, digits, `.`, `_` and `-`. */
  readonly owner: string;
  /** Name of the folder that holds them, below `hosts/`: letters, digits, `_` and `-`. */
  readonly folder: string;
  /** What changes when the files do. Asked at the end of the synthesis, when all are known. */
  readonly content: () => string;
}

/**
 * Delivers a host's files over SSH, and takes them away when the stack is destroyed.
 *
 * Two resources: one is replaced with each change of the files, and delivers them. The other stays: it takes away all when it is destroyed,
 * and would do that to the network under running guests if a change replaced it.
 */
export function deliver(scope: Construct, { ssh, owner, folder, content }: HostDeliveryProps): TerraformData {
  const sudo = ssh.needsSudo ? "sudo -n " : "";
  const installed = `/var/lib/virtuned/${owner}/current/install.sh`;
  // A folder that is closed to others, for what they must not read or change on the way. Terraform's own place for scripts, /tmp, is open.
  const upload = `.virtuned-${owner}`;
  const opener = `./${upload}.sh`;
  const open = {
    type: "remote-exec" as const,
    inline: ["set -e", `rm -rf ${upload}`, `mkdir -m 700 ${upload} ${upload}/run`],
    connection: ssh._connection(opener),
  };
  // Terraform empties a script when it has run. Two folders down it can't make it anew where they are gone.
  const inFolder = ssh._connection(`${upload}/run/script.sh`);
  const close = `trap 'rm -rf ${upload} ${opener}' EXIT`;
  const remove = {
    type: "remote-exec" as const,
    inline: [close, `if ${sudo}test -e ${installed}; then ${sudo}sh ${installed} remove; fi`],
    connection: inFolder,
  };
  const removal = new TerraformData(scope, "Removal", {
    input: owner,
    provisioners: [onDestroy(open), onDestroy(remove)],
  });
  const delivery = new TerraformData(scope, "Delivery", {
    triggersReplace: { host: ssh.target, content: Lazy.stringValue({ produce: () => hashOf(content()) }) },
    provisioners: [
      open,
      { type: "file", source: `\${path.module}/hosts/${folder}`, destination: upload, connection: inFolder },
      { type: "remote-exec", inline: [close, `${sudo}sh ${upload}/${folder}/install.sh`], connection: inFolder },
    ],
  });
  waitFor(delivery, removal);
  return delivery;
}

function onDestroy<T>(provisioner: T) {
  // Not among cdktf's declarations.
  return { ...provisioner, when: "destroy" };
}
