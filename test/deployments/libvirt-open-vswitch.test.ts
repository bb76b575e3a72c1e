import { DataSize, DistributedVSwitch, Duration, SwitchBacking, TunedVm, type VlanSegmentOptions } from "virtuned";
import type { Program } from "./deployment";
import { hasOpenVSwitch, LabOpenVSwitch } from "./open-vswitch";
import { describeOnLab, onHosts, type Testbed } from "./testbed";

function programOf(bed: Testbed, segments: Record<string, VlanSegmentOptions>): Program {
  return (stack) => {
    const platform = bed.platform(stack);
    const fabric = new DistributedVSwitch(stack, "fabric", { platform, backing: SwitchBacking.openVSwitch("ovsbr0") });
    for (const [id, options] of Object.entries(segments)) {
      const vm = new TunedVm(stack, `on-${id}`, {
        platform,
        vcpus: 1,
        memory: DataSize.mebibytes(24),
        shutdownTimeout: Duration.seconds(1),
      });
      vm.addNic("only", { segment: fabric.addVlanSegment(id, options) });
    }
  };
}

describeOnLab("Open vSwitch on libvirt", (bed) => {
  const onOpenVSwitch = hasOpenVSwitch() ? test : test.skip;
  const { libvirt } = bed;
  const ovs = LabOpenVSwitch.ofLibvirt(bed.lab);
  const deployment = bed.deployment();
  const portOf = async (guest: string) => ovs.port((await libvirt.find(guest, "//interface/target/@dev"))[0]!);

  onOpenVSwitch(
    "ports have the VLANs of their segments; a changed VLAN restarts its own guests only",
    async () => {
      await ovs.start("ovsbr0");
      const segments = {
        access: { vlan: 120 },
        trunk: { trunk: [200, { from: 210, to: 212 }] },
        native: { trunk: [300], nativeVlan: 301 },
        untagged: {},
      };
      await deployment.synth(programOf(bed, segments));
      await deployment.apply();
      expect((await deployment.plan()).changes).toEqual([]);
      expect(await portOf("on-access")).toBe("tag 120, trunks [], vlan_mode []");
      expect(await portOf("on-trunk")).toBe("tag [], trunks [200, 210, 211, 212], vlan_mode []");
      expect(await portOf("on-native")).toBe("tag 301, trunks [300, 301], vlan_mode native-untagged");
      expect(await portOf("on-untagged")).toBe("tag 0, trunks [], vlan_mode []");
      const runs = await Promise.all(Object.keys(segments).map((id) => libvirt.run(`on-${id}`)));

      await deployment.synth(programOf(bed, { ...segments, access: { vlan: 121 } }));
      expect(onHosts((await deployment.plan()).changes)).toEqual([
        "delete, create libvirt_network.fabric_lab",
        "update libvirt_domain.on-access",
      ]);
      await deployment.applyPlan();
      expect((await deployment.plan()).changes).toEqual([]);
      expect(await portOf("on-access")).toBe("tag 121, trunks [], vlan_mode []");
      expect((await Promise.all(Object.keys(segments).map((id) => libvirt.run(`on-${id}`)))).slice(1)).toEqual(
        runs.slice(1),
      );

      await deployment.destroy();
      expect(await libvirt.everything()).toEqual([]);
      expect(deployment.said).not.toContain("inconsistent result");
    },
    600_000,
  );
});
