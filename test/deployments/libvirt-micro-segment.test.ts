import { spawnSync } from "node:child_process";
import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DataSize, DistributedVSwitch, Duration, MicroSegment, Peer, Port, SwitchBacking, TunedVm } from "virtuned";
import type { Program } from "./deployment";
import { GuestShell } from "./guest-shell";
import { steps } from "./steps";
import { describeOnLab, onHosts, type Testbed } from "./testbed";

const BRIDGE = "br-filtered";
const HOST = "10.77.0.1";
const WEB = "10.77.0.10";
const DB = "10.77.0.20";
const DB_V6 = "2001:db8:77::20";

/** What libvirt filters with. */
function cantFilter(): string | undefined {
  const missing = ["ebtables", "iptables", "ip6tables"].find((tool) => spawnSync(tool, ["--version"]).status !== 0);
  if (missing !== undefined) {
    return `${missing} is missing`;
  }
  return existsSync("/proc/sys/net/bridge") || spawnSync("modprobe", ["--dry-run", "br_netfilter"]).status === 0
    ? undefined
    : "the kernel has no br_netfilter";
}

const reason = cantFilter();
if (reason !== undefined) {
  process.stderr.write(`Filters of libvirt are not tried: ${reason}\n`);
}

interface Wanted {
  readonly ports: readonly number[];
  /** Whether there is a group of web servers. */
  readonly web?: boolean;
}

function programOf(bed: Testbed, { ports, web = true }: Wanted): Program {
  return (stack) => {
    const platform = bed.platform(stack);
    const fabric = new DistributedVSwitch(stack, "fabric", { platform, backing: SwitchBacking.linuxBridge(BRIDGE) });
    const segment = fabric.addVlanSegment("servers");
    const db = new MicroSegment(stack, "db", { platform, isolated: true });
    const webs = web ? new MicroSegment(stack, "web", { platform, dhcp: false }) : undefined;
    webs?.allowFrom(Peer.cidr(`${HOST}/32`), Port.icmp());
    for (const port of ports) {
      webs?.allowTo(db, Port.tcp(port));
    }
    const guest = (name: string) =>
      new TunedVm(stack, name, {
        platform,
        vcpus: 1,
        memory: DataSize.mebibytes(96),
        boot: bed.boot(),
        consoleLog: bed.consoleLog(name),
        shutdownTimeout: Duration.seconds(10),
      });
    guest("db1").addNic("only", { segment, microSegment: db, addresses: [DB, DB_V6] });
    guest("web1").addNic("only", { segment, ...(webs && { microSegment: webs, addresses: [WEB, `${WEB}1`] }) });
    if (webs) {
      // Runs nothing, so it takes its time to shut down.
      const bare = { platform, vcpus: 1, memory: DataSize.mebibytes(24), shutdownTimeout: Duration.seconds(8) };
      const gone = new TunedVm(stack, "gone1", bare);
      gone.addNic("only", { segment, microSegment: webs, addresses: ["10.77.0.30"] });
    }
  };
}

describeOnLab("Micro segments on libvirt", (bed) => {
  const step = reason === undefined ? steps() : (what: string) => test.skip(what, () => {});
  const { libvirt } = bed;
  const deployment = bed.deployment();
  const web = new GuestShell(bed, "web1");
  const db = new GuestShell(bed, "db1");
  const filters = async () => (await libvirt.virsh("nwfilter-list")).match(/\S+$/gm)!.sort();
  const own = async () => (await filters()).filter((name) => !stock.includes(name));
  /** What a server answers; nothing where nothing comes through. */
  const ask = (from: GuestShell, address: string, port: number) =>
    from.run(`nc -w 3 ${address} ${port} < /dev/null 2> /dev/null`);
  const sendFrom = (source: string) => web.run(`ip route replace ${DB}/32 dev eth0 src ${source}`);
  let stock: string[];

  step("filters are there before the guests; a second plan is empty", async () => {
    const foreign = join(bed.lab.stateFolder, "another-stacks.xml");
    writeFileSync(foreign, '<filter name="virtuned-others"/>');
    await libvirt.virsh("nwfilter-define", foreign);
    stock = await filters();
    await libvirt.inNamespace(
      "sh",
      "-euc",
      `ip link add ${BRIDGE} type bridge; ip addr add ${HOST}/24 dev ${BRIDGE}; ip link set ${BRIDGE} up`,
    );
    await deployment.synth(programOf(bed, { ports: [5432] }));
    await deployment.apply();
    expect((await deployment.plan()).changes).toEqual([]);
    expect(await own()).toEqual(["virtuned-db", "virtuned-web"]);
    expect(await libvirt.find("db1", "//interface/filterref/@filter")).toEqual(["virtuned-db"]);
    expect(await libvirt.find("db1", "//interface/port/@isolated")).toEqual(["yes"]);
    expect(await libvirt.find("db1", "//interface/filterref/parameter/@value")).toEqual([DB, DB_V6]);
    expect(await libvirt.find("web1", "//interface/filterref/parameter/@value")).toEqual([WEB, `${WEB}1`, "::"]);
  });

  step("what a rule allows passes, with its answers; nothing else does", async () => {
    await Promise.all([bed.report("web1"), bed.report("db1")]);
    await web.run(`ip addr add ${WEB}/24 dev eth0`);
    await db.run(`ip addr add ${DB}/24 dev eth0`);
    for (const [guest, port] of [
      [db, 5432],
      [db, 5433],
      [web, 80],
    ] as const) {
      await guest.run(`( while :; do echo hello | nc -l -p ${port}; done > /dev/null 2>&1 & )`);
    }
    expect(await ask(web, DB, 5432)).toBe("hello");
    expect(await ask(web, DB, 5433)).toBe("");
    expect(await ask(db, WEB, 80)).toBe("");
    await expect(libvirt.inNamespace("ping", "-c", "1", "-W", "5", WEB)).resolves.toContain("1 received");
    await expect(libvirt.inNamespace("ping", "-c", "1", "-W", "2", DB)).rejects.toThrow();
  });

  step("from an address that is not the member's nothing passes", async () => {
    await web.run(`ip addr add ${WEB}1/24 dev eth0`);
    await web.run("ip addr add 10.77.0.66/24 dev eth0");
    await sendFrom(`${WEB}1`);
    expect(await ask(web, DB, 5432)).toBe("hello");
    await sendFrom("10.77.0.66");
    expect(await ask(web, DB, 5432)).toBe("");
    await sendFrom(WEB);
    expect(await ask(web, DB, 5432)).toBe("hello");
    await web.run("ip link set eth0 address 52:54:00:00:00:66");
    expect(await ask(web, DB, 5432)).toBe("");
  });

  step("a changed rule holds for guests that run", async () => {
    const [mac] = await libvirt.find("web1", "//interface/mac/@address");
    await web.run(`ip link set eth0 address ${mac}`);
    const runs = [await libvirt.run("web1"), await libvirt.run("db1")];
    await deployment.synth(programOf(bed, { ports: [5433] }));
    const plan = await deployment.plan();
    expect(onHosts(plan.changes)).toEqual([]);
    expect(plan.output).toContain("to db: TCP 5433");
    await deployment.applyPlan();
    expect((await deployment.plan()).changes).toEqual([]);
    expect([await libvirt.run("web1"), await libvirt.run("db1")]).toEqual(runs);
    expect(await ask(web, DB, 5433)).toBe("hello");
    expect(await ask(web, DB, 5432)).toBe("");
  });

  step("a group that is taken out, with a guest of it, leaves no filter", async () => {
    await deployment.synth(programOf(bed, { ports: [], web: false }));
    await deployment.apply();
    expect((await deployment.plan()).changes).toEqual([]);
    expect(await own()).toEqual(["virtuned-db"]);
    expect(await libvirt.find("web1", "//interface/filterref/@filter")).toEqual(["no-mac-spoofing"]);
  });

  step("destroyed, nothing is left", async () => {
    await deployment.destroy();
    expect(await libvirt.everything()).toEqual([]);
    expect(await filters()).toEqual(stock);
    expect(deployment.said).not.toContain("inconsistent result");
  });
});
