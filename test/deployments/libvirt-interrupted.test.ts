import { join } from "node:path";
import {
  DataSize,
  DistributedVSwitch,
  Duration,
  StorageBackend,
  StorageTier,
  SwitchBacking,
  TieredStoragePool,
  TunedVm,
} from "virtuned";
import type { Program } from "./deployment";
import { steps } from "./steps";
import { describeOnLab, type Testbed } from "./testbed";

/** One guest, which takes its time to shut down, on a network and a volume that have to be replaced when they change. */
function programOf(bed: Testbed, { mebibytes, mtu }: { readonly mebibytes: number; readonly mtu: number }): Program {
  return (stack) => {
    const platform = bed.platform(stack);
    const lan = new DistributedVSwitch(stack, "lan", { platform, mtu, backing: SwitchBacking.nat("10.93.0.0/24") });
    const tier = "standard";
    const pool = new TieredStoragePool(stack, "pool", {
      platform,
      tiers: { [tier]: StorageTier.on(StorageBackend.directory(join(bed.lab.imagesFolder, "pool"))) },
      protectData: false,
    });
    const vm = new TunedVm(stack, "guest", {
      platform,
      vcpus: 1,
      memory: DataSize.mebibytes(mebibytes),
      shutdownTimeout: Duration.seconds(4),
    });
    vm.addNic("lan", { segment: lan.addVlanSegment("all") });
    vm.addDisk("data", { pool, tier, size: DataSize.mebibytes(2) });
  };
}

describeOnLab("an apply to libvirt that is killed", (bed) => {
  const { libvirt } = bed;
  const step = steps();
  const site = bed.deployment();
  let mebibytes = 24;
  let uuid: string;

  async function expectConverged(): Promise<void> {
    await site.apply();
    expect((await site.plan()).changes).toEqual([]);
    expect([await libvirt.state("guest"), await libvirt.uuid("guest")]).toEqual(["running", uuid]);
    expect(await libvirt.find("guest", "//currentMemory/text()")).toEqual([String(mebibytes * 1024)]);
  }

  step("there is a guest", async () => {
    await site.synth(programOf(bed, { mebibytes, mtu: 1500 }));
    await site.apply();
    uuid = await libvirt.uuid("guest");
  });

  for (const [when, said, afterMs] of [
    ["as the guest is told to shut down", /libvirt_domain\S*: Modifying/, 300],
    ["as the guest is forced off and defined anew", /libvirt_domain\S*: Modifying/, 4200],
    ["before the guest is started", /libvirt_domain\S*: Modifications complete/, 0],
    ["as the guest is started", /Power\S*: Creating/, 50],
  ] as const) {
    step(`${when}: the next one ends what was begun`, async () => {
      mebibytes += 4;
      await site.synth(programOf(bed, { mebibytes, mtu: 1500 }));
      await site.killedApply(said, afterMs);
      await expectConverged();
    });
  }

  step("as a network is replaced", async () => {
    await site.synth(programOf(bed, { mebibytes, mtu: 1400 }));
    await site.killedApply(/libvirt_network\S*: Destroying/, 0);
    await expectConverged();
    expect(await libvirt.find("guest", "//interface/mtu/@size")).toEqual(["1400"]);
  });

  for (const [type, refusal, idOf] of [
    ["libvirt_domain", "domain 'guest' already exists with uuid", () => libvirt.uuid("guest")],
    ["libvirt_network", "network 'lan' already exists with uuid", () => libvirt.virsh("net-uuid", "lan")],
  ] as const) {
    step(`between the making of a ${type} and its record: the next one is refused until it is imported`, async () => {
      // As if it had been killed then: libvirt has it, the state does not.
      await site.forget(type);
      expect(await site.refusedApply()).toContain(refusal);
      await site.import(type, await idOf());
      await expectConverged();
    });
  }
});
