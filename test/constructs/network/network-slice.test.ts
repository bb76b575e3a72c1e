import {
  DataRate,
  DistributedVSwitch,
  NetworkIoControl,
  NetworkSlice,
  type NetworkSliceProps,
  Port,
  PrivateVlan,
  SliceIsolation,
  SpineLeafFabric,
  SwitchBacking,
  TrafficProfile,
  Underlay,
} from "virtuned";
import { Site } from "../../platforms/vsphere/setup";
import { LibvirtProgram } from "../../support/libvirt";
import { recordingProgram } from "../../support/recording-platform";

const GUARANTEE = TrafficProfile.perDirection({
  outbound: TrafficProfile.guarantee({ reservation: DataRate.gbps(2) }),
});

/** A slice of a Linux bridge that the kit makes on one host. */
function sliceOf(props: Partial<NetworkSliceProps> = {}, id = "tenant-a") {
  const program = new LibvirtProgram({ libvirtVersion: "11.0.0" });
  const fabric = program.switch("fabric", {
    backing: SwitchBacking.linuxBridge("br0"),
    uplinks: ["ens1f0"],
    uplinkSpeed: DataRate.gbps(10),
  });
  const make = (name: string, more: Partial<NetworkSliceProps> = {}) =>
    new NetworkSlice(program.stack, name, { switch: fabric, vlan: 120, traffic: GUARANTEE, ...more });
  return { program, fabric, make, slice: make(id, props) };
}

const refused = (message: string) =>
  expect.objectContaining({ name: "ConfigurationError", message: expect.stringContaining(message) });

test("a slice is a segment of its VLAN, with its guarantee", () => {
  const { program, fabric, slice } = sliceOf();
  expect(slice).toMatchObject({
    platform: program.platform,
    switch: fabric,
    sliceName: "tenant-a",
    mtu: 1500,
    vlan: 120,
    traffic: GUARANTEE,
    isolation: SliceIsolation.SEGMENT,
  });
  const network = program.synthesise().one("libvirt_network");
  expect(network.port_groups).toMatchObject([{ name: "tenant-a", vlan: { tags: [{ id: 120 }] } }]);
  const files = program.platform.hostFiles(program.hosts[0]!).files.map(({ content }) => content);
  expect(files.join("")).toMatch(/2000000000|2gbit|2000mbit|2000000kbit/i);
});

test("NICs are connected to it as to any segment", () => {
  const { program, slice } = sliceOf();
  program.vm("web").addNic("lan", { segment: slice });
  const [nic] = program.synthesise().one("libvirt_domain").devices.interfaces;
  expect(nic.source.network).toMatchObject({ network: "fabric", port_group: "tenant-a" });
});

describe("with rules", () => {
  test("NICs are members by themselves", () => {
    const { program, slice } = sliceOf({ isolation: SliceIsolation.RULES });
    slice.allowFrom(slice.members, Port.tcp(5432));
    const nic = program.vm("db").addNic("lan", { segment: slice, addresses: ["10.0.0.5"] });
    expect(nic.explain().value("filter_ref.filter")).toBe("virtuned-tenant-a");
    const [written] = program.synthesise().one("libvirt_domain").devices.interfaces;
    expect(written.port_options).toBeUndefined();
  });

  test("NICs can be members of another group instead", () => {
    const { program, slice, make } = sliceOf({ isolation: SliceIsolation.RULES });
    const other = make("tenant-b", { vlan: 121, isolation: SliceIsolation.RULES });
    const nic = program
      .vm("db")
      .addNic("lan", { segment: slice, microSegment: other.members, addresses: ["10.0.0.5"] });
    expect(nic.explain().value("filter_ref.filter")).toBe("virtuned-tenant-b");
  });

  test("slices can let each other through", () => {
    const { make, slice } = sliceOf({ isolation: SliceIsolation.RULES });
    const other = make("tenant-b", { vlan: 121, isolation: SliceIsolation.RULES });
    expect(() => slice.allowTo(other.members, Port.tcp(443))).not.toThrow();
  });
});

test("members that are to be kept from each other have isolated ports", () => {
  const { program, slice } = sliceOf({ isolation: SliceIsolation.MEMBERS });
  program.vm("web").addNic("lan", { segment: slice, addresses: ["10.0.0.5"] });
  const [nic] = program.synthesise().one("libvirt_domain").devices.interfaces;
  expect(nic.port_options).toMatchObject({ isolated: "yes" });
});

test("a slice can go on in a segment of VXLAN, and the leaves of its hosts are told", () => {
  const { program, make, slice } = sliceOf();
  const dc1 = new SpineLeafFabric(program.stack, "dc1", {
    underlay: Underlay.unnumbered({ loopbacks: "10.255.0.0/24" }),
  });
  const leaf = dc1.addLeaf("leaf1", { uplinkSpeed: DataRate.gbps(100) });
  dc1.addHost(program.hosts[0]!, { speed: DataRate.gbps(25), links: [{ leaf, nic: "ens1f0" }] });
  make("tenant-b", { vlan: 121, vxlan: { vni: 10_121, vteps: dc1 } });
  expect(dc1.filesOf(leaf).map(({ path }) => path)).toContain("/etc/systemd/network/05-virtuned-vxlan10121.netdev");
  expect(make("tenant-c", { vlan: 122, vxlan: { vni: 10_122 } }).mtu).toBe(slice.mtu);
});

test("a slice says what it promises", () => {
  const { slice } = sliceOf({ isolation: SliceIsolation.RULES });
  expect(slice.explain().settings).toMatchObject([
    { setting: "traffic", value: "outbound 2 Gbit/s guaranteed", decision: "given" },
    { setting: "isolation", value: "rules", decision: "given" },
  ]);
  expect(sliceOf().slice.explain().settings[1]).toMatchObject({ value: "segment", decision: "tuned" });
});

test("guarantees of slices fit into what the switch has", () => {
  const { make } = sliceOf();
  const traffic = TrafficProfile.guarantee({ reservation: DataRate.gbps(6) });
  expect(() => make("tenant-b", { vlan: 121, traffic })).toThrow(refused("together"));
});

test("guarantees of NICs fit into the slice's", () => {
  const { program, slice } = sliceOf();
  const traffic = TrafficProfile.guarantee({ reservation: DataRate.gbps(3) });
  expect(() => program.vm("web").addNic("lan", { segment: slice, traffic })).toThrow(refused("tenant-a"));
});

describe("its VLAN", () => {
  test("is no other segment's, made before or after it", () => {
    const { program, fabric, make } = sliceOf();
    fabric.addVlanSegment("office", { vlan: 120 });
    make("tenant-b", { vlan: 121 });
    expect(() => program.app.synth()).toThrow(
      /prod\/tenant-a: prod\/fabric\/office is in the slice's VLAN .* \[slice-own-vlan\]/,
    );
  });

  const onSwitches = (...switches: readonly string[]) => {
    const { app, stack, platform } = recordingProgram();
    const made = new Map([...new Set(switches)].map((id) => [id, new DistributedVSwitch(stack, id, { platform })]));
    for (const [i, id] of switches.entries()) {
      new NetworkSlice(stack, `tenant-${i}`, { switch: made.get(id)!, vlan: 120, traffic: GUARANTEE });
    }
    return app;
  };

  test("is no other slice's", () => {
    expect(() => onSwitches("a", "a").synth()).toThrow("prod/tenant-1/Segment is in the slice's VLAN");
  });

  test("can be that of a segment of another switch", () => {
    expect(() => onSwitches("a", "b").synth()).not.toThrow();
  });

  test("can be in a trunk, which a gateway is connected by", () => {
    const { program, fabric } = sliceOf();
    fabric.addVlanSegment("gateway", { trunk: [{ from: 100, to: 199 }] });
    expect(() => program.app.synth()).not.toThrow();
  });
});

test.each<[string, Partial<NetworkSliceProps>, string]>([
  ["no guarantee", { traffic: undefined as never }, "[slice-guarantee]"],
  ["a limit alone", { traffic: TrafficProfile.leakyBucket({ rate: DataRate.gbps(1) }) }, "the slice has no guarantee"],
  ["a rate in place of a profile", { traffic: DataRate.gbps(1) as never }, "traffic is not a TrafficProfile"],
  ["no VLAN", { vlan: undefined }, "[slice-own-vlan]"],
  ["two", { privateVlan: PrivateVlan.isolated(100, 101) }, "[slice-own-vlan]"],
  [
    "a private VLAN that goes on",
    { vlan: undefined, privateVlan: PrivateVlan.isolated(100, 101), vxlan: { vni: 1 } },
    "[slice-own-vlan]",
  ],
  ["a VLAN that is none", { vlan: 4095 }, "[vlan-range]"],
  ["VXLAN that is a number", { vxlan: 10_120 as never }, "vxlan is not an object"],
  ["an isolation that is none", { isolation: "total" as never }, '"segment", "rules", "members"'],
  ["a name with a space", { name: "tenant a" }, "a space"],
  ["a switch that is none", { switch: {} as never }, "not a switch"],
])("refuses %s", (_, props, message) => expect(() => sliceOf(props)).toThrow(refused(message)));

test("there is nothing to allow without rules", () => {
  const { slice } = sliceOf();
  expect(() => slice.members).toThrow(refused("SliceIsolation.RULES"));
  expect(() => slice.allowTo(slice as never, Port.all())).toThrow(refused("the slice has no rules"));
});

describe("on vSphere", () => {
  const isolated = PrivateVlan.isolated(100, 101);
  function onVsphere(props: Partial<NetworkSliceProps>) {
    const site = Site.withHosts("esx1");
    const fabric = new DistributedVSwitch(site.stack, "dvs", {
      platform: site.platform,
      uplinks: ["vmnic2"],
      ioControl: NetworkIoControl.version3({ virtualMachine: { reservation: DataRate.gbps(2) } }),
      privateVlans: [PrivateVlan.promiscuous(100), isolated],
    });
    const traffic = TrafficProfile.guarantee({ reservation: DataRate.gbps(2) });
    return { site, slice: new NetworkSlice(site.stack, "tenant-a", { switch: fabric, traffic, ...props }) };
  }

  test("members that are kept from each other are on an isolated private VLAN", () => {
    const { site, slice } = onVsphere({ privateVlan: isolated, isolation: SliceIsolation.MEMBERS });
    expect(() => site.vm().addNic("lan", { segment: slice })).not.toThrow();
  });

  test("there are no rules", () => {
    expect(() => onVsphere({ vlan: 120, isolation: SliceIsolation.RULES })).toThrow(refused("NSX"));
  });

  test("a VLAN does not keep members from each other", () => {
    const { site, slice } = onVsphere({ vlan: 120, isolation: SliceIsolation.MEMBERS });
    expect(() => site.vm().addNic("lan", { segment: slice })).toThrow(refused("isolated private VLAN"));
  });
});
