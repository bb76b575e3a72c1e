import {
  AsyncIo,
  CacheMode,
  DataSize,
  DiskBus,
  ErrorPolicy,
  Firmware,
  IoThreads,
  IoThreadUse,
  ReadErrorPolicy,
  SectorFormat,
  StorageBackend,
  StorageTier,
  type TunedVmDiskOptions,
  type TunedVmProps,
} from "virtuned";
import type { LibvirtHostOptions } from "virtuned/libvirt";
import { LibvirtProgram } from "../../support/libvirt";
import { type Attributes, warningsOf } from "../../support/synthesis";

/** Hosts that have all. */
const NEW: LibvirtHostOptions = { libvirtVersion: "10.0.0", qemuVersion: "9.0.0" };

function machine(backend: StorageBackend, props: Partial<TunedVmProps> = {}, host: LibvirtHostOptions = NEW) {
  const program = new LibvirtProgram(host);
  const pool = program.pool("storage", { tiers: { performance: StorageTier.on(backend) } });
  const disk = { pool, tier: "performance", size: DataSize.gibibytes(10) };
  return { program, disk, pool, vm: program.vm("vm", props) };
}

function diskOf(
  options: Partial<TunedVmDiskOptions>,
  backend: StorageBackend = StorageBackend.lvm("nvme"),
  host: LibvirtHostOptions = NEW,
) {
  const { program, disk, vm } = machine(backend, {}, host);
  const made = vm.addDisk("data", { ...disk, ...options });
  const domain = program.synthesise().one("libvirt_domain");
  return { disk: made, domain, device: domain.devices.disks[0] as Attributes, warnings: warningsOf(program.stack) };
}

const SATA = { bus: DiskBus.SATA };
const BLK = { bus: DiskBus.VIRTIO_BLK };

describe("how a disk is shown", () => {
  test.each<[string, Partial<TunedVmDiskOptions>, object]>([
    ["as one in which nothing turns", {}, { target: { rotation_rate: 1 } }],
    ["as one that turns", { rotationRate: 7200 }, { target: { rotation_rate: 7200 } }],
    ["as one that turns, on SATA", { ...SATA, rotationRate: 1025 }, { target: { rotation_rate: 1025 } }],
    ["under a world wide name", { wwn: "5000C50015EA71AD" }, { wwn: "5000c50015ea71ad" }],
    [
      "with sectors of 512 bytes",
      { sectors: SectorFormat.NATIVE_512 },
      { block_io: { logical_block_size: 512, physical_block_size: 512 } },
    ],
    [
      "with sectors of 512 bytes on 4 KiB",
      { ...SATA, sectors: SectorFormat.EMULATED_512 },
      { block_io: { logical_block_size: 512, physical_block_size: 4096 } },
    ],
    [
      "with sectors of 4 KiB",
      { ...BLK, sectors: SectorFormat.NATIVE_4K },
      { block_io: { logical_block_size: 4096, physical_block_size: 4096 } },
    ],
    ["with errors that stop it", { errorPolicy: ErrorPolicy.STOP }, { driver: { error_policy: "stop" } }],
    [
      "with errors that are reported, where it is read",
      { readErrorPolicy: ReadErrorPolicy.REPORT, errorPolicy: ErrorPolicy.ENOSPACE },
      { driver: { error_policy: "enospace", rerror_policy: "report" } },
    ],
  ])("%s", (_, options, expected) => {
    const { device, warnings } = diskOf(options);
    expect(device).toMatchObject(expected);
    expect(warnings).toEqual([]);
  });

  test("virtio-blk tells of no rotation by itself", () => {
    expect(diskOf(BLK).device.target).toEqual({ bus: "virtio", dev: "vdb" });
  });

  test.each<[string, Partial<TunedVmDiskOptions>]>([
    ["of writes", { errorPolicy: ErrorPolicy.IGNORE }],
    ["of reads", { readErrorPolicy: ReadErrorPolicy.IGNORE }],
  ])("errors %s that are ignored are warned of", (_, options) => {
    expect(diskOf(options).warnings).toEqual([expect.stringContaining("[disk-errors-ignored]")]);
  });

  test.each<[string, Partial<TunedVmDiskOptions>, string]>([
    ["a rotation rate on virtio-blk", { ...BLK, rotationRate: 1 }, "[disk-rotation-rate]"],
    ["a rotation rate that no disk has", { rotationRate: 1024 }, "[disk-rotation-rate]"],
    ["a rotation rate that does not fit", { rotationRate: 65535 }, "[disk-rotation-rate]"],
    ["a world wide name on virtio-blk", { ...BLK, wwn: "5000c50015ea71ad" }, "[disk-wwn-scsi]"],
    ["a world wide name on SATA", { ...SATA, wwn: "5000c50015ea71ad" }, "[disk-wwn-scsi]"],
    ["a world wide name that is none", { wwn: "0x5000c50015ea71ad" }, "not a world wide name"],
    ["sectors of 4 KiB on SATA", { ...SATA, sectors: SectorFormat.NATIVE_4K }, "[disk-sectors]"],
    ["a disk of SATA that is read only", { ...SATA, readOnly: true }, "[disk-read-only-sata]"],
    ["copying of what is read, without an image", { copyOnRead: true }, "[disk-copy-on-read]"],
    ["copying of what is read, read only", { copyOnRead: true, readOnly: true }, "[disk-copy-on-read]"],
    ["a policy that is none", { errorPolicy: "retry" as ErrorPolicy }, "errorPolicy is not one of those known"],
    ["no full storage where it is read", { readErrorPolicy: "enospace" as ReadErrorPolicy }, "readErrorPolicy"],
    ["sectors that are none", { sectors: 4096 as never }, "sectors is not one of those known"],
  ])("%s is refused", (_, options, message) => {
    expect(() => diskOf(options)).toThrow(message);
  });

  test("two disks of a machine have not one world wide name", () => {
    const { vm, disk } = machine(StorageBackend.lvm("nvme"));
    vm.addDisk("a", { ...disk, wwn: "5000c50015ea71ad" });
    expect(() => vm.addDisk("b", { ...disk, wwn: "5000C50015EA71AD" })).toThrow("is that of disk a");
  });

  test.each([
    ["BIOS", {}],
    ["UEFI", { firmware: Firmware.uefi() }],
  ])("a machine starts from sectors of 4 KiB with UEFI only: %s", (name, props) => {
    const { vm, disk } = machine(StorageBackend.lvm("nvme"), props);
    const add = () => vm.addDisk("boot", { ...disk, order: 0, sectors: SectorFormat.NATIVE_4K });
    if (name === "BIOS") {
      expect(add).toThrow("[disk-native-sectors-boot]");
    } else {
      expect(add).not.toThrow();
    }
  });
});

describe("asynchronous I/O", () => {
  test.each<[string, Partial<TunedVmDiskOptions>, string, string]>([
    ["io_uring on request", { asyncIo: AsyncIo.IO_URING }, "io_uring", "disk-io-uring-disabled"],
    ["natively by default on devices", {}, "native", "disk-io-native"],
    ["threads by default with the host's cache", { cache: CacheMode.WRITEBACK }, "threads", "disk-io-threads-on-files"],
  ])("%s is explained", (_, options, io, practice) => {
    const { disk } = diskOf(options);
    const said = disk.explain().settings.find(({ setting }) => setting === "driver.io");
    expect(said).toMatchObject({ value: io, practice });
  });
});

describe("I/O threads", () => {
  const threads = (options: Partial<TunedVmDiskOptions>, host?: LibvirtHostOptions) =>
    diskOf({ ...BLK, ...options }, undefined, host);

  test("several serve one disk, in turn or by a map", () => {
    const { program, disk, vm } = machine(StorageBackend.lvm("nvme"), { vcpus: 8 });
    vm.addDisk("spread", { ...disk, ...BLK, ioThreads: IoThreads.spread(4) });
    vm.addDisk("mapped", { ...disk, ...BLK, ioThreads: IoThreads.mapped([[0, 2], [1], [3], [4]]) });
    vm.addDisk("own", { ...disk, ...BLK, ioThread: IoThreadUse.DEDICATED });
    const { iothreads, io_threads, devices } = program.synthesise().one("libvirt_domain");
    expect(iothreads ?? io_threads).toBe(9);
    const drivers = devices.disks.map(({ driver }: Attributes) => driver);
    expect(drivers[0]).toMatchObject({ queues: 8, io_threads: { io_thread: [1, 2, 3, 4].map((id) => ({ id })) } });
    expect(drivers[1]).toMatchObject({
      queues: 5,
      io_threads: {
        io_thread: [
          { id: 5, queues: [{ id: 0 }, { id: 2 }] },
          { id: 6, queues: [{ id: 1 }] },
          { id: 7, queues: [{ id: 3 }] },
          { id: 8, queues: [{ id: 4 }] },
        ],
      },
    });
    expect(drivers[2]).toMatchObject({ io_thread: 9 });
    expect(drivers[0]).not.toHaveProperty("io_thread");
  });

  test.each([2, 9])("%i for one disk are warned of", (count) => {
    expect(threads({ ioThreads: IoThreads.spread(count) }).warnings).toEqual([
      expect.stringContaining("[disk-several-io-threads]"),
    ]);
  });

  test.each([
    [{ vcpus: 2 }, {}, 1],
    [{ vcpus: 8 }, { queues: 3 }, 1],
    [{ vcpus: 2 }, { queues: 4 }, 0],
  ])("more than the disk has queues are warned of: %p, %p", (props, options, warnings) => {
    const { program, vm, disk } = machine(StorageBackend.lvm("nvme"), props);
    vm.addDisk("data", { ...disk, ...BLK, ...options, ioThreads: IoThreads.spread(4) });
    const idle = warningsOf(program.stack).filter((warning) => warning.includes("the others are idle [disk-several"));
    expect(idle).toHaveLength(warnings);
  });

  test("more than the host's CPUs can use are warned of once", () => {
    const { program, disk, vm } = machine(StorageBackend.lvm("nvme"), { vcpus: 1 }, { ...NEW, cpus: 1 });
    for (const id of ["a", "b", "c", "d"]) {
      vm.addDisk(id, { ...disk, ioThread: IoThreadUse.DEDICATED });
    }
    expect(warningsOf(program.stack)).toEqual([expect.stringContaining("[disk-io-thread-count]")]);
  });

  test.each<[string, () => unknown, string]>([
    [
      "several beside one",
      () => threads({ ioThreads: IoThreads.spread(4), ioThread: IoThreadUse.SHARED }),
      "a disk has one I/O thread or several",
    ],
    [
      "several on virtio-scsi",
      () => diskOf({ ioThreads: IoThreads.spread(4) }),
      "several I/O threads serve virtio-blk disks only",
    ],
    [
      "several where libvirt is not known",
      () => threads({ ioThreads: IoThreads.spread(4) }, {}),
      "[disk-several-io-threads-version]",
    ],
    [
      "several with an old libvirt",
      () => threads({ ioThreads: IoThreads.spread(4) }, { libvirtVersion: "9.10.0" }),
      "libvirt 9.10.0, QEMU not known",
    ],
    [
      "several with an old QEMU",
      () => threads({ ioThreads: IoThreads.spread(4) }, { ...NEW, qemuVersion: "8.2.0" }),
      "QEMU 8.2.0",
    ],
    [
      "a map for other queues",
      () => threads({ ioThreads: IoThreads.mapped([[0], [1]]), queues: 4 }),
      "[disk-queue-map]",
    ],
    ["one of several", () => IoThreads.spread(1), "IoThreadUse.DEDICATED"],
    ["a map that lacks a queue", () => IoThreads.mapped([[0], [2]]), "[disk-queue-map]"],
    ["a map that has a queue twice", () => IoThreads.mapped([[0, 1], [1]]), "[disk-queue-map]"],
    ["a map with an idle thread", () => IoThreads.mapped([[0, 1], []]), "[disk-queue-map]"],
    ["a map of text", () => IoThreads.mapped([["0"], ["1"]] as never), "a queue is not a number"],
    ["a map that is none", () => IoThreads.mapped([0, 1] as never), "is not a list"],
    ["threads that are none", () => threads({ ioThreads: 4 as never }), "IoThreads.spread(), .mapped()"],
  ])("%s is refused", (_, make, message) => {
    expect(make).toThrow(message);
  });
});
