import type { Construct } from "constructs";
import { TerraformData, type TerraformResource } from "../../cdktf";
import { ConfigurationError } from "../../errors";
import { DISK_PRACTICES } from "../../practices";
import type { DiskIntent } from "../platform";
import { waitFor } from "./definition";
import { type HostScript, type HostScripts, onHost } from "./on-host";
import type { TierOnHost } from "./tier-writer";

/** Has a host look for a volume that another host has made in a pool of both. */
const FIND: HostScript = {
  id: "Find",
  commands: `
on_host vol-info --pool "$POOL" "$VOLUME" >/dev/null 2>&1 || on_host pool-refresh "$POOL"
on_host vol-info --pool "$POOL" "$VOLUME" >/dev/null
`,
};

/** Disk that has a volume. */
export interface VolumeUser {
  readonly where: string;
  readonly shareable: boolean;
  readonly readOnly: boolean;
}

/** @throws ConfigurationError where a volume has several disks and not all of them share it, or read it only */
export function checkUsers(where: string, tier: TierOnHost, volume: string, intent: DiskIntent): void {
  const { shareable, readOnly } = intent;
  const users = [...(tier.users.get(volume) ?? []), { where, shareable, readOnly }];
  tier.users.set(volume, users);
  if (users.length > 1 && !users.every((user) => user.shareable) && !users.every((user) => user.readOnly)) {
    throw new ConfigurationError({
      where,
      what: `volume ${volume} of pool ${tier.name} has several disks: ${users.map((user) => user.where).join(", ")}`,
      mend: "give all of them `shareable: true`, or all `readOnly: true`",
      practice: DISK_PRACTICES.sharedVolume.id,
    });
  }
}

/** Makes a volume of another host known here. */
export function findVolume(
  scope: Construct,
  scripts: HostScripts,
  uri: string,
  { name: pool, pool: resource }: TierOnHost,
  volume: string,
  made: TerraformResource,
): TerraformData {
  const find = new TerraformData(scope, "Shared", {
    triggersReplace: { pool, volume },
    provisioners: [
      onHost({
        uri,
        purpose: `find volume ${volume}`,
        command: scripts.command(FIND),
        environment: { POOL: pool, VOLUME: volume },
      }),
    ],
  });
  waitFor(find, resource, made);
  return find;
}
