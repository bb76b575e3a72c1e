import { NOTICE } from "./host-file";
import { shellWord } from "./quote";

/** A disk as its guest sees it. */
export interface GuestDiskSetup {
  /** Below `/dev/disk/by-id/`. */
  readonly byId: string;
  /** What udev knows it by: `ID_SERIAL`. */
  readonly idSerial: string;
  /** What is written to attributes below `/sys/block/.../queue/`, in this order. */
  readonly queue: Readonly<Record<string, string | number>>;
  readonly mount?: {
    readonly path: string;
    readonly fileSystem: string;
    readonly options: readonly string[];
  };
  /** Whether space that its file system does not use is given back once a week. */
  readonly trimWeekly: boolean;
}

const RULES = "/etc/udev/rules.d/90-virtuned-disks.rules";

/** What is in fstab's line of a disk that is mounted here; mount takes no notice of it. */
const MARK = "x-virtuned";

/** Rules of udev that set the disks' queues. Names and values hold letters, digits, `.`, `_` and `-` only. */
function diskRules(disks: readonly GuestDiskSetup[]): string {
  const rules = disks.map(({ idSerial, queue }) =>
    [
      'ACTION!="remove", SUBSYSTEM=="block", ENV{DEVTYPE}=="disk"',
      `ENV{ID_SERIAL}=="${idSerial}"`,
      ...Object.entries(queue).map(([attribute, value]) => `ATTR{queue/${attribute}}="${value}"`),
    ].join(", "),
  );
  return `${NOTICE}${rules.map((rule) => `${rule}\n`).join("")}`;
}

/** Lines of fstab. */
function diskMounts(disks: readonly GuestDiskSetup[]): readonly string[] {
  return disks.flatMap(({ byId, mount }) =>
    mount === undefined
      ? []
      : [`/dev/disk/by-id/${byId} ${mount.path} ${mount.fileSystem} ${[...mount.options, MARK].join(",")} 0 2`],
  );
}

/**
 * A script that sets a guest's disks up, at each of its starts: what the program does not say any more goes, what it says anew comes.
 *
 * It makes file systems itself. cloud-init's `fs_setup` and `mounts` do their work once for an instance: a disk that is added later would get nothing, and
 * a machine that is made anew beside disks that stay would be a first time, with whatever holds no signature taken for empty.
 */
export function guestDiskScript(disks: readonly GuestDiskSetup[]): string {
  const mounts = diskMounts(disks);
  const mounted = disks.flatMap(({ byId, mount }) => (mount === undefined ? [] : [{ byId, ...mount }]));
  return `
umask 022
rules=${RULES}
printf %s ${shellWord(diskRules(disks))} > $rules.new && mv $rules.new $rules
udevadm control --reload
udevadm trigger --action=change --subsystem-match=block
udevadm settle --timeout=30
format() {
  if ! [ -b "$1" ]; then
    echo "virtuned: there is no disk $1" >&2
    return
  fi
  signature=0
  blkid -p "$1" > /dev/null 2>&1 || signature=$?
  if [ $signature -eq 2 ] && head -c 1048576 "$1" | cmp -s -n 1048576 - /dev/zero; then
    "mkfs.$2" -q "$1"
    udevadm settle --timeout=30
  elif [ $signature -eq 2 ]; then
    echo "virtuned: $1 holds something unknown and is not formatted" >&2
  fi
}
${mounted.map(({ byId, fileSystem }) => `format ${shellWord(`/dev/disk/by-id/${byId}`)} ${fileSystem}\n`).join("")}
sed '/[, ]${MARK}[, ]/d' /etc/fstab > /etc/fstab.virtuned
printf %s ${shellWord(mounts.map((line) => `${line}\n`).join(""))} >> /etc/fstab.virtuned
cmp -s /etc/fstab.virtuned /etc/fstab || cat /etc/fstab.virtuned > /etc/fstab
rm /etc/fstab.virtuned
systemctl daemon-reload
${mounted.map(({ path }) => `mkdir -p ${path} && systemctl start "$(systemd-escape --path --suffix=mount ${path})"\n`).join("")}
${disks.some(({ trimWeekly }) => trimWeekly) ? "systemctl enable fstrim.timer\nsystemctl start --no-block fstrim.timer\n" : ""}`
    .replace(/\n{2,}/g, "\n")
    .trimStart();
}
