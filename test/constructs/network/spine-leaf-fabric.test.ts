import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { App } from "cdktf";
import {
  DataRate,
  type FabricHostOptions,
  type FabricSwitch,
  PortNames,
  SpineLeafFabric,
  type SpineLeafFabricProps,
  TunedStack,
  Underlay,
  VxlanSegment,
} from "virtuned";
import { SwitchFiles } from "../../../src/linux";
import { newFolder } from "../../support/folders";
import { LibvirtProgram } from "../../support/libvirt";
import { complaintsOfSystemd, noNetworkd } from "../../support/networkd";
import { warningsOf } from "../../support/synthesis";

const IPV4 = Underlay.numbered({ loopbacks: "10.255.0.0/22", links: "10.254.0.0/16" });
const UNNUMBERED = Underlay.unnumbered({ loopbacks: "10.255.0.0/22" });
const IPV6 = Underlay.numbered({ loopbacks: "fd00:1::/64", links: "fd00:2::/64" });
const UPLINK = { uplinkSpeed: DataRate.gbps(100) };
const ROUTED = { routed: true, speed: DataRate.gbps(25) };
const BRIDGED = { speed: DataRate.gbps(25) };

function empty(props: Partial<SpineLeafFabricProps> = {}) {
  const app = new App({ outdir: newFolder(), stackTraces: false });
  const stack = new TunedStack(app, "prod");
  return { app, stack, fabric: new SpineLeafFabric(stack, "dc1", { underlay: IPV4, ...props }) };
}

/** Two spines, two leaves, a host that routes and one that does not. */
function small(props: Partial<SpineLeafFabricProps> = {}) {
  const { fabric, ...rest } = empty(props);
  const [spine1, spine2] = ["spine1", "spine2"].map((name) => fabric.addSpine(name)) as [FabricSwitch, FabricSwitch];
  const [leaf1, leaf2] = ["leaf1", "leaf2"].map((name) => fabric.addLeaf(name, UPLINK)) as [FabricSwitch, FabricSwitch];
  const [kvm1, esx1] = [{ name: "kvm1" }, { name: "esx1" }];
  const links = (nic: string) => [leaf1, leaf2].map((leaf, i) => ({ leaf, nic: `${nic}${i}` }));
  fabric.addHost(kvm1, { ...ROUTED, links: links("ens1f") });
  fabric.addHost(esx1, { ...BRIDGED, links: links("vmnic") });
  return { ...rest, fabric, spine1, spine2, leaf1, leaf2, kvm1, esx1 };
}

const conf = (fabric: SpineLeafFabric, name: string, path = "/etc/frr/frr.conf") =>
  fabric.filesOf(fabric.nodes.find((node) => node.name === name)!).find((file) => file.path === path)?.content;
const plan = (fabric: SpineLeafFabric) => [
  ...fabric.nodes.map(({ name, asn, loopback, routerId }) => `${name} ${asn} ${loopback} ${routerId}`),
  ...fabric.links.map(
    ({ upper, lower }) =>
      `${lower.name} ${lower.interface} ${lower.address ?? "-"} ${upper.name} ${upper.interface} ${upper.address ?? "-"}`,
  ),
];
const refused = (message: string) =>
  expect.objectContaining({ name: "ConfigurationError", message: expect.stringContaining(message) });

describe("the plan", () => {
  test("of a fabric numbered with IPv4", () => {
    expect(plan(small().fabric)).toEqual([
      "spine1 4200000000 10.255.0.129 10.255.0.129",
      "spine2 4200000000 10.255.0.130 10.255.0.130",
      "leaf1 4200001001 10.255.0.1 10.255.0.1",
      "leaf2 4200001002 10.255.0.2 10.255.0.2",
      "kvm1 4200100001 10.255.1.1 10.255.1.1",
      "leaf1 swp49 10.254.0.1/31 spine1 swp1 10.254.0.0/31",
      "leaf1 swp50 10.254.0.3/31 spine2 swp1 10.254.0.2/31",
      "leaf2 swp49 10.254.1.1/31 spine1 swp2 10.254.1.0/31",
      "leaf2 swp50 10.254.1.3/31 spine2 swp2 10.254.1.2/31",
      "kvm1 ens1f0 10.254.0.65/31 leaf1 swp1 10.254.0.64/31",
      "kvm1 ens1f1 10.254.1.65/31 leaf2 swp1 10.254.1.64/31",
      "esx1 vmnic0 - leaf1 swp2 -",
      "esx1 vmnic1 - leaf2 swp2 -",
    ]);
  });

  test("of one numbered with IPv6 has router ids all the same", () => {
    expect(plan(small({ underlay: IPV6 }).fabric)).toEqual(
      expect.arrayContaining([
        "spine1 4200000000 fd00:1::2001 198.18.32.1",
        "leaf1 4200001001 fd00:1::1 198.18.0.1",
        "kvm1 4200100001 fd00:1::4001 198.18.64.1",
        "leaf2 swp50 fd00:2::103/127 spine2 swp2 fd00:2::102/127",
      ]),
    );
  });

  test("of an unnumbered one has no addresses of links", () => {
    const { fabric } = small({ underlay: UNNUMBERED });
    expect(fabric.links.flatMap(({ upper, lower }) => [upper.address, lower.address]).filter(Boolean)).toEqual([]);
    expect(conf(fabric, "leaf1")).toContain(" neighbor swp49 interface remote-as external\n");
  });

  test.each([
    ["IPv4", IPV4],
    ["IPv6", IPV6],
    ["unnumbered", UNNUMBERED],
  ])("keeps what is there when machines are added, on %s", (_, underlay) => {
    const { fabric, leaf1 } = small({ underlay });
    const before = plan(fabric);
    fabric.addSpine("spine3");
    const leaf3 = fabric.addLeaf("leaf3", UPLINK);
    fabric.addHost({ name: "kvm2" }, { ...ROUTED, links: [leaf1, leaf3].map((leaf, i) => ({ leaf, nic: `eth${i}` })) });
    expect(plan(fabric)).toEqual(expect.arrayContaining(before));
    expect(plan(fabric).length).toBeGreaterThan(before.length);
    expect(new Set(plan(fabric).flatMap((line) => line.match(/\S+\/(31|127)/g) ?? [])).size).toBe(
      underlay.isNumbered ? 2 * fabric.links.filter(({ lower }) => lower.node).length : 0,
    );
  });

  test("keeps what is there when one with a number of its own is removed", () => {
    const withLeaves = (...numbers: readonly number[]) => {
      const { fabric } = empty();
      fabric.addSpine("spine1", { number: 2 });
      for (const number of numbers) {
        fabric.addLeaf(`leaf${number}`, { ...UPLINK, number });
      }
      return plan(fabric);
    };
    expect(withLeaves(1, 2, 3)).toEqual(expect.arrayContaining(withLeaves(1, 3)));
    expect(withLeaves(3, 1).sort()).toEqual(withLeaves(1, 3).sort());
  });

  test("has the given autonomous systems", () => {
    const { fabric } = small({ spineAsn: 64_512, firstLeafAsn: 64_601, firstHostAsn: 65_001 });
    expect(fabric.nodes.map(({ asn }) => asn)).toEqual([64_512, 64_512, 64_601, 64_602, 65_001]);
  });

  test("has the names of ports that a switch has", () => {
    const { fabric } = empty();
    const portNames = PortNames.numbered("Ethernet", { first: 0, step: 4 });
    fabric.addSpine("spine1", { portNames });
    fabric.addLeaf("leaf1", { ...UPLINK, portNames, hostPorts: 24 });
    expect(plan(fabric).at(-1)).toBe("leaf1 Ethernet96 10.254.0.1/31 spine1 Ethernet0 10.254.0.0/31");
  });

  test("spines are connected to each switch of the core", () => {
    const { fabric } = empty();
    fabric.addSpine("spine1", { corePorts: 2, uplinkSpeed: DataRate.gbps(400) });
    fabric.addCore("core1");
    fabric.addCore("core2");
    expect(plan(fabric)).toEqual([
      "spine1 4200000000 10.255.0.129 10.255.0.129",
      "core1 4200000001 10.255.0.193 10.255.0.193",
      "core2 4200000001 10.255.0.194 10.255.0.194",
      "spine1 swp33 10.254.255.1/31 core1 swp1 10.254.255.0/31",
      "spine1 swp34 10.254.255.3/31 core2 swp1 10.254.255.2/31",
    ]);
    expect(fabric.links[0]!.speed).toEqual(DataRate.gbps(400));
  });
});

describe("FRR", () => {
  test("of a host tells of itself alone, and its leaves believe nothing else", () => {
    const { fabric } = small();
    const host = conf(fabric, "kvm1")!;
    expect(host).toContain("ip prefix-list host-1 seq 10 permit 10.255.1.1/32\n");
    expect(host).toContain("  neighbor 10.254.0.64 route-map host-1 out\n");
    expect(host).toContain("  neighbor 10.254.0.64 route-map evpn-own out\n");
    expect(conf(fabric, "leaf1")).toContain("  neighbor 10.254.0.65 route-map host-1 in\n");
  });

  test("has all VNIs told by VTEPs, not by spines", () => {
    const { fabric } = small();
    const telling = fabric.nodes.filter(({ name }) => conf(fabric, name)!.includes("advertise-all-vni"));
    expect(telling.map(({ name }) => name)).toEqual(["leaf1", "leaf2", "kvm1"]);
  });

  test("has no EVPN on IPv6, or where it is not wanted", () => {
    for (const props of [{ underlay: IPV6 }, { evpn: false }]) {
      const { fabric } = small(props);
      expect(fabric.evpn).toBe(false);
      expect(conf(fabric, "leaf1")).not.toContain("evpn");
    }
  });

  test("exchanges with routers of others what is said, and nothing else", () => {
    const { fabric } = small();
    const edge = fabric.addBorderLeaf("edge1", UPLINK);
    fabric.addExternalPeer("wan", edge, {
      interface: "swp1",
      address: "192.0.2.1/31",
      peer: "192.0.2.0",
      asn: 64_999,
      accept: [{ network: "0.0.0.0/0" }],
      announce: [{ network: "10.255.0.0/22", longest: 32 }],
    });
    const text = conf(fabric, "edge1")!;
    expect(text).toContain("ip prefix-list from-wan seq 10 permit 0.0.0.0/0\n");
    expect(text).toContain("ip prefix-list to-wan seq 10 permit 10.255.0.0/22 le 32\n");
    expect(text).toContain(" neighbor 192.0.2.0 remote-as 64999\n");
    expect(text).not.toContain("neighbor 192.0.2.0 route-map evpn");
    expect(conf(fabric, "leaf1")).toContain("ip prefix-list fabric seq 20 permit 0.0.0.0/0\n");
    expect(conf(fabric, "edge1", "/etc/systemd/network/05-virtuned-swp1.network")).toContain("MTUBytes=9000\n");
  });
});

describe("VTEPs", () => {
  test("of a host that routes are its own, with all that it needs", () => {
    const { fabric, kvm1 } = small();
    const { writeTo, ...vtep } = fabric.vtepOf(kvm1)!;
    expect(vtep).toEqual({ address: "10.255.1.1", node: "kvm1", onHost: true });
    const files = new SwitchFiles();
    writeTo!(files);
    expect(files.files).toEqual(fabric.filesOf(fabric.nodes.find(({ name }) => name === "kvm1")!));
    expect(files.files.map(({ path }) => path)).toEqual([
      "/etc/frr/daemons",
      "/etc/frr/frr.conf",
      "/etc/sysctl.d/90-virtuned.conf",
      "/etc/systemd/network/05-virtuned-ens1f0.network",
      "/etc/systemd/network/05-virtuned-ens1f1.network",
    ]);
  });

  test("stay as they are when the fabric grows", () => {
    const { fabric, kvm1 } = small();
    const files = new SwitchFiles();
    fabric.vtepOf(kvm1)!.writeTo!(files);
    const before = files.files;
    fabric.addSpine("spine3");
    fabric.addExternalPeer("wan", fabric.addBorderLeaf("edge1", UPLINK), {
      interface: "swp1",
      address: "192.0.2.1/31",
      peer: "192.0.2.0",
      asn: 64_999,
      accept: [{ network: "198.51.100.0/24" }],
      announce: [],
    });
    expect(fabric.filesOf(fabric.nodes.find(({ name }) => name === "kvm1")!)).toEqual(before);
  });

  test("go into the files of a libvirt host, however many segments it has", () => {
    const program = new LibvirtProgram({}, ["kvm1", "kvm2"]);
    const { stack, platform, hosts } = program;
    const fabric = new SpineLeafFabric(stack, "dc1", { underlay: IPV4 });
    fabric.addSpine("spine1");
    const leaf = fabric.addLeaf("leaf1", UPLINK);
    for (const host of hosts) {
      fabric.addHost(host, { ...ROUTED, links: [{ leaf, nic: "ens1f0" }] });
    }
    for (const vni of [10_001, 10_002]) {
      new VxlanSegment(stack, `tenant-${vni}`, { platform, vni, vteps: fabric });
      fabric.addSpine(`spine-${vni}`);
    }
    const files = new Map(platform.hostFiles(hosts[0]!).files.map(({ path, content }) => [path, content]));
    expect(files.get("/etc/frr/frr.conf")).toBe(conf(fabric, "kvm1"));
    expect(files.get("/etc/systemd/network/05-virtuned-ens1f0.network")).toContain("MTUBytes=9000\n");
    expect(files.get("/etc/systemd/network/05-virtuned-vxlan10002.netdev")).toContain("Local=10.255.1.1\n");
  });

  test("of other hosts are their leaves'; of strangers there are none", () => {
    const { fabric, esx1 } = small();
    expect(fabric.vtepOf(esx1)).toEqual({ address: "10.255.0.1", node: "leaf1", onHost: false });
    expect(fabric.vtepOf({ name: "esx1" })).toBeUndefined();
  });

  test("hosts of the same name on two platforms have names of their own", () => {
    const { fabric, leaf1 } = small();
    const links = [{ leaf: leaf1, nic: "vmnic9" }];
    expect(() => fabric.addHost({ name: "kvm1" }, { ...BRIDGED, links })).toThrow(refused("of this name already"));
    expect(fabric.addHost({ name: "kvm1" }, { ...BRIDGED, links, name: "esx-kvm1" }).number).toBe(3);
  });
});

describe("VLANs of hosts that do not route", () => {
  const unit = (fabric: SpineLeafFabric, name: string) =>
    conf(fabric, "leaf1", `/etc/systemd/network/05-virtuned-${name}`);

  test("are in a bridge with the segment's VXLAN device, on each of the host's leaves", () => {
    const { fabric, esx1 } = small();
    fabric.mapVlan("prod/db", esx1, 120, 10_120);
    fabric.mapVlan("prod/web", esx1, 121, 10_121);
    fabric.mapVlan("prod/db", esx1, 120, 10_120);
    expect(unit(fabric, "vxlan10120.netdev")).toContain(
      "[NetDev]\nName=vxlan10120\nKind=vxlan\n\n[VXLAN]\nVNI=10120\nLocal=10.255.0.1\nDestinationPort=4789\nMacLearning=no\n",
    );
    expect(unit(fabric, "vxlan10120.network")).toContain("MTUBytes=8950\n");
    expect(unit(fabric, "vxlan10120.network")).toContain("Bridge=br-vx10120\n");
    expect(unit(fabric, "vxlan10120.network")).toContain("[Bridge]\nLearning=no\nNeighborSuppression=yes\n");
    expect(unit(fabric, "vlan120p2.network")).toContain("Bridge=br-vx10120\n");
    expect(unit(fabric, "vlan120p2.netdev")).toContain("[VLAN]\nId=120\n");
    expect(unit(fabric, "swp2.network")).toContain("VLAN=vlan120p2\nVLAN=vlan121p2\n");
    expect(conf(fabric, "leaf2", "/etc/systemd/network/05-virtuned-vxlan10121.netdev")).toContain("Local=10.255.0.2\n");
  });

  (noNetworkd === undefined ? test : test.skip)("are what systemd takes", async () => {
    const { fabric, esx1 } = small();
    fabric.mapVlan("prod/db", esx1, 120, 10_120);
    const files = fabric.nodes.flatMap((node) =>
      fabric
        .filesOf(node)
        .filter(({ path }) => path.includes("/systemd/"))
        .map((file) => ({ ...file, path: file.path.replace("virtuned-", `virtuned-${node.name}-`) })),
    );
    expect(files.length).toBeGreaterThan(20);
    expect(await complaintsOfSystemd(files)).toEqual([]);
  });

  test.each<[string, (made: ReturnType<typeof small>) => void, string]>([
    [
      "another segment",
      ({ fabric, esx1 }) => fabric.mapVlan("prod/web", esx1, 120, 10_121),
      "in segment 10120 already",
    ],
    ["a host that routes", ({ fabric, kvm1 }) => fabric.mapVlan("prod/web", kvm1, 1, 1), "the host routes"],
    ["a stranger", ({ fabric }) => fabric.mapVlan("prod/web", { name: "x" }, 1, 1), "addHost()"],
    ["VLAN 4095", ({ fabric, esx1 }) => fabric.mapVlan("prod/web", esx1, 4095, 1), "[vlan-range]"],
    ["VNI 0", ({ fabric, esx1 }) => fabric.mapVlan("prod/web", esx1, 1, 0), "[vxlan-vni]"],
  ])("are refused for %s", (_, map, message) => {
    const made = small();
    made.fabric.mapVlan("prod/db", made.esx1, 120, 10_120);
    expect(() => map(made)).toThrow(refused(message));
  });

  test("are refused without EVPN", () => {
    const { fabric, esx1 } = small({ underlay: IPV6 });
    expect(() => fabric.mapVlan("prod/db", esx1, 120, 10_120)).toThrow(refused("[fabric-evpn-ipv4]"));
  });
});

describe("bandwidth", () => {
  /** A leaf with a hundred Gbit/s to each of some spines. */
  function loaded(spines: number, hosts: number, props: Partial<SpineLeafFabricProps> = {}) {
    const { fabric, ...rest } = empty(props);
    for (let i = 1; i <= spines; i++) {
      fabric.addSpine(`spine${i}`);
    }
    const leaf = fabric.addLeaf("leaf1", UPLINK);
    for (let i = 1; i <= hosts; i++) {
      fabric.addHost({ name: `kvm${i}` }, { ...ROUTED, links: [{ leaf, nic: "eth0" }] });
    }
    return { ...rest, fabric };
  }

  test("of hosts is set against that of uplinks", () => {
    const { fabric, app } = loaded(2, 24);
    expect(fabric.ecmpPaths).toBe(2);
    expect(fabric.oversubscription).toEqual([
      { leaf: "leaf1", hosts: DataRate.gbps(600), uplinks: DataRate.gbps(200), ratio: 3 },
    ]);
    expect(() => app.synth()).not.toThrow();
  });

  test("over 3:1 is an error that says what would do", () => {
    const { app } = loaded(2, 25);
    expect(() => app.synth()).toThrow(
      /prod\/dc1\/leaf1: hosts have 3.13 times the bandwidth of the leaf's uplinks: 625 Gbit\/s to 200 Gbit\/s \(given "3.13:1"; allowed: 3:1\). To mend: have 3 spines or more in place of 2, .* \[fabric-oversubscription\]/,
    );
  });

  test("over 3:1 can be wanted", () => {
    expect(() => loaded(2, 25, { maxOversubscription: 3.2 }).app.synth()).not.toThrow();
    expect(() => loaded(2, 24, { maxOversubscription: 1 }).app.synth()).toThrow("have 6 spines or more in place of 2");
  });

  test("of a leaf with hosts and no spine is an error", () => {
    expect(() => loaded(0, 1).app.synth()).toThrow("the leaf has hosts and no spine. To mend: add 1 or more");
  });

  test("one spine is warned of, once", () => {
    const { app, stack } = loaded(1, 1);
    app.synth();
    app.synth();
    expect(warningsOf(stack)).toEqual([expect.stringMatching(/^prod\/dc1: one spine: .* \[fabric-two-spines\]$/)]);
    const two = loaded(2, 1);
    two.app.synth();
    expect(warningsOf(two.stack)).toEqual([]);
  });
});

describe("the MTU", () => {
  test.each<[string, Partial<SpineLeafFabricProps>, string | undefined]>([
    ["fits exactly on IPv4", { mtu: 1550 }, undefined],
    ["is a byte too small on IPv4", { mtu: 1549 }, "1550 bytes or more"],
    ["fits exactly on IPv6", { underlay: IPV6, mtu: 1570 }, undefined],
    ["is a byte too small on IPv6", { underlay: IPV6, mtu: 1569 }, "lower `guestMtu` to 1499"],
    ["is too small for large frames of guests", { guestMtu: 9000 }, "[fabric-mtu-chain]"],
  ])("%s", (_, props, message) => {
    if (message === undefined) {
      expect(empty(props).fabric.underlayMtu).toBe(props.mtu);
    } else {
      expect(() => empty(props)).toThrow(refused(message));
    }
  });

  test("is one that each hop has, and the hop that has not is named", () => {
    const { fabric } = empty({ guestMtu: 8000 });
    expect(() => fabric.addSpine("spine1", { maxMtu: 8049 })).toThrow(
      refused("prod/dc1/spine1: spine1 can't carry frames of guests of 8000 bytes"),
    );
    expect(() => fabric.addSpine("spine1", { maxMtu: 8050 })).toThrow(refused("lower `mtu` of the fabric to 8050"));
    const leaf = fabric.addLeaf("leaf1", { ...UPLINK, maxMtu: 9216 });
    const links = [{ leaf, nic: "eth0" }];
    expect(() => fabric.addHost({ name: "kvm1" }, { ...ROUTED, links, maxMtu: 1500 })).toThrow(refused("host kvm1"));
  });
});

describe("what is written", () => {
  test("is a folder for each machine, without those of before", () => {
    const { app, fabric } = small();
    const folder = join(app.outdir, "stacks", "prod", "fabric", "dc1");
    app.synth();
    expect(readdirSync(folder).sort()).toEqual(["kvm1", "leaf1", "leaf2", "spine1", "spine2"]);
    expect(readFileSync(join(folder, "leaf1/etc/frr/frr.conf"), "utf8")).toBe(conf(fabric, "leaf1"));
    const again = new App({ outdir: app.outdir, stackTraces: false });
    const without = new SpineLeafFabric(new TunedStack(again, "prod"), "dc1", { underlay: IPV4 });
    without.addSpine("spine1");
    without.addSpine("spine2");
    again.synth();
    expect(readdirSync(folder).sort()).toEqual(["spine1", "spine2"]);
    expect(existsSync(join(app.outdir, "stacks", "prod", "cdk.tf.json"))).toBe(true);
  });

  test("is the same each time", () => {
    const texts = [small(), small()].map(({ fabric }) => fabric.nodes.map((node) => fabric.filesOf(node)));
    expect(texts[0]).toEqual(texts[1]);
  });

  test("is explained, with the stack", () => {
    const { app, fabric } = small({ mtu: 9000 });
    const explanation = fabric.explain();
    expect(explanation.value("oversubscription", "prod/dc1/leaf1")).toBe("0.25:1");
    expect(explanation.value("bgp.asn", "prod/dc1/kvm1")).toBe("4200100001");
    expect(explanation.value("ecmp.paths")).toBe("2");
    expect(explanation.settings.filter(({ decision }) => decision === "given").map(({ setting }) => setting)).toEqual([
      "mtu",
    ]);
    app.synth();
    const written = readFileSync(join(app.outdir, "stacks", "prod", "explanation.json"), "utf8");
    expect(JSON.parse(written)).toEqual(JSON.parse(JSON.stringify(explanation.settings)));
  });
});

describe("refuses", () => {
  const from = (make: () => unknown, message: string) => expect(make).toThrow(refused(message));

  test.each<[string, Partial<SpineLeafFabricProps> | undefined, string]>([
    ["no props", undefined, "not an object"],
    ["an underlay that is none", { underlay: {} as never }, "Underlay.numbered(), .unnumbered()"],
    ["a name that leads elsewhere", { name: "../x" }, "../"],
    ["EVPN on IPv6", { underlay: IPV6, evpn: true }, "[fabric-evpn-ipv4]"],
    ["EVPN that is text", { evpn: "yes" as never }, "neither true nor false"],
    ["an MTU that is text", { mtu: "9000" as never }, "not a number"],
    ["a ratio under 1", { maxOversubscription: 0.5 }, "1 to 100"],
    ["a ratio that is none", { maxOversubscription: Number.NaN }, "1 to 100"],
    ["a number of the Internet", { spineAsn: 3320 }, "[fabric-asn]"],
    ["a number that is none", { firstLeafAsn: Number.NaN }, "not a whole number"],
  ])("%s", (_, props, message) => {
    from(
      () => (props === undefined ? new SpineLeafFabric(empty().stack, "x", undefined as never) : empty(props)),
      message,
    );
  });

  test.each<[string, () => unknown, string]>([
    [
      "links of another family",
      () => Underlay.numbered({ loopbacks: "10.0.0.0/24", links: "fd00::/64" }),
      "one family",
    ],
    ["links among loopbacks", () => Underlay.numbered({ loopbacks: "10.0.0.0/16", links: "10.0.1.0/24" }), "overlap"],
    ["too few loopbacks", () => Underlay.unnumbered({ loopbacks: "10.0.0.0/27" }), "IPv4 to /26, IPv6 to /122"],
    ["too few links", () => Underlay.numbered({ loopbacks: "10.0.0.0/24", links: "10.1.0.0/25" }), "IPv4 to /24"],
    ["no links", () => Underlay.numbered({ loopbacks: "10.0.0.0/24" } as never), "not a network"],
    ["host bits", () => Underlay.unnumbered({ loopbacks: "10.0.0.1/24" }), 'give "10.0.0.0/24"'],
    ["a prefix of ports that is too long", () => PortNames.numbered("GigabitEthernet"), "too many"],
    ["a step of ports that is none", () => PortNames.numbered("swp", { step: 0 }), "1 to 16"],
  ])("%s", (_, make, message) => from(make, message));

  test("switches that do not fit", () => {
    const { fabric, leaf1 } = small();
    from(() => fabric.addSpine("leaf1"), "of this name already");
    from(() => fabric.addSpine("spine3", { number: 2 }), "the number is taken by spine2");
    from(() => fabric.addSpine("spine3", { number: 0 }), "1 or more");
    from(() => fabric.addSpine("spine9", { number: 9 }), "leaf1 has no port for spine9, which has number 9");
    from(() => fabric.addLeaf("leaf33", { ...UPLINK, number: 33 }), "spine1 has no port for leaf33");
    from(() => fabric.addLeaf("leaf3", {} as never), "uplinkSpeed");
    from(() => fabric.addLeaf("leaf3", { uplinkSpeed: DataRate.gbps(0) }), "nothing");
    from(() => fabric.addLeaf("leaf3", { uplinkSpeed: 100 as never }), "DataRate.mbps(100)");
    from(() => fabric.addLeaf("leaf3", undefined as never), "not an object");
    from(() => fabric.addLeaf("leaf3", { ...UPLINK, hostPorts: 97 }), "1 to 96");
    from(() => fabric.addLeaf("leaf3", { ...UPLINK, portNames: "swp" as never }), "PortNames.numbered()");
    from(() => fabric.addCore("core1"), "spine1 has no port for core1");
    from(() => fabric.addSpine("spine3", { corePorts: 1 }), "uplinkSpeed");
    expect(fabric.nodes).toHaveLength(5);
    expect(leaf1.number).toBe(1);
  });

  test("more machines than the networks have room for", () => {
    const tiny = () =>
      empty({ underlay: Underlay.numbered({ loopbacks: "10.0.0.0/26", links: "10.1.0.0/23" }) }).fabric;
    const leaves = tiny();
    leaves.addLeaf("leaf2", { ...UPLINK, number: 2 });
    from(() => leaves.addLeaf("leaf3", UPLINK), "10.1.0.0/23 has no room for the links of leaf number 3");
    from(
      () => leaves.addLeaf("leaf8", { ...UPLINK, number: 8 }),
      "10.0.0.0/26 has no room for a loopback of access number 8",
    );
    const cores = tiny();
    cores.addLeaf("leaf2", { ...UPLINK, number: 2 });
    cores.addSpine("spine1", { corePorts: 1, uplinkSpeed: DataRate.gbps(100) });
    from(() => cores.addCore("core1"), "no room for the links of spine number 1");
  });

  test("autonomous systems that meet", () => {
    const { fabric } = empty({ firstLeafAsn: 65_000, firstHostAsn: 65_001, spineAsn: 65_002 });
    fabric.addLeaf("leaf1", UPLINK);
    const leaf = fabric.addLeaf("leaf2", UPLINK);
    from(
      () => fabric.addHost({ name: "kvm1" }, { ...ROUTED, links: [{ leaf, nic: "eth0" }] }),
      "leaf2 has this autonomous system",
    );
    const last = empty({ firstLeafAsn: 65_534 }).fabric;
    last.addLeaf("leaf1", UPLINK);
    from(() => last.addLeaf("leaf2", UPLINK), "[fabric-asn]");
  });

  test("hosts that do not fit", () => {
    const { fabric, leaf1, spine1, kvm1 } = small();
    const other = small().leaf1;
    const add = (options: Partial<FabricHostOptions>) =>
      fabric.addHost({ name: "kvm9" }, { ...ROUTED, links: [{ leaf: leaf1, nic: "eth0" }], ...options });
    from(() => fabric.addHost(kvm1, { ...ROUTED, name: "again", links: [] }), "on the fabric already");
    from(() => fabric.addHost(undefined as never, undefined as never), "not an object");
    from(() => add({ links: [] }), "no links");
    from(() => add({ links: undefined as never }), "not a list");
    from(() => add({ links: [{ leaf: spine1, nic: "eth0" }] }), "hosts are connected to leaves");
    from(() => add({ links: [{ leaf: other, nic: "eth0" }] }), "not one of this fabric's");
    from(() => add({ links: [{ leaf: {} as never, nic: "eth0" }] }), "not a switch of a fabric");
    from(() => add({ links: [{ leaf: leaf1, nic: "eth 0" }] }), "a space");
    from(() => add({ links: [leaf1, leaf1].map((leaf) => ({ leaf, nic: "eth0" })) }), "the NICs of the links");
    from(() => add({ links: [{ leaf: leaf1, nic: "eth0", port: 1 }] }), "to this port of leaf1 already");
    from(() => add({ links: [{ leaf: leaf1, nic: "eth0", port: 49 }] }), "1 to 48");
    from(() => add({ speed: 25 as never }), "speed is not a DataRate");
    from(() => add({ number: 1 }), "the number is taken by kvm1");
    from(() => add({ routed: "no" as never }), "neither true nor false");
    expect(fabric.hosts).toHaveLength(2);
  });

  test("routers of others that do not fit", () => {
    const { fabric, leaf1 } = small();
    const edge = fabric.addBorderLeaf("edge1", UPLINK);
    const peer = {
      interface: "swp1",
      address: "192.0.2.1/31",
      peer: "192.0.2.0",
      asn: 64_999,
      accept: [],
      announce: [],
    };
    from(() => fabric.addExternalPeer("wan", leaf1, peer), "the edge or the core");
    from(() => fabric.addExternalPeer("wan", edge, { ...peer, asn: 4_200_000_000 }), "of the fabric");
    from(() => fabric.addExternalPeer("wan", edge, { ...peer, asn: 65_535 }), "reserved");
    from(() => fabric.addExternalPeer("wan", edge, { ...peer, peer: "router" }), "not an IP address");
    from(() => fabric.addExternalPeer("wan", edge, { ...peer, interface: "swp49" }), "there already");
    from(() => fabric.addExternalPeer("wan", edge, { ...peer, accept: null as never }), "not a list");
    from(() => fabric.addExternalPeer("w n", edge, peer), "a space");
    fabric.addExternalPeer("wan", edge, peer);
    from(() => fabric.addExternalPeer("wan", edge, { ...peer, interface: "swp2" }), "more than once");
  });
});
