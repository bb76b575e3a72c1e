import { DistributedVSwitch, VlanSegment, type VlanSegmentOptions } from "virtuned";
import { recordingProgram } from "../../support/recording-platform";
import { warningsOf } from "../../support/synthesis";

function segmentOf(options: VlanSegmentOptions, mtu = 9000) {
  const { stack, platform } = recordingProgram();
  const fabric = new DistributedVSwitch(stack, "fabric", { platform, mtu, security: { allowMacChanges: true } });
  return { stack, platform, segment: fabric.addVlanSegment("db", options) };
}

test("without options it is untagged and as its switch", () => {
  const { platform, segment } = segmentOf({});
  const intent = {
    mtu: 9000,
    tagging: { kind: "untagged" },
    security: { allowPromiscuous: false, allowForgedTransmits: false, allowMacChanges: true },
  };
  expect(platform.segments).toMatchObject([{ name: "db", traffic: undefined, ...intent }]);
  expect(segment).toMatchObject({ segmentName: "db", platform, ...intent });
});

test("its own name, MTU and policy win over the switch's", () => {
  const { platform } = segmentOf({ name: "db-120", mtu: 1500, security: { allowMacChanges: false } });
  expect(platform.segments).toMatchObject([{ name: "db-120", mtu: 1500, security: { allowMacChanges: false } }]);
});

test("new VlanSegment() is what addVlanSegment() makes", () => {
  const { stack, platform } = recordingProgram();
  const fabric = new DistributedVSwitch(stack, "fabric", { platform });
  const segment = new VlanSegment(stack, "db", { switch: fabric, vlan: 7 });
  expect(segment).toMatchObject({ switch: fabric, tagging: { kind: "access", vlan: 7 } });
});

describe("VLANs", () => {
  test.each<[string, VlanSegmentOptions, object]>([
    ["an access VLAN", { vlan: 120 }, { kind: "access", vlan: 120 }],
    ["the first VLAN", { vlan: 1 }, { kind: "access", vlan: 1 }],
    ["the last VLAN", { vlan: 4094 }, { kind: "access", vlan: 4094 }],
    [
      "a trunk, in the order of its VLANs",
      { trunk: [{ from: 200, to: 210 }, 130, 131] },
      {
        kind: "trunk",
        ranges: [
          { from: 130, to: 130 },
          { from: 131, to: 131 },
          { from: 200, to: 210 },
        ],
      },
    ],
    [
      "a trunk with a native VLAN",
      { trunk: [130], nativeVlan: 120 },
      { kind: "trunk", ranges: [{ from: 130, to: 130 }], native: 120 },
    ],
    ["a trunk of all VLANs", { trunk: [{ from: 1, to: 4094 }] }, { kind: "trunk", ranges: [{ from: 1, to: 4094 }] }],
  ])("%s", (_, options, tagging) => {
    expect(segmentOf(options).segment.tagging).toEqual(tagging);
  });

  test.each<[string, VlanSegmentOptions, string]>([
    ["VLAN 0", { vlan: 0 }, "vlan is too small (given 0; allowed: a whole number, 1 to 4094). [vlan-range]"],
    ["VLAN 4095", { vlan: 4095 }, "vlan is too large (given 4095; allowed: a whole number, 1 to 4094). [vlan-range]"],
    ["an access VLAN with a trunk", { vlan: 5, trunk: [6] }, "a segment is either an access port or a trunk"],
    ["a native VLAN without a trunk", { nativeVlan: 5 }, "a native VLAN is part of a trunk, and there is none"],
    ["a native VLAN with an access VLAN", { vlan: 6, nativeVlan: 5 }, "a native VLAN is part of a trunk"],
    ["a native VLAN 4095", { trunk: [6], nativeVlan: 4095 }, "nativeVlan is too large"],
    ["an empty trunk", { trunk: [] }, "a trunk needs at least one VLAN"],
    ["a VLAN twice", { trunk: [7, 7] }, 'ranges of the trunk overlap (given "7 and 7")'],
    [
      "a VLAN within a range",
      { trunk: [{ from: 1, to: 9 }, 9] },
      'overlap (given "1-9 and 9"). To mend: give each VLAN once',
    ],
    [
      "a range within a range",
      {
        trunk: [
          { from: 5, to: 6 },
          { from: 1, to: 9 },
        ],
      },
      "[vlan-ranges-overlap]",
    ],
    ["a range backwards", { trunk: [{ from: 9, to: 5 }] }, 'trunk[0] ends before it begins (given "9-5")'],
    ["a range to 4095", { trunk: [{ from: 9, to: 4095 }] }, "trunk[0].to is too large"],
    ["a range from 0", { trunk: [5, { from: 0, to: 4 }] }, "trunk[1].from is too small"],
  ])("%s is refused", (_, options, message) => {
    expect(() => segmentOf(options)).toThrow(message);
  });
});

test("its MTU is at most the switch's", () => {
  expect(() => segmentOf({ mtu: 9001 })).toThrow(
    "prod/fabric/db: mtu is too large (given 9001; allowed: a whole number, 576 to 9000). To mend: raise `mtu` of the switch first.",
  );
  expect(segmentOf({ mtu: 576 }).segment.mtu).toBe(576);
});

test("what it allows is warned of, what its switch allows is not warned of again", () => {
  const { stack } = segmentOf({ security: { allowForgedTransmits: true, allowPromiscuous: false } });
  expect(warningsOf(stack)).toEqual([
    expect.stringMatching("^prod/fabric: allowMacChanges: "),
    expect.stringMatching("^prod/fabric/db: allowForgedTransmits: "),
  ]);
});

describe("fromVlanSegmentAttributes", () => {
  const { stack, platform } = recordingProgram();

  test("refers to a network by its name", () => {
    const segment = VlanSegment.fromVlanSegmentAttributes(stack, "lan", { platform, network: "default" });
    expect(segment).toMatchObject({ platform, mtu: 1500 });
    expect(platform.segments.pop()).toEqual({ network: "default", portGroup: undefined, mtu: 1500 });
  });

  test("and to a port group of it", () => {
    VlanSegment.fromVlanSegmentAttributes(stack, "db", { platform, network: "fabric", portGroup: "db", mtu: 9000 });
    expect(platform.segments.pop()).toEqual({ network: "fabric", portGroup: "db", mtu: 9000 });
  });
});
