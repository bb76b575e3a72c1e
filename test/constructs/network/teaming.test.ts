import { FailureDetection, LacpHash, LacpRate, Teaming, TeamingPolicy } from "virtuned";

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

describe("failures", () => {
  const beacon = { failureDetection: FailureDetection.BEACON_PROBING };

  test("are found by the link unless told otherwise, and what else happens is the platform's", () => {
    expect(Teaming.loadBased()).toMatchObject({
      failureDetection: "link state",
      failback: undefined,
      notifySwitches: undefined,
    });
    expect(Teaming.loadBased({ ...beacon, failback: false, notifySwitches: true })).toMatchObject({
      failureDetection: "beacon probing",
      failback: false,
      notifySwitches: true,
    });
  });

  test("beacons need three uplinks, active and standby together", () => {
    const teaming = Teaming.sourcePort({ ...beacon, standby: ["ens2f0"] });
    expect(teaming.assign("fabric", UPLINKS).active).toHaveLength(2);
    const message = "fabric: too few uplinks for beacon probing (given 2; allowed: 3 or more";
    expect(() => Teaming.sourcePort(beacon).assign("fabric", UPLINKS.slice(1))).toThrow(message);
    expect(() => Teaming.sourcePort({ ...beacon, active: UPLINKS.slice(1) }).assign("fabric", UPLINKS)).toThrow(
      message,
    );
    expect(() => Teaming.sourcePort(beacon).assign("fabric", [])).toThrow("[teaming-beacon-uplinks]");
  });

  test("beacons do not pass a port channel", () => {
    expect(() => Teaming.ipHash({ physicalPortsBundled: true, ...beacon })).toThrow("[teaming-beacon-aggregated]");
  });
});

describe("LACP", () => {
  test("is fast, hashes ports and needs one link unless told otherwise", () => {
    const teaming = Teaming.lacp();
    expect(teaming).toMatchObject({
      policy: TeamingPolicy.LACP,
      lacp: { rate: "fast", hash: "layer3+4", minLinks: 1, existingLag: undefined, given: [] },
    });
    expect(teaming.assign("fabric", UPLINKS)).toEqual({ active: UPLINKS, standby: [] });
  });

  test("takes what is given, and says that it was", () => {
    expect(Teaming.lacp({ rate: LacpRate.SLOW, hash: LacpHash.LAYER2_3, minLinks: 2 }).lacp).toEqual({
      rate: "slow",
      hash: "layer2+3",
      minLinks: 2,
      existingLag: undefined,
      given: ["rate", "hash", "minLinks"],
    });
  });

  test("can refer to a LAG by its name", () => {
    expect(Teaming.lacp({ existingLag: "lag1" }).lacp).toMatchObject({ existingLag: "lag1" });
  });

  test("needs no more links than there are", () => {
    expect(() => Teaming.lacp({ minLinks: 4 }).assign("fabric", UPLINKS)).toThrow("fabric: minLinks is too large");
  });

  test.each<[string, object, string]>([
    ["active uplinks beside the LAG", { active: ["ens1f0"] }, "a LAG has no active uplinks beside it"],
    ["standby uplinks beside the LAG", { standby: ["ens1f0"] }, "[teaming-lacp-all-uplinks]"],
    ["beacon probing", { failureDetection: "beacon probing" }, "[teaming-beacon-aggregated]"],
    ["two LAGs", { existingLag: ["lag1", "lag2"] }, "one LAG is active, and no more"],
    ["settings of a LAG that exists", { existingLag: "lag1", rate: "fast" }, "a LAG that exists has its own settings"],
    ["no link at all", { minLinks: 0 }, "minLinks is too small"],
    ["a rate in seconds", { rate: 30 }, "rate is not one of those known"],
    ["a hash of layer 4", { hash: "layer4" }, "hash is not one of those known"],
  ])("%s is refused", (_, options, message) => {
    expect(() => Teaming.lacp(options as never)).toThrow(message);
  });
});
