import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { promisify } from "node:util";
import { App } from "cdktf";
import { Flooding, type IVtepSource, TunedStack, Vteps, VxlanSegment, type VxlanSegmentProps } from "virtuned";
import { LibvirtHost, LibvirtPlatform } from "virtuned/libvirt";
import type { HostFile } from "../../src/linux";
import { newFolder } from "../support/folders";
import { canBootHosts, LabHost } from "./lab-host";
import { steps } from "./steps";

const execute = promisify(execFile);

const NAMES = ["kvm1", "kvm2", "kvm3"];

type Tenant = "a" | "b";

/** A segment for each of two tenants. */
interface Segments extends Partial<VxlanSegmentProps> {
  readonly vnis: Readonly<Record<Tenant, number>>;
  readonly vteps: IVtepSource;
}

/** What the first hosts are given. */
function filesOf(count: number, { vnis, ...props }: Segments): HostFile[][] {
  const stack = new TunedStack(new App({ outdir: newFolder(), stackTraces: false }), "stack");
  const hosts = NAMES.slice(0, count).map((name) => LibvirtHost.at(name, `qemu+ssh://root@${name}/system`));
  const platform = new LibvirtPlatform(stack, "kvm", { hosts });
  for (const [tenant, vni] of Object.entries(vnis)) {
    new VxlanSegment(stack, `tenant-${tenant}`, { platform, vni, ...props });
  }
  return hosts.map((host) => [...platform.hostFiles(host).files]);
}

/** Hosts on one switch, with guests that are no more than a network namespace at a bridge. */
class Site {
  public readonly hosts: LabHost[] = [];
  readonly #namespaces = new Set<string>();
  readonly #prefix = `t-${process.pid}`;

  public async addSwitch(): Promise<void> {
    await this.#addNamespace("switch");
    await execute("ip", ["-n", this.#full("switch"), "link", "add", "sw0", "type", "bridge"]);
    await execute("ip", ["-n", this.#full("switch"), "link", "set", "sw0", "up"]);
  }

  public async addHost(): Promise<void> {
    const host = await LabHost.alone(`${this.#prefix}-${this.hosts.length}`);
    this.hosts.push(host);
    const number = this.hosts.length;
    await this.#join(this.#full("switch"), `port${number}`, "sw0", host.lab.netns, "up0", 1500);
    await host.run("ip", "address", "add", `10.99.0.${number}/24`, "dev", "up0");
    await host.run("ip", "address", "add", `fd99::${number}/64`, "dev", "up0", "nodad");
  }

  public async apply(segments: Segments, count = this.hosts.length): Promise<void> {
    await Promise.all(filesOf(count, segments).map((files, i) => this.hosts[i]!.apply(files)));
  }

  /** Adds a guest of each tenant to each of the hosts; those of one host have the same address. */
  public async addGuests({ vnis }: Segments, ...hosts: readonly number[]): Promise<void> {
    for (const host of hosts) {
      for (const tenant of ["a", "b"] as const) {
        const guest = `${tenant}${host}`;
        await this.#addNamespace(guest);
        // Larger frames leave the guest, so that it is the segment that refuses them.
        await this.#join(this.hosts[host]!.lab.netns, guest, `br-vx${vnis[tenant]}`, this.#full(guest), "eth0", 9000);
        await execute("ip", ["-n", this.#full(guest), "address", "add", `${addressOf(host)}/24`, "dev", "eth0"]);
      }
    }
  }

  /** Whether the guest of a tenant reaches the address of guests on another host by a packet of so many bytes. */
  public async reaches(tenant: Tenant, from: number, to: number, bytes: number): Promise<boolean> {
    return / [12] received/.test(await this.ping(tenant, from, to, bytes));
  }

  /** What ping says. */
  public async ping(tenant: Tenant, from: number, to: number, bytes: number): Promise<string> {
    const ping = ["ping", "-c", "2", "-i", "0.2", "-W", "1", "-M", "do", "-s", String(bytes - 28), addressOf(to)];
    const said = execute("ip", ["netns", "exec", this.#full(`${tenant}${from}`), ...ping]);
    const { stdout, stderr } = await said.catch((error: { stdout: string; stderr: string }) => error);
    return `${stdout}${stderr}`;
  }

  public async removeGuests(guests: RegExp = /-[ab]\d$/): Promise<void> {
    for (const namespace of [...this.#namespaces].filter((name) => guests.test(name))) {
      await execute("ip", ["-n", namespace, "link", "delete", "eth0"]);
      await execute("ip", ["netns", "delete", namespace]);
      this.#namespaces.delete(namespace);
    }
  }

  public async removeAll(): Promise<void> {
    for (const host of this.hosts) {
      await host.stop();
    }
    for (const namespace of this.#namespaces) {
      await execute("ip", ["netns", "delete", namespace]);
    }
  }

  async #addNamespace(name: string): Promise<void> {
    await execute("ip", ["netns", "add", this.#full(name)]);
    this.#namespaces.add(this.#full(name));
  }

  /** A cable from a bridge to another namespace. */
  async #join(near: string, port: string, bridge: string, far: string, name: string, mtu: number): Promise<void> {
    const end = (device: string, namespace: string) => ["name", device, "mtu", String(mtu), "netns", namespace];
    await execute("ip", ["link", "add", ...end(port, near), "type", "veth", "peer", ...end(name, far)]);
    await execute("ip", ["-n", near, "link", "set", port, "master", bridge, "up"]);
    await execute("ip", ["-n", far, "link", "set", name, "up"]);
  }

  #full(name: string): string {
    return `virtuned-${this.#prefix}-${name}`;
  }
}

function addressOf(host: number): string {
  return `192.168.7.${host + 1}`;
}

/** @throws Error where it does not happen in time */
async function until(happens: () => Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 30_000;
  while (!(await happens())) {
    if (Date.now() > deadline) {
      throw new Error("it did not happen in time");
    }
  }
}

const run = canBootHosts() ? describe : describe.skip;
const withFrr = existsSync("/usr/bin/vtysh");

run("hosts with the files of two segments", () => {
  const step = steps();
  const site = new Site();
  const ipv4 = { kvm1: "10.99.0.1", kvm2: "10.99.0.2", kvm3: "10.99.0.3" };
  const ipv6 = { kvm1: "fd99::1", kvm2: "fd99::2", kvm3: "fd99::3" };
  const byHeadEnd = { vnis: { a: 1, b: 16_777_215 }, vteps: Vteps.of(ipv4) };

  beforeAll(async () => {
    await site.addSwitch();
    await site.addHost();
    await site.addHost();
  }, 120_000);

  afterAll(async () => site.removeAll(), 60_000);

  /** What holds however frames are flooded. */
  async function prove(segments: Segments, mtu: number): Promise<void> {
    await site.apply(segments);
    await site.addGuests(segments, 0, 1);
    for (const tenant of ["a", "b"] as const) {
      await until(async () => site.reaches(tenant, 0, 1, mtu));
      expect(await site.reaches(tenant, 0, 1, mtu + 1)).toBe(false);
    }
    // The other tenant still has a guest of this address.
    await site.removeGuests(/-b1$/);
    expect(await site.reaches("b", 0, 1, 100)).toBe(false);
    expect(await site.reaches("a", 0, 1, 100)).toBe(true);
  }

  /** Where a host sends frames for all. */
  async function copiesOf(host: number, vni: number): Promise<string[]> {
    const entries = await site.hosts[host]!.run("bridge", "fdb", "show", "dev", `vxlan${vni}`);
    return [...entries.matchAll(/^00:00:00:00:00:00 dst (\S+)/gm)].map(([, address]) => address!).sort();
  }

  step(
    "guests of a tenant reach each other with all that the segment carries and no byte more, and no others",
    async () => {
      await prove(byHeadEnd, 1450);
      expect(await copiesOf(0, 1)).toEqual(["10.99.0.2"]);
    },
  );

  step("a host that is added later is reached", async () => {
    await site.addHost();
    await site.apply(byHeadEnd);
    expect(await copiesOf(0, 1)).toEqual(["10.99.0.2", "10.99.0.3"]);
    await site.addGuests(byHeadEnd, 2);
    for (const host of [0, 1]) {
      await until(async () => site.reaches("a", host, 2, 1450));
    }
  });

  step("what the underlay does not carry after all is refused, and guests are told", async () => {
    await site.hosts[0]!.run("ip", "link", "set", "up0", "mtu", "1400");
    expect(await site.ping("a", 0, 2, 1351)).toContain("Frag needed and DF set (mtu = 1350)");
    expect(await site.reaches("a", 0, 2, 1350)).toBe(true);
    await site.hosts[0]!.run("ip", "link", "set", "up0", "mtu", "1500");
  });

  step("the MTU changes in place", async () => {
    await site.apply({ ...byHeadEnd, mtu: 1400 });
    expect(await site.reaches("a", 0, 1, 1400)).toBe(true);
    expect(await site.reaches("a", 0, 1, 1401)).toBe(false);
  });

  step(
    "a host that is taken out is sent copies until the others' devices are made anew, and no other harm is done",
    async () => {
      await site.apply(byHeadEnd, 2);
      expect(await copiesOf(0, 1)).toEqual(["10.99.0.2", "10.99.0.3"]);
      expect(await site.reaches("a", 0, 1, 1450)).toBe(true);
      await site.hosts[0]!.run("networkctl", "delete", "vxlan1");
      await site.apply(byHeadEnd, 2);
      await until(async () => (await copiesOf(0, 1)).join() === "10.99.0.2");
      await until(async () => site.reaches("a", 0, 1, 1450));
      await site.removeGuests();
    },
  );

  step("over IPv6", async () => {
    await prove({ vnis: { a: 61, b: 62 }, vteps: Vteps.of(ipv6) }, 1430);
    await site.removeGuests();
  });

  step("by multicast", async () => {
    const flooding = Flooding.multicast({ group: "239.1.1.1", interface: "up0" });
    await prove({ vnis: { a: 41, b: 42 }, vteps: Vteps.of(ipv4), flooding }, 1450);
    await site.removeGuests();
  });

  (withFrr ? step : test.skip)("by EVPN", async () => {
    const segments = { vnis: { a: 51, b: 52 }, vteps: Vteps.evpn(ipv4, { asn: 64_512 }) };
    await site.apply(segments);
    await Promise.all(site.hosts.map(async (host) => host.run("systemctl", "restart", "frr")));
    await prove(segments, 1450);
    const port = await site.hosts[0]!.run("bridge", "-d", "link", "show", "dev", "vxlan51");
    expect(port).toMatch(/learning off .* neigh_suppress on/);
    expect(await site.hosts[0]!.run("bridge", "fdb", "show", "dev", "vxlan51")).toMatch(
      /dst 10.99.0.2 self extern_learn/,
    );
    await site.removeGuests();
  });

  step("by multicast over IPv6", async () => {
    const flooding = Flooding.multicast({ group: "ff05::100", interface: "up0" });
    await prove({ vnis: { a: 71, b: 72 }, vteps: Vteps.of(ipv6), flooding }, 1430);
    await site.removeGuests();
  });
});
