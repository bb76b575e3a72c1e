import { execFile, execFileSync } from "node:child_process";
import { promisify } from "node:util";
import {
  DiscoveryProtocol,
  type DistributedVSwitchProps,
  Duration,
  FlowExport,
  SwitchBacking,
  Teaming,
  type VlanSegmentOptions,
} from "virtuned";
import type { HostFile } from "../../src/linux";
import { LibvirtProgram } from "../support/libvirt";
import { canBootHosts, LabHost } from "./lab-host";
import { hasOpenVSwitch, LabOpenVSwitch } from "./open-vswitch";
import { steps } from "./steps";

const execute = promisify(execFile);

interface PortGroup {
  readonly name: string;
  readonly vlan?: {
    readonly trunk?: "yes";
    readonly tags: readonly { readonly id: number; readonly native_mode?: string }[];
  };
}

/** What a switch with its segments gives: the files of its host, and port groups. */
function synthesised(
  props: Partial<DistributedVSwitchProps>,
  segments: Record<string, VlanSegmentOptions> = {},
): { readonly files: readonly HostFile[]; readonly portGroups: readonly PortGroup[] } {
  const program = new LibvirtProgram();
  const fabric = program.switch("fabric", props);
  for (const [id, options] of Object.entries(segments)) {
    fabric.addVlanSegment(id, options);
  }
  const [network] = Object.values(program.synthesise().all("libvirt_network"));
  return { files: program.platform.hostFiles().files, portGroups: network!.port_groups };
}

/** Two hosts that are joined by cables, with guests that are no more than network namespaces. */
class Site {
  public hosts: readonly LabHost[] = [];
  readonly #name = `s-${process.pid}`;
  readonly #guests: string[] = [];

  public async start(...cables: readonly string[]): Promise<void> {
    this.hosts = [await LabHost.alone(`${this.#name}-0`), await LabHost.alone(`${this.#name}-1`)];
    for (const cable of cables) {
      await LabHost.connect(this.hosts[0]!, cable, this.hosts[1]!, cable);
    }
  }

  public async apply(files: readonly HostFile[]): Promise<void> {
    await Promise.all(this.hosts.map((host) => host.apply(files)));
  }

  /** Adds a guest; the other end of its NIC is an interface of the host that is called as the guest. */
  public async addGuest(host: number, guest: string, address: string): Promise<void> {
    const namespace = this.#full(guest);
    await execute("ip", ["netns", "add", namespace]);
    this.#guests.push(namespace);
    const end = (name: string, where: string) => ["name", name, "mtu", "9100", "netns", where];
    const { netns } = this.hosts[host]!.lab;
    await execute("ip", ["link", "add", ...end(guest, netns), "type", "veth", "peer", ...end("eth0", namespace)]);
    await execute("ip", ["-n", netns, "link", "set", guest, "up"]);
    await execute("ip", ["-n", namespace, "address", "add", `${address}/24`, "dev", "eth0"]);
    await execute("ip", ["-n", namespace, "link", "set", "eth0", "up"]);
  }

  /** Whether a guest reaches an address by packets of so many bytes. */
  public async reaches(guest: string, address: string, bytes = 100): Promise<boolean> {
    const ping = ["ping", "-c", "2", "-i", "0.2", "-W", "1", "-M", "do", "-s", String(bytes - 28), address];
    return execute("ip", ["netns", "exec", this.#full(guest), ...ping]).then(
      () => true,
      () => false,
    );
  }

  /** How much of what a guest sends within two seconds is not answered, as `ping` says it. */
  public async lossOf(guest: string, address: string): Promise<string> {
    const ping = ["ping", "-q", "-c", "200", "-i", "0.01", "-W", "1", address];
    const { stdout } = await execute("ip", ["netns", "exec", this.#full(guest), ...ping]);
    return /[\d.]+% packet loss/.exec(stdout)![0];
  }

  public async stop(): Promise<void> {
    for (const host of this.hosts) {
      await host.stop();
    }
    for (const guest of this.#guests) {
      await execute("ip", ["netns", "delete", guest]);
    }
  }

  #full(guest: string): string {
    return `virtuned-${this.#name}-${guest}`;
  }
}

/** @throws Error where it does not happen in time */
async function until(happens: () => Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 60_000;
  while (!(await happens())) {
    if (Date.now() > deadline) {
      throw new Error("it did not happen in time");
    }
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}

/** Whether the kernel has a kind of device. */
function hasDevices(...kind: readonly string[]): boolean {
  try {
    execFileSync("unshare", ["--net", "ip", "link", "add", "try0", ...kind], { stdio: "ignore" });
    return true;
  } catch {
    process.stderr.write(`This kernel has no devices of type ${kind.join(" ")}: what needs them is not tried\n`);
    return false;
  }
}

const run = canBootHosts() ? describe : describe.skip;
const BRIDGE = SwitchBacking.linuxBridge("br0", { managed: true });

run("hosts with a Linux bridge that the kit makes", () => {
  const site = new Site();
  const step = steps();

  beforeAll(async () => site.start("up0"), 120_000);
  afterAll(async () => site.stop(), 60_000);

  step("guests of two hosts reach each other by frames of its MTU, and by no larger ones", async () => {
    await site.apply(
      synthesised({ backing: BRIDGE, uplinks: ["up0"], mtu: 9000, discovery: DiscoveryProtocol.lldp() }).files,
    );
    for (const [i, host] of site.hosts.entries()) {
      await site.addGuest(i, `g${i}`, `192.168.5.${i + 1}`);
      await host.run("ip", "link", "set", `g${i}`, "master", "br0");
    }
    await until(() => site.reaches("g0", "192.168.5.2", 9000));
    expect(await site.reaches("g0", "192.168.5.2", 9001)).toBe(false);
  });

  step("systemd-networkd and the kernel take all that the files say", async () => {
    const [host] = site.hosts;
    const filters = hasDevices("type", "bridge", "vlan_filtering", "1");
    const journal = ["journalctl", "--quiet", "--unit=systemd-networkd", "--priority=warning", "--output=cat"];
    expect(await host!.run(...journal)).toBe(
      filters ? "" : "br0: Bridge parameters could not be set: Operation not supported",
    );
    const bridge = await host!.run("ip", "-details", "link", "show", "br0");
    expect(bridge).toContain(`vlan_filtering ${filters ? 1 : 0} `);
  });

  step("the host has no addresses on the bridge and its uplink", async () => {
    for (const name of ["br0", "up0"]) {
      expect(await site.hosts[0]!.run("ip", "-o", "address", "show", "dev", name)).toBe("");
    }
  });

  step("but for those that the program gives it", async () => {
    const program = new LibvirtProgram();
    program.switch("fabric", { backing: BRIDGE, uplinks: ["up0"], mtu: 9000, discovery: DiscoveryProtocol.lldp() });
    const files = program.platform.hostFiles();
    files
      .network("br0", "test")
      .append("Network", "Address", "192.168.5.100/24")
      .append("Network", "Address", "fd05::1/64");
    await site.hosts[0]!.apply(files.files);
    await until(() => site.reaches("g1", "192.168.5.100", 9000));
    const addresses = await site.hosts[0]!.run("ip", "-brief", "address", "show", "dev", "br0");
    expect(addresses.split(/\s+/).slice(2)).toEqual(["192.168.5.100/24", "fd05::1/64"]);
  });

  step("the hosts are neighbours by LLDP", async () => {
    const [one, two] = site.hosts;
    await until(async () => (await one!.run("networkctl", "lldp", "--no-pager")).includes(two!.lab.netns));
  });
});

(canBootHosts() && hasDevices("type", "bond") ? describe : describe.skip)("hosts with bonds", () => {
  const site = new Site();

  beforeAll(async () => site.start("up0", "up1"), 120_000);
  afterAll(async () => site.stop(), 60_000);

  test("agree on the links by LACP, and go on with one of them", async () => {
    await site.apply(synthesised({ backing: BRIDGE, uplinks: ["up0", "up1"], teaming: Teaming.lacp() }).files);
    for (const [i, host] of site.hosts.entries()) {
      await site.addGuest(i, `g${i}`, `192.168.5.${i + 1}`);
      await host.run("ip", "link", "set", `g${i}`, "master", "br0");
    }
    await until(() => site.reaches("g0", "192.168.5.2"));
    await site.hosts[0]!.run("ip", "link", "set", "up0", "down");
    await until(() => site.reaches("g0", "192.168.5.2"));
  }, 120_000);
});

(canBootHosts() && hasDevices("link", "lo", "type", "vlan", "id", "5") ? describe : describe.skip)(
  "hosts with a bridge for each VLAN",
  () => {
    const site = new Site();

    beforeAll(async () => site.start("up0"), 120_000);
    afterAll(async () => site.stop(), 60_000);

    test("keep VLANs apart", async () => {
      const segments = { db: { vlan: 120 }, web: { vlan: 121 } };
      await site.apply(synthesised({ backing: BRIDGE, uplinks: ["up0"] }, segments).files);
      for (const [i, host] of site.hosts.entries()) {
        for (const vlan of [120, 121]) {
          const guest = `g${i}-${vlan}`;
          await site.addGuest(i, guest, `192.168.5.${vlan + i * 2}`);
          await host.run("ip", "link", "set", guest, "master", `br0-${vlan}`);
        }
      }
      await until(() => site.reaches("g0-120", "192.168.5.122"));
      expect(await site.reaches("g0-120", "192.168.5.121")).toBe(false);
      expect(await site.reaches("g0-120", "192.168.5.123")).toBe(false);
    }, 120_000);
  },
);

(canBootHosts() && hasOpenVSwitch() ? describe : describe.skip)("hosts with an Open vSwitch that the kit makes", () => {
  const site = new Site();
  const step = steps();
  const ovs: LabOpenVSwitch[] = [];
  const backing = SwitchBacking.openVSwitch("br0", { managed: true });
  const props = { backing, uplinks: ["up0"], mtu: 9000 };
  const segments = {
    db: { vlan: 120 },
    web: { vlan: 121 },
    other: { vlan: 122 },
    firewall: { trunk: [{ from: 120, to: 121 }] },
    native: { trunk: [121], nativeVlan: 120 },
    untagged: {},
  };
  const addressOf = (guest: string) => `192.168.6.${GUESTS.indexOf(guest) + 1}`;
  const GUESTS = ["a120", "a121", "b120", "b121", "b122", "f120", "f121", "f122", "n120", "u0", "u120", "v0"];

  beforeAll(async () => {
    await site.start("up0", "up1");
    for (const host of site.hosts) {
      // Its own service would load the kernel's module.
      await host.run("systemctl", "mask", "openvswitch-switch.service");
      const beside = LabOpenVSwitch.besideHost(host.lab);
      await beside.start("br0");
      ovs.push(beside);
    }
  }, 120_000);
  afterAll(async () => site.stop(), 60_000);

  /** Connects an interface as libvirt does from the port group of its network. */
  async function plug(host: number, name: string, segment: string): Promise<void> {
    const { vlan } = synthesised(props, segments).portGroups.find((group) => group.name === segment)!;
    const native = vlan!.tags.find(({ native_mode }) => native_mode === "untagged");
    const ids = vlan!.tags.map(({ id }) => id);
    await ovs[host]!.run(
      ...["ovs-vsctl", "--timeout=30", "add-port", "br0", name],
      ...(vlan!.trunk === "yes" ? [`trunks=${ids}`] : [`tag=${ids[0]}`]),
      ...(native === undefined ? [] : ["vlan_mode=native-untagged", `tag=${native.id}`]),
    );
  }

  /** Connects a guest of the first host that is itself a switch: frames of those behind it leave with their tag, or without one where it is 0. */
  async function plugSwitch(segment: string, behind: Readonly<Record<string, number>>): Promise<void> {
    const { netns } = site.hosts[0]!.lab;
    const [outside, inside, bridge] = [`${segment}-o`, `${segment}-i`, `sw-${segment}`];
    await execute("ip", ["-n", netns, "link", "add", outside, "type", "veth", "peer", "name", inside]);
    for (const end of [outside, inside]) {
      await execute("ip", ["-n", netns, "link", "set", end, "up"]);
    }
    await plug(0, outside, segment);
    await ovs[0]!.addBridge(bridge);
    await ovs[0]!.run("ovs-vsctl", "--timeout=30", "add-port", bridge, inside);
    for (const [guest, tag] of Object.entries(behind)) {
      await site.addGuest(0, guest, addressOf(guest));
      await ovs[0]!.run("ovs-vsctl", "--timeout=30", "add-port", bridge, guest, `tag=${tag}`);
    }
  }

  /** Guests that a guest reaches. */
  async function reachedBy(guest: string): Promise<string[]> {
    const others = GUESTS.filter((other) => other !== guest);
    const reached = await Promise.all(others.map(async (other) => site.reaches(guest, addressOf(other))));
    return others.filter((_, i) => reached[i]);
  }

  step("its service makes the bridge with its uplink", async () => {
    const { files } = synthesised(props, segments);
    await site.apply(files);
    for (const beside of ovs) {
      expect(await beside.run("ovs-vsctl", "list-ports", "br0")).toBe("up0");
      expect(await beside.run("ovs-vsctl", "get", "interface", "up0", "mtu")).toBe("9000");
      expect(await beside.run("ovs-vsctl", "get", "interface", "br0", "mtu")).toBe("9000");
    }
  });

  step("frames reach the ports of their VLAN on all hosts, and no others", async () => {
    for (const [guest, segment] of Object.entries({ a120: "db", a121: "web", n120: "native" })) {
      await site.addGuest(0, guest, addressOf(guest));
      await plug(0, guest, segment);
    }
    for (const [guest, segment] of Object.entries({ b120: "db", b121: "web", b122: "other" })) {
      await site.addGuest(1, guest, addressOf(guest));
      await plug(1, guest, segment);
    }
    await plugSwitch("firewall", { f120: 120, f121: 121, f122: 122 });
    await plugSwitch("untagged", { u0: 0, u120: 120 });
    await site.addGuest(1, "v0", addressOf("v0"));
    await plug(1, "v0", "untagged");
    await until(async () => site.reaches("a120", addressOf("b120"), 9000));
    expect(await reachedBy("a120")).toEqual(["b120", "f120", "n120"]);
    expect(await reachedBy("f120")).toEqual(["a120", "b120", "n120"]);
    expect(await reachedBy("n120")).toEqual(["a120", "b120", "f120"]);
    expect(await reachedBy("a121")).toEqual(["b121", "f121"]);
    expect(await reachedBy("f121")).toEqual(["a121", "b121"]);
    expect(await reachedBy("b122")).toEqual([]);
    expect(await reachedBy("f122")).toEqual([]);
    expect(await reachedBy("u0")).toEqual(["v0"]);
    expect(await reachedBy("u120")).toEqual([]);
  });

  step("the service changes nothing when it is run again, and guests lose no frame", async () => {
    const ports = async () =>
      ovs[0]!.run("ovs-vsctl", "--format=csv", "--columns=name,ofport,mtu", "list", "interface");
    const before = (await ports()).split("\n").sort();
    const { netns } = site.hosts[0]!.lab;
    await execute("tc", ["-n", netns, "qdisc", "add", "dev", "up0", "root", "handle", "1:", "htb", "default", "2"]);
    const loss = site.lossOf("a120", addressOf("b120"));
    await site.hosts[0]!.run("systemctl", "restart", "virtuned-ovs-br0.service");
    expect(await loss).toBe("0% packet loss");
    expect((await ports()).split("\n").sort()).toEqual(before);
    expect(await reachedBy("b121")).toEqual(["a121", "f121"]);
    expect((await execute("tc", ["-n", netns, "qdisc", "show", "dev", "up0"])).stdout).toContain("qdisc htb 1:");
    expect(await ovs[0]!.run("ovs-vsctl", "--bare", "--columns=type", "list", "qos")).toBe("linux-noop");
  });

  step("two uplinks agree by LACP, and guests go on when one fails", async () => {
    await site.apply(synthesised({ ...props, uplinks: ["up0", "up1"], teaming: Teaming.lacp() }, segments).files);
    const bond = () => ovs[0]!.run("ovs-appctl", "bond/show", "br0-bond");
    await until(async () => (await bond()).includes("lacp_status: negotiated"));
    expect(await bond()).toContain("bond_mode: balance-tcp");
    expect(await ovs[0]!.run("ovs-appctl", "lacp/show", "br0-bond")).toContain("lacp_time: fast");
    await until(() => site.reaches("a120", addressOf("b120")));
    await site.hosts[0]!.run("ip", "link", "set", "up0", "down");
    await until(() => site.reaches("a120", addressOf("b120")));
    await site.hosts[0]!.run("ip", "link", "set", "up0", "up");
  });

  step("one uplink carries everything as long as it works", async () => {
    const teaming = Teaming.explicitFailover({ active: ["up1"], standby: ["up0"] });
    await site.apply(synthesised({ ...props, uplinks: ["up0", "up1"], teaming }, segments).files);
    const active = async () =>
      /^active-backup primary: (.*)\n(?:.*\n)*active member mac: .*\((.*)\)/m
        .exec(await ovs[0]!.run("ovs-appctl", "bond/show", "br0-bond"))
        ?.slice(1)
        .join(" ");
    await until(async () => (await active()) === "up1 up1");
    await site.hosts[0]!.run("ip", "link", "set", "up1", "down");
    await until(async () => (await active()) === "up1 up0");
    await site.hosts[0]!.run("ip", "link", "set", "up1", "up");
    await until(async () => (await active()) === "up1 up1");
  });

  step("load is shared without a word of the physical switch, and moved after 30 s", async () => {
    await site.apply(synthesised({ ...props, uplinks: ["up0", "up1"] }, segments).files);
    const bond = await ovs[0]!.run("ovs-appctl", "bond/show", "br0-bond");
    expect(bond).toContain("bond_mode: balance-slb");
    expect(await ovs[0]!.run("ovs-vsctl", "get", "port", "br0-bond", "other_config")).toBe(
      '{bond-rebalance-interval="30000"}',
    );
  });

  step("physical switches hear of the host by LLDP", async () => {
    await site.apply(synthesised({ ...props, discovery: DiscoveryProtocol.lldp() }, segments).files);
    const { netns } = site.hosts[1]!.lab;
    const heard = ["timeout", "60", "tcpdump", "-c", "1", "-nn", "-i", "up0", "-Q", "in", "ether", "proto", "0x88cc"];
    const { stdout } = await execute("ip", ["netns", "exec", netns, ...heard]);
    expect(stdout).toMatch(/LLDP/);
  });

  const collector = "127.0.0.1";

  /** What a collector is told is in the database once, however often the service is run. */
  async function exportFlows(flowExport: FlowExport): Promise<void> {
    await site.apply(synthesised({ ...props, flowExport }, segments).files);
    await site.hosts[0]!.run("systemctl", "restart", "virtuned-ovs-br0.service");
    const targets = await Promise.all(
      ["sflow", "ipfix"].map((table) => ovs[0]!.run("ovs-vsctl", "--bare", "--columns=targets", "list", table)),
    );
    expect(targets.filter(Boolean)).toEqual([`${collector}:${flowExport.port}`]);
  }

  step("samples reach the collector by sFlow", async () => {
    await exportFlows(FlowExport.sflow({ collector, sampling: 1, polling: Duration.seconds(1) }));
    const hear = ["timeout", "60", "tcpdump", "-c", "1", "-nn", "-i", "lo", "udp", "port", "6343"];
    const { stdout } = await execute("ip", ["netns", "exec", site.hosts[0]!.lab.netns, ...hear]);
    expect(stdout).toContain("sFlowv5");
  });

  step("flows are gathered for IPFIX", async () => {
    await exportFlows(FlowExport.ipfix({ collector, sampling: 1, observationDomain: 7 }));
    await until(async () => {
      await site.reaches("a120", addressOf("b120"));
      return /sampled pkts=[1-9]/.test(await ovs[0]!.run("ovs-ofctl", "dump-ipfix-bridge", "br0"));
    });
  });

  step("what an earlier version made and this one does not goes", async () => {
    await site.apply(synthesised({ ...props, uplinks: ["up1"] }, segments).files);
    expect((await ovs[1]!.run("ovs-vsctl", "list-ports", "br0")).split("\n").sort()).toEqual([
      "b120",
      "b121",
      "b122",
      "up1",
      "v0",
    ]);
    for (const table of ["sflow", "ipfix"]) {
      expect(await ovs[1]!.run("ovs-vsctl", "--bare", "list", table)).toBe("");
    }
    await until(async () => site.reaches("a120", addressOf("b120")));
  });

  step("the bridge and its guests outlive a start of the host anew", async () => {
    const bridge = await ovs[1]!.run("ovs-vsctl", "get", "bridge", "br0", "_uuid");
    await site.hosts[1]!.reboot();
    expect(await site.hosts[1]!.run("systemctl", "is-active", "virtuned-ovs-br0.service")).toBe("active");
    expect(await ovs[1]!.run("ovs-vsctl", "get", "bridge", "br0", "_uuid")).toBe(bridge);
    await until(async () => site.reaches("a120", addressOf("b120")));
  });

  step("nothing is left when the service goes", async () => {
    await site.hosts[1]!.run("systemctl", "disable", "--now", "virtuned-ovs-br0.service");
    expect(await ovs[1]!.run("ovs-vsctl", "list-br")).toBe("");
    for (const table of ["port", "interface", "qos", "sflow", "ipfix"]) {
      expect(await ovs[1]!.run("ovs-vsctl", "--bare", "list", table)).toBe("");
    }
  });
});
