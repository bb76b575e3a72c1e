import { DataSize, DistributedVSwitch, Duration, FlowExport } from "virtuned";
import { recordingProgram } from "../../support/recording-platform";

const collector = "192.0.2.10";

test("IPFIX has its registered port, tells long flows each minute and looks at one packet of 4096", () => {
  expect(FlowExport.ipfix({ collector })).toMatchObject({
    protocol: "IPFIX",
    collector,
    port: 4739,
    activeTimeout: Duration.seconds(60),
    sampling: 4096,
    idleTimeout: undefined,
    observationDomain: undefined,
    internalFlowsOnly: undefined,
    switchAddress: undefined,
  });
});

test("sFlow has its registered port, looks at one packet of 400 and sends 128 bytes of it, and counters every 30 s", () => {
  expect(FlowExport.sflow({ collector })).toMatchObject({
    protocol: "sFlow",
    collector,
    port: 6343,
    sampling: 400,
    polling: Duration.seconds(30),
    header: DataSize.bytes(128),
  });
});

test("what is given is taken", () => {
  const ipfix = {
    collector: "2001:db8::10",
    port: 2055,
    activeTimeout: Duration.hours(1),
    idleTimeout: Duration.minutes(10),
    sampling: 0,
    observationDomain: 4_294_967_295,
    internalFlowsOnly: true,
    switchAddress: "192.0.2.1",
  };
  expect(FlowExport.ipfix(ipfix)).toMatchObject(ipfix);
  const sflow = { collector, port: 1, sampling: 16_384, polling: Duration.seconds(1), header: DataSize.bytes(512) };
  expect(FlowExport.sflow(sflow)).toMatchObject(sflow);
});

test.each<[string, () => unknown, string]>([
  [
    "a name as collector",
    () => FlowExport.ipfix({ collector: "flows.example.org" }),
    "FlowExport.ipfix: collector is not an address",
  ],
  [
    "a long active timeout",
    () => FlowExport.ipfix({ collector, activeTimeout: Duration.hours(2) }),
    "activeTimeout, in seconds, is too large (given 7200; allowed: a whole number, 60 to 3600). [flow-export-range]",
  ],
  [
    "a short active timeout",
    () => FlowExport.ipfix({ collector, activeTimeout: Duration.seconds(59) }),
    "activeTimeout, in seconds, is too small",
  ],
  [
    "half seconds",
    () => FlowExport.ipfix({ collector, activeTimeout: Duration.milliseconds(60_500) }),
    "activeTimeout, in seconds, is not a whole number",
  ],
  [
    "a short idle timeout",
    () => FlowExport.ipfix({ collector, idleTimeout: Duration.seconds(9) }),
    "allowed: a whole number, 10 to 600",
  ],
  ["a high sampling rate", () => FlowExport.ipfix({ collector, sampling: 16_385 }), "sampling is too large"],
  ["sFlow of every packet", () => FlowExport.sflow({ collector, sampling: 0 }), "sampling is too small"],
  ["an observation domain of 33 bits", () => FlowExport.ipfix({ collector, observationDomain: 2 ** 32 }), "too large"],
  ["an IPv6 switch address", () => FlowExport.ipfix({ collector, switchAddress: "::1" }), "not an IPv4 address"],
  [
    "a header without Ethernet",
    () => FlowExport.sflow({ collector, header: DataSize.bytes(13) }),
    "header, in bytes, is too small (given 13; allowed: a whole number, 14 to 512)",
  ],
])("%s is refused", (_, make, message) => expect(make).toThrow(message));

describe("a segment", () => {
  const segmentOf = (flowExport?: FlowExport, exportFlows?: boolean) => {
    const { stack, platform } = recordingProgram();
    const fabric = new DistributedVSwitch(stack, "fabric", { platform, flowExport });
    fabric.addVlanSegment("db", { exportFlows });
    return platform.segments;
  };

  test("exports flows where its switch has a collector, unless it says otherwise", () => {
    expect(segmentOf(FlowExport.ipfix({ collector }))).toMatchObject([{ exportFlows: true }]);
    expect(segmentOf(FlowExport.ipfix({ collector }), false)).toMatchObject([{ exportFlows: false }]);
    expect(segmentOf()).toMatchObject([{ exportFlows: false }]);
  });

  test("has nowhere to send flows to without one", () => {
    expect(() => segmentOf(undefined, true)).toThrow("prod/fabric/db: flows have nowhere to go");
  });
});
