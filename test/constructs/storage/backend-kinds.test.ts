import {
  DataSize,
  Duration,
  FileSystemFormat,
  LibvirtSecret,
  LogicalVolume,
  LvmCacheMode,
  Multipath,
  NoPath,
  PartitionTable,
  PathGrouping,
  PathSelector,
  StorageBackend,
  StorageConnection,
  ZfsCompression,
} from "virtuned";
import { ConfigurationError } from "../../../src/errors";

const IQN = "iqn.2004-10.com.example:disks";
const NQN = "nqn.2014-08.org.nvmexpress:uuid:f81d4fae-7dec-11d0-a765-00a0c91e6bf6";
const XFS = { format: FileSystemFormat.XFS };
const SECRET = LibvirtSecret.usage("ceph");
const AUTH = { username: "libvirt", secret: SECRET };
const PORTS = { node: "20:00:00:25:b5:aa:00:01", port: "20:00:00:25:b5:bb:00:01" };
const THIN = { volumeGroup: "vg", name: "vms", size: DataSize.gibibytes(20), poolSize: DataSize.gibibytes(10) };
const CACHED = {
  volumeGroup: "vg",
  name: "vms",
  size: DataSize.gibibytes(20),
  slowDevice: "/dev/sda",
  fastDevice: "/dev/nvme0n1",
  cacheSize: DataSize.gibibytes(4),
};
const VDO = { volumeGroup: "vg", name: "vms", size: DataSize.gibibytes(50), physicalSize: DataSize.gibibytes(5) };
const S3 = { endpoint: "https://s3.example.org", passwordFile: "/etc/virtuned/s3" };

describe.each<[StorageBackend, "files" | "devices" | "images", boolean, boolean, string]>([
  [StorageBackend.directory("/srv"), "files", true, true, "directory /srv"],
  [StorageBackend.fileSystem("/dev/disk/by-id/a", XFS), "files", true, true, "filesystem /dev/disk/by-id/a"],
  [StorageBackend.fileSystem(LogicalVolume.thin(THIN), XFS), "files", true, true, "filesystem /dev/vg/vms"],
  [StorageBackend.lvm("nvme"), "devices", true, false, "lvm nvme"],
  [StorageBackend.disk("/dev/disk/by-id/a"), "devices", false, false, "disk /dev/disk/by-id/a"],
  [StorageBackend.iscsi("10.0.0.5", IQN), "devices", false, false, `iscsi ${IQN} at 10.0.0.5:3260`],
  [
    StorageBackend.iscsiDirect("2001:DB8::5", IQN, { initiator: IQN }),
    "images",
    false,
    false,
    `iscsi-direct ${IQN} at [2001:db8::5]:3260`,
  ],
  [StorageBackend.fibreChannel("host3"), "devices", false, false, "fibre-channel host3"],
  [StorageBackend.fibreChannel(PORTS), "devices", false, false, "fibre-channel 20000025b5bb0001"],
  [StorageBackend.multipath(), "devices", false, false, "multipath of the hosts"],
  [StorageBackend.nfs("nas1", "/e"), "files", true, true, "nfs nas1:/e"],
  [StorageBackend.smb("nas1", "vms", { credentialsFile: "/etc/smb" }), "files", true, true, "smb //nas1/vms"],
  [StorageBackend.gluster("gl1", "vms"), "files", true, true, "gluster gl1:vms"],
  [StorageBackend.rbd("vms", { monitors: ["10.0.0.1"] }), "images", true, true, "rbd vms"],
  [StorageBackend.zfs("tank/vms"), "devices", true, false, "zfs tank/vms"],
  [StorageBackend.s3("iso", S3), "files", true, true, "s3 iso at https://s3.example.org"],
])("%s", (backend, are, made, grow, text) => {
  test("says what its volumes are, who makes them and who lets them grow", () => {
    const { isBlock, hasFiles, makesVolumes, growsVolumes } = backend;
    expect({ isBlock, hasFiles, makesVolumes, growsVolumes }).toEqual({
      isBlock: are === "devices",
      hasFiles: are === "files",
      makesVolumes: made,
      growsVolumes: grow,
    });
  });

  test("is told in a few words", () => expect(String(backend)).toBe(text));
});

test("a multipath backend over a connection is told by it", () => {
  const over = StorageConnection.iscsi({ target: IQN, portals: ["10.0.0.5"] });
  expect(String(StorageBackend.multipath(undefined, { over }))).toBe(`multipath ${IQN}`);
});

describe("portals", () => {
  test.each([
    ["10.0.0.5", { host: "10.0.0.5", port: 3260 }],
    ["10.0.0.5:3261", { host: "10.0.0.5", port: 3261 }],
    ["san.example.org:860", { host: "san.example.org", port: 860 }],
    ["2001:DB8:0::5", { host: "2001:db8::5", port: 3260 }],
    ["[2001:db8::5]", { host: "2001:db8::5", port: 3260 }],
    ["[2001:db8::5]:3261", { host: "2001:db8::5", port: 3261 }],
  ])("%s", (portal, read) => {
    expect(StorageBackend.iscsi(portal, IQN).settings).toMatchObject({ portal: read });
  });
});

test("names of Fibre Channel are written as libvirt does", () => {
  const { settings } = StorageBackend.fibreChannel({ node: "0x20000025B5AA0001", port: PORTS.port, parent: "host5" });
  expect(settings).toEqual({
    kind: "fibre-channel",
    adapter: { type: "fc_host", node: "20000025b5aa0001", port: "20000025b5bb0001", parent: "host5" },
  });
});

test("several portals of iSCSI are multipath unless told otherwise", () => {
  const settings = (portals: string[]) => StorageConnection.iscsi({ target: IQN, portals }).settings;
  expect(settings(["10.0.0.5", "10.0.1.5"])).toMatchObject({ multipath: expect.any(Multipath) });
  expect(settings(["10.0.0.5"])).toMatchObject({ multipath: undefined });
});

test("no error shows a secret: there is none to show", () => {
  expect(String(LibvirtSecret.usage("san/chap"))).toBe("secret san/chap");
  expect(LibvirtSecret.uuid("2EC115D7-3A88-3CEB-BC12-0AC909A6FD87").reference).toEqual({
    uuid: "2ec115d7-3a88-3ceb-bc12-0ac909a6fd87",
  });
});

// biome-ignore lint/suspicious/noExplicitAny: what a program in JavaScript may give
type Anything = any;

const NOT_TEXT: Anything[] = [undefined, null, 5, Number.NaN, {}, [], true, "${var.a}"];
const NOT_OPTIONS: Anything[] = [null, 5, "a", []];
const NOT_SIZES: Anything[] = [null, 5, "5 GiB", {}, DataSize.bytes(0), DataSize.mebibytes(5)];
const NOT_LISTS: Anything[] = [undefined, null, "10.0.0.5", {}, []];
const iqns: Anything[] = [
  ...NOT_TEXT,
  "",
  "disks",
  "iqn.2004-13.com.example",
  "iqn.04-10.com.example",
  "iqn.2004-10.com.example:a b",
  `iqn.2004-10.com.${"x".repeat(223)}`,
  "nqn.2004-10.com.example:a",
];
const nqns: Anything[] = [
  ...NOT_TEXT,
  "",
  "nqn.2014-08.org.nvmexpress",
  "nqn.2014-08.org.nvmexpress:a b",
  IQN,
  "nqn.2014-08.org.nvmexpress:$(a)",
];
const wwns: Anything[] = [...NOT_TEXT, "", "20:00:00:25:b5:aa:00", "20000025b5aa000g", "20000025b5aa00011"];
const portals: Anything[] = [
  ...NOT_TEXT,
  "",
  "10.0.0.5:",
  "10.0.0.5:0",
  "10.0.0.5:65536",
  "[2001:db8::5",
  "2001:db8::5]:1",
  "[10.0.0.5.1]:3260",
  "a b",
  "-a",
  "::g",
];
const devices: Anything[] = [
  ...NOT_TEXT,
  "",
  "sda",
  "/dev",
  "/dev/",
  "/srv/disk",
  "/dev/../etc/passwd",
  "/dev/a b",
  "/dev/sda;",
  "/dev//sda",
];
const paths: Anything[] = [...NOT_TEXT, "", "a", "/a/../b", "/a\nb", "/a,b", "/a;b"];
const names: Anything[] = [...NOT_TEXT, "", "a b", "a/b", "-a", "../a"];

describe.each<[string, (given: Anything) => unknown, Anything[], Anything[]]>([
  [
    "fileSystem device",
    (device) => StorageBackend.fileSystem(device, XFS),
    ["/dev/vg/lv", "/dev/disk/by-id/nvme-eui.1"],
    devices,
  ],
  [
    "fileSystem options",
    (options) => StorageBackend.fileSystem("/dev/vg/lv", options),
    [XFS],
    [undefined, ...NOT_OPTIONS, {}, { format: "btrfs" }],
  ],
  [
    "fileSystem mountPath",
    (mountPath) => StorageBackend.fileSystem("/dev/vg/lv", { ...XFS, mountPath }),
    [undefined, "/srv"],
    ["/", ...paths.slice(1)],
  ],
  [
    "fileSystem over",
    (over) => StorageBackend.fileSystem("/dev/vg/lv", { ...XFS, over }),
    [undefined],
    [null, {}, "a"],
  ],
  ["lvm options", (options) => StorageBackend.lvm("vg", options), [undefined, {}], NOT_OPTIONS],
  ["lvm over", (over) => StorageBackend.lvm("vg", { over }), [undefined], [null, {}, THIN]],
  [
    "disk device",
    (device) => StorageBackend.disk(device),
    ["/dev/sdb", "/dev/disk/by-path/pci-0000:00:1f.2-ata-1"],
    devices,
  ],
  [
    "disk table",
    (table) => StorageBackend.disk("/dev/sdb", { table }),
    [undefined, PartitionTable.MSDOS, "gpt"],
    [null, "msdos", 5],
  ],
  ["disk over", (over) => StorageBackend.disk("/dev/sdb", { over }), [undefined], [null, {}, "a"]],
  [
    "disk newTable",
    (newTable) => StorageBackend.disk("/dev/sdb", { newTable }),
    [undefined, true, false],
    [null, "yes", 1],
  ],
  ["iscsi portal", (portal) => StorageBackend.iscsi(portal, IQN), ["10.0.0.5", "[::1]:1"], portals],
  ["iscsi target", (target) => StorageBackend.iscsi("10.0.0.5", target), [IQN, "iqn.2004-10.com.example"], iqns],
  [
    "iscsi initiator",
    (initiator) => StorageBackend.iscsi("10.0.0.5", IQN, { initiator }),
    [undefined, IQN],
    iqns.slice(1),
  ],
  [
    "iscsi chap",
    (chap) => StorageBackend.iscsi("10.0.0.5", IQN, { chap }),
    [undefined, AUTH],
    [...NOT_OPTIONS, {}, { username: "a" }, { ...AUTH, username: "a b" }, { ...AUTH, secret: "password" }],
  ],
  ["iscsiDirect initiator", (initiator) => StorageBackend.iscsiDirect("10.0.0.5", IQN, { initiator }), [IQN], iqns],
  [
    "fibreChannel adapter",
    (adapter) => StorageBackend.fibreChannel(adapter),
    ["host0", PORTS],
    [undefined, null, 5, "", "host", "hostx", "scsi_host3", {}, []],
  ],
  ["fibreChannel port", (port) => StorageBackend.fibreChannel({ ...PORTS, port }), [PORTS.port], wwns],
  [
    "fibreChannel parent",
    (parent) => StorageBackend.fibreChannel({ ...PORTS, parent }),
    [undefined, "host12"],
    [null, "eth0", 5],
  ],
  [
    "multipath",
    (multipath) => StorageBackend.multipath(multipath),
    [undefined, Multipath.configured()],
    [null, {}, "a"],
  ],
  [
    "nfs connections",
    (connections) => StorageBackend.nfs("nas1", "/e", { connections }),
    [undefined, 1, 16],
    [null, 0, 17, 1.5, "4", Number.NaN],
  ],
  [
    "nfs requestSize",
    (requestSize) => StorageBackend.nfs("nas1", "/e", { requestSize }),
    [undefined, DataSize.kibibytes(4), DataSize.mebibytes(1)],
    [null, 4096, DataSize.kibibytes(2), DataSize.kibibytes(12), DataSize.mebibytes(2)],
  ],
  [
    "smb server",
    (server) => StorageBackend.smb(server, "vms", { credentialsFile: "/a" }),
    ["nas1", "10.0.0.5"],
    [...NOT_TEXT, "2001:db8::5", "a b"],
  ],
  ["smb share", (share) => StorageBackend.smb("nas1", share, { credentialsFile: "/a" }), ["vms"], names],
  [
    "smb credentialsFile",
    (credentialsFile) => StorageBackend.smb("nas1", "vms", { credentialsFile }),
    ["/etc/smb"],
    paths,
  ],
  ["gluster volume", (volume) => StorageBackend.gluster("gl1", volume), ["vms"], names],
  [
    "gluster mountPath",
    (mountPath) => StorageBackend.gluster("gl1", "vms", { mountPath }),
    [undefined, "/srv"],
    ["/", ...paths.slice(1)],
  ],
  ["rbd pool", (pool) => StorageBackend.rbd(pool, { monitors: ["10.0.0.1"] }), ["vms"], names],
  [
    "rbd monitors",
    (monitors) => StorageBackend.rbd("vms", { monitors }),
    [["10.0.0.1", "10.0.0.2:6790"]],
    [...NOT_LISTS, ["a", "a"], ["a", "a:6789"], [5]],
  ],
  [
    "rbd auth",
    (auth) => StorageBackend.rbd("vms", { monitors: ["a"], auth }),
    [undefined, AUTH],
    [...NOT_OPTIONS, {}, { ...AUTH, secret: {} }],
  ],
  [
    "zfs dataset",
    (dataset) => StorageBackend.zfs(dataset),
    ["tank", "tank/vms/db"],
    [...NOT_TEXT, "", "/tank", "tank/", "tank//a", "tank@snap", "tank/ a"],
  ],
  [
    "zfs compression",
    (compression) => StorageBackend.zfs("tank", { compression }),
    [undefined, ZfsCompression.LZ4, "zstd"],
    [null, "gzip-99", true],
  ],
  [
    "zfs deduplication",
    (deduplication) => StorageBackend.zfs("tank", { deduplication }),
    [undefined, true],
    [null, "on"],
  ],
  [
    "s3 bucket",
    (bucket) => StorageBackend.s3(bucket, S3),
    ["iso-images"],
    [...NOT_TEXT, "", "ab", "Iso", "a..b", "-abc", "a_b"],
  ],
  [
    "s3 endpoint",
    (endpoint) => StorageBackend.s3("iso", { ...S3, endpoint }),
    ["http://10.0.0.5:9000"],
    [...NOT_TEXT, "", "s3.example.org", "https://user:key@s3.example.org", "https://s3.example.org/a", "ftp://a"],
  ],
  ["s3 passwordFile", (passwordFile) => StorageBackend.s3("iso", { ...S3, passwordFile }), ["/etc/s3"], paths],
  [
    "nvmeTcp portals",
    (given) => StorageConnection.nvmeTcp({ subsystem: NQN, portals: given }),
    [["10.0.0.5"], ["a", "b:4421"]],
    [...NOT_LISTS, ["a", "a"], [null]],
  ],
  [
    "nvmeTcp subsystem",
    (subsystem) => StorageConnection.nvmeTcp({ subsystem, portals: ["a"] }),
    [NQN, "nqn.2004-10.com.example:disks"],
    nqns,
  ],
  [
    "nvmeRdma hostNqn",
    (hostNqn) => StorageConnection.nvmeRdma({ subsystem: NQN, portals: ["a"], hostNqn }),
    [undefined, NQN],
    nqns.slice(1),
  ],
  [
    "nvmeTcp lossTimeout",
    (lossTimeout) => StorageConnection.nvmeTcp({ subsystem: NQN, portals: ["a"], lossTimeout }),
    [undefined, Duration.minutes(30)],
    [null, 600, Duration.milliseconds(1500), Duration.seconds(0)],
  ],
  [
    "nvmeTcp ioQueues",
    (ioQueues) => StorageConnection.nvmeTcp({ subsystem: NQN, portals: ["a"], ioQueues }),
    [undefined, 1, 1024],
    [null, 0, 1025, "8", 1.5],
  ],
  [
    "nvmeTcp options",
    (options) => StorageConnection.nvmeTcp(options),
    [{ subsystem: NQN, portals: ["a"] }],
    [undefined, ...NOT_OPTIONS, {}],
  ],
  [
    "nvmeFibreChannel paths",
    (given) => StorageConnection.nvmeFibreChannel({ subsystem: NQN, paths: given }),
    [[{ hostNode: PORTS.node, hostPort: PORTS.port, targetNode: PORTS.node, targetPort: PORTS.port }]],
    [...NOT_LISTS, [null], [{}], ["a"]],
  ],
  ["iscsi connection target", (target) => StorageConnection.iscsi({ target, portals: ["a"] }), [IQN], iqns],
  [
    "iscsi connection multipath",
    (multipath) => StorageConnection.iscsi({ target: IQN, portals: ["a"], multipath }),
    [undefined, Multipath.configured()],
    [null, {}, true],
  ],
  [
    "LogicalVolume.thin size",
    (size) => LogicalVolume.thin({ ...THIN, size }),
    [DataSize.mebibytes(4)],
    [undefined, ...NOT_SIZES],
  ],
  [
    "LogicalVolume.thin poolSize",
    (poolSize) => LogicalVolume.thin({ ...THIN, poolSize }),
    [DataSize.mebibytes(4)],
    [undefined, ...NOT_SIZES],
  ],
  ["LogicalVolume.thin options", (options) => LogicalVolume.thin(options), [THIN], [undefined, ...NOT_OPTIONS, {}]],
  ["LogicalVolume volumeGroup", (volumeGroup) => LogicalVolume.thin({ ...THIN, volumeGroup }), ["vg.1"], names],
  [
    "LogicalVolume.cached fastDevice",
    (fastDevice) => LogicalVolume.cached({ ...CACHED, fastDevice }),
    ["/dev/nvme0n1"],
    devices,
  ],
  [
    "LogicalVolume.cached mode",
    (mode) => LogicalVolume.cached({ ...CACHED, mode }),
    [undefined, LvmCacheMode.WRITE_BACK],
    [null, "passthrough"],
  ],
  [
    "LogicalVolume.vdo physicalSize",
    (physicalSize) => LogicalVolume.vdo({ ...VDO, physicalSize }),
    [DataSize.gibibytes(5)],
    [undefined, ...NOT_SIZES, DataSize.gibibytes(4)],
  ],
  [
    "LogicalVolume.vdo compression",
    (compression) => LogicalVolume.vdo({ ...VDO, compression }),
    [undefined, false],
    [null, "n"],
  ],
  [
    "Multipath grouping",
    (grouping) => Multipath.configured({ grouping }),
    [undefined, PathGrouping.ONE],
    [null, "group"],
  ],
  [
    "Multipath selector",
    (selector) => Multipath.configured({ selector }),
    [undefined, PathSelector.QUEUE_LENGTH],
    [null, "service-time"],
  ],
  ["Multipath noPath", (noPath) => Multipath.configured({ noPath }), [undefined, NoPath.FAIL], [null, "fail", 5]],
  [
    "Multipath arrays",
    (arrays) => Multipath.configured({ arrays }),
    [undefined, [{ vendor: "DGC", product: "VRAID" }]],
    [
      null,
      {},
      [null],
      [{}],
      [{ vendor: "ninechars", product: "a" }],
      [{ vendor: '"', product: "a" }],
      [{ vendor: ".*", product: "a" }],
    ],
  ],
  [
    "Multipath ignoredDisks",
    (ignoredDisks) => Multipath.configured({ ignoredDisks }),
    [undefined, ["3600508b1001c1f5d"]],
    [null, "a", [""], ['a"'], [5]],
  ],
  ["Multipath options", (options) => Multipath.configured(options), [undefined, {}], NOT_OPTIONS],
  [
    "NoPath.wait",
    (time) => NoPath.wait(time),
    [Duration.seconds(5), Duration.minutes(2)],
    [undefined, null, 60, Duration.seconds(7), Duration.milliseconds(5500)],
  ],
  [
    "LibvirtSecret.usage",
    (usage) => LibvirtSecret.usage(usage),
    ["ceph", "san/chap@1"],
    [...NOT_TEXT, "", "a b", "'a"],
  ],
  [
    "LibvirtSecret.uuid",
    (uuid) => LibvirtSecret.uuid(uuid),
    ["2ec115d7-3a88-3ceb-bc12-0ac909a6fd87"],
    [...NOT_TEXT, "", "2ec115d7"],
  ],
])("%s", (_, make, good, bad) => {
  test.each(good.map((given) => [given]))("takes %p", (given) => {
    expect(() => make(given)).not.toThrow();
  });

  test.each(bad.map((given) => [given]))("refuses %p, and says why", (given) => {
    let error: unknown;
    try {
      make(given);
    } catch (thrown) {
      error = thrown;
    }
    expect(error).toBeInstanceOf(ConfigurationError);
    expect((error as ConfigurationError).message).not.toMatch(/undefined is|NaN:|\[object/);
  });
});
