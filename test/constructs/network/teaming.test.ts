import { Teaming, TeamingPolicy } from "virtuned";

const UPLINKS = ["ens1f0", "ens1f1", "ens2f0"];

test.each([
  [Teaming.explicitFailover(), TeamingPolicy.EXPLICIT_FAILOVER],
  [Teaming.sourcePort(), TeamingPolicy.SOURCE_PORT],
  [Teaming.sourceMac(), TeamingPolicy.SOURCE_MAC],
  [Teaming.ipHash({ physicalPortsBundled: true }), TeamingPolicy.IP_HASH],
  [Teaming.loadBased(), TeamingPolicy.LOAD_BASED],
])("%# uses all uplinks unless told otherwise", (teaming, policy) => {
  expect(teaming.policy).toBe(policy);
  expect(teaming.assign("fabric", UPLINKS)).toEqual({ active: UPLINKS, standby: [] });
});

test("what is standby is not active", () => {
  expect(Teaming.explicitFailover({ standby: ["ens1f0"] }).assign("fabric", UPLINKS)).toEqual({
    active: ["ens1f1", "ens2f0"],
    standby: ["ens1f0"],
  });
});

test("active uplinks keep the order of preference, and others rest", () => {
  expect(Teaming.explicitFailover({ active: ["ens2f0", "ens1f0"] }).assign("fabric", UPLINKS)).toEqual({
    active: ["ens2f0", "ens1f0"],
    standby: [],
  });
});

test("a switch without uplinks needs none", () => {
  expect(Teaming.sourcePort().assign("fabric", [])).toEqual({ active: [], standby: [] });
});

test.each([
  [
    "an uplink that the switch lacks",
    { active: ["ens9"] },
    'does not have (given "ens9"; allowed: ens1f0, ens1f1, ens2f0)',
  ],
  ["a standby that it lacks", { standby: ["ens9"] }, "[teaming-uplinks]"],
  [
    "an uplink that is both",
    { active: ["ens1f0"], standby: ["ens1f0"] },
    "fabric: active and standby uplinks are not all different",
  ],
  ["an uplink given twice", { active: ["ens1f0", "ens1f0"] }, "are not all different"],
  ["nothing but standby uplinks", { standby: UPLINKS }, "no uplink is active"],
  ["no active uplink", { active: [] }, "no uplink is active"],
])("%s is refused", (_, options, message) => {
  expect(() => Teaming.sourcePort(options).assign("fabric", UPLINKS)).toThrow(message);
});

test.each([[undefined], [{}], [{ physicalPortsBundled: false }], [{ physicalPortsBundled: "yes" }]])(
  "IP hash with %p is refused: the physical ports have to be one channel",
  (options) => {
    expect(() => Teaming.ipHash(options as never)).toThrow("Teaming.ipHash: IP hash works only where");
  },
);
