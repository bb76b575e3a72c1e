import {
  DataRate,
  DataSize,
  DistributedVSwitch,
  NetworkIoControl,
  NetworkSlice,
  StorageBackend,
  StorageTier,
  TieredStoragePool,
  TrafficPriority,
  TrafficProfile,
  type TunedStack,
  TunedVm,
} from "virtuned";
import { VsphereHost, VspherePlatform } from "virtuned/vsphere";
import { newFolder } from "../support/folders";
import { Deployment, said } from "./deployment";
import { steps } from "./steps";
import { VcenterSimulator, vsphereAvailable } from "./vsphere-simulator";

const MBPS = DataRate.mbps;

interface Profiles {
  readonly segment?: TrafficProfile;
  readonly nic?: TrafficProfile;
}

function programOf({ segment, nic }: Profiles) {
  return (stack: TunedStack): void => {
    const hosts = [VsphereHost.named("DC0_C0_H0")];
    const platform = new VspherePlatform(stack, "vsphere", { datacenter: "DC0", cluster: "DC0_C0", hosts });
    const machines = TrafficProfile.leakyBucket({ rate: DataRate.gbps(8), reservation: DataRate.gbps(2), shares: 90 });
    const fabric = new DistributedVSwitch(stack, "fabric", {
      platform,
      uplinks: ["vmnic1", "vmnic2"],
      uplinkSpeed: DataRate.gbps(10),
      ioControl: NetworkIoControl.version3(),
      traffic: TrafficProfile.perDirection({ outbound: machines }),
    });
    new NetworkSlice(stack, "shop", {
      switch: fabric,
      vlan: 130,
      vxlan: { vni: 10_130 },
      traffic: TrafficProfile.perDirection({ outbound: TrafficProfile.guarantee({ reservation: DataRate.gbps(1) }) }),
    });
    const tiers = { performance: StorageTier.on(StorageBackend.datastore("LocalDS_0")) };
    const pool = new TieredStoragePool(stack, "storage", { platform, tiers, protectData: false });
    const vm = new TunedVm(stack, "shaped", { platform, vcpus: 1, memory: DataSize.gibibytes(1) });
    vm.addNic("db", { segment: fabric.addVlanSegment("db", { vlan: 120, traffic: segment }), traffic: nic });
    vm.addDisk("system", { pool, tier: "performance", size: DataSize.gibibytes(1) });
  };
}

const available = vsphereAvailable();

(available.ok ? describe : describe.skip)("traffic profiles on a simulated vCenter", () => {
  const environment = { ...process.env };
  let deployment: Deployment;
  let vcenter: VcenterSimulator;
  const step = steps();
  const attributes = async (type: string, name?: string): Promise<Record<string, unknown>> => {
    const { stdout } = await deployment.run(["show", "-json"]);
    const { resources } = JSON.parse(stdout).values.root_module;
    return resources.find(
      (resource: { type: string; mode: string; values: { name?: string } }) =>
        resource.type === type && resource.mode === "managed" && (name === undefined || resource.values.name === name),
    ).values;
  };
  const change = async (profiles: Profiles): Promise<string[]> => {
    await deployment.synth(programOf(profiles));
    const { changes } = await deployment.plan();
    await deployment.applyPlan();
    expect((await deployment.plan()).changes).toEqual([]);
    return said(changes);
  };

  const segment = TrafficProfile.perDirection({
    inbound: TrafficProfile.tokenBucket({ average: MBPS(400), burst: DataSize.mebibytes(8), peak: MBPS(800) }),
    outbound: TrafficProfile.leakyBucket({ rate: MBPS(200) }),
  });
  const slower = TrafficProfile.leakyBucket({ rate: MBPS(100) });
  const nic = TrafficProfile.perDirection({
    outbound: TrafficProfile.leakyBucket({ rate: MBPS(100), reservation: MBPS(50), priority: TrafficPriority.HIGH }),
  });

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

  step("are made as they say, and a second plan is empty", async () => {
    await change({ segment, nic });
    expect(await attributes("vsphere_distributed_port_group", "shop")).toMatchObject({ vlan_id: 130 });
    expect(await attributes("vsphere_distributed_port_group", "db")).toMatchObject({
      // What guests receive goes out of the switch.
      egress_shaping_enabled: true,
      egress_shaping_average_bandwidth: 400_000_000,
      egress_shaping_peak_bandwidth: 800_000_000,
      egress_shaping_burst_size: 8 * 2 ** 20,
      ingress_shaping_enabled: true,
      ingress_shaping_average_bandwidth: 200_000_000,
      ingress_shaping_peak_bandwidth: 200_000_000,
      ingress_shaping_burst_size: 65_536,
    });
    const { network_interface: nics } = await attributes("vsphere_virtual_machine");
    expect(nics).toMatchObject([{ bandwidth_limit: 100, bandwidth_reservation: 50, bandwidth_share_level: "high" }]);
    expect(await attributes("vsphere_distributed_virtual_switch")).toMatchObject({
      virtualmachine_maximum_mbit: 8000,
      virtualmachine_reservation_mbit: 2000,
      virtualmachine_share_level: "custom",
      virtualmachine_share_count: 90,
    });
  });

  step("change in place", async () => {
    expect(await change({ segment: slower, nic: TrafficProfile.perDirection({ outbound: slower }) })).toEqual([
      "update vsphere_distributed_port_group.fabric_db",
      "update vsphere_virtual_machine.shaped",
    ]);
    const { network_interface: nics } = await attributes("vsphere_virtual_machine");
    expect(nics).toMatchObject([{ bandwidth_limit: 100, bandwidth_reservation: 0, bandwidth_share_level: "normal" }]);
  });

  step("of a NIC are gone when they are taken out of the program", async () => {
    expect(await change({ segment: slower })).toEqual(["update vsphere_virtual_machine.shaped"]);
    const { network_interface: nics } = await attributes("vsphere_virtual_machine");
    expect(nics).toMatchObject([{ bandwidth_limit: -1, bandwidth_reservation: 0 }]);
  });

  step("of a segment are not: the provider does not switch shaping off, and plans go on saying so", async () => {
    await deployment.synth(programOf({}));
    await deployment.apply();
    const left = ["update vsphere_distributed_port_group.fabric_db"];
    expect(said((await deployment.plan()).changes)).toEqual(left);
    // The way out that the guide names.
    const rate = DataRate.gbps(8);
    expect(await change({ segment: TrafficProfile.leakyBucket({ rate }) })).toEqual(left);
    await deployment.destroy();
  });
});
