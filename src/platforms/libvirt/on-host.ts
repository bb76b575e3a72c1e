/** A step of an apply that the provider has no resource for. */
export interface HostStep {
  /** Connection URI of the host. */
  readonly uri: string;
  /** What it is for, after "virsh is needed to". */
  readonly purpose: string;
  /** Shell commands; `on_host` is virsh on the host. */
  readonly script: string;
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

/** A provisioner that runs virsh on the machine that runs Terraform. What it says goes to the log of the apply, the script itself does not. */
export function onHost({ uri, purpose, script, environment }: HostStep) {
  const provisioner = {
    type: "local-exec" as const,
    command: `${PRELUDE}\n${script.trim()}`,
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
