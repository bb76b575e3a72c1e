import { DataRate, SriovPool, type SriovPoolProps, VfLinkState, VlanSegment } from "virtuned";
import { recordingProgram, unknownValues } from "../../support/recording-platform";
import { warningsOf } from "../../support/synthesis";

function poolOf(props: Partial<SriovPoolProps> = {}, hosts?: readonly string[]) {
  const program = recordingProgram(hosts);
  const { stack, platform } = program;
  const base = { platform, physicalFunction: "ens1f0", virtualFunctions: 4 };
  return { ...program, pool: new SriovPool(stack, "fast", { ...base, ...props }) };
}

/** Of two hosts, the second is another. */
function withException(exception: object) {
  const { stack, platform } = recordingProgram();
  const exceptions = [{ host: platform.hosts[1]!, ...exception }];
  return new SriovPool(stack, "fast", { platform, physicalFunction: "ens1f0", virtualFunctions: 4, exceptions });
}

describe("a pool", () => {
  test("has the same physical function on all hosts, unless told otherwise", () => {
    const { pool, platform } = poolOf();
    const [kvm1, kvm2] = platform.hosts;
    expect(pool.physicalFunctions).toEqual([
      { host: kvm1, device: "ens1f0", virtualFunctions: 4 },
      { host: kvm2, device: "ens1f0", virtualFunctions: 4 },
    ]);
    expect(withException({ physicalFunction: "enp5s0f0" }).physicalFunctions).toMatchObject([
      { device: "ens1f0", virtualFunctions: 4 },
      { device: "enp5s0f0", virtualFunctions: 4 },
    ]);
    expect(withException({ virtualFunctions: 8 }).physicalFunctions[1]).toMatchObject({ virtualFunctions: 8 });
  });

  test("leaves to the platform what is not given", () => {
    const { platform, pool } = poolOf();
    const { virtualFunctions: _, log: _log, ...intent } = platform.sriovPools[0]!;
    expect(intent).toEqual({ name: "fast", mtu: 1500 });
    expect(pool).toMatchObject({ poolName: "fast", mtu: 1500, vlan: undefined });
  });

  test("passes on what is given", () => {
    const given = {
      name: "nfv",
      mtu: 9000,
      vlan: 120,
      maxRate: DataRate.gbps(2),
      minRate: DataRate.mbps(100),
      spoofCheck: true,
      trust: false,
      linkState: VfLinkState.UP,
    };
    expect(poolOf(given).platform.sriovPools[0]).toMatchObject(given);
  });

  test("has the MTU of its segment", () => {
    const { stack, platform } = recordingProgram();
    const segment = VlanSegment.fromVlanSegmentAttributes(stack, "lan", { platform, network: "lan", mtu: 9000 });
    const of = (id: string, mtu?: number) =>
      new SriovPool(stack, id, { platform, physicalFunction: "x", virtualFunctions: 1, segment, mtu });
    expect(of("a").mtu).toBe(9000);
    expect(of("b", 1500).mtu).toBe(1500);
    expect(() => of("c", 9001)).toThrow("allowed: a whole number, 576 to 9000");
  });
});

describe("a pool is refused with", () => {
  test.each<[string, object, RegExp]>([
    ["no physical function", { physicalFunction: undefined }, /physicalFunction is not a name \(given nothing\)/],
    [
      "several",
      { physicalFunction: ["ens1f0", "ens1f1"] },
      /one physical function on each host.*make a pool for each.*sriov-one-phys/,
    ],
    ["no virtual function", { virtualFunctions: 0 }, /virtualFunctions is too small.*1 to 65535.*sriov-vf-limit/],
    ["more than PCI has", { virtualFunctions: 65_536 }, /virtualFunctions is too large/],
    ["a number in a string", { virtualFunctions: "4" }, /virtualFunctions is not a number/],
    ["NaN", { virtualFunctions: Number.NaN }, /virtualFunctions is not a whole number/],
    ["a VLAN that is none", { vlan: 4095 }, /vlan is too large.*vlan-range/],
    ["a bare number for a rate", { maxRate: 1000 }, /maxRate is not a DataRate.*DataRate.mbps/],
    [
      "a rate that the NIC can't be told",
      { maxRate: DataRate.kbps(1500) },
      /maxRate in Mbit\/s is not a whole number.*sriov-rate/,
    ],
    [
      "a guarantee above the limit",
      { minRate: DataRate.gbps(2), maxRate: DataRate.gbps(1) },
      /minRate is more than maxRate/,
    ],
    ["text for a flag", { trust: "yes" }, /trust is neither true nor false/],
    ["an unknown link state", { linkState: "Up" }, /linkState is not one of those known.*did you mean "up"/],
    ["a segment that is none", { segment: {} }, /not a segment/],
    ["no list of exceptions", { exceptions: {} }, /exceptions is not a list/],
    ["an exception that is none", { exceptions: [null] }, /an exception is not an object/],
    ["an exception without host", { exceptions: [{ physicalFunction: "x" }] }, /host is not a host of platform/],
    ["a name that can't be one", { name: "a b" }, /has a space in it/],
  ])("%s", (_what, props, message) => {
    expect(() => poolOf(props)).toThrow(message);
  });

  test("what is known at apply time only", () => {
    const { stack, platform } = recordingProgram();
    const unknown = unknownValues(stack);
    const of = (id: string, props: object) =>
      new SriovPool(stack, id, { platform, physicalFunction: "ens1f0", virtualFunctions: 4, ...props });
    expect(() => of("a", { physicalFunction: unknown.string })).toThrow("physicalFunction must be a literal");
    expect(() => of("b", { virtualFunctions: unknown.number })).toThrow("virtualFunctions must be a literal");
    expect(() => of("c", { spoofCheck: unknown.boolean })).toThrow("spoofCheck must be a literal");
  });

  test("hosts that do not fit", () => {
    expect(() => poolOf({}, [])).toThrow(/the platform has none.*sriov-vf-count/);
    const { stack, platform } = recordingProgram();
    const [kvm1, kvm2] = platform.hosts;
    const base = { platform, physicalFunction: "x", virtualFunctions: 1, hosts: [kvm1!] };
    expect(() => new SriovPool(stack, "a", { ...base, exceptions: [{ host: kvm2! }] })).toThrow(
      'an exception is on a host that does not have the pool (given "kvm2"; allowed: kvm1)',
    );
    expect(() => new SriovPool(stack, "b", { ...base, exceptions: [{ host: kvm1! }, { host: kvm1! }] })).toThrow(
      "the hosts of the exceptions are not all different",
    );
  });
});

test("what a guest may do with its virtual function beyond the usual is warned of", () => {
  expect(warningsOf(poolOf({ spoofCheck: true, trust: false }).stack)).toEqual([]);
  expect(warningsOf(poolOf({ spoofCheck: false, trust: true }).stack)).toEqual([
    expect.stringMatching(/^prod\/fast: virtual functions are trusted: .*\[sriov-trust\]$/),
    expect.stringMatching(/^prod\/fast: spoofCheck is off: without the check .*\[sriov-spoof-check\]$/),
  ]);
});

describe("virtual functions", () => {
  test("are given out until there are no more, and who has them is said", () => {
    const { platform } = poolOf({ virtualFunctions: 2 });
    const { virtualFunctions } = platform.sriovPools[0]!;
    const [kvm1, kvm2] = platform.hosts;
    expect(virtualFunctions.take("prod/a/nic", kvm1!).device).toBe("ens1f0");
    virtualFunctions.take("prod/b/nic", kvm1!);
    expect(() => virtualFunctions.take("prod/c/nic", kvm1!)).toThrow(
      "prod/c/nic: ens1f0 of host kvm1 has no virtual function left: prod/a/nic, prod/b/nic have them " +
        '(given "NIC number 3"; allowed: 2, as pool prod/fast says). To mend: raise `virtualFunctions` of the pool, ' +
        "or run some of the machines on other hosts. [sriov-vf-count]",
    );
    virtualFunctions.take("prod/c/nic", kvm2!);
  });

  test("are those of the machine's host", () => {
    const { stack, platform } = recordingProgram();
    const [kvm1, kvm2] = platform.hosts;
    new SriovPool(stack, "fast", { platform, physicalFunction: "ens1f0", virtualFunctions: 1, hosts: [kvm1!] });
    expect(() => platform.sriovPools[0]!.virtualFunctions.take("prod/a/nic", kvm2!)).toThrow(
      'pool prod/fast has no physical function on the machine\'s host (given "kvm2"; allowed: kvm1)',
    );
  });
});
