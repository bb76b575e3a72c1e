import type { Construct } from "constructs";
import { TerraformData } from "../../cdktf";
import { STORAGE_BACKEND_PRACTICES } from "../../practices";
import type { DataSize, Duration } from "../../units";
import { reference, waitFor } from "./definition";
import type { LibvirtHost } from "./libvirt-host";
import { type HostScript, type HostScripts, onHost, scriptText } from "./on-host";
import type { TierOnHost } from "./tier-writer";

/** Makes a volume with all its space; never takes one that is there, which may hold data. */
const MAKE: HostScript = {
  id: "MakeLogicalVolume",
  commands: `
fail() { echo "$1 [${STORAGE_BACKEND_PRACTICES.wholeLogicalVolumes.id}]" >&2; exit 1; }
on_host pool-refresh "$POOL"
volumes=$(on_host vol-list "$POOL")
if echo "$volumes" | awk '{ print $1 }' | grep -qxF "$VOLUME"; then
  fail "Pool $POOL has a volume $VOLUME already, which may hold data. Name it as existingVolume, or give the disk another id; if it holds nothing, as after an apply that was killed: virsh vol-delete $VOLUME --pool $POOL"
fi
on_host vol-create-as "$POOL" "$VOLUME" "$BYTES"B --allocation "$BYTES"B
made=$(on_host vol-info --bytes --pool "$POOL" "$VOLUME" | sed -n 's/^Capacity: *\\([0-9]*\\) bytes$/\\1/p')
if [ "$made" != "$BYTES" ]; then
  on_host vol-delete --pool "$POOL" "$VOLUME"
  fail "Volume $VOLUME of $BYTES bytes would have $made: volume groups give whole extents. Give the disk that size."
fi
`,
};

/** Removes a volume. LVM removes none that is in use: the machine that is to lose it is shut down before. */
const REMOVE: HostScript = {
  id: "RemoveLogicalVolume",
  commands: `
pools=$(on_host pool-list --all --name)
echo "$pools" | awk '{ print $1 }' | grep -qxF "$POOL" || exit 0
volumes=$(on_host vol-list "$POOL")
echo "$volumes" | awk '{ print $1 }' | grep -qxF "$VOLUME" || exit 0
path=$(on_host vol-path --pool "$POOL" "$VOLUME")
runs() { [ "$(on_host domstate "$GUEST" 2>/dev/null || true)" = running ]; }
if runs && on_host domblklist "$GUEST" | awk '{ print $2 }' | grep -qxF -e "$path" -e "$VOLUME"; then
  # It may be down by now: another volume of it is removed at the same time.
  on_host shutdown "$GUEST" || true
  while runs && [ "$PATIENCE" -gt 0 ]; do
    sleep 1
    PATIENCE=$((PATIENCE - 1))
  done
  ! runs || { echo "Guest $GUEST has volume $VOLUME and does not shut down. Shut it down, and apply again." >&2; exit 1; }
fi
on_host vol-delete --pool "$POOL" "$VOLUME"
`,
};

/** What a script is told of the volume: of the resource that stands for it, since nothing else may be referred to when that is destroyed. */
const VOLUME = { POOL: "${self.triggers_replace.pool}", VOLUME: "${self.triggers_replace.name}" };

export interface LogicalVolumesProps {
  readonly host: LibvirtHost;
  readonly scripts: HostScripts;
}

export interface LogicalVolumeIntent {
  /** Id of the disk, in its stack. */
  readonly id: string;
  readonly name: string;
  readonly tier: Pick<TierOnHost, "name" | "pool">;
  readonly volumeGroup: string;
  readonly size: DataSize;
  readonly guest: string;
  /** How long the guest may take to shut down. */
  readonly patience: Duration;
  readonly protectData: boolean;
}

/** A volume, as others refer to it. */
export interface LogicalVolume {
  /** What to wait for. */
  readonly resource: TerraformData;
  /** Expression of what it was made as: its `name`, `pool` and `volume_group`. */
  readonly made: string;
  /** Expression of the bytes that it was made with. */
  readonly bytes: string;
}

/**
 * The volumes that a program makes on LVM, on one host. The provider asks for volumes with nothing allocated, of which libvirt makes sparse
 * snapshots that are lost once they are full; so virsh makes them.
 *
 * Terraform runs nothing for a block that was taken out of a program. So the volumes that are not protected are instances of this one, which is
 * there without any, too. One that is protected has a resource of its own, with which the volume never goes; its instance moves there and back.
 */
export class LogicalVolumes extends TerraformData {
  readonly #volumes: Record<string, object> = {};
  readonly #moved: { readonly from: string; readonly to: string }[] = [];

  public constructor(
    scope: Construct,
    id: string,
    private readonly props: LogicalVolumesProps,
  ) {
    const { name, uri } = props.host;
    const remove = onHost({
      uri,
      purpose: `remove logical volumes of host ${name}`,
      command: scriptText(REMOVE),
      environment: { ...VOLUME, GUEST: "${self.input.guest}", PATIENCE: "${self.input.patience}" },
    });
    super(scope, id, {
      ...asMade((key) => `\${each.value.${key}}`),
      lifecycle: { ignoreChanges: ["input"] },
      provisioners: [{ ...remove, when: "destroy" }],
    });
    this.addOverride("for_each", this.#volumes);
  }

  public write(scope: Construct, intent: LogicalVolumeIntent): LogicalVolume {
    const { id, tier, protectData } = intent;
    const volume = valuesOf(intent);
    const own = `terraform_data.${id}`;
    const instance = `${reference(this)}["${id}"]`;
    if (!protectData) {
      this.#volumes[id] = volume;
      this.#moved.push({ from: own, to: instance });
      this.provisioners = [this.make(), ...this.provisioners!.slice(-1)];
      waitFor(this, tier.pool);
      return written(this, instance);
    }
    const resource = new TerraformData(scope, "Resource", {
      ...asMade((key) => volume[key]),
      lifecycle: { ignoreChanges: "all" },
      provisioners: [this.make()],
    });
    resource.overrideLogicalId(id);
    this.#moved.push({ from: instance, to: own });
    waitFor(resource, tier.pool);
    return written(resource, own);
  }

  public override toTerraform(): ReturnType<TerraformData["toTerraform"]> {
    return { ...super.toTerraform(), ...(this.#moved.length > 0 && { moved: this.#moved }) };
  }

  private make(): ReturnType<typeof onHost> {
    const { host, scripts } = this.props;
    return onHost({
      uri: host.uri,
      purpose: `make logical volumes on host ${host.name}`,
      command: scripts.command(MAKE),
      environment: { ...VOLUME, BYTES: "${self.input.bytes}" },
    });
  }
}

function valuesOf({ name, tier, volumeGroup, size, guest, patience }: LogicalVolumeIntent) {
  return {
    pool: tier.name,
    name,
    volume_group: volumeGroup,
    bytes: size.toBytes(),
    guest,
    patience: Math.ceil(patience.toSeconds()),
  };
}

/** What stays as it was when the volume was made, and what makes it another volume. */
function asMade(value: (key: keyof ReturnType<typeof valuesOf>) => unknown) {
  return {
    input: { bytes: value("bytes"), guest: value("guest"), patience: value("patience") },
    triggersReplace: { pool: value("pool"), name: value("name"), volume_group: value("volume_group") },
  };
}

function written(resource: TerraformData, address: string): LogicalVolume {
  return { resource, made: `${address}.triggers_replace`, bytes: `${address}.input.bytes` };
}
