import { execFileSync, spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import {
  DataSize,
  Duration,
  FileSystemFormat,
  LibvirtSecret,
  LogicalVolume,
  LvmCacheMode,
  Multipath,
  NoPath,
  PathGrouping,
  PathSelector,
  StorageBackend,
  StorageConnection,
  StorageTier,
  type TunedVmDiskProps,
  ZfsCompression,
} from "virtuned";
import { SshAccess } from "virtuned/libvirt";
import { hasCommand } from "../../../lab/requirements";
import { newFolder } from "../../support/folders";
import { LibvirtProgram } from "../../support/libvirt";
import { complaintsOfSystemd, noNetworkd } from "../../support/networkd";
import { warningsOf } from "../../support/synthesis";

const NQN = "nqn.2014-08.org.nvmexpress:uuid:f81d4fae-7dec-11d0-a765-00a0c91e6bf6";
const TARGET = "iqn.2004-10.com.example:disks";
const XFS = { format: FileSystemFormat.XFS };
const NVME = StorageConnection.nvmeTcp({
  subsystem: NQN,
  portals: ["10.0.0.5", "[2001:db8::5]:4421"],
  lossTimeout: Duration.minutes(30),
  ioQueues: 8,
});
const ISCSI = StorageConnection.iscsi({ target: TARGET, portals: ["10.0.0.5", "10.0.1.5:3261"] });
const THIN = LogicalVolume.thin({
  volumeGroup: "nvme",
  name: "vms",
  size: DataSize.tebibytes(2),
  poolSize: DataSize.tebibytes(1),
});
const CACHED = {
  volumeGroup: "disks",
  name: "vms",
  size: DataSize.tebibytes(8),
  slowDevice: "/dev/sda",
  fastDevice: "/dev/nvme0n1",
  cacheSize: DataSize.gibibytes(400),
};
const VDO = LogicalVolume.vdo({
  volumeGroup: "disks",
  name: "backups",
  size: DataSize.tebibytes(10),
  physicalSize: DataSize.tebibytes(2),
  compression: false,
});

/** A program with a tier on a backend. */
function on(backend: StorageBackend, protectData = true): LibvirtProgram {
  const program = new LibvirtProgram();
  program.pool("storage", { tiers: { archive: StorageTier.on(backend) }, protectData });
  return program;
}

function filesOf(backend: StorageBackend): Record<string, string> {
  const { platform, hosts } = on(backend);
  return Object.fromEntries(platform.hostFiles(hosts[0]).files.map(({ path, content }) => [path, content]));
}

/** Shell commands of the only service, or of that whose name has a part in it. */
function commandsOf(backend: StorageBackend, part = ""): string[] {
  const found = Object.entries(filesOf(backend)).filter(([path]) => path.includes(".service") && path.includes(part));
  expect(found).toHaveLength(1);
  return [...found[0]![1].matchAll(/^ExecStart=-?\/bin\/sh -euc (.*)$/gm)].map(([, command]) =>
    command!
      .replace(/^"(.*)"$/, "$1")
      .replaceAll('\\"', '"')
      .replaceAll("$$", "$"),
  );
}

const WITH_FILES: Record<string, StorageBackend> = {
  nvmeTcp: StorageBackend.lvm("remote", { over: NVME }),
  nvmeRdma: StorageBackend.lvm("remote", {
    over: StorageConnection.nvmeRdma({
      subsystem: NQN,
      portals: ["10.0.0.5"],
      hostNqn: "nqn.2026-01.org.example:kvm1",
    }),
  }),
  nvmeFibreChannel: StorageBackend.lvm("remote", {
    over: StorageConnection.nvmeFibreChannel({
      subsystem: NQN,
      paths: [
        {
          hostNode: "20:00:00:25:b5:aa:00:01",
          hostPort: "20:00:00:25:b5:bb:00:01",
          targetNode: "2000d039ea000001",
          targetPort: "0x2001D039EA000001",
        },
      ],
    }),
  }),
  nvmeDisk: StorageBackend.disk("/dev/disk/by-id/nvme-uuid.1", { over: NVME }),
  iscsi: StorageBackend.multipath(undefined, { over: ISCSI }),
  oneIscsi: StorageBackend.lvm("remote", {
    over: StorageConnection.iscsi({ target: TARGET, portals: ["10.0.0.5"] }),
  }),
  thin: StorageBackend.fileSystem(THIN, XFS),
  cached: StorageBackend.fileSystem(LogicalVolume.cached(CACHED), { format: FileSystemFormat.EXT4 }),
  vdo: StorageBackend.fileSystem(VDO, { ...XFS, over: NVME }),
  smb: StorageBackend.smb("nas1", "vms", { credentialsFile: "/etc/virtuned/smb credentials" }),
  s3: StorageBackend.s3("images", { endpoint: "https://s3.example.org:9000", passwordFile: "/etc/virtuned/s3" }),
  zfs: StorageBackend.zfs("tank/vms", { compression: ZfsCompression.ZSTD, deduplication: false }),
};

test.each(["directory", "lvm", "nfs"])("a %s backend needs nothing of the host", (kind) => {
  const backends: Record<string, StorageBackend> = {
    directory: StorageBackend.directory("/srv/vms"),
    lvm: StorageBackend.lvm("nvme"),
    nfs: StorageBackend.nfs("nas1", "/export"),
  };
  expect(filesOf(backends[kind]!)).toEqual({});
});

describe.each(Object.keys(WITH_FILES))("what %s needs of the host", (kind) => {
  const services = () => Object.entries(filesOf(WITH_FILES[kind]!)).filter(([path]) => path.endsWith(".service"));

  test("is done before libvirt starts its pools", () => {
    expect(services()).not.toHaveLength(0);
    for (const [, content] of services()) {
      expect(content).toMatch(/^Before=libvirtd\.service\nBefore=virtstoraged\.service$/m);
    }
  });

  test("has commands that a shell can read", () => {
    for (const command of services().flatMap(([path]) => commandsOf(WITH_FILES[kind]!, path))) {
      execFileSync("sh", ["-n", "-c", command]);
    }
  });
});

(noNetworkd === undefined ? test : test.skip)("systemd knows all that the services say", async () => {
  const files = Object.values(WITH_FILES).flatMap((backend) => Object.entries(filesOf(backend)));
  const services = files.filter(([path]) => path.endsWith(".service"));
  expect(await complaintsOfSystemd(services.map(([path, content]) => ({ path, content })))).toEqual([]);
});

describe("NVMe over Fabrics", () => {
  test("is connected by all paths, and has one at least", () => {
    expect(commandsOf(WITH_FILES.nvmeTcp!)).toEqual([
      "modprobe -a nvme-tcp",
      `nvme connect --transport tcp --traddr 10.0.0.5 --trsvcid 4420 --nqn ${NQN} --ctrl-loss-tmo 1800 --nr-io-queues 8`,
      `nvme connect --transport tcp --traddr 2001:db8::5 --trsvcid 4421 --nqn ${NQN} --ctrl-loss-tmo 1800 --nr-io-queues 8`,
      `grep -qxF ${NQN} /sys/class/nvme-subsystem/*/subsysnqn; udevadm settle`,
    ]);
  });

  test("has the kernel join the paths", () => {
    expect(filesOf(WITH_FILES.nvmeTcp!)["/etc/modprobe.d/virtuned-nvme.conf"]).toContain(
      "options nvme_core multipath=Y iopolicy=round-robin\n",
    );
  });

  test("goes over RDMA with a name of the host, and over Fibre Channel by the names of ports", () => {
    expect(commandsOf(WITH_FILES.nvmeRdma!)[1]).toBe(
      `nvme connect --transport rdma --traddr 10.0.0.5 --trsvcid 4420 --nqn ${NQN} --hostnqn nqn.2026-01.org.example:kvm1`,
    );
    expect(commandsOf(WITH_FILES.nvmeFibreChannel!)[1]).toBe(
      "nvme connect --transport fc --traddr nn-0x2000d039ea000001:pn-0x2001d039ea000001 " +
        `--host-traddr nn-0x20000025b5aa0001:pn-0x20000025b5bb0001 --nqn ${NQN}`,
    );
  });

  test("is there before a volume is made on it", () => {
    const [service] = Object.entries(filesOf(WITH_FILES.vdo!))
      .find(([path]) => path.includes("volume-"))!
      .slice(1);
    expect(service).toMatch(/^Requires=virtuned-nvme-[0-9a-f]{16}\.service$/m);
    expect(service).toMatch(/^After=virtuned-nvme-[0-9a-f]{16}\.service$/m);
  });
});

describe("iSCSI of the host", () => {
  const node = (portal: string) => `iscsiadm --mode node --targetname ${TARGET} --portal ${portal}`;

  test("is logged in to by each portal; with several, requests of a lost path are free for another soon", () => {
    const login = (portal: string) =>
      `${node(portal)} --op new; ${node(portal)} --op update --name node.session.timeo.replacement_timeout --value 5; ` +
      `${node(portal)} --login || [ $? = 15 ]`;
    expect(commandsOf(WITH_FILES.iscsi!, "iscsi-")).toEqual([
      login("10.0.0.5:3260"),
      login("10.0.1.5:3261"),
      "udevadm settle",
    ]);
  });

  test("has its paths joined as the pool on it says", () => {
    const tuned = Multipath.configured({ noPath: NoPath.FAIL });
    const conf = filesOf(StorageBackend.multipath(tuned, { over: ISCSI }))["/etc/multipath/conf.d/virtuned.conf"];
    expect(conf).toContain('product ".*"\n    no_path_retry fail\n');
  });

  test("with one portal, is not multipath", () => {
    expect(Object.keys(filesOf(WITH_FILES.oneIscsi!))).toEqual([expect.stringContaining("virtuned-iscsi-")]);
    expect(commandsOf(WITH_FILES.oneIscsi!)[0]).not.toContain("replacement_timeout");
  });
});

describe("multipath.conf", () => {
  const PATH = "/etc/multipath/conf.d/virtuned.conf";
  const conf = (multipath: Multipath) => filesOf(StorageBackend.multipath(multipath))[PATH]!;
  const TUNED = Multipath.configured({
    noPath: NoPath.QUEUE,
    ignoredDisks: ["3600508b1001c1f5d"],
    arrays: [
      {
        vendor: "ACME",
        product: "FastArray 9",
        grouping: PathGrouping.ALL,
        selector: PathSelector.ROUND_ROBIN,
        noPath: NoPath.wait(Duration.seconds(30)),
      },
    ],
  });

  test("has settings that hold for arrays that multipath-tools does not know", () => {
    expect(conf(Multipath.configured())).toContain(
      `
defaults {
  user_friendly_names no
  find_multipaths yes
  polling_interval 5
  path_grouping_policy group_by_prio
  path_selector "service-time 0"
  no_path_retry 12
  failback immediate
}
blacklist {
  devnode "^nvme"
}
`,
    );
  });

  test("has what was given, for all, and then for arrays", () => {
    expect(conf(TUNED)).toContain(
      `
  wwid "3600508b1001c1f5d"
}
devices {
  device {
    vendor ".*"
    product ".*"
    no_path_retry queue
  }
  device {
    vendor "ACME"
    product "FastArray 9"
    path_grouping_policy multibus
    path_selector "round-robin 0"
    no_path_retry 6
  }
}
`,
    );
  });

  test("is read anew when it has changed", () => {
    const service = (multipath: Multipath) =>
      filesOf(StorageBackend.multipath(multipath))["/etc/systemd/system/virtuned-multipath.service"]!;
    expect(service(TUNED)).not.toBe(service(Multipath.configured()));
    expect(service(TUNED)).toBe(service(TUNED));
  });

  test("is one for a host", () => {
    const program = on(StorageBackend.multipath(TUNED));
    const tiers = { standard: StorageTier.on(StorageBackend.lvm("luns", { over: ISCSI })) };
    expect(() => program.pool("other", { tiers })).toThrow(`another file of this path already`);
  });

  (hasCommand("multipath") ? test : test.skip)(
    "is what multipath-tools reads: it has the settings, and nothing to say",
    () => {
      const file = join(newFolder(), "virtuned.conf");
      writeFileSync(file, conf(TUNED));
      const read = execFileSync(
        "unshare",
        // Beside nothing of this machine.
        [
          "--mount",
          "sh",
          "-euc",
          `mount -t tmpfs tmpfs /etc; mkdir -p /etc/multipath/conf.d; cp $0 /etc/multipath/conf.d; multipath -t 2>&1`,
          file,
        ],
        { encoding: "utf8" },
      );
      expect(read).not.toMatch(/virtuned\.conf|invalid/);
      expect(read).toMatch(/find_multipaths "(on|yes)"/);
      expect(read).toMatch(/vendor "ACME"\s+product "FastArray 9"/);
    },
  );
});

describe("a logical volume", () => {
  test("that is thin has a pool of its own, and is formatted where it has nothing", () => {
    expect(commandsOf(WITH_FILES.thin!)).toEqual([
      "lvs nvme/vms_pool >/dev/null 2>&1 || lvcreate --type thin-pool --size 1048576m --name vms_pool nvme",
      "lvs nvme/vms >/dev/null 2>&1 || lvcreate --type thin --virtualsize 2097152m --thinpool vms_pool --name vms nvme",
      "found=0; blkid -p /dev/nvme/vms >/dev/null || found=$?; [ $found != 2 ] || mkfs.xfs -K /dev/nvme/vms",
    ]);
  });

  test("that is cached is made on the slow device, and its cache on the fast one", () => {
    expect(commandsOf(WITH_FILES.cached!)).toEqual([
      "lvs disks/vms >/dev/null 2>&1 || lvcreate --size 8388608m --name vms disks /dev/sda",
      "[ $(lvs --noheadings --options segtype disks/vms) = cache ] || { lvs disks/vms_cache >/dev/null 2>&1 || " +
        "lvcreate --size 409600m --name vms_cache disks /dev/nvme0n1; " +
        "lvconvert --yes --type cache --cachevol vms_cache --cachemode writethrough disks/vms; }",
      "found=0; blkid -p /dev/disks/vms >/dev/null || found=$?; [ $found != 2 ] || mkfs.ext4 -E nodiscard /dev/disks/vms",
    ]);
  });

  test("with VDO is deduplicated and compressed unless told otherwise", () => {
    expect(commandsOf(WITH_FILES.vdo!, "volume-")[0]).toBe(
      "lvs disks/backups >/dev/null 2>&1 || lvcreate --type vdo --size 2097152m --virtualsize 10485760m " +
        "--compression n --deduplication y --name backups disks/backups_pool",
    );
  });

  test("is what the pool mounts", () => {
    expect(on(WITH_FILES.thin!).synthesise().one("libvirt_pool")).toMatchObject({
      type: "fs",
      source: { device: [{ path: "/dev/nvme/vms" }], format: { type: "xfs" } },
      target: { path: "/var/lib/libvirt/mounts/storage-archive" },
    });
  });
});

/** What a program says of a command, run where it can reach nothing and, by LVM, does nothing. */
function said(command: string): string {
  const { stdout, stderr } = spawnSync("unshare", ["--mount", "--net", "sh", "-c", command], { encoding: "utf8" });
  return stdout + stderr;
}

describe.each([
  ["nvme", "nvmeTcp", /nvme connect .*/g],
  ["nvme", "nvmeRdma", /nvme connect .*/g],
  ["nvme", "nvmeFibreChannel", /nvme connect .*/g],
  ["lvcreate", "thin", /lvcreate .*/g],
  ["lvcreate", "cached", /lv(create|convert) [^;]*/g],
  ["lvcreate", "vdo", /lvcreate .*/g],
])("the commands of %s", (program, kind, pattern) => {
  (hasCommand(program) && hasCommand("unshare") ? test : test.skip)(`are understood: ${kind}`, () => {
    const { settings } = WITH_FILES[kind]!;
    const part = settings.kind === "filesystem" ? "volume-" : "nvme-";
    const commands = commandsOf(WITH_FILES[kind]!, part).flatMap((line) => line.match(pattern) ?? []);
    expect(commands).not.toHaveLength(0);
    for (const command of commands) {
      expect(said(program === "lvcreate" ? command.replace(" ", " --test ") : command)).not.toMatch(
        /unrecognized|invalid|Usage|Error during parsing|does not match|Incorrect syntax/i,
      );
    }
  });
});

test("a share is mounted once, by a file of credentials, for QEMU to write to", () => {
  expect(commandsOf(WITH_FILES.smb!)).toEqual([
    "mountpoint -q /var/lib/libvirt/smb/nas1/vms || { mkdir -p /var/lib/libvirt/smb/nas1/vms; chattr +i /var/lib/libvirt/smb/nas1/vms || true; " +
      "mount -t cifs //nas1/vms /var/lib/libvirt/smb/nas1/vms -o " +
      "'credentials=/etc/virtuned/smb credentials,vers=3.1.1,hard,gid=kvm,file_mode=0660,dir_mode=0770,nodev,nosuid,noexec'; }",
  ]);
});

test("a bucket is mounted once, and its process stays when the service is started anew", () => {
  expect(Object.values(filesOf(WITH_FILES.s3!))[0]).toContain("KillMode=process\n");
  expect(commandsOf(WITH_FILES.s3!)[0]).toContain(
    "s3fs images /var/lib/libvirt/s3/s3.example.org_9000/images -o url=https://s3.example.org:9000,passwd_file=/etc/virtuned/s3,",
  );
});

test.each(["smb", "s3"])("the folder of %s is the mount's: libvirt neither makes nor deletes it", (kind) => {
  expect(on(WITH_FILES[kind]!, false).synthesise().one("libvirt_pool")).toMatchObject({
    type: "dir",
    create: { build: false },
    destroy: { delete: false },
  });
});

test("ZFS has the properties that were given", () => {
  expect(commandsOf(WITH_FILES.zfs!)).toEqual(["zfs set compression=zstd dedup=off tank/vms"]);
  expect(filesOf(StorageBackend.zfs("tank"))).toEqual({});
  expect(on(WITH_FILES.zfs!).synthesise().one("libvirt_pool").create).toEqual({ autostart: true, build: false });
});

describe("explain()", () => {
  const explained = (backend: StorageBackend) => {
    const program = new LibvirtProgram();
    const pool = program.pool("storage", { tiers: { archive: StorageTier.on(backend) } });
    return pool.explain().settings.map(({ setting, value, decision }) => `${setting}: ${value} (${decision})`);
  };

  test("says how paths are joined", () => {
    expect(explained(WITH_FILES.nvmeTcp!)).toEqual(["archive.nvme_core.multipath: Y, iopolicy=round-robin (tuned)"]);
    expect(
      explained(StorageBackend.multipath(Multipath.configured({ noPath: NoPath.QUEUE }), { over: ISCSI })),
    ).toEqual([
      "archive.path_selector: service-time 0 (tuned)",
      "archive.path_grouping_policy: group_by_prio (tuned)",
      "archive.no_path_retry: queue (given)",
      "archive.replacement_timeout: 5 (tuned)",
    ]);
  });

  test("says how a file system is mounted, and nothing of what is left alone", () => {
    expect(explained(WITH_FILES.thin!)).toEqual(["archive.mount_opts: noatime (tuned)"]);
    expect(explained(StorageBackend.lvm("nvme"))).toEqual([]);
  });
});

describe("where the stack delivers the files", () => {
  const hostKey = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIHN0YW5kcyBmb3IgdGhlIGtleSBvZiBhIGhvc3Q=";

  test.each([
    ["waits for them", StorageBackend.lvm("remote", { over: NVME }), [expect.stringContaining("Delivery")]],
    ["does not wait: it needs none", StorageBackend.lvm("nvme"), undefined],
  ])("a pool %s", (_, backend, waitsFor) => {
    const program = new LibvirtProgram({ ssh: SshAccess.agent({ host: "kvm1", hostKey }) });
    program.pool("storage", { tiers: { standard: StorageTier.on(backend) }, protectData: false });
    const synthesis = program.synthesise();
    expect(synthesis.one("libvirt_pool").depends_on).toEqual(waitsFor);
    expect(synthesis.one("terraform_data", "storage_standard_kvm1_Definition").depends_on).toEqual(waitsFor);
  });
});

test("a program that connects twice to one subsystem has one service", () => {
  const program = on(WITH_FILES.nvmeTcp!);
  program.pool("other", { tiers: { standard: StorageTier.on(StorageBackend.lvm("other", { over: NVME })) } });
  expect(program.platform.hostFiles(program.hosts[0]).files).toHaveLength(2);
});

describe("a second pool of a host on the same storage", () => {
  const second = (one: StorageBackend, other: StorageBackend) => {
    const program = on(one);
    return () => program.pool("other", { tiers: { archive: StorageTier.on(other) } });
  };

  test.each([
    StorageBackend.directory("/srv/vm"),
    StorageBackend.fileSystem("/dev/disk/by-id/a", XFS),
    StorageBackend.disk("/dev/disk/by-id/a"),
    StorageBackend.nfs("nas1", "/e"),
    StorageBackend.gluster("gl1", "vms"),
    StorageBackend.iscsi("10.0.0.5", TARGET),
    StorageBackend.iscsiDirect("10.0.0.5", TARGET, { initiator: TARGET }),
    StorageBackend.fibreChannel("host3"),
    WITH_FILES.smb!,
    WITH_FILES.s3!,
  ])("on %s is refused, as libvirt would", (backend) => {
    expect(second(backend, backend)).toThrow(
      /^prod\/other\/archive\/kvm1: host kvm1 has a pool on this storage already, that of prod\/storage\/(standard|archive)\/kvm1 .*\[pool-storage-once\]$/,
    );
  });

  test("is refused for LUNs on several paths, however they are joined: libvirt has one such pool", () => {
    const other = StorageBackend.multipath(Multipath.configured({ noPath: NoPath.FAIL }));
    expect(second(StorageBackend.multipath(), other)).toThrow("[pool-storage-once]");
  });

  test.each([
    StorageBackend.lvm("nvme"),
    StorageBackend.rbd("vms", { monitors: ["10.0.0.1"] }),
    StorageBackend.zfs("tank"),
  ])("on %s is taken", (backend) => expect(second(backend, backend)).not.toThrow());

  test.each([
    ["another folder", StorageBackend.directory("/srv/vm"), StorageBackend.directory("/srv/vm/more")],
    ["another portal", StorageBackend.iscsi("10.0.0.5", TARGET), StorageBackend.iscsi("10.0.1.5", TARGET)],
    ["another server", StorageBackend.gluster("gl1", "vms"), StorageBackend.gluster("gl2", "vms")],
    ["a folder of the same name elsewhere", StorageBackend.directory("/e"), StorageBackend.nfs("nas1", "/e")],
  ])("on %s is not on the same", (_, one, other) => expect(second(one, other)).not.toThrow());
});

describe("while it holds data", () => {
  test.each<[StorageBackend, string]>([
    [StorageBackend.fileSystem("/dev/disk/by-id/a", XFS), 'source.device[0].path == "/dev/disk/by-id/a"'],
    [StorageBackend.disk("/dev/disk/by-id/a"), 'source.device[0].path == "/dev/disk/by-id/a"'],
    [StorageBackend.iscsi("10.0.0.5", TARGET), `source.device[0].path == "${TARGET}"`],
    [StorageBackend.fibreChannel("host3"), 'source.adapter.name == "host3"'],
    [
      StorageBackend.fibreChannel({ node: "20000025b5aa0001", port: "20000025b5bb0001" }),
      'source.adapter.wwpn == "20000025b5bb0001"',
    ],
    [StorageBackend.multipath(), 'target.path == "/dev/mapper"'],
    [StorageBackend.gluster("gl1", "vms"), 'source.dir.path == "vms"'],
    [StorageBackend.rbd("vms", { monitors: ["10.0.0.1"] }), 'source.name == "vms"'],
    [StorageBackend.zfs("tank"), 'source.name == "tank"'],
    [WITH_FILES.smb!, 'target.path == "/var/lib/libvirt/smb/nas1/vms"'],
    [WITH_FILES.s3!, 'target.path == "/var/lib/libvirt/s3/s3.example.org_9000/images"'],
  ])("%s can't be another", (backend, condition) => {
    const [type, identity] = on(backend).synthesise().one("terraform_data", "Definition").lifecycle.precondition;
    expect(type.condition).toMatch(/\.type == "[a-z-]+"\}$/);
    expect(identity.condition).toMatch(/^\$\{libvirt_pool\.\w+\./);
    expect(identity.condition).toContain(condition);
  });
});

describe("a disk", () => {
  const RBD = StorageBackend.rbd("vms", {
    monitors: ["10.0.0.1", "[2001:db8::1]:6790"],
    auth: { username: "libvirt", secret: LibvirtSecret.usage("ceph") },
  });

  function diskOn(backend: StorageBackend, props: Partial<TunedVmDiskProps>) {
    const program = new LibvirtProgram();
    const pool = program.pool("storage", { tiers: { standard: StorageTier.on(backend) } });
    program.vm("db").addDisk("data", { pool, tier: "standard", ...props });
    return program.synthesise();
  }
  const source = (backend: StorageBackend, existingVolume: string) =>
    diskOn(backend, { existingVolume }).one("libvirt_domain").devices.disks[0].source;

  test("on RBD is reached by QEMU: libvirt takes no such pool", () => {
    expect(source(RBD, "db-data")).toEqual({
      network: {
        protocol: "rbd",
        name: "vms/db-data",
        hosts: [
          { name: "10.0.0.1", port: "6789" },
          { name: "2001:db8::1", port: "6790" },
        ],
        auth: { username: "libvirt", secret: { type: "ceph", usage: "ceph" } },
      },
    });
  });

  test("on several paths is what device-mapper made of them", () => {
    expect(source(StorageBackend.multipath(), "3600508b1001c1f5d")).toEqual({
      block: { dev: "/dev/mapper/3600508b1001c1f5d" },
    });
  });

  test("elsewhere is found through its pool", () => {
    expect(source(StorageBackend.iscsi("10.0.0.5", TARGET), "unit:0:0:1")).toEqual({
      volume: { pool: "storage-standard", volume: "unit:0:0:1" },
    });
  });

  test("is made on RBD, raw", () => {
    expect(diskOn(RBD, { size: DataSize.gibibytes(10) }).one("libvirt_volume")).toMatchObject({
      name: "db-data",
      target: { format: { type: "raw" } },
    });
  });

  test.each([
    StorageBackend.disk("/dev/disk/by-id/a"),
    StorageBackend.iscsi("10.0.0.5", TARGET),
    StorageBackend.iscsiDirect("10.0.0.5", TARGET, { initiator: TARGET }),
    StorageBackend.fibreChannel("host3"),
    StorageBackend.multipath(),
  ])("can't be made on %s", (backend) => {
    expect(() => diskOn(backend, { size: DataSize.gibibytes(10) })).toThrow("libvirt makes no volumes in this storage");
  });
});

describe("a warning", () => {
  test.each<[string, StorageBackend]>([
    ["backend-stable-device-names", StorageBackend.disk("/dev/sdb")],
    ["backend-stable-device-names", StorageBackend.fileSystem("/dev/nvme1n1p1", XFS)],
    [
      "backend-cache-write-back",
      StorageBackend.fileSystem(LogicalVolume.cached({ ...CACHED, mode: LvmCacheMode.WRITE_BACK }), XFS),
    ],
    ["backend-one-path", StorageBackend.iscsi("10.0.0.5", TARGET)],
    ["backend-one-path", StorageBackend.fibreChannel("host3")],
    ["backend-zfs-deduplication", StorageBackend.zfs("tank", { deduplication: true })],
  ])("of %s comes with %s", (id, backend) => {
    expect(warningsOf(on(backend).stack)).toEqual([expect.stringContaining(`[${id}]`)]);
  });

  test("of a bucket comes with every tier but the archive", () => {
    const program = new LibvirtProgram();
    program.pool("a", { tiers: { standard: StorageTier.on(WITH_FILES.s3!) } });
    expect(warningsOf(program.stack)).toEqual([expect.stringContaining("[backend-s3-archive]")]);
  });

  test.each(Object.entries(WITH_FILES))("does not come with %s", (_, backend) => {
    expect(warningsOf(on(backend).stack)).toEqual([]);
  });
});
