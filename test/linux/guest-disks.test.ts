import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type GuestDiskSetup, guestDiskScript } from "../../src/linux";
import { newFolder } from "../support/folders";

const DATA: GuestDiskSetup = {
  byId: "virtio-data",
  idSerial: "data",
  queue: { scheduler: "none", read_ahead_kb: 16 },
  mount: { path: "/mnt/data", fileSystem: "ext4", options: ["noatime", "nofail", "x-systemd.growfs"] },
  trimWeekly: true,
};
const BARE: GuestDiskSetup = {
  byId: "virtio-redo",
  idSerial: "redo",
  queue: { scheduler: "mq-deadline", nr_requests: 64, rotational: 0 },
  trimWeekly: false,
};

function reasonAgainst(): string | undefined {
  try {
    execFileSync("unshare", ["--mount", "sh", "-c", "losetup --find && command -v mkfs.ext4 blkid udevadm"], {
      stdio: "pipe",
    });
    return undefined;
  } catch {
    return "needs root, loop devices, mkfs.ext4, blkid and udevadm";
  }
}

const reason = reasonAgainst();

(reason === undefined ? describe : describe.skip)(
  `the script that sets a guest's disks up${reason ? ` (${reason})` : ""}`,
  () => {
    /**
     * Runs commands where /etc and /dev are a guest's: changes of them are seen in a folder.
     * Programs that would speak to the system are written down instead.
     */
    class Guest {
      readonly folder = newFolder();

      public constructor(private readonly image: (file: string) => void = () => {}) {
        for (const name of ["etc", "work", "mnt", "bin", "by-id"]) {
          mkdirSync(join(this.folder, name));
        }
        for (const program of ["systemctl", "udevadm"]) {
          writeFileSync(join(this.folder, "bin", program), `#!/bin/sh\necho ${program} "$@" >> ${this.folder}/said\n`, {
            mode: 0o755,
          });
        }
        writeFileSync(join(this.folder, "said"), "");
        writeFileSync(join(this.folder, "etc", "fstab"), "/dev/vda1 / ext4 defaults 0 1\n");
        const disk = join(this.folder, "disk");
        writeFileSync(disk, Buffer.alloc(8 * 1024 ** 2));
        this.image(disk);
      }

      /** @returns what was said on standard error, and what blkid finds on the disk then */
      public start(disks: readonly GuestDiskSetup[]): { readonly errors: string; readonly on: string } {
        writeFileSync(join(this.folder, "script"), guestDiskScript(disks));
        const { folder } = this;
        const around = `
        set -e
        mount -t tmpfs none ${folder}/work
        cp -r ${folder}/etc ${folder}/work/upper
        mkdir ${folder}/work/work
        mount -t overlay none -o lowerdir=/etc,upperdir=${folder}/work/upper,workdir=${folder}/work/work /etc
        mkdir -p /etc/udev/rules.d
        mount -t tmpfs none /mnt
        loop=$(losetup --find --show ${folder}/disk)
        mount --bind /dev ${folder}/mnt
        mount -t tmpfs none /dev
        mkdir -p /dev/disk/by-id
        for node in null zero; do cp -a ${folder}/mnt/$node /dev/; done
        cp -a ${folder}/mnt/$(basename $loop) /dev/
        ln -s $loop /dev/disk/by-id/virtio-data
        PATH=${folder}/bin:$PATH sh ${folder}/script 2> ${folder}/errors || true
        blkid -p -o value -s TYPE $loop > ${folder}/on || true
        losetup --detach $loop
        cp /etc/fstab /etc/udev/rules.d/90-virtuned-disks.rules ${folder}/
        cp /etc/fstab ${folder}/etc/fstab
        ls /mnt > ${folder}/mounted`;
        execFileSync("unshare", ["--mount", "--propagation", "private", "sh", "-c", around], { stdio: "pipe" });
        return { errors: this.read("errors"), on: this.read("on").trim() };
      }

      public read(file: string): string {
        return readFileSync(join(this.folder, file), "utf8");
      }
    }

    test("formats an empty disk, mounts it, and sets queues", () => {
      const guest = new Guest();
      expect(guest.start([DATA, BARE])).toEqual({ errors: "", on: "ext4" });
      expect(guest.read("fstab")).toBe(
        "/dev/vda1 / ext4 defaults 0 1\n/dev/disk/by-id/virtio-data /mnt/data ext4 noatime,nofail,x-systemd.growfs,x-virtuned 0 2\n",
      );
      expect(guest.read("mounted")).toBe("data\n");
      expect(guest.read("90-virtuned-disks.rules").split("\n").slice(1)).toEqual([
        'ACTION!="remove", SUBSYSTEM=="block", ENV{DEVTYPE}=="disk", ENV{ID_SERIAL}=="data", ATTR{queue/scheduler}="none", ATTR{queue/read_ahead_kb}="16"',
        'ACTION!="remove", SUBSYSTEM=="block", ENV{DEVTYPE}=="disk", ENV{ID_SERIAL}=="redo", ATTR{queue/scheduler}="mq-deadline", ATTR{queue/nr_requests}="64", ATTR{queue/rotational}="0"',
        "",
      ]);
      expect(guest.read("said").split("\n")).toEqual(
        expect.arrayContaining([
          "udevadm control --reload",
          "udevadm trigger --action=change --subsystem-match=block",
          "systemctl daemon-reload",
          "systemctl start mnt-data.mount",
          "systemctl enable fstrim.timer",
        ]),
      );
    });

    test("leaves a disk alone that holds anything, also after the machine was made anew", () => {
      const withExt4 = new Guest((disk) =>
        execFileSync("mkfs.ext4", ["-q", "-U", "11111111-2222-3333-4444-555555555555", disk]),
      );
      const before = readFileSync(join(withExt4.folder, "disk"));
      expect(withExt4.start([DATA])).toEqual({ errors: "", on: "ext4" });
      expect(readFileSync(join(withExt4.folder, "disk")).equals(before)).toBe(true);

      const otherFileSystem = new Guest((disk) => execFileSync("mkfs.ext4", ["-q", disk]));
      expect(otherFileSystem.start([{ ...DATA, mount: { ...DATA.mount!, fileSystem: "xfs" } }]).on).toBe("ext4");

      const unknown = new Guest((disk) =>
        writeFileSync(disk, Buffer.concat([Buffer.alloc(700_000), Buffer.from("pages"), Buffer.alloc(7 * 1024 ** 2)])),
      );
      const contents = readFileSync(join(unknown.folder, "disk"));
      expect(unknown.start([DATA])).toEqual({
        errors: "virtuned: /dev/disk/by-id/virtio-data holds something unknown and is not formatted\n",
        on: "",
      });
      expect(readFileSync(join(unknown.folder, "disk")).equals(contents)).toBe(true);
    });

    test("follows the program at the next start: what it does not say any more goes, lines of others stay", () => {
      const guest = new Guest();
      guest.start([DATA]);
      expect(guest.start([{ ...DATA, mount: { ...DATA.mount!, path: "/mnt/other" } }]).on).toBe("ext4");
      expect(guest.read("fstab")).toBe(
        "/dev/vda1 / ext4 defaults 0 1\n/dev/disk/by-id/virtio-data /mnt/other ext4 noatime,nofail,x-systemd.growfs,x-virtuned 0 2\n",
      );
      guest.start([BARE]);
      expect(guest.read("fstab")).toBe("/dev/vda1 / ext4 defaults 0 1\n");
    });

    test("says that a disk is not there, and goes on", () => {
      const guest = new Guest();
      expect(guest.start([{ ...DATA, byId: "virtio-absent" }, DATA])).toEqual({
        errors: "virtuned: there is no disk /dev/disk/by-id/virtio-absent\n",
        on: "ext4",
      });
    });

    test("is followed by udev itself", () => {
      const guest = new Guest();
      writeFileSync(join(guest.folder, "script"), guestDiskScript([{ ...DATA, queue: { read_ahead_kb: 64 } }]));
      const { folder } = guest;
      const said = execFileSync(
        "unshare",
        [
          "--mount",
          "--propagation",
          "private",
          "sh",
          "-c",
          `set -e
        mount -t tmpfs none /mnt
        mkdir -p /mnt/rules /mnt/none /mnt/upper /mnt/work
        mount -t overlay none -o lowerdir=/etc,upperdir=/mnt/upper,workdir=/mnt/work /etc
        mkdir -p /etc/udev/rules.d
        PATH=${folder}/bin:$PATH sh ${folder}/script 2> /dev/null || true
        loop=$(losetup --find --show ${folder}/disk)
        trap "losetup --detach $loop" EXIT
        echo "KERNEL==\\"$(basename $loop)\\", ENV{ID_SERIAL}=\\"data\\"" > /etc/udev/rules.d/10-serial.rules
        udevadm test --action=change /sys/block/$(basename $loop) 2>&1 | grep -E "virtuned|nvalid|nknown" || true
        cat /sys/block/$(basename $loop)/queue/read_ahead_kb`,
        ],
        { encoding: "utf8" },
      );
      expect(said).toMatch(/90-virtuned-disks\.rules/);
      expect(said).not.toMatch(/90-virtuned-disks\.rules.*([Ii]nvalid|[Uu]nknown)/);
      expect(said.trim().split("\n").at(-1)).toBe("64");
    });
  },
);
