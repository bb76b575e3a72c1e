import { mkdirSync, readdirSync, readFileSync, realpathSync, rmdirSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { hasCommand } from "../../lab/requirements";
import { LabStorage } from "./lab-storage";
import type { Testbed } from "./testbed";

/**
 * What stands in for the tools of LVM in a lab, since few kernels that tests run on have device-mapper: libvirt and what it asks them for are
 * real, a volume is a loop device. Like LVM it gives whole extents and removes no device that is open; a snapshot it does not make.
 */
const TOOLS = `#!/bin/sh
set -eu
echo "\${0##*/} $*" >> "$FOLDER/calls"
case \${0##*/} in
pvs) echo "  /dev/sda $GROUP";;
vgs) echo "1073741824:536870912";;
lvs)
  for file in "$FOLDER"/volumes/*; do
    [ -e "$file" ] || continue
    size=$(stat -c %s "$file")
    echo "  \${file##*/}##uuid-\${file##*/}#/dev/sda(0)#linear#1#$size#4194304#$size#-wi-a-----"
  done;;
lvcreate)
  case "$*" in *snapshot*) echo "no snapshots here" >&2; exit 5;; esac
  name=$2
  kibibytes=\${4%K}
  file=$FOLDER/volumes/$name
  [ ! -e "$file" ] || { echo "Logical volume $name already exists" >&2; exit 5; }
  truncate -s $(((kibibytes + 4095) / 4096 * 4))M "$file"
  ln -s "$(losetup --find --show "$file")" "/dev/$GROUP/$name";;
lvremove)
  device=$(readlink "$2")
  if ls -l /proc/[0-9]*/fd 2>/dev/null | grep -q " $device$"; then
    echo "Logical volume $2 in use." >&2
    exit 5
  fi
  losetup --detach "$device"
  rm "$2" "$FOLDER/volumes/\${2##*/}";;
esac
`;

/** A volume group of a lab, which has stand-ins for LVM where its libvirt runs and nowhere else. */
export class LabVolumeGroup {
  public readonly isPossible: boolean;
  public readonly name = `virtuned-${process.pid}`;
  readonly #storage: LabStorage;

  public constructor(private readonly bed: Testbed) {
    this.#storage = new LabStorage(bed);
    this.isPossible = this.#storage.hasLoops && hasCommand("lvm");
  }

  private get folder(): string {
    return join(this.bed.lab.imagesFolder, "lvm");
  }

  /** What libvirt has asked for since the last time. */
  public calls(): string[] {
    const file = join(this.folder, "calls");
    const calls = readFileSync(file, "utf8").trim().split("\n");
    writeFileSync(file, "");
    return calls.filter((call) => /^lv(create|remove)/.test(call));
  }

  public volumes(): string[] {
    return readdirSync(join(this.folder, "volumes")).sort();
  }

  public async make(): Promise<void> {
    mkdirSync(join(this.folder, "volumes"), { recursive: true });
    writeFileSync(join(this.folder, "calls"), "");
    const tools = join(this.folder, "tools");
    const [shebang, ...rest] = TOOLS.split("\n");
    writeFileSync(tools, [shebang, `FOLDER=${this.folder} GROUP=${this.name}`, ...rest].join("\n"), { mode: 0o755 });
    mkdirSync(`/dev/${this.name}`);
    // All of LVM's tools are links to one file.
    const mounts = `mount --bind ${tools} ${realpathSync("/sbin/lvm")}; mount -t tmpfs tmpfs /dev/${this.name}`;
    await this.#storage.run("sh", "-euc", mounts);
  }

  /** As `lvextend` does. */
  public async extend(volume: string, mebibytes: number): Promise<void> {
    truncateSync(join(this.folder, "volumes", volume), mebibytes * 1024 ** 2);
    await this.#storage.run("sh", "-euc", `losetup --set-capacity $(readlink /dev/${this.name}/${volume})`);
  }

  public async remove(): Promise<void> {
    const detach = `for volume in /dev/${this.name}/*; do [ ! -e "$volume" ] || losetup --detach "$(readlink "$volume")"; done`;
    await this.#storage.run("sh", "-euc", `${detach}; umount /dev/${this.name}`);
    rmdirSync(`/dev/${this.name}`);
  }
}
