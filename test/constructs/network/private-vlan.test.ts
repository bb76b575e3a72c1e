import { DistributedVSwitch, PrivateVlan } from "virtuned";
import { recordingProgram } from "../../support/recording-platform";

const MAP = [
  PrivateVlan.promiscuous(100),
  PrivateVlan.isolated(100, 101),
  PrivateVlan.community(100, 102),
  PrivateVlan.community(100, 103),
  PrivateVlan.promiscuous(200),
];

const switchOf = (privateVlans: readonly PrivateVlan[]) => {
  const { stack, platform } = recordingProgram();
  return { platform, fabric: new DistributedVSwitch(stack, "fabric", { platform, privateVlans }) };
};

test.each([
  [PrivateVlan.promiscuous(1), { type: "promiscuous", primary: 1, secondary: 1 }, "promiscuous(1)"],
  [PrivateVlan.isolated(1, 4094), { type: "isolated", primary: 1, secondary: 4094 }, "isolated(1, 4094)"],
  [PrivateVlan.community(4094, 1), { type: "community", primary: 4094, secondary: 1 }, "community(4094, 1)"],
])("%s", (vlan, parts, text) => {
  expect({ ...vlan }).toEqual(parts);
  expect(String(vlan)).toBe(text);
});

test.each([
  [() => PrivateVlan.promiscuous(0), "PrivateVlan.promiscuous: the primary VLAN is too small"],
  [() => PrivateVlan.isolated(100, 4095), "PrivateVlan.isolated: the secondary VLAN is too large"],
  [() => PrivateVlan.community(100, 100), "give another secondary VLAN, or PrivateVlan.promiscuous(100)"],
])("%# is refused", (make, message) => expect(make).toThrow(message));

test("the map of a switch reaches the platform", () => {
  const { platform, fabric } = switchOf(MAP);
  expect(fabric.privateVlans).toEqual(MAP);
  expect(platform.switches).toMatchObject([{ privateVlans: MAP }]);
});

test.each<[string, readonly PrivateVlan[], string]>([
  [
    "a primary without its promiscuous entry",
    [PrivateVlan.isolated(100, 101)],
    'primary VLAN 100 has no promiscuous entry (given "isolated(100, 101)"). To mend: add PrivateVlan.promiscuous(100). [private-vlan-map]',
  ],
  ["two isolated VLANs", [...MAP, PrivateVlan.isolated(100, 104)], "primary VLAN 100 has more than one isolated VLAN"],
  ["two promiscuous entries", [...MAP, PrivateVlan.promiscuous(100)], "is in the private VLAN map more than once"],
  ["a secondary VLAN of two primaries", [...MAP, PrivateVlan.community(200, 102)], "more than once"],
  [
    "a secondary VLAN that is a primary",
    [...MAP, PrivateVlan.community(100, 200)],
    "is in the private VLAN map more than once",
  ],
  [
    "a primary that was a secondary",
    [PrivateVlan.promiscuous(100), PrivateVlan.community(100, 200), PrivateVlan.isolated(200, 201)],
    "the secondary VLAN of one entry is the primary VLAN of another",
  ],
])("%s is refused", (_, map, message) => {
  expect(() => switchOf(map)).toThrow(message);
});

test("a segment is one of the map", () => {
  const { fabric, platform } = switchOf(MAP);
  const segment = fabric.addVlanSegment("guests", { privateVlan: PrivateVlan.isolated(100, 101) });
  expect(segment.tagging).toEqual({ kind: "private", vlan: MAP[1] });
  expect(platform.segments).toMatchObject([{ name: "guests", tagging: { kind: "private", vlan: MAP[1] } }]);
});

test.each([PrivateVlan.isolated(100, 104), PrivateVlan.community(100, 101), PrivateVlan.promiscuous(300)])(
  "%s is not in the map",
  (privateVlan) => {
    const { fabric } = switchOf(MAP);
    expect(() => fabric.addVlanSegment("guests", { privateVlan })).toThrow(
      `prod/fabric/guests: the private VLAN is not in the map of the switch (given "${privateVlan}"; allowed: promiscuous(100), isolated(100, 101), `,
    );
  },
);

test("nor has a switch without a map any", () => {
  expect(() => switchOf([]).fabric.addVlanSegment("guests", { privateVlan: MAP[0] })).toThrow(
    "the switch has no private VLANs). To mend: add PrivateVlan.promiscuous(100) to `privateVlans` of the switch",
  );
});

test.each([{ vlan: 5 }, { trunk: [5] }, { nativeVlan: 5 }])("%j beside a private VLAN is refused", (options) => {
  const { fabric } = switchOf(MAP);
  expect(() => fabric.addVlanSegment("guests", { privateVlan: MAP[1], ...options })).toThrow(
    "a private VLAN excludes other VLANs",
  );
});
