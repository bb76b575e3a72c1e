import { execFileSync } from "node:child_process";
import { statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import {
  Boot,
  DataSize,
  Duration,
  ImageFormat,
  LibvirtSecret,
  StorageBackend,
  StorageTier,
  TieredStoragePool,
  TunedVm,
} from "virtuned";
import type { Program } from "./deployment";
import { steps } from "./steps";
import { describeOnLab, onHosts, type Testbed } from "./testbed";

const MIB = DataSize.mebibytes;
const SECRET = "3c1f2a3e-52b5-4c5f-9a0e-8d6d7a9be111";

interface Site {
  readonly encryptedMiB: number;
  /** Whether the tier of plain volumes has a second backend, and what weight that has. */
  readonly secondWeight?: number;
  /** Backends of disks of the tier of plain volumes, by their ids. */
  readonly plain: Readonly<Record<string, string | undefined>>;
}

const BEGINNING: Site = { encryptedMiB: 32, plain: { one: undefined, two: undefined, three: undefined } };

function programOf(bed: Testbed, site: Site): Program {
  return (stack) => {
    const platform = bed.platform(stack);
    const folder = (name: string) => StorageBackend.directory(join(bed.lab.imagesFolder, name));
    const plain = StorageTier.on(folder("plain"));
    const encryptionSecret = LibvirtSecret.uuid(SECRET);
    const storage = new TieredStoragePool(stack, "storage", {
      platform,
      tiers: {
        performance:
          site.secondWeight === undefined
            ? plain
            : plain.plus("second", folder("second"), { weight: site.secondWeight }),
        thin: StorageTier.on(folder("thin"), {
          format: ImageFormat.QCOW2,
          clusterSize: DataSize.kibibytes(128),
          protectData: false,
        }),
        vault: StorageTier.on(folder("vault"), { encryptionSecret, protectData: false }),
      },
    });
    const vm = new TunedVm(stack, "db", {
      platform,
      vcpus: 1,
      memory: MIB(192),
      boot: Boot.image(bed.lab.guest.disk, { pool: storage, tier: "vault", size: MIB(512) }),
      consoleLog: bed.consoleLog("db"),
      shutdownTimeout: Duration.seconds(30),
    });
    vm.addDisk("raw", { pool: storage, tier: "vault", size: MIB(site.encryptedMiB), order: 1 });
    vm.addDisk("thin", { pool: storage, tier: "thin", size: MIB(64), order: 2 });
    for (const [i, [id, backend]] of Object.entries(site.plain).entries()) {
      vm.addDisk(id, { pool: storage, tier: "performance", size: MIB(16), order: 3 + i, backend });
    }
  };
}

describeOnLab("tiers on libvirt", (bed) => {
  const { libvirt, lab } = bed;
  const life = bed.deployment();
  const step = steps();
  let site = BEGINNING;
  const fileOf = (...parts: string[]) => join(lab.imagesFolder, ...parts);
  const infoOf = (...parts: string[]) =>
    JSON.parse(
      execFileSync("qemu-img", ["info", "--force-share", "--output=json", fileOf(...parts)], { encoding: "utf8" }),
    );

  /** qemu-img measures the CPU for its key derivation, and gives up where a busy machine counts no time for it: nothing is made then. */
  async function apply(): Promise<void> {
    for (let tries = 1; ; tries++) {
      try {
        await life.apply();
        return;
      } catch (error) {
        if (tries === 10 || !String(error).replace(/\s+/g, " ").includes("Unable to get accurate CPU usage")) {
          throw error;
        }
      }
    }
  }

  async function change(wanted: Partial<Site>): Promise<string[]> {
    site = { ...site, ...wanted };
    await life.synth(programOf(bed, site));
    const { changes } = await life.plan();
    await apply();
    expect((await life.plan()).changes).toEqual([]);
    return onHosts(changes);
  }

  beforeAll(async () => {
    const file = join(lab.stateFolder, "secret.xml");
    writeFileSync(
      file,
      `<secret ephemeral='no' private='yes'><uuid>${SECRET}</uuid><usage type='volume'><volume>vault</volume></usage></secret>`,
    );
    await libvirt.virsh("secret-define", file);
    await libvirt.virsh("secret-set-value", SECRET, Buffer.from("correct horse").toString("base64"));
  });

  step("volumes are made as their tier says, the guest has them, and the next plan is empty", async () => {
    await change({});
    expect(infoOf("vault", "db-raw.raw").format).toBe("luks");
    expect(infoOf("vault", "db-root.qcow2")).toMatchObject({ format: "qcow2", encrypted: true });
    expect(infoOf("thin", "db-thin.qcow2")).toMatchObject({ format: "qcow2", "cluster-size": 131072 });
    const { disks } = await bed.report("db");
    expect(Object.fromEntries(disks.map(({ serial, sizeBytes }) => [serial, sizeBytes / 1024 ** 2]))).toEqual({
      root: 512,
      raw: 32,
      thin: 64,
      one: 16,
      two: 16,
      three: 16,
    });
  });

  step("files take their space as they are written", async () => {
    const taken = (...parts: string[]) => statSync(fileOf(...parts)).blocks * 512;
    expect(taken("plain", "db-one.raw")).toBeLessThan(1024 ** 2);
    expect(taken("thin", "db-thin.qcow2")).toBeLessThan(2 * 1024 ** 2);
  });

  step("encrypted volumes grow", async () => {
    await change({ encryptedMiB: 48 });
    const { disks } = await bed.report("db", (now) =>
      now.disks.some(({ serial, sizeBytes }) => serial === "raw" && sizeBytes === 48 * 1024 ** 2),
    );
    expect(disks).toHaveLength(6);
  });

  step("a backend with weight 0 comes without moving a volume; a disk may name it", async () => {
    const changed = await change({ secondWeight: 0, plain: { ...site.plain, four: "second" } });
    expect(changed.filter((line) => line.includes("libvirt_volume"))).toEqual(["create libvirt_volume.db_four"]);
    expect(changed.filter((line) => line.includes("libvirt_pool"))).toEqual([
      expect.stringMatching(/^create libvirt_pool.*second/),
    ]);
    expect(infoOf("second", "db-four.raw").format).toBe("raw");
  });

  step("volumes that would move to another backend are refused, until they name where they are", async () => {
    await life.synth(programOf(bed, { ...site, secondWeight: 1000 }));
    const refused = (await life.refusedPlan()).replace(/[\s│]+/g, " ");
    expect(refused).toContain("is in pool storage-performance and is to be in storage-performance-second");
    const pinned = Object.fromEntries(Object.entries(site.plain).map(([id, backend]) => [id, backend ?? "main"]));
    expect(await change({ secondWeight: 1000, plain: pinned })).toEqual([]);
  });
});
