import {
  Boot,
  DataSize,
  ImageFormat,
  IoProfile,
  LibvirtSecret,
  Preallocation,
  StorageBackend,
  StorageTier,
  type StorageTierOptions,
  type StorageTiers,
  type TunedVmDiskOptions,
} from "virtuned";
import { LibvirtProgram } from "../../support/libvirt";
import { warningsOf } from "../../support/synthesis";

const GIB = DataSize.gibibytes;
const UUID = "2ec115d7-3a88-3ceb-bc12-0ac909a6fd87";
const DIRECTORY = StorageBackend.directory("/srv/vms");

const SPREAD = StorageTier.on(StorageBackend.lvm("nvme"))
  .plus("second", StorageBackend.lvm("nvme2"))
  .plus("third", StorageBackend.lvm("nvme3"));

function programOf(tiers: StorageTiers, hosts?: readonly string[]) {
  const program = new LibvirtProgram({}, hosts);
  const pool = program.pool("storage", { tiers });
  return { program, pool };
}

/** A disk of a machine, in a tier with these options. */
function diskIn(backend: StorageBackend, tier: StorageTierOptions, options: Partial<TunedVmDiskOptions> = {}) {
  const { program, pool } = programOf({ standard: StorageTier.on(backend, tier) });
  const disk = program.vm("vm").addDisk("data", { pool, tier: "standard", size: GIB(10), ...options });
  const synthesis = program.synthesise();
  return { disk, volume: synthesis.all("libvirt_volume"), device: synthesis.one("libvirt_domain").devices.disks[0] };
}

describe("a tier on several backends", () => {
  const { program, pool } = programOf({ performance: SPREAD }, ["kvm1", "kvm2"]);
  const vm = program.vm("vm", { host: program.hosts[0] });
  const disks = Array.from({ length: 12 }, (_, i) => vm.addDisk(`d${i}`, { pool, tier: "performance", size: GIB(1) }));
  const pinned = vm.addDisk("pinned", { pool, tier: "performance", size: GIB(1), backend: "third" });
  const old = vm.addDisk("old", { pool, tier: "performance", backend: "second", existingVolume: "old" });
  const synthesis = program.synthesise();

  test("is a pool for each on each host; the first is called as if it were alone", () => {
    const pools = Object.values(synthesis.all("libvirt_pool"));
    expect(pools.map(({ name, source }) => `${name} ${source.name}`).sort()).toEqual(
      ["storage-performance nvme", "storage-performance-second nvme2", "storage-performance-third nvme3"]
        .flatMap((name) => [name, name])
        .sort(),
    );
    expect(Object.keys(synthesis.all("libvirt_pool")).filter((name) => !/second|third/.test(name))).toHaveLength(2);
  });

  test("has volumes on all of them, each where its disk says", () => {
    const pools = new Map(
      synthesis
        .one("libvirt_domain")
        .devices.disks.map(({ serial, source }: { serial: string; source: { volume: { pool: string } } }) => [
          serial,
          source.volume.pool,
        ]),
    );
    const nameOf = (backend: string | undefined) => `storage-performance${backend === "main" ? "" : `-${backend}`}`;
    expect(new Set(disks.map(({ backend }) => backend))).toEqual(new Set(["main", "second", "third"]));
    for (const disk of [...disks, pinned, old]) {
      expect(pools.get(disk.node.id)).toBe(nameOf(disk.backend));
    }
    expect(pinned.backend).toBe("third");
  });

  test("says why a volume is where it is", () => {
    expect(disks[0]!.explain().settings).toContainEqual(
      expect.objectContaining({ setting: "backend", decision: "tuned", practice: "tier-spread-by-name" }),
    );
    expect(pinned.explain().settings).toContainEqual(
      expect.objectContaining({ setting: "backend", value: "third", decision: "given" }),
    );
  });

  test("does not know where a volume is that is there already", () => {
    expect(() => vm.addDisk("x", { pool, tier: "performance", existingVolume: "x" })).toThrow(
      "which backend the existing volume is on is left open (allowed: main, second, third). To mend: give `backend`",
    );
  });

  test("without weights takes volumes that name their backend only", () => {
    const tier = StorageTier.on(StorageBackend.lvm("a"), { weight: 0 });
    const { program: other, pool: unweighted } = programOf({
      standard: tier.plus("b", StorageBackend.lvm("b"), { weight: 0 }),
    });
    const machine = other.vm("vm");
    expect(() => machine.addDisk("x", { pool: unweighted, tier: "standard", size: GIB(1) })).toThrow(
      "all have weight 0",
    );
    const disk = machine.addDisk("y", { pool: unweighted, tier: "standard", size: GIB(1), backend: "b" });
    expect(disk.backend).toBe("b");
  });
});

test("a backend with weight 0 is added without moving anything", () => {
  const placesOf = (tier: StorageTier) => {
    const { program, pool } = programOf({ performance: tier });
    const vm = program.vm("vm");
    return Array.from(
      { length: 20 },
      (_, i) => vm.addDisk(`d${i}`, { pool, tier: "performance", size: GIB(1) }).backend,
    );
  };
  expect(placesOf(SPREAD.plus("fourth", StorageBackend.lvm("nvme4"), { weight: 0 }))).toEqual(placesOf(SPREAD));
});

/** Numbers that look random and are the same each time. */
function randomOf(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

interface PlannedDisk {
  readonly vm: string;
  readonly id: string;
  readonly options: Pick<TunedVmDiskOptions, "tier" | "io" | "size" | "backend">;
}

function randomDisk(random: (below: number) => number, position: number): PlannedDisk {
  const size = GIB(1 + random(50));
  const tiers = ["performance", "standard", "own"];
  const io = IoProfile.random({ iops: 1 + random(3000), readPercent: random(101) });
  const options = [
    { tier: tiers[random(3)]! },
    { io },
    { io, tier: tiers[random(3)]! },
    { tier: "performance", backend: "second" },
  ];
  return { vm: `vm${random(3)}`, id: `d${position}`, options: { size, ...options[random(4)]! } };
}

function volumesOf(disks: readonly PlannedDisk[]): Map<string, unknown> {
  const spread = (name: string, iops: number) =>
    StorageTier.on(StorageBackend.directory(`/srv/${name}1`), { iops, cost: iops, capacity: GIB(1000), overCommit: 2 })
      .plus("second", StorageBackend.directory(`/srv/${name}2`), { capacity: GIB(1000), weight: 3 })
      .plus("third", StorageBackend.directory(`/srv/${name}3`), { capacity: GIB(2000) });
  const { program, pool } = programOf({
    own: spread("o", 500),
    performance: spread("p", 90_000),
    standard: spread("s", 1500),
  });
  const vms = new Map(["vm0", "vm1", "vm2"].map((name) => [name, program.vm(name)]));
  for (const { vm, id, options } of disks) {
    vms.get(vm)!.addDisk(id, { pool, order: Number(id.slice(1)), ...options });
  }
  return new Map(
    Object.entries(program.synthesise().all("libvirt_volume")).map(([name, { pool: of, name: volume }]) => [
      name,
      [of, volume],
    ]),
  );
}

test.each(Array.from({ length: 25 }, (_, i) => i + 1))(
  "program %i: a volume that is added anywhere, and another order, move no other one",
  (seed) => {
    const random = randomOf(seed);
    const disks = Array.from({ length: 3 + random(10) }, (_, i) => randomDisk(random, i + 1));
    const before = volumesOf(disks);
    expect(before.size).toBe(disks.length);
    const at = random(disks.length + 1);
    const more = [...disks.slice(0, at), randomDisk(random, 100), ...disks.slice(at)];
    const after = volumesOf(random(2) === 0 ? more : more.reverse());
    expect(after.size).toBe(before.size + 1);
    for (const [name, place] of before) {
      expect(after.get(name)).toEqual(place);
    }
  },
);

describe("what is on a host's own storage", () => {
  const capacity = GIB(100);
  const fill = (backend: StorageBackend) => {
    const { program, pool } = programOf({ standard: StorageTier.on(backend, { capacity }) }, ["kvm1", "kvm2"]);
    for (const [i, host] of program.hosts.entries()) {
      program.vm(`vm${i}`, { host }).addDisk("data", { pool, tier: "standard", size: GIB(60) });
    }
    return { program, pool, problems: () => pool.node.validate() };
  };

  test("counts for that host, and what hosts share for all", () => {
    expect(fill(DIRECTORY).problems()).toEqual([]);
    expect(fill(StorageBackend.nfs("nas1", "/e")).problems()[0]).toContain("has 100 GiB, and volumes");
  });

  test("is named with it", () => {
    const { program, pool, problems } = fill(DIRECTORY);
    program.vm("more", { host: program.hosts[1] }).addDisk("data", { pool, tier: "standard", size: GIB(50) });
    expect(problems()).toEqual([
      expect.stringContaining("tier standard of pool storage (host kvm2) has 100 GiB, and volumes have 110 GiB"),
    ]);
  });

  test("is named with its backend where there are several", () => {
    const tier = StorageTier.on(DIRECTORY, { capacity }).plus("b", StorageBackend.directory("/srv/b"), { capacity });
    const { program, pool } = programOf({ standard: tier });
    program.vm("vm").addDisk("data", { pool, tier: "standard", size: GIB(101), backend: "b" });
    expect(pool.node.validate()[0]).toContain("tier standard of pool storage (backend b, host kvm1) has 100 GiB");
  });

  test("may be promised more than once where volumes are thin", () => {
    const problemsOf = (overCommit: number, backend: StorageBackend, sizes: readonly number[]) => {
      const { program, pool } = programOf({ standard: StorageTier.on(backend, { capacity, overCommit }) });
      const vm = program.vm("vm");
      for (const [i, size] of sizes.entries()) {
        vm.addDisk(`d${i}`, { pool, tier: "standard", size: GIB(size) });
      }
      return pool.node.validate();
    };
    expect(problemsOf(1.5, DIRECTORY, [100, 50])).toEqual([]);
    expect(problemsOf(1.5, DIRECTORY, [100, 51])[0]).toContain(
      "has 100 GiB, 1.5 times that may be promised, and volumes have 151 GiB: prod/vm/d0 100 GiB, prod/vm/d1 51 GiB.",
    );
    expect(problemsOf(1, DIRECTORY, [101])[0]).toMatch(
      /has 100 GiB, and volumes have 101 GiB: .*\[tier-over-commit\]$/,
    );
    expect(problemsOf(1.5, StorageBackend.lvm("nvme"), [100, 1])[0]).toContain("[tier-thick-takes-space]");
  });

  test("counts a shared volume once", () => {
    const { program, pool } = programOf({ standard: StorageTier.on(DIRECTORY, { capacity }) });
    program.vm("a").addDisk("data", { pool, tier: "standard", size: GIB(80), shareable: true });
    program.vm("b").addDisk("data", { pool, tier: "standard", existingVolume: "a-data.raw", shareable: true });
    expect(pool.node.validate()).toEqual([]);
  });

  test("needs its operations of that host", () => {
    const { program, pool } = programOf({ standard: StorageTier.on(DIRECTORY, { iops: 1000 }) }, ["kvm1", "kvm2"]);
    const io = IoProfile.random({ iops: 600 });
    for (const [i, host] of program.hosts.entries()) {
      program.vm(`vm${i}`, { host }).addDisk("data", { pool, size: GIB(1), io });
    }
    expect(pool.node.validate()).toEqual([]);
    expect(warningsOf(program.stack)).toEqual([]);
  });
});

describe("volumes of a tier", () => {
  test("are made as it says", () => {
    const { volume, device, disk } = diskIn(DIRECTORY, {
      format: ImageFormat.QCOW2,
      clusterSize: DataSize.kibibytes(128),
      encryptionSecret: LibvirtSecret.uuid(UUID),
    });
    expect(disk.format).toBe("qcow2");
    expect(Object.values(volume)[0]!.target).toEqual({
      format: { type: "qcow2" },
      compat: "1.1",
      cluster_size: 131072,
      cluster_size_unit: "B",
      encryption: { format: "luks", secret: { type: "passphrase", uuid: UUID } },
    });
    expect(device.encryption).toEqual({ format: "luks", secrets: [{ type: "passphrase", uuid: UUID }] });
  });

  test("may ask for what is done anyway, and a disk may have another format", () => {
    expect(diskIn(DIRECTORY, { preallocation: Preallocation.NONE }).disk.format).toBe("raw");
    expect(diskIn(StorageBackend.lvm("nvme"), { preallocation: Preallocation.FALLOC }).disk.format).toBe("raw");
    expect(diskIn(DIRECTORY, { format: ImageFormat.QCOW2 }, { format: ImageFormat.RAW }).disk.format).toBe("raw");
  });

  test("made from an image are overlays, whatever it says", () => {
    const { program, pool } = programOf({ standard: StorageTier.on(DIRECTORY, { format: ImageFormat.RAW }) });
    const boot = Boot.image("/images/debian.qcow2", { pool, tier: "standard", size: GIB(10) });
    expect(program.vm("vm", { boot }).disks[0]!.format).toBe("qcow2");
  });

  test.each<[string, StorageBackend, StorageTierOptions, Partial<TunedVmDiskOptions>, string]>([
    ["files with their space", DIRECTORY, { preallocation: Preallocation.FALLOC }, {}, "[volume-preallocation]"],
    [
      "qcow2 with its tables",
      DIRECTORY,
      { preallocation: Preallocation.METADATA, format: ImageFormat.QCOW2 },
      {},
      'with preallocation none, and the tier asks for another (given "metadata"; allowed: none)',
    ],
    ["zeroes", DIRECTORY, { preallocation: Preallocation.FULL }, {}, "with preallocation none"],
    [
      "thin volumes on LVM",
      StorageBackend.lvm("nvme"),
      { preallocation: Preallocation.NONE },
      {},
      "libvirt makes volumes on lvm nvme with preallocation falloc",
    ],
    [
      "clusters of raw",
      DIRECTORY,
      { clusterSize: DataSize.kibibytes(64) },
      { format: ImageFormat.RAW },
      "[volume-cluster-size]",
    ],
    [
      "encryption on LVM",
      StorageBackend.lvm("nvme"),
      { encryptionSecret: LibvirtSecret.uuid(UUID) },
      {},
      "[volume-encryption]",
    ],
  ])("%s is refused", (_, backend, tier, options, message) => {
    expect(() => diskIn(backend, tier, options)).toThrow(message);
  });

  test("are protected as it says, unless the disk does", () => {
    const { program, pool } = programOf({
      standard: StorageTier.on(DIRECTORY, { protectData: false }),
      archive: StorageTier.on(StorageBackend.lvm("a")),
    });
    const vm = program.vm("vm");
    const protects = (tier: string, protectData?: boolean) =>
      vm.addDisk(`${tier}${protectData}`, { pool, tier, size: GIB(1), protectData }).protectData;
    expect([protects("standard"), protects("standard", true), protects("archive"), protects("archive", false)]).toEqual(
      [false, true, true, false],
    );
  });

  test("are refused another pool while they hold data", () => {
    const { program, pool } = programOf({ standard: StorageTier.on(DIRECTORY) });
    program.vm("vm").addDisk("data", { pool, tier: "standard", size: GIB(1) });
    const synthesis = program.synthesise();
    const [name] = Object.keys(synthesis.all("libvirt_volume"));
    expect(synthesis.one("libvirt_volume").lifecycle.ignore_changes).toContain("pool");
    expect(synthesis.one("terraform_data", "vm_Definition").lifecycle.precondition).toContainEqual(
      expect.objectContaining({
        condition: `\${libvirt_volume.${name}.pool == "storage-standard"}`,
        error_message: expect.stringContaining("it would be made anew there, without its data"),
      }),
    );
  });
});
