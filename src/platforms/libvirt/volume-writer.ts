import { Volume, type VolumeConfig } from "@cdktf/provider-libvirt/lib/volume";
import type { Construct } from "constructs";
import { TerraformData, type TerraformResource, TerraformStack } from "../../cdktf";
import type { ImageFormat } from "../../constructs/compute/image-format";
import { STORAGE_PRACTICES } from "../../practices";
import type { DataSize } from "../../units";
import type { VmIntent } from "../platform";
import { ProtectedData } from "../protected-data";
import type { Capacity } from "./capacity";
import { fingerprint, reference, waitFor } from "./definition";
import { checkMakesVolumes } from "./disk-source";
import type { LogicalVolumes } from "./logical-volumes";
import type { TierOnHost } from "./tier-writer";
import { UNFILLED } from "./volume-content";
import { targetOf } from "./volume-options";

export interface VolumeIntent {
  readonly name: string;
  readonly size: DataSize;
  readonly format: ImageFormat;
  /** Image that it is a copy-on-write overlay of. */
  readonly base?: { readonly volume: Volume; readonly format: ImageFormat };
  /** What it is going to be a copy of, in words. Until it is filled it has the size `UNFILLED`. */
  readonly copyOf?: string;
  readonly tier: TierOnHost;
  readonly provider: VolumeConfig["provider"];
  readonly protectData: boolean;
}

/**
 * Writes the volumes of a machine, of which the provider can change nothing.
 *
 * "Definition" says what they are. Where a volume holds data, a plan that would change that is refused; else the volume is replaced. It says the
 * same in both cases, so that protection can be given and lifted without anything else.
 */
export class VolumeWriter {
  readonly #definitions: Record<string, unknown> = {};
  readonly #refusals: { condition: string; errorMessage: string }[] = [];
  #definition?: TerraformData;

  public constructor(
    private readonly scope: Construct,
    private readonly capacity: Capacity,
  ) {}

  /** What starts the machine. */
  public get power(): TerraformData {
    return this.capacity.power;
  }

  public write(scope: Construct, intent: VolumeIntent): Volume {
    const { name, size, format, base, copyOf, tier, provider, protectData } = intent;
    checkMakesVolumes(scope.node.path, tier.backend);
    const volume = new Volume(scope, "Resource", {
      provider,
      name,
      pool: tier.name,
      capacity: copyOf === undefined ? size.toBytes() : UNFILLED,
      target: targetOf(tier.defaults, format),
      ...(base && { backingStore: { path: `\${${reference(base.volume)}.path}`, format: { type: base.format } } }),
    });
    waitFor(volume, tier.pool);
    const written = fingerprint(volume, ["capacity"]);
    const definition = this.define(
      volume.friendlyUniqueId,
      copyOf === undefined ? written : { definition: written, copyOf },
    );
    if (protectData) {
      this.#refusals.push(...refusals(reference(volume), intent));
    } else {
      // Not before the pool: were that to fail, the change would be taken for done.
      waitFor(definition, tier.pool);
    }
    volume.lifecycle = protectData
      ? {
          preventDestroy: true,
          ignoreChanges: ["name", "pool", "capacity", "target", "backing_store"],
          replaceTriggeredBy: [...tier.triggers],
        }
      : {
          ignoreChanges: ["capacity"],
          // Not by index: Terraform takes no notice of that.
          replaceTriggeredBy: [...tier.triggers, `${reference(definition)}.input.${volume.friendlyUniqueId}`],
        };
    ProtectedData.of(scope).add(volume, `volume ${name} of pool ${tier.name}`, tier.host.name, protectData);
    this.capacity.add(volume, `${reference(volume)}.capacity`, name, tier, size);
    return volume;
  }

  /** Writes a volume on LVM. */
  public writeLogical(
    scope: Construct,
    { name, size, tier, protectData }: VolumeIntent,
    volumeGroup: string,
    volumes: LogicalVolumes,
    { name: guest, shutdownTimeout: patience }: VmIntent,
  ): TerraformResource {
    const id = TerraformStack.of(scope).getLogicalId(scope.node);
    const volume = volumes.write(scope, { id, name, tier, volumeGroup, size, guest, patience, protectData });
    this.define(id, { name, pool: tier.name, volumeGroup });
    if (protectData) {
      this.#refusals.push(...refusals(volume.made, { name, tier }), {
        condition: `\${${volume.made}.volume_group == "${volumeGroup}"}`,
        errorMessage:
          `Volume ${name} is in volume group \${${volume.made}.volume_group} and is to be in ${volumeGroup}: it would be made anew there, without ` +
          "its data. To mend: give the tier its volume group back; to move the data add a disk there and copy; " +
          `with protectData: false the volume is replaced. [${STORAGE_PRACTICES.dataProtected.id}]`,
      });
    }
    ProtectedData.of(scope).add(
      `terraform_data.${id}`,
      `volume ${name} of pool ${tier.name}`,
      tier.host.name,
      protectData,
    );
    this.capacity.add(volume.resource, volume.bytes, name, tier, size);
    return volume.resource;
  }

  private define(id: string, definition: unknown): TerraformData {
    this.#definition ??= new TerraformData(this.scope, "Definition", {
      input: this.#definitions,
      lifecycle: { precondition: this.#refusals },
    });
    this.#definitions[id] = definition;
    return this.#definition;
  }
}

/** What a plan is refused for while a volume holds data. */
function refusals(
  made: string,
  { name, base, tier }: Pick<VolumeIntent, "name" | "base" | "tier">,
): { condition: string; errorMessage: string }[] {
  return [
    {
      // The format is a part of the name.
      condition: `\${${made}.name == "${name}"}`,
      errorMessage:
        `Volume \${${made}.name} is to become ${name}: that would lose its data. ` +
        "To mend: change the format, or the name of machine or disk, back, or add a disk and copy; " +
        `with protectData: false the volume is replaced. [${STORAGE_PRACTICES.dataProtected.id}]`,
    },
    {
      condition: `\${${made}.pool == "${tier.name}"}`,
      errorMessage:
        `Volume ${name} is in pool \${${made}.pool} and is to be in ${tier.name}: it would be made anew there, without its data. ` +
        "To mend: give back its tier, or name the backend that it is on as `backend`; to move the data add a disk there and copy; " +
        `with protectData: false the volume is replaced. [${STORAGE_PRACTICES.dataProtected.id}]`,
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
