import {
  DataRate,
  DataSize,
  DistributedVSwitch,
  type DistributedVSwitchProps,
  TrafficPriority,
  TrafficProfile,
  type VlanSegmentOptions,
} from "virtuned";
import { recordingProgram, unknownValues } from "../../support/recording-platform";

const MBPS = DataRate.mbps;
const average = MBPS(100);
const burst = DataSize.mebibytes(1);

describe("a profile", () => {
  test("of a token bucket is for both directions", () => {
    const profile = TrafficProfile.tokenBucket({ average, burst, peak: MBPS(200), reservation: MBPS(50), shares: 10 });
    const inbound = { limit: { average, burst, peak: MBPS(200) }, reservation: MBPS(50) };
    expect(profile.inbound).toEqual(inbound);
    expect(profile.outbound).toEqual({ ...inbound, shares: 10 });
  });

  test("of a leaky bucket has no burst, and its rate for a peak", () => {
    expect(TrafficProfile.leakyBucket({ rate: average }).inbound).toEqual({ limit: { average, peak: average } });
  });

  test("can be a guarantee alone", () => {
    const { inbound } = TrafficProfile.guarantee({ reservation: average });
    expect(inbound).toEqual({ reservation: average });
  });

  test("can have another one in each direction", () => {
    const inbound = TrafficProfile.leakyBucket({ rate: average });
    const outbound = TrafficProfile.guarantee({ reservation: MBPS(5), priority: TrafficPriority.HIGH });
    const profile = TrafficProfile.perDirection({ inbound, outbound });
    expect(profile.inbound).toEqual(inbound.inbound);
    expect(profile.outbound).toEqual({ reservation: MBPS(5), priority: "high" });
    expect(TrafficProfile.perDirection({ outbound }).inbound).toBeUndefined();
  });

  test.each<[TrafficProfile, string]>([
    [
      TrafficProfile.tokenBucket({ average, burst, peak: MBPS(200), reservation: MBPS(50), shares: 7 }),
      "at most 100 Mbit/s, bursts of 1 MiB, peak 200 Mbit/s, 50 Mbit/s guaranteed, 7 shares",
    ],
    [TrafficProfile.leakyBucket({ rate: average }), "at most 100 Mbit/s, no bursts"],
    [
      TrafficProfile.perDirection({ outbound: TrafficProfile.leakyBucket({ rate: average }) }),
      "outbound at most 100 Mbit/s, no bursts",
    ],
  ])("%s", (profile, text) => expect(String(profile)).toBe(text));
});

describe("refused is", () => {
  const { stack } = recordingProgram();
  const unknown = unknownValues(stack);

  test.each<[string, () => TrafficProfile, string]>([
    [
      "a peak below the average",
      () => TrafficProfile.tokenBucket({ average, burst, peak: MBPS(99) }),
      "TrafficProfile.tokenBucket: the peak is below the average (given 99 Mbit/s; allowed: 100 Mbit/s or more). [traffic-bucket]",
    ],
    [
      "a guarantee over the limit",
      () => TrafficProfile.leakyBucket({ rate: average, reservation: MBPS(101) }),
      "the guarantee is over the limit (given 101 Mbit/s; allowed: at most 100 Mbit/s). [traffic-reservation-within-limit]",
    ],
    ["a rate of 0", () => TrafficProfile.leakyBucket({ rate: MBPS(0) }), "rate is nothing (given 0 bit/s"],
    ["a burst of 0", () => TrafficProfile.tokenBucket({ average, burst: DataSize.bytes(0) }), "burst is nothing"],
    [
      "a number",
      () => TrafficProfile.leakyBucket({ rate: 100 as never }),
      "rate is not a DataRate (given 100; allowed: DataRate.mbps(100) and the like)",
    ],
    ["text", () => TrafficProfile.leakyBucket({ rate: "100 Mbit/s" as never }), "rate is not a DataRate"],
    ["null", () => TrafficProfile.leakyBucket({ rate: null as never }), "rate is not a DataRate (given null"],
    [
      "a size for a rate",
      () => TrafficProfile.tokenBucket({ average: burst as never, burst }),
      "average is not a DataRate (given 1 MiB",
    ],
    ["a token", () => TrafficProfile.leakyBucket({ rate: unknown.any as never }), "known only at apply time"],
    ["nothing at all", () => TrafficProfile.tokenBucket(undefined as never), "what is given is not an object"],
    ["no average", () => TrafficProfile.tokenBucket({ burst } as never), "average is not a DataRate (given nothing"],
    ["no burst", () => TrafficProfile.tokenBucket({ average } as never), "burst is not a DataSize (given nothing"],
    ["no guarantee", () => TrafficProfile.guarantee({} as never), "reservation is not a DataRate"],
    ["0 shares", () => TrafficProfile.leakyBucket({ rate: average, shares: 0 }), "shares is too small (given 0"],
    ["101 shares", () => TrafficProfile.leakyBucket({ rate: average, shares: 101 }), "[traffic-shares]"],
    ["half a share", () => TrafficProfile.leakyBucket({ rate: average, shares: 0.5 }), "shares is not a whole number"],
    [
      "a token for shares",
      () => TrafficProfile.leakyBucket({ rate: average, shares: unknown.number }),
      "shares must be",
    ],
    [
      "an unknown priority",
      () => TrafficProfile.leakyBucket({ rate: average, priority: "hihg" as never }),
      'priority is not one of those known (given "hihg"; allowed: "low", "normal", "high"). To mend: did you mean "high"?',
    ],
    ["no direction", () => TrafficProfile.perDirection({}), "no direction is given"],
    [
      "what is no profile",
      () => TrafficProfile.perDirection({ inbound: average as never }),
      "inbound is not a TrafficProfile (given 100 Mbit/s",
    ],
    [
      "directions within a direction",
      () => {
        const outbound = TrafficProfile.leakyBucket({ rate: average });
        return TrafficProfile.perDirection({ inbound: TrafficProfile.perDirection({ outbound }) });
      },
      "inbound has directions of its own",
    ],
    [
      "shares of what guests receive",
      () => TrafficProfile.perDirection({ inbound: TrafficProfile.leakyBucket({ rate: average, shares: 5 }) }),
      "shares of what guests receive can't be given",
    ],
    [
      "priority of what guests receive",
      () =>
        TrafficProfile.perDirection({
          inbound: TrafficProfile.leakyBucket({ rate: average, priority: TrafficPriority.LOW }),
        }),
      "priority of what guests receive can't be given",
    ],
  ])("%s", (_, profile, message) => expect(profile).toThrow(message));

  test.each(["switch", "segment", "NIC"])("what is no profile on a %s", (place) => {
    const traffic = { average } as never;
    const program = recordingProgram();
    expect(() => nested(program, { [place]: traffic })).toThrow("traffic is not a TrafficProfile");
  });

  test("a speed of uplinks that is none", () => {
    const { stack: prod, platform } = recordingProgram();
    expect(() => new DistributedVSwitch(prod, "fabric", { platform, uplinkSpeed: 10 as never })).toThrow(
      "prod/fabric: uplinkSpeed is not a DataRate (given 10",
    );
  });
});

type Profiles = { readonly switch?: TrafficProfile; readonly segment?: TrafficProfile; readonly NIC?: TrafficProfile };

/** A switch, a segment and a NIC, one in the other. */
function nested(
  { stack, platform, vm }: ReturnType<typeof recordingProgram>,
  profiles: Profiles,
  props: Partial<DistributedVSwitchProps> = {},
  options: VlanSegmentOptions = {},
) {
  const fabric = new DistributedVSwitch(stack, "fabric", { platform, traffic: profiles.switch, ...props });
  const segment = fabric.addVlanSegment("db", { traffic: profiles.segment, ...options });
  const nic = vm("vm").addNic("nic", { segment, traffic: profiles.NIC });
  return { platform, fabric, segment, nic };
}

describe("nested", () => {
  const limit = (rate: number) => TrafficProfile.leakyBucket({ rate: MBPS(rate) });
  const guarantee = (rate: number) => TrafficProfile.guarantee({ reservation: MBPS(rate) });

  test("profiles reach the platform as they are", () => {
    const profiles = { switch: limit(1000), segment: limit(100), NIC: limit(10) };
    const { platform, fabric, segment, nic } = nested(recordingProgram(), profiles, { uplinkSpeed: DataRate.gbps(10) });
    expect(platform.switches).toMatchObject([{ traffic: profiles.switch, uplinkSpeed: DataRate.gbps(10) }]);
    expect(platform.segments).toMatchObject([{ traffic: profiles.segment }]);
    expect(platform.nics).toMatchObject([{ traffic: profiles.NIC }]);
    expect([fabric.traffic, segment.traffic, nic.traffic]).toEqual(Object.values(profiles));
  });

  test.each<[string, Profiles, string]>([
    [
      "a segment's over the switch's",
      { switch: limit(100), segment: limit(101) },
      "prod/fabric/db: the limit (inbound) is over that of prod/fabric (given 101 Mbit/s; allowed: at most 100 Mbit/s). To mend: lower it, or raise that of prod/fabric first. [traffic-limit-within-parent]",
    ],
    ["a NIC's over the segment's", { segment: limit(10), NIC: limit(11) }, "is over that of prod/fabric/db"],
    [
      "a NIC's over the switch's, past a segment without one",
      { switch: limit(10), segment: guarantee(1), NIC: limit(11) },
      "prod/vm/nic: the limit (inbound) is over that of prod/fabric (",
    ],
    [
      "one direction's",
      { switch: TrafficProfile.perDirection({ outbound: limit(10) }), segment: limit(11) },
      "the limit (outbound) is over",
    ],
  ])("a limit is at most that of its parent: %s", (_, profiles, message) => {
    expect(() => nested(recordingProgram(), profiles)).toThrow(message);
  });

  test("limits over the speed of the uplinks are refused", () => {
    const uplinkSpeed = DataRate.gbps(1);
    expect(() => nested(recordingProgram(), { switch: limit(1001) }, { uplinkSpeed })).toThrow(
      "prod/fabric: the limit (inbound) is over that of the uplinks",
    );
  });

  test("guarantees of segments fit into the switch's, and who has what is said", () => {
    const { fabric } = nested(recordingProgram(), { switch: guarantee(100), segment: guarantee(60) });
    fabric.addVlanSegment("web", { traffic: guarantee(40) });
    expect(() => fabric.addVlanSegment("backup", { traffic: guarantee(1) })).toThrow(
      "prod/fabric/backup: guarantees (inbound) of prod/fabric are 101 Mbit/s together, and it has 100 Mbit/s: prod/fabric/db 60 Mbit/s, " +
        "prod/fabric/web 40 Mbit/s, prod/fabric/backup 1 Mbit/s (given 1 Mbit/s). To mend: lower one of them, or raise what prod/fabric has. " +
        "[traffic-guarantees-fit]",
    );
  });

  test("guarantees of NICs are parts of their segment's", () => {
    const program = recordingProgram();
    const { segment } = nested(program, { switch: guarantee(100), segment: guarantee(60), NIC: guarantee(50) });
    expect(() => program.vm("other").addNic("nic", { segment, traffic: guarantee(11) })).toThrow(
      "prod/other/nic: guarantees (inbound) of prod/fabric/db are 61 Mbit/s together, and it has 60 Mbit/s: prod/vm/nic 50 Mbit/s, prod/other/nic 11 Mbit/s",
    );
  });

  test("without one of the segment's they are parts of the switch's", () => {
    const program = recordingProgram();
    // The segment's limit is of each NIC: it is nothing that guarantees could be parts of.
    const { fabric, segment } = nested(program, { switch: limit(100), segment: limit(60), NIC: guarantee(50) });
    program.vm("other").addNic("nic", { segment, traffic: guarantee(50) });
    expect(() => fabric.addVlanSegment("web", { traffic: guarantee(1) })).toThrow(
      "of prod/fabric are 101 Mbit/s together, and it has 100 Mbit/s: prod/vm/nic 50 Mbit/s, prod/other/nic 50 Mbit/s, prod/fabric/web 1 Mbit/s",
    );
  });

  test("three quarters of an uplink can be guaranteed", () => {
    const uplinkSpeed = DataRate.gbps(1);
    expect(() => nested(recordingProgram(), { segment: guarantee(751) }, { uplinkSpeed })).toThrow(
      "guarantees (inbound) of prod/fabric are 751 Mbit/s together, and it has 750 Mbit/s",
    );
    expect(() => nested(recordingProgram(), { switch: guarantee(751) }, { uplinkSpeed })).toThrow(
      "prod/fabric: the guarantee (inbound) is more than an uplink of 1 Gbit/s has (given 751 Mbit/s; allowed: at most 750 Mbit/s: 75 %). [traffic-guarantees-fit]",
    );
    nested(recordingProgram(), { switch: guarantee(750), segment: guarantee(750) }, { uplinkSpeed });
  });

  test("nothing is known of what others own: nothing is refused", () => {
    nested(recordingProgram(), { NIC: guarantee(1_000_000) });
  });

  test("directions are counted by themselves", () => {
    const one = TrafficProfile.perDirection({ inbound: guarantee(100) });
    const other = TrafficProfile.perDirection({ outbound: guarantee(100) });
    const { fabric } = nested(recordingProgram(), { switch: limit(100), segment: one });
    fabric.addVlanSegment("web", { traffic: other });
  });
});
