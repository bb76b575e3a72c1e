import {
  DataRate,
  DataSize,
  type GuestOffloads,
  type HostOffloads,
  InterruptCoalescing,
  NicModel,
  SriovPool,
  TrafficProfile,
  TransmitThreads,
  type TunedVmNicOptions,
  VlanSegment,
} from "virtuned";
import { recordingProgram } from "../../support/recording-platform";

function program() {
  const made = recordingProgram();
  const { stack, platform } = made;
  const segment = VlanSegment.fromVlanSegmentAttributes(stack, "lan", { platform, network: "lan", mtu: 9000 });
  const pool = new SriovPool(stack, "fast", { platform, physicalFunction: "ens1f0", virtualFunctions: 4, mtu: 4000 });
  const nic = (options: TunedVmNicOptions) => made.vm("vm").addNic("nic", options);
  return { ...made, segment, pool, nic };
}

/** A NIC on a segment. */
function nicWith(options: object) {
  const { nic, segment, platform } = program();
  nic({ segment, ...options });
  return platform.nics[0]!;
}

describe("a NIC", () => {
  test("is on a segment", () => {
    const { nic, segment, platform } = program();
    expect(nic({ segment })).toMatchObject({ segment, sriov: undefined, mtu: 9000 });
    expect(platform.nics[0]).toMatchObject({ segment: segment._platformSegment, sriov: undefined });
  });

  test("or has a virtual function alone", () => {
    const { nic, pool, platform } = program();
    expect(nic({ sriov: pool })).toMatchObject({ segment: undefined, sriov: pool, mtu: 4000 });
    expect(platform.nics[0]).toMatchObject({ segment: undefined, sriov: pool._platformSriovPool });
  });

  test("or both, as a failover pair with the lower MTU", () => {
    const { nic, pool, segment, platform } = program();
    expect(nic({ sriov: pool, failover: segment })).toMatchObject({ segment, sriov: pool, mtu: 4000 });
    expect(platform.nics[0]).toMatchObject({ segment: segment._platformSegment, sriov: pool._platformSriovPool });
  });

  test.each<[string, (parts: ReturnType<typeof program>) => object, RegExp]>([
    [
      "neither",
      () => ({}),
      /^prod\/vm\/nic: nothing says what the NIC is connected to\. To mend: give `segment`, or `sriov`/,
    ],
    [
      "a segment and a pool",
      ({ segment, pool }) => ({ segment, sriov: pool }),
      /on a segment or has a virtual function.*`failover`/,
    ],
    [
      "failover alone",
      ({ segment }) => ({ failover: segment }),
      /failover is for a virtual function, and the NIC has none/,
    ],
    ["a pool that is none", ({ segment }) => ({ sriov: segment }), /not a SR-IOV pool/],
    ["a failover segment that is none", ({ pool }) => ({ sriov: pool, failover: pool }), /not a segment/],
    ["an MTU above the pool's", ({ pool }) => ({ sriov: pool, mtu: 9000 }), /576 to 4000.*raise `mtu` of the pool/],
    [
      "a traffic profile on a virtual function",
      ({ pool, segment }) => ({
        sriov: pool,
        failover: segment,
        traffic: TrafficProfile.tokenBucket({ average: DataRate.gbps(1), burst: DataSize.mebibytes(1) }),
      }),
      /a virtual function has no traffic profile.*give the pool `maxRate`.*sriov-no-bandwidth/,
    ],
    [
      "a virtual function in a micro segment",
      ({ pool, segment }) => ({ sriov: pool, failover: segment, microSegment: {} }),
      /a virtual function can't be in a micro segment.*sriov-no-filter/,
    ],
  ])("is refused with %s", (_what, options, message) => {
    const parts = program();
    expect(() => parts.nic(options(parts) as TunedVmNicOptions)).toThrow(message);
  });

  test("a virtual function alone is refused where the machine has to be able to move, a failover pair is not", () => {
    const { vm, pool, segment } = program();
    const machine = vm("mobile", { liveMigration: true });
    expect(machine.liveMigration).toBe(true);
    expect(() => machine.addNic("a", { sriov: pool })).toThrow(
      /ties it to its host.*give `failover`.*sriov-migration-wanted/,
    );
    machine.addNic("b", { sriov: pool, failover: segment });
    expect(vm("other").liveMigration).toBe(false);
    expect(() => vm("third", { liveMigration: "yes" as never })).toThrow("liveMigration is neither true nor false");
  });

  test("a pool of another platform is refused", () => {
    const { nic } = program();
    const other = program();
    expect(() => nic({ sriov: other.pool })).toThrow("SR-IOV pool is on another platform");
  });

  test.each<Partial<TunedVmNicOptions>>([
    { model: NicModel.VIRTIO },
    { queues: 2 },
    { rxRingSize: 512 },
    { txRingSize: 512 },
    { coalescing: InterruptCoalescing.frames(8) },
    { hostOffloads: {} },
    { guestOffloads: {} },
    { receiveScaling: {} },
    { isolated: false },
    { trustGuestRxFilters: false },
  ])("a virtual function alone has no %p, a failover pair may", (setting) => {
    const { nic, pool, segment, vm } = program();
    const [name] = Object.keys(setting);
    expect(() => nic({ sriov: pool, ...setting })).toThrow(`a virtual function has no \`${name}\``);
    expect(() => vm("other").addNic("nic", { sriov: pool, failover: segment, ...setting })).not.toThrow();
  });
});

describe("interrupts", () => {
  test.each([
    [InterruptCoalescing.off(), "off"],
    [InterruptCoalescing.frames(1), "1 frames"],
    [InterruptCoalescing.frames(64), "64 frames"],
    [InterruptCoalescing.rate(100), "100 per second"],
    [InterruptCoalescing.rate(100_000), "100000 per second"],
  ])("%s are passed on", (coalescing, text) => {
    expect(nicWith({ coalescing }).coalescing).toBe(coalescing);
    expect(String(coalescing)).toBe(text);
  });

  test.each([
    [() => InterruptCoalescing.frames(0), /frames is too small.*1 to 64.*nic-coalescing-range/],
    [() => InterruptCoalescing.frames(65), /frames is too large/],
    [() => InterruptCoalescing.rate(99), /the rate is too small.*100 to 100000/],
    [() => InterruptCoalescing.rate(100_001), /the rate is too large/],
    [() => InterruptCoalescing.rate("4000" as never), /the rate is not a number/],
    [() => nicWith({ coalescing: 16 }), /coalescing is not a InterruptCoalescing.*InterruptCoalescing.off/],
  ])("%s is refused", (make, message) => {
    expect(make).toThrow(message);
  });
});

describe("offloads", () => {
  test.each<HostOffloads>([
    {},
    { csum: true, gso: true, tso4: true, tso6: true, ecn: true, ufo: true, mrgRxbuf: true },
    { csum: false, mrgRxbuf: false },
    { csum: false, gso: false, tso4: false, tso6: false, ecn: false, ufo: false },
    { tso4: false, ecn: true },
  ])("%j are passed on", (hostOffloads) => {
    expect(nicWith({ hostOffloads }).hostOffloads).toEqual(hostOffloads);
  });

  test.each<[HostOffloads | GuestOffloads, RegExp]>([
    [{ csum: false, tso4: true }, /Offloads.tso4 is on without csum.*nic-offloads-need-checksums/],
    [{ csum: false, ufo: true }, /Offloads.ufo is on without csum/],
    [{ tso4: false, tso6: false, ecn: true }, /Offloads.ecn is on without tso4 or tso6/],
    [{ csum: "off" as never }, /Offloads.csum is neither true nor false/],
    [{ lro: true } as never, /Offloads has no such offload \(given "lro"; allowed: csum, /],
    [[] as never, /Offloads is not an object/],
    [true as never, /Offloads is not an object/],
  ])("%j are refused on both sides", (offloads, message) => {
    expect(() => nicWith({ hostOffloads: offloads })).toThrow(message);
    expect(() => nicWith({ guestOffloads: offloads })).toThrow(message);
  });

  test("of the guest have no gso and no mergeable buffers", () => {
    expect(() => nicWith({ guestOffloads: { gso: true } })).toThrow("guestOffloads has no such offload");
    expect(() => nicWith({ guestOffloads: { mrgRxbuf: true } })).toThrow("guestOffloads has no such offload");
  });
});

describe("threads and queues of the host", () => {
  test("are passed on", () => {
    const receiveScaling = { transmitThreads: TransmitThreads.PER_QUEUE, hostRss: true, rssOffload: false };
    expect(nicWith({ receiveScaling }).receiveScaling).toEqual(receiveScaling);
  });

  test.each<[object, RegExp]>([
    [{ transmitThreads: 3 }, /receiveScaling.transmitThreads is not one of those known/],
    [{ hostRss: "TRUE" }, /receiveScaling.hostRss is neither true nor false/],
    [{ udpRSS: true }, /receiveScaling has no such setting \(given "udpRSS"/],
  ])("%j is refused", (receiveScaling, message) => {
    expect(() => nicWith({ receiveScaling })).toThrow(message);
  });
});
