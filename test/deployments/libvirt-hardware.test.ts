import {
  closeSync,
  existsSync,
  openSync,
  readdirSync,
  readFileSync,
  statSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { join } from "node:path";
import {
  AsyncIo,
  CacheMode,
  CpuModel,
  DataSize,
  DetectZeroes,
  DiskBus,
  DistributedVSwitch,
  Duration,
  Firmware,
  ImageFormat,
  IoThreadUse,
  NicModel,
  StorageBackend,
  StorageTier,
  SwitchBacking,
  TieredStoragePool,
  TunedVm,
  type TunedVmDiskOptions,
  type TunedVmProps,
  Workload,
} from "virtuned";
import type { Program } from "./deployment";
import { describeOnLab, type Testbed } from "./testbed";

const DISKS: Record<string, Partial<TunedVmDiskOptions>> = {
  threads: { cache: CacheMode.NONE, asyncIo: AsyncIo.THREADS },
  native: { cache: CacheMode.DIRECTSYNC, asyncIo: AsyncIo.NATIVE },
  writeback: { cache: CacheMode.WRITEBACK, detectZeroes: DetectZeroes.UNMAP },
  writethrough: { cache: CacheMode.WRITETHROUGH, discard: false },
  unsafe: { cache: CacheMode.UNSAFE, format: ImageFormat.QCOW2 },
};

/** Guests of all kinds, which need no system to be started. */
function programOf(
  bed: Testbed,
  { moreMiB, description }: { readonly moreMiB: number; readonly description: string },
): Program {
  return (stack) => {
    const platform = bed.platform(stack);
    const nat = new DistributedVSwitch(stack, "nat", { platform, backing: SwitchBacking.nat("10.91.0.0/24") });
    const alone = new DistributedVSwitch(stack, "alone", { platform, mtu: 1400, backing: SwitchBacking.isolated() });
    const served = new DistributedVSwitch(stack, "served", {
      platform,
      backing: SwitchBacking.isolated("10.92.0.0/24"),
    });
    const [natSegment, aloneSegment, servedSegment] = [nat, alone, served].map((s) => s.addVlanSegment("all"));
    const tier = "standard";
    const pool = new TieredStoragePool(stack, "pool", {
      platform,
      tiers: { [tier]: StorageTier.on(StorageBackend.directory(join(bed.lab.imagesFolder, "pool"))) },
      protectData: false,
    });
    const vm = (id: string, props: Partial<TunedVmProps> = {}, megabytes = 24) =>
      new TunedVm(stack, id, {
        platform,
        vcpus: 1,
        memory: DataSize.mebibytes(megabytes + moreMiB),
        shutdownTimeout: Duration.seconds(1),
        description,
        ...props,
      });
    const disk = (of: TunedVm, id: string, options: Partial<TunedVmDiskOptions>) =>
      of.addDisk(id, {
        pool,
        tier,
        ...(options.existingVolume === undefined && { size: DataSize.mebibytes(2) }),
        ...options,
      });

    vm("uefi", { firmware: Firmware.uefi(), autostart: false }, 96);
    vm("secure", { firmware: Firmware.uefi({ secureBoot: true }) }, 96);
    vm("plain", { machine: "pc", guestAgent: false, cpu: CpuModel.named("qemu64") });
    vm("named", { cpu: CpuModel.named("Nehalem"), workload: Workload.NETWORK_FUNCTION });

    const blk = vm("blk", { vcpus: 2, workload: Workload.DATABASE });
    disk(blk, "own", { bus: DiskBus.VIRTIO_BLK, queues: 4, queueDepth: 64 });
    disk(blk, "shared", { bus: DiskBus.VIRTIO_BLK, ioThread: IoThreadUse.SHARED });
    disk(blk, "none", { bus: DiskBus.VIRTIO_BLK, ioThread: IoThreadUse.NONE });
    disk(blk, "scsi", {});

    const scsi = vm("scsi", { vcpus: 2 });
    for (let i = 0; i < 9; i++) {
      disk(scsi, `shared${i}`, {});
    }
    disk(scsi, "own0", { ioThread: IoThreadUse.DEDICATED, queueDepth: 16 });
    disk(scsi, "own1", { ioThread: IoThreadUse.DEDICATED });
    disk(scsi, "none", { ioThread: IoThreadUse.NONE });

    const caches = vm("caches");
    for (const [id, options] of Object.entries(DISKS)) {
      disk(caches, id, options);
    }

    const sata = vm("sata");
    disk(sata, "one", { bus: DiskBus.SATA });
    disk(sata, "two", { bus: DiskBus.SATA, serial: "second" });
    disk(sata, "three", { bus: DiskBus.VIRTIO_BLK });

    const [left, right] = [vm("left"), vm("right")];
    disk(left, "quorum", { shareable: true });
    disk(right, "quorum", { shareable: true, existingVolume: "left-quorum.raw" });
    disk(right, "given", { existingVolume: "given.img", format: ImageFormat.RAW, readOnly: true });

    const nics = vm("nics", { vcpus: 2, workload: Workload.WEB });
    nics.addNic("a", { segment: natSegment!, model: NicModel.E1000E });
    nics.addNic("b", { segment: aloneSegment!, model: NicModel.E1000 });
    nics.addNic("c", { segment: servedSegment!, model: NicModel.RTL8139 });
    nics.addNic("d", { segment: aloneSegment!, txRingSize: 512, macAddress: "52:54:00:aa:bb:cc", mtu: 1300 });
  };
}

const GUESTS = ["uefi", "secure", "plain", "named", "blk", "scsi", "caches", "sata", "left", "right", "nics"];

describeOnLab("hardware of guests on libvirt", (bed) => {
  const { libvirt } = bed;
  const all = bed.deployment();

  test("all kinds are defined and start, and the next plan is empty", async () => {
    const given = join(bed.lab.imagesFolder, "pool", "given.img");
    await libvirt.virsh("pool-define-as", "unrelated", "dir", "--target", bed.lab.imagesFolder);
    void given;
    await all.synth(programOf(bed, { moreMiB: 0, description: "first" }));
    await all.apply();
    expect((await all.plan()).changes).toEqual([]);
    for (const guest of GUESTS) {
      expect([guest, await libvirt.state(guest)]).toEqual([guest, "running"]);
    }
  }, 600_000);
  void [closeSync, existsSync, openSync, readdirSync, readFileSync, statSync, writeFileSync, writeSync];
});
