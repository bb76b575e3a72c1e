import { IoLimit, IoPriority, IoProfile } from "../../../src/constructs/storage";
import { DataRate, DataSize } from "../../../src/units";
import { GIB, type MachineBlocks, Site, warningsOf } from "./setup";

function diskWith(io: IoProfile, vsphereVersion?: string) {
  const site = new Site({ vsphereVersion });
  const vm = site.vm();
  const disk = vm.addDisk("data", { pool: site.pool, tier: "performance", size: GIB(1), io });
  return { disk, block: site.only<MachineBlocks>("vsphere_virtual_machine").disk[0]! };
}

it("passes limit, reservation and shares on, and tells so", () => {
  const io = IoProfile.limited({ limit: IoLimit.total({ iops: 2000 }), reservation: 500, shares: 150 });
  const { disk, block } = diskWith(io);
  expect(block).toMatchObject({ io_limit: 2000, io_reservation: 500, io_share_level: "custom", io_share_count: 1500 });
  expect(String(disk.explain())).toMatch(/io_limit.*2000/);
  expect(warningsOf(disk)).toEqual([]);
});

it("has vSphere's own levels", () => {
  const { block } = diskWith(IoProfile.limited({ priority: IoPriority.HIGH }));
  expect(block).toMatchObject({ io_share_level: "high" });
  expect(block).not.toHaveProperty("io_share_count");
});

it("says nothing of a need", () => {
  const { block } = diskWith(IoProfile.random({ iops: 500 }));
  expect(Object.keys(block).filter((key) => key.startsWith("io_"))).toEqual([]);
});

it("warns of what vSphere 9 does not keep", () => {
  const { disk } = diskWith(IoProfile.limited({ reservation: 100 }), "9.0");
  expect(warningsOf(disk)).toEqual([expect.stringMatching(/Storage I\/O Control.*\[vsphere-disk-io-shares\]/)]);
  expect(warningsOf(diskWith(IoProfile.limited({ limit: IoLimit.total({ iops: 100 }) }), "9.0").disk)).toEqual([]);
});

const RATE = DataRate.mebibytesPerSecond(100);

it.each([
  IoLimit.total({ rate: RATE }),
  IoLimit.total({ iops: 100, rate: RATE }),
  IoLimit.total({ iops: 100, burst: { iops: 200 } }),
  IoLimit.total({ iops: 100, operationSize: DataSize.kibibytes(16) }),
  IoLimit.total({ iops: 100, group: "databases" }),
  IoLimit.perDirection({ read: { iops: 100 } }),
])("refuses a limit of %s", (limit) => {
  expect(() => diskWith(IoProfile.limited({ limit }))).toThrow(/IoLimit.total.*vsphere-disk-io-allocation/);
});

it.each([19, 401])("refuses %i shares", (shares) => {
  expect(() => diskWith(IoProfile.limited({ shares }))).toThrow(/20 to 400.*vsphere-disk-io-allocation/);
});

it("refuses numbers that the provider can't have", () => {
  const limit = IoLimit.total({ iops: 2 ** 31 });
  expect(() => diskWith(IoProfile.limited({ limit }))).toThrow(/1 to 2147483647/);
});
