import {
  DataRate,
  DataSize,
  DistributedVSwitch,
  FlowExport,
  NicModel,
  SriovPool,
  type SriovPoolProps,
  TrafficProfile,
  type TunedVmNicOptions,
  type TunedVmProps,
  VfLinkState,
  Workload,
} from "virtuned";
import { VsphereHost } from "../../../src/platforms/vsphere";
import { GIB, type MachineBlocks, Site, warningsOf } from "./setup";

function poolOn(site: Site, props: Partial<SriovPoolProps> = {}, id = "fast"): SriovPool {
  return new SriovPool(site.stack, id, {
    platform: site.platform,
    physicalFunction: "0000:3b:00.0",
    virtualFunctions: 2,
    segment: site.segment,
    ...props,
  });
}

/** A machine on a host, with a NIC that has a virtual function. */
function machine(props: Partial<TunedVmProps> = {}, options: Partial<TunedVmNicOptions> = {}) {
  const site = Site.withHosts("esx1");
  const vm = site.vm({ host: site.platform.hosts[0], ...props });
  const pool = poolOn(site);
  const nic = vm.addNic("fast", { sriov: pool, ...options });
  return { site, vm, pool, nic, resource: () => site.only<MachineBlocks>("vsphere_virtual_machine") };
}

describe("a NIC with a virtual function", () => {
  it("is of the physical function of its host, on the pool's port group", () => {
    const { nic, resource } = machine();
    expect(resource().network_interface).toEqual([
      {
        adapter_type: "sriov",
        physical_function: "0000:3b:00.0",
        network_id: expect.stringContaining("vsphere_distributed_port_group.fabric_lan"),
      },
    ]);
    expect(resource().host_system_id).toMatch(/data.vsphere_host/);
    expect(nic).toMatchObject({ model: undefined, macAddress: undefined });
    expect(nic.explain().settings.map(({ setting, practice }) => [setting, practice])).toEqual([
      ["adapter_type", "sriov-vsphere-order"],
      ["physical_function", "sriov-vsphere-host"],
      ["memory_reservation", "sriov-vsphere-memory"],
    ]);
  });

  it("has the machine's memory reserved, whatever the workload", () => {
    for (const workload of [Workload.GENERAL, Workload.DATABASE]) {
      expect(machine({ workload, memory: GIB(8) }).resource()).toMatchObject({
        memory: 8192,
        memory_reservation: 8192,
        memory_reservation_locked_to_max: true,
      });
    }
    expect(() => machine({ reserveMemory: false })).toThrow(/all of its memory reserved.*sriov-vsphere-memory/);
  });

  it("stands after the others, in its order among its kind", () => {
    const { site, vm, pool, resource } = machine({}, { order: 3 });
    vm.addNic("late", { segment: site.segment, order: 9, model: NicModel.E1000E });
    vm.addNic("first", { sriov: pool, order: 0, macAddress: "00:50:56:00:00:01" });
    vm.addNic("early", { segment: site.segment, order: 1 });
    expect(resource().network_interface).toMatchObject([
      { adapter_type: "vmxnet3" },
      { adapter_type: "e1000e" },
      { adapter_type: "sriov", use_static_mac: true, mac_address: "00:50:56:00:00:01" },
      { adapter_type: "sriov" },
    ]);
  });

  it("is of its own host's physical function", () => {
    const site = Site.withHosts("esx1", "esx2");
    const [esx1, esx2] = site.platform.hosts;
    const exceptions = [{ host: esx2!, physicalFunction: "0000:d8:00.1" }];
    const pool = poolOn(site, { exceptions });
    site.vm({ host: esx1 }, "a").addNic("fast", { sriov: pool });
    site.vm({ host: esx2 }, "b").addNic("fast", { sriov: pool });
    const machines = Object.values(site.synth().resource.vsphere_virtual_machine!) as unknown as MachineBlocks[];
    expect(machines.map((one) => one.network_interface[0]!.physical_function)).toEqual([
      "0000:3b:00.0",
      "0000:d8:00.1",
    ]);
  });

  it("is warned of in a cluster, once for a machine: the cluster does nothing for it", () => {
    const { nic, vm, pool } = machine();
    expect(warningsOf(nic)).toEqual([expect.stringMatching(/stays on its host.*vMotion, DRS.*sriov-vsphere-excludes/)]);
    expect(warningsOf(vm.addNic("two", { sriov: pool }))).toEqual([]);
    const site = new Site({ cluster: undefined, host: VsphereHost.named("esx1") });
    const alone = site.vm({ host: site.platform.hosts[0] });
    expect(warningsOf(alone.addNic("fast", { sriov: poolOn(site) }))).toEqual([]);
  });

  it("is one of as many as there are virtual functions", () => {
    const { vm, pool } = machine();
    vm.addNic("two", { sriov: pool });
    expect(() => vm.addNic("three", { sriov: pool })).toThrow(
      /no virtual function left: site\/vm\/fast, site\/vm\/two/,
    );
  });

  it("is one of ten at most, beside ten others", () => {
    const site = Site.withHosts("esx1");
    const vm = site.vm({ host: site.platform.hosts[0] });
    const pool = poolOn(site, { virtualFunctions: 16 });
    for (let i = 0; i < 10; i++) {
      vm.addNic(`v${i}`, { sriov: pool });
      vm.addNic(`n${i}`, { segment: site.segment });
    }
    expect(() => vm.addNic("v10", { sriov: pool })).toThrow(
      /too many NICs with virtual functions.*at most 10.*sriov-vsphere-count/,
    );
  });

  it.each<[string, Partial<TunedVmProps>, (site: Site) => Partial<TunedVmNicOptions>, RegExp]>([
    ["a machine without a host", { host: undefined }, () => ({}), /on one host, and none is given.*sriov-vsphere-host/],
    ["a failover segment", {}, (site) => ({ failover: site.segment }), /no failover pairs.*sriov-no-failover-vsphere/],
    ["an address of QEMU's", {}, () => ({ macAddress: "52:54:00:12:34:56" }), /not an address that vSphere takes/],
  ])("is refused with %s", (_what, props, options, message) => {
    const site = Site.withHosts("esx1");
    const vm = site.vm({ host: site.platform.hosts[0], ...props });
    expect(() => vm.addNic("fast", { sriov: poolOn(site), ...options(site) })).toThrow(message);
  });
});

describe("a pool", () => {
  it("makes nothing, and says who does", () => {
    const site = Site.withHosts("esx1");
    const pool = poolOn(site);
    expect(pool.node.children).toEqual([]);
    expect(pool.explain().settings).toEqual([
      expect.objectContaining({ setting: "physical_function", value: "0000:3b:00.0", practice: "sriov-esxi" }),
    ]);
  });

  it.each<[string, Partial<SriovPoolProps>, RegExp]>([
    ["no segment", { segment: undefined }, /which port group.*sriov-vsphere-segment/],
    ["a VLAN", { vlan: 120 }, /no `vlan` of virtual functions.*that of `segment`/],
    ["a limit", { maxRate: DataRate.gbps(1) }, /no `maxRate`.*sriov-no-rate-vsphere/],
    ["a guarantee", { minRate: DataRate.gbps(1) }, /no `minRate`.*sriov-no-rate-vsphere/],
    ["the NIC's spoof check", { spoofCheck: true }, /no `spoofCheck`.*`security` of `segment`/],
    ["the NIC's trust", { trust: false }, /no `trust`/],
    ["a link state", { linkState: VfLinkState.AUTO }, /no `linkState`/],
    ["an interface name", { physicalFunction: "vmnic2" }, /not a PCI address.*0000:3b:00.0/],
    ["a PCI address in capitals", { physicalFunction: "0000:3B:00.0" }, /not a PCI address/],
  ])("is refused with %s", (_what, props, message) => {
    expect(() => poolOn(Site.withHosts("esx1"), props)).toThrow(message);
  });

  it("is refused on a segment whose flows are exported", () => {
    const site = Site.withHosts("esx1");
    const flowExport = FlowExport.ipfix({ collector: "192.0.2.10" });
    const fabric = new DistributedVSwitch(site.stack, "seen", { platform: site.platform, flowExport });
    expect(() => poolOn(site, { segment: fabric.addVlanSegment("seen") })).toThrow(
      /can't be exported.*`exportFlows: false`.*sriov-vsphere-excludes/,
    );
    const segment = fabric.addVlanSegment("unseen", { exportFlows: false });
    expect(poolOn(site, { segment }, "other").mtu).toBe(1500);
  });

  it("is warned of on a segment that limits what passes it", () => {
    const site = Site.withHosts("esx1");
    const traffic = TrafficProfile.tokenBucket({ average: DataRate.gbps(1), burst: DataSize.mebibytes(1) });
    const fabric = new DistributedVSwitch(site.stack, "limited", { platform: site.platform });
    expect(warningsOf(poolOn(site, { segment: fabric.addVlanSegment("slow", { traffic }) }))).toEqual([
      expect.stringMatching(/such as that of site\/limited\/slow.*sriov-segment-traffic/),
    ]);
  });

  it("is refused on a platform without hosts", () => {
    expect(() => poolOn(new Site())).toThrow(/the platform has none/);
  });
});
