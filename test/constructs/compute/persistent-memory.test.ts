import { ConfigurationError, DataSize, MemoryAccess, PersistentMemory, PersistentMemoryDevice } from "virtuned";
import { recordingProgram, unknownValues } from "../../support/recording-platform";

const size = DataSize.gibibytes(4);

test("a machine has its persistent memory in the order that it was added in", () => {
  const { platform, vm } = recordingProgram(["kvm1"]);
  const db = vm("db");
  const device = PersistentMemoryDevice.nvdimmOnFile("/srv/log");
  const log = db.addPersistentMemory("log", { device, size });
  const more = db.addPersistentMemory("a", {
    device: PersistentMemoryDevice.virtioPmem("/srv/a"),
    size: DataSize.mebibytes(2),
  });
  expect(db.persistentMemory).toEqual([log, more]);
  expect(log).toMatchObject({ vm: db, device, size });
  expect(platform.persistentMemory).toMatchObject([{ device, size }, { device: { model: "virtio-pmem" } }]);
});

test.each([
  [
    "an NVDIMM on a file",
    PersistentMemoryDevice.nvdimmOnFile("/srv/a"),
    { model: "nvdimm", access: "shared", real: false, readOnly: false },
  ],
  [
    "one in a copy of it",
    PersistentMemoryDevice.nvdimmOnFile("/srv/a", { access: MemoryAccess.PRIVATE }),
    { access: "private" },
  ],
  [
    "an NVDIMM on a DAX device",
    PersistentMemoryDevice.nvdimmOnDax("/dev/dax1.0"),
    { path: "/dev/dax1.0", access: "shared", real: true },
  ],
  [
    "one on a file of a DAX file system",
    PersistentMemoryDevice.nvdimmOnDax("/mnt/pmem/a"),
    { path: "/mnt/pmem/a", real: true },
  ],
  [
    "virtio-pmem",
    PersistentMemoryDevice.virtioPmem("/dev/shm/a"),
    { model: "virtio-pmem", access: "shared", real: false },
  ],
])("%s", (_, device, expected) => {
  expect(device).toMatchObject(expected);
  expect(Object.isFrozen(device)).toBe(true);
});

test("the guest area and the labels have room", () => {
  const db = recordingProgram().vm("db");
  const labelSize = DataSize.kibibytes(128);
  const add = (id: string, mebibytes: number, alignSize?: DataSize) =>
    db.addPersistentMemory(id, {
      device: PersistentMemoryDevice.nvdimmOnFile("/srv/a", { labelSize, alignSize }),
      size: DataSize.mebibytes(mebibytes),
    });
  expect(() => add("a", 4)).not.toThrow();
  expect(() => add("b", 2)).toThrow(
    /is too small.*a multiple of 2 MiB that is larger than the labels.*pmem-alignment/s,
  );
  expect(() => add("c", 5)).toThrow(/is not a whole number.*pmem-alignment/s);
  expect(() => add("d", 1026, DataSize.gibibytes(1))).toThrow(/pieces of 1 GiB/);
});

test.each<[string, () => unknown, RegExp]>([
  [
    "a device as a file",
    () => PersistentMemoryDevice.nvdimmOnFile("/dev/dax0.0"),
    /path is a device.*nvdimmOnDax.*pmem-backing/s,
  ],
  ["a device for virtio-pmem", () => PersistentMemoryDevice.virtioPmem("/dev/dax0.0"), /path is a device/],
  [
    "a block device of persistent memory",
    () => PersistentMemoryDevice.nvdimmOnDax("/dev/pmem0"),
    /no DAX device.*devdax.*pmem-backing/s,
  ],
  ["a relative path", () => PersistentMemoryDevice.nvdimmOnFile("srv/a"), /not a path/],
  ["a path that leads out", () => PersistentMemoryDevice.nvdimmOnDax("/dev/../a"), /not a path/],
  [
    "labels without room",
    () => PersistentMemoryDevice.nvdimmOnFile("/a", { labelSize: DataSize.kibibytes(127) }),
    /too small.*pmem-labels/s,
  ],
  [
    "labels of half a KiB",
    () => PersistentMemoryDevice.nvdimmOnFile("/a", { labelSize: DataSize.bytes(131073) }),
    /not a whole number/,
  ],
  [
    "an alignment of 4 KiB",
    () => PersistentMemoryDevice.nvdimmOnFile("/a", { alignSize: DataSize.kibibytes(4) }),
    /2 MiB to 1 GiB/,
  ],
  [
    "an alignment of 3 MiB",
    () => PersistentMemoryDevice.nvdimmOnFile("/a", { alignSize: DataSize.mebibytes(3) }),
    /a power of two/,
  ],
  [
    "an alignment of 2 GiB",
    () => PersistentMemoryDevice.nvdimmOnFile("/a", { alignSize: DataSize.gibibytes(2) }),
    /a power of two/,
  ],
  [
    "an access that is not known",
    () => PersistentMemoryDevice.nvdimmOnFile("/a", { access: "Shared" as never }),
    /did you mean "shared"/,
  ],
])("refuses %s", (_, make, message) => {
  expect(make).toThrow(ConfigurationError);
  expect(make).toThrow(message);
});

const WRONG: readonly unknown[] = [null, "", 1, Number.NaN, true, {}, [], "4 GiB"];

test("bad input ends in an error that says whose it is", () => {
  const { stack, vm } = recordingProgram();
  const db = vm("db");
  const device = PersistentMemoryDevice.nvdimmOnFile("/srv/a");
  const values = [...WRONG, ...Object.values(unknownValues(stack))] as never[];
  const attempts = values.flatMap((value) => [
    () => PersistentMemoryDevice.nvdimmOnFile(value),
    () => PersistentMemoryDevice.nvdimmOnDax(value),
    () => PersistentMemoryDevice.virtioPmem(value),
    () => PersistentMemoryDevice.nvdimmOnFile("/a", { labelSize: value }),
    () => PersistentMemoryDevice.nvdimmOnDax("/a", { alignSize: value }),
    () => PersistentMemoryDevice.nvdimmOnFile("/a", { access: value }),
    () => db.addPersistentMemory(`size${values.indexOf(value)}`, { device, size: value }),
    () => db.addPersistentMemory(`device${values.indexOf(value)}`, { device: value, size }),
    () => new PersistentMemory(stack, `vm${values.indexOf(value)}`, { vm: value, device, size }),
    ...(value === true ? [] : [() => PersistentMemoryDevice.nvdimmOnFile("/a", { readOnly: value })]),
  ]);
  for (const attempt of attempts) {
    expect(attempt).toThrow(ConfigurationError);
  }
  expect(() => PersistentMemoryDevice.nvdimmOnFile("/a", null as never)).toThrow(ConfigurationError);
  expect(() => new PersistentMemory(stack, "none", undefined as never)).toThrow(ConfigurationError);
  expect(() => db.addPersistentMemory("a b", { device, size })).toThrow(ConfigurationError);
});

test("a machine that has to be able to move has none", () => {
  const db = recordingProgram().vm("db", { liveMigration: true });
  expect(() => db.addPersistentMemory("log", { device: PersistentMemoryDevice.nvdimmOnFile("/srv/a"), size })).toThrow(
    /ties it to its host.*leave `liveMigration` out.*pmem-stays/s,
  );
});
