import {
  DistributedVSwitch,
  Flooding,
  type IVtepSource,
  Vteps,
  VxlanSegment,
  type VxlanSegmentProps,
  VxlanTransport,
} from "virtuned";
import { recordingProgram } from "../../support/recording-platform";
import { warningsOf } from "../../support/synthesis";

const IPV4 = { kvm1: "10.0.0.1", kvm2: "10.0.0.2" };
const IPV6 = { kvm1: "2001:db8::1", kvm2: "2001:db8::2" };

function segmentOf(props: Partial<VxlanSegmentProps> = {}, hosts?: readonly string[]) {
  const { stack, platform } = recordingProgram(hosts);
  const make = (id: string, more: Partial<VxlanSegmentProps> = {}) =>
    new VxlanSegment(stack, id, { platform, vni: 10100, vteps: Vteps.of(IPV4), ...props, ...more });
  return { stack, platform, make, segment: make("tenant-a") };
}

/** A fabric whose leaves are the VTEPs. */
function leaves() {
  const mapped: unknown[][] = [];
  const source: IVtepSource = {
    underlayMtu: 9000,
    evpn: true,
    vtepOf: () => ({ address: "10.1.0.1", node: "leaf1", onHost: false }),
    mapVlan: (_where, host, vlan, vni) => mapped.push([host.name, vlan, vni]),
  };
  return { source, mapped };
}

test("without options it floods by head-end replication and has what the underlay carries", () => {
  const { platform, segment } = segmentOf();
  expect(segment).toMatchObject({ segmentName: "tenant-a", vni: 10100, mtu: 1450, platform });
  expect(platform.vxlans).toMatchObject([
    {
      name: "tenant-a",
      vni: 10100,
      mtu: 1450,
      flooding: { kind: "head-end replication" },
      neighbourSuppression: false,
      security: { allowPromiscuous: false, allowForgedTransmits: false, allowMacChanges: false },
    },
  ]);
  expect([...platform.vxlans[0]!.vteps].map(([host, { address }]) => [host.name, address])).toEqual(
    Object.entries(IPV4),
  );
});

test("with EVPN it floods by that and answers for neighbours, unless it is told not to", () => {
  const { platform, make } = segmentOf({ vteps: Vteps.evpn(IPV4, { asn: 64_512 }) });
  make("other", { vni: 2, neighbourSuppression: false });
  expect(platform.vxlans).toMatchObject([
    { flooding: { kind: "EVPN" }, neighbourSuppression: true },
    { flooding: { kind: "EVPN" }, neighbourSuppression: false },
  ]);
});

test("it can be on some of the hosts", () => {
  const { stack, platform } = recordingProgram();
  const [first] = platform.hosts;
  new VxlanSegment(stack, "a", { platform, vni: 1, vteps: Vteps.of({ kvm1: "10.0.0.1" }), hosts: [first!] });
  expect([...platform.vxlans[0]!.vteps.keys()]).toEqual([first]);
});

describe("its MTU", () => {
  test.each([
    ["an underlay of 1500 on IPv4", Vteps.of(IPV4), 1450],
    ["an underlay of 1500 on IPv6", Vteps.of(IPV6), 1430],
    ["an underlay of 9000", Vteps.of(IPV4, { underlayMtu: 9000 }), 8950],
  ])("is what is left of %s", (_, vteps, mtu) => {
    expect(segmentOf({ vteps }).segment.mtu).toBe(mtu);
    expect(segmentOf({ vteps, mtu: 1400 }).segment.mtu).toBe(1400);
    expect(() => segmentOf({ vteps, mtu: mtu + 1 })).toThrow("[fabric-mtu-chain]");
  });

  test("is explained, and refused with what it takes", () => {
    const why = (vteps: IVtepSource) =>
      segmentOf({ vteps })
        .segment.explain()
        .settings.find((s) => s.setting === "mtu")?.why;
    expect(why(Vteps.of(IPV4))).toBe(
      "the underlay carries 1500 bytes, 50 of them headers of VXLAN; with 1600 bytes, better 9000, guests would have 1500 or more",
    );
    expect(why(Vteps.of(IPV4, { underlayMtu: 9000 }))).toMatch(
      /^the underlay carries 9000 bytes, .* nothing is dropped$/,
    );
    expect(() => segmentOf({ mtu: 1500 })).toThrow(
      "prod/tenant-a: mtu is too large (given 1500; allowed: a whole number, 576 to 1450). To mend: the underlay carries 1500 bytes, 50 of them headers of VXLAN: let it carry more and say so there, or give at most 1450.",
    );
  });
});

describe("refused", () => {
  test("a VNI that is taken, on whichever hosts", () => {
    const { make, platform } = segmentOf({ hosts: undefined });
    expect(() => make("tenant-b", { hosts: [platform.hosts[1]!] })).toThrow(
      "prod/tenant-b: prod/tenant-a has this VNI already (given 10100",
    );
  });

  test.each<[string, Partial<VxlanSegmentProps>, string]>([
    ["VNI 0", { vni: 0 }, "vni is too small (given 0; allowed: a whole number, 1 to 16777215). [vxlan-vni]"],
    ["VNI 2^24", { vni: 2 ** 24 }, "vni is too large"],
    ["nothing to reach the others by", { vteps: undefined }, "nothing says where the hosts' VTEPs are"],
    [
      "a host without a VTEP",
      { vteps: Vteps.of({ kvm1: "10.0.0.1" }) },
      'host kvm2 has no VTEP (given "kvm1 10.0.0.1")',
    ],
    [
      "hosts whose leaf is the VTEP",
      { vteps: leaves().source },
      'the VTEP of host kvm1 is its leaf (given "leaf1"). To mend',
    ],
    ["EVPN that nobody speaks", { flooding: Flooding.evpn() }, "the VTEPs do not speak EVPN"],
    [
      "copies where EVPN sees to it",
      { vteps: Vteps.evpn(IPV4, { asn: 64_512 }), flooding: Flooding.headEndReplication() },
      "the VTEPs speak EVPN, which floods itself (given head-end replication; allowed: Flooding.evpn())",
    ],
    [
      "a group of the other family",
      { vteps: Vteps.of(IPV6), flooding: Flooding.multicast({ group: "239.1.1.1", interface: "ens1f0" }) },
      'the group is of another family than the VTEPs (given "239.1.1.1, VTEPs such as 2001:db8::1"; allowed: a group in ff00::/8)',
    ],
    [
      "answers that no host has",
      { neighbourSuppression: true },
      "with head-end replication no host can answer for guests of another (given true). To mend: leave `neighbourSuppression` out, or use EVPN. [vxlan-no-arp-proxy]",
    ],
    ["what is no flooding", { flooding: "multicast" as never }, "flooding is not a Flooding"],
    ["what is no source of VTEPs", { vteps: IPV4 as never }, "not a source of VTEPs"],
    ["what is no transport", { transport: { vlan: 5 } as never }, "transport is not a VxlanTransport"],
    ["an MTU under IPv4's", { mtu: 575 }, "mtu is too small"],
    ["an MTU as text", { mtu: "1400" as never }, "mtu is not a number"],
    ["suppression as text", { neighbourSuppression: "no" as never }, "neighbourSuppression is neither true nor false"],
  ])("%s", (_, props, message) => {
    expect(() => segmentOf(props)).toThrow(message);
  });

  test("a platform without hosts", () => {
    expect(() => segmentOf({}, [])).toThrow("no host is known that could be a VTEP");
  });
});

test("what it allows is warned of", () => {
  const { stack } = segmentOf({ security: { allowForgedTransmits: true } });
  expect(warningsOf(stack)).toEqual([expect.stringMatching("^prod/tenant-a: allowForgedTransmits: ")]);
});

describe("over a VLAN", () => {
  function overVlan(props: Partial<VxlanSegmentProps> = {}, mtu = 9000, hosts?: readonly string[]) {
    const { stack, platform } = recordingProgram(hosts);
    const fabric = new DistributedVSwitch(stack, "fabric", { platform, mtu });
    const transport = VxlanTransport.vlan({ switch: fabric, vlan: 2100 });
    const segment = new VxlanSegment(stack, "tenant-a", { platform, vni: 10100, transport, ...props });
    return { stack, platform, segment };
  }

  test("it is a segment of the switch, and a gateway has it in the VNI", () => {
    const { platform, segment } = overVlan({ security: { allowMacChanges: true } });
    expect(platform.vxlans).toEqual([]);
    expect(platform.segments).toMatchObject([
      { name: "tenant-a", mtu: 9000, tagging: { kind: "access", vlan: 2100 }, security: { allowMacChanges: true } },
    ]);
    expect(segment).toMatchObject({ mtu: 9000, vni: 10100 });
    expect(segment.flooding).toBeUndefined();
    expect(segment.explain().value("transport")).toBe("VLAN 2100 of prod/fabric");
  });

  test("leaves are told of the VLAN, and their tunnels have to carry the frames", () => {
    const { source, mapped } = leaves();
    expect(overVlan({ vteps: source }).segment.mtu).toBe(8950);
    expect(mapped).toEqual([
      ["kvm1", 2100, 10100],
      ["kvm2", 2100, 10100],
    ]);
    expect(overVlan({ vteps: source }, 1500).segment.mtu).toBe(1500);
    expect(() => overVlan({ vteps: source, mtu: 9000 })).toThrow("the underlay carries 9000 bytes, 50 of them");
    expect(() => overVlan({ mtu: 1501 }, 1500)).toThrow("To mend: switch prod/fabric carries 1500 bytes: let it carry");
  });

  test.each<[string, Partial<VxlanSegmentProps>, string]>([
    ["hosts", { hosts: [] }, "`hosts` is about hosts that are VTEPs"],
    ["flooding", { flooding: Flooding.headEndReplication() }, "`flooding` is about hosts that are VTEPs"],
    ["suppression", { neighbourSuppression: true }, "`neighbourSuppression` is about hosts that are VTEPs"],
    ["VTEPs on hosts", { vteps: Vteps.of(IPV4) }, "Vteps.of knows no leaves that could have a VLAN in the segment"],
  ])("%s is refused", (_, props, message) => {
    expect(() => overVlan(props)).toThrow(message);
  });

  test("leaves of nobody are refused, and a switch of another platform", () => {
    expect(() => overVlan({ vteps: leaves().source }, 1500, [])).toThrow("no host of the switch is known");
    expect(() => overVlan({ platform: recordingProgram().platform })).toThrow("switch is on another platform");
  });

  test.each([0, 4095, "5"])("VLAN %p is refused", (vlan) => {
    const { stack, platform } = recordingProgram();
    const fabric = new DistributedVSwitch(stack, "fabric", { platform });
    expect(() => VxlanTransport.vlan({ switch: fabric, vlan: vlan as never })).toThrow("VxlanTransport.vlan: vlan is");
  });

  test("what is no switch is refused", () => {
    expect(() => VxlanTransport.vlan({ switch: {} as never, vlan: 5 })).toThrow("not a switch");
  });
});

describe("Vteps", () => {
  test.each<[string, () => unknown, string]>([
    ["no host", () => Vteps.of({}), "no host has an address"],
    ["two families", () => Vteps.of({ a: "10.0.0.1", b: "2001:db8::1" }), "some addresses are IPv4 and some IPv6"],
    ["an address twice", () => Vteps.of({ a: "2001:db8::1", b: "2001:DB8:0::1" }), "a and b have the same address"],
    ["what is no address", () => Vteps.of({ a: "kvm1" }), "the address of a is not an IP address"],
    ["a prefix", () => Vteps.of({ a: "10.0.0.1/24" }), "the address of a is not an IP address"],
    ["a loopback", () => Vteps.of({ a: "127.0.0.1" }), "none that tunnels can end at"],
    ["a group", () => Vteps.of({ a: "239.1.1.1" }), "none that tunnels can end at"],
    ["a link-local address", () => Vteps.of({ a: "fe80::1" }), "none that tunnels can end at"],
    ["the name of no host", () => Vteps.of({ "a b": "10.0.0.1" }), "the name has a space in it"],
    ["what is no object", () => Vteps.of("10.0.0.1" as never), "what is given is not an object"],
    ["an underlay that is too small", () => Vteps.of(IPV4, { underlayMtu: 625 }), "underlayMtu is too small"],
    ["EVPN on IPv6", () => Vteps.evpn(IPV6, { asn: 64_512 }), "EVPN of FRR has no VTEPs with IPv6 addresses"],
    ["no system", () => Vteps.evpn(IPV4, {} as never), "asn is not a number"],
    ["a reserved system", () => Vteps.evpn(IPV4, { asn: 23_456 }), "asn is a number that is reserved"],
    [
      "a reflector by name",
      () => Vteps.evpn(IPV4, { asn: 64_512, routeReflectors: ["rr1"] }),
      "a route reflector is not an IP address",
    ],
  ])("refuse %s", (_, make, message) => {
    expect(make).toThrow(message);
  });

  test("say who has which address", () => {
    expect(String(Vteps.of(IPV4))).toBe("kvm1 10.0.0.1, kvm2 10.0.0.2");
  });
});

describe("Flooding", () => {
  test.each(["10.0.0.1", "2001:db8::1", "group", 5, undefined])("to %p is refused", (group) => {
    expect(() => Flooding.multicast({ group: group as never, interface: "ens1f0" })).toThrow("Flooding.multicast: ");
  });

  test.each(["", "ens 1", "x".repeat(16), undefined])("on interface %p is refused", (name) => {
    expect(() => Flooding.multicast({ group: "239.1.1.1", interface: name as never })).toThrow("the name ");
  });

  test("says what it is", () => {
    const flooding = Flooding.multicast({ group: "FF05::0:100", interface: "ens1f0" });
    expect(String(flooding)).toBe("multicast to ff05::100 on ens1f0");
  });
});
