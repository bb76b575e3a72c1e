import type { Construct } from "constructs";
import { TerraformLocal } from "../../cdktf";

/** Commands of a shell, to which `on_host` is virsh on the host. */
export interface HostScript {
  /** Id of the local that holds it. */
  readonly id: string;
  readonly commands: string;
}

/** A step of an apply that the provider has no resource for. */
export interface HostStep {
  /** Connection URI of the host. */
  readonly uri: string;
  /** What it is for, after "virsh is needed to". */
  readonly purpose: string;
  /** What `HostScripts` gave. */
  readonly command: string;
  /** @default - none */
  readonly environment?: Record<string, string>;
}

const PRELUDE = `
set -eu
on_host() { LC_ALL=C virsh --quiet --connect "$LIBVIRT_URI" "$@"; }
command -v virsh >/dev/null || {
  echo "virsh is needed on the machine that runs Terraform to $PURPOSE: install libvirt-clients (Debian, Ubuntu) or libvirt-client (Fedora)." >&2
  exit 1
}
`.trim();

/** A script as a shell runs it. */
export function scriptText({ commands }: HostScript): string {
  return `${PRELUDE}\n${commands.trim()}`;
}

/** Scripts of a platform's host steps. Each stands once in the stack, as a local that its steps run. */
export class HostScripts {
  readonly #locals = new Map<HostScript, string>();

  public constructor(private readonly scope: Construct) {}

  /** What runs a script. */
  public command(script: HostScript): string {
    let command = this.#locals.get(script);
    if (command === undefined) {
      const local = new TerraformLocal(this.scope, script.id, scriptText(script));
      command = `\${local.${local.friendlyUniqueId}}`;
      this.#locals.set(script, command);
    }
    return command;
  }
}

/** A provisioner that runs virsh on the machine that runs Terraform. What it says goes to the log of the apply, the script itself does not. */
export function onHost({ uri, purpose, command, environment }: HostStep) {
  const provisioner = {
    type: "local-exec" as const,
    command,
    environment: { LIBVIRT_URI: virshUri(uri), PURPOSE: purpose, ...environment },
    // Not among cdktf's declarations; Terraform 1.4 and later, as the resource that it belongs to.
    quiet: true,
  };
  return provisioner;
}

/** virsh's spelling of a connection URI: it has no `sshcmd`, its `ssh` is the command. */
function virshUri(uri: string): string {
  return uri.replace(/^qemu\+sshcmd:/, "qemu+ssh:");
}
