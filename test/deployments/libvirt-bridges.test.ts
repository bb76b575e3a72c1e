import { DataSize, DistributedVSwitch, Duration, SwitchBacking, TunedVm } from "virtuned";
import type { HostFile } from "../../src/linux";
import type { Program } from "./deployment";
import { canBootHosts, LabHost } from "./lab-host";
import { describeOnLab, onHosts, type Testbed } from "./testbed";

const SEGMENTS = { db: { vlan: 120 }, web: { vlan: 121 }, lan: {} };

describeOnLab("Linux bridges that the kit makes, below libvirt", (bed) => {
  const onHost = canBootHosts() ? test : test.skip;
  const { libvirt } = bed;
  const deployment = bed.deployment();

  /** A guest on each segment. */
  function programOf(testbed: Testbed, mtu: number, keep: (files: readonly HostFile[]) => void): Program {
    return (stack) => {
      const platform = testbed.platform(stack);
      const backing = SwitchBacking.linuxBridge("br0", { managed: true });
      const fabric = new DistributedVSwitch(stack, "fabric", { platform, backing, mtu });
      for (const [id, options] of Object.entries(SEGMENTS)) {
        const vm = new TunedVm(stack, `on-${id}`, {
          platform,
          vcpus: 1,
          memory: DataSize.mebibytes(24),
          shutdownTimeout: Duration.seconds(1),
        });
        vm.addNic("only", { segment: fabric.addVlanSegment(id, options) });
      }
      keep(platform.hostFiles().files);
    };
  }

  onHost(
    "guests are on the bridge of their VLAN, with its MTU",
    async () => {
      const host = await LabHost.of(bed.lab);
      let files: readonly HostFile[] = [];
      const synth = (mtu: number) =>
        deployment.synth(
          programOf(bed, mtu, (written) => {
            files = written;
          }),
        );
      await synth(9000);
      await host.apply(files);
      await deployment.apply();
      expect((await deployment.plan()).changes).toEqual([]);
      for (const [id, bridge] of Object.entries({ db: "br0-120", web: "br0-121", lan: "br0" })) {
        const [tap] = await libvirt.find(`on-${id}`, "//interface/target/@dev");
        const link = await host.run("ip", "-oneline", "link", "show", "dev", tap!);
        expect(link).toMatch(new RegExp(` mtu 9000 .* master ${bridge} `));
        expect(await host.run("ip", "-oneline", "link", "show", "dev", bridge)).toContain(" mtu 9000 ");
      }

      await synth(1500);
      await host.apply(files);
      expect(onHosts((await deployment.plan()).changes)).toEqual([
        "update libvirt_domain.on-db",
        "update libvirt_domain.on-lan",
        "update libvirt_domain.on-web",
      ]);
      await deployment.applyPlan();
      expect((await deployment.plan()).changes).toEqual([]);
      expect(await host.run("ip", "-oneline", "link", "show", "dev", "br0-120")).toContain(" mtu 1500 ");

      await deployment.destroy();
      expect(await libvirt.everything()).toEqual([]);
      expect(deployment.said).not.toContain("inconsistent result");
    },
    600_000,
  );
});
