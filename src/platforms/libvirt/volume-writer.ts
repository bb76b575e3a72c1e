import { Volume, type VolumeConfig } from "@cdktf/provider-libvirt/lib/volume";
import type { Construct } from "constructs";
import { TerraformData, type TerraformResourceLifecycle } from "../../cdktf";
import type { ImageFormat } from "../../constructs/compute/image-format";
import { STORAGE_PRACTICES } from "../../practices";
import type { DataSize } from "../../units";
import { fingerprint, reference, waitFor } from "./definition";
import { onHost } from "./on-host";
import type { TierOnHost } from "./tier-writer";

export interface VolumeIntent {
  readonly name: string;
  readonly size: DataSize;
  readonly format: ImageFormat;
  /** Image that it is a copy-on-write overlay of. */
  readonly base?: { readonly volume: Volume; readonly format: ImageFormat };
  readonly tier: TierOnHost;
  readonly provider: VolumeConfig["provider"];
  readonly uri: string;
  /** Guest that has it, which is told when it grows. */
  readonly guest: string;
  /** What starts the guest. */
  readonly power: TerraformData;
  readonly protectData: boolean;
}

/** Grows a volume to SIZE bytes, through the guest where it runs. Refuses to shrink: Terraform's state keeps the size of the beginning. */
const GROW = `
now=$(on_host vol-info --bytes --pool "$POOL" "$VOLUME" | sed -n 's/^Capacity: *\\([0-9]*\\) bytes$/\\1/p')
if [ "$now" -gt "$SIZE" ]; then
  echo "Volume $VOLUME of pool $POOL has $now bytes, $SIZE are wanted: shrinking it would lose data. Change the size back." >&2
  exit 1
fi
if [ "$now" -lt "$SIZE" ]; then
  if [ "$(on_host domstate "$GUEST" 2>/dev/null || true)" = running ]; then
    on_host blockresize "$GUEST" "$(on_host vol-path --pool "$POOL" "$VOLUME")" "$SIZE"B
    on_host pool-refresh "$POOL"
  else
    on_host vol-resize --pool "$POOL" "$VOLUME" "$SIZE"B
  fi
fi
`;

/**
 * Writes a volume, of which the provider can change nothing.
 *
 * "Definition" says what it is. Where the volume holds data, a plan that would change that is refused; else the volume is replaced. It is there in
 * both cases, so that protection can be given and lifted without anything else. "Capacity" grows the volume, and refuses to shrink it.
 */
export function writeVolume(scope: Construct, intent: VolumeIntent): Volume {
  const { name, size, format, base, tier, provider, protectData } = intent;
  const volume = new Volume(scope, "Resource", {
    provider,
    name,
    pool: tier.name,
    capacity: size.toBytes(),
    target: { format: { type: format } },
    ...(base && { backingStore: { path: `\${${reference(base.volume)}.path}`, format: { type: base.format } } }),
  });
  waitFor(volume, tier.pool);
  const input = fingerprint(volume, ["capacity"]);
  if (protectData) {
    new TerraformData(scope, "Definition", { input, lifecycle: { precondition: refusals(reference(volume), intent) } });
    volume.lifecycle = {
      preventDestroy: true,
      ignoreChanges: ["capacity", "target", "backing_store"],
      replaceTriggeredBy: [...tier.triggers],
    };
  } else {
    // Not before the pool: were that to fail, the change would be taken for done.
    const definition = new TerraformData(scope, "Definition", { input });
    waitFor(definition, tier.pool);
    volume.lifecycle = {
      ignoreChanges: ["capacity"],
      replaceTriggeredBy: [...tier.triggers, reference(definition)],
    };
  }
  growWhenLarger(scope, volume, intent);
  return volume;
}

function growWhenLarger(scope: Construct, volume: Volume, { name, size, tier, uri, guest, power }: VolumeIntent): void {
  const bytes = size.toBytes();
  const made = `${reference(volume)}.capacity`;
  const capacity = new TerraformData(scope, "Capacity", {
    triggersReplace: { bytes },
    lifecycle: {
      precondition: [
        {
          condition: `\${${made} <= ${bytes}}`,
          errorMessage:
            `Volume ${name} was made with \${${made}} bytes, ${bytes} (${size}) are wanted: shrinking it would lose data. ` +
            `To mend: change the size back, or give the disk another id for a new volume. [${STORAGE_PRACTICES.noShrink.id}]`,
        },
      ],
    },
    provisioners: [
      onHost({
        uri,
        purpose: `grow volume ${name}`,
        script: GROW,
        environment: { POOL: tier.name, VOLUME: name, SIZE: String(bytes), GUEST: guest },
      }),
    ],
  });
  // After the guest was started anew, where it is: while it shuts down it takes no new size.
  waitFor(capacity, volume, power);
}

/** What a plan is refused for while the volume holds data. */
function refusals(made: string, { name, format, base }: VolumeIntent): TerraformResourceLifecycle["precondition"] {
  return [
    {
      condition: `\${${made}.target.format.type == "${format}"}`,
      errorMessage:
        `Volume ${name} was made as \${${made}.target.format.type}, ${format} is wanted: that would lose its data. ` +
        `To mend: change the format back, or add a disk and copy; with protectData: false the volume is replaced. [${STORAGE_PRACTICES.dataProtected.id}]`,
    },
    ...(base
      ? [
          {
            // The file's name is known when it is planned, its path is not.
            condition: `\${endswith(${made}.backing_store.path, "/${base.volume.nameInput}")}`,
            errorMessage:
              `Volume ${name} is an overlay of \${${made}.backing_store.path}, and its machine is to boot from another image (${base.volume.nameInput}): ` +
              "that would lose what was written since. To mend: change the image back, or make a new machine; " +
              `with protectData: false the volume is replaced. [${STORAGE_PRACTICES.dataProtected.id}]`,
          },
        ]
      : []),
  ];
}
