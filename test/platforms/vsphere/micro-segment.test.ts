import {
  DistributedVSwitch,
  MicroSegment,
  type MicroSegmentProps,
  Peer,
  Port,
  PrivateVlan,
  type SecurityPolicy,
  VlanSegment,
} from "../../../src/constructs/network";
import { Site, warningsOf } from "./setup";

function siteOf(props: Partial<MicroSegmentProps> = { isolated: true }) {
  const site = new Site();
  const isolated = PrivateVlan.isolated(100, 101);
  const fabric = new DistributedVSwitch(site.stack, "pvlan", {
    platform: site.platform,
    privateVlans: [PrivateVlan.promiscuous(100), isolated],
  });
  const segmentOf = (security?: SecurityPolicy) => fabric.addVlanSegment("apart", { privateVlan: isolated, security });
  return { site, segmentOf, group: new MicroSegment(site.stack, "web", { platform: site.platform, ...props }) };
}

test("an isolated group is what an isolated private VLAN is; what it does not do is said", () => {
  const { site, segmentOf, group } = siteOf();
  const segment = segmentOf();
  expect(() => site.vm().addNic("only", { segment, microSegment: group })).not.toThrow();
  expect(warningsOf(group)).toEqual([
    expect.stringMatching(/promiscuous ports only; .*gateway, is not filtered \[micro-segment-vsphere-private-vlan\]$/),
  ]);
});

test("a port group that others own is theirs to know", () => {
  const { site, group } = siteOf();
  const segment = VlanSegment.fromVlanSegmentAttributes(site.stack, "old", {
    platform: site.platform,
    network: "pvlan",
  });
  expect(() => site.vm().addNic("only", { segment, microSegment: group })).not.toThrow();
});

test.each<[string, Partial<MicroSegmentProps>]>([
  ["isolated: false", {}],
  ["dhcp: false", { isolated: true, dhcp: false }],
])("%s needs NSX", (given, props) => {
  expect(() => siteOf(props)).toThrow(
    new RegExp(`^site/web: vSphere has no rules .*given "${given}".*\\[micro-segment-vsphere-needs-nsx\\]$`),
  );
});

test("rules need NSX", () => {
  const { group } = siteOf();
  expect(() => group.allowFrom(Peer.any(), Port.tcp(443))).toThrow(
    /^site\/web: vSphere has no rules .*given "from anyone: TCP 443".*PrivateVlan\.isolated\(\).*needs-nsx\]$/,
  );
});

test("members on other segments are refused", () => {
  const { site, group } = siteOf();
  expect(() => site.vm().addNic("only", { segment: site.segment, microSegment: group })).toThrow(
    /^site\/vm\/only: members of a micro segment are connected to an isolated private VLAN.*private-vlan\]$/,
  );
});

test.each<SecurityPolicy>([{ allowForgedTransmits: true }, { allowMacChanges: true }, { allowPromiscuous: true }])(
  "members on a segment with %j are refused",
  (security) => {
    const { site, group, segmentOf } = siteOf();
    expect(() => site.vm().addNic("only", { segment: segmentOf(security), microSegment: group })).toThrow(
      /its own MAC address.*the segment allows more.*own-addresses-only\]$/,
    );
  },
);
