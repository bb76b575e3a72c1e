import {
  AsyncIo,
  CacheMode,
  DataSize,
  DetectZeroes,
  DiskBus,
  DistributedVSwitch,
  ImageFormat,
  IoThreadUse,
  NicModel,
  StorageBackend,
  StorageTier,
  TieredStoragePool,
} from "virtuned";
import { recordingProgram } from "../../support/recording-platform";

function machine(protectData?: boolean) {
  const { stack, platform, vm } = recordingProgram();
  const segment = new DistributedVSwitch(stack, "fabric", { platform, mtu: 9000 }).addVlanSegment("db");
  const tiers = { performance: StorageTier.on(StorageBackend.lvm("nvme")) };
  const pool = new TieredStoragePool(stack, "storage", { platform, tiers, protectData });
  return { platform, segment, pool, vm: vm("vm"), tier: "performance" as const, size: DataSize.gibibytes(1) };
}

describe("a NIC", () => {
  test("without options leaves all but its MTU to the platform", () => {
    const { platform, vm, segment } = machine();
    const nic = vm.addNic("db", { segment });
    const { log: _, segment: _segment, ...intent } = platform.nics[0]!;
    expect(intent).toEqual({
      name: "db",
      order: 0,
      model: undefined,
      queues: undefined,
      rxRingSize: undefined,
      txRingSize: undefined,
      mtu: 9000,
      macAddress: undefined,
      addresses: [],
    });
    expect(nic).toMatchObject({ segment, mtu: 9000, order: 0, model: "virtio" });
  });

  test("passes on what is given", () => {
    const { platform, vm, segment } = machine();
    const given = { model: NicModel.E1000, queues: 3, rxRingSize: 512, txRingSize: 1024, mtu: 1500, order: 4 };
    vm.addNic("db", { segment, ...given, macAddress: "52:54:00:AA:00:01" });
    expect(platform.nics[0]).toMatchObject({ ...given, macAddress: "52:54:00:aa:00:01" });
  });
});

describe("a disk", () => {
  test("without options leaves all to the platform, and is protected as its pool is", () => {
    const { platform, vm, pool, tier, size } = machine();
    const disk = vm.addDisk("data", { pool, tier, size });
    const { log: _, tier: _tier, ...intent } = platform.disks[0]!;
    expect(intent).toEqual({
      name: "data",
      order: 1,
      size,
      existingVolume: undefined,
      root: false,
      bus: undefined,
      format: undefined,
      cache: undefined,
      asyncIo: undefined,
      ioThread: undefined,
      queues: undefined,
      queueDepth: undefined,
      discard: undefined,
      detectZeroes: undefined,
      eagerZeroed: undefined,
      shareable: false,
      sharedVolume: false,
      readOnly: false,
      serial: undefined,
      protectData: true,
    });
    expect(disk).toMatchObject({ size, order: 1, protectData: true });
  });

  test("passes on what is given", () => {
    const { platform, vm, pool, tier, size } = machine();
    const given = {
      bus: DiskBus.VIRTIO_BLK,
      format: ImageFormat.RAW,
      cache: CacheMode.DIRECTSYNC,
      asyncIo: AsyncIo.NATIVE,
      ioThread: IoThreadUse.DEDICATED,
      queues: 4,
      queueDepth: 64,
      discard: false,
      detectZeroes: DetectZeroes.ON,
      eagerZeroed: true,
      shareable: true,
      readOnly: true,
      serial: "S1",
      protectData: false,
      order: 9,
    };
    vm.addDisk("data", { pool, tier, size, ...given });
    expect(platform.disks[0]).toMatchObject(given);
  });

  test.each([
    [undefined, undefined, true],
    [false, undefined, false],
    [false, true, true],
    [true, false, false],
  ])("in a pool with protectData %p, with its own %p, has %p", (ofPool, own, protectData) => {
    const { platform, vm, pool, tier, size } = machine(ofPool);
    expect(vm.addDisk("data", { pool, tier, size, protectData: own }).protectData).toBe(protectData);
    expect(platform.disks[0]!.protectData).toBe(protectData);
  });

  test("that is there already has its own size", () => {
    const { vm, pool, tier, size } = machine();
    expect(() => vm.addDisk("data", { pool, tier, size, existingVolume: "old" })).toThrow(
      'prod/vm/data: an existing volume has its own size (given "1 GiB"). To mend: leave `size` out',
    );
  });
});
