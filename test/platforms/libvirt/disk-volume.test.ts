import {
  Boot,
  DataSize,
  DiskBus,
  ImageFormat,
  LibvirtSecret,
  Multipath,
  ScsiPassthrough,
  StorageBackend,
  StorageTier,
  type TieredStoragePoolProps,
  type TunedVmDiskOptions,
  VolumeSource,
} from "virtuned";
import type { LibvirtHost } from "virtuned/libvirt";
import { LibvirtProgram } from "../../support/libvirt";
import type { Attributes } from "../../support/synthesis";

const GIB = DataSize.gibibytes;
const IMAGE = "https://images.example.org/debian.qcow2";
const LUN = "unit:0:0:1";

/** Hosts kvm1 and kvm2: tier performance is a directory on each, standard NFS of both, capacity LVM. */
function site(props: Partial<TieredStoragePoolProps> = {}) {
  const program = new LibvirtProgram({}, ["kvm1", "kvm2"]);
  const pool = program.pool("storage", {
    tiers: {
      performance: StorageTier.on(StorageBackend.directory("/srv/vms")),
      standard: StorageTier.on(StorageBackend.nfs("nas1", "/export")),
      capacity: StorageTier.on(StorageBackend.lvm("disks")),
    },
    ...props,
  });
  const [kvm1, kvm2] = program.hosts as [LibvirtHost, LibvirtHost];
  const vm = (id: string, host = kvm1) => program.vm(id, { host });
  const disk = { pool, tier: "performance", size: GIB(10) };
  return { program, pool, disk, vm, kvm1, kvm2 };
}

/** What of a resource matters, by the last parts of its path. */
const stepsOf = (program: LibvirtProgram, id: string): Attributes[] =>
  Object.entries(program.synthesise().all("terraform_data"))
    .filter(([name]) => name.includes(`_${id}_`))
    .map(([, attributes]) => attributes as Attributes);
const environmentOf = (step: Attributes) => step.provisioner[0]["local-exec"].environment as Attributes;

describe("what a volume is made from", () => {
  test("an image that stays below, for any disk", () => {
    const { program, vm, disk } = site();
    const made = vm("a").addDisk("data", { ...disk, source: VolumeSource.overlayOf(IMAGE), copyOnRead: true });
    expect(made).toMatchObject({ format: "qcow2", volumeName: "a-data.qcow2" });
    const synthesis = program.synthesise();
    const volume = Object.values(synthesis.all("libvirt_volume")).find(({ name }) => name === "a-data.qcow2")!;
    expect(volume.backing_store.path).toMatch(/^\$\{libvirt_volume\..*Image.*\.path\}$/);
    expect(synthesis.one("libvirt_domain").devices.disks[0].driver).toMatchObject({ copy_on_read: "on" });
  });

  test("a copy of an image, which the host makes once in the place of a volume that holds nothing", () => {
    const { program, vm, disk } = site();
    const { format } = vm("a").addDisk("data", { ...disk, source: VolumeSource.copyOf(IMAGE) });
    expect(format).toBe("raw");
    const volumes = Object.values(program.synthesise().all("libvirt_volume"));
    expect(volumes.find(({ name }) => name === "a-data.raw")).toMatchObject({ capacity: 4096 });
    const [step] = stepsOf(program, "Content");
    expect(environmentOf(step!)).toMatchObject({
      POOL: "storage-performance",
      VOLUME: "a-data.raw",
      BYTES: String(GIB(10).toBytes()),
      SOURCE: expect.stringMatching(/^image-.*\.qcow2$/),
      SOURCE_IS: "image",
    });
    expect(step!.lifecycle).toMatchObject({ ignore_changes: ["input"], postcondition: [expect.anything()] });
  });

  test("a copy that holds no data is made anew when its source is another one", () => {
    const { program, vm, disk } = site();
    vm("a").addDisk("data", { ...disk, protectData: false, source: VolumeSource.copyOf(IMAGE) });
    const [step] = stepsOf(program, "Content");
    expect(step!.lifecycle).toEqual({ replace_triggered_by: [expect.stringMatching(/^libvirt_volume\./)] });
    expect(JSON.stringify(stepsOf(program, "Definition").map(({ input }) => input))).toContain(
      "of pool storage-performance",
    );
  });

  test("a clone of a disk: the machine of that one starts after it was made", () => {
    const { program, vm, disk } = site();
    const golden = vm("golden").addDisk("root", disk);
    vm("a").addDisk("root", { ...disk, source: VolumeSource.cloneOf(golden) });
    const [step] = stepsOf(program, "Content");
    expect(environmentOf(step!)).toMatchObject({ SOURCE: "golden-root.raw", SOURCE_IS: "volume" });
    const power = Object.entries(program.synthesise().all("terraform_data")).find(([name]) =>
      /golden_Power/.test(name),
    )!;
    expect((power[1] as Attributes).depends_on).toContainEqual(expect.stringContaining("_Content_"));
  });

  test("a clone of a volume that is there, from a tier without files, too", () => {
    const { program, pool, vm, disk } = site();
    const source = VolumeSource.cloneOfExisting("golden", { pool, tier: "capacity" });
    vm("a").addDisk("root", { ...disk, source });
    expect(environmentOf(stepsOf(program, "Content")[0]!)).toMatchObject({
      SOURCE_POOL: "storage-capacity",
      SOURCE: "golden",
    });
  });

  test.each([
    [true, "one of others"],
    [false, "one of its own"],
  ])("a folder stays when its pool goes: %s where what was cloned is %s", (stays, what) => {
    const { program, pool, vm, disk } = site({ protectData: false });
    const source = stays
      ? VolumeSource.cloneOfExisting("golden.raw", { pool, tier: "performance" })
      : VolumeSource.cloneOf(vm("golden").addDisk("root", disk));
    vm("a").addDisk("root", { ...disk, source });
    const pools = Object.values(program.synthesise().all("libvirt_pool"));
    const [own] = pools.filter(({ name, provider }) => name === "storage-performance" && provider.includes("kvm1"));
    expect([what, own!.destroy.delete]).toEqual([what, !stays]);
  });

  test("an image is fetched once where hosts have the same storage, whichever machine comes first", () => {
    const { program, vm, disk, kvm1, kvm2 } = site();
    for (const host of [kvm2, kvm1]) {
      const source = VolumeSource.overlayOf(IMAGE);
      vm(`on-${host.name}`, host).addDisk("data", { ...disk, tier: "standard", source });
    }
    const images = Object.entries(program.synthesise().all("libvirt_volume")).filter(([name]) => /Image-/.test(name));
    expect(images.map(([, { provider }]) => provider)).toEqual(["libvirt.kvm-kvm1"]);
  });

  test.each<[string, (at: ReturnType<typeof site>) => unknown, string]>([
    [
      "a copy on LVM",
      ({ vm, disk }) => vm("a").addDisk("b", { ...disk, tier: "capacity", source: VolumeSource.copyOf(IMAGE) }),
      "[volume-content]",
    ],
    [
      "an overlay on LVM",
      ({ vm, disk }) => vm("a").addDisk("b", { ...disk, tier: "capacity", source: VolumeSource.overlayOf(IMAGE) }),
      "a disk made from an image is an overlay in a file",
    ],
    [
      "a clone of a disk of another host",
      ({ vm, disk, kvm2 }) => {
        const source = VolumeSource.cloneOf(vm("a").addDisk("b", disk));
        vm("c", kvm2).addDisk("b", { ...disk, source });
      },
      "the disk to clone is on another host",
    ],
    [
      "a source for a volume that is there",
      ({ vm, disk }) => {
        const source = VolumeSource.copyOf(IMAGE);
        vm("a").addDisk("b", { ...disk, size: undefined, existingVolume: "b.raw", source });
      },
      "a volume that is there holds what it holds",
    ],
    ["an image whose format is not known", () => VolumeSource.copyOf("/srv/debian.img"), "give `format`"],
    ["an image that can't be fetched", () => VolumeSource.overlayOf("ftp://x/y.raw"), "not an image"],
    ["a disk that is none", () => VolumeSource.cloneOf("data" as never), "not a disk"],
    ["a source that is none", ({ vm, disk }) => vm("a").addDisk("b", { ...disk, source: IMAGE as never }), "copyOf()"],
    [
      "a name on a shared storage that a disk of another host has",
      ({ program, disk, kvm1, kvm2, vm }) => {
        vm("a", kvm1).addDisk("b", { ...disk, tier: "standard" });
        const same = program.vm("other", { host: kvm2, name: "a" });
        same.addDisk("b", { ...disk, tier: "standard" });
      },
      "has a volume of this name already",
    ],
  ])("%s is refused", (_, make, message) => {
    expect(() => make(site())).toThrow(message);
  });

  test("copies are not made on tiers that encrypt", () => {
    const encryptionSecret = LibvirtSecret.uuid("3c1f2a3e-52b5-4c5f-9a0e-8d6d7a9be111");
    const backend = StorageBackend.directory("/srv/vms");
    const { vm, disk } = site({ tiers: { performance: StorageTier.on(backend, { encryptionSecret }) } });
    const source = VolumeSource.copyOf(IMAGE);
    expect(() => vm("a").addDisk("b", { ...disk, source })).toThrow("files that are not encrypted");
  });
});

describe("a volume of several machines", () => {
  test("is had under the same serial number, raw and uncached", () => {
    const { program, pool, disk, vm } = site();
    const quorum = vm("a").addDisk("quorum", { ...disk, shareable: true, serial: "q1" });
    const other = vm("b").addDisk("shared", { pool, sharedWith: quorum });
    expect(other).toMatchObject({ volumeName: "a-quorum.raw", serial: "q1", shareable: true, size: undefined });
    const disks = Object.values(program.synthesise().all("libvirt_domain")).map(({ devices }) => devices.disks[0]);
    for (const device of disks) {
      expect(device).toMatchObject({ shareable: true, driver: { type: "raw", cache: "none" }, serial: "q1" });
    }
  });

  test("may be read by all of them", () => {
    const { disk, pool, vm } = site();
    const tools = vm("a").addDisk("tools", { ...disk, readOnly: true });
    expect(vm("b").addDisk("tools", { pool, sharedWith: tools })).toMatchObject({ readOnly: true, shareable: false });
  });

  test("is found by another host of the same storage before its machine starts", () => {
    const { program, pool, disk, vm, kvm2 } = site();
    const quorum = vm("a").addDisk("quorum", { ...disk, tier: "standard", shareable: true });
    vm("b", kvm2).addDisk("quorum", { pool, sharedWith: quorum });
    const [find] = stepsOf(program, "Shared");
    expect(environmentOf(find!)).toMatchObject({
      LIBVIRT_URI: "qemu+ssh://root@kvm2/system",
      POOL: "storage-standard",
      VOLUME: "a-quorum.raw",
    });
  });

  test.each<[string, (at: ReturnType<typeof site>) => unknown, string]>([
    [
      "where the other does not share it",
      ({ vm, disk, pool }) => vm("b").addDisk("q", { pool, sharedWith: vm("a").addDisk("q", disk) }),
      "[volume-shared]",
    ],
    [
      "where one of them writes",
      ({ vm, disk, pool }) => {
        const other = vm("a").addDisk("q", { ...disk, readOnly: true });
        vm("b").addDisk("q", { pool, sharedWith: other, readOnly: false });
      },
      "[volume-shared]",
    ],
    [
      "on a host that has not the storage",
      ({ vm, disk, pool, kvm2 }) => {
        const other = vm("a").addDisk("q", { ...disk, shareable: true });
        vm("b", kvm2).addDisk("q", { pool, sharedWith: other });
      },
      "whose storage this one has not",
    ],
    [
      "twice in one machine",
      ({ vm, disk, pool }) => {
        const a = vm("a");
        a.addDisk("r", { pool, sharedWith: a.addDisk("q", { ...disk, shareable: true }) });
      },
      "a machine has a volume once",
    ],
    [
      "in a tier of its own",
      ({ vm, disk, pool }) => {
        const other = vm("a").addDisk("q", { ...disk, shareable: true });
        vm("b").addDisk("q", { pool, sharedWith: other, tier: "standard" });
      },
      "says `tier`",
    ],
    [
      "with a size",
      ({ vm, disk, pool }) => {
        const other = vm("a").addDisk("q", { ...disk, shareable: true });
        vm("b").addDisk("q", { pool, sharedWith: other, size: GIB(1) });
      },
      "an existing volume has its own size",
    ],
    [
      "from another pool",
      ({ program, vm, disk }) => {
        const other = vm("a").addDisk("q", { ...disk, shareable: true });
        const pool = program.pool("more", {
          tiers: { archive: StorageTier.on(StorageBackend.directory("/srv/more")) },
        });
        vm("b").addDisk("q", { pool, sharedWith: other });
      },
      "the disk to share is in another pool",
    ],
    [
      "by its name, where not all say so",
      ({ vm, disk }) => {
        const there = { ...disk, size: undefined, existingVolume: "q.raw" };
        vm("a").addDisk("q", { ...there, shareable: true });
        vm("b").addDisk("q", there);
      },
      "has several disks: prod/a/q, prod/b/q",
    ],
  ])("is refused %s", (_, make, message) => {
    expect(() => make(site())).toThrow(message);
  });
});

describe("a LUN that is passed through", () => {
  const inPool = { volume: { volume: LUN } };
  const LUNS: [string, StorageBackend, object][] = [
    ["iSCSI", StorageBackend.iscsi("10.0.0.5", "iqn.2004-10.com.example:disks"), inPool],
    ["Fibre Channel", StorageBackend.fibreChannel("host3"), inPool],
    ["multipath", StorageBackend.multipath(Multipath.configured()), { block: { dev: `/dev/mapper/${LUN}` } }],
  ];
  const lun = (backend: StorageBackend, options: Partial<TunedVmDiskOptions> = {}) => {
    const program = new LibvirtProgram();
    const pool = program.pool("san", { tiers: { performance: StorageTier.on(backend) } });
    const passthrough = ScsiPassthrough.RESERVATIONS;
    program.vm("a").addDisk("q", { pool, tier: "performance", existingVolume: LUN, passthrough, ...options });
    return program.synthesise().one("libvirt_domain").devices.disks[0] as Attributes;
  };
  const [, iscsi] = LUNS[0]!;

  test.each(LUNS)("of %s, with reservations", (_, backend, source) => {
    const device = lun(backend, { shareable: true });
    expect(device).toMatchObject({
      device: "lun",
      source: { reservations: { managed: true }, ...source },
      driver: { type: "raw", cache: "none", io: "native" },
      shareable: true,
      target: { bus: "scsi" },
    });
    expect(device).not.toHaveProperty("serial");
    expect(device.target).not.toHaveProperty("rotation_rate");
  });

  test("with its commands alone", () => {
    const device = lun(iscsi, { passthrough: ScsiPassthrough.COMMANDS });
    expect(device.device).toBe("lun");
    expect(device.source).not.toHaveProperty("reservations");
  });

  test.each<[string, () => unknown, string]>([
    ["on virtio-blk", () => lun(iscsi, { bus: DiskBus.VIRTIO_BLK }), "on virtio-scsi only"],
    ["as qcow2", () => lun(iscsi, { format: ImageFormat.QCOW2 }), "raw"],
    ["with a serial number", () => lun(iscsi, { serial: "x" }), "no `serial` of QEMU's"],
    ["with a world wide name", () => lun(iscsi, { wwn: "5000c50015ea71ad" }), "no `wwn` of QEMU's"],
    ["of a directory", () => lun(StorageBackend.directory("/srv/vms"), { format: ImageFormat.RAW }), "a whole LUN"],
    [
      "of QEMU's own iSCSI with a helper",
      () => {
        const initiator = "iqn.2004-10.com.example:kvm1";
        return lun(StorageBackend.iscsiDirect("10.0.0.5", "iqn.2004-10.com.example:disks", { initiator }));
      },
      "reservations pass by themselves",
    ],
  ])("is refused %s", (_, make, message) => {
    expect(make).toThrow(message);
  });
});

describe("storage that QEMU reaches over the network", () => {
  test("has no asynchronous I/O of Linux, and refuses a choice of it", () => {
    const program = new LibvirtProgram();
    const backend = StorageBackend.rbd("vms", { monitors: ["10.0.0.1"] });
    const pool = program.pool("ceph", { tiers: { performance: StorageTier.on(backend) } });
    const vm = program.vm("a");
    const disk = vm.addDisk("data", { pool, tier: "performance", size: GIB(10) });
    expect(disk).toMatchObject({ asyncIo: undefined, volumeName: "a-data", format: "raw" });
    expect(() => vm.addDisk("more", { pool, tier: "performance", size: GIB(10), asyncIo: "native" as never })).toThrow(
      "[disk-network-io]",
    );
    expect(program.synthesise().one("libvirt_domain").devices.disks[0].driver).not.toHaveProperty("io");
  });
});

test("a root disk may be a copy, too", () => {
  const { program, vm, disk } = site();
  vm("a").addDisk("root", { ...disk, order: 0, source: VolumeSource.copyOf(IMAGE) });
  expect(program.synthesise().one("libvirt_domain").devices.disks[0]).toMatchObject({ boot: { order: 1 } });
  expect(() => Boot.image(IMAGE, { ...disk, size: GIB(2) })).not.toThrow();
});
