import {
  InterruptCoalescing,
  NicModel,
  TransmitThreads,
  type TunedVmNicOptions,
} from "../../../src/constructs/compute";
import { DistributedVSwitch } from "../../../src/constructs/network";
import { type MachineBlocks, Site, warningsOf } from "./setup";

const blocksOf = (site: Site) => site.only<MachineBlocks>("vsphere_virtual_machine").network_interface;

describe("a NIC", () => {
  it("is vmxnet3 on its segment", () => {
    const site = new Site();
    const nic = site.vm().addNic("lan", { segment: site.segment });
    expect(blocksOf(site)).toEqual([
      { adapter_type: "vmxnet3", network_id: expect.stringContaining("vsphere_distributed_port_group.fabric_lan") },
    ]);
    expect(nic).toMatchObject({ model: NicModel.VMXNET3, queues: undefined, macAddress: undefined });
    expect(nic.explain().settings[0]).toMatchObject({ setting: "adapter_type", practice: "vsphere-vmxnet3" });
    expect(warningsOf(nic)).toEqual([]);
  });

  it("has the address that was given", () => {
    const site = new Site();
    site.vm().addNic("lan", { segment: site.segment, macAddress: "00:50:56:3F:ff:ff" });
    expect(blocksOf(site)).toMatchObject([{ use_static_mac: true, mac_address: "00:50:56:3f:ff:ff" }]);
  });

  it.each([NicModel.E1000E, NicModel.E1000])("may be %s, with a warning", (model) => {
    const site = new Site();
    const nic = site.vm().addNic("lan", { segment: site.segment, model });
    expect(blocksOf(site)).toMatchObject([{ adapter_type: model }]);
    expect(warningsOf(nic)).toEqual([expect.stringMatching(/is emulated.*nic-paravirtual-model/)]);
  });

  it("stands by its order", () => {
    const site = new Site();
    const vm = site.vm();
    vm.addNic("second", { segment: site.segment, order: 5, model: NicModel.E1000 });
    vm.addNic("first", { segment: site.segment, order: 2 });
    expect(blocksOf(site).map(({ adapter_type }) => adapter_type)).toEqual(["vmxnet3", "e1000"]);
  });

  it("warns that the guest has to set another MTU than 1500 itself, unless it does", () => {
    const site = new Site();
    const fabric = new DistributedVSwitch(site.stack, "jumbo", { platform: site.platform, mtu: 9000 });
    const segment = fabric.addVlanSegment("storage");
    expect(warningsOf(site.vm().addNic("storage", { segment }))).toEqual([
      expect.stringMatching(/9000.*vsphere-guest-mtu/),
    ]);
    const cloudInit = { userData: "#cloud-config\n", networkConfig: "version: 2\nethernets: {a: {mtu: 9000}}\n" };
    expect(warningsOf(site.vm({ cloudInit }, "told").addNic("storage", { segment }))).toEqual([]);
  });

  it.each([
    [{ model: NicModel.VIRTIO }, /no such NIC.*vmxnet3, e1000e, e1000.*vsphere-nic-models/],
    [{ model: NicModel.RTL8139 }, /no such NIC/],
    [{ queues: 4 }, /`queues` can't be set from outside.*vsphere-nic-driver-decides/],
    [{ rxRingSize: 512 }, /`rxRingSize` can't be set/],
    [{ txRingSize: 512 }, /`txRingSize` can't be set/],
    [{ macAddress: "00:50:56:40:00:00" }, /not an address that vSphere takes.*00:50:56:3f:ff:ff.*vsphere-static-mac/],
    [{ macAddress: "52:54:00:12:34:56" }, /not an address that vSphere takes/],
  ])("refuses %j", (options, message) => {
    const site = new Site();
    expect(() => site.vm().addNic("lan", { segment: site.segment, ...options })).toThrow(message);
  });

  it("is one of ten at most", () => {
    const site = new Site();
    const vm = site.vm();
    for (let i = 0; i < 10; i++) {
      vm.addNic(`n${i}`, { segment: site.segment });
    }
    expect(() => vm.addNic("n10", { segment: site.segment })).toThrow(/too many NICs.*at most 10.*vsphere-nic-count/);
  });
});

describe("settings of a NIC in the machine's extra_config", () => {
  const extraConfigOf = (site: Site) => site.only<MachineBlocks>("vsphere_virtual_machine").extra_config;

  it("are none unless given", () => {
    const site = new Site();
    site.vm().addNic("lan", { segment: site.segment });
    expect(extraConfigOf(site)).toBeUndefined();
  });

  it.each<[Partial<TunedVmNicOptions>, object]>([
    [{ coalescing: InterruptCoalescing.off() }, { "ethernet0.coalescingScheme": "disabled" }],
    [
      { coalescing: InterruptCoalescing.frames(16) },
      { "ethernet0.coalescingScheme": "static", "ethernet0.coalescingParams": "16" },
    ],
    [
      { coalescing: InterruptCoalescing.rate(16_000) },
      { "ethernet0.coalescingScheme": "rbc", "ethernet0.coalescingParams": "16000" },
    ],
    [{ receiveScaling: { transmitThreads: TransmitThreads.PER_NIC } }, { "ethernet0.ctxPerDev": "1" }],
    [{ receiveScaling: { transmitThreads: TransmitThreads.PER_MACHINE } }, { "ethernet0.ctxPerDev": "2" }],
    [
      {
        receiveScaling: { transmitThreads: TransmitThreads.PER_QUEUE, hostRss: true, rssOffload: true, udpRss: true },
      },
      {
        "ethernet0.ctxPerDev": "3",
        "ethernet0.pnicFeatures": "4",
        "ethernet0.rssoffload": "TRUE",
        "ethernet0.udpRSS": "1",
      },
    ],
  ])("%j", (options, extraConfig) => {
    const site = new Site();
    const nic = site.vm().addNic("lan", { segment: site.segment, ...options });
    expect(extraConfigOf(site)).toEqual(extraConfig);
    const keys = Object.keys(extraConfig).map((key) => key.split(".")[1]!);
    expect(keys.filter((key) => key !== "coalescingParams" && nic.explain().value(key) === undefined)).toEqual([]);
  });

  it("are under the NIC's position, and move with it", () => {
    const site = new Site();
    const vm = site.vm();
    vm.addNic("told", { segment: site.segment, order: 4, coalescing: InterruptCoalescing.off() });
    vm.addNic("later", { segment: site.segment, order: 7, receiveScaling: { udpRss: true } });
    vm.addNic("before", { segment: site.segment, order: 1 });
    expect(extraConfigOf(site)).toEqual({ "ethernet1.coalescingScheme": "disabled", "ethernet2.udpRSS": "1" });
    expect(vm.explain().value("extra_config")).toBe("ethernet1.coalescingScheme, ethernet2.udpRSS");
  });

  it("stand beside those of cloud-init, and restart the machine, which those do not", () => {
    const site = new Site();
    const vm = site.vm({ cloudInit: { userData: "#cloud-config\n" } });
    vm.addNic("lan", { segment: site.segment });
    expect(site.only("vsphere_virtual_machine")).toMatchObject({ extra_config_reboot_required: false });
    vm.addNic("told", { segment: site.segment, coalescing: InterruptCoalescing.off() });
    expect(site.only("vsphere_virtual_machine")).toMatchObject({
      extra_config: { "ethernet1.coalescingScheme": "disabled", "guestinfo.userdata": expect.anything() },
      extra_config_reboot_required: true,
    });
  });

  it.each<[Partial<TunedVmNicOptions>, RegExp]>([
    [
      { model: NicModel.E1000E, coalescing: InterruptCoalescing.off() },
      /settings of vmxnet3.*coalescingScheme on e1000e/,
    ],
    [{ model: NicModel.E1000, receiveScaling: { udpRss: true } }, /settings of vmxnet3.*udpRSS on e1000/],
    [{ hostOffloads: { tso4: false } }, /offloads can't be set from outside.*ethtool -K in the guest/],
    [{ guestOffloads: { tso4: false } }, /offloads can't be set from outside/],
    [{ isolated: true }, /no isolated ports.*isolated private VLAN.*nic-isolated-vsphere/],
    [{ trustGuestRxFilters: true }, /no `trustGuestRxFilters`.*`security` of the segment/],
  ])("%j is refused", (options, message) => {
    const site = new Site();
    expect(() => site.vm().addNic("lan", { segment: site.segment, ...options })).toThrow(message);
  });

  it("what is off anyway may be said", () => {
    const site = new Site();
    const off = { isolated: false, trustGuestRxFilters: false, receiveScaling: { udpRss: false } };
    site.vm().addNic("lan", { segment: site.segment, ...off });
    expect(extraConfigOf(site)).toBeUndefined();
  });
});
