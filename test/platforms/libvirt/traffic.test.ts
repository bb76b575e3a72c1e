import {
  DataRate,
  DataSize,
  type DistributedVSwitchProps,
  SwitchBacking,
  TrafficPriority,
  TrafficProfile,
  type TunedVmNicOptions,
  VlanSegment,
  type VlanSegmentOptions,
} from "virtuned";
import { LibvirtProgram } from "../../support/libvirt";
import { warningsOf } from "../../support/synthesis";

const MBPS = DataRate.mbps;
const average = MBPS(100);
const burst = DataSize.mebibytes(1);
const bucket = TrafficProfile.tokenBucket({ average, burst });
const BRIDGE: Partial<DistributedVSwitchProps> = { backing: SwitchBacking.linuxBridge("br0"), uplinks: ["ens1f0"] };
const OPEN_VSWITCH: Partial<DistributedVSwitchProps> = { backing: SwitchBacking.openVSwitch("ovs0") };

/** A NIC on a segment of a switch; warnings are those about traffic. */
function program(
  props: Partial<DistributedVSwitchProps> = {},
  options: VlanSegmentOptions = {},
  nic: Partial<TunedVmNicOptions> = {},
) {
  const libvirt = new LibvirtProgram();
  const fabric = libvirt.switch("fabric", props);
  const segment = fabric.addVlanSegment("db", options);
  const vm = libvirt.vm("vm");
  vm.addNic("nic", { segment, ...nic });
  return {
    fabric,
    segment,
    vm,
    bandwidth: () => libvirt.synthesise().one("libvirt_domain").devices.interfaces[0].bandwidth,
    network: () => libvirt.synthesise().one("libvirt_network").bandwidth,
    files: () => libvirt.platform.hostFiles().files.filter(({ path }) => path.includes("traffic")),
    warnings: () => warningsOf(libvirt.stack).filter((warning) => warning.includes("[traffic-")),
  };
}

describe("a NIC", () => {
  test("without a profile has no bandwidth", () => expect(program().bandwidth()).toBeUndefined());

  test("has its limits in kB/s and KiB; bursts pass as fast as the link, as far as Linux can", () => {
    const { bandwidth, vm, warnings } = program({}, {}, { traffic: bucket });
    expect(bandwidth()).toEqual({
      inbound: { average: 12_500, peak: 12_500_000, burst: 1024 },
      outbound: { average: 12_500, burst: 1024 },
    });
    expect(warnings()).toEqual([]);
    expect(vm.explain().settings).toEqual(
      expect.arrayContaining([
        expect.objectContaining({
          setting: "bandwidth.inbound.average",
          value: "12500",
          decision: "given",
          why: expect.stringContaining("100 Mbit/s, in kB/s"),
          practice: "traffic-bandwidth",
        }),
        expect.objectContaining({
          setting: "bandwidth.inbound.peak",
          decision: "tuned",
          practice: "traffic-burst-at-link-speed",
        }),
        expect.objectContaining({ setting: "bandwidth.outbound.burst", value: "1024", decision: "given" }),
      ]),
    );
  });

  test("directions are the guest's, as libvirt's are", () => {
    const inbound = TrafficProfile.leakyBucket({ rate: MBPS(8) });
    const outbound = TrafficProfile.leakyBucket({ rate: MBPS(80) });
    expect(program({}, {}, { traffic: TrafficProfile.perDirection({ inbound }) }).bandwidth()).toEqual({
      inbound: { average: 1000, burst: 64 },
    });
    expect(program({}, {}, { traffic: TrafficProfile.perDirection({ outbound }) }).bandwidth()).toEqual({
      outbound: { average: 10_000, burst: 64 },
    });
  });

  test("a leaky bucket holds the least that the rate needs, and has no peak", () => {
    const { bandwidth, vm } = program({}, {}, { traffic: TrafficProfile.leakyBucket({ rate: DataRate.gbps(8) }) });
    // A millisecond of 1 GB/s.
    expect(bandwidth().inbound).toEqual({ average: 1_000_000, burst: 977 });
    expect(vm.explain().settings).toContainEqual(
      expect.objectContaining({ setting: "bandwidth.inbound.burst", decision: "tuned", practice: "traffic-no-burst" }),
    );
  });

  test("a peak is written inbound; outbound Linux has none, which is warned of", () => {
    const traffic = TrafficProfile.tokenBucket({ average, burst, peak: MBPS(200) });
    const { bandwidth, warnings } = program({}, {}, { traffic });
    expect(bandwidth()).toMatchObject({ inbound: { peak: 25_000 }, outbound: { average: 12_500, burst: 1024 } });
    expect(bandwidth().outbound.peak).toBeUndefined();
    expect(warnings()).toEqual([
      expect.stringMatching(/^prod\/vm\/nic: .*, 200 Mbit\/s has no effect: .*\[traffic-outbound-peak\]$/),
    ]);
  });

  test("on Open vSwitch the peak is the limit", () => {
    const { bandwidth, vm } = program(OPEN_VSWITCH, {}, { traffic: bucket });
    expect(bandwidth()).toEqual({
      inbound: { average: 12_500, peak: 12_500, burst: 1024 },
      outbound: { average: 12_500, burst: 1024 },
    });
    expect(vm.explain().settings).toContainEqual(
      expect.objectContaining({ setting: "bandwidth.inbound.peak", practice: "traffic-open-vswitch-ceiling" }),
    );
  });

  test("of a segment that others own can be limited; whether bursts may pass is not known there", () => {
    const libvirt = new LibvirtProgram();
    const { stack, platform } = libvirt;
    const segment = VlanSegment.fromVlanSegmentAttributes(stack, "lan", { platform, network: "default" });
    libvirt.vm("vm").addNic("nic", { segment, traffic: bucket });
    expect(libvirt.synthesise().one("libvirt_domain").devices.interfaces[0].bandwidth.inbound.peak).toBe(12_500);
  });

  test.each<[string, TrafficProfile, string]>([
    [
      "a rate that is no whole kB/s",
      TrafficProfile.leakyBucket({ rate: DataRate.kbps(100) }),
      "prod/vm/nic: average is not a whole number of kB/s (8 kbit/s) (given 100 kbit/s; allowed: 12 or 13 of them, and the like). [traffic-whole-units]",
    ],
    ["a rate below one", TrafficProfile.leakyBucket({ rate: DataRate.kbps(1) }), "allowed: 1 kB/s (8 kbit/s) and more"],
    [
      "a peak that is none",
      TrafficProfile.tokenBucket({ average, burst, peak: DataRate.bitsPerSecond(100_000_001) }),
      "peak is not a whole number of kB/s",
    ],
    [
      "a burst that is no whole KiB",
      TrafficProfile.tokenBucket({ average, burst: DataSize.megabytes(1) }),
      "burst is not a whole number of KiB (given 1 MB; allowed: 976 or 977 of them, and the like)",
    ],
    [
      "a burst that no segment of a guest fits into",
      TrafficProfile.tokenBucket({ average, burst: DataSize.kibibytes(63) }),
      "burst is not one that Linux can shape with (given 63 KiB; allowed: 64 to 4194303 KiB). [traffic-burst-size]",
    ],
    ["a burst of 4 GiB", TrafficProfile.tokenBucket({ average, burst: DataSize.gibibytes(4) }), "[traffic-burst-size]"],
    ["shares", TrafficProfile.leakyBucket({ rate: average, shares: 5 }), "(given 5). To mend: give `shares` and"],
    [
      "a priority",
      TrafficProfile.leakyBucket({ rate: average, priority: TrafficPriority.HIGH }),
      'libvirt has no queue for shares and priorities here (given "high")',
    ],
  ])("%s is refused", (_, traffic, message) => {
    expect(() => program({}, {}, { traffic })).toThrow(message);
  });
});

describe("a segment", () => {
  test("gives its limit to its NICs, each by itself", () => {
    const { bandwidth, vm } = program({}, { traffic: bucket });
    expect(bandwidth()).toMatchObject({ inbound: { average: 12_500 }, outbound: { average: 12_500 } });
    expect(vm.explain().settings).toContainEqual(
      expect.objectContaining({
        setting: "bandwidth.inbound.average",
        decision: "tuned",
        why: expect.stringContaining("100 Mbit/s of the segment"),
        practice: "traffic-segment-limit",
      }),
    );
  });

  test("a NIC's own limit is there instead, in the directions that it has", () => {
    const outbound = TrafficProfile.leakyBucket({ rate: MBPS(8) });
    const traffic = TrafficProfile.perDirection({ outbound });
    expect(program({}, { traffic: bucket }, { traffic }).bandwidth()).toMatchObject({
      inbound: { average: 12_500, burst: 1024 },
      outbound: { average: 1000, burst: 64 },
    });
  });

  test("a port group says nothing of it: the provider would drop it", () => {
    const libvirt = new LibvirtProgram();
    libvirt.switch("fabric").addVlanSegment("db", { traffic: bucket });
    expect(libvirt.synthesise().one("libvirt_network").port_groups).toEqual([{ name: "db" }]);
  });
});

describe("a network that libvirt makes", () => {
  test("is shaped at its bridge, without a peak of the kit's own", () => {
    const { network, fabric } = program({ traffic: bucket });
    const rates = { average: 12_500, burst: 1024 };
    expect(network()).toEqual({ inbound: rates, outbound: rates });
    expect(fabric.explain().settings).toContainEqual(
      expect.objectContaining({ setting: "bandwidth.inbound.average", practice: "traffic-network-bandwidth" }),
    );
  });

  test("in one direction, and with a peak where one is given", () => {
    const inbound = TrafficProfile.tokenBucket({ average, burst, peak: MBPS(200) });
    const { network } = program({ traffic: TrafficProfile.perDirection({ inbound }) });
    expect(network()).toEqual({ inbound: { average: 12_500, peak: 25_000, burst: 1024 } });
  });

  test("guarantees what a NIC receives, out of its average", () => {
    const traffic = TrafficProfile.guarantee({ reservation: MBPS(40) });
    const { bandwidth, vm, warnings } = program({ traffic: bucket }, {}, { traffic });
    expect(bandwidth()).toEqual({ inbound: { floor: 5000 } });
    expect(vm.explain().settings).toContainEqual(
      expect.objectContaining({ setting: "bandwidth.inbound.floor", value: "5000", practice: "traffic-floor" }),
    );
    expect(warnings()).toEqual([
      expect.stringMatching(
        /^prod\/vm\/nic: the guarantee of 40 Mbit\/s is of what it receives, not of what it sends: .*\[traffic-one-direction\]$/,
      ),
    ]);
  });

  test("a guarantee of what it receives alone needs no warning", () => {
    const inbound = TrafficProfile.tokenBucket({ average, burst, reservation: MBPS(40) });
    const traffic = TrafficProfile.perDirection({ inbound });
    const { bandwidth, warnings } = program({ traffic: bucket }, {}, { traffic });
    expect(bandwidth()).toEqual({ inbound: { average: 12_500, peak: 12_500_000, burst: 1024, floor: 5000 } });
    expect(warnings()).toEqual([]);
  });

  test("a guarantee of a switch or a segment is a quota for its NICs", () => {
    const traffic = TrafficProfile.leakyBucket({ rate: average, reservation: MBPS(50) });
    const { fabric, segment, network } = program(
      { traffic },
      { traffic: TrafficProfile.guarantee({ reservation: MBPS(20) }) },
      { traffic: TrafficProfile.guarantee({ reservation: MBPS(16) }) },
    );
    expect(network().inbound).toEqual({ average: 12_500, burst: 64 });
    for (const { settings } of [fabric.explain(), segment.explain()]) {
      expect(settings).toContainEqual(expect.objectContaining({ setting: "reservation", practice: "traffic-quota" }));
    }
  });

  test("a change of its bandwidth starts guests anew, whose taps go with the bridge", () => {
    const attached = (props: Partial<DistributedVSwitchProps>) => {
      const libvirt = new LibvirtProgram();
      libvirt.vm("vm").addNic("nic", { segment: libvirt.switch("fabric", props).addVlanSegment("db") });
      return libvirt.synthesise().one("libvirt_domain").metadata.xml;
    };
    expect(attached({ traffic: bucket })).not.toBe(attached({}));
  });
});

describe("a guarantee of a NIC is refused", () => {
  const traffic = TrafficProfile.guarantee({ reservation: MBPS(40) });
  const peaked = TrafficProfile.tokenBucket({ average, burst, peak: MBPS(200) });

  test.each<[string, Partial<DistributedVSwitchProps>]>([
    ["on a network without a rate inbound", {}],
    ["on a network with a rate outbound only", { traffic: TrafficProfile.perDirection({ outbound: bucket }) }],
    ["on a network whose peak libvirt would take it out of", { traffic: peaked }],
    ["on a Linux bridge", BRIDGE],
    ["on Open vSwitch", OPEN_VSWITCH],
  ])("%s", (_, props) => {
    expect(() => program(props, {}, { traffic })).toThrow(
      /^prod\/vm\/nic: the network can't guarantee a NIC anything \(given 40 Mbit\/s\)\. To mend: .*\[traffic-floor\]$/,
    );
  });

  test("of what it sends", () => {
    const outbound = TrafficProfile.perDirection({ outbound: traffic });
    expect(() => program({ traffic: bucket }, {}, { traffic: outbound })).toThrow(
      /^prod\/vm\/nic: libvirt can't guarantee what a NIC sends \(given 40 Mbit\/s\)\. .*\[traffic-floor\]$/,
    );
  });
});

describe("a bridge", () => {
  const outbound = TrafficProfile.tokenBucket({ average: DataRate.gbps(1), burst: DataSize.mebibytes(4) });

  test("is shaped where frames leave, at each uplink of each host", () => {
    const libvirt = new LibvirtProgram({}, ["kvm1", "kvm2"]);
    const uplinks = ["ens1f0", "ens1f1"];
    libvirt.switch("fabric", { ...BRIDGE, uplinks, traffic: TrafficProfile.perDirection({ outbound }) });
    for (const host of libvirt.hosts) {
      const files = libvirt.platform.hostFiles(host).files.filter(({ path }) => path.includes("traffic"));
      expect(files.map(({ path }) => path)).toEqual([
        "/etc/systemd/system/virtuned-traffic-ens1f0.service",
        "/etc/systemd/system/virtuned-traffic-ens1f1.service",
      ]);
      expect(files[1]!.content).toContain("dev ens1f1 parent 1: classid 1:1 htb rate 1000000000bit burst 4194304b");
    }
    const { libvirt_network: networks } = libvirt.synthesise().document.resource;
    expect(Object.values(networks as object).map(({ bandwidth }) => bandwidth)).toEqual([undefined, undefined]);
  });

  test("what arrives is not, which is warned of", () => {
    const { warnings } = program({ ...BRIDGE, traffic: outbound });
    expect(warnings()).toEqual([
      expect.stringMatching(/^prod\/fabric: the limit is of what leaves the uplinks, .*\[traffic-one-direction\]$/),
    ]);
  });

  test("a guarantee of a segment is a class on the uplinks, of the VLAN that the bridge tags", () => {
    const traffic = TrafficProfile.perDirection({
      outbound: TrafficProfile.guarantee({
        reservation: MBPS(300),
        shares: 10,
        priority: TrafficPriority.LOW,
      }),
    });
    const props = { ...BRIDGE, ...OPEN_VSWITCH, uplinkSpeed: DataRate.gbps(10), mtu: 9000 };
    const { files, segment, fabric, warnings, bandwidth } = program(props, { vlan: 120, traffic });
    const { content } = files()[0]!;
    // The whole is the speed of the uplink: no queue may build up behind it.
    expect(content).toContain("classid 1:1 htb rate 10000000000bit burst 1250304b ceil 10000000000bit");
    expect(content).toContain("classid 1:10 htb rate 300000000bit burst 65536b ceil 10000000000bit");
    expect(content).toContain("prio 2 quantum 90180\n");
    expect(content).toContain('"vlan id { 120 } meta priority set 1:10"');
    expect(segment.explain().value("htb.reservation")).toBe("300 Mbit/s");
    expect(segment.explain().value("htb.priority")).toBe("low");
    expect(fabric.explain().value("htb.rate")).toBe("10 Gbit/s");
    expect(fabric.explain().settings).toContainEqual(
      expect.objectContaining({ setting: "htb", practice: "traffic-one-queue" }),
    );
    expect(warnings()).toEqual([]);
    expect(bandwidth()).toBeUndefined();
  });

  test.each<[string, VlanSegmentOptions, string]>([
    ["a trunk", { trunk: [5, { from: 7, to: 9 }] }, "vlan id { 5, 7-9 } "],
    ["a trunk with a native VLAN, which the bridge tags", { trunk: [5], nativeVlan: 6 }, "vlan id { 5, 6 } "],
    ["a native VLAN of the ranges", { trunk: [{ from: 5, to: 8 }], nativeVlan: 6 }, "vlan id { 5-8 } "],
    ["no VLAN", {}, "ether type != { 8021q, 8021ad } "],
  ])("with %s", (_, options, rule) => {
    const traffic = TrafficProfile.guarantee({ reservation: MBPS(300) });
    const props = { ...BRIDGE, ...OPEN_VSWITCH, uplinkSpeed: DataRate.gbps(10) };
    const { files, warnings } = program(props, { ...options, traffic });
    expect(files()[0]!.content).toContain(`"${rule}meta priority set 1:10"`);
    expect(warnings()).toEqual([
      expect.stringMatching(/^prod\/fabric\/db: the reservation is of what leaves the uplinks, not of what arrives/),
    ]);
  });

  test.each<[string, Partial<DistributedVSwitchProps>, VlanSegmentOptions, string]>([
    [
      "a limit of a switch without uplinks",
      { ...BRIDGE, uplinks: [], traffic: outbound },
      {},
      "prod/fabric: switch fabric has no uplinks that its traffic could be shaped at (given 1 Gbit/s). To mend: give `uplinks` of the switch. [traffic-uplink-classes]",
    ],
    [
      "a burst that a segment of a guest does not fit into",
      { ...BRIDGE, traffic: TrafficProfile.tokenBucket({ average, burst: DataSize.kibibytes(32) }) },
      {},
      "prod/fabric: burst is not one that Linux can shape with (given 32 KiB",
    ],
    [
      "a guarantee where the speed is not known",
      BRIDGE,
      { traffic: TrafficProfile.guarantee({ reservation: average }) },
      "prod/fabric/db: how fast the uplinks of switch fabric are is not known (given 100 Mbit/s). To mend: give `uplinkSpeed` of the switch, or `traffic` with a limit. [traffic-uplink-classes]",
    ],
    [
      "a limit of what arrives",
      { ...BRIDGE, traffic: TrafficProfile.perDirection({ inbound: outbound }) },
      {},
      "prod/fabric: the limit of what guests receive can't be kept at an uplink",
    ],
    [
      "a guarantee of what arrives",
      { ...BRIDGE, uplinkSpeed: DataRate.gbps(10) },
      {
        traffic: TrafficProfile.perDirection({ inbound: TrafficProfile.guarantee({ reservation: average }) }),
      },
      "prod/fabric/db: the reservation of what guests receive can't be kept at an uplink",
    ],
    [
      "shares of a switch",
      { ...BRIDGE, traffic: TrafficProfile.leakyBucket({ rate: average, shares: 5 }) },
      {},
      "[traffic-weights]",
    ],
    [
      "shares of a segment on a NAT network",
      {},
      { traffic: TrafficProfile.leakyBucket({ rate: average, shares: 5 }) },
      "prod/fabric/db: libvirt has no queue for shares and priorities here (given 5). To mend: leave them out, or use a bridge with uplinks. [traffic-weights]",
    ],
  ])("%s is refused", (_, props, options, message) => {
    expect(() => program(props, options)).toThrow(message);
  });

  test("two switches that shape one uplink are refused", () => {
    const libvirt = new LibvirtProgram();
    libvirt.switch("one", { ...BRIDGE, traffic: TrafficProfile.perDirection({ outbound }) });
    expect(() => libvirt.switch("two", { ...BRIDGE, traffic: TrafficProfile.perDirection({ outbound }) })).toThrow(
      "prod/two: host kvm1 has a shaped uplink of this name already, that of prod/one",
    );
  });
});
