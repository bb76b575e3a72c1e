import { spawnSync } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DataSize, Duration, StorageBackend, StorageTier, type TunedVmDiskOptions } from "virtuned";
import { newFolder } from "../../support/folders";
import { LibvirtProgram } from "../../support/libvirt";
import type { Attributes } from "../../support/synthesis";

const BYTES = DataSize.gibibytes(10).toBytes();

/** A machine with one disk on LVM: its resource, and the block of those that are not protected. */
function diskOnLvm(options: Partial<TunedVmDiskOptions> = {}) {
  const program = new LibvirtProgram();
  const pool = program.pool("storage", { tiers: { performance: StorageTier.on(StorageBackend.lvm("nvme")) } });
  const vm = program.vm("db", { shutdownTimeout: Duration.seconds(2) });
  const disk = vm.addDisk("data", { pool, tier: "performance", size: DataSize.gibibytes(10), ...options });
  const synthesis = program.synthesise();
  const blocks = synthesis.all("terraform_data");
  const named = (part: RegExp) => Object.entries(blocks).find(([name]) => part.test(name));
  const [blockName, block] = named(/LogicalVolumes/) as [string, Attributes];
  const [ownName, own] = named(/^db_data_/) ?? [];
  return { synthesis, disk, block, blockName, own, ownName, definition: named(/^db_Definition/)![1] as Attributes };
}

describe("a volume on LVM", () => {
  test("that holds data has a resource, with which it never goes", () => {
    const { synthesis, block, own, ownName, definition } = diskOnLvm();
    expect(synthesis.all("libvirt_volume")).toEqual({});
    expect(own).toMatchObject({
      input: { bytes: BYTES, guest: "db", patience: 2 },
      triggers_replace: { pool: "storage-performance", name: "db-data", volume_group: "nvme" },
      lifecycle: { ignore_changes: "all" },
      depends_on: [expect.stringMatching(/^libvirt_pool\./)],
    });
    expect(own!.provisioner).toHaveLength(1);
    expect(block.for_each).toEqual({});
    expect(synthesis.one("libvirt_domain").depends_on).toEqual([`terraform_data.${ownName}`]);
    expect(Object.keys(synthesis.all("terraform_data").ProtectedData!.for_each)).toContain(
      `terraform_data.${ownName} on kvm1`,
    );
    const conditions = definition.lifecycle.precondition.map(({ condition }: Attributes) => condition);
    expect(conditions).toEqual([
      `\${terraform_data.${ownName}.triggers_replace.name == "db-data"}`,
      `\${terraform_data.${ownName}.triggers_replace.pool == "storage-performance"}`,
      `\${terraform_data.${ownName}.triggers_replace.volume_group == "nvme"}`,
    ]);
  });

  test("that holds none is an instance of a block that removes it", () => {
    const { synthesis, block, blockName, own, definition } = diskOnLvm({ protectData: false });
    expect(own).toBeUndefined();
    const [id] = Object.keys(block.for_each);
    expect(block.for_each[id!]).toMatchObject({ pool: "storage-performance", name: "db-data", volume_group: "nvme" });
    expect(block.lifecycle).toEqual({ ignore_changes: ["input"] });
    expect(block.provisioner.map((step: Attributes) => step["local-exec"].when)).toEqual([undefined, "destroy"]);
    expect(synthesis.one("libvirt_domain").depends_on).toEqual([`terraform_data.${blockName}`]);
    expect(definition.lifecycle).toEqual({ precondition: [] });
  });

  test("moves between the two when its protection changes, and nothing else is another one", () => {
    const [holding, disposable] = [diskOnLvm(), diskOnLvm({ protectData: false })];
    const own = `terraform_data.${holding.ownName}`;
    const instance = `terraform_data.${holding.blockName}["${holding.ownName}"]`;
    expect(holding.synthesis.document.moved).toEqual([{ from: instance, to: own }]);
    expect(disposable.synthesis.document.moved).toContainEqual({ from: own, to: instance });
    expect(disposable.definition.input).toEqual(holding.definition.input);
  });

  test("is explained", () => {
    expect(diskOnLvm().disk.explain().settings).toContainEqual(
      expect.objectContaining({ setting: "allocation", value: "10 GiB", practice: "backend-whole-logical-volumes" }),
    );
  });
});

/** What virsh finds, by its commands. */
type Found = Readonly<Record<string, string>>;

/** Runs what makes or removes a volume, with a virsh that says what is there. */
function run(what: "make" | "remove", found: Found) {
  const { synthesis, block } = diskOnLvm({ protectData: false });
  const step = block.provisioner[what === "make" ? 0 : 1]["local-exec"] as Attributes;
  const make = Object.values<string>(synthesis.document.locals).find((text) => text.includes("vol-create-as"))!;
  const folder = newFolder();
  const calls = join(folder, "calls");
  const answers = Object.entries({ "pool-list": "storage-performance", ...found });
  const cases = answers.map(
    ([command, answer]) => `${command}) ${answer.startsWith("!") ? answer.slice(1) : `echo "${answer}"`};;`,
  );
  const virsh = `#!/bin/sh\nshift 3\necho "$*" >> ${calls}\ncase $1 in\n${cases.join("\n")}\nesac\n`;
  writeFileSync(join(folder, "virsh"), virsh, { mode: 0o755 });
  const { status, stderr } = spawnSync("sh", ["-c", what === "make" ? make : step.command], {
    env: {
      ...{ LIBVIRT_URI: "qemu:///system", PURPOSE: "test", POOL: "storage-performance", VOLUME: "db-data" },
      ...{ BYTES: String(BYTES), GUEST: "db", PATIENCE: "1", PATH: `${folder}:${process.env.PATH}` },
    },
    encoding: "utf8",
  });
  const done = existsSync(calls) ? readFileSync(calls, "utf8").split("\n") : [];
  return { status, stderr, done: done.filter((call) => /create|delete|shutdown/.test(call)) };
}

const CREATE = `vol-create-as storage-performance db-data ${BYTES}B --allocation ${BYTES}B`;
const DELETE = "vol-delete --pool storage-performance db-data";
const THERE = " db-data   /dev/nvme/db-data";

describe("is made", () => {
  test("with all its space", () => {
    const found = { "vol-list": " db-data2  /dev/nvme/db-data2", "vol-info": `Capacity:       ${BYTES} bytes` };
    expect(run("make", found)).toMatchObject({ status: 0, done: [CREATE] });
  });

  test.each<[string, Found, string, string[]]>([
    ["where one of its name is", { "vol-list": THERE }, "has a volume db-data already, which may hold data", []],
    ["where that can't be told", { "vol-list": "!exit 1" }, "", []],
    [
      "with more space than it should have",
      { "vol-list": "", "vol-info": `Capacity:       ${BYTES + 1} bytes` },
      "volume groups give whole extents",
      [CREATE, DELETE],
    ],
  ])("but not %s", (_, found, message, done) => {
    const made = run("make", found);
    expect(made).toMatchObject({ status: 1, done });
    expect(made.stderr).toContain(message);
  });
});

describe("is removed", () => {
  const attached = { "vol-list": THERE, "vol-path": "/dev/nvme/db-data", domblklist: " sda   /dev/nvme/db-data" };

  test.each<[string, Found, string[]]>([
    ["where no guest runs with it", { ...attached, domstate: "shut off" }, [DELETE]],
    ["where its guest runs without it", { ...attached, domstate: "running", domblklist: " sda   /srv/a" }, [DELETE]],
    ["not where it is gone", { "vol-list": "" }, []],
    ["not where its pool is gone", { "pool-list": "other" }, []],
  ])("%s", (_, found, done) => expect(run("remove", found)).toMatchObject({ status: 0, done }));

  test("not where its guest does not shut down, or nothing can be told", () => {
    const { status, stderr, done } = run("remove", { ...attached, domstate: "running" });
    expect([status, done]).toEqual([1, ["shutdown db"]]);
    expect(stderr).toContain("Guest db has volume db-data and does not shut down");
    for (const failing of ["pool-list", "vol-list"]) {
      const { status: failed, done: nothing } = run("remove", { ...attached, [failing]: "!exit 1" });
      expect([failed, nothing]).toEqual([1, []]);
    }
  });
});
