import {
  DataRate,
  Flooding,
  type IVtepSource,
  MicroSegment,
  SpineLeafFabric,
  SwitchBacking,
  TrafficPriority,
  TrafficProfile,
  Underlay,
  Vteps,
  VxlanSegment,
  type VxlanSegmentProps,
  VxlanTransport,
} from "virtuned";
import { LibvirtProgram } from "../../support/libvirt";
import { complaintsOfSystemd, noNetworkd } from "../../support/networkd";

const IPV4 = { kvm1: "10.0.0.1", kvm2: "10.0.0.2", kvm3: "10.0.0.3" };
const IPV6 = { kvm1: "2001:db8::1", kvm2: "2001:db8::2", kvm3: "2001:db8::3" };

const testWithNetworkd = noNetworkd === undefined ? test : test.skip;

function programWith(props: Partial<VxlanSegmentProps> = {}) {
  const program = new LibvirtProgram({}, ["kvm1", "kvm2", "kvm3"]);
  const { stack, platform } = program;
  const make = (id: string, more: Partial<VxlanSegmentProps> = {}) =>
    new VxlanSegment(stack, id, { platform, vni: 10100, vteps: Vteps.of(IPV4), ...props, ...more });
  const segment = make("tenant-a");
  const [host] = program.hosts;
  const vm = program.vm("web", { host });
  return { program, segment, make, vm };
}

/** Files of the first host, without their notices, by what their paths end with. */
function filesOf(props: Partial<VxlanSegmentProps> = {}): Record<string, string> {
  const { program } = programWith(props);
  return Object.fromEntries(
    program.platform
      .hostFiles(program.hosts[0])
      .files.map(({ path, content }) => [path.replace(/.*\/(05-)?(virtuned-)?/, ""), content.replace(/^#.*\n\n/, "")]),
  );
}

test("files of a host with head-end replication", () => {
  expect(filesOf()).toEqual({
    "br-vx10100.netdev": "[NetDev]\nName=br-vx10100\nKind=bridge\n\n[Bridge]\nSTP=no\n",
    "br-vx10100.network": [
      "[Match]\nName=br-vx10100\n",
      "[Link]\nMTUBytes=1450\nRequiredForOnline=no\n",
      "[Network]\nLinkLocalAddressing=no\nIPv6AcceptRA=no\n",
    ].join("\n"),
    "vxlan10100.netdev": [
      "[NetDev]\nName=vxlan10100\nKind=vxlan\n",
      "[VXLAN]\nVNI=10100\nLocal=10.0.0.1\nDestinationPort=4789\nMacLearning=yes\nIndependent=yes\nIPDoNotFragment=yes\n",
    ].join("\n"),
    "vxlan10100.network": [
      "[Match]\nName=vxlan10100\n",
      "[Link]\nMTUBytes=1450\nRequiredForOnline=no\n",
      "[Network]\nLinkLocalAddressing=no\nIPv6AcceptRA=no\nBridge=br-vx10100\n",
      "[BridgeFDB]\nMACAddress=00:00:00:00:00:00\nDestination=10.0.0.2\nAssociatedWith=self\n",
      "[BridgeFDB]\nMACAddress=00:00:00:00:00:00\nDestination=10.0.0.3\nAssociatedWith=self\n",
    ].join("\n"),
  });
});

test("on IPv6 there is nothing to say of fragments", () => {
  const files = filesOf({ vteps: Vteps.of(IPV6) });
  expect(files["vxlan10100.netdev"]).not.toContain("IPDoNotFragment");
  expect(files["vxlan10100.network"]).toContain("MTUBytes=1430\n");
  expect(files["vxlan10100.network"]).toContain("Destination=2001:db8::3\n");
});

describe("with EVPN", () => {
  const vteps = Vteps.evpn(IPV4, { asn: 64_512 });

  test("nothing is learnt from frames, and neighbours are answered for", () => {
    const files = filesOf({ vteps });
    expect(files["vxlan10100.netdev"]).toContain("MacLearning=no\n");
    expect(files["vxlan10100.network"]).toContain("[Bridge]\nLearning=no\nNeighborSuppression=yes\n");
    expect(files["vxlan10100.network"]).not.toContain("BridgeFDB");
    expect(filesOf({ vteps, neighbourSuppression: false })["vxlan10100.network"]).toContain("NeighborSuppression=no\n");
  });

  test("hosts are neighbours of each other, or of route reflectors", () => {
    const neighbours = (source: IVtepSource) =>
      [...filesOf({ vteps: source })["frr.conf"]!.matchAll(/neighbor (\S+) remote-as (\d+)/g)].map(([, ip, as]) => [
        ip,
        as,
      ]);
    expect(neighbours(vteps)).toEqual([
      ["10.0.0.2", "64512"],
      ["10.0.0.3", "64512"],
    ]);
    const reflectors = ["10.0.0.250", "10.0.0.251"];
    expect(neighbours(Vteps.evpn(IPV4, { asn: 4_200_000_000, routeReflectors: reflectors }))).toEqual(
      reflectors.map((ip) => [ip, "4200000000"]),
    );
    expect(filesOf({ vteps })["frr.conf"]).toMatch(/advertise-all-vni/);
  });

  test("segments of one host share its FRR", () => {
    const { program, make } = programWith({ vteps });
    make("tenant-b", { vni: 2 });
    const paths = program.platform.hostFiles(program.hosts[0]).files.map(({ path }) => path);
    expect(paths.filter((path) => path.startsWith("/etc/frr/"))).toEqual(["/etc/frr/daemons", "/etc/frr/frr.conf"]);
    expect(() => make("tenant-c", { vni: 3, vteps: Vteps.evpn(IPV4, { asn: 64_513 }) })).toThrow(
      "host kvm1 has another file of this path already",
    );
  });
});

describe("by multicast", () => {
  test("a service makes the device, on the interface that the group is joined on", () => {
    const flooding = Flooding.multicast({ group: "239.1.1.1", interface: "ens1-f0" });
    const files = filesOf({ flooding });
    expect(Object.keys(files)).toEqual(["br-vx10100.netdev", "br-vx10100.network", "vxlan10100.service"]);
    expect(files["vxlan10100.service"]).toContain(
      [
        "Wants=sys-subsystem-net-devices-ens1\\x2df0.device",
        "After=sys-subsystem-net-devices-ens1\\x2df0.device",
        "Wants=sys-subsystem-net-devices-br\\x2dvx10100.device",
        "After=sys-subsystem-net-devices-br\\x2dvx10100.device",
      ].join("\n"),
    );
    expect(files["vxlan10100.service"]).toContain(
      [
        "ExecStartPre=-/usr/sbin/ip link delete vxlan10100",
        "ExecStart=/usr/sbin/ip link add vxlan10100 mtu 1450 type vxlan id 10100 local 10.0.0.1 group 239.1.1.1 dev ens1-f0 dstport 4789 ttl 64 learning df set noudpcsum",
        "ExecStart=/usr/sbin/ip link set vxlan10100 master br-vx10100 addrgenmode none up",
        "ExecStop=-/usr/sbin/ip link delete vxlan10100",
      ].join("\n"),
    );
  });

  test("on IPv6, too", () => {
    const flooding = Flooding.multicast({ group: "ff05::100", interface: "ens1f0" });
    const service = filesOf({ flooding, vteps: Vteps.of(IPV6) })["vxlan10100.service"];
    expect(service).toContain("local 2001:db8::1 group ff05::100 dev ens1f0 dstport 4789 ttl 64 learning\n");
  });
});

describe("on a fabric", () => {
  function onFabric(routed: boolean) {
    const program = new LibvirtProgram();
    const { stack, platform, hosts } = program;
    const underlay = Underlay.unnumbered({ loopbacks: "10.0.0.0/16" });
    const fabric = new SpineLeafFabric(stack, "fabric", { underlay });
    fabric.addSpine("spine1");
    fabric.addSpine("spine2");
    const leaf = fabric.addLeaf("leaf1", { uplinkSpeed: DataRate.gbps(100) });
    fabric.addHost(hosts[0]!, { links: [{ leaf, nic: "ens1f0" }], speed: DataRate.gbps(25), routed });
    return { program, stack, platform, fabric, leaf };
  }

  test("a host that routes is a VTEP, and has the fabric's files", () => {
    const { program, stack, platform, fabric } = onFabric(true);
    const segments = [1, 2].map((vni) => new VxlanSegment(stack, `tenant-${vni}`, { platform, vni, vteps: fabric }));
    expect(segments.map(({ mtu }) => mtu)).toEqual([8950, 8950]);
    const files = program.platform.hostFiles().files;
    const [frr] = files.filter(({ path }) => path === "/etc/frr/frr.conf");
    expect(frr!.content).toMatch(/advertise-all-vni/);
    const device = files.find(({ path }) => path.endsWith("vxlan2.netdev"))!;
    expect(device.content).toContain(`Local=${fabric.vtepOf(program.hosts[0]!)!.address}\n`);
    expect(device.content).toContain("MacLearning=no\n");
  });

  test("a host that does not route sends a VLAN, which its leaf has in the segment", () => {
    const { program, stack, platform, fabric, leaf } = onFabric(false);
    expect(() => new VxlanSegment(stack, "a", { platform, vni: 1, vteps: fabric })).toThrow(
      'the VTEP of host kvm1 is its leaf (given "leaf1")',
    );
    const onSwitch = program.switch("bridge", { backing: SwitchBacking.openVSwitch("ovs0"), mtu: 9000 });
    const transport = VxlanTransport.vlan({ switch: onSwitch, vlan: 2100 });
    const segment = new VxlanSegment(stack, "tenant-a", { platform, vni: 10100, vteps: fabric, transport });
    expect(segment.mtu).toBe(8950);
    expect(
      fabric
        .filesOf(leaf)
        .map(({ content }) => content)
        .join(),
    ).toContain("VNI=10100\n");
    expect(program.synthesise().one("libvirt_network").port_groups).toEqual([
      { name: "tenant-a", vlan: { tags: [{ id: 2100 }] } },
    ]);
  });
});

testWithNetworkd.each<[string, Partial<VxlanSegmentProps>]>([
  ["IPv4", {}],
  ["IPv6", { vteps: Vteps.of(IPV6) }],
  ["EVPN", { vteps: Vteps.evpn(IPV4, { asn: 64_512 }) }],
  ["multicast", { flooding: Flooding.multicast({ group: "239.1.1.1", interface: "ens1-f0" }) }],
])("systemd understands all files: %s", async (_, props) => {
  const { program } = programWith({ vni: 16_777_215, ...props });
  expect(await complaintsOfSystemd(program.platform.hostFiles(program.hosts[0]).files)).toEqual([]);
});

test("each host has a network of the segment's name on the segment's bridge", () => {
  const { program } = programWith();
  const networks = Object.values(program.synthesise().all("libvirt_network"));
  expect(networks.map(({ provider }) => provider)).toEqual(
    ["kvm1", "kvm2", "kvm3"].map((name) => `libvirt.kvm-${name}`),
  );
  for (const { name, autostart, forward, bridge, lifecycle, mtu } of networks) {
    expect({ name, autostart, forward, bridge }).toEqual({
      name: "tenant-a",
      autostart: true,
      forward: { mode: "bridge" },
      bridge: { name: "br-vx10100" },
    });
    expect(lifecycle.replace_triggered_by).toHaveLength(1);
    // libvirt refuses it on a bridge that is not its own.
    expect(mtu).toBeUndefined();
  }
});

describe("a NIC on it", () => {
  const interfaceOf = (props: Partial<VxlanSegmentProps> = {}) => {
    const { program, segment, vm } = programWith(props);
    vm.addNic("a", { segment });
    return program.synthesise().one("libvirt_domain").devices.interfaces[0];
  };

  test("has its MTU, and the filter against forged addresses", () => {
    expect(interfaceOf()).toMatchObject({
      source: { network: { network: "tenant-a" } },
      mtu: { size: 1450 },
      filter_ref: { filter: "no-mac-spoofing" },
    });
    expect(interfaceOf({ security: { allowForgedTransmits: true } }).filter_ref).toBeUndefined();
  });

  test("has the segment's limit", () => {
    const traffic = TrafficProfile.leakyBucket({ rate: DataRate.mbps(800) });
    expect(interfaceOf({ traffic }).bandwidth.inbound.average).toBe(100_000);
  });

  test("is of a machine on a host of the segment", () => {
    const program = new LibvirtProgram({}, ["kvm1", "kvm2"]);
    const { stack, platform, hosts } = program;
    const vteps = Vteps.of({ kvm1: "10.0.0.1" });
    const segment = new VxlanSegment(stack, "a", { platform, vni: 1, vteps, hosts: [hosts[0]!] });
    expect(() => program.vm("web", { host: hosts[1] }).addNic("a", { segment })).toThrow(
      'prod/web/a: segment a is not on the machine\'s host (given "kvm2"; allowed: kvm1)',
    );
  });

  test("can be in a micro segment, unless forged transmits are allowed", () => {
    const join = (props: Partial<VxlanSegmentProps>) => {
      const { program, segment, vm } = programWith(props);
      const microSegment = new MicroSegment(program.stack, "db", { platform: program.platform });
      return vm.addNic("a", { segment, microSegment, addresses: ["192.168.7.1"] });
    };
    expect(() => join({})).not.toThrow();
    expect(() => join({ security: { allowForgedTransmits: true } })).toThrow("its segment allows forged transmits");
  });
});

test.each([
  TrafficProfile.guarantee({ reservation: DataRate.mbps(8) }),
  TrafficProfile.leakyBucket({ rate: DataRate.mbps(8), shares: 50 }),
  TrafficProfile.leakyBucket({ rate: DataRate.mbps(8), priority: TrafficPriority.HIGH }),
])("the segment as a whole is not shaped: %s", (traffic) => {
  expect(() => programWith({ traffic })).toThrow(
    "a segment in tunnels has no guarantee, shares or priority of its own",
  );
});

test("a network of its name is there once on a host", () => {
  const { make } = programWith();
  expect(() => make("b", { vni: 2, name: "tenant-a" })).toThrow("host kvm1 has a network of this name already");
});

test("what was decided is explained", () => {
  const decided = ({ segment }: ReturnType<typeof programWith>) =>
    segment.explain().settings.map(({ setting, value, decision, practice }) => [setting, value, decision, practice]);
  expect(decided(programWith())).toEqual([
    ["vni", "10100", "given", "vxlan-vni"],
    ["mtu", "1450", "tuned", "vxlan-mtu"],
    ["flooding", "head-end replication", "tuned", "vxlan-head-end-replication"],
    ["neighbourSuppression", "false", "tuned", "vxlan-no-arp-proxy"],
    ["DestinationPort", "4789", "tuned", "vxlan-port"],
    ["MacLearning", "true", "tuned", "vxlan-learning"],
    ["bridge", "br-vx10100", "tuned", "vxlan-bridge"],
    ["IPDoNotFragment", "true", "tuned", "vxlan-do-not-fragment"],
    ["UDPChecksum", "left alone", "tuned", "vxlan-checksum"],
  ]);
  const evpn = programWith({ vteps: Vteps.evpn(IPV4, { asn: 64_512 }), mtu: 1400 });
  expect(decided(evpn)).toEqual(
    expect.arrayContaining([
      ["mtu", "1400", "given", "vxlan-mtu"],
      ["flooding", "EVPN", "tuned", "vxlan-evpn"],
      ["MacLearning", "false", "tuned", "vxlan-learning"],
      ["neighbourSuppression", "true", "tuned", "vxlan-neighbour-suppression"],
    ]),
  );
});
