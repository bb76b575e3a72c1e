import { Volume, type VolumeConfig } from "@cdktf/provider-libvirt/lib/volume";
import type { Construct } from "constructs";
import { TerraformData } from "../../cdktf";
import type { ImageFormat } from "../../constructs/compute/image-format";
import { STORAGE_PRACTICES } from "../../practices";
import type { DataSize } from "../../units";
import { reference, replaceWhenRedefined } from "./definition";
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
 * Writes a volume.
 *
 * The provider can't update volumes. One that holds data keeps what it was made with: a plan that would change its format or make it smaller is
 * refused, one that makes it larger grows it. One that is not protected is replaced.
 */
export function writeVolume(scope: Construct, intent: VolumeIntent): Volume {
  const { name, size, format, base, tier, provider } = intent;
  const config: VolumeConfig = {
    provider,
    name,
    pool: tier.name,
    dependsOn: [tier.pool],
    capacity: size.toBytes(),
    target: { format: { type: format } },
    ...(base && { backingStore: { path: base.volume.path, format: { type: base.format } } }),
  };
  if (!intent.protectData) {
    const volume = new Volume(scope, "Resource", { ...config, lifecycle: { replaceTriggeredBy: [...tier.triggers] } });
    replaceWhenRedefined(scope, volume);
    return volume;
  }
  const volume = new Volume(scope, "Resource", {
    ...config,
    lifecycle: {
      preventDestroy: true,
      ignoreChanges: ["capacity", "target", "backing_store"],
      replaceTriggeredBy: [...tier.triggers],
    },
  });
  growOrRefuse(scope, volume, intent);
  return volume;
}

function growOrRefuse(scope: Construct, volume: Volume, intent: VolumeIntent): void {
  const { name, size, format, tier, uri, guest, power } = intent;
  const made = reference(volume);
  const bytes = size.toBytes();
  new TerraformData(scope, "Capacity", {
    triggersReplace: { bytes },
    lifecycle: {
      precondition: [
        {
          condition: `\${${made}.capacity <= ${bytes}}`,
          errorMessage:
            `Volume ${name} was made with \${${made}.capacity} bytes, ${bytes} (${size}) are wanted: shrinking it would lose data. ` +
            `To mend: change the size back; with protectData: false the volume is replaced, and its data lost. [${STORAGE_PRACTICES.noShrink.id}]`,
        },
        {
          condition: `\${${made}.target.format.type == "${format}"}`,
          errorMessage:
            `Volume ${name} was made as \${${made}.target.format.type}, ${format} is wanted: that would lose its data. ` +
            `To mend: change the format back, or add a disk and copy; with protectData: false the volume is replaced. [${STORAGE_PRACTICES.dataProtected.id}]`,
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
    // After the guest was started anew, where it is: while it shuts down it takes no new size.
    dependsOn: [volume, power],
  });
}
