import {
  AsyncIo,
  Boot,
  CacheMode,
  DataSize,
  DetectZeroes,
  DiskBus,
  ImageFormat,
  IoThreadUse,
  StorageBackend,
  StorageTier,
  type TunedVmDiskOptions,
  type TunedVmProps,
  Workload,
} from "virtuned";
import type { LibvirtHostOptions } from "virtuned/libvirt";
import { LibvirtProgram } from "../../support/libvirt";
import { type Attributes, type Synthesis, warningsOf } from "../../support/synthesis";

const BACKENDS = {
  lvm: StorageBackend.lvm("nvme"),
  directory: StorageBackend.directory("/srv/vms"),
  nfs: StorageBackend.nfs("nas1", "/export"),
};

/** A machine and a pool with a tier on each backend: lvm is performance, directory is standard, nfs is capacity. */
function machine(props: Partial<TunedVmProps> = {}, host: LibvirtHostOptions = {}) {
  const program = new LibvirtProgram(host);
  const [performance, standard, capacity] = Object.values(BACKENDS).map((backend) => StorageTier.on(backend));
  const pool = program.pool("storage", { tiers: { performance, standard, capacity } });
  const disk = { pool, tier: "performance", size: DataSize.gibibytes(10) } as const;
  return { program, disk, vm: program.vm("vm", props) };
}

function diskOf(
  options: Partial<TunedVmDiskOptions> = {},
  props: Partial<TunedVmProps> = {},
  host: LibvirtHostOptions = {},
) {
  const { program, disk: defaults, vm } = machine(props, host);
  const disk = vm.addDisk("data", { ...defaults, ...options });
  const synthesis = program.synthesise();
  const domain = synthesis.one("libvirt_domain");
  return {
    disk,
    vm,
    domain,
    device: domain.devices.disks[0] as Attributes,
    synthesis,
    warnings: warningsOf(program.stack),
  };
}

const disksOf = (program: LibvirtProgram): Attributes[] => program.synthesise().one("libvirt_domain").devices.disks;
const targetsOf = (program: LibvirtProgram) =>
  Object.fromEntries(disksOf(program).map(({ serial, target }) => [serial, target.dev]));

describe("how a disk is read and written", () => {
  test.each<[string, Partial<TunedVmDiskOptions>, object]>([
    ["on LVM", {}, { type: "raw", cache: "none", io: "native", discard: "unmap" }],
    ["in a directory", { tier: "standard" }, { type: "raw", cache: "none", io: "threads", discard: "unmap" }],
    ["on NFS", { tier: "capacity" }, { type: "raw", cache: "none", io: "threads", discard: "unmap" }],
    ["as qcow2", { tier: "standard", format: ImageFormat.QCOW2 }, { type: "qcow2", io: "threads" }],
    ["through the host's cache", { cache: CacheMode.WRITEBACK }, { cache: "writeback", io: "threads" }],
    ["with each write flushed", { cache: CacheMode.DIRECTSYNC }, { cache: "directsync", io: "native" }],
    ["with io_uring", { asyncIo: AsyncIo.IO_URING }, { cache: "none", io: "io_uring" }],
    ["natively in a directory", { tier: "standard", asyncIo: AsyncIo.NATIVE }, { cache: "none", io: "native" }],
    ["without discards", { discard: false }, { discard: "ignore" }],
    ["with zeroes found", { detectZeroes: DetectZeroes.UNMAP }, { discard: "unmap", detect_zeros: "unmap" }],
  ])("%s", (_, options, driver) => {
    const { device, disk } = diskOf(options);
    expect(device.driver).toMatchObject(driver);
    expect(disk).toMatchObject({ format: device.driver.type, cache: device.driver.cache, asyncIo: device.driver.io });
  });

  test.each<[string, Partial<TunedVmDiskOptions>, string | undefined]>([
    ["cache unsafe", { cache: CacheMode.UNSAFE }, "disk-cache-unsafe"],
    ["cache writeback", { cache: CacheMode.WRITEBACK }, "disk-cache-writeback"],
    ["cache writethrough", { cache: CacheMode.WRITETHROUGH }, "disk-cache-writeback"],
    ["cache directsync", { cache: CacheMode.DIRECTSYNC }, undefined],
    [
      "zeroes unmapped without discard",
      { detectZeroes: DetectZeroes.UNMAP, discard: false },
      "disk-detect-zeroes-needs-discard",
    ],
    ["zeroes found without discard", { detectZeroes: DetectZeroes.ON, discard: false }, undefined],
  ])("%s is warned of: %#", (_, options, practice) => {
    expect(diskOf(options).warnings).toEqual(practice === undefined ? [] : [expect.stringContaining(`[${practice}]`)]);
  });

  test.each<[string, Partial<TunedVmDiskOptions>, string]>([
    [
      "native I/O with writeback",
      { asyncIo: AsyncIo.NATIVE, cache: CacheMode.WRITEBACK },
      "[disk-io-native-needs-uncached]",
    ],
    [
      "native I/O with writethrough",
      { asyncIo: AsyncIo.NATIVE, cache: CacheMode.WRITETHROUGH },
      "[disk-io-native-needs-uncached]",
    ],
    ["native I/O with unsafe", { asyncIo: AsyncIo.NATIVE, cache: CacheMode.UNSAFE }, "[disk-io-native-needs-uncached]"],
    ["a shared disk with a cache", { shareable: true, cache: CacheMode.WRITEBACK }, "[disk-shareable-uncached]"],
    [
      "a shared writable qcow2",
      { tier: "standard", shareable: true, format: ImageFormat.QCOW2 },
      "[disk-shareable-raw]",
    ],
    [
      "a shared qcow2 that is there",
      { tier: "standard", shareable: true, existingVolume: "a.qcow2", size: undefined },
      "[disk-shareable-raw]",
    ],
    ["qcow2 on LVM", { format: ImageFormat.QCOW2 }, "volumes that are no files are raw"],
    ["queues on SATA", { bus: DiskBus.SATA, queues: 2 }, "[disk-queues-virtio-only]"],
    ["a queue depth on SATA", { bus: DiskBus.SATA, queueDepth: 32 }, "[disk-queues-virtio-only]"],
    ["an I/O thread on SATA", { bus: DiskBus.SATA, ioThread: IoThreadUse.SHARED }, "[disk-io-thread-virtio-only]"],
    [
      "PVSCSI",
      { bus: DiskBus.PVSCSI },
      'libvirt has no such disk bus (given "pvscsi"; allowed: virtio-scsi, virtio-blk, sata)',
    ],
    ["NVMe", { bus: DiskBus.NVME }, "libvirt has no such disk bus"],
    ["zeroing at creation", { eagerZeroed: true }, "eagerZeroed belongs to vSphere"],
    ["a depth of 100 on virtio-blk", { bus: DiskBus.VIRTIO_BLK, queueDepth: 100 }, "a power of two"],
  ])("%s is refused", (_, options, message) => {
    expect(() => diskOf(options)).toThrow(message);
  });

  test("a shared disk that can be written is raw, a read-only one may be qcow2", () => {
    expect(diskOf({ shareable: true }).device).toMatchObject({ shareable: true, driver: { type: "raw" } });
    const readOnly = { tier: "standard", shareable: true, readOnly: true, format: ImageFormat.QCOW2 } as const;
    expect(diskOf(readOnly).device).toMatchObject({ shareable: true, read_only: true, driver: { type: "qcow2" } });
  });

  test("io_uring needs QEMU 5.0, where the version is known", () => {
    const options = { asyncIo: AsyncIo.IO_URING };
    expect(() => diskOf(options, {}, { qemuVersion: "4.2" })).toThrow('host kvm1 has no io_uring (given "QEMU 4.2.0"');
    expect(diskOf(options, {}, { qemuVersion: "5.0" }).device.driver.io).toBe("io_uring");
  });
});

describe("queues", () => {
  test("are one for each vCPU, on the controller", () => {
    const { disk, domain } = diskOf({}, { vcpus: 6 });
    expect(disk.queues).toBe(6);
    expect(domain.devices.controllers).toMatchObject([
      { type: "scsi", model: "virtio-scsi", index: 0, driver: { queues: 6 } },
    ]);
  });

  test("of a controller are those of its disk with most", () => {
    const { program, vm, disk } = machine();
    vm.addDisk("a", { ...disk, queues: 1 });
    vm.addDisk("b", { ...disk, queues: 3 });
    expect(program.synthesise().one("libvirt_domain").devices.controllers).toMatchObject([{ driver: { queues: 3 } }]);
  });

  test("are the disk's own on virtio-blk, as is its depth", () => {
    const { domain, device } = diskOf({ bus: DiskBus.VIRTIO_BLK, queues: 2, queueDepth: 256 });
    expect(device.driver).toMatchObject({ queues: 2, queue_size: 256 });
    expect(device.target).toEqual({ bus: "virtio", dev: "vdb" });
    expect(domain.devices.controllers).toEqual([]);
  });

  test("SATA has none", () => {
    const { disk, device } = diskOf({ bus: DiskBus.SATA });
    expect(disk).toMatchObject({ bus: "sata", queues: undefined });
    expect(device.driver.queues).toBeUndefined();
    expect(device.target).toEqual({ bus: "sata", dev: "sdb", rotation_rate: 1 });
  });

  test("their depth is the controller's on virtio-scsi; 128 is not written, as it is read back as nothing", () => {
    const driverOf = (queueDepth: number) => diskOf({ queueDepth }).domain.devices.controllers[0].driver;
    expect(driverOf(64)).toEqual({ queues: 4, io_thread: 1, cmd_per_lun: 64 });
    expect(driverOf(128)).toEqual({ queues: 4, io_thread: 1 });
  });

  test("disks of one controller have one depth", () => {
    const { vm, disk } = machine();
    vm.addDisk("a", { ...disk, queueDepth: 32 });
    expect(() => vm.addDisk("b", { ...disk, queueDepth: 64 })).toThrow(
      "prod/vm: disks of SCSI controller 0 ask for different queue depths",
    );
  });
});

describe("I/O threads", () => {
  test.each<[string, Workload, IoThreadUse | undefined, number | undefined]>([
    ["general work shares one", Workload.GENERAL, undefined, 1],
    ["databases have one for each disk", Workload.DATABASE, undefined, 2],
    ["it may have none", Workload.DATABASE, IoThreadUse.NONE, undefined],
    ["it may have its own", Workload.GENERAL, IoThreadUse.DEDICATED, 2],
  ])("%s", (_, workload, ioThread, threads) => {
    const { program, vm, disk } = machine({ workload });
    vm.addDisk("a", { ...disk, ioThread });
    vm.addDisk("b", { ...disk, ioThread });
    const { io_threads, devices } = program.synthesise().one("libvirt_domain");
    expect(io_threads).toBe(threads);
    const used = devices.controllers.map(({ driver }: Attributes) => driver.io_thread);
    expect(used.filter(Boolean)).toEqual(Array.from({ length: threads ?? 0 }, (_thread, i) => i + 1));
  });

  test("of virtio-blk are the disks' own", () => {
    const { program, vm, disk } = machine({ workload: Workload.DATABASE });
    for (const id of ["a", "b"]) {
      vm.addDisk(id, { ...disk, bus: DiskBus.VIRTIO_BLK });
    }
    expect(disksOf(program).map(({ driver }) => driver.io_thread)).toEqual([1, 2]);
    expect(program.synthesise().one("libvirt_domain").io_threads).toBe(2);
  });

  test("do not serve SATA, whatever the work", () => {
    expect(diskOf({ bus: DiskBus.SATA }, { workload: Workload.DATABASE }).domain.io_threads).toBeUndefined();
  });
});

describe("where a disk is", () => {
  test("is its position: seven to a controller", () => {
    const { program, vm, disk } = machine();
    for (let i = 1; i <= 15; i++) {
      vm.addDisk(`d${i}`, disk);
    }
    expect(targetsOf(program)).toMatchObject({ d1: "sdb", d6: "sdg", d7: "sdh", d13: "sdn", d14: "sdo", d15: "sdp" });
    const { controllers } = program.synthesise().one("libvirt_domain").devices;
    expect(controllers.map(({ index }: Attributes) => index)).toEqual([0, 1, 2]);
  });

  test("does not change when a disk before it goes, where positions are given", () => {
    const build = (orders: readonly number[]) => {
      const { program, vm, disk } = machine();
      for (const order of orders) {
        vm.addDisk(`d${order}`, { ...disk, order });
      }
      return targetsOf(program);
    };
    const { d4: _, ...rest } = build([1, 2, 3, 4, 5, 8]);
    expect(build([8, 5, 3, 2, 1])).toEqual(rest);
  });

  test.each([Workload.GENERAL, Workload.DATABASE])(
    "does not change where it is as usual for the workload, whatever comes and goes: %s",
    (workload) => {
      const uses = [undefined, IoThreadUse.DEDICATED, undefined, IoThreadUse.NONE, undefined, IoThreadUse.SHARED];
      const build = (orders: readonly number[]) => {
        const { program, vm, disk } = machine({ workload });
        for (const order of orders) {
          vm.addDisk(`d${order}`, { ...disk, order, ioThread: uses[order % uses.length] });
        }
        return targetsOf(program);
      };
      const all = Array.from({ length: 17 }, (_, i) => i + 1);
      const everywhere = build(all);
      const usual = (order: number) => uses[order % uses.length] === undefined;
      // A position that no disk has is kept as one with the usual thread, which for databases is a controller.
      const goes = workload === Workload.DATABASE ? all.filter(usual) : all;
      for (const gone of goes.filter((order) => order !== all.length)) {
        const rest = build(all.filter((order) => order !== gone));
        for (const order of all.filter((one) => one !== gone && usual(one))) {
          expect([gone, order, rest[`d${order}`]]).toEqual([gone, order, everywhere[`d${order}`]]);
        }
      }
    },
  );

  test("is explained as it is in the end, also where a disk that is added later comes before", () => {
    const { program, vm, disk } = machine();
    vm.addDisk("late", { ...disk, order: 3 });
    vm.addDisk("early", { ...disk, order: 1, ioThread: IoThreadUse.DEDICATED });
    const targets = targetsOf(program);
    for (const id of ["late", "early"]) {
      expect(vm.explain().value("target.dev", `prod/vm/${id}`)).toBe(targets[id]);
    }
  });

  test("goes on through the letters", () => {
    const { program, vm, disk } = machine();
    for (const order of [25, 26, 51, 52, 255]) {
      vm.addDisk(`d${order}`, { ...disk, order, bus: DiskBus.VIRTIO_BLK });
    }
    expect(targetsOf(program)).toEqual({ d25: "vdz", d26: "vdaa", d51: "vdaz", d52: "vdba", d255: "vdiv" });
  });

  test("is not on SATA beside virtio-scsi: both call their disks sdX", () => {
    const { vm, disk } = machine();
    vm.addDisk("a", disk);
    expect(() => vm.addDisk("b", { ...disk, bus: DiskBus.SATA })).toThrow(
      "prod/vm: disks of a machine are on virtio-scsi or on SATA, not on both",
    );
  });

  test("may be on virtio-blk beside virtio-scsi", () => {
    const { program, vm, disk } = machine();
    vm.addDisk("a", disk);
    vm.addDisk("b", { ...disk, bus: DiskBus.VIRTIO_BLK });
    expect(targetsOf(program)).toEqual({ a: "sdb", b: "vdc" });
  });

  test("the guest finds it by its serial number: its id, where that fits", () => {
    expect(diskOf().device.serial).toBe("data");
    expect(diskOf({ serial: "WD-1" }).device.serial).toBe("WD-1");
    const { vm, disk } = machine();
    expect(vm.addDisk("x".repeat(20), disk).serial).toBe("x".repeat(20));
    expect(vm.addDisk("y".repeat(21), disk).serial).toBeUndefined();
  });
});

/** What plans are refused for, unless it holds. */
const conditionsOf = (synthesis: Synthesis): string[] =>
  Object.values(synthesis.all("terraform_data"))
    .flatMap(({ lifecycle }) => lifecycle?.precondition ?? [])
    .map(({ condition }) => condition);

describe("its volume", () => {
  test("is made for it, after the machine and the disk, in the tier's pool", () => {
    const { synthesis, device } = diskOf({ tier: "standard" });
    const { lifecycle: _, depends_on, ...volume } = synthesis.one("libvirt_volume");
    const pool = Object.keys(synthesis.all("libvirt_pool")).find((name) => name.includes("standard"));
    expect(volume).toEqual({
      provider: "libvirt.kvm-kvm1",
      name: "vm-data.raw",
      pool: "storage-standard",
      capacity: 10 * 1024 ** 3,
      target: { format: { type: "raw" } },
    });
    expect(depends_on).toEqual([`libvirt_pool.${pool}`]);
    expect(device.source).toEqual({ volume: { pool: "storage-standard", volume: "vm-data.raw" } });
  });

  test("has no suffix on LVM", () => expect(diskOf().disk.volumeName).toBe("vm-data"));

  test("is waited for by the domain", () => {
    const { synthesis, domain } = diskOf({ tier: "standard" });
    expect(domain.depends_on).toEqual(
      Object.keys(synthesis.all("libvirt_volume")).map((name) => `libvirt_volume.${name}`),
    );
  });

  test("is kept, grows and never shrinks where it is protected", () => {
    const { synthesis, disk } = diskOf({ tier: "standard" });
    const name = Object.keys(synthesis.all("libvirt_volume"))[0];
    expect(disk.protectData).toBe(true);
    expect(synthesis.one("libvirt_volume").lifecycle).toMatchObject({
      prevent_destroy: true,
      ignore_changes: ["name", "pool", "capacity", "target", "backing_store"],
    });
    expect(conditionsOf(synthesis)).toEqual(
      expect.arrayContaining([
        `\${libvirt_volume.${name}.capacity <= 10737418240}`,
        `\${libvirt_volume.${name}.name == "vm-data.raw"}`,
      ]),
    );
  });

  test("is replaced when it is defined anew where it is not, and grows all the same", () => {
    const { synthesis, disk } = diskOf({ tier: "standard", protectData: false });
    const definition = Object.keys(synthesis.all("terraform_data")).find((name) => name.includes("vm_Definition"));
    const [name] = Object.keys(synthesis.all("libvirt_volume"));
    expect(disk.protectData).toBe(false);
    expect(synthesis.one("libvirt_volume").lifecycle).toEqual({
      ignore_changes: ["capacity"],
      replace_triggered_by: [`terraform_data.${definition}.input.${name}`],
    });
    const conditions = conditionsOf(synthesis).filter((condition) => condition.includes("libvirt_volume"));
    expect(conditions).toEqual([`\${libvirt_volume.${name}.capacity <= 10737418240}`]);
  });

  test("that is there already is neither made nor changed", () => {
    const { synthesis, disk, device, domain } = diskOf({ existingVolume: "old-data", size: undefined });
    expect(synthesis.all("libvirt_volume")).toEqual({});
    expect(disk.size).toBeUndefined();
    expect(device.source.volume).toEqual({ pool: "storage-performance", volume: "old-data" });
    expect(domain.depends_on).toEqual([expect.stringMatching(/^libvirt_pool\.storage_performance/)]);
  });

  test.each([
    ["a.qcow2", "qcow2"],
    ["a.raw", "raw"],
  ])("that is there already has the format that its name says: %s", (existingVolume, type) => {
    expect(diskOf({ tier: "standard", existingVolume, size: undefined }).device.driver.type).toBe(type);
  });

  test.each(["data", "data.img"])("%s that does not say its format has to be told", (existingVolume) => {
    const options = { tier: "standard", existingVolume, size: undefined } as const;
    expect(() => diskOf(options)).toThrow("the format of an existing volume is not known from its name");
    expect(diskOf({ ...options, format: ImageFormat.QCOW2 }).device.driver.type).toBe("qcow2");
  });
});

test("an existing volume is named, not found by a path", () => {
  expect(() => diskOf({ existingVolume: "folder/a.raw", size: undefined })).toThrow(
    "prod/vm/data: a volume of libvirt has a name, not a path",
  );
});

describe("a root disk", () => {
  const boot = (tier: "performance" | "standard", options: Partial<Parameters<typeof Boot.image>[1]> = {}) => {
    const { program, disk } = machine();
    const image = Boot.image("https://example.org/debian.qcow2", { ...disk, tier, ...options });
    return { program, image, disk };
  };

  test("is an overlay of an image that is fetched once for all machines of a host", () => {
    const { program, image } = boot("standard");
    program.vm("a", { boot: image });
    program.vm("b", { boot: image });
    const synthesis = program.synthesise();
    const volumes = Object.values(synthesis.all("libvirt_volume")).map(({ name }) => name);
    expect(volumes.sort()).toEqual([
      "a-root.qcow2",
      "b-root.qcow2",
      expect.stringMatching(/^image-[0-9a-f]{16}\.qcow2$/),
    ]);
    const root = synthesis.one("libvirt_volume", "a_root");
    const name = Object.keys(synthesis.all("libvirt_volume")).find((volume) => volume.includes("Image"));
    expect(root.backing_store).toEqual({ path: `\${libvirt_volume.${name}.path}`, format: { type: "qcow2" } });
  });

  test("is what the machine starts from", () => {
    const { program, image, disk } = boot("standard");
    program.vm("a", { boot: image }).addDisk("data", disk);
    const { disks } = program.synthesise().one("libvirt_domain", "a_").devices;
    expect(disks.map(({ boot }: Attributes) => boot)).toEqual([{ order: 1 }, undefined]);
  });

  test("is in a file: LVM has no overlays", () => {
    const { program, image } = boot("performance");
    expect(() => program.vm("a", { boot: image })).toThrow(
      "prod/a/root: a disk made from an image is an overlay in a file, and this storage has no files",
    );
  });

  test("is a volume that is there, where it is told so", () => {
    const { program, disk } = boot("standard");
    program.vm("a", { boot: Boot.volume("golden.qcow2", disk) });
    const { disks } = program.synthesise().one("libvirt_domain", "a_").devices;
    expect(disks).toMatchObject([{ boot: { order: 1 }, source: { volume: { volume: "golden.qcow2" } } }]);
  });
});
