import {
  DataSize,
  FileSystemFormat,
  LogicalVolume,
  LvmCacheMode,
  StorageBackend,
  StorageConnection,
  StorageTier,
  ZfsCompression,
} from "virtuned";
import { LibvirtProgram } from "../support/libvirt";
import { canBootHosts, LabHost } from "./lab-host";
import { steps } from "./steps";

const TARGET = "iqn.2004-10.com.example:disks";
const CALLS = "/run/calls";

/** Commands that this machine has no storage for. Each writes down how it is called; what it is asked for is there from then on. */
const COMMANDS: Record<string, string> = {
  lvs: 'for last; do :; done; [ -e /run/made/${last##*/} ] || exit 5; case "$*" in *segtype*) cat /run/made/${last##*/};; esac',
  lvcreate: 'while [ "$1" != --name ]; do shift; done; echo linear > "/run/made/$2"',
  lvconvert: "for last; do :; done; echo cache > /run/made/${last##*/}",
  blkid: "[ -e /run/made/format ] || exit 2",
  "mkfs.xfs": "touch /run/made/format",
  zfs: "",
  // The session is there already.
  iscsiadm: 'case "$*" in *--login) exit 15;; esac',
  udevadm: "",
  mount: "touch /run/made/mount",
  mountpoint: "[ -e /run/made/mount ]",
};

const BACKENDS: Record<string, StorageBackend> = {
  volume: StorageBackend.fileSystem(
    LogicalVolume.cached({
      volumeGroup: "disks",
      name: "vms",
      size: DataSize.tebibytes(1),
      slowDevice: "/dev/disk/by-id/slow",
      fastDevice: "/dev/disk/by-id/fast",
      cacheSize: DataSize.gibibytes(100),
      mode: LvmCacheMode.WRITE_BACK,
    }),
    { format: FileSystemFormat.XFS },
  ),
  zfs: StorageBackend.zfs("tank/vms", { compression: ZfsCompression.LZ4 }),
  iscsi: StorageBackend.lvm("remote", {
    over: StorageConnection.iscsi({ target: TARGET, portals: ["[2001:db8::5]:3261"] }),
  }),
  smb: StorageBackend.smb("nas1", "vms", { credentialsFile: "/etc/virtuned/my credentials" }),
};

(canBootHosts() ? describe : describe.skip)("storage services on a host", () => {
  const step = steps();
  const program = new LibvirtProgram();
  for (const [id, backend] of Object.entries(BACKENDS)) {
    program.pool(id, { tiers: { standard: StorageTier.on(backend) } });
  }
  const { files } = program.platform.hostFiles(program.hosts[0]);
  const iscsi = `iscsiadm --mode node --targetname ${TARGET} --portal [2001:db8::5]:3261`;
  let host: LabHost;

  async function calls(name: string): Promise<string[]> {
    const lines = (await host.run("cat", CALLS)).split("\n");
    return lines.filter((line) => line.startsWith(`${name} `) || line === name);
  }

  beforeAll(async () => {
    host = await LabHost.alone(`storage-${process.pid}`);
    await host.shell("mkdir -p /run/made");
    for (const [name, does] of Object.entries(COMMANDS)) {
      const path = `/usr/local/sbin/${name}`;
      const text = `#!/bin/sh\necho "${name}$(printf ' %s' "$@")" >> ${CALLS}\n${does}\n`;
      await host.run("sh", "-euc", 'printf "%s" "$1" > "$0"; chmod 755 "$0"', path, text);
    }
  }, 120_000);

  afterAll(() => host?.stop(), 60_000);

  step("systemd runs their commands as they are meant", async () => {
    await host.apply(files);
    expect(await calls("lvcreate")).toEqual([
      "lvcreate --size 1048576m --name vms disks /dev/disk/by-id/slow",
      "lvcreate --size 102400m --name vms_cache disks /dev/disk/by-id/fast",
    ]);
    expect(await calls("lvconvert")).toEqual([
      "lvconvert --yes --type cache --cachevol vms_cache --cachemode writeback disks/vms",
    ]);
    expect(await calls("mkfs.xfs")).toEqual(["mkfs.xfs -K /dev/disks/vms"]);
    expect(await calls("zfs")).toEqual(["zfs set compression=lz4 tank/vms"]);
    expect(await calls("iscsiadm")).toEqual([`${iscsi} --op new`, `${iscsi} --login`]);
    expect(await calls("mount")).toEqual([
      "mount -t cifs //nas1/vms /var/lib/libvirt/smb/nas1/vms -o " +
        "credentials=/etc/virtuned/my credentials,vers=3.1.1,hard,gid=kvm,file_mode=0660,dir_mode=0770,nodev,nosuid,noexec",
    ]);
  });

  step("started anew, they make and mount nothing that is there", async () => {
    await host.shell(`: > ${CALLS}`);
    await host.apply(files);
    for (const command of ["lvcreate", "lvconvert", "mkfs.xfs", "mount"]) {
      expect(await calls(command)).toEqual([]);
    }
    expect(await calls("iscsiadm")).toHaveLength(2);
  });
});
