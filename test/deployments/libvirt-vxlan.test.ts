import { DataSize, Duration, TunedVm, Vteps, VxlanSegment } from "virtuned";
import { Accelerator, LibvirtHost, LibvirtPlatform } from "virtuned/libvirt";
import { down, up } from "../../lab";
import type { HostFile } from "../../src/linux";
import type { Program } from "./deployment";
import { GuestShell } from "./guest-shell";
import { canBootHosts, LabHost } from "./lab-host";
import { steps } from "./steps";
import { describeOnLab, onHosts, Testbed } from "./testbed";

const VTEPS = { kvm1: "10.99.0.1", kvm2: "10.99.0.2" };
const GUESTS = { kvm1: "192.168.7.1", kvm2: "192.168.7.2" };
const MTU = 1450;

type Host = keyof typeof VTEPS;

/** @param beds of the hosts @param files is given what each host has to have */
function programOf(beds: Record<Host, Testbed>, files: Map<Host, readonly HostFile[]>, vni: number): Program {
  return (stack) => {
    const names = Object.keys(VTEPS) as Host[];
    const hosts = names.map((name) => LibvirtHost.at(name, beds[name].lab.uri, { accelerator: Accelerator.TCG }));
    const platform = new LibvirtPlatform(stack, "kvm", { hosts });
    const segment = new VxlanSegment(stack, "tenant-a", { platform, vni, vteps: Vteps.of(VTEPS) });
    for (const [i, name] of names.entries()) {
      const vm = new TunedVm(stack, `on-${name}`, {
        platform,
        host: hosts[i],
        vcpus: 1,
        memory: DataSize.mebibytes(96),
        boot: beds[name].boot(),
        consoleLog: beds[name].consoleLog(`on-${name}`),
        shutdownTimeout: Duration.seconds(10),
      });
      vm.addNic("a", { segment });
      files.set(name, platform.hostFiles(hosts[i]).files);
    }
  };
}

describeOnLab("VXLAN between two libvirt hosts", (bed) => {
  const step = canBootHosts() ? steps() : (what: string) => test.skip(what, () => {});
  const second = new Testbed(`${bed.lab.name}-b`, "");
  const beds = { kvm1: bed, kvm2: second };
  const deployment = bed.deployment();
  const files = new Map<Host, readonly HostFile[]>();
  const machines = new Map<Host, LabHost>();
  const shells = { kvm1: new GuestShell(bed, "on-kvm1"), kvm2: new GuestShell(second, "on-kvm2") };

  beforeAll(async () => {
    await up(second.lab.name, { install: false });
  }, 120_000);

  afterAll(async () => {
    await down(second.lab.name);
  }, 60_000);

  const deliver = async () => {
    for (const [name, machine] of machines) {
      await machine.apply(files.get(name)!);
    }
  };

  step("a segment of two hosts is applied, and a second plan is empty", async () => {
    for (const [name, { lab }] of Object.entries(beds)) {
      machines.set(name as Host, await LabHost.of(lab));
    }
    await LabHost.connect(machines.get("kvm1")!, "up0", machines.get("kvm2")!, "up0");
    for (const [name, machine] of machines) {
      await machine.run("ip", "address", "add", `${VTEPS[name]}/24`, "dev", "up0");
    }
    await deployment.synth(programOf(beds, files, 10100));
    await deliver();
    await deployment.apply();
    expect((await deployment.plan()).changes).toEqual([]);
  });

  step("guests have the segment's MTU, and reach each other with frames of that size", async () => {
    for (const [name, own] of Object.entries(beds)) {
      const report = await own.report(`on-${name}`, ({ nics }) => nics.length === 1);
      expect(report.nics[0]!.mtu).toBe(MTU);
      await shells[name as Host].run(`ip address add ${GUESTS[name as Host]}/24 dev eth0`);
    }
    const ping = `ping -c 3 -s ${MTU - 28} ${GUESTS.kvm2} | grep received`;
    expect(await shells.kvm1.run(ping)).toMatch(/[123] packets received/);
  });

  step("another VNI is another bridge: networks are made anew, and guests are on them", async () => {
    await deployment.synth(programOf(beds, files, 10200));
    await deliver();
    expect(onHosts((await deployment.plan()).changes)).toEqual([
      "delete, create libvirt_network.tenant-a_kvm1",
      "delete, create libvirt_network.tenant-a_kvm2",
      "update libvirt_domain.on-kvm1",
      "update libvirt_domain.on-kvm2",
    ]);
    await deployment.applyPlan();
    expect((await deployment.plan()).changes).toEqual([]);
    expect(await bed.libvirt.find("on-kvm1", "//interface/source/@bridge")).toEqual(["br-vx10200"]);
  });

  step("nothing is left of it", async () => {
    await deployment.destroy();
    expect(await bed.libvirt.everything()).toEqual([]);
    expect(await second.libvirt.everything()).toEqual([]);
    expect(deployment.said).not.toContain("inconsistent result");
  });
});
