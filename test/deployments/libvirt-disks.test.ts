import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import {
  DataRate,
  DataSize,
  DiskBus,
  Duration,
  ErrorPolicy,
  ImageFormat,
  IoLimit,
  IoProfile,
  IoThreadUse,
  SectorFormat,
  StorageBackend,
  StorageTier,
  TieredStoragePool,
  TunedVm,
  VolumeSource,
} from "virtuned";
import type { Program } from "./deployment";
import { GuestShell } from "./guest-shell";
import { steps } from "./steps";
import { describeOnLab, mark, type Testbed } from "./testbed";

const MIB = DataSize.mebibytes;
const LIMIT_MIB = 4;
const LIMIT_IOPS = 50;
const MEASURED_SECONDS = 6;
const GOLDEN = "written before all of this";

interface Site {
  readonly log: boolean;
  /** A disk that was not there at first. */
  readonly late: boolean;
  /** A copy of a disk of the machine that runs. */
  readonly cloneOfRunning: boolean;
  readonly golden: string;
  readonly protectClone: boolean;
}

const BEGINNING: Site = { log: true, late: false, cloneOfRunning: false, golden: "golden.raw", protectClone: true };

function programOf(bed: Testbed, site: Site): Program {
  return (stack) => {
    const platform = bed.platform(stack);
    const folder = (name: string) => StorageBackend.directory(join(bed.lab.imagesFolder, name));
    const pool = new TieredStoragePool(stack, "storage", {
      platform,
      tiers: { performance: StorageTier.on(folder("fast")), capacity: StorageTier.on(folder("large")) },
      protectData: false,
    });
    const [fast, large] = [
      { pool, tier: "performance", size: MIB(32) },
      { pool, tier: "capacity", size: MIB(64) },
    ];
    const limited = (limit: IoLimit) => IoProfile.limited({ limit });
    const vm = new TunedVm(stack, "db", {
      platform,
      vcpus: 2,
      memory: MIB(192),
      boot: bed.boot(),
      consoleLog: bed.consoleLog("db"),
      shutdownTimeout: Duration.seconds(30),
    });
    const own = { ioThread: IoThreadUse.DEDICATED };
    const data = vm.addDisk("data", { ...fast, ...own, order: 1, queueDepth: 64, errorPolicy: ErrorPolicy.STOP });
    if (site.log) {
      vm.addDisk("log", { ...fast, ...own, order: 2, rotationRate: 7200, wwn: "5000c50015ea71ad" });
    }
    vm.addDisk("bulk", {
      ...large,
      ioThread: IoThreadUse.SHARED,
      order: 3,
      io: limited(IoLimit.total({ rate: DataRate.mebibytesPerSecond(LIMIT_MIB) })),
    });
    vm.addDisk("small", {
      ...fast,
      bus: DiskBus.VIRTIO_BLK,
      order: 4,
      queues: 1,
      sectors: SectorFormat.NATIVE_4K,
      discard: false,
      io: limited(IoLimit.perDirection({ read: { iops: LIMIT_IOPS } })),
    });
    const image = bed.lab.guest.disk;
    const size = MIB(600);
    vm.addDisk("over", { ...large, size, order: 5, source: VolumeSource.overlayOf(image), copyOnRead: true });
    vm.addDisk("copy", { ...large, size, order: 6, source: VolumeSource.copyOf(image), format: ImageFormat.RAW });
    const golden = VolumeSource.cloneOfExisting(site.golden, { pool, tier: "performance" });
    vm.addDisk("clone", { ...fast, order: 7, source: golden, protectData: site.protectClone });
    const quorum = vm.addDisk("quorum", { ...fast, order: 8, shareable: true, readOnly: false });
    if (site.late) {
      vm.addDisk("late", { ...fast, order: 9 });
    }
    const twin = new TunedVm(stack, "twin", {
      platform,
      vcpus: 1,
      memory: MIB(64),
      shutdownTimeout: Duration.seconds(1),
    });
    twin.addDisk("quorum", { pool, sharedWith: quorum });
    twin.addDisk("data", { ...fast, source: VolumeSource.cloneOf(data), order: 2 });
    if (site.cloneOfRunning) {
      twin.addDisk("again", { ...fast, source: VolumeSource.cloneOf(data), order: 3 });
    }
  };
}

describeOnLab("disks on libvirt", (bed) => {
  const { lab, libvirt } = bed;
  const life = bed.deployment();
  const step = steps();
  const shell = new GuestShell(bed, "db");
  let site = BEGINNING;
  /** Where the guest has its disks, by serial number. */
  let places: Record<string, string | null> = {};
  const fileOf = (...parts: string[]) => join(lab.imagesFolder, ...parts);
  const infoOf = (...parts: string[]) =>
    JSON.parse(
      execFileSync("qemu-img", ["info", "--force-share", "--output=json", fileOf(...parts)], { encoding: "utf8" }),
    );
  const disksBySerial = async (newest: string) => {
    const { disks } = await bed.report("db", (report) => report.disks.some(({ serial }) => serial === newest));
    return Object.fromEntries(disks.map((disk) => [disk.serial ?? disk.name, disk]));
  };

  async function change(wanted: Partial<Site>): Promise<void> {
    site = { ...site, ...wanted };
    await life.synth(programOf(bed, site));
    await life.apply();
    expect((await life.plan()).changes).toEqual([]);
  }

  beforeAll(() => {
    mkdirSync(fileOf("fast"), { recursive: true });
    for (const golden of ["golden.raw", "other.raw"]) {
      writeFileSync(fileOf("fast", golden), Buffer.alloc(MIB(16).toBytes()));
      mark(fileOf("fast", golden), GOLDEN);
    }
  });

  step("the guest has what was asked for, over controllers and beside them", async () => {
    await change({});
    const disks = await disksBySerial("quorum");
    const none = { scheduler: "none", rotational: false, logicalBlockBytes: 512 };
    expect(disks).toMatchObject({
      data: { ...none, bus: "virtio-scsi", hardwareQueues: 2, queueDepth: 64, sizeBytes: MIB(32).toBytes() },
      log: { bus: "virtio-scsi", hardwareQueues: 2, queueDepth: 128, rotational: true },
      bulk: { ...none, bus: "virtio-scsi", hardwareQueues: 2, sizeBytes: MIB(64).toBytes() },
      small: {
        bus: "virtio-blk",
        hardwareQueues: 1,
        logicalBlockBytes: 4096,
        physicalBlockBytes: 4096,
      },
      over: { sizeBytes: MIB(600).toBytes() },
      copy: { sizeBytes: MIB(600).toBytes() },
      clone: { sizeBytes: MIB(32).toBytes() },
      quorum: { sizeBytes: MIB(32).toBytes() },
    });
    expect(disks.data!.discardMaxBytes).toBeGreaterThan(0);
    const controllers = Object.values(disks).map(({ hctl }) => hctl?.split(":")[0]);
    expect(new Set(controllers.filter((host) => host !== undefined)).size).toBe(4);
    places = Object.fromEntries(Object.entries(disks).map(([serial, { hctl }]) => [serial, hctl]));
  });

  step("the hypervisor has what no guest sees", async () => {
    const definition = await libvirt.virsh("dumpxml", "db");
    expect(definition).toMatch(/error_policy='stop'/);
    expect(definition).toMatch(/copy_on_read='on'/);
    expect(definition).toMatch(/<wwn>5000c50015ea71ad<\/wwn>/);
    expect(definition).toMatch(/<iothreads>3<\/iothreads>/);
  });

  step("limits are kept within ten percent", async () => {
    const device = async (serial: string) => {
      const { disks } = await bed.report("db");
      return `/dev/${disks.find((disk) => disk.serial === serial)!.name}`;
    };
    const seconds = async (disk: string, blockKib: number, count: number) => {
      const read = `dd if=${disk} of=/dev/null bs=${blockKib}k count=${count} iflag=direct 2>/dev/null`;
      const times = await shell.run(`cut -d" " -f1 /proc/uptime; ${read}; cut -d" " -f1 /proc/uptime`);
      const [from, to] = times.split(" ").map(Number);
      return to! - from!;
    };
    const blocks = (LIMIT_MIB * MEASURED_SECONDS * 1024) / 256;
    const rate = (LIMIT_MIB * MEASURED_SECONDS) / (await seconds(await device("bulk"), 256, blocks));
    expect(rate).toBeGreaterThan(LIMIT_MIB * 0.9);
    expect(rate).toBeLessThan(LIMIT_MIB * 1.1);
    const count = LIMIT_IOPS * MEASURED_SECONDS;
    const iops = count / (await seconds(await device("small"), 4, count));
    expect(iops).toBeGreaterThan(LIMIT_IOPS * 0.9);
    expect(iops).toBeLessThan(LIMIT_IOPS * 1.1);
    const free = await seconds(await device("data"), 256, blocks);
    expect(free).toBeLessThan(MEASURED_SECONDS / 2);
  });

  step("volumes hold what they were made from", () => {
    expect(infoOf("large", "db-over.qcow2")["backing-filename"]).toMatch(/image-.*\.qcow2$/);
    expect(infoOf("large", "db-copy.raw")).not.toHaveProperty("backing-filename");
    const compared = execFileSync("qemu-img", ["compare", "-U", lab.guest.disk, fileOf("large", "db-copy.raw")], {
      encoding: "utf8",
    });
    expect(compared).toContain("Images are identical");
    expect(readFileSync(fileOf("fast", "db-clone.raw")).toString("utf8", 0, GOLDEN.length)).toBe(GOLDEN);
    return Promise.resolve();
  });

  step("two machines have one volume", async () => {
    const definition = await libvirt.virsh("dumpxml", "twin");
    expect(definition).toMatch(/volume='db-quorum.raw'/);
    expect(definition).toMatch(/<shareable\/>/);
  });

  step("disks come and go, and the others stay where they are", async () => {
    mark(fileOf("fast", "db-clone.raw"), "written since");
    await change({ log: false, late: true });
    const disks = await disksBySerial("late");
    const { log: _, ...stayed } = places;
    const now = Object.fromEntries(Object.entries(disks).map(([serial, { hctl }]) => [serial, hctl]));
    expect(now).toMatchObject(stayed);
    expect(Object.keys(now).sort()).toEqual([...Object.keys(stayed), "late"].sort());
    expect(readFileSync(fileOf("fast", "db-clone.raw")).toString("utf8", 0, 13)).toBe("written since");
  });

  step("another source of a copy that holds data is refused when it is planned", async () => {
    await life.synth(programOf(bed, { ...site, golden: "other.raw" }));
    expect(await life.refusedPlan()).toContain(
      "is a copy of another volume than other.raw of pool storage-performance",
    );
  });

  step("a disk of a guest that runs is not copied", async () => {
    await life.synth(programOf(bed, { ...site, cloneOfRunning: true }));
    expect(await life.refusedApply()).toContain("guest db has it and runs. Shut it down, and apply again.");
    await libvirt.virsh("destroy", "db");
    await life.apply();
    expect((await life.plan()).changes).toEqual([]);
    expect(infoOf("fast", "twin-again.raw")["virtual-size"]).toBe(MIB(32).toBytes());
  });

  step("when all is gone, what was there before is still there", async () => {
    await change({ cloneOfRunning: true, protectClone: false });
    await life.destroy();
    expect(existsSync(fileOf("fast", "db-clone.raw"))).toBe(false);
    expect(readFileSync(fileOf("fast", "golden.raw")).toString("utf8", 0, GOLDEN.length)).toBe(GOLDEN);
  });
});
