import type { Construct } from "constructs";
import { TerraformData, type TerraformResource } from "../../cdktf";
import { DISK_PRACTICES } from "../../practices";
import { reference, waitFor } from "./definition";
import { type HostScript, type HostScripts, onHost } from "./on-host";

/**
 * Size that a volume is made with which is to be a copy, in bytes. No disk is as small: a volume of this size holds nothing yet, and one of
 * another size is never touched.
 */
export const UNFILLED = 4096;

/**
 * Puts a copy in the place of a volume that holds nothing yet. The host copies; what comes of it has the name, and so the path, that the
 * provider knows the volume by.
 */
const FILL: HostScript = {
  id: "Fill",
  commands: `
size_of() { on_host vol-info --bytes --pool "$1" "$2" | sed -n 's/^Capacity: *\\([0-9]*\\) bytes$/\\1/p'; }
fail() { echo "Volume $VOLUME of pool $POOL can't be a copy of $SOURCE: $1" >&2; exit 1; }
now=$(size_of "$POOL" "$VOLUME")
if [ "$now" = ${UNFILLED} ]; then
  # Where hosts have the same storage another one may have made it.
  [ "$(size_of "$SOURCE_POOL" "$SOURCE" 2>/dev/null)" ] || on_host pool-refresh "$SOURCE_POOL"
  bytes=$(size_of "$SOURCE_POOL" "$SOURCE")
  [ "$bytes" ] || fail "pool $SOURCE_POOL has no such volume."
  [ "$bytes" -le "$BYTES" ] || fail "that has $bytes bytes, $BYTES are wanted. Give the disk a size that is large enough."
  path=$(on_host vol-path --pool "$SOURCE_POOL" "$SOURCE")
  for guest in $(on_host list --uuid); do
    if on_host dumpxml "$guest" | grep -qF "pool='$SOURCE_POOL' volume='$SOURCE'" || on_host domblklist "$guest" | grep -qF " $path"; then
      [ "$SOURCE_IS" = image ] || fail "guest $(on_host domname "$guest") has it and runs. Shut it down, and apply again."
    fi
  done
  copy=$(on_host vol-dumpxml --pool "$POOL" "$VOLUME" |
    sed -e "s|<capacity.*</capacity>|<capacity unit='bytes'>$BYTES</capacity>|" -e 's|<allocation.*</allocation>|<allocation>0</allocation>|' -e '/<physical/d')
  on_host vol-delete --pool "$POOL" "$VOLUME"
  echo "$copy" | on_host vol-create-from --pool "$POOL" --file /dev/stdin --vol "$SOURCE" --inputpool "$SOURCE_POOL"
  # What is converted has its source's size.
  [ "$(size_of "$POOL" "$VOLUME")" -ge "$BYTES" ] || on_host vol-resize --pool "$POOL" "$VOLUME" "$BYTES"B
fi
# Refused while it is still being copied, by an apply that was killed.
on_host vol-download --pool "$POOL" "$VOLUME" /dev/null --length 512
`,
};

/** What a volume is a copy of. */
export interface CopySource {
  readonly pool: string;
  readonly volume: string;
  /** Whether it is an image, which nobody writes to. */
  readonly image: boolean;
  readonly waitsFor: TerraformResource;
}

/** The words that tell one source from another. */
export function describeSource({ pool, volume }: CopySource): string {
  return `${volume} of pool ${pool}`;
}

/** Fills a volume that was made with the size `UNFILLED`. */
export function fillVolume(
  scope: Construct,
  scripts: HostScripts,
  uri: string,
  volume: TerraformResource,
  target: { readonly name: string; readonly pool: string; readonly bytes: number; readonly protectData: boolean },
  source: CopySource,
): TerraformData {
  const { name, pool, bytes, protectData } = target;
  const made = describeSource(source);
  const fill = new TerraformData(scope, "Content", {
    input: made,
    triggersReplace: { volume: `\${${reference(volume)}.id}` },
    lifecycle: {
      replaceTriggeredBy: [reference(volume)],
      ...(protectData && {
        // What it was made from is what the state says.
        ignoreChanges: ["input"],
        postcondition: [
          {
            condition: `\${self.input == ${JSON.stringify(made)}}`,
            errorMessage:
              `Volume ${name} is a copy of another volume than ${made}: to make it anew would lose its data. To mend: change its source back, or add ` +
              `a disk with that source; with protectData: false the volume is replaced. [${DISK_PRACTICES.volumeContent.id}]`,
          },
        ],
      }),
    },
    provisioners: [
      onHost({
        uri,
        purpose: `copy into volume ${name}`,
        command: scripts.command(FILL),
        environment: {
          POOL: pool,
          VOLUME: name,
          BYTES: String(bytes),
          SOURCE_POOL: source.pool,
          SOURCE: source.volume,
          SOURCE_IS: source.image ? "image" : "volume",
        },
      }),
    ],
  });
  waitFor(fill, volume, source.waitsFor);
  return fill;
}
