import { NicModel } from "../../../src/constructs/compute";
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
