import { execFile } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { Construct } from "constructs";
import {
  Boot,
  CacheMode,
  DataSize,
  DiskBus,
  Duration,
  ImageFormat,
  StorageBackend,
  StorageTier,
  TieredStoragePool,
  TunedVm,
  type TunedVmDiskOptions,
} from "virtuned";
import { Accelerator, LibvirtHost, LibvirtPlatform } from "virtuned/libvirt";
import { down, type Lab, up } from "../../lab";
import { steps } from "./steps";
import { describeOnLab, onHosts } from "./testbed";

const { mebibytes } = DataSize;
const execute = promisify(execFile);

type Disk = Partial<Omit<TunedVmDiskOptions, "pool">>;

interface Machine {
  readonly name?: string;
  /** An image that its root disk is made from. */
  readonly image?: string;
  readonly memory: number;
  /** By their ids, in the order of the program. */
  readonly disks: Readonly<Record<string, Disk>>;
}

/** A program as a value, for edits to be written down. */
interface Site {
  readonly platform: string;
  readonly host: "lab" | "second";
  /** Id of the construct that everything is in. */
  readonly scope?: string;
  readonly pool: string;
  readonly poolName: string;
  /** Folders of the pool's tiers. */
  readonly standard: string;
  readonly capacity?: string;
  readonly protectData: boolean;
  readonly machines: Readonly<Record<string, Machine>>;
}

const SITE = {
  platform: "kvm",
  host: "lab",
  pool: "storage",
  poolName: "storage",
  standard: "standard",
  capacity: "capacity",
  protectData: true,
  machines: {
    db: {
      image: "first.qcow2",
      memory: 96,
      disks: { data: { size: mebibytes(8) }, log: { size: mebibytes(8), format: ImageFormat.QCOW2 } },
    },
    web: { memory: 32, disks: { data: { size: mebibytes(8) }, cache: { size: mebibytes(8), protectData: false } } },
  },
} satisfies Site;

const { db: DB, web: WEB } = SITE.machines;

/** What would lose the data of volumes, or part them from their machine, and what is said to each. */
const REFUSED: readonly (readonly [edits: string, site: Site, said: readonly string[]])[] = [
  [
    "a disk gets another id, others and a machine are removed, and a tier without volumes",
    {
      ...SITE,
      capacity: undefined,
      machines: { db: { ...DB, image: undefined, disks: { pgdata: DB.disks.data } } },
    },
    ["db_data", "db_log", "db_root", "web_data", "storage_capacity"].map(gone),
  ],
  [
    "a machine gets another id and keeps its name; a volume is said to be there already",
    {
      ...SITE,
      machines: { orders: { ...DB, name: "db" }, web: { ...WEB, disks: { data: { existingVolume: "web-data.raw" } } } },
    },
    ["db_data", "db_log", "db_root", "web_data"].map(gone),
  ],
  ["all machines are removed", { ...SITE, machines: {} }, ["db_data", "db_log", "db_root", "web_data"].map(gone)],
  [
    "everything is put into a construct",
    { ...SITE, scope: "app" },
    ["db_data", "db_log", "db_root", "web_data", "storage_standard", "storage_capacity"].map(gone),
  ],
  ["a pool gets another id", { ...SITE, pool: "disks" }, ["storage_standard", "storage_capacity"].map(gone)],
  [
    "everything moves to a second host",
    { ...SITE, host: "second" },
    ["db_data", "db_log", "db_root", "web_data", "storage_standard", "storage_capacity"].map(gone),
  ],
  [
    "protection is lifted from what goes at once",
    { ...SITE, protectData: false, machines: { web: WEB } },
    ["db_data", "db_log", "db_root"].map(gone),
  ],
  [
    "a machine gets another name, another one's volume moves to another tier",
    {
      ...SITE,
      machines: {
        db: { ...DB, name: "orders" },
        web: { ...WEB, disks: { ...WEB.disks, data: { ...WEB.disks.data, tier: "capacity" } } },
      },
    },
    [
      "Volume db-data.raw is to become orders-data.raw",
      "Volume db-log.qcow2 is to become orders-log.qcow2",
      "Volume db-root.qcow2 is to become orders-root.qcow2",
      "Volume web-data.raw is in pool storage-standard and is to be in storage-capacity",
    ],
  ],
  [
    "a machine gets another image, its volumes shrink or have another format",
    {
      ...SITE,
      machines: {
        db: {
          ...DB,
          image: "second.qcow2",
          disks: { data: { size: mebibytes(4) }, log: { size: mebibytes(8), format: ImageFormat.RAW } },
        },
        web: WEB,
      },
    },
    [
      "its machine is to boot from another image",
      "Volume db-data.raw was made with 8388608 bytes, 4194304 (4 MiB) are wanted",
      "Volume db-log.qcow2 is to become db-log.raw",
    ],
  ],
  ["a pool gets another name", { ...SITE, poolName: "disks" }, ["is to be in disks-standard"]],
  ["a tier gets another folder", { ...SITE, standard: "elsewhere" }, ["The storage pool storage-standard holds data"]],
];

/** What is said of a volume or pool that is not there any more, by the beginning of its name. */
function gone(name: string): string {
  return `Resource terraform_data.ProtectedData["libvirt_${name.startsWith("storage") ? "pool" : "volume"}.${name}_`;
}

/** What may change at any time. */
const CHANGED = {
  ...SITE,
  platform: "libvirt",
  machines: {
    web: {
      memory: 40,
      disks: {
        more: { size: mebibytes(8), order: 5 },
        cache: { size: mebibytes(8), protectData: true, order: 2 },
        data: { size: mebibytes(16), order: 1 },
      },
    },
    added: { memory: 32, disks: { data: { size: mebibytes(8) } } },
    db: {
      ...DB,
      memory: 112,
      disks: {
        log: { ...DB.disks.log, size: mebibytes(12), order: 7, serial: "journal", discard: false },
        data: { ...DB.disks.data, bus: DiskBus.VIRTIO_BLK, cache: CacheMode.DIRECTSYNC, shareable: true },
      },
    },
  },
} satisfies Site;

interface Content {
  readonly file: string;
  readonly format: ImageFormat;
  readonly position: string;
}

const CONTENTS: readonly Content[] = [
  { file: "db-root.qcow2", format: ImageFormat.QCOW2, position: "1M" },
  { file: "db-data.raw", format: ImageFormat.RAW, position: "1M" },
  { file: "db-log.qcow2", format: ImageFormat.QCOW2, position: "1M" },
  { file: "web-data.raw", format: ImageFormat.RAW, position: "1M" },
  { file: "web-cache.raw", format: ImageFormat.RAW, position: "1M" },
];

describeOnLab("what volumes hold", (bed) => {
  const { libvirt } = bed;
  const life = bed.deployment();
  const step = steps();
  const folder = join(bed.lab.imagesFolder, "standard");
  let second: Lab;

  beforeAll(async () => {
    second = await up(`${bed.lab.name}-2`, { install: false });
    for (const image of ["first.qcow2", "second.qcow2"]) {
      await execute("qemu-img", ["create", "-q", "-f", "qcow2", join(bed.lab.stateFolder, image), "8M"]);
    }
  }, 300_000);

  afterAll(async () => {
    await down(second?.name);
  }, 60_000);

  async function synth(site: Site): Promise<void> {
    await life.synth((stack) => {
      const hosts = [LibvirtHost.at("lab", bed.lab.uri, { accelerator: Accelerator.TCG })];
      if (site.host === "second") {
        hosts.push(LibvirtHost.at("second", second.uri, { accelerator: Accelerator.TCG }));
      }
      const scope = site.scope === undefined ? stack : new Construct(stack, site.scope);
      const platform = new LibvirtPlatform(scope, site.platform, { hosts });
      const host = hosts.find(({ name }) => name === site.host)!;
      const on = (name: string) => StorageTier.on(StorageBackend.directory(join(bed.lab.imagesFolder, name)));
      const pool = new TieredStoragePool(scope, site.pool, {
        platform,
        name: site.poolName,
        hosts: [host],
        tiers: { standard: on(site.standard), ...(site.capacity !== undefined && { capacity: on(site.capacity) }) },
        protectData: site.protectData,
      });
      for (const [id, { name, image, memory, disks }] of Object.entries(site.machines)) {
        const vm = new TunedVm(scope, id, {
          platform,
          name,
          host,
          vcpus: 1,
          memory: mebibytes(memory),
          shutdownTimeout: Duration.seconds(1),
          ...(image !== undefined && {
            boot: Boot.image(join(bed.lab.stateFolder, image), { pool, tier: "standard", size: mebibytes(8) }),
          }),
        });
        for (const [disk, options] of Object.entries(disks)) {
          vm.addDisk(disk, { pool, tier: "standard", ...options });
        }
      }
    });
  }

  /** Does what a program says. Returns what was planned. */
  async function change(site: Site): Promise<string[]> {
    await synth(site);
    const { changes } = await life.plan();
    await life.applyPlan();
    return onHosts(changes);
  }

  const qemuIo = (command: string, { file, format, position }: Content, ...flags: readonly string[]) =>
    execute("qemu-io", [...flags, "-f", format, "-c", `${command} -P 0x5a ${position} 64k`, join(folder, file)]);

  /** What is there of what was written. */
  async function whatIsThere(): Promise<string[]> {
    const read = await Promise.all(
      CONTENTS.map(async (content) => {
        const { stdout } = await qemuIo("read", content, "-U", "-r").catch((error) => ({ stdout: String(error) }));
        return /^read 65536\/65536 bytes/.test(stdout) ? content.file : `${content.file}: ${stdout}`;
      }),
    );
    return read;
  }

  const all = CONTENTS.map(({ file }) => file);

  async function expectUnharmed(
    guests: readonly string[] = ["db", "web"],
    files: readonly string[] = all,
  ): Promise<void> {
    expect((await whatIsThere()).filter((file) => !file.includes(":"))).toEqual(files);
    for (const guest of guests) {
      expect([guest, await libvirt.state(guest)]).toEqual([guest, "running"]);
    }
  }

  step("volumes are made, and written to", async () => {
    await change(SITE);
    expect((await life.plan()).changes).toEqual([]);
    for (const guest of ["db", "web"]) {
      await libvirt.virsh("destroy", guest);
    }
    for (const content of CONTENTS) {
      await qemuIo("write", content);
    }
    for (const guest of ["db", "web"]) {
      await libvirt.virsh("start", guest);
    }
    await expectUnharmed();
  });

  step("plans that would lose it are refused, each with a word on what it is about", async () => {
    const state = life.state().serial;
    const exceptions: string[] = [];
    for (const [edits, site, said] of REFUSED) {
      await synth(site);
      const output = await life.refusedPlan().catch((error) => `not refused: ${error}`);
      const unsaid = said.filter((message) => !output.includes(message));
      if (unsaid.length > 0 || output.startsWith("not refused")) {
        exceptions.push(`${edits}: ${unsaid}\n${output}`);
      }
    }
    expect(exceptions).toEqual([]);
    await synth(SITE);
    const { code, output } = await life.run(["destroy", "-input=false", "-auto-approve"]);
    expect([code, output]).toEqual([1, expect.stringContaining("Instance cannot be destroyed")]);
    expect(life.state().serial).toBe(state);
    await expectUnharmed();
  });

  step("all other changes leave it as it is", async () => {
    expect(await change(CHANGED)).toEqual([
      "create libvirt_domain.added",
      "create libvirt_volume.added_data",
      "create libvirt_volume.web_more",
      "update libvirt_domain.db",
      "update libvirt_domain.web",
    ]);
    await expectUnharmed(["db", "web", "added"]);
    expect((await life.plan()).changes).toEqual([]);
    expect(await sizes(["db-data.raw", "db-log.qcow2", "web-data.raw"])).toEqual([8, 12, 16]);
    expect(await libvirt.find("db", "//disk/serial/text()")).toContain("journal");
  });

  step(
    "a size between the first one and what a volume has grown to is refused before the volume is touched",
    async () => {
      const { web } = CHANGED.machines;
      const smaller = { ...web, disks: { ...web.disks, data: { ...web.disks.data, size: mebibytes(12) } } };
      await synth({ ...CHANGED, machines: { ...CHANGED.machines, web: smaller } });
      expect(await life.refusedApply()).toContain("shrinking it would lose data. Change the size back.");
      await expectUnharmed(["db", "web", "added"]);
      expect(await sizes(["web-data.raw"])).toEqual([16]);
    },
  );

  const resources = () => JSON.parse(readFileSync(join(life.folder, "cdk.tf.json"), "utf8")).resource as Resources;
  const { db: changedDb, ...others } = CHANGED.machines;
  const orders: Machine = { ...changedDb, name: "db" };

  step("a machine that is moved in the state keeps its volumes under another id", async () => {
    const before = resources();
    await synth({ ...CHANGED, machines: { orders, ...others } });
    for (const [from, to] of moves(before, resources(), "stack/db", "stack/orders")) {
      expect((await life.run(["state", "mv", from, to])).code).toBe(0);
    }
    expect(onHosts((await life.plan()).changes)).toEqual([]);
    await life.applyPlan();
    await expectUnharmed(["db", "web", "added"]);
  });

  const { data: _data, ...otherDisks } = changedDb.disks;
  const attached: Machine = { ...orders, disks: { ...otherDisks, kept: { existingVolume: "db-data.raw" } } };

  step("a volume that Terraform was told to forget stays, and can be attached again", async () => {
    const volume = Object.keys(resources().libvirt_volume!).find((name) => name.startsWith("orders_data"));
    const note = `terraform_data.ProtectedData["libvirt_volume.${volume} on lab"]`;
    expect((await life.run(["state", "rm", `libvirt_volume.${volume}`, note])).code).toBe(0);
    expect(await change({ ...CHANGED, machines: { orders: attached, ...others } })).toEqual([
      "update libvirt_domain.orders",
    ]);
    await expectUnharmed(["db", "web", "added"]);
  });

  step("what is not protected any more can go, and nothing else does", async () => {
    const { web, added } = CHANGED.machines;
    const { cache, ...rest } = web.disks;
    const lifted: Machine = { ...web, disks: { ...rest, cache: { ...cache, protectData: false } } };
    expect(await change({ ...CHANGED, machines: { orders: attached, web: lifted, added } })).toEqual([]);
    const left: Site = { ...CHANGED, machines: { orders: attached, web: { ...web, disks: rest }, added } };
    expect(await change(left)).toEqual(["delete libvirt_volume.web_cache", "update libvirt_domain.web"]);
    await expectUnharmed(
      ["db", "web", "added"],
      all.filter((file) => file !== "web-cache.raw"),
    );
    expect(existsSync(join(folder, "web-cache.raw"))).toBe(false);

    await synth({ ...left, protectData: false });
    await life.apply();
    await life.destroy();
    expect(await libvirt.everything()).toEqual([]);
    // The one that Terraform was told to forget.
    expect(readdirSync(folder)).toEqual(["db-data.raw"]);
    expect(await whatIsThere()).toContain("db-data.raw");
  });

  async function sizes(files: readonly string[]): Promise<number[]> {
    const infos = await Promise.all(
      files.map((file) => execute("qemu-img", ["info", "-U", "--output=json", join(folder, file)])),
    );
    return infos.map(({ stdout }) => JSON.parse(stdout)["virtual-size"] / 1024 ** 2);
  }
});

type Resources = Record<string, Record<string, { readonly "//": { readonly metadata: { readonly path: string } } }>>;

/** Addresses of the same thing in two programs, those of what protects it among them. */
function moves(before: Resources, after: Resources, from: string, to: string): [string, string][] {
  const found: [string, string][] = [];
  for (const [type, byName] of Object.entries(before)) {
    for (const [
      name,
      {
        "//": { metadata },
      },
    ] of Object.entries(byName)) {
      const path = metadata.path.replace(`${from}/`, `${to}/`);
      const other = Object.entries(after[type] ?? {}).find(([, resource]) => resource["//"].metadata.path === path);
      if (path !== metadata.path && other !== undefined) {
        found.push([`${type}.${name}`, `${type}.${other[0]}`]);
        if (type === "libvirt_volume") {
          const note = (volume: string) => `terraform_data.ProtectedData["${type}.${volume} on lab"]`;
          found.push([note(name), note(other[0])]);
        }
      }
    }
  }
  return found;
}
