import { DistributedVSwitch, SwitchBacking, Teaming, VlanSegment } from "../../../src/constructs/network";
import { ConfigurationError } from "../../../src/errors";
import { Site } from "./setup";

const uplinks = ["vmnic2", "vmnic3", "vmnic4"];

describe("a switch", () => {
  it("maps NICs of each host to uplinks of its own names", () => {
    const site = Site.withHosts("esx1", "esx2");
    new DistributedVSwitch(site.stack, "fabric", {
      platform: site.platform,
      mtu: 9000,
      uplinks,
      teaming: Teaming.explicitFailover({ active: ["vmnic3", "vmnic2"], standby: ["vmnic4"] }),
    });
    expect(site.only("vsphere_distributed_virtual_switch")).toMatchObject({
      name: "fabric",
      max_mtu: 9000,
      uplinks: ["uplink1", "uplink2", "uplink3"],
      active_uplinks: ["uplink2", "uplink1"],
      standby_uplinks: ["uplink3"],
      teaming_policy: "failover_explicit",
      host: [
        { devices: uplinks, host_system_id: expect.stringContaining("vsphere_host-esx1") },
        { devices: uplinks, host_system_id: expect.stringContaining("vsphere_host-esx2") },
      ],
      allow_promiscuous: false,
      allow_forged_transmits: false,
      allow_mac_changes: false,
    });
  });

  it("says that nothing stands by", () => {
    const site = Site.withHosts("esx1");
    new DistributedVSwitch(site.stack, "fabric", { platform: site.platform, uplinks });
    expect(site.only("vsphere_distributed_virtual_switch")).toMatchObject({ standby_uplinks: [] });
  });

  it.each([
    [Teaming.sourcePort(), "loadbalance_srcid"],
    [Teaming.sourceMac(), "loadbalance_srcmac"],
    [Teaming.ipHash({ physicalPortsBundled: true }), "loadbalance_ip"],
    [Teaming.loadBased(), "loadbalance_loadbased"],
  ])("spreads traffic: %j", (teaming, policy) => {
    const site = new Site();
    new DistributedVSwitch(site.stack, "fabric", { platform: site.platform, teaming });
    expect(site.only("vsphere_distributed_virtual_switch").teaming_policy).toBe(policy);
  });

  it.each([
    [
      { backing: SwitchBacking.linuxBridge("br0") },
      /no Linux bridge.*SwitchBacking.distributed.*vsphere-distributed-switch/,
    ],
    [{ backing: SwitchBacking.nat("10.0.0.0/24") }, /no NAT network/],
    [{ mtu: 9001 }, /mtu is too large.*9000/],
    [{ uplinks: Array.from({ length: 33 }, (_, i) => `vmnic${i}`) }, /number of uplinks is too large/],
    [{ uplinks, hosts: [] }, /the switch has no hosts.*vsphere-uplinks-need-hosts/],
    [
      { uplinks, teaming: Teaming.ipHash({ physicalPortsBundled: true, standby: ["vmnic2"] }) },
      /no uplink can stand by.*vsphere-ip-hash-all-active/,
    ],
  ])("refuses %j", (props, message) => {
    const site = "hosts" in props ? new Site() : Site.withHosts("esx1");
    expect(() => new DistributedVSwitch(site.stack, "fabric", { platform: site.platform, ...props })).toThrow(message);
  });
});

describe("a segment", () => {
  const portGroup = (options: Parameters<DistributedVSwitch["addVlanSegment"]>[1]) => {
    const site = new Site();
    const fabric = new DistributedVSwitch(site.stack, "fabric", { platform: site.platform });
    fabric.addVlanSegment("lan", options);
    return site.only("vsphere_distributed_port_group");
  };

  it("is untagged, says so, and rejects what the switch rejects", () => {
    expect(portGroup({})).toEqual({
      name: "lan",
      distributed_virtual_switch_uuid: expect.stringContaining("vsphere_distributed_virtual_switch.fabric"),
      vlan_id: 0,
      lifecycle: { create_before_destroy: true },
      allow_promiscuous: false,
      allow_forged_transmits: false,
      allow_mac_changes: false,
      provider: "vsphere.vsphere",
    });
  });

  it("has a VLAN, or a trunk of several", () => {
    expect(portGroup({ vlan: 120 })).toMatchObject({ vlan_id: 120 });
    const trunk = portGroup({ trunk: [{ from: 200, to: 210 }, 130], security: { allowForgedTransmits: true } });
    expect(trunk).toMatchObject({
      vlan_range: [
        { min_vlan: 130, max_vlan: 130 },
        { min_vlan: 200, max_vlan: 210 },
      ],
      allow_forged_transmits: true,
    });
    expect(trunk).not.toHaveProperty("vlan_id");
  });

  it("goes after the NICs that are taken out with it", () => {
    expect(portGroup({ vlan: 10 })).toMatchObject({ lifecycle: { create_before_destroy: true } });
  });

  it("has no native VLAN", () => {
    expect(() => portGroup({ trunk: [1, 2], nativeVlan: 1 })).toThrow(/no native VLAN.*vlan-native/);
  });

  it("that others own is looked up by its name", () => {
    const site = new Site();
    const { platform } = site;
    const lan = VlanSegment.fromVlanSegmentAttributes(site.stack, "lan", { platform, network: "VM Network" });
    site.vm().addNic("lan", { segment: lan });
    expect(Object.values(site.synth().data.vsphere_network!)).toMatchObject([{ name: "VM Network" }]);
  });

  it.each(["", " ", "a/b", 'a"b', "a\nb", " a", "${var.a}", "x".repeat(81), 5, undefined])(
    "that others own is not called %j",
    (network) => {
      const { platform, stack } = new Site();
      const attributes = { platform, network: network as string };
      expect(() => VlanSegment.fromVlanSegmentAttributes(stack, "lan", attributes)).toThrow(ConfigurationError);
    },
  );

  it("that others own has no port group inside", () => {
    const { platform, stack } = new Site();
    const attributes = { platform, network: "fabric", portGroup: "servers" };
    expect(() => VlanSegment.fromVlanSegmentAttributes(stack, "lan", attributes)).toThrow(
      /To mend: give the port group as the network: network: "servers"/,
    );
  });
});
