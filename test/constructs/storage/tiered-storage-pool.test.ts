import { StorageBackend, StorageTier, TieredStoragePool, type TieredStoragePoolProps } from "virtuned";
import { TuningLog } from "../../../src/practices";
import { recordingProgram } from "../../support/recording-platform";

const SSD = StorageTier.on(StorageBackend.lvm("nvme"));
const NAS = StorageTier.on(StorageBackend.nfs("nas1", "/export/vm"), { storagePolicy: "Bronze" });

function poolOf(props: Partial<TieredStoragePoolProps> = {}) {
  const { stack, platform } = recordingProgram();
  const tiers = { archive: NAS, performance: SSD };
  return { platform, pool: new TieredStoragePool(stack, "storage", { platform, tiers, ...props }) };
}

describe("a pool of two tiers", () => {
  const { platform, pool } = poolOf();

  test("makes each tier on all hosts, the fastest first, protected", () => {
    const log = expect.any(TuningLog);
    const shared = { pool: "storage", hosts: platform.hosts, others: [], volumes: {}, protectData: true, log };
    expect(platform.tiers).toEqual([
      { name: "storage-performance", tier: "performance", backend: SSD.backend, storagePolicy: undefined, ...shared },
      { name: "storage-archive", tier: "archive", backend: NAS.backend, storagePolicy: "Bronze", ...shared },
    ]);
  });

  test("says what it has", () => {
    expect(pool).toMatchObject({ poolName: "storage", tierNames: ["performance", "archive"], protectData: true });
    expect(pool.tier("archive").platform).toBe(platform);
  });

  test("refuses a tier that it lacks, and says those that it has", () => {
    expect(() => pool.tier("capacity")).toThrow(
      'prod/storage: pool storage has no such tier (given "capacity"; allowed: performance, archive). ' +
        "To mend: add it to `tiers` of the pool, or use one that it has.",
    );
  });
});

test("its own name, hosts and protection win", () => {
  const { stack, platform } = recordingProgram();
  const hosts = [platform.hosts[0]!];
  new TieredStoragePool(stack, "a", { platform, hosts, name: "fast", protectData: false, tiers: { standard: SSD } });
  expect(platform.tiers).toMatchObject([{ name: "fast-standard", pool: "fast", hosts, protectData: false }]);
});

test("a tier that is undefined is none", () => {
  expect(poolOf({ tiers: { standard: undefined, capacity: NAS } }).pool.tierNames).toEqual(["capacity"]);
});

test.each([[{}], [{ standard: undefined }], [undefined]])("a pool of tiers %p is refused", (tiers) => {
  expect(() => poolOf({ tiers })).toThrow("prod/storage: a pool needs at least one tier");
});

test("a tier that is called almost as a usual one is refused with the one that was meant", () => {
  expect(() => poolOf({ tiers: { perfomance: SSD } })).toThrow(
    'prod/storage: a tier is called almost as one of the usual ones (given "perfomance"; ' +
      "allowed: performance, standard, capacity, archive, or a name of your own that is not so near). " +
      'To mend: did you mean "performance"?',
  );
});

test("a backend is not a tier", () => {
  expect(() => poolOf({ tiers: { standard: SSD.backend } as never })).toThrow(
    "prod/storage: tier standard is not a StorageTier (given lvm nvme; allowed: StorageTier.on(backend))",
  );
});
