import type { Construct } from "constructs";
import { TerraformData, type TerraformResource } from "../../cdktf";
import { STORAGE_PRACTICES } from "../../practices";
import type { DataSize } from "../../units";
import { waitFor } from "./definition";
import { type HostScript, type HostScripts, onHost } from "./on-host";
import type { TierOnHost } from "./tier-writer";

/**
 * Grows volumes to the bytes wanted, through the guest where it runs; where libvirt can't, tells the guest that its host has.
 * Refuses to shrink: Terraform's state keeps the size of the beginning.
 */
const GROW: HostScript = {
  id: "Grow",
  commands: `
grow() {
  size=$1 pool=$2 volume=$3 grown_by=host
  [ $# = 4 ] || grown_by=libvirt
  [ "$grown_by" = libvirt ] || on_host pool-refresh "$pool"
  now=$(on_host vol-info --bytes --pool "$pool" "$volume" | sed -n 's/^Capacity: *\\([0-9]*\\) bytes$/\\1/p')
  if [ "$now" -gt "$size" ]; then
    echo "Volume $volume of pool $pool has $now bytes, $size are wanted: shrinking it would lose data. Change the size back." >&2
    exit 1
  fi
  if [ "$now" -lt "$size" ] && [ "$grown_by" != libvirt ]; then
    echo "Volume $volume of pool $pool has $now bytes, $size are wanted, and libvirt can't grow it. Grow it on the host, with lvextend or zfs set volsize, and apply again." >&2
    exit 1
  fi
  if [ "$now" -lt "$size" ] || [ "$grown_by" != libvirt ]; then
    if [ "$(on_host domstate "$GUEST" 2>/dev/null || true)" = running ]; then
      on_host blockresize "$GUEST" "$(on_host vol-path --pool "$pool" "$volume")" "$size"B
      on_host pool-refresh "$pool"
    elif [ "$grown_by" = libvirt ]; then
      on_host vol-resize --pool "$pool" "$volume" "$size"B
    fi
  fi
}
for wanted in $VOLUMES; do
  grow $(echo "$wanted" | tr : ' ')
done
`,
};

/** The sizes of a machine's volumes: grows those that are to be larger, and refuses plans that would make one smaller. */
export class Capacity {
  readonly #bytes: Record<string, number> = {};
  readonly #refusals: { condition: string; errorMessage: string }[] = [];
  readonly #environment: { VOLUMES: string; GUEST: string };
  #resource?: TerraformData;

  public constructor(
    private readonly scope: Construct,
    private readonly scripts: HostScripts,
    private readonly uri: string,
    guest: string,
    public readonly power: TerraformData,
  ) {
    this.#environment = { GUEST: guest, VOLUMES: "" };
  }

  /**
   * @param made expression of the bytes that it was made with
   * @param name of the volume: letters, digits, `.`, `_` and `-` only, as that of the pool
   */
  public add(
    volume: TerraformResource,
    made: string,
    name: string,
    { name: pool, backend }: Pick<TierOnHost, "name" | "backend">,
    size: DataSize,
  ): void {
    const bytes = size.toBytes();
    this.#bytes[name] = bytes;
    this.#refusals.push({
      condition: `\${${made} <= ${bytes}}`,
      errorMessage:
        `Volume ${name} was made with \${${made}} bytes, ${bytes} (${size}) are wanted: shrinking it would lose data. ` +
        `To mend: change the size back, or give the disk another id for a new volume. [${STORAGE_PRACTICES.noShrink.id}]`,
    });
    this.#environment.VOLUMES += `${this.#environment.VOLUMES && " "}${bytes}:${pool}:${name}${backend.growsVolumes ? "" : ":host"}`;
    // After the guest was started anew, where it is: while it shuts down it takes no new size.
    this.#resource ??= this.write();
    waitFor(this.#resource, volume, this.power);
  }

  private write(): TerraformData {
    const step = onHost({
      uri: this.uri,
      purpose: `grow volumes of ${this.#environment.GUEST}`,
      command: this.scripts.command(GROW),
    });
    return new TerraformData(this.scope, "Capacity", {
      triggersReplace: this.#bytes,
      lifecycle: { precondition: this.#refusals },
      provisioners: [{ ...step, environment: Object.assign(this.#environment, step.environment) }],
    });
  }
}
