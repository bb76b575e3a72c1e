import {
  DataRate,
  DataSize,
  Duration,
  IoLimit,
  IoPriority,
  IoProfile,
  StorageBackend,
  StorageTier,
  type TunedVm,
} from "virtuned";
import { LibvirtProgram } from "../../support/libvirt";
import { type Attributes, warningsOf } from "../../support/synthesis";

function machine() {
  const program = new LibvirtProgram();
  const pool = program.pool("storage", { tiers: { performance: StorageTier.on(StorageBackend.lvm("nvme")) } });
  const vm = program.vm("vm");
  const add = (id: string, io: IoProfile, to: TunedVm = vm) =>
    to.addDisk(id, { pool, tier: "performance", size: DataSize.gibibytes(10), io });
  return { program, vm, add };
}

const limited = (limit: IoLimit) => IoProfile.limited({ limit });
const mib = (count: number) => DataRate.mebibytesPerSecond(count);

describe("a limit", () => {
  test.each<[string, IoLimit, object]>([
    ["of operations", IoLimit.total({ iops: 500 }), { total_iops_sec: 500 }],
    ["of data", IoLimit.total({ rate: mib(100) }), { total_bytes_sec: 100 * 1024 ** 2 }],
    [
      "of each direction",
      IoLimit.perDirection({ read: { iops: 500 }, write: { rate: mib(10) } }),
      { read_iops_sec: 500, write_bytes_sec: 10 * 1024 ** 2 },
    ],
    [
      "with bursts",
      IoLimit.total({ iops: 500, rate: mib(10), burst: { iops: 2000, rate: mib(50), length: Duration.seconds(30) } }),
      {
        total_iops_sec: 500,
        total_iops_sec_max: 2000,
        total_iops_sec_max_length: 30,
        total_bytes_sec: 10 * 1024 ** 2,
        total_bytes_sec_max: 50 * 1024 ** 2,
        total_bytes_sec_max_length: 30,
      },
    ],
    [
      "with bursts of QEMU's length",
      IoLimit.total({ iops: 500, burst: { iops: 2000 } }),
      { total_iops_sec: 500, total_iops_sec_max: 2000 },
    ],
    [
      "that counts large operations as several",
      IoLimit.total({ iops: 500, operationSize: DataSize.kibibytes(16) }),
      { total_iops_sec: 500, size_iops_sec: 16384 },
    ],
    ["of a group", IoLimit.total({ iops: 500, group: "bulk" }), { total_iops_sec: 500, group_name: "bulk" }],
  ])("%s", (_, limit, expected) => {
    const { program, add } = machine();
    const disk = add("data", limited(limit));
    expect(program.synthesise().one("libvirt_domain").devices.disks[0].io_tune).toEqual(expected);
    expect(disk.explain().settings).toContainEqual(
      expect.objectContaining({ setting: "io_tune", value: String(limit), practice: "disk-io-limit" }),
    );
  });

  test("is not there unless it is given", () => {
    const { program, add } = machine();
    add("data", IoProfile.limited({ priority: IoPriority.HIGH }));
    expect(program.synthesise().one("libvirt_domain").devices.disks[0]).not.toHaveProperty("io_tune");
  });

  test("is one for all members of a group", () => {
    const { add } = machine();
    const bulk = (iops: number) => limited(IoLimit.total({ iops, group: "bulk" }));
    add("a", bulk(500));
    add("b", bulk(500));
    add("c", limited(IoLimit.total({ iops: 300, group: "other" })));
    expect(() => add("d", bulk(400))).toThrow(
      /members of limit group bulk have different limits: a 500 IOPS.*; b 500 IOPS.*; d 400 IOPS.*\[disk-io-limit-group\]/,
    );
  });

  test("of a group is that of one machine: another machine's group is another one", () => {
    const { program, add } = machine();
    add("a", limited(IoLimit.total({ iops: 500, group: "bulk" })));
    expect(() => add("a", limited(IoLimit.total({ iops: 400, group: "bulk" })), program.vm("other"))).not.toThrow();
  });
});

describe("a weight", () => {
  test.each<[string, Parameters<typeof IoProfile.limited>[0], number]>([
    ["is that of its machine", { shares: 300 }, 300],
    ["low", { priority: IoPriority.LOW }, 50],
    ["normal", { priority: IoPriority.NORMAL }, 100],
    ["high", { priority: IoPriority.HIGH }, 200],
  ])("%s", (_, options, weight) => {
    const { program, vm, add } = machine();
    add("a", IoProfile.limited(options));
    add("b", IoProfile.limited(options));
    expect((program.synthesise().one("libvirt_domain") as Attributes).block_io_tune).toEqual({ weight });
    expect(warningsOf(program.stack)).toEqual([expect.stringContaining("[disk-io-weight]")]);
    expect(vm.explain().settings).toContainEqual(
      expect.objectContaining({ setting: "block_io_tune.weight", value: String(weight) }),
    );
  });

  test("is one for all disks of a machine that have one", () => {
    const { add } = machine();
    add("a", IoProfile.limited({ shares: 300 }));
    add("b", limited(IoLimit.total({ iops: 500 })));
    expect(() => add("c", IoProfile.limited({ priority: IoPriority.LOW }))).toThrow("a 300, c 50");
  });
});

test("QEMU keeps no operations for a disk", () => {
  const { add } = machine();
  expect(() => add("data", IoProfile.limited({ reservation: 500 }))).toThrow("[disk-io-reservation]");
});
