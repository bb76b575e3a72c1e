import {
  DataSize,
  InterruptCoalescing,
  SriovPool,
  StorageBackend,
  StorageTier,
  TieredStoragePool,
  TransmitThreads,
  type TunedStack,
  TunedVm,
  VlanSegment,
} from "virtuned";
import { VsphereHost, VspherePlatform } from "virtuned/vsphere";
import { newFolder } from "../support/folders";
import { Deployment, said } from "./deployment";
import { steps } from "./steps";
import { VcenterSimulator, vsphereAvailable } from "./vsphere-simulator";

const MACHINE = "DC0/vm/encoder";

/** A machine with a NIC that has been told something, and one or two virtual functions. */
function program(virtualFunctions: readonly string[], perQueue: boolean) {
  return (stack: TunedStack) => {
    const host = VsphereHost.named("DC0_C0_H1");
    const platform = new VspherePlatform(stack, "vsphere", { datacenter: "DC0", cluster: "DC0_C0", hosts: [host] });
    const segment = VlanSegment.fromVlanSegmentAttributes(stack, "lan", { platform, network: "VM Network" });
    const tiers = { standard: StorageTier.on(StorageBackend.datastore("LocalDS_0")) };
    const storage = new TieredStoragePool(stack, "storage", { platform, tiers, protectData: false });
    const pool = new SriovPool(stack, "fast", {
      platform,
      physicalFunction: "0000:13:00.0",
      virtualFunctions: 8,
      segment,
    });
    const vm = new TunedVm(stack, "encoder", { platform, host, vcpus: 2, memory: DataSize.gibibytes(4) });
    vm.addDisk("system", { pool: storage, tier: "standard", size: DataSize.gibibytes(1), order: 1 });
    for (const id of virtualFunctions) {
      vm.addNic(id, { sriov: pool });
    }
    vm.addNic("lan", {
      segment,
      coalescing: InterruptCoalescing.rate(16_000),
      ...(perQueue && { receiveScaling: { transmitThreads: TransmitThreads.PER_QUEUE, hostRss: true } }),
    });
  };
}

const available = vsphereAvailable();

(available.ok ? describe : describe.skip)("NICs on a simulated vCenter", () => {
  const step = steps();
  const environment = { ...process.env };
  let deployment: Deployment;
  let vcenter: VcenterSimulator;

  beforeAll(async () => {
    deployment = new Deployment(available.ok ? available.terraform : "");
    vcenter = await VcenterSimulator.start(newFolder());
    const { server, user, password } = vcenter.ready;
    Object.assign(process.env, {
      VSPHERE_SERVER: server,
      VSPHERE_USER: user,
      VSPHERE_PASSWORD: password,
      VSPHERE_ALLOW_UNVERIFIED_SSL: "true",
    });
  }, 300_000);

  afterAll(async () => {
    process.env = environment;
    deployment.removeFolder();
    await vcenter?.stop();
  }, 60_000);

  const extraConfig = async () => {
    const config = await vcenter.config(MACHINE);
    const values = [...config.matchAll(/<key>(ethernet[^<]*)<\/key>\s*<value[^>]*>([^<]*)</g)];
    return Object.fromEntries(values.map(([, key, value]) => [key, value]));
  };

  step("a machine with a virtual function is made as it says, and a second plan is empty", async () => {
    await deployment.synth(program(["a"], false));
    await deployment.apply();
    expect((await deployment.plan()).changes).toEqual([]);
    expect((await vcenter.machine(MACHINE)).nics).toEqual(["VirtualVmxnet3", "VirtualSriovEthernetCard"]);
    expect(await extraConfig()).toEqual({
      "ethernet0.coalescingScheme": "rbc",
      "ethernet0.coalescingParams": "16000",
    });
    expect(await vcenter.config(MACHINE)).toContain("<id>0000:13:00.0</id>");
  });

  step("one more, and other settings, are changes in place", async () => {
    await deployment.synth(program(["a", "b"], true));
    expect(said((await deployment.plan()).changes)).toEqual(["update vsphere_virtual_machine.encoder"]);
    await deployment.applyPlan();
    expect((await deployment.plan()).changes).toEqual([]);
    expect((await vcenter.machine(MACHINE)).nics).toHaveLength(3);
    expect(await extraConfig()).toMatchObject({ "ethernet0.ctxPerDev": "3", "ethernet0.pnicFeatures": "4" });
  });

  step("settings that are taken back are gone", async () => {
    await deployment.synth(program(["a", "b"], false));
    await deployment.apply();
    expect((await deployment.plan()).changes).toEqual([]);
    expect((await extraConfig())["ethernet0.ctxPerDev"] ?? "").toBe("");
  });

  step("all of it goes", async () => {
    await deployment.destroy();
    expect(await vcenter.names("DC0/vm")).not.toContain("encoder");
  });
});
