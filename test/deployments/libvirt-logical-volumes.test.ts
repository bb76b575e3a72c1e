import { DataSize, Duration, StorageBackend, StorageTier, TieredStoragePool, TunedVm } from "virtuned";
import type { Program } from "./deployment";
import { LabVolumeGroup } from "./lab-volume-group";
import { steps } from "./steps";
import { describeOnLab, type Testbed } from "./testbed";

const MIB = 1024 ** 2;

interface Site {
  readonly group: string;
  readonly guest: string;
  /** Sizes of disks in MiB, by their ids. */
  readonly disks: Readonly<Record<string, number>>;
  /** Ids of disks that hold data. */
  readonly protected: readonly string[];
}

function programOf(bed: Testbed, { group, guest, disks, protected: holding }: Site): Program {
  return (stack) => {
    const platform = bed.platform(stack);
    const tiers = { performance: StorageTier.on(StorageBackend.lvm(group)) };
    const pool = new TieredStoragePool(stack, "lvm", { platform, tiers, protectData: false });
    const vm = new TunedVm(stack, "db", {
      platform,
      name: guest,
      vcpus: 1,
      memory: DataSize.mebibytes(128),
      boot: bed.boot(),
      consoleLog: bed.consoleLog("db"),
      shutdownTimeout: Duration.seconds(60),
    });
    for (const [id, size] of Object.entries(disks)) {
      vm.addDisk(id, {
        pool,
        tier: "performance",
        size: DataSize.mebibytes(size),
        order: ["data", "scratch", "other", "odd"].indexOf(id),
        protectData: holding.includes(id),
      });
    }
  };
}

describeOnLab("volumes on LVM", (bed) => {
  const { libvirt } = bed;
  const group = new LabVolumeGroup(bed);
  const life = bed.deployment();
  const step: ReturnType<typeof steps> = group.isPossible
    ? steps()
    : (what) => test.skip(`${what}: no loop devices or no lvm2 here`, () => {});
  let site: Site = {
    group: group.name,
    guest: "db",
    disks: { data: 16, scratch: 8 },
    protected: ["data"],
  };

  const synth = async (wanted: Partial<Site> = {}) => life.synth(programOf(bed, { ...site, ...wanted }));
  const sizes = async (expected: Record<string, number>) => {
    const { disks } = await bed.report("db", (now) => now.disks.length === Object.keys(expected).length);
    expect(Object.fromEntries(disks.map(({ serial, sizeBytes }) => [serial, sizeBytes / MIB]))).toEqual(expected);
  };

  async function change(wanted: Partial<Site>): Promise<void> {
    site = { ...site, ...wanted };
    await synth();
    await life.apply();
    expect((await life.plan()).changes).toEqual([]);
  }

  describe("in a volume group", () => {
    // Before the lab is.
    afterAll(async () => {
      if (group.isPossible) {
        await group.remove();
      }
    });

    step("have all their space from the beginning, their guest has them, and the next plan is empty", async () => {
      await group.make();
      await change({});
      expect(group.calls().sort()).toEqual([
        `lvcreate --name db-data -L 16384K ${group.name} --yes`,
        `lvcreate --name db-scratch -L 8192K ${group.name} --yes`,
      ]);
      await sizes({ data: 16, scratch: 8 });
    });

    step("that hold data are neither removed, renamed, moved nor shrunk", async () => {
      for (const [wanted, refusal] of [
        [{ disks: { scratch: 8 } }, "Instance cannot be destroyed"],
        [{ guest: "web" }, "Volume db-data is to become web-data: that would lose its data."],
        [{ group: "another" }, `Volume db-data is in volume group ${group.name} and is to be in another`],
        [{ disks: { data: 12, scratch: 8 } }, "shrinking it would lose data"],
      ] as const) {
        await synth(wanted);
        expect((await life.refusedPlan()).replace(/[\s│]+/g, " ")).toContain(refusal);
      }
      expect(group.calls()).toEqual([]);
    });

    step("change nothing when their protection is lifted, and given back", async () => {
      await change({ protected: ["data", "scratch"] });
      await change({ protected: [] });
      await change({ protected: ["data"] });
      expect(group.calls()).toEqual([]);
      expect(await libvirt.state("db")).toBe("running");
    });

    step("grow on the host, and then under their guest", async () => {
      await synth({ disks: { data: 32, scratch: 8 } });
      expect((await life.refusedApply()).replace(/\s+/g, " ")).toContain("Grow it on the host, with lvextend");
      await group.extend("db-data", 32);
      await change({ disks: { data: 32, scratch: 8 } });
      const run = await libvirt.run("db");
      await bed.report("db", ({ disks }) => disks.some(({ sizeBytes }) => sizeBytes === 32 * MIB));
      expect(await libvirt.run("db")).toBe(run);
      expect(group.calls()).toEqual([]);
    });

    step("that are there already are not taken, nor removed afterwards", async () => {
      await libvirt.virsh("vol-create-as", "lvm-performance", "db-other", "4M", "--allocation", "4M");
      for (const holding of [["data", "other"], ["data"]]) {
        await synth({ disks: { ...site.disks, other: 4 }, protected: holding });
        expect((await life.refusedApply()).replace(/\s+/g, " ")).toContain(
          "has a volume db-other already, which may hold data",
        );
      }
      await change({});
      expect(group.volumes()).toEqual(["db-data", "db-other", "db-scratch"]);
      await libvirt.virsh("vol-delete", "--pool", "lvm-performance", "db-other");
      await change({ disks: { ...site.disks, other: 4 } });
      group.calls();
    });

    step("of no whole number of extents are refused, and leave nothing", async () => {
      await synth({ disks: { ...site.disks, odd: 5 } });
      expect((await life.refusedApply()).replace(/\s+/g, " ")).toContain(
        "Volume db-odd of 5242880 bytes would have 8388608: volume groups give whole extents",
      );
      expect(group.volumes()).toEqual(["db-data", "db-other", "db-scratch"]);
      await change({});
      group.calls();
    });

    step("that hold no data go with their disks, and their guest runs on", async () => {
      const run = await libvirt.run("db");
      await change({ disks: { data: 32 } });
      // Terraform removes them in any order.
      expect(group.calls().sort()).toEqual([
        `lvremove -f /dev/${group.name}/db-other`,
        `lvremove -f /dev/${group.name}/db-scratch`,
      ]);
      expect(await libvirt.state("db")).toBe("running");
      expect(await libvirt.run("db")).not.toBe(run);
      expect(group.volumes()).toEqual(["db-data"]);
    });

    step(
      "go with the program once it says that they may: with storage and machine taken out at once, too",
      async () => {
        await change({ protected: [] });
        await life.synth((stack) => void bed.platform(stack));
        await life.apply();
        expect(group.calls()).toEqual([`lvremove -f /dev/${group.name}/db-data`]);
        expect(await libvirt.everything()).toEqual([]);
        expect(group.volumes()).toEqual([]);
      },
    );
  });
});
