import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import {
  Boot,
  DataSize,
  DistributedVSwitch,
  Duration,
  StorageBackend,
  StorageTier,
  SwitchBacking,
  TieredStoragePool,
  TunedVm,
  Workload,
} from "virtuned";
import { Accelerator, LibvirtHost, LibvirtPlatform } from "virtuned/libvirt";
import { down, type Lab, readGuestReport, up } from "../../lab";
import { available } from "./available";
import { Deployment, type Program } from "./deployment";
import { LabLibvirt } from "./libvirt-on-lab";

const onLab = available.ok ? describe : describe.skip;

onLab("libvirt", () => {
  const terraform = available.ok ? available.terraform : "";
  let lab: Lab;
  let libvirt: LabLibvirt;
  const deployments: Deployment[] = [];

  beforeAll(async () => {
    lab = await up(`t-${process.pid}`, { install: false });
    libvirt = new LabLibvirt(lab);
  }, 180_000);

  afterAll(async () => {
    await down(`t-${process.pid}`);
    for (const deployment of deployments) {
      deployment.removeFolder();
    }
  }, 60_000);

  function deployment(): Deployment {
    const made = new Deployment(terraform);
    deployments.push(made);
    return made;
  }

  function platformOf(stack: Parameters<Program>[0]): LibvirtPlatform {
    return new LibvirtPlatform(stack, "kvm", { hosts: [LibvirtHost.at("lab", lab.uri, { accelerator: Accelerator.TCG })] });
  }

  function bootOfLab(): Boot {
    return Boot.kernel({ kernel: lab.guest.kernel, initrd: lab.guest.initrd, cmdline: lab.guest.commandLine });
  }

  test("a guest gets what was asked for, and the next plan is empty", async () => {
    const folder = join(lab.imagesFolder, "first");
    const program: Program = (stack) => {
      const platform = platformOf(stack);
      const lan = new DistributedVSwitch(stack, "lan", {
        platform,
        mtu: 9000,
        backing: SwitchBacking.nat("10.90.0.0/24"),
      }).addVlanSegment("apps");
      const storage = new TieredStoragePool(stack, "storage", {
        platform,
        tiers: { performance: StorageTier.on(StorageBackend.directory(folder)) },
        protectData: false,
      });
      const vm = new TunedVm(stack, "db", {
        platform,
        vcpus: 3,
        memory: DataSize.mebibytes(256),
        workload: Workload.DATABASE,
        boot: Boot.image(lab.guest.disk, { pool: storage, tier: "performance", size: DataSize.mebibytes(512) }),
        consoleLog: "/var/log/libvirt/qemu/db-console.log",
        shutdownTimeout: Duration.seconds(20),
      });
      vm.addNic("apps", { segment: lan });
      vm.addDisk("data", { pool: storage, tier: "performance", size: DataSize.mebibytes(64), queueDepth: 32 });
    };
    const first = deployment();
    await first.synth(program);
    await first.apply();
    expect((await first.plan()).changes).toEqual([]);

    const report = await readGuestReport(lab, "db", { waitSeconds: 90 });
    console.log(JSON.stringify(report, undefined, 1));
    expect((await first.plan()).changes).toEqual([]);
    await first.destroy();
    expect(await libvirt.everything()).toEqual([]);
    expect(existsSync(folder) ? readdirSync(folder) : []).toEqual([]);
    expect(first.said).not.toContain("inconsistent result");
  }, 300_000);
});
