import { DataRate, DataSize, Duration, IoLimit, IoPriority, IoProfile } from "virtuned";
import { recordingProgram, unknownValues } from "../../support/recording-platform";

const MIB = DataRate.mebibytesPerSecond;

describe("what a disk needs", () => {
  test("is operations anywhere, or long runs", () => {
    const random = IoProfile.random({ iops: 2000, latency: Duration.milliseconds(1) });
    expect(random.need).toEqual({ iops: 2000, latency: Duration.milliseconds(1), readPercent: 70 });
    expect(String(random)).toBe("2000 IOPS within 1 ms, 70 % reads");
    const sequential = IoProfile.sequential({ throughput: MIB(200), readPercent: 0 });
    expect(sequential.need).toEqual({ throughput: MIB(200), readPercent: 0, latency: undefined });
    expect(String(sequential)).toMatch(/ in sequence, 0 % reads$/);
  });

  test("is not known of a disk that is only limited", () => {
    const limit = IoLimit.total({ iops: 100 });
    const profile = IoProfile.limited({ limit, shares: 500 });
    expect(profile).toMatchObject({ need: undefined, limit, shares: 500 });
    expect(String(profile)).toBe("at most 100 IOPS; 500 shares");
  });

  test("stands beside what it may use", () => {
    const options = { limit: IoLimit.total({ iops: 4000 }), priority: IoPriority.HIGH, reservation: 1000 };
    const profile = IoProfile.random({ iops: 2000, ...options });
    expect(profile).toMatchObject({ ...options, need: { iops: 2000 } });
    expect(String(profile)).toBe("2000 IOPS, 70 % reads; at most 4000 IOPS; high priority; 1000 IOPS kept");
  });

  test.each<[string, () => unknown, string]>([
    ["no IOPS", () => IoProfile.random({} as never), "IoProfile.random: iops is not a"],
    ["0 IOPS", () => IoProfile.random({ iops: 0 }), "iops is too small"],
    ["a third of an operation", () => IoProfile.random({ iops: 0.3 }), "IoProfile.random: iops"],
    ["text", () => IoProfile.random({ iops: "100" as never }), "IoProfile.random: iops is not a"],
    ["nothing", () => IoProfile.random(undefined as never), "what is given is not an object"],
    ["a number of milliseconds", () => IoProfile.random({ iops: 1, latency: 5 as never }), "latency is not a Duration"],
    [
      "no time at all",
      () => IoProfile.random({ iops: 1, latency: Duration.milliseconds(0) }),
      "latency in µs is too small",
    ],
    ["110 percent reads", () => IoProfile.random({ iops: 1, readPercent: 110 }), "readPercent is too large"],
    ["a number for a rate", () => IoProfile.sequential({ throughput: 5 as never }), "throughput is not a DataRate"],
    ["a rate of 0", () => IoProfile.sequential({ throughput: MIB(0) }), "throughput in bit/s is too small"],
    ["nothing to limit", () => IoProfile.limited({}), "IoProfile.limited: the profile says nothing"],
    [
      "shares beside a priority",
      () => IoProfile.limited({ shares: 100, priority: IoPriority.LOW }),
      "shares and priority say the same in two ways",
    ],
    ["9 shares", () => IoProfile.limited({ shares: 9 }), "shares is too small"],
    ["another priority", () => IoProfile.limited({ priority: "hi" as never }), "priority is not one of those known"],
    ["a limit of another kind", () => IoProfile.limited({ limit: {} as never }), "limit is not a IoLimit"],
    [
      "more than its limit",
      () => IoProfile.random({ iops: 200, limit: IoLimit.total({ iops: 100 }) }),
      'the disk needs more than its limit lets pass (given "200 IOPS, 70 % reads"; allowed: at most 100 IOPS)',
    ],
    [
      "a faster run than its limit",
      () => IoProfile.sequential({ throughput: MIB(200), limit: IoLimit.total({ rate: MIB(100) }) }),
      "[io-need-within-limit]",
    ],
    [
      "more reads than its limit",
      () => IoProfile.random({ iops: 200, limit: IoLimit.perDirection({ read: { iops: 139 } }) }),
      "allowed: at most 139 IOPS for reads)",
    ],
    [
      "a faster run of writes than its limit",
      () =>
        IoProfile.sequential({
          throughput: MIB(100),
          readPercent: 0,
          limit: IoLimit.perDirection({ read: { rate: MIB(1) }, write: { rate: MIB(99) } }),
        }),
      "allowed: at most 99 MiB/s for writes)",
    ],
    [
      "more kept than it may use",
      () => IoProfile.limited({ reservation: 200, limit: IoLimit.total({ iops: 100 }) }),
      "what is kept for the disk is more than it may use",
    ],
  ])("%s is refused", (_, make, message) => {
    expect(make).toThrow(message);
  });

  test("may be as much as its limit lets pass of each", () => {
    const limit = IoLimit.perDirection({ read: { iops: 140 }, write: { iops: 60 } });
    expect(IoProfile.random({ iops: 200, limit }).limit).toBe(limit);
  });

  test.each(Object.entries(unknownValues(recordingProgram().stack)))(
    "%s, known at apply time, is refused",
    (_, value) => {
      expect(() => IoProfile.random({ iops: value as never })).toThrow("IoProfile.random: iops");
      expect(() => IoLimit.total({ iops: value as never })).toThrow("IoLimit.total: iops of the limit");
    },
  );
});

describe("what a disk may use", () => {
  test("is of reads and writes together", () => {
    const burst = { iops: 300, length: Duration.seconds(10) };
    const limit = IoLimit.total({ iops: 100, rate: MIB(1), burst, operationSize: DataSize.kibibytes(16), group: "g" });
    expect(limit).toMatchObject({ total: { iops: 100, rate: MIB(1), burst }, read: undefined, write: undefined });
    expect(String(limit)).toMatch(
      /^100 IOPS and .*, bursts 300 IOPS for 10 s, an operation for each 16 KiB, shared by group g$/,
    );
  });

  test("or of each by itself", () => {
    const limit = IoLimit.perDirection({ read: { iops: 100 }, write: { iops: 50 } });
    expect(limit).toMatchObject({ total: undefined, read: { iops: 100 }, write: { iops: 50 } });
    expect(String(limit)).toBe("reads 100 IOPS, writes 50 IOPS");
  });

  test.each<[string, () => unknown, string]>([
    ["no bound", () => IoLimit.total({}), "IoLimit.total: the limit bounds nothing (allowed: iops, rate, or both)"],
    ["no direction", () => IoLimit.perDirection({}), "no direction is given"],
    ["a direction without a bound", () => IoLimit.perDirection({ read: {} }), "read bounds nothing"],
    ["a number for a direction", () => IoLimit.perDirection({ read: 5 as never }), "read is not an object"],
    [
      "part of a byte",
      () => IoLimit.total({ rate: DataRate.bitsPerSecond(12) }),
      "rate of the limit in bytes a second",
    ],
    ["an empty burst", () => IoLimit.total({ iops: 1, burst: {} }), "burst of the limit says not how much"],
    [
      "a burst without its bound",
      () => IoLimit.total({ iops: 1, burst: { rate: MIB(1) } }),
      "burst of the limit has rate without a bound to exceed",
    ],
    [
      "a burst of operations without their bound",
      () => IoLimit.total({ rate: MIB(1), burst: { iops: 5 } }),
      "burst of the limit has iops without a bound to exceed",
    ],
    [
      "a burst below its bound",
      () => IoLimit.perDirection({ write: { iops: 100, burst: { iops: 50 } } }),
      "burst of write has less iops than the bound that it exceeds (given 50; allowed: 100 or more)",
    ],
    [
      "half a second",
      () => IoLimit.total({ iops: 1, burst: { iops: 2, length: Duration.milliseconds(500) } }),
      "[io-burst]",
    ],
    ["operations of no size", () => IoLimit.total({ iops: 1, operationSize: DataSize.bytes(0) }), "is too small"],
    ["a group that has no name", () => IoLimit.total({ iops: 1, group: "" }), "the name is empty"],
  ])("%s is refused", (_, make, message) => {
    expect(make).toThrow(message);
  });
});
