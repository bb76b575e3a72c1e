import type { DistributedPortGroup } from "@cdktf/provider-vsphere/lib/distributed-port-group";
import type { TerraformResource } from "cdktf";
import {
  DiscoveryOperation,
  DiscoveryProtocol,
  DistributedVSwitch,
  type DistributedVSwitchProps,
  FailureDetection,
  FlowExport,
  MulticastFiltering,
  NetworkIoControl,
  PrivateVlan,
  SwitchBacking,
  Teaming,
  TrafficClass,
  TrafficShares,
  VlanSegment,
  type VlanSegmentOptions,
} from "../../../src/constructs/network";
import { ConfigurationError } from "../../../src/errors";
import { DataRate, Duration } from "../../../src/units";
import { Site, warningsOf } from "./setup";

const SWITCH = "vsphere_distributed_virtual_switch";
const PORT_GROUP = "vsphere_distributed_port_group";

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

  it("has NICs that are in no other switch of their host, and names that are its own", () => {
    const { platform, stack } = Site.withHosts("esx1", "esx2");
    const [esx1, esx2] = platform.hosts;
    const fabric = new DistributedVSwitch(stack, "fabric", { platform, uplinks, hosts: [esx1!] });
    const elsewhere = new DistributedVSwitch(stack, "elsewhere", { platform, uplinks, hosts: [esx2!] });
    fabric.addVlanSegment("db", { vlan: 5 });
    expect(() => elsewhere.addVlanSegment("db", { vlan: 6 })).toThrow(
      'site/elsewhere/db: there is a port group of this name already, that of site/fabric/db (given "db"). To mend: give another `name`.',
    );
    expect(() => new DistributedVSwitch(stack, "again", { platform, name: "fabric" })).toThrow(
      'site/again: there is a switch of this name already, that of site/fabric (given "fabric")',
    );
    expect(() => new DistributedVSwitch(stack, "other", { platform, uplinks: ["vmnic4"] })).toThrow(
      'site/other: there is a switch on host esx1 with this uplink already, that of site/fabric (given "vmnic4")',
    );
  });
});

/** What becomes of a switch. */
function switchOf(props: Partial<DistributedVSwitchProps>) {
  const site = Site.withHosts("esx1");
  const fabric = new DistributedVSwitch(site.stack, "fabric", { platform: site.platform, uplinks, ...props });
  return { site, fabric, attributes: () => site.only(SWITCH) };
}

describe("teaming", () => {
  it("finds failed uplinks by their links, and leaves failback and notification to vCenter, unless told otherwise", () => {
    const attributes = switchOf({}).attributes();
    expect(attributes).toMatchObject({ check_beacon: false, lacp_api_version: "multipleLag" });
    expect(attributes).not.toHaveProperty("failback");
    expect(attributes).not.toHaveProperty("notify_switches");
    const beacon = { failureDetection: FailureDetection.BEACON_PROBING, failback: true, notifySwitches: true };
    expect(switchOf({ teaming: Teaming.loadBased(beacon) }).attributes()).toMatchObject({
      check_beacon: true,
      failback: true,
      notify_switches: true,
    });
  });

  it("that nobody gave binds ports to uplinks, and says why", () => {
    const { fabric } = switchOf({});
    expect(fabric.explain().settings).toMatchObject([
      { setting: "teaming_policy", value: "loadbalance_srcid", decision: "tuned", practice: "vsphere-teaming-default" },
    ]);
    expect(switchOf({ teaming: Teaming.sourcePort() }).fabric.explain().settings).toEqual([]);
  });

  it.each(["failback", "notifySwitches"])("can't turn %s off", (setting) => {
    expect(() => switchOf({ teaming: Teaming.loadBased({ [setting]: false }) })).toThrow(
      /leave `\w+` out and turn it off in vCenter.*vsphere-provider-never-false/,
    );
  });

  it("by LACP is by a LAG that was made in vCenter, alone", () => {
    const { fabric, site } = switchOf({ teaming: Teaming.lacp({ existingLag: "lag1" }) });
    fabric.addVlanSegment("db", { vlan: 120 });
    const order = { active_uplinks: ["lag1"], standby_uplinks: [] };
    const attributes = site.only(SWITCH);
    expect(attributes).toMatchObject({
      uplinks: ["uplink1", "uplink2", "uplink3"],
      lacp_api_version: "multipleLag",
      ...order,
    });
    expect(attributes).not.toHaveProperty("teaming_policy");
    expect(attributes).not.toHaveProperty("lacp_enabled");
    expect(site.only(PORT_GROUP)).toMatchObject(order);
  });

  it("by LACP needs no uplinks of the program: the LAG has its own", () => {
    const teaming = Teaming.lacp({ existingLag: "lag1" });
    expect(switchOf({ uplinks: [], teaming }).attributes()).toMatchObject({ active_uplinks: ["lag1"] });
  });

  it("by LACP is refused without a LAG, and the two steps to one are said", () => {
    expect(() => switchOf({ teaming: Teaming.lacp() })).toThrow(
      /can't make a LAG.*in two steps.*make the LAG in vCenter.*`existingLag`.*vsphere-lag-by-hand/,
    );
  });

  it("is said by each port group, which would keep what it once had from the switch", () => {
    const { fabric, site } = switchOf({ teaming: Teaming.explicitFailover({ standby: ["vmnic4"] }) });
    fabric.addVlanSegment("db", { vlan: 120 });
    expect(site.only(PORT_GROUP)).toMatchObject({
      active_uplinks: ["uplink1", "uplink2"],
      standby_uplinks: ["uplink3"],
      teaming_policy: "failover_explicit",
      check_beacon: false,
    });
  });

  it("with beacons is warned of on trunks", () => {
    const { fabric } = switchOf({
      teaming: Teaming.sourcePort({ failureDetection: FailureDetection.BEACON_PROBING }),
    });
    expect(warningsOf(fabric.addVlanSegment("firewall", { trunk: [1, 2] }))).toEqual([
      expect.stringMatching(/\[vsphere-beacon-guest-tagging\]$/),
    ]);
    expect(warningsOf(fabric.addVlanSegment("db", { vlan: 120 }))).toEqual([]);
  });

  it("does not go with the older LACP, which a user of the resource may set", () => {
    const { fabric, site } = switchOf({});
    (fabric.node.defaultChild as TerraformResource).addOverride("lacp_enabled", true);
    expect(() => site.stack.runAllValidations()).toThrow(/`lacp_enabled` conflicts.*vsphere-lacp-api/);
  });

  it("has no LACP on port groups, which a user of the resource may set", () => {
    const { fabric, site } = switchOf({});
    const portGroup = fabric.addVlanSegment("db").node.defaultChild as DistributedPortGroup;
    site.stack.runAllValidations();
    expect(warningsOf(portGroup)).toEqual([]);
    portGroup.lacpEnabled = true;
    portGroup.addOverride("lacp_mode", "active");
    site.stack.runAllValidations();
    expect(warningsOf(portGroup)).toEqual([
      expect.stringMatching(/^lacp_enabled, lacp_mode: .*\[vsphere-lacp-port-group\]$/),
    ]);
  });
});

describe("what a switch tells and hears", () => {
  it.each([
    [DiscoveryProtocol.lldp(), { link_discovery_protocol: "lldp", link_discovery_operation: "both" }],
    [
      DiscoveryProtocol.cdp(DiscoveryOperation.LISTEN),
      { link_discovery_protocol: "cdp", link_discovery_operation: "listen" },
    ],
    [DiscoveryProtocol.none(), { link_discovery_operation: "none" }],
  ])("discovers: %j", (discovery, attributes) => {
    expect(switchOf({ discovery }).attributes()).toMatchObject(attributes);
  });

  it.each([
    [MulticastFiltering.LEGACY, "legacyFiltering"],
    [MulticastFiltering.SNOOPING, "snooping"],
  ])("filters multicast: %s", (multicastFiltering, mode) => {
    expect(switchOf({ multicastFiltering }).attributes()).toMatchObject({ multicast_filtering_mode: mode });
  });

  it("exports flows of its port groups by IPFIX", () => {
    const { fabric, site } = switchOf({
      flowExport: FlowExport.ipfix({
        collector: "192.0.2.10",
        idleTimeout: Duration.seconds(20),
        observationDomain: 7,
        internalFlowsOnly: true,
        switchAddress: "192.0.2.1",
      }),
    });
    fabric.addVlanSegment("db", { vlan: 120 });
    expect(site.only(SWITCH)).toMatchObject({
      netflow_collector_ip_address: "192.0.2.10",
      netflow_collector_port: 4739,
      netflow_active_flow_timeout: 60,
      netflow_idle_flow_timeout: 20,
      netflow_sampling_rate: 4096,
      netflow_observation_domain_id: 7,
      netflow_internal_flows_only: true,
      ipv4_address: "192.0.2.1",
    });
    expect(site.only(PORT_GROUP)).toMatchObject({ netflow_enabled: true });
  });

  it.each([
    [undefined, "4096", "tuned"],
    [0, "0", "given"],
  ])("explains that of packets it looks at a part: %p", (sampling, value, decision) => {
    const { fabric } = switchOf({ flowExport: FlowExport.ipfix({ collector: "192.0.2.10", sampling }) });
    expect(fabric.explain().settings).toContainEqual(
      expect.objectContaining({ setting: "netflow_sampling_rate", value, decision, practice: "flow-export-sampling" }),
    );
  });

  it("has no sFlow", () => {
    expect(() => switchOf({ flowExport: FlowExport.sflow({ collector: "192.0.2.10" }) })).toThrow(
      /vSphere has no sFlow.*FlowExport.ipfix\(\).*vsphere-flow-export-ipfix/,
    );
  });

  it("says nothing of what nobody asked for", () => {
    const said = Object.keys(switchOf({}).attributes());
    expect(said.filter((name) => /link_discovery|multicast|netflow|ipv4|pvlan|mbit|share|control/.test(name))).toEqual(
      [],
    );
  });
});

describe("Network I/O Control", () => {
  const classes = {
    virtualMachine: { shares: TrafficShares.custom(80), reservation: DataRate.gbps(2) },
    vmotion: { limit: DataRate.gbps(4) },
    faultTolerance: {},
    hbr: { shares: TrafficShares.low() },
  };

  it("has what was given of each class, and sets back what was not", () => {
    const attributes = switchOf({
      uplinkSpeed: DataRate.gbps(10),
      ioControl: NetworkIoControl.version3(classes),
    }).attributes();
    expect(attributes).toMatchObject({
      network_resource_control_enabled: true,
      network_resource_control_version: "version3",
      virtualmachine_share_level: "custom",
      virtualmachine_share_count: 80,
      virtualmachine_maximum_mbit: -1,
      virtualmachine_reservation_mbit: 2000,
      vmotion_share_level: "normal",
      vmotion_maximum_mbit: 4000,
      vmotion_reservation_mbit: 0,
      faulttolerance_share_level: "normal",
      faulttolerance_maximum_mbit: -1,
      hbr_share_level: "low",
    });
    expect(attributes).not.toHaveProperty("vmotion_share_count");
    expect(attributes).not.toHaveProperty("nfs_share_level");
  });

  it("names each class as the provider does", () => {
    const ioControl = NetworkIoControl.version3(
      Object.fromEntries(Object.values(TrafficClass).map((name) => [name, {}])),
    );
    const levels = Object.keys(switchOf({ ioControl }).attributes()).filter((name) => name.endsWith("_share_level"));
    expect(levels.sort()).toEqual(
      [
        "backupnfc",
        "faulttolerance",
        "hbr",
        "iscsi",
        "management",
        "nfs",
        "vdp",
        "virtualmachine",
        "vmotion",
        "vsan",
      ].map((name) => `${name}_share_level`),
    );
  });

  it("of version 2 has no reservations", () => {
    const attributes = switchOf({ ioControl: NetworkIoControl.version2({ nfs: {} }) }).attributes();
    expect(attributes).toMatchObject({ network_resource_control_version: "version2", nfs_maximum_mbit: -1 });
    expect(attributes).not.toHaveProperty("nfs_reservation_mbit");
  });
});

describe("private VLANs", () => {
  const privateVlans = [PrivateVlan.promiscuous(100), PrivateVlan.isolated(100, 101), PrivateVlan.community(100, 102)];

  it("are mapped by the switch", () => {
    expect(switchOf({ privateVlans }).attributes()).toMatchObject({
      pvlan_mapping: [
        { primary_vlan_id: 100, secondary_vlan_id: 100, pvlan_type: "promiscuous" },
        { primary_vlan_id: 100, secondary_vlan_id: 101, pvlan_type: "isolated" },
        { primary_vlan_id: 100, secondary_vlan_id: 102, pvlan_type: "community" },
      ],
    });
  });

  it.each(privateVlans)("are what a segment is: %s", (privateVlan) => {
    const { fabric, site } = switchOf({ privateVlans });
    fabric.addVlanSegment("guests", { privateVlan });
    const portGroup = site.only(PORT_GROUP);
    expect(portGroup).toMatchObject({ port_private_secondary_vlan_id: privateVlan.secondary });
    expect(portGroup).not.toHaveProperty("vlan_id");
    expect(portGroup).not.toHaveProperty("vlan_range");
  });
});

describe("a switch that others own", () => {
  const existing = (name: string, mtu?: number) => {
    const site = new Site();
    const attributes = { platform: site.platform, name, mtu };
    return { site, fabric: DistributedVSwitch.fromDistributedVSwitchAttributes(site.stack, "fabric", attributes) };
  };

  it("is looked up once, and gets segments that say nothing of its teaming and flows", () => {
    const { site, fabric } = existing("Production switch");
    fabric.addVlanSegment("db", { vlan: 120 });
    fabric.addVlanSegment("web", { vlan: 130, exportFlows: true });
    const { data, resource } = site.synth();
    expect(Object.entries(data.vsphere_distributed_virtual_switch!)).toEqual([
      [expect.any(String), expect.objectContaining({ name: "Production switch" })],
    ]);
    expect(resource).not.toHaveProperty("vsphere_distributed_virtual_switch");
    const [db, web] = Object.values(resource[PORT_GROUP]!);
    expect(db).toMatchObject({
      distributed_virtual_switch_uuid: expect.stringContaining("data.vsphere_distributed_virtual_switch."),
      vlan_id: 120,
      allow_promiscuous: false,
    });
    for (const attribute of ["netflow_enabled", "teaming_policy", "active_uplinks", "check_beacon"]) {
      expect(db).not.toHaveProperty(attribute);
    }
    expect(web).toMatchObject({ netflow_enabled: true });
  });

  it.each(["", "a/b", 'a"b', 5])("is not called %j", (name) => {
    expect(() => existing(name as string)).toThrow(ConfigurationError);
  });

  it("has an MTU of 9000 at most", () => {
    expect(() => existing("fabric", 9001)).toThrow(/mtu is too large.*9000/);
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
    expect(portGroup({})).toMatchObject({
      name: "lan",
      distributed_virtual_switch_uuid: expect.stringContaining("vsphere_distributed_virtual_switch.fabric"),
      vlan_id: 0,
      lifecycle: { create_before_destroy: true },
      teaming_policy: "loadbalance_srcid",
      check_beacon: false,
      netflow_enabled: false,
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

  it("that becomes a trunk or a private VLAN is another port group, as the provider would keep what it was", () => {
    const privateVlans = [PrivateVlan.promiscuous(100)];
    const nameOf = (options: VlanSegmentOptions) => {
      const { fabric, site } = switchOf({ privateVlans });
      fabric.addVlanSegment("db", options);
      return Object.keys(site.synth().resource[PORT_GROUP]!)[0];
    };
    expect(nameOf({ vlan: 120 })).toBe(nameOf({}));
    const names = [{}, { trunk: [120] }, { privateVlan: PrivateVlan.promiscuous(100) }].map(nameOf);
    expect(new Set(names).size).toBe(3);
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
