import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { App } from "cdktf";
import { DataRate, SpineLeafFabric, TunedStack, Underlay } from "virtuned";
import { FrrConfig, type HostFile } from "../../src/linux";
import { eventually, FabricMachine, hasVlanDevices, whyNoFabric } from "./fabric-machine";

const reason = whyNoFabric();
if (reason !== undefined) {
  process.stderr.write(`Fabrics are not tried with FRR: ${reason}\n`);
}

const tagged = reason === undefined && hasVlanDevices();

/** What is written for a machine: a picture of its root folder. */
function readFolder(folder: string): readonly HostFile[] {
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((path) => statSync(join(folder, path)).isFile())
    .map((path) => ({ path: `/${path}`, content: readFileSync(join(folder, path), "utf8") }));
}

/** Two spines, two leaves, a host that routes, and two that do not, which have a VLAN in common. */
function synthesise(underlay: Underlay) {
  const outdir = mkdtempSync(join(tmpdir(), "virtuned-fabric-"));
  const app = new App({ outdir, stackTraces: false });
  const fabric = new SpineLeafFabric(new TunedStack(app, "lab"), "dc1", { underlay, guestMtu: 8930 });
  fabric.addSpine("spine1");
  fabric.addSpine("spine2");
  const [leaf1, leaf2] = ["leaf1", "leaf2"].map((name) => fabric.addLeaf(name, { uplinkSpeed: DataRate.gbps(100) }));
  const speed = DataRate.gbps(25);
  const routed = { name: "kvm1" };
  fabric.addHost(routed, {
    routed: true,
    speed,
    links: [
      { leaf: leaf1!, nic: "ens1f0" },
      { leaf: leaf2!, nic: "ens1f1" },
    ],
  });
  for (const [i, leaf] of [leaf1!, leaf2!].entries()) {
    const host = { name: `esx${i + 1}` };
    fabric.addHost(host, { speed, links: [{ leaf, nic: "vmnic0" }] });
    if (fabric.evpn) {
      fabric.mapVlan("segment", host, 120, 10120);
    }
  }
  app.synth();
  return { fabric, outdir, folder: join(outdir, "stacks", "lab", "fabric", "dc1") };
}

const describeWithFrr = reason === undefined ? describe : describe.skip;

describeWithFrr.each([
  ["numbered with IPv4", () => Underlay.numbered({ loopbacks: "10.255.0.0/22", links: "10.254.0.0/16" }), true],
  ["unnumbered with loopbacks of IPv4", () => Underlay.unnumbered({ loopbacks: "10.255.0.0/22" }), true],
  ["numbered with IPv6", () => Underlay.numbered({ loopbacks: "fd00:1::/64", links: "fd00:2::/64" }), false],
] as const)("a fabric %s", (_, underlay, evpn) => {
  const machines = new Map<string, FabricMachine>();
  let made: ReturnType<typeof synthesise>;
  const machine = (name: string) => machines.get(name)!;
  const loopback = (name: string) => made.fabric.nodes.find((node) => node.name === name)!.loopback;

  beforeAll(async () => {
    made = synthesise(underlay());
    const names = [...made.fabric.nodes.map(({ name }) => name), "esx1", "esx2"];
    await Promise.all(names.map(async (name) => machines.set(name, await FabricMachine.start(name))));
    for (const { upper, lower } of made.fabric.links) {
      await machine(lower.name).cable(lower.interface, machine(upper.name), upper.interface);
    }
    await Promise.all(made.fabric.nodes.map(({ name }) => machine(name).boot(readFolder(join(made.folder, name)))));
  }, 60_000);

  afterAll(async () => {
    await Promise.all([...machines.values()].map((each) => each.stop()));
    rmSync(made.outdir, { recursive: true, force: true });
  });

  test("FRR takes each line of its configuration", async () => {
    for (const { name } of made.fabric.nodes) {
      expect(await machine(name).run("cat", "/run/vtysh.log")).toBe("");
    }
  });

  test("sessions of both address families are established", async () => {
    for (const { name } of made.fabric.nodes) {
      await eventually(async () => {
        const summary = await machine(name).show("bgp summary");
        const family = made.fabric.underlay.family === 4 ? "ipv4Unicast" : "ipv6Unicast";
        const families = made.fabric.evpn ? [family, "l2VpnEvpn"] : [family];
        const links = made.fabric.links
          .filter((link) => [link.upper.node, link.lower.node].every((n) => n))
          .filter((link) => link.upper.name === name || link.lower.name === name);
        for (const each of families) {
          const peers = Object.values(summary[each].peers) as { state: string; pfxRcd: number }[];
          expect(peers.map(({ state }) => state)).toEqual(links.map(() => "Established"));
        }
      });
    }
  }, 40_000);

  test("leaves reach each other over both spines, at the whole MTU", async () => {
    await eventually(() => machine("leaf1").ping(loopback("leaf2"), { from: loopback("leaf1"), bytes: 9000 }));
    await expect(machine("leaf1").ping(loopback("leaf2"), { from: loopback("leaf1"), bytes: 9001 })).rejects.toThrow();
    const length = made.fabric.underlay.family === 4 ? 32 : 128;
    await eventually(async () => {
      const route = await machine("leaf1").run(
        "ip",
        made.fabric.underlay.family === 4 ? "-4" : "-6",
        "route",
        "show",
        `${loopback("leaf2")}/${length}`,
      );
      expect(route.match(/dev swp(49|50)\b/g)?.sort()).toEqual(["dev swp49", "dev swp50"]);
    });
  }, 40_000);

  test("a host that routes is reached over both of its leaves, and is no way between them", async () => {
    await eventually(() => machine("spine1").ping(loopback("kvm1"), { from: loopback("spine1") }));
    const family = made.fabric.underlay.family === 4 ? "ipv4" : "ipv6";
    const neighbours = await machine("leaf1").show(`bgp ${family} unicast summary`);
    const fromHost = Object.values(neighbours.peers).filter((peer) => (peer as { pfxRcd: number }).pfxRcd === 1);
    expect(fromHost).toHaveLength(1);
  });

  test("traffic goes on without a spine", async () => {
    await machine("spine2").sh("for port in swp1 swp2; do ip link set $port down; done");
    await eventually(() => machine("leaf1").ping(loopback("leaf2"), { from: loopback("leaf1"), bytes: 9000 }));
    await machine("spine2").sh("for port in swp1 swp2; do ip link set $port up; done");
  }, 30_000);

  if (!evpn) {
    test("no EVPN is configured", async () => {
      expect(await machine("leaf1").run("vtysh", "-c", "show running-config")).not.toContain("l2vpn evpn");
    });
    return;
  }

  const how = tagged ? "" : ", untagged: the kernel has no VLAN devices";
  test(`frames of hosts that do not route pass between leaves${how}`, async () => {
    for (const i of [1, 2]) {
      const device = tagged ? "guest" : "vmnic0";
      await machine(`esx${i}`).sh(`
        ip link set vmnic0 mtu 8950
        ${tagged ? "ip link add link vmnic0 name guest type vlan id 120" : ""}
        ip address add 192.0.2.${i}/24 dev ${device}
        ip link set ${device} up`);
      if (!tagged) {
        await machine(`leaf${i}`).run("ip", "link", "set", "swp2", "master", "br-vx10120");
      }
    }
    const routes = async (type: string) =>
      JSON.stringify(await machine("leaf2").show(`bgp l2vpn evpn route type ${type}`));
    await eventually(async () => expect(await routes("multicast")).toContain(loopback("leaf1")));
    await eventually(() => machine("esx1").ping("192.0.2.2", { bytes: 8950 }));
    const mac = (await machine("esx1").run("cat", "/sys/class/net/vmnic0/address")).trim();
    await eventually(async () => expect(await routes("macip")).toContain(mac));
    expect(await machine("leaf2").run("bridge", "fdb", "show", "dev", "vxlan10120")).toContain(
      `${mac} dst ${loopback("leaf1")}`,
    );
  }, 40_000);
});

describeWithFrr("the edge and the core", () => {
  const machines = new Map<string, FabricMachine>();
  const machine = (name: string) => machines.get(name)!;
  const fabric = new SpineLeafFabric(new TunedStack(new App({ stackTraces: false }), "lab"), "dc1", {
    underlay: Underlay.unnumbered({ loopbacks: "10.255.0.0/22" }),
  });
  fabric.addSpine("spine1", { corePorts: 1, uplinkSpeed: DataRate.gbps(400) });
  fabric.addLeaf("leaf1", { uplinkSpeed: DataRate.gbps(100) });
  const routers = [
    {
      name: "wan",
      node: fabric.addBorderLeaf("edge1", { uplinkSpeed: DataRate.gbps(100) }),
      port: "swp1",
      asn: 64_998,
    },
    { name: "site2", node: fabric.addCore("core1"), port: "swp32", asn: 64_999 },
  ].map((router, i) => ({
    ...router,
    own: `198.51.100.${i + 1}`,
    stray: `203.0.113.${i + 1}`,
    link: `192.0.2.${2 * i}`,
  }));
  for (const { name, node, port, asn, link } of routers) {
    fabric.addExternalPeer(name, node, {
      interface: port,
      address: `${link.replace(/\d+$/, (last) => String(Number(last) + 1))}/31`,
      peer: link,
      asn,
      accept: [{ network: "198.51.100.0/24", longest: 32 }],
      announce: [{ network: "10.255.0.0/22", longest: 32 }],
    });
  }

  /** A router that tells of two networks, of which one is accepted. */
  function filesOf({ name, asn, own, stray, link }: (typeof routers)[number]): readonly HostFile[] {
    const all = { name: "all", networks: [{ network: "0.0.0.0/0", longest: 32 }] };
    return new FrrConfig(name, { hostname: name, asn, routerId: own })
      .addInterface("lo", { addresses: [`${own}/32`, `${stray}/32`] })
      .addInterface("eth0", { addresses: [`${link}/31`] })
      .announce(`${own}/32`)
      .announce(`${stray}/32`)
      .addNeighbour(
        link.replace(/\d+$/, (last) => String(Number(last) + 1)),
        {
          asn: routers.find((router) => router.name === name)!.node.asn,
          unicast: { accept: all, announce: all },
        },
      )
      .files();
  }

  beforeAll(async () => {
    const files = new Map([
      ...fabric.nodes.map((node) => [node.name, fabric.filesOf(node)] as const),
      ...routers.map((router) => [router.name, filesOf(router)] as const),
    ]);
    await Promise.all([...files.keys()].map(async (name) => machines.set(name, await FabricMachine.start(name))));
    for (const { upper, lower } of fabric.links) {
      await machine(lower.name).cable(lower.interface, machine(upper.name), upper.interface);
    }
    for (const { name, node, port } of routers) {
      await machine(node.name).cable(port, machine(name), "eth0");
    }
    await Promise.all([...files].map(([name, all]) => machine(name).boot(all)));
  }, 60_000);

  afterAll(() => Promise.all([...machines.values()].map((each) => each.stop())));

  test.each(routers)(
    "of $name the fabric knows what is accepted, and nothing else",
    async ({ own, stray }) => {
      const leaf = fabric.nodes.find(({ name }) => name === "leaf1")!;
      await eventually(() => machine("leaf1").ping(own, { from: leaf.loopback }));
      expect(await machine("leaf1").run("ip", "route", "show", `${stray}/32`)).toBe("");
      expect(await machine("leaf1").run("ip", "route", "show", `${own}/32`)).toContain("proto bgp");
    },
    40_000,
  );
});
