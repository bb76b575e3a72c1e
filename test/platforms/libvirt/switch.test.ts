import { DistributedVSwitch, SwitchBacking, VlanSegment, type VlanSegmentOptions } from "virtuned";
import { LibvirtHost, type LibvirtHostOptions, LibvirtPlatform } from "virtuned/libvirt";
import { LibvirtProgram } from "../../support/libvirt";
import { warningsOf } from "../../support/synthesis";

const OVS = SwitchBacking.openVSwitch("ovs0");
const BRIDGE = SwitchBacking.linuxBridge("br0");
const NAT = SwitchBacking.nat("10.20.0.0/24");

/** The network of a switch with one segment. */
function networkOf(backing: SwitchBacking, options: VlanSegmentOptions = {}, host: LibvirtHostOptions = {}) {
  const program = new LibvirtProgram(host);
  program.switch("fabric", { backing, mtu: 9000 }).addVlanSegment("db", options);
  return program.synthesise().one("libvirt_network");
}

describe("the network of a switch", () => {
  test.each([
    ["a bridge that the host has", BRIDGE, { forward: { mode: "bridge" }, bridge: { name: "br0" } }],
    [
      "an Open vSwitch bridge",
      OVS,
      { forward: { mode: "bridge" }, bridge: { name: "ovs0" }, virtual_port: { params: { open_v_switch: {} } } },
    ],
    [
      "NAT",
      NAT,
      {
        forward: { mode: "nat" },
        bridge: { name: expect.stringMatching(/^vt-[0-9a-f]{11}$/) },
        mtu: { size: 9000 },
        ips: [{ address: "10.20.0.1", prefix: 24, dhcp: { ranges: [{ start: "10.20.0.2", end: "10.20.0.254" }] } }],
      },
    ],
    [
      "isolated",
      SwitchBacking.isolated(),
      { bridge: { name: expect.stringMatching(/^vt-[0-9a-f]{11}$/) }, mtu: { size: 9000 } },
    ],
  ])("on %s", (_, backing, network) => {
    const { name, autostart, lifecycle: _lifecycle, provider: _provider, port_groups, ...rest } = networkOf(backing);
    expect({ name, autostart, port_groups }).toMatchObject({
      name: "fabric",
      autostart: true,
      port_groups: [{ name: "db" }],
    });
    expect(rest).toEqual(network);
  });

  test("an isolated network has addresses where it is given some", () => {
    expect(networkOf(SwitchBacking.isolated("10.20.0.0/24")).ips).toMatchObject([{ address: "10.20.0.1" }]);
  });

  test("two switches have bridges of different names", () => {
    const program = new LibvirtProgram();
    for (const id of ["a", "b"]) {
      program.switch(id);
    }
    const bridges = Object.values(program.synthesise().all("libvirt_network")).map(({ bridge }) => bridge.name);
    expect(new Set(bridges).size).toBe(2);
  });

  test("it is made on each host that the switch spans, by the host's provider", () => {
    const program = new LibvirtProgram({}, ["kvm1", "kvm2", "kvm3"]);
    program.switch("fabric", { hosts: program.hosts.slice(1) });
    const networks = Object.values(program.synthesise().all("libvirt_network"));
    expect(networks.map(({ name, provider }) => [name, provider])).toEqual([
      ["fabric", "libvirt.kvm-kvm2"],
      ["fabric", "libvirt.kvm-kvm3"],
    ]);
  });
});

describe("VLANs", () => {
  test.each<[string, VlanSegmentOptions, object]>([
    ["untagged", {}, { tags: [{ id: 0 }] }],
    ["access", { vlan: 120 }, { tags: [{ id: 120 }] }],
    [
      "trunk",
      { trunk: [{ from: 200, to: 202 }, 7] },
      { trunk: "yes", tags: [{ id: 7 }, { id: 200 }, { id: 201 }, { id: 202 }] },
    ],
    [
      "a native VLAN beside the others",
      { trunk: [7, 9], nativeVlan: 8 },
      { trunk: "yes", tags: [{ id: 7 }, { id: 8, native_mode: "untagged" }, { id: 9 }] },
    ],
    [
      "a native VLAN among the others",
      { trunk: [7, 8], nativeVlan: 8 },
      { trunk: "yes", tags: [{ id: 7 }, { id: 8, native_mode: "untagged" }] },
    ],
  ])("%s on Open vSwitch", (_, options, vlan) => {
    const [group] = networkOf(OVS, options).port_groups;
    expect(group).toEqual({ name: "db", vlan });
  });

  test("a trunk of all of them lists 4094", () => {
    expect(networkOf(OVS, { trunk: [{ from: 1, to: 4094 }] }).port_groups[0].vlan.tags).toHaveLength(4094);
  });

  test.each(["11.0", "11.0.0", "11.2.0", "12.0.0"])("on a Linux bridge with libvirt %s", (libvirtVersion) => {
    expect(networkOf(BRIDGE, { vlan: 120 }, { libvirtVersion }).port_groups[0].vlan).toEqual({ tags: [{ id: 120 }] });
    expect(networkOf(BRIDGE, { trunk: [5] }, { libvirtVersion }).port_groups[0].vlan.trunk).toBe("yes");
  });

  test.each<[string, SwitchBacking, VlanSegmentOptions, LibvirtHostOptions, string]>([
    [
      "an old libvirt",
      BRIDGE,
      { vlan: 120 },
      { libvirtVersion: "10.10.0" },
      "VLAN 120 on host kvm1 with libvirt 10.10.0",
    ],
    ["an unknown libvirt", BRIDGE, { trunk: [5] }, {}, "a trunk on host kvm1 with libvirt of unknown version"],
    [
      "a native VLAN on a Linux bridge",
      BRIDGE,
      { trunk: [5], nativeVlan: 6 },
      { libvirtVersion: "11.0.0" },
      "[vlan-native]",
    ],
    ["NAT", NAT, { vlan: 120 }, { libvirtVersion: "11.0.0" }, "a NAT network has no VLANs"],
    ["an isolated network", SwitchBacking.isolated(), { trunk: [5] }, {}, "[vlan-managed-bridge]"],
  ])("%s is refused", (_, backing, options, host, message) => {
    expect(() => networkOf(backing, options, host)).toThrow(message);
  });

  test("each host of the switch has to have the libvirt that is needed", () => {
    const { stack } = new LibvirtProgram();
    const hosts = ["11.0.0", "10.0.0"].map((libvirtVersion, i) =>
      LibvirtHost.at(`h${i}`, "qemu:///system", { libvirtVersion }),
    );
    const platform = new LibvirtPlatform(stack, "mixed", { hosts });
    const fabric = new DistributedVSwitch(stack, "fabric", { platform, backing: BRIDGE });
    expect(() => fabric.addVlanSegment("db", { vlan: 5 })).toThrow("VLAN 5 on host h1 with libvirt 10.0.0");
  });
});

describe("what carries a switch", () => {
  test("can be said once for all switches of a platform", () => {
    const { stack } = new LibvirtProgram();
    const hosts = [LibvirtHost.at("kvm1", "qemu:///system")];
    const platform = new LibvirtPlatform(stack, "other", { hosts, switchBacking: OVS });
    const fabric = new DistributedVSwitch(stack, "fabric", { platform });
    expect(String(platform.switchBacking)).toBe("Open vSwitch bridge ovs0");
    expect(fabric.platform).toBe(platform);
  });

  test("has to be said", () => {
    expect(() => new LibvirtProgram().switch("fabric", { backing: undefined })).toThrow(
      "prod/fabric: what carries the switch on the hosts is left open (allowed: SwitchBacking.linuxBridge()",
    );
  });

  test("is not a distributed switch of vSphere", () => {
    expect(() => new LibvirtProgram().switch("fabric", { backing: SwitchBacking.distributed() })).toThrow(
      "libvirt has no distributed switch of its own",
    );
  });
});

describe("uplinks", () => {
  test("of a bridge that is there are the host's, which is warned of", () => {
    const program = new LibvirtProgram();
    program.switch("fabric", { backing: BRIDGE, uplinks: ["ens1f0", "ens1f1"] });
    expect(warningsOf(program.stack)).toEqual([
      expect.stringMatching(
        /^prod\/fabric: uplinks ens1f0, ens1f1 have to be in Linux bridge br0 .*\[switch-host-owns-uplinks\]$/,
      ),
    ]);
  });

  test("a network of libvirt's own has none", () => {
    expect(() => new LibvirtProgram().switch("fabric", { backing: NAT, uplinks: ["ens1f0"] })).toThrow(
      "prod/fabric: a NAT network has no uplinks",
    );
  });
});

describe("forged transmits", () => {
  function filterOf(backing: SwitchBacking, options: VlanSegmentOptions) {
    const program = new LibvirtProgram({ libvirtVersion: "11.0.0" });
    const segment = program.switch("fabric", { backing }).addVlanSegment("db", options);
    program.vm("vm").addNic("db", { segment });
    const [nic] = program.synthesise().one("libvirt_domain").devices.interfaces;
    return { filter: nic.filter_ref?.filter, warnings: warningsOf(program.stack) };
  }

  test.each([BRIDGE, NAT])("are dropped by libvirt's filter on a %s", (backing) => {
    expect(filterOf(backing, {})).toEqual({ filter: "no-mac-spoofing", warnings: [] });
  });

  test("pass where they are allowed", () => {
    expect(filterOf(BRIDGE, { security: { allowForgedTransmits: true } }).filter).toBeUndefined();
  });

  test("pass on a trunk, whose guest is a switch or a router itself", () => {
    expect(filterOf(BRIDGE, { trunk: [5] }).filter).toBeUndefined();
  });

  test("can't be dropped on Open vSwitch, which is warned of", () => {
    const { filter, warnings } = filterOf(OVS, {});
    expect(filter).toBeUndefined();
    expect(warnings).toEqual([expect.stringContaining("[segment-no-filter-on-open-vswitch]")]);
  });
});

test("a segment's name is there once on a switch", () => {
  const fabric = new LibvirtProgram().switch("fabric");
  fabric.addVlanSegment("db");
  expect(() => fabric.addVlanSegment("other", { name: "db" })).toThrow(
    'prod/fabric/other: the switch has a segment of this name already (given "db"). To mend: give another `name`.',
  );
});

test("a segment that others own is connected to by name, and nothing waits for it", () => {
  const program = new LibvirtProgram();
  const { stack, platform } = program;
  const lan = VlanSegment.fromVlanSegmentAttributes(stack, "lan", { platform, network: "default" });
  const db = VlanSegment.fromVlanSegmentAttributes(stack, "db", {
    platform,
    network: "corp",
    portGroup: "db",
    mtu: 9000,
  });
  const vm = program.vm("vm");
  vm.addNic("lan", { segment: lan });
  vm.addNic("db", { segment: db });
  const { devices, depends_on } = program.synthesise().one("libvirt_domain");
  expect(depends_on).toBeUndefined();
  expect(devices.interfaces).toMatchObject([
    { mtu: { size: 1500 }, source: { network: { network: "default" } } },
    { mtu: { size: 9000 }, source: { network: { network: "corp", port_group: "db" } } },
  ]);
});
