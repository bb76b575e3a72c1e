import {
  DataRate,
  DataSize,
  Duration,
  IoProfile,
  StorageBackend,
  StorageTier,
  type StorageTierOptions,
  type StorageTiers,
  TieredStoragePool,
  type TunedVmDiskOptions,
} from "virtuned";
import { chooseBackend } from "../../../src/constructs/storage/backend-choice";
import { recordingProgram } from "../../support/recording-platform";
import { warningsOf } from "../../support/synthesis";

const GIB = DataSize.gibibytes;
const MIB = DataRate.mebibytesPerSecond;
const MS = Duration.milliseconds;

const tierOn = (name: string, options?: StorageTierOptions) =>
  StorageTier.on(StorageBackend.nfs("nas1", `/${name}`), options);

const USUAL: StorageTiers = {
  performance: tierOn("p", { iops: 50_000, latency: MS(1), throughput: MIB(2000) }),
  standard: tierOn("s", { iops: 5_000, latency: MS(5), throughput: MIB(500) }),
  capacity: tierOn("c", { iops: 500, latency: MS(20), throughput: MIB(500), writePenalty: 6 }),
  archive: tierOn("a"),
};

function programOf(tiers: StorageTiers = USUAL) {
  const { stack, platform, vm: vmOf } = recordingProgram(["kvm1"]);
  const pool = new TieredStoragePool(stack, "storage", { platform, tiers });
  const vm = vmOf("vm");
  const add = (id: string, options: Partial<TunedVmDiskOptions> = {}) =>
    vm.addDisk(id, { pool, size: GIB(10), ...options });
  return { stack, platform, pool, vm, add, problems: () => pool.node.validate() };
}

describe("the tier of a need", () => {
  test.each<[string, IoProfile, string]>([
    ["few operations", IoProfile.random({ iops: 100 }), "capacity"],
    ["more operations, most of them reads", IoProfile.random({ iops: 480, readPercent: 100 }), "capacity"],
    ["as many, each write costing six", IoProfile.random({ iops: 480, readPercent: 50 }), "standard"],
    ["little waiting", IoProfile.random({ iops: 100, latency: MS(2) }), "performance"],
    ["some waiting", IoProfile.random({ iops: 100, latency: MS(5) }), "standard"],
    ["long runs", IoProfile.sequential({ throughput: MIB(100) }), "capacity"],
    ["fast runs", IoProfile.sequential({ throughput: MIB(1000) }), "performance"],
  ])("%s: the cheapest that gives it", (_, io, tier) => {
    const { add, platform } = programOf();
    expect(add("data", { io }).tier).toBe(tier);
    expect(platform.disks[0]).toMatchObject({ io });
  });

  test("is explained: which were too slow, and what each lacks", () => {
    const disk = programOf().add("data", { io: IoProfile.random({ iops: 2000, latency: MS(5) }) });
    expect(disk.explain().settings).toMatchObject([
      {
        setting: "tier",
        value: "standard",
        decision: "tuned",
        practice: "tier-cheapest",
        why: "the cheapest that gives 2000 IOPS within 5 ms, 70 % reads: archive promises no latency, capacity takes 20 ms",
      },
    ]);
  });

  test("is not looked for where the disk names one", () => {
    const disk = programOf().add("data", { tier: "archive", io: IoProfile.random({ iops: 9000 }) });
    expect(disk.tier).toBe("archive");
    expect(disk.explain().settings).toEqual([]);
  });

  test("is by cost where costs are given, and a tier without one is not chosen", () => {
    const tiers = {
      performance: tierOn("p", { iops: 1000, cost: 2 }),
      scratch: tierOn("s", { iops: 1000, cost: 1 }),
      standard: tierOn("t", { iops: 1000 }),
    };
    expect(programOf(tiers).add("data", { io: IoProfile.random({ iops: 10 }) }).tier).toBe("scratch");
    const some = { ...tiers, scratch: tierOn("s", { iops: 1000 }) };
    expect(programOf(some).add("data", { io: IoProfile.random({ iops: 10 }) }).tier).toBe("performance");
  });

  test("of the same cost is the later one, and a name of one's own has no place in the usual order", () => {
    const same = { performance: tierOn("p", { iops: 1, cost: 1 }), archive: tierOn("a", { iops: 1, cost: 1 }) };
    expect(programOf(same).add("data", { io: IoProfile.random({ iops: 1 }) }).tier).toBe("archive");
    const own = { scratch: tierOn("s", { iops: 9 }) };
    expect(() => programOf(own).add("data", { io: IoProfile.random({ iops: 1 }) })).toThrow("scratch has no cost");
  });

  test("has room for the disk", () => {
    const tiers = {
      performance: tierOn("p", { iops: 100, capacity: GIB(100) }),
      archive: tierOn("a", { iops: 100, capacity: GIB(10), overCommit: 2 }),
    };
    const io = IoProfile.random({ iops: 1 });
    const { add } = programOf(tiers);
    expect(add("a", { io, size: GIB(20) }).tier).toBe("archive");
    expect(
      add("b", { io, size: GIB(21) })
        .explain()
        .value("tier"),
    ).toBe("performance");
  });

  test("that none gives is an error that says what each lacks", () => {
    expect(() => programOf().add("data", { io: IoProfile.random({ iops: 90_000, latency: MS(20) }) })).toThrow(
      "prod/vm/data: no tier gives what the disk needs: archive promises no latency, " +
        "capacity does 500 IOPS and this takes 225000, standard does 5000 IOPS and this takes 90000, " +
        'performance does 50000 IOPS and this takes 90000 (given "90000 IOPS within 20 ms, 70 % reads, 10 GiB"). ' +
        "To mend: name a tier, lower the need, or say what the tiers promise: iops, throughput, latency, cost. [tier-cheapest]",
    );
    expect(() => programOf().add("data", { io: IoProfile.sequential({ throughput: MIB(9000) }) })).toThrow(
      "archive promises no throughput",
    );
    expect(() => programOf({ archive: tierOn("a") }).add("data", { io: IoProfile.random({ iops: 1 }) })).toThrow(
      "archive promises no IOPS",
    );
  });

  test.each<[string, Partial<TunedVmDiskOptions>, string]>([
    ["neither tier nor need", {}, "neither its tier is given nor what it needs"],
    ["a limit alone", { io: IoProfile.limited({ shares: 100 }) }, "neither its tier is given nor what it needs"],
    [
      "a volume that is there",
      { existingVolume: "a", size: undefined },
      "the tier that the existing volume is in is left open",
    ],
    ["another tier", { tier: "preformance" }, 'prod/vm/data: pool storage has no such tier (given "preformance"'],
    ["what is no profile", { io: {} as never }, "io is not a IoProfile"],
    ["another backend", { tier: "archive", backend: "second" }, "tier archive has no such backend"],
  ])("%s is refused", (_, options, message) => {
    expect(() => programOf().add("data", options)).toThrow(message);
  });
});

describe("names of tiers", () => {
  test("may be one's own, after the usual ones", () => {
    const { pool, add } = programOf({ scratch: tierOn("s"), archive: tierOn("a"), performance: tierOn("p") });
    expect(pool.tierNames).toEqual(["performance", "archive", "scratch"]);
    expect(add("data", { tier: "scratch" }).tier).toBe("scratch");
  });

  test.each([
    ["a/b", "the name has a path separator (/) in it"],
    ["", "the name is empty"],
    ["Performance", 'did you mean "performance"?'],
    ["archives", 'did you mean "archive"?'],
  ])("%j is refused", (name, message) => {
    expect(() => programOf({ [name]: tierOn("a") })).toThrow(message);
  });

  test("do not meet those of backends", () => {
    const tiers = { fast: tierOn("a").plus("b", StorageBackend.nfs("nas1", "/b")), "fast-b": tierOn("c") };
    expect(() => programOf(tiers)).toThrow(
      'backend b of tier fast and a tier would have the same name (given "fast-b")',
    );
  });
});

describe("what is on a tier", () => {
  test("is no more than it has: the error says who has what, the largest first", () => {
    const { add, problems } = programOf({ archive: tierOn("a", { capacity: GIB(100) }) });
    add("small", { tier: "archive", size: GIB(20) });
    add("large", { tier: "archive", size: GIB(80) });
    expect(problems()).toEqual([]);
    add("more", { tier: "archive", size: GIB(30) });
    expect(problems()).toEqual([
      "tier archive of pool storage has 100 GiB, and volumes that take their space at once have 130 GiB: " +
        "prod/vm/large 80 GiB, prod/vm/more 30 GiB, prod/vm/small 20 GiB. " +
        "To mend: give it more space and say so in `capacity`, put volumes on another tier, or make thin volumes. " +
        "[tier-thick-takes-space]",
    ]);
  });

  test("is cut short where it is much", () => {
    const { add, problems } = programOf({ archive: tierOn("a", { capacity: GIB(1) }) });
    for (let i = 10; i < 25; i++) {
      add(`d${i}`, { tier: "archive" });
    }
    expect(problems()[0]).toContain("prod/vm/d19 10 GiB, 5 more. To mend");
  });

  test("is not known without a capacity, and volumes that are there do not count", () => {
    const { add, problems } = programOf({ archive: tierOn("a", { capacity: GIB(10) }), standard: tierOn("s") });
    add("data", { tier: "archive" });
    add("old", { tier: "archive", existingVolume: "old", size: undefined });
    add("huge", { tier: "standard", size: DataSize.tebibytes(60) });
    expect(problems()).toEqual([]);
  });

  test("needs no more than is promised, or is warned of", () => {
    const { add, problems, stack } = programOf({
      standard: tierOn("s", { iops: 1000, throughput: MIB(100), writePenalty: 2 }),
    });
    const io = IoProfile.random({ iops: 400, readPercent: 50 });
    add("a", { tier: "standard", io });
    add("quiet", { tier: "standard" });
    problems();
    expect(warningsOf(stack)).toEqual([]);
    add("b", { tier: "standard", io });
    add("c", { tier: "standard", io: IoProfile.sequential({ throughput: MIB(150) }) });
    expect(problems()).toEqual([]);
    expect(warningsOf(stack)).toEqual([
      expect.stringContaining(
        "prod/storage: tier standard of pool storage promises 1000 IOPS, and its volumes need 1200: prod/vm/a, prod/vm/b, prod/vm/c.",
      ),
      expect.stringMatching(/promises .*, and its volumes need .*\[tier-promised-performance\]$/),
    ]);
  });
});

describe("the backend of a volume", () => {
  const on = (name: string, weight = 1) => ({ name, weight, backend: StorageBackend.lvm(name) });
  const volumes = Array.from({ length: 4000 }, (_, i) => `vm${i}-data`);
  const shareOf = (name: string, backends: Parameters<typeof chooseBackend>[0]) =>
    volumes.filter((volume) => chooseBackend(backends, volume)?.name === name).length / volumes.length;

  test("follows the weights", () => {
    expect(shareOf("a", [on("a"), on("b")])).toBeCloseTo(0.5, 1);
    expect(shareOf("a", [on("a", 3), on("b", 1)])).toBeCloseTo(0.75, 1);
    expect(shareOf("b", [on("a"), on("b", 0)])).toBe(0);
    expect(chooseBackend([on("a", 0)], "v")).toBeUndefined();
  });

  test("does not depend on their order, and one that comes takes from others without moving anything else", () => {
    const [few, more] = [
      [on("a"), on("b")],
      [on("c"), on("b"), on("a")],
    ];
    let moved = 0;
    for (const volume of volumes) {
      const [before, after] = [chooseBackend(few, volume)!.name, chooseBackend(more, volume)!.name];
      expect([before, "c"]).toContain(after);
      moved += before === after ? 0 : 1;
    }
    expect(moved / volumes.length).toBeCloseTo(1 / 3, 1);
  });
});

test("a platform that spreads volumes itself is not told a backend, and is accounted as a whole", () => {
  const [capacity, iops] = [GIB(100), 100];
  const tier = tierOn("a", { capacity, iops }).plus("b", StorageBackend.nfs("nas2", "/b"), { capacity });
  const { add, problems, platform, stack } = programOf({ standard: tier });
  expect(add("a", { tier: "standard", size: GIB(150), io: IoProfile.random({ iops: 150 }) }).backend).toBeUndefined();
  expect(platform.tiers[0]).toMatchObject({ others: [{ name: "b" }] });
  expect(problems()).toEqual([]);
  expect(warningsOf(stack)).toEqual([]);
  expect(() => add("b", { tier: "standard", backend: "b" })).toThrow(
    "recording spreads volumes over the backends of tier standard itself",
  );
  add("c", { tier: "standard", size: GIB(60), io: IoProfile.random({ iops: 60 }) });
  expect(problems()[0]).toContain(
    "tier standard of pool storage has 200 GiB, and volumes that take their space at once have 210 GiB",
  );
  expect(warningsOf(stack)[0]).toContain("promises 200 IOPS, and its volumes need 210");
});
