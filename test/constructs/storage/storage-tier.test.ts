import {
  DataRate,
  DataSize,
  Duration,
  ImageFormat,
  LibvirtSecret,
  Preallocation,
  StorageBackend,
  StorageTier,
} from "virtuned";
import { recordingProgram, unknownValues } from "../../support/recording-platform";

const SSD = StorageBackend.lvm("nvme");
const UUID = "2ec115d7-3a88-3ceb-bc12-0ac909a6fd87";

test("a tier on one backend promises nothing, and nothing is promised twice", () => {
  const tier = StorageTier.on(SSD);
  expect(tier.backends).toEqual([{ name: "main", backend: SSD, capacity: undefined, weight: 1 }]);
  expect(tier).toMatchObject({ backend: SSD, promise: { writePenalty: 1 }, overCommit: 1, volumes: {} });
  expect(tier).toMatchObject({ cost: undefined, storagePolicy: undefined, protectData: undefined });
});

test("what is given is kept", () => {
  const promise = { iops: 50_000, throughput: DataRate.gbps(8), latency: Duration.milliseconds(1), writePenalty: 4 };
  const volumes = {
    format: ImageFormat.QCOW2,
    preallocation: Preallocation.NONE,
    clusterSize: DataSize.kibibytes(128),
    encryptionSecret: LibvirtSecret.uuid(UUID),
  };
  const others = { overCommit: 1.5, cost: 0.12, storagePolicy: "Gold", protectData: false };
  expect(StorageTier.on(SSD, { ...promise, ...volumes, ...others })).toMatchObject({ promise, volumes, ...others });
});

test("more backends make another tier of it; the first stays what it was", () => {
  const [capacity, more] = [DataSize.tebibytes(1), DataSize.tebibytes(4)];
  const one = StorageTier.on(SSD, { capacity, iops: 100, cost: 3 });
  const second = StorageBackend.lvm("sata");
  const two = one.plus("second", second, { capacity: more, weight: 4 });
  expect(one.backends).toHaveLength(1);
  expect(two.backends).toEqual([
    { name: "main", backend: SSD, capacity, weight: 1 },
    { name: "second", backend: second, capacity: more, weight: 4 },
  ]);
  expect(two).toMatchObject({ promise: { iops: 100 }, cost: 3 });
});

test.each<[string, () => unknown, string]>([
  ["no backend", () => StorageTier.on({} as never), "StorageTier.on: a tier is on a storage backend"],
  ["no options", () => StorageTier.on(SSD, null as never), "what is given is not an object"],
  ["a capacity of 0", () => StorageTier.on(SSD, { capacity: DataSize.bytes(0) }), "capacity in bytes is too small"],
  ["a number of bytes", () => StorageTier.on(SSD, { capacity: 5 as never }), "capacity is not a DataSize"],
  ["less than there is", () => StorageTier.on(SSD, { overCommit: 0.5 }), "overCommit is not a number that can be used"],
  ["21 times", () => StorageTier.on(SSD, { overCommit: 21 }), "(given 21; allowed: 1 to 20)"],
  ["NaN times", () => StorageTier.on(SSD, { overCommit: Number.NaN }), "overCommit is not a number that can be used"],
  ["a negative cost", () => StorageTier.on(SSD, { cost: -1 }), "cost is not a number that can be used"],
  ["a cost in text", () => StorageTier.on(SSD, { cost: "1" as never }), "cost is not a number that can be used"],
  ["a penalty of 7", () => StorageTier.on(SSD, { writePenalty: 7 }), "[tier-write-penalty]"],
  ["half an operation", () => StorageTier.on(SSD, { iops: 0.5 }), "StorageTier.on: iops"],
  ["a number for a rate", () => StorageTier.on(SSD, { throughput: 1 as never }), "throughput is not a DataRate"],
  ["a number for a latency", () => StorageTier.on(SSD, { latency: 1 as never }), "latency is not a Duration"],
  ["a weight below 0", () => StorageTier.on(SSD, { weight: -1 }), "weight is too small"],
  ["another format", () => StorageTier.on(SSD, { format: "vmdk" as never }), "format is not one of those known"],
  [
    "another way",
    () => StorageTier.on(SSD, { preallocation: "all" as never }),
    "preallocation is not one of those known",
  ],
  ["clusters of 3 KiB", () => StorageTier.on(SSD, { clusterSize: DataSize.kibibytes(3) }), "[volume-cluster-size]"],
  ["clusters of 256 B", () => StorageTier.on(SSD, { clusterSize: DataSize.bytes(256) }), "[volume-cluster-size]"],
  ["clusters of 4 MiB", () => StorageTier.on(SSD, { clusterSize: DataSize.mebibytes(4) }), "[volume-cluster-size]"],
  [
    "clusters of raw",
    () => StorageTier.on(SSD, { clusterSize: DataSize.kibibytes(64), format: ImageFormat.RAW }),
    "raw has no clusters",
  ],
  [
    "a secret by its usage",
    () => StorageTier.on(SSD, { encryptionSecret: LibvirtSecret.usage("disks") }),
    "the secret of encrypted volumes is given by its UUID (given secret disks)",
  ],
  [
    "a passphrase",
    () => StorageTier.on(SSD, { encryptionSecret: "x" as never }),
    "encryptionSecret is not a LibvirtSecret",
  ],
  [
    "protection in text",
    () => StorageTier.on(SSD, { protectData: "no" as never }),
    "protectData is neither true nor false",
  ],
  [
    "a name that is taken",
    () => StorageTier.on(SSD).plus("main", StorageBackend.lvm("b")),
    "has a backend of this name",
  ],
  [
    "the same backend",
    () => StorageTier.on(SSD).plus("b", StorageBackend.lvm("nvme")),
    "on this backend already, as main",
  ],
  [
    "a name with a slash",
    () => StorageTier.on(SSD).plus("a/b", StorageBackend.lvm("b")),
    "the name has a path separator (/) in it",
  ],
  [
    "a capacity of one only",
    () => StorageTier.on(SSD).plus("b", StorageBackend.lvm("b"), { capacity: DataSize.gibibytes(1) }),
    'the capacity of some of the tier\'s backends is known, that of others is not (given "b has 1 GiB")',
  ],
  [
    "a capacity of the other only",
    () => StorageTier.on(SSD, { capacity: DataSize.gibibytes(1) }).plus("b", StorageBackend.lvm("b")),
    'given "main has 1 GiB"',
  ],
])("%s is refused", (_, make, message) => {
  expect(make).toThrow(message);
});

test.each(Object.entries(unknownValues(recordingProgram().stack)))(
  "%s, known at apply time, is refused",
  (_, value) => {
    for (const option of ["overCommit", "cost", "iops", "weight", "format", "storagePolicy", "protectData"]) {
      expect(() => StorageTier.on(SSD, { [option]: value })).toThrow("StorageTier.on:");
    }
    expect(() => StorageTier.on(SSD).plus(value as never, StorageBackend.lvm("b"))).toThrow("StorageTier.plus:");
  },
);
