import { execFile, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import { DataRate, DataSize, SwitchBacking, TrafficProfile } from "virtuned";
import type { HostFile } from "../../src/linux";
import { LibvirtProgram } from "../support/libvirt";
import { canBootHosts, LabHost } from "./lab-host";

const execute = promisify(execFile);

/** Seconds that are measured, after one in which TCP finds its pace. */
const SECONDS = 2;
const LIMIT = DataRate.mbps(100);
const UNTAGGED = 0;

/** Two hosts joined by a cable, as network namespaces: `up0` is the uplink of both. */
class TwoHosts {
  readonly #names = ["a", "b"].map((end) => `virtuned-traffic-${process.pid}-${end}`) as [string, string];

  public async up(): Promise<void> {
    const [a, b] = this.#names;
    await Promise.all(this.#names.map((name) => execute("ip", ["netns", "add", name])));
    await execute("ip", ["link", "add", "up0", "netns", a, "type", "veth", "peer", "name", "up0", "netns", b]);
    for (const end of [1, 2] as const) {
      await this.on(end, `ip addr add 10.9.0.${end}/24 dev up0 && ip link set up0 up && ip link set lo up`);
    }
  }

  public async down(): Promise<void> {
    for (const name of this.#names) {
      const pids = await execute("ip", ["netns", "pids", name]).then(
        ({ stdout }) => stdout.split("\n").filter(Boolean),
        () => [],
      );
      for (const pid of pids) {
        process.kill(Number(pid), "SIGKILL");
      }
      await execute("ip", ["netns", "del", name]).catch(() => {});
    }
  }

  public async on(end: 1 | 2, commands: string): Promise<string> {
    const { stdout } = await execute("ip", ["netns", "exec", this.#names[end - 1]!, "sh", "-euc", commands]);
    return stdout;
  }

  /** Runs the commands of a service, as systemd would. */
  public async start(service: string): Promise<void> {
    const commands = [...service.matchAll(/^ExecStart(?:Pre)?=(-?)(.*)$/gm)];
    await this.on(1, commands.map(([, optional, line]) => `${line}${optional && " 2>/dev/null || true"}`).join("\n"));
  }

  /** Listens for measurements. */
  public async listen(): Promise<void> {
    const server = spawn("ip", ["netns", "exec", this.#names[1], "iperf3", "-s", "--forceflush"], {
      stdio: ["ignore", "pipe", "ignore"],
    });
    await once(server.stdout, "data");
    server.stdout.resume();
  }

  /** Sends frames of a VLAN as fast as it can. */
  public async flood(vlan: number, seconds: number): Promise<void> {
    await this.on(1, `python3 ${join(__dirname, "tagged-frames.py")} up0 ${vlan} ${seconds}`);
  }

  /**
   * Mbit/s of TCP that arrive.
   * @param how long or much: options of iperf3
   */
  public async measure(how = `-O 1 -t ${SECONDS}`): Promise<number> {
    const report = await this.on(1, `iperf3 -c 10.9.0.2 ${how} --connect-timeout 5000 -J`);
    return JSON.parse(report).end.sum_received.bits_per_second / 1e6;
  }
}

function can(...commands: readonly string[]): boolean {
  try {
    return commands.every((command) => execFileSync("sh", ["-c", command], { stdio: "ignore" }) !== undefined);
  } catch {
    return false;
  }
}

/** Whether there are HTB and nftables' egress hook: tried in a namespace that goes with its only process. */
const canShape = can(
  '[ "$(id -u)" = 0 ]',
  "ip netns list",
  "command -v iperf3",
  `unshare --net sh -ec '
     ip link add t0 type veth peer name t1
     tc qdisc add dev t0 root htb
     nft add table netdev t
     nft add chain netdev t c "{ type filter hook egress device t0 priority 0; }"'`,
);
const hasPython = can("python3 --version");
if (!canShape) {
  process.stderr.write("Shaping is not measured: it needs root, iperf3, nft, HTB and an egress hook (Linux 5.16).\n");
}

/** What a program writes for the host. */
function filesOf(traffic: TrafficProfile, segments: Record<number, DataRate> = {}): readonly HostFile[] {
  const program = new LibvirtProgram();
  const backing = SwitchBacking.openVSwitch("ovs0");
  const fabric = program.switch("fabric", {
    ...{ backing, uplinks: ["up0"] },
    traffic: TrafficProfile.perDirection({ outbound: traffic }),
  });
  for (const [vlan, reservation] of Object.entries(segments)) {
    const outbound = TrafficProfile.guarantee({ reservation });
    const tag = Number(vlan) === UNTAGGED ? {} : { vlan: Number(vlan) };
    fabric.addVlanSegment(`v${vlan}`, { ...tag, traffic: TrafficProfile.perDirection({ outbound }) });
  }
  return program.platform.hostFiles().files;
}

(canShape && canBootHosts() ? test : test.skip)(
  "systemd starts and stops the service of an uplink",
  async () => {
    const host = await LabHost.alone(`t-tr-${process.pid}`.slice(0, 16));
    try {
      await host.run("ip", "link", "add", "up0", "type", "veth", "peer", "name", "up1");
      await host.apply(filesOf(TrafficProfile.leakyBucket({ rate: LIMIT }), { 120: DataRate.mbps(60) }));
      const state = "tc class show dev up0; nft list ruleset";
      const shaped = await host.shell(state);
      expect(shaped).toContain("class htb 1:10 parent 1:1 prio 1 rate 60Mbit ceil 100Mbit");
      expect(shaped).toContain("vlan id 120 meta priority set 1:10");
      await host.run("systemctl", "restart", "virtuned-traffic-up0");
      expect(await host.shell(state)).toBe(shaped);
      await host.run("systemctl", "stop", "virtuned-traffic-up0");
      expect(await host.shell(state)).toBe("");
    } finally {
      await host.stop();
    }
  },
  90_000,
);

(canShape ? describe : describe.skip)("shaping of an uplink, measured", () => {
  let hosts: TwoHosts;
  beforeEach(async () => {
    hosts = new TwoHosts();
    await hosts.up();
  });
  afterEach(async () => hosts.down());

  const serviceOf = (...wanted: Parameters<typeof filesOf>) =>
    filesOf(...wanted).find(({ path }) => path.endsWith("-up0.service"))!.content;

  test.each([
    [
      "a token bucket passes its rate, and a burst at once",
      TrafficProfile.tokenBucket({ average: LIMIT, burst: DataSize.mebibytes(8) }),
      { moreThan: 500, lessThan: Number.POSITIVE_INFINITY },
    ],
    [
      "a leaky bucket passes its rate, and no burst",
      TrafficProfile.leakyBucket({ rate: LIMIT }),
      { moreThan: 90, lessThan: 110 },
    ],
  ])(
    "%s",
    async (_, traffic, burst) => {
      await hosts.listen();
      const free = await hosts.measure();
      expect(free).toBeGreaterThan(300);
      await hosts.start(serviceOf(traffic));
      const shaped = await hosts.measure();
      expect(shaped).toBeGreaterThan(90);
      expect(shaped).toBeLessThan(110);
      // A second fills the bucket.
      await sleep(1000);
      const first = await hosts.measure("-n 4M");
      expect(first).toBeGreaterThan(burst.moreThan);
      expect(first).toBeLessThan(burst.lessThan);
    },
    30_000,
  );

  test("a service that is started again does the same", async () => {
    const service = serviceOf(TrafficProfile.leakyBucket({ rate: LIMIT }), { 120: DataRate.mbps(10) });
    await hosts.start(service);
    const state = "tc class show dev up0; nft list ruleset";
    const before = await hosts.on(1, state);
    expect(before).toContain("class htb 1:10 parent 1:1");
    await hosts.start(service);
    expect(await hosts.on(1, state)).toBe(before);
  }, 30_000);

  (hasPython ? test : test.skip)(
    "a guarantee is kept when others want more, and what is idle is borrowed",
    async () => {
      const reserved = { [UNTAGGED]: DataRate.mbps(60), 130: DataRate.mbps(20) };
      await hosts.start(serviceOf(TrafficProfile.leakyBucket({ rate: LIMIT }), reserved));
      await hosts.listen();
      const alone = await hosts.measure();
      expect(alone).toBeGreaterThan(90);
      const others = [130, 140].map((vlan) => hosts.flood(vlan, SECONDS + 2));
      const beside = await hosts.measure();
      await Promise.all(others);
      // A third of the 20 Mbit/s that nobody reserved is its own too.
      expect(beside).toBeGreaterThan(60 * 0.9);
      expect(beside).toBeLessThan(75);
    },
    30_000,
  );

  (hasPython ? test : test.skip)(
    "frames of a VLAN are in the class of their segment",
    async () => {
      const reserved = { 120: DataRate.mbps(60), 130: DataRate.mbps(20) };
      await hosts.start(serviceOf(TrafficProfile.leakyBucket({ rate: LIMIT }), reserved));
      const sent = async () => {
        const classes = await hosts.on(1, "tc -s class show dev up0");
        return ["1:10", "1:20", "1:2"].map((id) =>
          Number(new RegExp(`^class htb ${id} .*\\n Sent (\\d+) bytes`, "m").exec(classes)![1]),
        );
      };
      const senders = [120, 130, 140].map((vlan) => hosts.flood(vlan, SECONDS + 1));
      await sleep(500);
      const from = await sent();
      const began = performance.now();
      await sleep(SECONDS * 1000);
      const seconds = (performance.now() - began) / 1000;
      const rates = (await sent()).map((bytes, i) => ((bytes - from[i]!) * 8) / seconds / 1e6);
      await Promise.all(senders);
      // What nobody reserved, 20 Mbit/s, is shared by the three.
      expect(rates[0]).toBeGreaterThan(60 * 0.9);
      expect(rates[1]).toBeGreaterThan(20 * 0.9);
      expect(rates[2]).toBeGreaterThan(1);
      expect(rates[2]).toBeLessThan(20);
      const sum = rates.reduce((a, b) => a + b);
      expect(Math.abs(sum - 100)).toBeLessThan(10);
    },
    30_000,
  );
});
