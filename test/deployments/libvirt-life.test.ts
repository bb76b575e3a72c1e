import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import {
  Boot,
  DataSize,
  DistributedVSwitch,
  Duration,
  ImageFormat,
  StorageBackend,
  StorageTier,
  SwitchBacking,
  TieredStoragePool,
  TunedVm,
  type TunedVmProps,
  Workload,
} from "virtuned";
import type { DiskReport, GuestReport } from "../../lab";
import type { Program } from "./deployment";
import { steps } from "./steps";
import { describeOnLab, mark, onHosts, type Testbed } from "./testbed";

/** What changes in the life of the site. */
interface Site {
  readonly lanMtu: number;
  readonly segments: readonly string[];
  /** Folders of the pool that is not protected and of the one that is. */
  readonly scratch: string;
  readonly keep: string;
  readonly protectData: boolean;
  readonly userData: string;
  readonly queues: number;
  readonly vcpus: number;
  readonly memoryMiB: number;
  /** Segments of NICs by their position. */
  readonly nics: Readonly<Record<number, "apps" | "east">>;
  /** Disks by their position. */
  readonly disks: Readonly<Record<number, string>>;
  readonly stillMiB: number;
  readonly stillFormat: ImageFormat;
}

const BEGINNING: Site = {
  lanMtu: 9000,
  segments: ["east"],
  scratch: "scratch",
  keep: "keep",
  protectData: true,
  userData: "#cloud-config\n# first\n",
  queues: 1,
  vcpus: 1,
  memoryMiB: 192,
  nics: { 0: "east", 1: "apps", 2: "east" },
  disks: { 1: "one", 2: "two" },
  stillMiB: 32,
  stillFormat: ImageFormat.RAW,
};

const GUESTS = ["db", "web", "still"] as const;
type Guest = (typeof GUESTS)[number];

function programOf(bed: Testbed, site: Site): Program {
  return (stack) => {
    const platform = bed.platform(stack);
    const lan = new DistributedVSwitch(stack, "lan", {
      platform,
      mtu: site.lanMtu,
      backing: SwitchBacking.nat("10.90.0.0/24"),
    });
    const apps = lan.addVlanSegment("apps");
    const bridged = new DistributedVSwitch(stack, "bridged", { platform, backing: SwitchBacking.linuxBridge("br0") });
    const [east] = site.segments.map((segment) => bridged.addVlanSegment(segment));
    const tier = "performance";
    const poolIn = (id: string, folder: string, protectData: boolean) =>
      new TieredStoragePool(stack, id, {
        platform,
        tiers: { [tier]: StorageTier.on(StorageBackend.directory(join(bed.lab.imagesFolder, folder))) },
        protectData,
      });
    const keep = poolIn("keep", site.keep, site.protectData);
    const scratch = poolIn("scratch", site.scratch, false);
    const vm = (id: Guest, props: Partial<TunedVmProps> = {}) =>
      new TunedVm(stack, id, {
        platform,
        vcpus: 1,
        memory: DataSize.mebibytes(192),
        boot: bed.boot(),
        consoleLog: bed.consoleLog(id),
        shutdownTimeout: Duration.seconds(30),
        ...props,
      });

    const db = vm("db", {
      vcpus: 2,
      memory: DataSize.mebibytes(256),
      workload: Workload.DATABASE,
      boot: Boot.image(bed.lab.guest.disk, { pool: scratch, tier, size: DataSize.mebibytes(512) }),
      cloudInit: { userData: site.userData, hostname: "orders" },
    });
    db.addNic("apps", { segment: apps });
    db.addDisk("data", { pool: keep, tier, size: DataSize.mebibytes(48), queueDepth: 32 });

    const web = vm("web", { vcpus: site.vcpus, memory: DataSize.mebibytes(site.memoryMiB) });
    for (const [order, segment] of Object.entries(site.nics)) {
      web.addNic(`nic${order}`, {
        segment: segment === "apps" ? apps : east!,
        order: Number(order),
        ...(order === "0" && { queues: site.queues }),
      });
    }
    for (const [order, id] of Object.entries(site.disks)) {
      web.addDisk(id, { pool: scratch, tier, size: DataSize.mebibytes(16), order: Number(order) });
    }

    const still = vm("still");
    still.addNic("east", { segment: east! });
    still.addDisk("data", { pool: keep, tier, size: DataSize.mebibytes(site.stillMiB), format: site.stillFormat });
  };
}

const IMAGE_BYTES = 512 * 1024 ** 2;
const MARK = "written before it grew";

describeOnLab("the life of a site on libvirt", (bed) => {
  const { libvirt } = bed;
  const life = bed.deployment();
  const step = steps();
  const uuids = new Map<Guest, string>();
  let site = BEGINNING;

  /** Does what the program says now, after which nothing is left to do. Returns what was planned. */
  async function change(wanted: Partial<Site>): Promise<string[]> {
    site = { ...site, ...wanted };
    await life.synth(programOf(bed, site));
    const { changes } = await life.plan();
    await life.applyPlan();
    expect((await life.plan()).changes).toEqual([]);
    return onHosts(changes);
  }

  /** What each guest found in itself, all of them being up. */
  async function reports(): Promise<Record<Guest, GuestReport>> {
    const entries = await Promise.all(GUESTS.map(async (guest) => [guest, await bed.report(guest)] as const));
    return Object.fromEntries(entries) as Record<Guest, GuestReport>;
  }

  async function runs(): Promise<Record<Guest, string>> {
    const entries = await Promise.all(GUESTS.map(async (guest) => [guest, await libvirt.run(guest)] as const));
    return Object.fromEntries(entries) as Record<Guest, string>;
  }

  /** Guests that were started since. */
  async function startedSince(before: Record<Guest, string>): Promise<Guest[]> {
    const now = await runs();
    return GUESTS.filter((guest) => now[guest] !== before[guest]);
  }

  async function expectAllRunAndKeepTheirUuid(): Promise<void> {
    for (const guest of GUESTS) {
      expect([guest, await libvirt.state(guest), await libvirt.uuid(guest)]).toEqual([
        guest,
        "running",
        uuids.get(guest),
      ]);
    }
  }

  const macs = (guest: Guest) => libvirt.find(guest, "//interface/mac/@address");
  const afterRestart = (before: GuestReport) => (now: GuestReport) => now.bootId !== before.bootId;

  beforeAll(async () => {
    await libvirt.inNamespace("ip", "link", "add", "br0", "type", "bridge");
    await libvirt.inNamespace("ip", "link", "set", "br0", "up");
  });

  step("guests get what the program says, and the next plan is empty", async () => {
    await change({});
    for (const guest of GUESTS) {
      uuids.set(guest, await libvirt.uuid(guest));
    }
    const { db, web } = await reports();
    expect(db).toMatchObject({ cpus: 2, firmware: "bios", hostname: "orders" });
    expect(db.memoryBytes).toBeGreaterThan(200 * 1024 ** 2);
    expect(db.nics).toEqual([
      expect.objectContaining({
        mac: (await macs("db"))[0],
        driver: "virtio_net",
        mtu: 9000,
        rxQueues: 2,
        txQueues: 2,
      }),
    ]);
    expect(sortedDisks(db)).toEqual([
      expect.objectContaining({
        bus: "virtio-scsi",
        hctl: "0:0:0:0",
        sizeBytes: IMAGE_BYTES,
        serial: "root",
        hardwareQueues: 2,
      }),
      expect.objectContaining({
        bus: "virtio-scsi",
        hctl: "1:0:0:0",
        sizeBytes: 48 * 1024 ** 2,
        serial: "data",
        hardwareQueues: 2,
        queueDepth: 32,
        scheduler: "none",
      }),
      expect.objectContaining({ bus: "virtio-blk", readOnly: true }),
    ]);
    expect(db.seed).toMatchObject({ userDataSha256: sha256(BEGINNING.userData) });
    expect(web).toMatchObject({ cpus: 1, nics: [{ rxQueues: 1 }, { rxQueues: 1 }, { rxQueues: 1 }] });
    expect(web.nics.map((nic) => nic.mac)).toEqual(await macs("web"));
    expect((await life.plan()).changes).toEqual([]);
  });

  step("a change restarts the guests that it concerns, and no other; a volume grows under its guest", async () => {
    const before = await reports();
    const runsBefore = await runs();
    const macsBefore = await macs("web");
    const volume = join(bed.lab.imagesFolder, "keep", "still-data.raw");
    mark(volume, MARK);
    const planned = await change({
      queues: 2,
      vcpus: 2,
      memoryMiB: 256,
      nics: { ...site.nics, 3: "east" },
      disks: { ...site.disks, 3: "three" },
      segments: ["east", "west"],
      stillMiB: 64,
    });
    expect(planned).toEqual([
      "create libvirt_volume.web_three",
      "delete, create libvirt_network.bridged_lab",
      "update libvirt_domain.web",
    ]);
    await expectAllRunAndKeepTheirUuid();
    expect(await startedSince(runsBefore)).toEqual(["web"]);

    const still = await bed.report("still", ({ disks }) => disks[0]?.sizeBytes === 64 * 1024 ** 2);
    expect([still.bootId, still.disks[0]!.sizeBytes]).toEqual([before.still.bootId, 64 * 1024 ** 2]);
    expect(readMark(volume)).toBe(MARK);
    // Its switch was defined anew while it ran: it is connected all the same.
    expect(await libvirt.inNamespace("ls", "/sys/class/net/br0/brif")).toContain(
      (await libvirt.find("still", "//interface/target/@dev"))[0],
    );

    const web = await bed.report("web", afterRestart(before.web));
    expect(web.cpus).toBe(2);
    expect(web.memoryBytes).toBeGreaterThan(before.web.memoryBytes + 48 * 1024 ** 2);
    expect(await macs("web")).toEqual([...macsBefore, expect.any(String)]);
    expect(web.nics.map(({ mac, rxQueues }) => [mac, rxQueues])).toEqual(
      (await macs("web")).map((mac, i) => [mac, i === 0 ? 2 : expect.any(Number)]),
    );
    expect(unitsOf(web)).toEqual(["0:0:0:1 one", "0:0:0:2 two", "0:0:0:3 three"]);
  });

  step("a plan that would lose protected data is refused, and nothing is changed", async () => {
    const state = JSON.stringify(life.state());
    const refusal = async (wanted: Partial<Site>) => {
      await life.synth(programOf(bed, { ...site, ...wanted }));
      return life.refusedPlan();
    };
    const folder = join(bed.lab.imagesFolder, "keep");
    const both = await refusal({ keep: "elsewhere", stillMiB: 16 });
    expect(both).toContain(`The storage pool keep-performance holds data and has target.path ${folder}`);
    expect(both).toContain("16777216 (16 MiB) are wanted: shrinking it would lose data.");
    expect(await refusal({ stillFormat: ImageFormat.QCOW2 })).toContain(
      "Volume still-data.raw is to become still-data.qcow2: that would lose its data.",
    );
    expect(JSON.stringify(life.state())).toBe(state);
    await life.synth(programOf(bed, site));
    expect((await life.plan()).changes).toEqual([]);
  });

  step(
    "networks, pools and volumes that can't be updated are replaced, and their guests are connected again",
    async () => {
      const before = await reports();
      const runsBefore = await runs();
      const macsBefore = await macs("web");
      const planned = await change({
        lanMtu: 4000,
        scratch: "elsewhere",
        userData: "#cloud-config\n# second\n",
        nics: { 0: "east", 2: "east", 3: "east" },
        disks: { 1: "one", 3: "three" },
      });
      expect(planned.map((change) => change.replace(/Image-.*/, "Image"))).toEqual([
        "delete libvirt_volume.web_two",
        "delete, create libvirt_cloudinit_disk.db_CloudInit_Image",
        "delete, create libvirt_network.lan_lab",
        "delete, create libvirt_pool.scratch_performance_lab",
        "delete, create libvirt_volume.db_CloudInit",
        "delete, create libvirt_volume.db_root",
        "delete, create libvirt_volume.scratch_performance_lab_Image",
        "delete, create libvirt_volume.web_one",
        "delete, create libvirt_volume.web_three",
        "update libvirt_domain.db",
        "update libvirt_domain.web",
      ]);
      await expectAllRunAndKeepTheirUuid();
      expect(await startedSince(runsBefore)).toEqual(["db", "web"]);
      const [db, web] = await Promise.all([
        bed.report("db", (now) => afterRestart(before.db)(now) && addressesOf(now, "10.90.").length > 0),
        bed.report("web", afterRestart(before.web)),
      ]);
      expect(db.nics[0]!.mtu).toBe(4000);
      expect(db.seed).toMatchObject({ userDataSha256: sha256("#cloud-config\n# second\n") });
      expect(await macs("web")).toEqual(macsBefore.filter((_, i) => i !== 1));
      expect(web.nics.map((nic) => nic.mac)).toEqual(await macs("web"));
      expect(unitsOf(web)).toEqual(["0:0:0:1 one", "0:0:0:3 three"]);
      expect(existsSync(join(bed.lab.imagesFolder, "scratch"))).toBe(false);
    },
  );

  step("a guest that was deleted is made anew, and runs", async () => {
    await libvirt.virsh("destroy", "web");
    await libvirt.virsh("undefine", "web");
    expect(await change({})).toEqual(["create libvirt_domain.web"]);
    expect(await libvirt.state("web")).toBe("running");
  });

  step("what is protected goes once the program says that it may; nothing is left behind", async () => {
    await change({ protectData: false });
    await life.destroy();
    expect(await libvirt.everything()).toEqual([]);
    // The folder of a pool that was protected stays, as libvirt was told when it was made.
    expect(readdirSync(bed.lab.imagesFolder)).toEqual(["keep"]);
    expect(readdirSync(join(bed.lab.imagesFolder, "keep"))).toEqual([]);
    expect(await libvirt.inNamespace("ls", "/sys/class/net")).toBe("br0\nlo");
    expect(life.said).not.toContain("inconsistent result");
  });
});

/** Disks by where they are; a guest finds, and names, them in any order. */
function sortedDisks({ disks }: GuestReport): DiskReport[] {
  return disks.toSorted((a, b) => (a.hctl ?? a.name).localeCompare(b.hctl ?? b.name));
}

function unitsOf(report: GuestReport): string[] {
  return sortedDisks(report).map(({ hctl, serial }) => `${hctl} ${serial}`);
}

function readMark(volume: string): string {
  return readFileSync(volume).subarray(0, MARK.length).toString();
}

function addressesOf({ nics }: GuestReport, prefix: string): string[] {
  return nics.flatMap(({ addresses }) => addresses.filter((address) => address.startsWith(prefix)));
}

function sha256(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}
