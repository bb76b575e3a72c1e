import type { IConstruct } from "constructs";
import type { TunedVmNicOptions } from "../../../src/constructs/compute";
import {
  DistributedVSwitch,
  type DistributedVSwitchProps,
  NetworkIoControl,
  TrafficPriority,
  TrafficProfile,
  VlanSegment,
  type VlanSegmentOptions,
} from "../../../src/constructs/network";
import { DataRate, DataSize } from "../../../src/units";
import { type MachineBlocks, Site, warningsOf } from "./setup";

const MBPS = DataRate.mbps;
const average = MBPS(100);
const burst = DataSize.mebibytes(1);
const bucket = TrafficProfile.tokenBucket({ average, burst });
const leaky = TrafficProfile.leakyBucket({ rate: average });
const IO_CONTROL = NetworkIoControl.version3({ virtualMachine: { reservation: MBPS(500) } });

const uplinks = ["vmnic2", "vmnic3"];

/** A NIC on a segment of a switch. */
function program(
  props: Partial<DistributedVSwitchProps> = {},
  options: VlanSegmentOptions = {},
  nic: Partial<TunedVmNicOptions> = {},
) {
  const site = Site.withHosts("esx1");
  const fabric = new DistributedVSwitch(site.stack, "fabric", { platform: site.platform, uplinks, ...props });
  const segment = fabric.addVlanSegment("db", options);
  const vm = site.vm();
  const made = vm.addNic("nic", { segment, ...nic });
  vm.addDisk("disk", { pool: site.pool, tier: "performance", size: DataSize.gibibytes(1) });
  return {
    ...{ fabric, segment, nic: made },
    network: () => site.only("vsphere_distributed_virtual_switch"),
    portGroup: () => site.only("vsphere_distributed_port_group"),
    block: () => site.only<MachineBlocks>("vsphere_virtual_machine").network_interface[0]!,
  };
}

const trafficWarnings = (of: IConstruct) => warningsOf(of).filter((warning) => warning.includes("[traffic-"));

describe("a segment", () => {
  it("without a profile says that nothing is shaped: a port group keeps what it was once told", () => {
    const group = program().portGroup();
    expect(group).toMatchObject({ ingress_shaping_enabled: false, egress_shaping_enabled: false });
    expect(Object.keys(group).filter((key) => key.includes("shaping"))).toHaveLength(2);
  });

  it("is shaped in bit/s and bytes", () => {
    const shape = { enabled: true, average_bandwidth: 100e6, peak_bandwidth: 100e9, burst_size: 2 ** 20 };
    const expected = ["ingress", "egress"].flatMap((direction) =>
      Object.entries(shape).map(([what, value]) => [`${direction}_shaping_${what}`, value]),
    );
    const { portGroup, segment } = program({}, { traffic: bucket });
    expect(portGroup()).toMatchObject(Object.fromEntries(expected));
    expect(segment.explain().settings).toEqual(
      expect.arrayContaining([
        expect.objectContaining({
          setting: "ingress_shaping_average_bandwidth",
          value: "100 Mbit/s",
          decision: "given",
          why: expect.stringContaining("of what each guest sends"),
          practice: "traffic-port-group-shaping",
        }),
        expect.objectContaining({
          setting: "egress_shaping_peak_bandwidth",
          decision: "tuned",
          practice: "traffic-burst-at-link-speed",
        }),
      ]),
    );
  });

  it("what a guest sends is the switch's ingress, what it receives the switch's egress", () => {
    const outbound = program({}, { traffic: TrafficProfile.perDirection({ outbound: leaky }) }).portGroup();
    expect(outbound).toMatchObject({ ingress_shaping_enabled: true, egress_shaping_enabled: false });
    const inbound = program({}, { traffic: TrafficProfile.perDirection({ inbound: leaky }) }).portGroup();
    expect(inbound).toMatchObject({ ingress_shaping_enabled: false, egress_shaping_enabled: true });
  });

  it("with a leaky bucket has its rate for a peak, and the least burst", () => {
    expect(program({}, { traffic: leaky }).portGroup()).toMatchObject({
      ingress_shaping_average_bandwidth: 100e6,
      ingress_shaping_peak_bandwidth: 100e6,
      ingress_shaping_burst_size: 65_536,
    });
  });

  it("is a quota for the guarantees of its NICs", () => {
    const traffic = TrafficProfile.guarantee({ reservation: MBPS(200) });
    const { segment } = program({ ioControl: IO_CONTROL }, { traffic });
    expect(segment.explain().settings).toContainEqual(
      expect.objectContaining({ setting: "reservation", value: "200 Mbit/s", practice: "traffic-quota" }),
    );
  });

  it("has a quota that is nobody's before a NIC has a part of it", () => {
    const outbound = TrafficProfile.guarantee({ reservation: MBPS(200) });
    const segment = { traffic: TrafficProfile.perDirection({ outbound }) };
    const without = program({ ioControl: IO_CONTROL }, segment);
    expect(trafficWarnings(without.nic)).toEqual([
      expect.stringMatching(
        /^the NIC has nothing of the 200 Mbit\/s .*give the NIC a `reservation` \[traffic-quota\]$/,
      ),
    ]);
    expect(trafficWarnings(program({ ioControl: IO_CONTROL }, segment, segment).nic)).toEqual([]);
  });

  it.each([
    [{}, TrafficProfile.guarantee({ reservation: average }), "a guarantee needs Network I/O Control version 3"],
    [
      { ioControl: NetworkIoControl.version2() },
      TrafficProfile.guarantee({ reservation: average }),
      "a guarantee needs Network I/O Control version 3",
    ],
    [
      { ioControl: IO_CONTROL },
      TrafficProfile.perDirection({ inbound: TrafficProfile.guarantee({ reservation: average }) }),
      "site/fabric/db: vSphere can't give it a guarantee of what guests receive",
    ],
  ])("can't have a guarantee that nothing keeps: %j", (props, traffic, message) => {
    expect(() => program(props, { traffic })).toThrow(message);
  });

  it("has a guarantee of what is sent, and says so where both directions were asked for", () => {
    const traffic = TrafficProfile.guarantee({ reservation: average });
    expect(trafficWarnings(program({ ioControl: IO_CONTROL }, { traffic }).segment)).toEqual([
      expect.stringMatching(/^a guarantee is of what is sent, not of what is received: .*\[traffic-one-direction\]$/),
    ]);
  });

  it.each([
    [TrafficProfile.leakyBucket({ rate: average, shares: 5 }), "5"],
    [TrafficProfile.leakyBucket({ rate: average, priority: TrafficPriority.LOW }), '"low"'],
  ])("has no weight: %s", (traffic, given) => {
    expect(() => program({}, { traffic })).toThrow(
      `site/fabric/db: a port group has no shares and no priority (given ${given}). To mend: give them to the NICs`,
    );
  });
});

describe("a NIC", () => {
  it("without a profile says nothing", () => {
    expect(Object.keys(program().block()).filter((key) => key.startsWith("bandwidth"))).toEqual([]);
  });

  it("has limit, guarantee and shares in Mbit/s", () => {
    const outbound = TrafficProfile.leakyBucket({ rate: average, reservation: MBPS(50), shares: 80 });
    const traffic = TrafficProfile.perDirection({ outbound });
    const { block, nic } = program({ ioControl: IO_CONTROL }, {}, { traffic });
    expect(block()).toMatchObject({
      bandwidth_limit: 100,
      bandwidth_reservation: 50,
      bandwidth_share_level: "custom",
      bandwidth_share_count: 80,
    });
    expect(trafficWarnings(nic)).toEqual([]);
    expect(nic.explain().settings).toContainEqual(
      expect.objectContaining({ setting: "bandwidth_limit", value: "100", practice: "traffic-nic-allocation" }),
    );
  });

  it.each(Object.values(TrafficPriority))("priority %s is a level of shares", (priority) => {
    const outbound = TrafficProfile.leakyBucket({ rate: average, priority });
    const traffic = TrafficProfile.perDirection({ outbound });
    expect(program({ ioControl: IO_CONTROL }, {}, { traffic }).block()).toMatchObject({
      bandwidth_share_level: priority,
    });
  });

  it("is not limited in what it receives, and has no bursts: both are warned of", () => {
    const { block, nic } = program({}, {}, { traffic: bucket });
    expect(block()).toMatchObject({ bandwidth_limit: 100 });
    expect(trafficWarnings(nic)).toEqual([
      expect.stringMatching(/^a limit is of what is sent, not of what is received: .*\[traffic-one-direction\]$/),
      expect.stringMatching(
        /^Network I\/O Control limits a NIC without bursts, 100 Mbit\/s here: .*\[traffic-nic-allocation\]$/,
      ),
    ]);
  });

  it("of a switch that others own can have a guarantee", () => {
    const site = new Site();
    const segment = VlanSegment.fromVlanSegmentAttributes(site.stack, "lan", {
      platform: site.platform,
      network: "VM Network",
    });
    const outbound = TrafficProfile.guarantee({ reservation: average });
    site.vm().addNic("nic", { segment, traffic: TrafficProfile.perDirection({ outbound }) });
  });

  it.each<[string, Partial<DistributedVSwitchProps>, TrafficProfile, string]>([
    [
      "a guarantee without Network I/O Control",
      {},
      TrafficProfile.guarantee({ reservation: average }),
      "site/vm/nic: a guarantee needs Network I/O Control version 3 on the switch (given 100 Mbit/s). To mend: give `ioControl: NetworkIoControl.version3()` of the switch. [traffic-io-control]",
    ],
    [
      "a guarantee with version 2",
      { ioControl: NetworkIoControl.version2() },
      TrafficProfile.guarantee({ reservation: average }),
      "a guarantee needs Network I/O Control version 3",
    ],
    [
      "shares without Network I/O Control",
      {},
      TrafficProfile.leakyBucket({ rate: average, shares: 5 }),
      "shares and priority need Network I/O Control version 2 or 3 on the switch",
    ],
    [
      "a limit of what it receives alone",
      {},
      TrafficProfile.perDirection({ inbound: leaky }),
      "site/vm/nic: vSphere can't give it a limit of what guests receive",
    ],
    [
      "a guarantee of what it receives alone",
      { ioControl: IO_CONTROL },
      TrafficProfile.perDirection({ inbound: TrafficProfile.guarantee({ reservation: average }) }),
      'a guarantee of what guests receive (given "inbound"). To mend: leave `inbound` out',
    ],
    [
      "shares and priority at once",
      { ioControl: IO_CONTROL },
      TrafficProfile.leakyBucket({ rate: average, shares: 5, priority: TrafficPriority.HIGH }),
      'shares and priority are one thing on vSphere (given "5 shares, priority high")',
    ],
    [
      "what is no whole Mbit/s",
      {},
      TrafficProfile.leakyBucket({ rate: DataRate.kbps(1500) }),
      "site/vm/nic: average is not a whole number of Mbit/s (given 1.5 Mbit/s; allowed: 1 or 2 Mbit/s, and the like). [traffic-whole-units]",
    ],
    ["less than one", {}, TrafficProfile.leakyBucket({ rate: DataRate.kbps(500) }), "allowed: 1 Mbit/s and more"],
  ])("%s is refused", (_, props, traffic, message) => {
    expect(() => program(props, {}, { traffic })).toThrow(message);
  });

  it("guarantees fit into what virtual machines have reserved on all uplinks", () => {
    const guarantee = (rate: number) =>
      TrafficProfile.perDirection({ outbound: TrafficProfile.guarantee({ reservation: MBPS(rate) }) });
    expect(program({ ioControl: IO_CONTROL }, {}, { traffic: guarantee(1000) }).block()).toMatchObject({
      bandwidth_reservation: 1000,
    });
    expect(() => program({ ioControl: IO_CONTROL }, {}, { traffic: guarantee(1001) })).toThrow(
      "site/vm/nic: guarantees (outbound) of site/fabric are 1001 Mbit/s together, and it has 1 Gbit/s: site/vm/nic 1001 Mbit/s",
    );
    expect(() => program({ ioControl: NetworkIoControl.version3() }, {}, { traffic: guarantee(1) })).toThrow(
      /and it has 0 bit\/s.* raise what site\/fabric has: what `ioControl` reserves for virtual machines/,
    );
  });
});

describe("a switch", () => {
  const outbound = TrafficProfile.leakyBucket({ rate: DataRate.gbps(2), reservation: DataRate.gbps(1), shares: 70 });

  it("has its profile as the traffic class of virtual machines", () => {
    const traffic = TrafficProfile.perDirection({ outbound });
    const { network, fabric } = program({ traffic, ioControl: NetworkIoControl.version3() });
    expect(network()).toMatchObject({
      network_resource_control_enabled: true,
      virtualmachine_maximum_mbit: 2000,
      virtualmachine_reservation_mbit: 1000,
      virtualmachine_share_level: "custom",
      virtualmachine_share_count: 70,
    });
    expect(fabric.explain().settings).toContainEqual(
      expect.objectContaining({
        setting: "virtualmachine_maximum_mbit",
        value: "2000",
        practice: "traffic-io-control",
      }),
    );
  });

  it.each<[string, Partial<DistributedVSwitchProps>, string]>([
    [
      "a limit without Network I/O Control",
      { traffic: leaky },
      "site/fabric: a limit needs Network I/O Control version 2 or 3 on the switch",
    ],
    [
      "a guarantee with version 2",
      { traffic: TrafficProfile.perDirection({ outbound }), ioControl: NetworkIoControl.version2() },
      "a guarantee needs Network I/O Control version 3",
    ],
    [
      "what `ioControl` speaks of too",
      { traffic: leaky, ioControl: IO_CONTROL },
      "site/fabric: `traffic` and `ioControl` both speak of what machines get (given at most 100 Mbit/s, no bursts). To mend: leave `traffic` out, or `virtualMachine` of `ioControl`. [traffic-io-control]",
    ],
    [
      "a limit of what arrives alone",
      { traffic: TrafficProfile.perDirection({ inbound: leaky }), ioControl: NetworkIoControl.version3() },
      "vSphere can't give it a limit of what guests receive",
    ],
  ])("%s is refused", (_, props, message) => {
    expect(() => program(props)).toThrow(message);
  });
});
