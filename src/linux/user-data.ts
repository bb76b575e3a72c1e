const BOUNDARY = "=-=virtuned=-=";

/** How a part is merged into those before it: lists go on, and what is there already stays. */
const MERGE = "list(append)+dict(no_replace,recurse_list)+str()";

/** A configuration of cloud-init: JSON is YAML. */
export function cloudConfig(config: object): string {
  return `#cloud-config\n${JSON.stringify(config, undefined, 2)}\n`;
}

/**
 * User data that is the user's own, of whatever kind, and a configuration beside it.
 *
 * @param ownAsBase64 the user's: as it is, since mail has rules for lines and characters. cloud-init finds its kind out by its first line.
 */
export function withCloudConfig(ownAsBase64: string, config: string): string {
  return [
    "MIME-Version: 1.0",
    `Content-Type: multipart/mixed; boundary="${BOUNDARY}"`,
    "",
    `--${BOUNDARY}`,
    'Content-Type: text/plain; charset="utf-8"',
    "Content-Transfer-Encoding: base64",
    "",
    ownAsBase64,
    `--${BOUNDARY}`,
    'Content-Type: text/cloud-config; charset="utf-8"',
    `Merge-Type: ${MERGE}`,
    "",
    `${config.trimEnd()}`,
    `--${BOUNDARY}--`,
    "",
  ].join("\n");
}
