import { DistributedVSwitch, type IVtepSource, Vteps, VxlanSegment, VxlanTransport } from "virtuned";
import { Site } from "./setup";

function siteWith(mtu = 9000) {
  const site = Site.withHosts("esx1", "esx2");
  const { stack, platform } = site;
  const fabric = new DistributedVSwitch(stack, "fabric", { platform, mtu });
  const transport = VxlanTransport.vlan({ switch: fabric, vlan: 2100 });
  return { site, stack, platform, transport };
}

test("a segment is a port group with the VLAN that the gateway has in it", () => {
  const { site, stack, platform, transport } = siteWith();
  const segment = new VxlanSegment(stack, "tenant-a", { platform, vni: 10100, transport });
  const [portGroup] = Object.values(site.synth().resource.vsphere_distributed_port_group!);
  expect(portGroup).toMatchObject({ name: "tenant-a", vlan_id: 2100, allow_forged_transmits: false });
  expect(segment.mtu).toBe(9000);
});

test("leaves carry it where they are known", () => {
  const { stack, platform, transport } = siteWith(1500);
  const mapped: unknown[][] = [];
  const vteps: IVtepSource = {
    underlayMtu: 1500,
    evpn: true,
    vtepOf: ({ name }) => ({ address: "10.1.0.1", node: `leaf of ${name}`, onHost: false }),
    mapVlan: (where, host, vlan, vni) => mapped.push([where, host.name, vlan, vni]),
  };
  expect(new VxlanSegment(stack, "tenant-a", { platform, vni: 10100, transport, vteps }).mtu).toBe(1450);
  expect(mapped).toEqual([
    ["site/tenant-a", "esx1", 2100, 10100],
    ["site/tenant-a", "esx2", 2100, 10100],
  ]);
});

test("its hosts are no VTEPs", () => {
  const { stack, platform } = siteWith();
  const vteps = Vteps.of({ esx1: "10.0.0.1", esx2: "10.0.0.2" });
  expect(() => new VxlanSegment(stack, "tenant-a", { platform, vni: 10100, vteps })).toThrow(
    'site/tenant-a: hosts of vSphere are no VTEPs of segments, unless NSX makes them (given "esx1, esx2"). To mend: have a leaf or gateway carry a VLAN in the segment, and give it: transport: VxlanTransport.vlan({ switch, vlan: 2100 }). [vxlan-gateway]',
  );
  expect(() => new VxlanSegment(stack, "tenant-b", { platform, vni: 10200 })).toThrow(
    "where hosts are no VTEPs, as those of vSphere, give `transport: VxlanTransport.vlan({ switch, vlan })`",
  );
});
