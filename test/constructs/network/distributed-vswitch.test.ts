import { DistributedVSwitch, PrivateVlan, SwitchBacking, Teaming } from "virtuned";
import { recordingProgram } from "../../support/recording-platform";
import { treeOf, warningsOf } from "../../support/synthesis";

describe("with nothing but a platform", () => {
  const { stack, platform } = recordingProgram();
  const fabric = new DistributedVSwitch(stack, "fabric", { platform });

  test("it is called after its id, spans all hosts, has the MTU of Ethernet and rejects what lets guests pose as others", () => {
    expect(platform.switches).toMatchObject([
      {
        name: "fabric",
        hosts: platform.hosts,
        backing: undefined,
        mtu: 1500,
        uplinks: [],
        policy: undefined,
        active: [],
        standby: [],
        failureDetection: "link state",
        lacp: undefined,
        privateVlans: [],
        discovery: undefined,
        multicastFiltering: undefined,
        ioControl: undefined,
        flowExport: undefined,
        security: { allowPromiscuous: false, allowForgedTransmits: false, allowMacChanges: false },
      },
    ]);
  });

  test("what was decided can be read", () => {
    expect(fabric).toMatchObject({ switchName: "fabric", hosts: platform.hosts, mtu: 1500, uplinks: [] });
  });

  test("it warns of nothing", () => expect(warningsOf(stack)).toEqual([]));
});

test("what is given reaches the platform as it is", () => {
  const { stack, platform } = recordingProgram();
  new DistributedVSwitch(stack, "fabric", {
    platform,
    name: "prod-fabric",
    hosts: [platform.hosts[1]!],
    backing: SwitchBacking.openVSwitch("br0"),
    mtu: 9000,
    uplinks: ["ens1f0", "ens1f1"],
    teaming: Teaming.explicitFailover({ active: ["ens1f1"], standby: ["ens1f0"] }),
    security: { allowPromiscuous: true },
  });
  expect(platform.switches).toMatchObject([
    {
      name: "prod-fabric",
      hosts: [{ name: "kvm2" }],
      backing: { kind: "Open vSwitch bridge", bridge: "br0" },
      mtu: 9000,
      uplinks: ["ens1f0", "ens1f1"],
      policy: "explicit failover",
      active: ["ens1f1"],
      standby: ["ens1f0"],
      security: { allowPromiscuous: true, allowForgedTransmits: false, allowMacChanges: false },
    },
  ]);
});

test.each([576, 1500, 9000, 65_535])("an MTU of %i bytes is taken", (mtu) => {
  const { stack, platform } = recordingProgram();
  expect(new DistributedVSwitch(stack, "fabric", { platform, mtu }).mtu).toBe(mtu);
});

test("segments are below their switch", () => {
  const { stack, platform } = recordingProgram();
  const fabric = new DistributedVSwitch(stack, "fabric", { platform });
  fabric.addVlanSegment("db", { vlan: 120 });
  expect(treeOf(fabric)).toEqual(["prod/fabric", "prod/fabric/db"]);
});

test("a host of another platform, a host given twice, and no host at all are refused", () => {
  const { stack, platform } = recordingProgram();
  const [host] = platform.hosts;
  const make = (id: string, hosts: never) => () => new DistributedVSwitch(stack, id, { platform, hosts });
  expect(make("a", [{ name: "kvm1" }] as never)).toThrow(
    'prod/a: host is not a host of platform prod/platform (given "kvm1"; allowed: kvm1, kvm2)',
  );
  expect(make("b", [host, host] as never)).toThrow("prod/b: the hosts are not all different");
  expect(make("c", [] as never)).toThrow("prod/c: no host is left");
});

test.each(["allowPromiscuous", "allowForgedTransmits", "allowMacChanges"])("%s is warned of", (what) => {
  const { stack, platform } = recordingProgram();
  const fabric = new DistributedVSwitch(stack, "fabric", { platform, security: { [what]: true } });
  fabric.addVlanSegment("db");
  expect(warningsOf(stack)).toEqual([expect.stringMatching(`^prod/fabric: ${what}: .*\\[segment-security-reject\\]$`)]);
});

describe("fromDistributedVSwitchAttributes", () => {
  const { stack, platform } = recordingProgram();

  test("refers to a switch by its name, and adds segments to it", () => {
    const fabric = DistributedVSwitch.fromDistributedVSwitchAttributes(stack, "fabric", {
      platform,
      name: "Production switch",
      mtu: 9000,
      privateVlans: [PrivateVlan.promiscuous(100), PrivateVlan.isolated(100, 101)],
    });
    expect(platform.switches.pop()).toEqual({ name: "Production switch", mtu: 9000 });
    const db = fabric.addVlanSegment("db", { privateVlan: PrivateVlan.isolated(100, 101) });
    expect(db).toMatchObject({ switch: fabric, mtu: 9000, security: { allowPromiscuous: false } });
    expect(platform.segments.pop()).toMatchObject({ name: "db", exportFlows: undefined });
  });

  test("of whose flows nobody knows here", () => {
    const fabric = DistributedVSwitch.fromDistributedVSwitchAttributes(stack, "other", { platform, name: "other" });
    expect(fabric).toMatchObject({ mtu: 1500, privateVlans: [] });
    expect(fabric.addVlanSegment("db", { exportFlows: true }).exportFlows).toBe(true);
  });
});
