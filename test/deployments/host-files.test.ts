import { existsSync, rmSync } from "node:fs";
import { Network } from "@cdktf/provider-libvirt/lib/network";
import { Duration, type TunedStack } from "virtuned";
import { Accelerator, type HostFiles, LibvirtHost, LibvirtPlatform, SshAccess } from "virtuned/libvirt";
import { Delivery, exec, type HostFile } from "../../src/linux";
import { available } from "./available";
import { Deployment, said } from "./deployment";
import { canBootHosts, LabHost, type LabSsh } from "./lab-host";
import { steps } from "./steps";
import { describeOnLab, type Testbed } from "./testbed";

/** Names of the host's interfaces. */
async function devices(host: LabHost): Promise<string[]> {
  return (await host.run("ls", "/sys/class/net")).split("\n").sort();
}

/** All that a delivery puts on a host. */
async function deliveredTo(host: LabHost): Promise<string> {
  return host.shell("find /etc /var/lib/virtuned -name '*virtuned*' -not -path '*-lab-ssh*' | sort");
}

const run = available.ok && canBootHosts() ? describe : describe.skip;

/** A bridge, a VXLAN on it, a setting of the kernel and a service. */
function overlay(files: HostFiles, { mtu = 1500, port = 4789 } = {}): void {
  files.netdev("br-db", "test").set("NetDev", "Kind", "bridge");
  files
    .network("br-db", "test")
    .set("Network", "LinkLocalAddressing", false)
    .set("Network", "ConfigureWithoutCarrier", true)
    .set("Link", "MTUBytes", mtu);
  files
    .netdev("vx-db", "test")
    .set("NetDev", "Kind", "vxlan")
    .set("VXLAN", "VNI", 120)
    .set("VXLAN", "Local", "10.0.0.1")
    .set("VXLAN", "Independent", true)
    .set("VXLAN", "DestinationPort", port);
  files.network("vx-db", "test").set("Network", "Bridge", "br-db").set("Network", "LinkLocalAddressing", false);
  files.sysctl("net.ipv4.conf.br-db.arp_ignore", 1, "test");
  files
    .service("neighbours", "test")
    .append(
      "Service",
      "ExecStart",
      exec("/usr/sbin/bridge", "fdb", "append", "02:00:00:00:00:01", "dev", "vx-db", "dst", "10.0.0.2"),
    );
}

run("files of a host, delivered by the stack", () => {
  const step = steps();
  let host: LabHost;
  let ssh: LabSsh;
  let deployment: Deployment;

  beforeAll(async () => {
    host = await LabHost.alone(`hf-${process.pid}`);
    ssh = await host.ssh();
    deployment = new Deployment(available.ok ? available.terraform : "");
  }, 120_000);

  afterAll(async () => {
    await host?.stop();
    deployment?.removeFolder();
  }, 60_000);

  const synth = (write: (files: HostFiles) => void, hostKey = ssh.hostKey, timeout = Duration.minutes(1)) =>
    deployment.synth((stack: TunedStack) => {
      const { host: name, port, privateKey: keyFile } = ssh;
      const access = SshAccess.privateKey({ host: name, port, hostKey, keyFile, timeout });
      const kvm1 = LibvirtHost.at("kvm1", "qemu+ssh://root@kvm1/system", { ssh: access });
      write(new LibvirtPlatform(stack, "kvm", { hosts: [kvm1] }).hostFiles());
    });
  const apply = async (write: (files: HostFiles) => void) => {
    await synth(write);
    return deployment.apply();
  };
  /** What the script said on the host. */
  const refused = async () => (await deployment.refusedApply()).replace(/terraform_data\S+ \(remote-exec\): /g, "");
  const index = (name: string) => host.run("cat", `/sys/class/net/${name}/ifindex`);
  const before: { bridge?: string; files?: string } = {};

  step("another key than the host's is refused before anything is sent", async () => {
    await synth(overlay, ssh.clientKey, Duration.seconds(1));
    expect(await deployment.refusedApply()).toContain("key mismatch");
    expect(await deliveredTo(host)).toBe("");
  });

  step("a bridge, a VXLAN, a setting and a service come up", async () => {
    await apply(overlay);
    expect(await devices(host)).toEqual(["br-db", "lo", "vx-db"]);
    expect(await host.run("ip", "-d", "link", "show", "vx-db")).toMatch(
      /master br-db(.|\n)*vxlan id 120 local 10\.0\.0\.1(.|\n)*dstport 4789/,
    );
    expect(await host.run("sysctl", "-n", "net.ipv4.conf.br-db.arp_ignore")).toBe("1");
    expect(await host.run("systemctl", "is-enabled", "virtuned-neighbours")).toBe("enabled");
    expect(await host.run("bridge", "fdb", "show", "dev", "vx-db")).toContain("02:00:00:00:00:01 dst 10.0.0.2");
  });

  step("nothing is left to do, and nothing of the way is left", async () => {
    expect((await deployment.plan()).changes).toEqual([]);
    expect(await host.shell("ls -A /root /tmp | grep -e virtuned -e terraform_ || true")).toBe("");
  });

  step("it is there after the host was started anew", async () => {
    await host.reboot();
    expect(await devices(host)).toEqual(["br-db", "lo", "vx-db"]);
    expect(await host.run("bridge", "fdb", "show", "dev", "vx-db")).toContain("02:00:00:00:00:01 dst 10.0.0.2");
    before.bridge = await index("br-db");
  });

  step("a changed file is used, and devices stay", async () => {
    await synth((files) => overlay(files, { mtu: 1450 }));
    const { changes } = await deployment.plan();
    expect(said(changes)).toEqual(["delete, create terraform_data.kvm_HostFiles_kvm1_Delivery"]);
    await deployment.applyPlan();
    expect(await host.run("cat", "/sys/class/net/br-db/mtu")).toBe("1450");
    expect(await index("br-db")).toBe(before.bridge);
    before.files = await deliveredTo(host);
  });

  const unchanged = async () => {
    expect(await devices(host)).toEqual(["br-db", "lo", "vx-db"]);
    expect(await index("br-db")).toBe(before.bridge);
    expect(await host.run("cat", "/sys/class/net/br-db/mtu")).toBe("1450");
    expect(await deliveredTo(host)).toBe(before.files);
  };

  step("a file of someone else makes the apply fail, and nothing is changed", async () => {
    await host.shell("echo theirs > /etc/sysctl.d/50-theirs.conf");
    await synth((files) => {
      overlay(files, { mtu: 1400 });
      files.add({ path: "/etc/sysctl.d/50-theirs.conf", content: "# ours\n" }, "test");
    });
    expect(await refused()).toContain("nothing was changed: these files are there already");
    expect(await host.run("cat", "/etc/sysctl.d/50-theirs.conf")).toBe("theirs");
    await unchanged();
  });

  step("what does not work makes the apply fail, and what was there is put back", async () => {
    await synth((files) => {
      overlay(files, { mtu: 1400 });
      files.network("br-db", "test").set("Network", "Nonsense", 1);
    });
    const output = await refused();
    expect(output).toMatch(/does not understand all of the files: .*Nonsense/);
    expect(output).toContain("what was there before is back");
    await unchanged();
  });

  step("nothing is left when it is destroyed", async () => {
    await apply((files) => overlay(files, { mtu: 1450 }));
    await deployment.destroy();
    expect(await devices(host)).toEqual(["lo"]);
    expect(await deliveredTo(host)).toBe("");
    expect(await host.shell("ls -d /var/lib/virtuned || true")).toBe("");
    expect(await host.shell("ls -A /root /tmp | grep -e virtuned -e terraform_ || true")).toBe("");
    expect(await host.run("systemctl", "list-units", "--all", "--plain", "--no-legend", "virtuned-*")).toBe("");
  });
});

(canBootHosts() ? describeOnLab : describe.skip)("what needs the files of a host", (bed?: Testbed) => {
  const step = steps();
  let deployment: Deployment;
  let host: LabHost;
  let ssh: LabSsh;

  beforeAll(async () => {
    deployment = bed!.deployment();
    host = await LabHost.of(bed!.lab);
    ssh = await host.ssh();
  }, 120_000);

  const program = (mtu: number) => (stack: TunedStack) => {
    const { host: name, port, hostKey, privateKey: keyFile } = ssh;
    const access = SshAccess.privateKey({ host: name, port, hostKey, keyFile });
    const kvm1 = LibvirtHost.at("kvm1", bed!.lab.uri, { ssh: access, accelerator: Accelerator.TCG });
    const platform = new LibvirtPlatform(stack, "kvm", { hosts: [kvm1] });
    const network = new Network(stack, "net", {
      provider: platform.provider(),
      name: "net",
      autostart: true,
      forward: { mode: "bridge" },
      bridge: { name: "br-db" },
    });
    platform.hostFiles().makeWait(network);
    overlay(platform.hostFiles(), { mtu });
  };

  step("is made after them", async () => {
    await deployment.synth(program(1500));
    const output = await deployment.apply();
    expect(output).toMatch(/Delivery_\w+: Creation complete(.|\n)*libvirt_network\.net: Creating/);
    expect(await bed!.libvirt.virsh("net-list", "--name")).toBe("net");
  });

  step("stays when they change", async () => {
    await deployment.synth(program(1450));
    expect(said((await deployment.plan()).changes)).toEqual([
      "delete, create terraform_data.kvm_HostFiles_kvm1_Delivery",
    ]);
    await deployment.applyPlan();
    expect(await host.run("cat", "/sys/class/net/br-db/mtu")).toBe("1450");
  });

  step("goes before them", async () => {
    await deployment.destroy();
    expect(await bed!.libvirt.everything()).toEqual([]);
    expect(await devices(host)).toEqual(["lo"]);
  });
});

const NETWORKD = "/etc/systemd/network/05-virtuned-";

/** A file of systemd-networkd. */
function unit(name: string, ...lines: readonly string[]): HostFile {
  return { path: `${NETWORKD}${name}`, content: `${lines.join("\n")}\n` };
}

(canBootHosts() ? describe : describe.skip)("files of a host, installed by hand", () => {
  let host: LabHost;

  beforeAll(async () => {
    host = await LabHost.alone(`hh-${process.pid}`);
    await host.shell("ip link add eth1 type veth peer name cable; ip link set cable up");
  }, 120_000);

  afterAll(async () => {
    await host?.stop();
  }, 60_000);

  /** What the script says; with "failed" where it does. */
  const install = async (...files: readonly HostFile[]) => {
    rmSync(host.path("/srv/x"), { recursive: true, force: true });
    new Delivery("prod-kvm1", files).write(host.path("/srv/x"));
    return host.shell("sh /srv/x/install.sh 2>&1 || echo failed");
  };
  const network = (name: string, ...lines: readonly string[]) =>
    unit(`${name}.network`, "[Match]", `Name=${name}`, "[Network]", "LinkLocalAddressing=no", ...lines);
  const netdev = (name: string, kind: string, ...lines: readonly string[]) =>
    unit(`${name}.netdev`, "[NetDev]", `Name=${name}`, `Kind=${kind}`, ...lines);
  const bridge = [netdev("br0", "bridge"), network("br0", "ConfigureWithoutCarrier=yes")];
  const uplink = network("eth1", "Bridge=br0");
  const tunnel = (vni: number) => [
    network("eth1", "Address=10.0.0.1/24", "VXLAN=vx0"),
    netdev("vx0", "vxlan", "[VXLAN]", `VNI=${vni}`, "Local=10.0.0.1"),
    network("vx0"),
  ];
  const index = (name: string) => host.run("cat", `/sys/class/net/${name}/ifindex`);
  const masterOf = (name: string) => host.shell(`readlink /sys/class/net/${name}/master | sed 's|.*/||'`);

  afterEach(async () => {
    await host.shell("ip link delete guest 2>/dev/null || true");
    expect(await install()).not.toContain("failed");
    expect(await devices(host)).toEqual(["cable", "eth1", "lo"]);
  }, 60_000);

  test("an uplink whose file is gone leaves the bridge", async () => {
    await install(...bridge, uplink);
    expect(await masterOf("eth1")).toBe("br0");
    const before = await index("br0");
    await install(...bridge);
    expect(await masterOf("eth1")).toBe("");
    expect(await index("br0")).toBe(before);
  }, 60_000);

  test("an uplink is used for something else when its bridge goes", async () => {
    await install(...bridge, uplink);
    await install(network("eth1", "Address=10.0.0.1/24"));
    expect(await host.run("ip", "-br", "address", "show", "eth1")).toContain("10.0.0.1/24");
  }, 60_000);

  test("a device on top of an interface is made anew with its new settings", async () => {
    await install(...tunnel(7));
    await install(...tunnel(8));
    expect(await host.run("ip", "-d", "link", "show", "vx0")).toMatch(/vxlan id 8 /);
  }, 60_000);

  test("a device that somebody has deleted is made again", async () => {
    await install(...tunnel(7));
    await host.run("ip", "link", "delete", "vx0");
    expect(await install(...tunnel(7))).toBe("virtuned: the files of prod-kvm1 are on the host");
    expect(await devices(host)).toContain("vx0");
  }, 60_000);

  test("a device that is only made has no settings to wait for", async () => {
    expect(await install(bridge[0]!)).toMatch(/the files of prod-kvm1 are on the host$/);
    expect(await devices(host)).toContain("br0");
  }, 60_000);

  test("a bridge whose files are gone stays while a guest is on it", async () => {
    await install(...bridge);
    await host.shell("ip link add guest type veth peer name tap; ip link set guest master br0");
    expect(await install()).toContain("br0 stays while there are ports of others on it: guest");
    expect(await masterOf("guest")).toBe("br0");
    await host.shell("ip link delete guest");
    await install();
    expect(await devices(host)).not.toContain("br0");
  }, 60_000);

  test("a device of someone else is left alone", async () => {
    await host.shell("ip link add br0 type bridge");
    expect(await install(...bridge)).toContain("there is a network device br0 already, and it is not of this delivery");
    expect(await deliveredTo(host)).not.toContain(NETWORKD);
    await host.shell("ip link delete br0");
  }, 60_000);

  test("a bridge with changed settings is not taken from its guests", async () => {
    await install(...bridge);
    const before = await index("br0");
    const said = await install(netdev("br0", "bridge", "[Bridge]", "STP=yes"), bridge[1]!);
    expect(said).toContain("is used when it is made anew, at the next start of the host");
    expect(await index("br0")).toBe(before);
  }, 60_000);

  const service = (program: string): HostFile => ({
    path: "/etc/systemd/system/virtuned-x.service",
    content: `[Service]\nType=oneshot\nRemainAfterExit=yes\nExecStart=${program}\n[Install]\nWantedBy=multi-user.target\n`,
  });
  const settings = (...lines: readonly string[]): HostFile => ({
    path: "/etc/sysctl.d/90-virtuned.conf",
    content: `${lines.join("\n")}\n`,
  });

  test.each<[string, readonly HostFile[], string]>([
    ["a kind of device that there is not", [netdev("br1", "nonsense")], "does not understand all of the files"],
    ["an interface that there is not", [network("ens9", "Bridge=br0")], "ens9: there is none"],
    ["a setting that the kernel has not", [settings("net.ipv4.nonsense = 1")], "no setting net.ipv4.nonsense"],
    [
      "a value that the kernel does not take",
      [settings("net.ipv4.ip_forward = x")],
      "does not take net.ipv4.ip_forward",
    ],
    ["a service that does not start", [service("/bin/false")], "virtuned-x.service does not start"],
  ])(
    "%s: what was there is put back",
    async (_what, files, message) => {
      await install(...bridge, settings("net.ipv4.tcp_fin_timeout = 30"));
      const [before, delivered] = [await index("br0"), await deliveredTo(host)];
      const half = [
        settings("net.ipv4.tcp_fin_timeout = 31", "net.ipv4.tcp_keepalive_probes = 5"),
        netdev("br2", "bridge"),
      ];
      const others = half.filter(({ path }) => !files.some((file) => file.path === path));
      const said = await install(...bridge, ...others, network("br2", "ConfigureWithoutCarrier=yes"), ...files);
      expect(said).toContain(message);
      expect(said).toMatch(/what was there before is back\nfailed$/);
      expect([await index("br0"), await deliveredTo(host)]).toEqual([before, delivered]);
      expect(await devices(host)).toEqual(["br0", "cable", "eth1", "lo"]);
      expect(await host.run("sysctl", "-n", "net.ipv4.tcp_fin_timeout", "net.ipv4.tcp_keepalive_probes")).toBe("30\n9");
    },
    60_000,
  );

  (hasFrr() ? test : test.skip)(
    "FRR's own files make way, and come back",
    async () => {
      const frr = (...lines: readonly string[]): HostFile[] => [
        { path: "/etc/frr/frr.conf", content: ["log syslog", ...lines, ""].join("\n") },
        { path: "/etc/frr/daemons", content: "bgpd=yes\nvtysh_enable=yes\n" },
      ];
      const before = await host.shell("ls -l /etc/frr; cat /etc/frr/daemons");
      await install(...frr("router bgp 65001"));
      expect(await host.run("vtysh", "-c", "show running-config")).toContain("router bgp 65001");
      await install(...frr("router bgp 65001", " bgp router-id 10.0.0.1"));
      expect(await host.run("vtysh", "-c", "show running-config")).toContain("bgp router-id 10.0.0.1");
      expect(await install(...frr("nonsense"))).toMatch(/FRR does not understand(.|\n)*what was there before is back/);
      expect(await host.run("vtysh", "-c", "show running-config")).toContain("bgp router-id 10.0.0.1");
      await install();
      expect(await host.shell("ls -l /etc/frr; cat /etc/frr/daemons")).toBe(before);
      await host.run("systemctl", "disable", "--quiet", "--now", "frr");
    },
    120_000,
  );
});

function hasFrr(): boolean {
  return existsSync("/usr/lib/frr/bgpd");
}
