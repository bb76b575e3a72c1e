import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { DataSize, IoThreadUse, NicModel, type Setting, TunedStack, Workload } from "virtuned";
import { LibvirtProgram } from "../support/libvirt";

function database() {
  const program = new LibvirtProgram();
  const segment = program.switch("fabric").addVlanSegment("db");
  const vm = program.vm("orders-db", { vcpus: 8, workload: Workload.DATABASE });
  vm.addDisk("data", { pool: program.pool("storage"), tier: "performance", size: DataSize.gibibytes(10), queues: 2 });
  vm.addNic("db", { segment });
  return { program, vm };
}

const FOLDER = (program: LibvirtProgram, stack = "prod") => join(program.app.outdir, "stacks", stack);
const settingsIn = (folder: string): Setting[] => JSON.parse(readFileSync(join(folder, "explanation.json"), "utf8"));

describe("what was tuned in a machine", () => {
  const { vm } = database();
  const explanation = vm.explain();

  test("is its own, then its NICs', then its disks'", () => {
    const subjects = [...new Set(explanation.settings.map(({ subject }) => subject))];
    expect(subjects).toEqual(["prod/orders-db", "prod/orders-db/db", "prod/orders-db/data"]);
  });

  test("is told by each device, too", () => {
    for (const device of [...vm.nics, ...vm.disks]) {
      expect(device.explain().settings).toEqual(explanation.of(device.node.path).settings);
    }
  });

  test("says of each value who decided it and why", () => {
    const decided = (subject: string, setting: string) =>
      explanation.settings.find((s) => s.subject === subject && s.setting === setting);
    expect(decided("prod/orders-db/db", "driver.queues")).toEqual({
      subject: "prod/orders-db/db",
      setting: "driver.queues",
      value: "8",
      decision: "tuned",
      why: expect.stringMatching(/^one for each of 8 vCPUs, at most 8 for database work: /),
      practice: "nic-queues",
      source: expect.stringContaining("Nova"),
      url: expect.stringMatching(/^https:/),
    });
    expect(decided("prod/orders-db/data", "driver.queues")).toMatchObject({ value: "2", decision: "given" });
  });

  test("is this table", () => expect(explanation.toTable()).toMatchSnapshot());
});

test("what the program says in the kit's stead is given", () => {
  const { program, vm } = database();
  const segment = program.switch("other").addVlanSegment("lan");
  const nic = vm.addNic("old", { segment, model: NicModel.E1000, macAddress: "52:54:00:00:00:01" });
  const disk = vm.addDisk("log", {
    pool: program.pool("more"),
    tier: "performance",
    size: DataSize.gibibytes(1),
    ioThread: IoThreadUse.DEDICATED,
    discard: false,
  });
  const given = (settings: readonly Setting[]) =>
    settings.filter(({ decision }) => decision === "given").map(({ setting }) => setting);
  expect(given(nic.explain().settings)).toEqual(["model.type", "mac.address"]);
  expect(given(disk.explain().settings)).toEqual(["driver.discard", "driver.iothread"]);
});

describe("explanation.json", () => {
  const { program, vm } = database();
  const second = program.vm("web");
  new TunedStack(program.app, "empty");
  program.app.synth();

  test("is beside the synthesised stack and has what all its machines were tuned to", () => {
    expect(existsSync(join(FOLDER(program), "cdk.tf.json"))).toBe(true);
    expect(settingsIn(FOLDER(program))).toEqual(
      JSON.parse(JSON.stringify([...vm.explain().settings, ...second.explain().settings])),
    );
  });

  test("is not there for a stack without machines", () => {
    expect(existsSync(join(FOLDER(program, "empty"), "explanation.json"))).toBe(false);
  });
});
