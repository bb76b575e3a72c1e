import {
  DataSize,
  DiscoveryOperation,
  DiscoveryProtocol,
  DistributedVSwitch,
  type DistributedVSwitchProps,
  Duration,
  FailureDetection,
  FlowExport,
  LacpHash,
  LacpRate,
  MulticastFiltering,
  NetworkIoControl,
  PrivateVlan,
  SwitchBacking,
  Teaming,
  type VlanSegment,
  type VlanSegmentOptions,
} from "virtuned";
import { LibvirtHost, type LibvirtHostOptions, LibvirtPlatform } from "virtuned/libvirt";
import { LibvirtProgram } from "../../support/libvirt";
import { complaintsOfSystemd, noNetworkd } from "../../support/networkd";
import { Synthesis, warningsOf } from "../../support/synthesis";

const BRIDGE = SwitchBacking.linuxBridge("br0", { managed: true });
const OVS = SwitchBacking.openVSwitch("br0", { managed: true });
const UPLINKS = ["ens1f0", "ens1f1"];
const LIBVIRT_10: LibvirtHostOptions = { libvirtVersion: "10.0.0" };
const LIBVIRT_11: LibvirtHostOptions = { libvirtVersion: "11.0.0" };

const testWithNetworkd = noNetworkd === undefined ? test : test.skip;

function programOf(
  props: Partial<DistributedVSwitchProps>,
  segments: Record<string, VlanSegmentOptions> = {},
  host: LibvirtHostOptions = {},
  names?: readonly string[],
) {
  const program = new LibvirtProgram(host, names);
  const fabric = program.switch("fabric", props);
  for (const [id, options] of Object.entries(segments)) {
    fabric.addVlanSegment(id, options);
  }
  return { program, fabric };
}

/** Files of the first host by what their names end with after the prefix of the kit, each without its comment. */
function filesOf(...args: Parameters<typeof programOf>): Record<string, string> {
  const { program } = programOf(...args);
  return Object.fromEntries(
    program.platform
      .hostFiles(program.hosts[0])
      .files.map(({ path, content }) => [path.replace(/^.*virtuned-/, ""), content.replace(/^#.*\n\n/, "")]),
  );
}

/** Lines of a section of a file. */
function section(file: string, name: string): string[] {
  const text = file.split(/^(?=\[)/m).find((part) => part.startsWith(`[${name}]\n`)) ?? "";
  return text.trim().split("\n").slice(1);
}

describe("a Linux bridge that the kit makes", () => {
  const NO_ADDRESSES = "[Network]\nLinkLocalAddressing=no\nIPv6AcceptRA=no\n";
  const link = (mtu: number) => `[Link]\nMTUBytes=${mtu}\nRequiredForOnline=no\n`;

  test("without uplinks is a bridge alone", () => {
    expect(filesOf({ backing: BRIDGE })).toEqual({
      "br0.netdev": "[NetDev]\nName=br0\nKind=bridge\n\n[Bridge]\nSTP=no\nVLANFiltering=yes\nDefaultPVID=1\n",
      "br0.network": `[Match]\nName=br0\n\n${link(1500)}\n${NO_ADDRESSES}`,
    });
  });

  test("with one uplink has it as its port, with its MTU and without addresses", () => {
    const files = filesOf({ backing: BRIDGE, uplinks: ["ens1f0"], mtu: 9000 });
    expect(Object.keys(files)).toEqual(["br0.netdev", "br0.network", "ens1f0.network"]);
    expect(files["br0.network"]).toBe(`[Match]\nName=br0\n\n${link(9000)}\n${NO_ADDRESSES}`);
    expect(files["ens1f0.network"]).toBe(`[Match]\nName=ens1f0\n\n${link(9000)}\n${NO_ADDRESSES}Bridge=br0\n`);
  });

  test("with several has a bond as its port, of one MTU with them", () => {
    const files = filesOf({ backing: BRIDGE, uplinks: UPLINKS, mtu: 9000 });
    expect(files["br0-bond.network"]).toBe(`[Match]\nName=br0-bond\n\n${link(9000)}\n${NO_ADDRESSES}Bridge=br0\n`);
    expect(files["ens1f1.network"]).toBe(`[Match]\nName=ens1f1\n\n${link(9000)}\n${NO_ADDRESSES}Bond=br0-bond\n`);
    expect(section(files["ens1f0.network"]!, "Network")).toContain("PrimarySlave=yes");
  });

  test.each<[string, Teaming | undefined, string[]]>([
    ["nothing said", undefined, ["Mode=active-backup", "MIIMonitorSec=100ms", "PrimaryReselectPolicy=always"]],
    [
      "failover without return, and without a word to the switches",
      Teaming.explicitFailover({ failback: false, notifySwitches: false }),
      ["Mode=active-backup", "MIIMonitorSec=100ms", "PrimaryReselectPolicy=failure", "GratuitousARP=0"],
    ],
    [
      "IP hash",
      Teaming.ipHash({ physicalPortsBundled: true }),
      ["Mode=balance-xor", "MIIMonitorSec=100ms", "TransmitHashPolicy=layer2+3"],
    ],
    [
      "LACP",
      Teaming.lacp(),
      ["Mode=802.3ad", "MIIMonitorSec=100ms", "LACPTransmitRate=fast", "TransmitHashPolicy=layer3+4", "MinLinks=1"],
    ],
    [
      "LACP in other ways",
      Teaming.lacp({ rate: LacpRate.SLOW, hash: LacpHash.LAYER2, minLinks: 2 }),
      ["Mode=802.3ad", "MIIMonitorSec=100ms", "LACPTransmitRate=slow", "TransmitHashPolicy=layer2", "MinLinks=2"],
    ],
  ])("its bond with %s", (_, teaming, lines) => {
    const files = filesOf({ backing: BRIDGE, uplinks: UPLINKS, teaming });
    expect(section(files["br0-bond.netdev"]!, "Bond")).toEqual(lines);
  });

  test("the first active uplink is preferred, and one that is neither active nor on standby stays out", () => {
    const teaming = Teaming.explicitFailover({ active: ["c"], standby: ["a"] });
    const files = filesOf({ backing: BRIDGE, uplinks: ["a", "b", "c"], teaming });
    expect(section(files["c.network"]!, "Network")).toContain("PrimarySlave=yes");
    expect(section(files["a.network"]!, "Network")).not.toContain("PrimarySlave=yes");
    expect(files["b.network"]).toBeUndefined();
  });

  test("LACP is spoken over one uplink, too", () => {
    const files = filesOf({ backing: BRIDGE, uplinks: ["ens1f0"], teaming: Teaming.lacp() });
    expect(section(files["ens1f0.network"]!, "Network")).toContain("Bond=br0-bond");
  });

  test.each<[string, DiscoveryProtocol, string[]]>([
    ["both ways", DiscoveryProtocol.lldp(), ["LLDP=yes", "EmitLLDP=yes"]],
    ["listening", DiscoveryProtocol.lldp(DiscoveryOperation.LISTEN), ["LLDP=yes", "EmitLLDP=no"]],
    ["advertising", DiscoveryProtocol.lldp(DiscoveryOperation.ADVERTISE), ["LLDP=no", "EmitLLDP=yes"]],
    ["not at all", DiscoveryProtocol.none(), ["LLDP=no", "EmitLLDP=no"]],
  ])("LLDP %s", (_, discovery, lines) => {
    const files = filesOf({ backing: BRIDGE, uplinks: ["ens1f0"], discovery });
    expect(section(files["ens1f0.network"]!, "Network").filter((line) => line.includes("LLDP"))).toEqual(lines);
  });

  test.each([
    [MulticastFiltering.SNOOPING, "MulticastSnooping=yes"],
    [MulticastFiltering.LEGACY, "MulticastSnooping=no"],
  ])("multicast filtering by %s", (multicastFiltering, line) => {
    expect(section(filesOf({ backing: BRIDGE, multicastFiltering })["br0.netdev"]!, "Bridge")).toContain(line);
  });

  test("is written for each host of the switch", () => {
    const { program } = programOf({ backing: BRIDGE, uplinks: ["ens1f0"] }, {}, {}, ["kvm1", "kvm2"]);
    const [one, two] = program.hosts.map((host) => program.platform.hostFiles(host).files);
    expect(one).toEqual(two);
    expect(one).toHaveLength(3);
  });

  test("is what the network of the switch uses; nothing is warned of", () => {
    const { program } = programOf({ backing: BRIDGE, uplinks: UPLINKS }, { lan: {} });
    expect(program.synthesise().one("libvirt_network")).toMatchObject({
      forward: { mode: "bridge" },
      bridge: { name: "br0" },
      port_groups: [{ name: "lan" }],
    });
    expect(warningsOf(program.stack)).toEqual([]);
  });
});

describe("VLANs of a Linux bridge that the kit makes, where all hosts have libvirt 11", () => {
  const files = filesOf(
    { backing: BRIDGE, uplinks: UPLINKS },
    { db: { vlan: 120 }, web: { vlan: 120 }, lan: {}, firewall: { trunk: [7, { from: 200, to: 210 }] } },
    LIBVIRT_11,
  );

  test("pass its bond, each once, and no others", () => {
    expect(files["br0-bond.network"]!.match(/\[BridgeVLAN\]\n.*\n/g)).toEqual([
      "[BridgeVLAN]\nVLAN=120\n",
      "[BridgeVLAN]\nVLAN=7\n",
      "[BridgeVLAN]\nVLAN=200-210\n",
    ]);
  });

  test("pass its one uplink", () => {
    const { "ens1f0.network": uplink } = filesOf(
      { backing: BRIDGE, uplinks: ["ens1f0"] },
      { db: { vlan: 5 } },
      LIBVIRT_11,
    );
    expect(section(uplink!, "BridgeVLAN")).toEqual(["VLAN=5"]);
  });

  test("without uplinks need nothing but the bridge", () => {
    expect(Object.keys(filesOf({ backing: BRIDGE }, { db: { vlan: 5 } }, LIBVIRT_11))).toEqual([
      "br0.netdev",
      "br0.network",
    ]);
  });

  test.each<VlanSegmentOptions>([{ vlan: 1 }, { trunk: [{ from: 1, to: 4094 }] }])(
    "are not that of untagged frames: %j",
    (options) => {
      expect(() => programOf({ backing: BRIDGE }, { db: options }, LIBVIRT_11)).toThrow("[host-vlan-untagged]");
    },
  );

  test("are none without tags: a native VLAN", () => {
    expect(() => programOf({ backing: BRIDGE }, { db: { trunk: [5], nativeVlan: 6 } }, LIBVIRT_11)).toThrow(
      "[vlan-native]",
    );
  });
});

describe("VLANs of a Linux bridge that the kit makes, where a host has an older libvirt", () => {
  const { program, fabric } = programOf(
    { backing: BRIDGE, uplinks: ["ens1f0"], mtu: 9000 },
    { db: { vlan: 120 }, web: { vlan: 120, mtu: 1500 }, lan: {} },
    LIBVIRT_10,
  );
  const files = Object.fromEntries(
    program.platform
      .hostFiles(program.hosts[0])
      .files.map(({ path, content }) => [path.replace(/^.*virtuned-/, ""), content]),
  );

  test("are bridges of their own, on VLAN interfaces of the uplink", () => {
    expect(section(files["ens1f0.network"]!, "Network")).toContain("VLAN=br0.120");
    expect(section(files["br0.120.netdev"]!, "NetDev")).toEqual(["Name=br0.120", "Kind=vlan"]);
    expect(section(files["br0.120.netdev"]!, "VLAN")).toEqual(["Id=120"]);
    expect(section(files["br0.120.network"]!, "Network")).toContain("Bridge=br0-120");
    expect(section(files["br0.120.network"]!, "Link")).toContain("MTUBytes=9000");
    expect(section(files["br0-120.netdev"]!, "NetDev")).toEqual(["Name=br0-120", "Kind=bridge"]);
    expect(section(files["br0-120.network"]!, "Link")).toContain("MTUBytes=9000");
  });

  test("are networks of their own; untagged segments are port groups", () => {
    for (const id of ["db", "web", "lan"]) {
      program.vm(`on-${id}`).addNic("only", { segment: fabric.node.findChild(id) as VlanSegment });
    }
    const synthesis = program.synthesise();
    const networks = Object.values(synthesis.all("libvirt_network"));
    const byName = Object.fromEntries(
      networks.map(({ name, bridge, port_groups }) => [name, [bridge.name, port_groups]]),
    );
    expect(byName).toEqual({
      fabric: ["br0", [{ name: "lan" }]],
      "fabric-db": ["br0-120", undefined],
      "fabric-web": ["br0-120", undefined],
    });
    const sourceOf = (guest: string) => {
      const { devices, depends_on } = synthesis.one("libvirt_domain", guest);
      return { source: devices.interfaces[0].source.network, depends_on };
    };
    expect(sourceOf("on-db")).toEqual({
      source: { network: "fabric-db" },
      depends_on: [expect.stringContaining("libvirt_network.fabric_db_kvm1")],
    });
    expect(sourceOf("on-lan").source).toEqual({ network: "fabric", port_group: "lan" });
  });

  test("are bridges alone without uplinks", () => {
    expect(Object.keys(filesOf({ backing: BRIDGE }, { db: { vlan: 120 } }))).toEqual([
      "br0-120.netdev",
      "br0-120.network",
      "br0.netdev",
      "br0.network",
    ]);
  });

  test("are the same on all hosts, so that a guest finds the same networks on each", () => {
    const { stack } = new LibvirtProgram();
    const hosts = ["11.0.0", "10.0.0"].map((libvirtVersion, i) =>
      LibvirtHost.at(`h${i}`, "qemu:///system", { libvirtVersion }),
    );
    const platform = new LibvirtPlatform(stack, "mixed", { hosts });
    new DistributedVSwitch(stack, "fabric", { platform, backing: BRIDGE }).addVlanSegment("db", { vlan: 5 });
    const networks = Object.values(new Synthesis(stack).all("libvirt_network"));
    expect(networks.map(({ name, provider }) => `${name} ${provider}`).sort()).toEqual([
      "fabric libvirt.mixed-h0",
      "fabric libvirt.mixed-h1",
      "fabric-db libvirt.mixed-h0",
      "fabric-db libvirt.mixed-h1",
    ]);
  });

  test("have no trunks", () => {
    expect(() => programOf({ backing: BRIDGE }, { db: { trunk: [5] } }, LIBVIRT_10)).toThrow(
      /^prod\/fabric\/db: a trunk on a Linux bridge needs libvirt 11.0 on all hosts.*\[vlan-linux-bridge\]$/,
    );
  });

  test("a NIC on a host that the switch does not span is refused", () => {
    const two = new LibvirtProgram({}, ["kvm1", "kvm2"]);
    const fabric = two.switch("fabric", { backing: BRIDGE, hosts: [two.hosts[0]!] });
    const segment = fabric.addVlanSegment("db", { vlan: 5 });
    expect(() => two.vm("vm", { host: two.hosts[1] }).addNic("db", { segment })).toThrow(
      "switch fabric does not span the machine's host",
    );
  });
});

describe("an Open vSwitch bridge that the kit makes", () => {
  const SERVICE = "ovs-br0.service";

  /** The steps of the transaction that makes it. */
  function stepsOf(props: Partial<DistributedVSwitchProps>): string[] {
    const lines = section(filesOf({ backing: OVS, ...props })[SERVICE]!, "Service");
    const start = lines.find((line) => line.startsWith("ExecStart="))!;
    return start.slice(start.indexOf(" sh br0 -- ") + " sh br0 -- ".length).split(" -- ");
  }

  test("is a service that waits for Open vSwitch, and that libvirt waits for", () => {
    const files = filesOf({ backing: OVS });
    expect(Object.keys(files)).toEqual([SERVICE]);
    expect(section(files[SERVICE]!, "Unit")).toEqual([
      "Description=Open vSwitch bridge br0",
      "Wants=openvswitch-switch.service openvswitch.service",
      "After=openvswitch-switch.service openvswitch.service",
      "Before=libvirtd.service virtqemud.service",
    ]);
  });

  test("is what the network of the switch uses", () => {
    const { program } = programOf({ backing: OVS }, { db: { vlan: 120 } });
    expect(program.synthesise().one("libvirt_network")).toMatchObject({
      bridge: { name: "br0" },
      virtual_port: { params: { open_v_switch: {} } },
      port_groups: [{ name: "db", vlan: { tags: [{ id: 120 }] } }],
    });
  });

  test("has its uplinks brought up without addresses", () => {
    const files = filesOf({ backing: OVS, uplinks: ["ens1f0"], mtu: 9000 });
    expect(section(files["ens1f0.network"]!, "Link")).toEqual(["MTUBytes=9000", "RequiredForOnline=no"]);
    expect(section(files["ens1f0.network"]!, "Network")).toEqual(["LinkLocalAddressing=no", "IPv6AcceptRA=no"]);
  });

  test("with one uplink", () => {
    expect(stepsOf({ uplinks: ["ens1f0"], mtu: 9000 })).toEqual([
      "set bridge br0 mcast_snooping_enable=false",
      "set interface br0 mtu_request=9000",
      "--if-exists del-port ens1f0",
      "add-port br0 ens1f0",
      "set port ens1f0 external_ids:virtuned=br0 qos=@qos",
      "set interface ens1f0 mtu_request=9000 lldp:enable=false",
      "clear bridge br0 sflow ipfix",
    ]);
  });

  test.each<[string, Teaming | undefined, string]>([
    ["nothing said", undefined, "bond_mode=balance-slb other_config:bond-rebalance-interval=30000"],
    ["load based", Teaming.loadBased(), "bond_mode=balance-slb other_config:bond-rebalance-interval=30000"],
    ["source MAC", Teaming.sourceMac(), "bond_mode=balance-slb other_config:bond-rebalance-interval=0"],
    ["source port", Teaming.sourcePort(), "bond_mode=balance-slb other_config:bond-rebalance-interval=0"],
    [
      "failover",
      Teaming.explicitFailover({ active: ["ens1f1"], standby: ["ens1f0"] }),
      "bond_mode=active-backup other_config:bond-primary=ens1f1",
    ],
    ["failover without return", Teaming.explicitFailover({ failback: false }), "bond_mode=active-backup"],
    ["LACP", Teaming.lacp(), "bond_mode=balance-tcp lacp=active other_config:lacp-time=fast"],
    [
      "slow LACP",
      Teaming.lacp({ rate: LacpRate.SLOW }),
      "bond_mode=balance-tcp lacp=active other_config:lacp-time=slow",
    ],
  ])("its bond with %s", (_, teaming, columns) => {
    const steps = stepsOf({ uplinks: UPLINKS, teaming });
    expect(steps).toContainEqual(expect.stringMatching(/^add-bond br0 br0-bond ens1f[01] ens1f[01]$/));
    expect(steps).toContain(`set port br0-bond external_ids:virtuned=br0 qos=@qos ${columns}`);
  });

  test("multicast snooping and LLDP", () => {
    const steps = stepsOf({
      uplinks: ["ens1f0"],
      multicastFiltering: MulticastFiltering.SNOOPING,
      discovery: DiscoveryProtocol.lldp(),
    });
    expect(steps).toContain("set bridge br0 mcast_snooping_enable=true");
    expect(steps).toContain("set interface ens1f0 mtu_request=1500 lldp:enable=true");
  });

  test.each<[string, FlowExport, string[]]>([
    [
      "sFlow",
      FlowExport.sflow({
        collector: "192.0.2.10",
        sampling: 64,
        polling: Duration.seconds(10),
        header: DataSize.bytes(256),
      }),
      [
        String.raw`--id=@flows create sflow "targets=\"192.0.2.10:6343\"" sampling=64 polling=10 header=256`,
        "set bridge br0 sflow=@flows",
      ],
    ],
    [
      "IPFIX of every packet",
      FlowExport.ipfix({
        collector: "2001:db8::1",
        sampling: 0,
        activeTimeout: Duration.seconds(120),
        observationDomain: 7,
      }),
      [
        String.raw`--id=@flows create ipfix "targets=\"[2001:db8::1]:4739\"" sampling=1 cache_active_timeout=120 cache_max_flows=4096 obs_domain_id=7`,
        "set bridge br0 ipfix=@flows",
      ],
    ],
  ])("%s takes the place of what was exported before", (_, flowExport, steps) => {
    expect(stepsOf({ flowExport }).slice(-3)).toEqual(["clear bridge br0 sflow ipfix", ...steps]);
  });
});

describe("what a bridge that the kit makes does not have", () => {
  const ipfix = FlowExport.ipfix({ collector: "192.0.2.10" });

  test.each<[string, Partial<DistributedVSwitchProps>, string]>([
    [
      "source MAC on a Linux bond",
      { backing: BRIDGE, uplinks: UPLINKS, teaming: Teaming.sourceMac() },
      "host-bond-mode",
    ],
    [
      "source port on a Linux bond",
      { backing: BRIDGE, uplinks: UPLINKS, teaming: Teaming.sourcePort() },
      "host-bond-mode",
    ],
    [
      "load based on a Linux bond",
      { backing: BRIDGE, uplinks: UPLINKS, teaming: Teaming.loadBased() },
      "host-bond-mode",
    ],
    [
      "IP hash on Open vSwitch",
      { backing: OVS, uplinks: UPLINKS, teaming: Teaming.ipHash({ physicalPortsBundled: true }) },
      "open-vswitch-bond-mode",
    ],
    [
      "another hash of LACP on Open vSwitch",
      { backing: OVS, uplinks: UPLINKS, teaming: Teaming.lacp({ hash: LacpHash.LAYER2 }) },
      "open-vswitch-bond-mode",
    ],
    [
      "least links on Open vSwitch",
      { backing: OVS, uplinks: UPLINKS, teaming: Teaming.lacp({ minLinks: 2 }) },
      "open-vswitch-bond-mode",
    ],
    [
      "silence after a failover on Open vSwitch",
      { backing: OVS, uplinks: UPLINKS, teaming: Teaming.explicitFailover({ notifySwitches: false }) },
      "open-vswitch-bond-notify",
    ],
    [
      "standby uplinks beside shared load",
      { backing: OVS, uplinks: UPLINKS, teaming: Teaming.loadBased({ standby: ["ens1f1"] }) },
      "host-bond-standby",
    ],
    [
      "failback of shared load",
      { backing: OVS, uplinks: UPLINKS, teaming: Teaming.sourceMac({ failback: false }) },
      "host-bond-failback",
    ],
    [
      "beacons",
      {
        backing: BRIDGE,
        uplinks: ["a", "b", "c"],
        teaming: Teaming.explicitFailover({ failureDetection: FailureDetection.BEACON_PROBING }),
      },
      "host-bond-no-beacons",
    ],
    ["CDP on a Linux bridge", { backing: BRIDGE, discovery: DiscoveryProtocol.cdp() }, "host-discovery-protocol"],
    ["CDP on Open vSwitch", { backing: OVS, discovery: DiscoveryProtocol.cdp() }, "host-discovery-protocol"],
    [
      "LLDP one way on Open vSwitch",
      { backing: OVS, discovery: DiscoveryProtocol.lldp(DiscoveryOperation.LISTEN) },
      "host-discovery-protocol",
    ],
    ["flows of a Linux bridge", { backing: BRIDGE, flowExport: ipfix }, "host-flow-export"],
    [
      "an idle timeout of flows",
      { backing: OVS, flowExport: FlowExport.ipfix({ collector: "192.0.2.10", idleTimeout: Duration.seconds(15) }) },
      "host-flow-export",
    ],
    [
      "internal flows only",
      { backing: OVS, flowExport: FlowExport.ipfix({ collector: "192.0.2.10", internalFlowsOnly: true }) },
      "host-flow-export",
    ],
    [
      "an address for the switch",
      { backing: OVS, flowExport: FlowExport.ipfix({ collector: "192.0.2.10", switchAddress: "192.0.2.1" }) },
      "host-flow-export",
    ],
    ["private VLANs", { backing: OVS, privateVlans: [PrivateVlan.promiscuous(5)] }, "private-vlan-on-bridge"],
    ["I/O control", { backing: BRIDGE, ioControl: NetworkIoControl.version3() }, "host-no-vsphere-switch"],
    [
      "a LAG of vCenter's",
      { backing: OVS, uplinks: UPLINKS, teaming: Teaming.lacp({ existingLag: "lag1" }) },
      "host-no-vsphere-switch",
    ],
    ["an uplink that is called as the bridge", { backing: BRIDGE, uplinks: ["br0"] }, "host-bridge-name"],
    [
      "discovery on a bridge of the host's",
      { backing: SwitchBacking.linuxBridge("br0"), discovery: DiscoveryProtocol.lldp() },
      "host-bridge-not-managed",
    ],
    [
      "multicast filtering on a NAT network",
      { backing: SwitchBacking.nat("10.20.0.0/24"), multicastFiltering: MulticastFiltering.SNOOPING },
      "host-bridge-not-managed",
    ],
    [
      "flows of an Open vSwitch bridge of the host's",
      { backing: SwitchBacking.openVSwitch("br0"), flowExport: ipfix },
      "host-bridge-not-managed",
    ],
  ])("%s", (_, props, practice) => {
    expect(() => programOf(props)).toThrow(new RegExp(`^prod/fabric: .*\\[${practice}\\]$`));
  });

  test("segments without flows on a switch with a collector", () => {
    expect(() => programOf({ backing: OVS, flowExport: ipfix }, { db: { exportFlows: false } })).toThrow(
      /^prod\/fabric\/db: Open vSwitch exports the flows of all segments.*\[host-flow-export\]$/,
    );
  });

  test("a bridge of another switch, or its uplink", () => {
    const { program } = programOf({ backing: BRIDGE, uplinks: ["ens1f0"] });
    expect(() => program.switch("other", { backing: OVS })).toThrow(
      "prod/other: host kvm1 has a bridge of this name already, that of prod/fabric",
    );
    const backing = SwitchBacking.openVSwitch("br1", { managed: true });
    expect(() => program.switch("third", { backing, uplinks: ["ens1f0"] })).toThrow(
      "prod/third: host kvm1 has a switch uplink of this name already, that of prod/fabric",
    );
  });

  test("a name without room for those that are derived from it", () => {
    expect(() => SwitchBacking.linuxBridge("br-elevenchr", { managed: true })).toThrow("[host-bridge-name]");
    expect(SwitchBacking.linuxBridge("br-elevenchr").managed).toBe(false);
  });

  test.each(["yes", 1, null])("managed: %j", (managed) => {
    expect(() => SwitchBacking.openVSwitch("br0", { managed: managed as never })).toThrow(
      "managed is neither true nor false",
    );
  });
});

test("an untagged segment of Open vSwitch explains its tag", () => {
  const { fabric } = programOf({ backing: OVS });
  expect(fabric.addVlanSegment("lan").explain().settings).toMatchObject([
    { setting: "vlan.tags.id", value: "0", practice: "open-vswitch-untagged" },
  ]);
});

test("Open vSwitch explains what it has", () => {
  const { fabric } = programOf({
    backing: OVS,
    uplinks: UPLINKS,
    flowExport: FlowExport.ipfix({ collector: "192.0.2.10" }),
  });
  expect(fabric.explain().settings.map(({ setting, value, practice }) => [setting, value, practice])).toEqual([
    ["MTUBytes", "1500", "host-bridge-mtu"],
    ["ipfix.cache_max_flows", "4096", "open-vswitch-ipfix-cache"],
    ["port.bond_mode", "balance-slb", "open-vswitch-bond-mode"],
    ["port.other_config:bond-rebalance-interval", "30000", "open-vswitch-rebalance"],
    ["port.qos.type", "linux-noop", "open-vswitch-qos-noop"],
  ]);
});

test("the switch explains what was decided, and what was given", () => {
  const { fabric } = programOf({ backing: BRIDGE, uplinks: UPLINKS, teaming: Teaming.lacp({ rate: LacpRate.SLOW }) });
  const rows = fabric
    .explain()
    .settings.map(({ setting, value, decision, practice }) => [setting, value, decision, practice]);
  expect(rows).toEqual([
    ["MTUBytes", "1500", "tuned", "host-bridge-mtu"],
    ["bridge.STP", "no", "tuned", "host-bridge-no-stp"],
    ["bridge.VLANFiltering", "yes", "tuned", "host-vlan-filtering"],
    ["VLAN", "bridge", "tuned", "host-bridge-for-vlan"],
    ["bond.Mode", "802.3ad", "given", "host-bond-mode"],
    ["bond.MIIMonitorSec", "100ms", "tuned", "host-bond-mii-monitor"],
    ["bond.LACPTransmitRate", "slow", "given", "teaming-lacp-rate"],
    ["bond.TransmitHashPolicy", "layer3+4", "tuned", "teaming-lacp-hash"],
  ]);
});

describe("systemd takes the files", () => {
  const everything: Partial<DistributedVSwitchProps> = {
    uplinks: UPLINKS,
    mtu: 9000,
    discovery: DiscoveryProtocol.lldp(),
    multicastFiltering: MulticastFiltering.SNOOPING,
  };
  const segments = { db: { vlan: 120 }, lan: {} };

  testWithNetworkd.each<[string, ...Parameters<typeof programOf>]>([
    [
      "a bond that fails over",
      { ...everything, backing: BRIDGE, teaming: Teaming.explicitFailover({ failback: false, notifySwitches: false }) },
      segments,
    ],
    ["a bond with LACP", { ...everything, backing: BRIDGE, teaming: Teaming.lacp() }, segments, LIBVIRT_10],
    [
      "a bond with IP hash",
      { ...everything, backing: BRIDGE, teaming: Teaming.ipHash({ physicalPortsBundled: true }) },
      segments,
    ],
    [
      "a bridge that filters VLANs",
      { ...everything, backing: BRIDGE },
      { ...segments, trunk: { trunk: [{ from: 200, to: 210 }] } },
      LIBVIRT_11,
    ],
    [
      "Open vSwitch",
      { ...everything, backing: OVS, flowExport: FlowExport.ipfix({ collector: "2001:db8::1" }) },
      segments,
    ],
  ])("%s", async (_, ...args) => {
    const { program } = programOf(...args);
    expect(await complaintsOfSystemd(program.platform.hostFiles(program.hosts[0]).files)).toEqual([]);
  });
});
