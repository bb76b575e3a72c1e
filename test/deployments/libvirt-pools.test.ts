import { execFile } from "node:child_process";
import { readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { Pool } from "@cdktf/provider-libvirt/lib/pool";
import {
  DataSize,
  FileSystemFormat,
  LibvirtSecret,
  Multipath,
  NfsVersion,
  PartitionTable,
  StorageBackend,
  StorageTier,
  TieredStoragePool,
  TunedVm,
} from "virtuned";
import type { Deployment, Program } from "./deployment";
import { LabStorage, TARGET } from "./lab-storage";
import { steps } from "./steps";
import { describeOnLab, type Testbed } from "./testbed";

const execute = promisify(execFile);
const SCHEMA = "/usr/share/libvirt/schemas/storagepool.rng";

const MODULES = "/usr/lib/x86_64-linux-gnu/libvirt/storage-backend";

/** Kinds whose part of libvirt is a package of its own. */
const PARTS: Record<string, string> = { rbd: "rbd", zfs: "zfs", iscsiDirect: "iscsi-direct" };

const AUTH = { username: "libvirt", secret: LibvirtSecret.usage("storage-key") };
const PORTS = { node: "20:00:00:25:b5:aa:00:01", port: "20:00:00:25:b5:bb:00:01", parent: "host5" };

/** One of each kind, as libvirt has to take it. What they are on need not be there. */
const KINDS: Record<string, StorageBackend> = {
  directory: StorageBackend.directory("/srv/vms"),
  fileSystem: StorageBackend.fileSystem("/dev/disk/by-id/nvme-eui.0025388b710116a1", { format: FileSystemFormat.XFS }),
  lvm: StorageBackend.lvm("nvme"),
  disk: StorageBackend.disk("/dev/disk/by-id/wwn-0x5000c500a1b2c3d4", { table: PartitionTable.MSDOS }),
  iscsi: StorageBackend.iscsi("[2001:db8::5]:3261", TARGET, { initiator: "iqn.2004-10.com.example:kvm1", chap: AUTH }),
  iscsiDirect: StorageBackend.iscsiDirect("10.0.0.5", TARGET, {
    initiator: "iqn.2004-10.com.example:kvm1",
    chap: AUTH,
  }),
  fibreChannel: StorageBackend.fibreChannel("host3"),
  virtualPort: StorageBackend.fibreChannel(PORTS),
  multipath: StorageBackend.multipath(Multipath.configured()),
  nfs: StorageBackend.nfs("nas1", "/export/vm", { version: NfsVersion.V4_2, connections: 4 }),
  smb: StorageBackend.smb("nas1", "vms", { credentialsFile: "/etc/virtuned/smb" }),
  gluster: StorageBackend.gluster("gl1", "vms"),
  rbd: StorageBackend.rbd("vms", {
    monitors: ["10.0.0.1", "[2001:db8::1]:6790"],
    auth: { username: "libvirt", secret: LibvirtSecret.uuid("2ec115d7-3a88-3ceb-bc12-0ac909a6fd87") },
  }),
  zfs: StorageBackend.zfs("tank/vms"),
  s3: StorageBackend.s3("iso-images", { endpoint: "https://s3.example.org", passwordFile: "/etc/virtuned/s3" }),
};

function hasPart(kind: string): boolean {
  const part = PARTS[kind];
  try {
    return part === undefined || statSync(`${MODULES}/libvirt_storage_backend_${part}.so`).isFile();
  } catch {
    return false;
  }
}

const DEFINED = Object.keys(KINDS).filter(hasPart);

/** Pools of a tier each. */
function poolsOf(
  bed: Testbed,
  backends: Readonly<Record<string, StorageBackend>>,
  options: { readonly start: boolean; readonly protectData?: boolean },
): Program {
  return (stack) => {
    const platform = bed.platform(stack);
    for (const [id, backend] of Object.entries(backends)) {
      const pool = new TieredStoragePool(stack, id, {
        platform,
        tiers: { archive: StorageTier.on(backend) },
        protectData: options.protectData ?? false,
      });
      if (!options.start) {
        for (const made of pool.node.findAll().filter((child): child is Pool => child instanceof Pool)) {
          made.addOverride("create", { build: false, start: false, autostart: false });
          made.addOverride("destroy", { delete: false });
        }
      }
    }
  };
}

describeOnLab("pools of each kind", (bed) => {
  const step = steps();

  test("libvirt's schema is there to compare with", () => expect(readFileSync(SCHEMA, "utf8")).toContain("poolrbd"));

  describe("defined, not started", () => {
    let deployment: Deployment;

    step("by the provider, and a second plan has nothing to do", async () => {
      deployment = bed.deployment();
      await deployment.synth(
        poolsOf(bed, Object.fromEntries(DEFINED.map((kind) => [kind, KINDS[kind]!])), { start: false }),
      );
      await deployment.apply();
      expect((await deployment.plan()).changes).toEqual([]);
    });

    step("as libvirt's schema has them", async () => {
      for (const kind of DEFINED) {
        const file = join(bed.lab.imagesFolder, `${kind}.xml`);
        writeFileSync(file, await bed.libvirt.virsh("pool-dumpxml", "--inactive", `${kind}-archive`));
        const { stderr } = await execute("xmllint", ["--noout", "--relaxng", SCHEMA, file]);
        expect([kind, stderr.trim()]).toEqual([kind, `${file} validates`]);
      }
    });

    step("with what was asked for", async () => {
      const xml = async (kind: string) => bed.libvirt.virsh("pool-dumpxml", "--inactive", `${kind}-archive`);
      expect(await xml("nfs")).toContain("<fs:option name='nconnect=4'/>");
      expect(await xml("nfs")).toContain("<protocol ver='4.2'/>");
      expect(await xml("fileSystem")).toContain("<fs:option name='noatime'/>");
      expect(await xml("iscsi")).toContain("<host name='2001:db8::5' port='3261'/>");
      expect(await xml("iscsi")).toContain("<secret usage='storage-key'/>");
      expect(await xml("virtualPort")).toContain("managed='yes'");
    });

    step("and gone again", async () => {
      await deployment.destroy();
      expect(await bed.libvirt.everything()).toEqual([]);
    });
  });

  describe("on storage that is there", () => {
    const storage = new LabStorage(bed);
    let deployment: Deployment;
    const mountPath = () => join(bed.lab.imagesFolder, "mounted");
    const fileSystem = (device: string) =>
      StorageBackend.fileSystem(storage.device(device), { format: FileSystemFormat.EXT4, mountPath: mountPath() });
    const backends = (): Record<string, StorageBackend> => ({
      ...(storage.hasLoops && {
        formatted: fileSystem("formatted"),
        blank: StorageBackend.disk(storage.device("blank"), { newTable: true }),
      }),
      ...(storage.hasTarget && {
        target: StorageBackend.iscsiDirect("127.0.0.1", TARGET, { initiator: "iqn.2004-10.com.example:lab" }),
      }),
      folder: StorageBackend.directory(join(bed.lab.imagesFolder, "folder")),
    });
    const stepOnLoops: typeof step = (what, run) =>
      storage.hasLoops ? step(what, run) : test.skip(`${what}: no loop devices, ext4 or parted here`, () => {});
    const stepOnTarget: typeof step = (what, run) =>
      storage.hasTarget ? step(what, run) : test.skip(`${what}: no tgt here`, () => {});

    afterAll(() => storage.remove());

    step("they are started by the provider, and a second plan has nothing to do", async () => {
      await storage.make();
      deployment = bed.deployment();
      await deployment.synth(poolsOf(bed, backends(), { start: true, protectData: true }));
      await deployment.apply();
      expect((await deployment.plan()).changes).toEqual([]);
      for (const id of Object.keys(backends())) {
        const info = await bed.libvirt.virsh("pool-info", `${id}-archive`);
        expect([id, info]).toEqual([id, expect.stringMatching(/State:\s+running/)]);
      }
    });

    stepOnTarget("the LUN of a target is a volume", async () => {
      expect(await bed.libvirt.virsh("vol-list", "target-archive")).toMatch(/unit:0:0:1\s+ip-127.0.0.1:3260-iscsi/);
    });

    stepOnTarget("a guest runs with the LUN, which QEMU reaches by itself", async () => {
      const guest = bed.deployment();
      await guest.synth((stack) => {
        const platform = bed.platform(stack);
        const initiator = "iqn.2004-10.com.example:lab";
        const pool = new TieredStoragePool(stack, "luns", {
          platform,
          tiers: { standard: StorageTier.on(StorageBackend.iscsiDirect("127.0.0.1", TARGET, { initiator })) },
          protectData: false,
        });
        const vm = new TunedVm(stack, "reader", {
          platform,
          vcpus: 1,
          memory: DataSize.mebibytes(128),
          boot: bed.boot(),
        });
        vm.addDisk("lun", { pool, tier: "standard", existingVolume: "unit:0:0:1" });
      });
      await guest.apply();
      expect((await guest.plan()).changes).toEqual([]);
      expect(await bed.libvirt.state("reader")).toBe("running");
      const sessions = await storage.run("tgtadm", "--lld", "iscsi", "--mode", "conn", "--op", "show", "--tid", "1");
      expect(sessions).toContain("Initiator: iqn.2004-10.com.example:lab");
      await guest.destroy();
    });

    stepOnLoops("a file system is mounted as it should be, and another device in its place is refused", async () => {
      await bed.libvirt.virsh("vol-create-as", "formatted-archive", "kept", "1M");
      expect(await storage.run("findmnt", "--noheadings", "--output", "OPTIONS", mountPath())).toContain("noatime");
      await deployment.synth(
        poolsOf(bed, { ...backends(), formatted: fileSystem("blank") }, { start: true, protectData: true }),
      );
      expect(await deployment.refusedPlan()).toContain(
        `storage pool formatted-archive holds data and has source.device[0].path ${storage.device("formatted")}`,
      );
    });

    step("so is storage of another kind", async () => {
      await deployment.synth(
        poolsOf(
          bed,
          { ...backends(), folder: StorageBackend.disk("/dev/disk/by-id/a") },
          { start: true, protectData: true },
        ),
      );
      expect(await deployment.refusedPlan()).toContain(
        "storage pool folder-archive holds data and has type dir; disk is wanted, which would lose the data",
      );
    });

    step("destroyed, they leave what is on the storage", async () => {
      await deployment.synth(poolsOf(bed, backends(), { start: true }));
      await deployment.apply();
      await deployment.destroy();
      expect(await bed.libvirt.everything()).toEqual([]);
      if (storage.hasLoops) {
        expect(await storage.run("debugfs", "-R", "stat kept", storage.device("formatted"))).toContain("Size: 1048576");
        expect(await storage.run("parted", "--script", storage.device("blank"), "print")).toContain(
          "Partition Table: gpt",
        );
      }
    });

    stepOnLoops("a disk with a partition table gets no new one", async () => {
      const pool = (newTable: boolean) => ({ blank: StorageBackend.disk(storage.device("blank"), { newTable }) });
      await deployment.synth(poolsOf(bed, pool(true), { start: true }));
      expect(await deployment.refusedApply()).toContain("already");
      await deployment.synth(poolsOf(bed, pool(false), { start: true }));
      await deployment.apply();
      await deployment.destroy();
    });

    test.each([
      ["a volume group", StorageBackend.lvm("virtuned-none")],
      ["an NFS server", StorageBackend.nfs("127.0.0.1", "/export", { connections: 4 })],
      ["an iSCSI target", StorageBackend.iscsi("127.0.0.1:3299", TARGET)],
    ])(
      "without %s the apply fails, and no pool is left",
      async (_, backend) => {
        const missing = bed.deployment();
        await missing.synth(poolsOf(bed, { missing: backend }, { start: true }));
        expect(await missing.refusedApply()).toContain("Failed to start storage pool");
        expect(await bed.libvirt.everything()).toEqual([]);
      },
      120_000,
    );

    step("nothing is left of it on the machine", async () => {
      expect(await storage.run("findmnt", "--noheadings", "--output", "TARGET")).not.toContain(mountPath());
      await storage.remove();
      expect(await storage.left()).toEqual([]);
    });
  });
});
