import type { TunedStack } from "virtuned";
import { type HostFiles, LibvirtHost, LibvirtPlatform, SshAccess } from "virtuned/libvirt";
import { exec } from "../../src/linux";
import { available } from "./available";
import { Deployment, said } from "./deployment";
import { canBootHosts, LabHost, type LabSsh } from "./lab-host";
import { steps } from "./steps";

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
    host = await LabHost.alone(`t-hf-${process.pid}`.slice(0, 16));
    ssh = await host.ssh();
    deployment = new Deployment(available.ok ? available.terraform : "");
  }, 120_000);

  afterAll(async () => {
    await host?.stop();
    deployment?.removeFolder();
  }, 60_000);

  const synth = (write: (files: HostFiles) => void, hostKey = ssh.hostKey) =>
    deployment.synth((stack: TunedStack) => {
      const access = SshAccess.privateKey({ host: ssh.host, port: ssh.port, hostKey, keyFile: ssh.privateKey });
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
  const devices = async () => (await host.run("ls", "/sys/class/net")).split("\n").sort();
  const delivered = () => host.shell("find /etc /var/lib/virtuned -name '*virtuned*' -not -path '*-lab-ssh*' | sort");
  const before: { bridge?: string; files?: string } = {};

  step("another host's key is refused before anything is sent", async () => {
    await synth(overlay, `ssh-ed25519 ${Buffer.alloc(51).toString("base64")}`);
    expect(await deployment.refusedApply()).toMatch(/key|handshake/);
    expect(await delivered()).toBe("");
  });

  step("a bridge, a VXLAN, a setting and a service come up", async () => {
    await apply(overlay);
    expect(await devices()).toEqual(["br-db", "lo", "vx-db"]);
    expect(await host.run("ip", "-d", "link", "show", "vx-db")).toMatch(
      /master br-db(.|\n)*vxlan id 120 local 10\.0\.0\.1/,
    );
    expect(await host.run("sysctl", "-n", "net.ipv4.conf.br-db.arp_ignore")).toBe("1");
    expect(await host.run("systemctl", "is-enabled", "virtuned-neighbours")).toBe("enabled");
    expect(await host.run("bridge", "fdb", "show", "dev", "vx-db")).toContain("02:00:00:00:00:01 dst 10.0.0.2");
    before.bridge = await index("br-db");
  });

  step("nothing is left to do, and nothing of the way is left", async () => {
    expect((await deployment.plan()).changes).toEqual([]);
    expect(await host.shell("ls -A /root /tmp | grep -e virtuned -e terraform_ || true")).toBe("");
  });

  step("it is there after the host was started anew", async () => {
    await host.reboot();
    expect(await devices()).toEqual(["br-db", "lo", "vx-db"]);
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
  });

  step("a changed device is made anew, with what services did to it; the bridge stays", async () => {
    await apply((files) => overlay(files, { mtu: 1450, port: 8472 }));
    expect(await host.run("ip", "-d", "link", "show", "vx-db")).toMatch(/master br-db(.|\n)*dstport 8472/);
    expect(await host.run("bridge", "fdb", "show", "dev", "vx-db")).toContain("02:00:00:00:00:01 dst 10.0.0.2");
    expect(await index("br-db")).toBe(before.bridge);
    before.files = await delivered();
  });

  const good = (files: HostFiles) => overlay(files, { mtu: 1450, port: 8472 });
  const unchanged = async () => {
    expect(await devices()).toEqual(["br-db", "lo", "vx-db"]);
    expect(await index("br-db")).toBe(before.bridge);
    expect(await delivered()).toBe(before.files);
  };

  step("a file of someone else is left alone", async () => {
    await host.shell("echo theirs > /etc/sysctl.d/50-theirs.conf");
    await synth((files) => {
      good(files);
      files.add({ path: "/etc/sysctl.d/50-theirs.conf", content: "# ours\n" }, "test");
      files.netdev("br-new", "test").set("NetDev", "Kind", "bridge");
    });
    expect(await refused()).toContain("nothing was changed: these files are there already");
    expect(await host.run("cat", "/etc/sysctl.d/50-theirs.conf")).toBe("theirs");
    await unchanged();
  });

  step("a device of someone else is left alone", async () => {
    await host.shell("ip link add br-theirs type bridge");
    await synth((files) => {
      good(files);
      files.netdev("br-theirs", "test").set("NetDev", "Kind", "bridge");
    });
    expect(await refused()).toContain("there is a network device br-theirs already");
    await host.shell("ip link delete br-theirs");
    await unchanged();
  });

  const bad: [string, (files: HostFiles) => void, RegExp][] = [
    [
      "a key that systemd-networkd does not know",
      (files) => files.network("br-db", "test").set("Network", "Nonsense", 1),
      /does not understand all of the files: .*Nonsense/,
    ],
    [
      "a kind of device that there is not",
      (files) => files.netdev("br-new", "test").set("NetDev", "Kind", "nonsense"),
      /does not understand all of the files: .*br-new/,
    ],
    [
      "an interface that is not there",
      (files) => files.network("ens9", "test").set("Network", "Bridge", "br-db"),
      /interfaces are not as their files say: ens9: there is none/,
    ],
    [
      "a setting that the kernel has not",
      (files) => files.sysctl("net.ipv4.nonsense", 1, "test"),
      /this kernel has no setting net\.ipv4\.nonsense/,
    ],
    [
      "a service that does not start",
      (files) => files.service("bad", "test").append("Service", "ExecStart", "/bin/false"),
      /virtuned-bad\.service does not start/,
    ],
  ];
  for (const [what, add, message] of bad) {
    step(`${what}: what was there is put back`, async () => {
      await synth((files) => {
        good(files);
        files.netdev("br-half", "test").set("NetDev", "Kind", "bridge");
        files.network("br-half", "test").set("Network", "LinkLocalAddressing", false);
        add(files);
      });
      const output = await refused();
      expect(output).toMatch(message);
      expect(output).toContain("what was there before is back");
      await unchanged();
      expect(await host.run("systemctl", "is-active", "virtuned-neighbours")).toBe("active");
    });
  }

  step("a device whose files are gone goes, and one with guests stays until they are gone", async () => {
    await host.shell("ip link add guest type veth peer name guest-end; ip link set guest master br-db");
    await apply((files) => files.sysctl("net.ipv4.ip_forward", 1, "test"));
    expect(await devices()).toEqual(["br-db", "guest", "guest-end", "lo"]);
    expect(deployment.said).toContain("br-db stays while there are ports of others on it: guest");
    await host.shell("ip link delete guest");
    await apply((files) => files.sysctl("net.ipv4.ip_forward", 0, "test"));
    expect(await devices()).toEqual(["lo"]);
  });

  step("nothing is left when it is destroyed", async () => {
    await deployment.destroy();
    expect(await devices()).toEqual(["lo"]);
    expect(await delivered()).toBe("");
    expect(await host.shell("ls -d /var/lib/virtuned || true")).toBe("");
    expect(await host.shell("systemctl list-units --all --plain --no-legend 'virtuned-*'")).toBe("");
  });
});
