import { existsSync } from "node:fs";
import { DataSize, Duration, Flooding, TunedVm, Vteps, VxlanSegment, type VxlanSegmentProps } from "virtuned";
import { Accelerator, LibvirtHost, LibvirtPlatform, SshAccess } from "virtuned/libvirt";
import { down, up } from "../../lab";
import type { Program } from "./deployment";
import { GuestShell } from "./guest-shell";
import { canBootHosts, LabHost, type LabSsh } from "./lab-host";
import { steps } from "./steps";
import { describeOnLab, onHosts, Testbed } from "./testbed";

const VTEPS = { kvm1: "10.99.0.1", kvm2: "10.99.0.2" };
const GUESTS = { kvm1: "192.168.7.1", kvm2: "192.168.7.2" };
const MTU = 1450;

const withFrr = existsSync("/usr/bin/vtysh");

type Host = keyof typeof VTEPS;

interface LabMachine {
  readonly bed: Testbed;
  readonly host: LabHost;
  readonly ssh: LabSsh;
}

function programOf(machines: Record<Host, LabMachine>, props: Partial<VxlanSegmentProps> = {}): Program {
  return (stack) => {
    const names = Object.keys(VTEPS) as Host[];
    const hosts = names.map((name) => {
      const { bed, ssh } = machines[name];
      const access = SshAccess.privateKey({ ...ssh, keyFile: ssh.privateKey });
      return LibvirtHost.at(name, bed.lab.uri, { accelerator: Accelerator.TCG, ssh: access });
    });
    const platform = new LibvirtPlatform(stack, "kvm", { hosts });
    const segment = new VxlanSegment(stack, "tenant-a", { platform, vni: 10100, vteps: Vteps.of(VTEPS), ...props });
    for (const [i, name] of names.entries()) {
      const { bed } = machines[name];
      const vm = new TunedVm(stack, `on-${name}`, {
        platform,
        host: hosts[i],
        vcpus: 1,
        memory: DataSize.mebibytes(96),
        boot: bed.boot(),
        consoleLog: bed.consoleLog(`on-${name}`),
        shutdownTimeout: Duration.seconds(10),
      });
      vm.addNic("a", { segment });
    }
  };
}

describeOnLab("VXLAN between two libvirt hosts", (bed) => {
  const step = canBootHosts() ? steps() : (what: string) => test.skip(what, () => {});
  const second = new Testbed(`${bed.lab.name}-b`, "");
  const deployment = bed.deployment();
  const machines = {} as Record<Host, LabMachine>;
  const shells = { kvm1: new GuestShell(bed, "on-kvm1"), kvm2: new GuestShell(second, "on-kvm2") };
  const ping = () => shells.kvm1.run(`ping -c 8 -s ${MTU - 28} ${GUESTS.kvm2} | grep received`);
  const devices = async (name: Host) =>
    (await machines[name].host.run("ls", "/sys/class/net")).split("\n").filter((device) => device.includes("vx"));

  beforeAll(async () => {
    await up(second.lab.name, { install: false });
  }, 120_000);

  afterAll(async () => {
    await down(second.lab.name);
  }, 60_000);

  step("a segment of two hosts is applied, its files first; a second plan is empty", async () => {
    for (const [name, own] of [
      ["kvm1", bed],
      ["kvm2", second],
    ] as const) {
      const host = await LabHost.of(own.lab);
      machines[name] = { bed: own, host, ssh: await host.ssh() };
    }
    await LabHost.connect(machines.kvm1.host, "up0", machines.kvm2.host, "up0");
    for (const [name, { host }] of Object.entries(machines)) {
      await host.run("ip", "address", "add", `${VTEPS[name as Host]}/24`, "dev", "up0");
    }
    await deployment.synth(programOf(machines));
    await deployment.apply();
    expect((await deployment.plan()).changes).toEqual([]);
  });

  step("guests have the segment's MTU, and reach each other with packets of that size", async () => {
    for (const [name, own] of Object.entries(machines)) {
      const report = await own.bed.report(`on-${name}`, ({ nics }) => nics.length === 1);
      expect(report.nics[0]!.mtu).toBe(MTU);
      await shells[name as Host].run(`ip address add ${GUESTS[name as Host]}/24 dev eth0`);
    }
    expect(await ping()).toMatch(/[1-8] packets received/);
  });

  (withFrr ? step : test.skip)("from head-end replication to EVPN: guests run on, and reach each other", async () => {
    const runs = async () => [await bed.libvirt.run("on-kvm1"), await second.libvirt.run("on-kvm2")];
    const before = await runs();
    await deployment.synth(programOf(machines, { vteps: Vteps.evpn(VTEPS, { asn: 64_512 }) }));
    expect(onHosts((await deployment.plan()).changes)).toEqual([]);
    await deployment.applyPlan();
    expect((await deployment.plan()).changes).toEqual([]);
    expect(await ping()).toMatch(/[1-8] packets received/);
    expect(await runs()).toEqual(before);
    const entries = await machines.kvm1.host.run("bridge", "fdb", "show", "dev", "vxlan10100");
    expect(entries).toMatch(/dst 10.99.0.2 self extern_learn/);
  });

  step("another VNI, and by multicast: networks are made anew, and guests are on them", async () => {
    const flooding = Flooding.multicast({ group: "239.1.1.1", interface: "up0" });
    await deployment.synth(programOf(machines, { vni: 10200, flooding }));
    expect(onHosts((await deployment.plan()).changes)).toEqual([
      "delete, create libvirt_network.tenant-a_kvm1",
      "delete, create libvirt_network.tenant-a_kvm2",
      "update libvirt_domain.on-kvm1",
      "update libvirt_domain.on-kvm2",
    ]);
    await deployment.applyPlan();
    expect((await deployment.plan()).changes).toEqual([]);
    expect(await bed.libvirt.find("on-kvm1", "//interface/source/@bridge")).toEqual(["br-vx10200"]);
    expect(await machines.kvm1.host.run("ip", "-d", "link", "show", "vxlan10200")).toMatch(
      /mtu 1450 .*master br-vx10200(.|\n)*vxlan id 10200 group 239\.1\.1\.1/,
    );
  });

  step("nothing is left of it", async () => {
    await deployment.destroy();
    for (const name of ["kvm1", "kvm2"] as const) {
      expect(await machines[name].bed.libvirt.everything()).toEqual([]);
      expect(await devices(name)).toEqual([]);
      expect(await machines[name].host.run("find", "/etc", "-name", "*virtuned-*vx*")).toBe("");
    }
    expect(deployment.said).not.toContain("inconsistent result");
  });
});
