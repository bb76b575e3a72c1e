import { DataRate, DistributedVSwitch, NetworkIoControl, TrafficProfile, TrafficShares } from "virtuned";
import { recordingProgram } from "../../support/recording-platform";
import { warningsOf } from "../../support/synthesis";

const { mbps, gbps } = DataRate;

test("classes have normal shares, machines high ones, and neither limit nor reservation", () => {
  const { version, allocations } = NetworkIoControl.version3({ vmotion: {}, virtualMachine: {} });
  expect(version).toBe(3);
  expect([...allocations]).toEqual([
    ["vmotion", { shares: TrafficShares.normal() }],
    ["virtualMachine", { shares: TrafficShares.high() }],
  ]);
});

test("what is given is taken", () => {
  const nfs = { shares: TrafficShares.custom(70), limit: gbps(4), reservation: gbps(1) };
  expect(NetworkIoControl.version3({ nfs }).allocations.get("nfs" as never)).toEqual(nfs);
});

test("what is reserved on an uplink is the sum; NICs of machines share their class's on all uplinks", () => {
  const control = NetworkIoControl.version3({
    virtualMachine: { reservation: gbps(2) },
    iscsi: { reservation: mbps(500) },
  });
  expect(control.reserved).toEqual(mbps(2500));
  expect(control.vmQuota(3)).toEqual(gbps(6));
  expect(NetworkIoControl.version3().vmQuota(3)).toEqual(mbps(0));
});

test.each<[string, () => unknown, string]>([
  [
    "a reservation over the limit",
    () => NetworkIoControl.version3({ nfs: { limit: gbps(1), reservation: gbps(2) } }),
    'NetworkIoControl.version3: nfs: more is reserved than the limit allows (given "reservation 2 Gbit/s, limit 1 Gbit/s")',
  ],
  [
    "a reservation of version 2",
    () => NetworkIoControl.version2({ nfs: { reservation: gbps(1) } }),
    "Network I/O Control version 2 has no reservations",
  ],
  [
    "a part of a Mbit/s",
    () => NetworkIoControl.version3({ nfs: { limit: DataRate.kbps(1500) } }),
    "nfs: limit, in Mbit/s, is not a whole number (given 1.5; allowed: a whole number, 1 or more)",
  ],
  [
    "a limit of nothing",
    () => NetworkIoControl.version3({ nfs: { limit: mbps(0) } }),
    "limit, in Mbit/s, is too small",
  ],
  [
    "a class that vSphere has not",
    () => NetworkIoControl.version3({ vMotion: {} } as never),
    'the traffic class is not one of those known (given "vMotion"',
  ],
  ["101 shares", () => TrafficShares.custom(101), "the number of shares is too large"],
])("%s is refused", (_, make, message) => expect(make).toThrow(message));

describe("against the speed of the uplinks", () => {
  const switchOf = (ioControl: NetworkIoControl, uplinkSpeed?: DataRate) => {
    const { stack, platform } = recordingProgram();
    new DistributedVSwitch(stack, "fabric", { platform, ioControl, uplinkSpeed });
    return warningsOf(stack);
  };
  const reserved = NetworkIoControl.version3({
    virtualMachine: { reservation: gbps(5) },
    nfs: { reservation: mbps(2500) },
  });

  test("75 % can be reserved", () => expect(switchOf(reserved, gbps(10))).toEqual([]));

  test("more is refused", () => {
    expect(() => switchOf(reserved, mbps(9999))).toThrow(
      "prod/fabric: the traffic classes have more reserved than an uplink can give",
    );
  });

  test("what the switch guarantees its machines is a part of it", () => {
    const { stack, platform } = recordingProgram();
    const ioControl = NetworkIoControl.version3({ nfs: { reservation: gbps(5) } });
    const traffic = TrafficProfile.guarantee({ reservation: gbps(3) });
    const props = { platform, ioControl, traffic, uplinkSpeed: gbps(10) };
    expect(() => new DistributedVSwitch(stack, "fabric", props)).toThrow(
      'prod/fabric: the traffic classes have more reserved than an uplink can give (given "8 Gbit/s of 10 Gbit/s"',
    );
  });

  test("a limit over the speed is warned of", () => {
    expect(switchOf(NetworkIoControl.version3({ nfs: { limit: gbps(11) } }), gbps(10))).toEqual([
      expect.stringMatching(/^prod\/fabric: nfs: .*11 Gbit\/s here.*\[io-control-idle-limit\]$/),
    ]);
  });

  test("nothing can be checked where the speed is not said", () => {
    expect(switchOf(reserved)).toEqual([expect.stringMatching(/\(`uplinkSpeed`\).*\[io-control-uplink-speed\]$/)]);
    expect(switchOf(NetworkIoControl.version3({ nfs: { shares: TrafficShares.low() } }))).toEqual([]);
  });
});
