import { SwitchBacking } from "virtuned";

test.each([
  [SwitchBacking.linuxBridge("br0"), { kind: "Linux bridge", bridge: "br0" }, "Linux bridge br0"],
  [
    SwitchBacking.openVSwitch("ovs-br0.1"),
    { kind: "Open vSwitch bridge", bridge: "ovs-br0.1" },
    "Open vSwitch bridge ovs-br0.1",
  ],
  [
    SwitchBacking.openVSwitch("br0", { managed: true }),
    { kind: "Open vSwitch bridge", bridge: "br0", managed: true },
    "Open vSwitch bridge br0",
  ],
  [SwitchBacking.nat("10.1.0.0/24"), { kind: "NAT network", cidr: "10.1.0.0/24" }, "NAT network 10.1.0.0/24"],
  [
    SwitchBacking.isolated("10.1.0.0/24"),
    { kind: "isolated network", cidr: "10.1.0.0/24" },
    "isolated network 10.1.0.0/24",
  ],
  [SwitchBacking.isolated(), { kind: "isolated network" }, "isolated network"],
  [SwitchBacking.distributed(), { kind: "distributed switch" }, "distributed switch"],
])("%s", (backing, parts, text) => {
  expect({ ...backing }).toEqual({ bridge: undefined, cidr: undefined, managed: false, ...parts });
  expect(String(backing)).toBe(text);
});

test("a bridge is named as Linux names interfaces", () => {
  expect(SwitchBacking.linuxBridge("b".repeat(15)).bridge).toHaveLength(15);
  expect(() => SwitchBacking.linuxBridge("b".repeat(16))).toThrow(
    "SwitchBacking.linuxBridge: the name has 16 characters, 1 too many",
  );
});
