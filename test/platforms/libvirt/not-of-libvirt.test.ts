import { DistributedVSwitch, PrivateVlan } from "virtuned";
import { LibvirtProgram } from "../../support/libvirt";

test("a private VLAN is refused, and what there is instead is said", () => {
  const privateVlans = [PrivateVlan.promiscuous(100), PrivateVlan.isolated(100, 101)];
  expect(() => new LibvirtProgram().switch("fabric", { privateVlans })).toThrow(
    /^prod\/fabric: .*no private VLANs.*isolated ports.*MicroSegment.*\[private-vlan-on-bridge\]$/,
  );
});

test("segments can't be added to a network that others own", () => {
  const { stack, platform } = new LibvirtProgram();
  const existing = () =>
    DistributedVSwitch.fromDistributedVSwitchAttributes(stack, "fabric", { platform, name: "default" });
  expect(existing).toThrow(/^prod\/fabric: .*VlanSegment.fromVlanSegmentAttributes.*\[switch-libvirt-network-whole\]$/);
});
