import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
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
import { steps } from "./steps";
import { describeOnLab, mark, onHosts, type Testbed } from "./testbed";

const MARK = "written by hand";

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

    const uefi = vm("uefi", { firmware: Firmware.uefi(), autostart: false }, 96);
    disk(uefi, "one", { bus: DiskBus.SATA });
    disk(uefi, "two", { bus: DiskBus.SATA, serial: "second" });
    disk(uefi, "three", { bus: DiskBus.VIRTIO_BLK });

    const secure = vm(
      "secure",
      { firmware: Firmware.uefi({ secureBoot: true }), vcpus: 2, workload: Workload.DATABASE },
      96,
    );
    disk(secure, "own", { bus: DiskBus.VIRTIO_BLK, queues: 4, queueDepth: 64 });
    disk(secure, "shared", { bus: DiskBus.VIRTIO_BLK, ioThread: IoThreadUse.SHARED });
    disk(secure, "none", { bus: DiskBus.VIRTIO_BLK, ioThread: IoThreadUse.NONE });
    disk(secure, "scsi", {});

    const plain = vm("plain", { machine: "pc", guestAgent: false, cpu: CpuModel.named("qemu64") });
    for (const [id, options] of Object.entries(DISKS)) {
      disk(plain, id, options);
    }
    disk(plain, "quorum", { shareable: true });

    const many = vm("many", { vcpus: 2, cpu: CpuModel.named("Nehalem"), workload: Workload.NETWORK_FUNCTION });
    for (let i = 0; i < 8; i++) {
      disk(many, `shared${i}`, {});
    }
    disk(many, "own0", { ioThread: IoThreadUse.DEDICATED, queueDepth: 16 });
    disk(many, "own1", { ioThread: IoThreadUse.DEDICATED });
    disk(many, "none", { ioThread: IoThreadUse.NONE });

    const other = vm("other", { vcpus: 2, workload: Workload.WEB });
    disk(other, "quorum", { shareable: true, existingVolume: "plain-quorum.raw" });
    disk(other, "given", { existingVolume: "given.img", format: ImageFormat.RAW, readOnly: true });
    other.addNic("a", { segment: natSegment!, model: NicModel.E1000E });
    other.addNic("b", { segment: aloneSegment!, model: NicModel.E1000 });
    other.addNic("c", { segment: servedSegment!, model: NicModel.RTL8139 });
    other.addNic("d", { segment: aloneSegment!, txRingSize: 512, macAddress: "52:54:00:aa:bb:cc", mtu: 1300 });
  };
}

const GUESTS = ["uefi", "secure", "plain", "many", "other"];

describeOnLab("hardware of guests on libvirt", (bed) => {
  const { libvirt } = bed;
  const step = steps();
  const all = bed.deployment();
  const pool = join(bed.lab.imagesFolder, "pool");
  const nvram = join(bed.lab.stateFolder, "lib/qemu/nvram");
  const uuids = new Map<string, string>();

  async function expectAllRun(): Promise<void> {
    for (const guest of GUESTS) {
      expect([guest, await libvirt.state(guest)]).toEqual([guest, "running"]);
    }
  }

  step("all kinds are defined and start, and the next plan is empty", async () => {
    mkdirSync(pool);
    writeFileSync(join(pool, "given.img"), Buffer.alloc(1024 ** 2));
    await all.synth(programOf(bed, { moreMiB: 0, description: "first" }));
    await all.apply();
    expect((await all.plan()).changes).toEqual([]);
    await expectAllRun();
    for (const guest of GUESTS) {
      uuids.set(guest, await libvirt.uuid(guest));
    }
  });

  step("libvirt has what the program says", async () => {
    const found = async (guest: string, xpaths: Record<string, string>) =>
      Object.fromEntries(
        await Promise.all(
          Object.entries(xpaths).map(async ([what, xpath]) => [what, (await libvirt.find(guest, xpath)).join(" ")]),
        ),
      );
    expect(
      await found("secure", {
        targets: "//disk/target/@dev",
        queues: "//disk/driver/@queues",
        depths: "//disk/driver/@queue_size",
        threads: "//disk/driver/@iothread",
      }),
    ).toEqual({ targets: "vdb vdc vdd sdh", queues: "4 2 2", depths: "64", threads: "1 2" });
    expect(
      await found("many", {
        targets: "//disk/target/@dev",
        threads: '//controller[@type="scsi"]/driver/@iothread',
        depths: '//controller[@type="scsi"]/driver/@cmd_per_lun',
      }),
    ).toEqual({ targets: "sdb sdc sdd sde sdf sdg sdh sdi sds sdv sdac", threads: "1 1 2 3", depths: "16" });
    expect(await found("plain", { caches: "//disk/driver/@cache", io: "//disk/driver/@io" })).toEqual({
      caches: "none directsync writeback writethrough unsafe none",
      io: "threads native threads threads threads threads",
    });
    expect(await found("uefi", { buses: "//disk/target/@bus", serials: "//disk/serial/text()" })).toEqual({
      buses: "sata sata virtio",
      serials: "one second three",
    });
    expect(
      await found("other", { shared: "//disk[shareable]/source/@volume", given: "//disk[readonly]/source/@volume" }),
    ).toEqual({ shared: "plain-quorum.raw", given: "given.img" });
    expect(await found("secure", { secure: "//os/loader/@secure", agent: "//channel/@type" })).toEqual({
      secure: "yes",
      agent: "unix",
    });
    expect(await found("plain", { cpu: "//cpu/model/text()", agent: "//channel/@type" })).toEqual({
      cpu: "qemu64",
      agent: "",
    });
    expect(
      await found("other", {
        models: "//interface/model/@type",
        mtus: "//interface/mtu/@size",
        filters: "//interface/filterref/@filter",
      }),
    ).toEqual({
      models: "e1000e e1000 rtl8139 virtio",
      mtus: "1500 1400 1500 1300",
      filters: "no-mac-spoofing no-mac-spoofing no-mac-spoofing no-mac-spoofing",
    });
  });

  step("each is updated and started again, with its UUID and its UEFI variables", async () => {
    // Off, so that what is written at the end of the file, where no variable is, stays.
    await libvirt.virsh("destroy", "uefi");
    const variables = join(nvram, "uefi_VARS.fd");
    const size = statSync(variables).size;
    mark(variables, MARK, size - MARK.length);
    await all.synth(programOf(bed, { moreMiB: 8, description: "second" }));
    const planned = onHosts((await all.plan()).changes);
    expect(planned).toEqual(GUESTS.map((guest) => `update libvirt_domain.${guest}`).sort());
    await all.applyPlan();
    expect((await all.plan()).changes).toEqual([]);
    await expectAllRun();
    for (const guest of GUESTS) {
      expect([guest, await libvirt.uuid(guest)]).toEqual([guest, uuids.get(guest)]);
    }
    expect(readFileSync(variables).subarray(-MARK.length).toString()).toBe(MARK);
    expect(await libvirt.virsh("desc", "plain")).toBe("second");
  });

  step("nothing is left behind, what was there before is", async () => {
    await all.destroy();
    expect(await libvirt.everything()).toEqual([]);
    expect(readdirSync(nvram)).toEqual([]);
    expect(readdirSync(pool)).toEqual(["given.img"]);
    expect(await libvirt.inNamespace("ls", "/sys/class/net")).toBe("lo");
    expect(all.said).not.toContain("inconsistent result");
  });
});
