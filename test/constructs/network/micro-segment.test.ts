import { DistributedVSwitch, type IPeer, MicroSegment, Peer, Port } from "virtuned";
import { recordingProgram } from "../../support/recording-platform";

function sceneOf() {
  const program = recordingProgram();
  const { stack, platform, vm } = program;
  const fabric = new DistributedVSwitch(stack, "fabric", { platform });
  const segment = fabric.addVlanSegment("servers");
  const web = new MicroSegment(stack, "web", { platform });
  const db = new MicroSegment(stack, "db", { platform });
  const join = (id: string, microSegment: MicroSegment, addresses?: readonly string[], on = segment) =>
    vm(id).addNic("only", { segment: on, microSegment, addresses });
  const rulesOf = (group: MicroSegment) =>
    platform.rules[group.node.path]!.map(({ direction, purpose, networks }) => [
      direction,
      purpose,
      networks().map(String).join(" "),
    ]);
  return { ...program, fabric, segment, web, db, join, rulesOf };
}

const problemsOf = (group: MicroSegment) => group.node.validate().join("\n");

test("without options it lets DHCP pass and isolates nobody", () => {
  const { platform, web } = sceneOf();
  expect(platform.microSegments[0]).toMatchObject({ name: "web", dhcp: true, isolated: false });
  expect(web).toMatchObject({ microSegmentName: "web", dhcp: true, isolated: false, platform });
});

test("a rule between groups is one of each end, and knows members that come later", () => {
  const { web, db, join, rulesOf } = sceneOf();
  web.allowTo(db, Port.tcp(5432));
  join("web1", web, ["10.0.0.1", "2001:DB8:0::1"]);
  join("web2", web, ["10.0.0.2"]);
  join("db1", db, ["10.0.0.9"]);
  expect(rulesOf(web)).toEqual([["out", "to db: TCP 5432", "10.0.0.9/32"]]);
  expect(rulesOf(db)).toEqual([["in", "from web: TCP 5432", "10.0.0.1/32 2001:db8::1/128 10.0.0.2/32"]]);
});

test("said from both ends it is there once", () => {
  const { web, db, rulesOf } = sceneOf();
  web.allowTo(db, Port.tcp(5432));
  db.allowFrom(web, Port.tcp(5432));
  db.allowFrom(web, Port.tcp(5432));
  expect(rulesOf(web)).toHaveLength(1);
  expect(rulesOf(db)).toHaveLength(1);
});

test("members of one group reach each other by a rule of the group with itself", () => {
  const { db, join, rulesOf } = sceneOf();
  join("db1", db, ["10.0.0.9"]);
  db.allowTo(db, Port.tcp(7000));
  expect(rulesOf(db)).toEqual([
    ["out", "to db: TCP 7000", "10.0.0.9/32"],
    ["in", "from db: TCP 7000", "10.0.0.9/32"],
  ]);
});

test("peers are networks, or anyone, in the families that the port has", () => {
  const { web, rulesOf } = sceneOf();
  web.allowFrom(Peer.any(), Port.tcpRange(80, 89));
  web.allowFrom(Peer.any(), Port.icmpv6());
  web.allowTo(Peer.cidr("2001:DB8::/32"), Port.all());
  web.allowTo(Peer.cidr("10.0.0.0/8"), Port.udpRange(5000, 5000));
  expect(rulesOf(web)).toEqual([
    ["in", "from anyone: TCP 80-89", "0.0.0.0/0 ::/0"],
    ["in", "from anyone: ICMPv6", "::/0"],
    ["out", "to 2001:db8::/32: all traffic", "2001:db8::/32"],
    ["out", "to 10.0.0.0/8: UDP 5000", "10.0.0.0/8"],
  ]);
});

test("it explains what is allowed, with all ports of a peer", () => {
  const { web, db } = sceneOf();
  web.allowTo(db, Port.tcp(5432));
  web.allowTo(db, Port.icmp());
  web.allowFrom(db, Port.udp(53));
  const explained = web.explain().settings.map(({ setting, value, decision }) => [setting, value, decision]);
  expect(explained).toEqual([
    ["to db", "TCP 5432, ICMP", "given"],
    ["from db", "UDP 53", "given"],
  ]);
});

test("members give their addresses to the platform as they are written usually", () => {
  const { platform, web, join } = sceneOf();
  join("web1", web, ["2001:DB8:0:0::5"]);
  expect(platform.nics).toMatchObject([{ microSegment: web._platformMicroSegment, addresses: ["2001:db8::5"] }]);
});

describe("addresses", () => {
  test.each(["10.0.0", "10.0.0.5/24", "fe80::1%eth0", "", "localhost"])("%j is none", (address) => {
    const { web, join } = sceneOf();
    expect(() => join("vm", web, [address])).toThrow(/^prod\/vm\/only: addresses\[0\] is not an IP address/);
  });

  test.each(["0.0.0.0", "127.0.0.1", "224.0.0.1", "255.255.255.255", "::", "::1", "fe80::1", "ff02::1"])(
    "%s is nobody's",
    (address) => {
      const { web, join } = sceneOf();
      expect(() => join("vm", web, ["10.0.0.5", address])).toThrow(
        /addresses\[1\] is not an address that others know a guest by .*\[micro-segment-own-addresses-only\]$/,
      );
    },
  );

  test("of another member of the segment are refused, whatever its group", () => {
    const { web, db, join } = sceneOf();
    join("web1", web, ["10.0.0.5"]);
    expect(() => join("db1", db, ["10.0.0.5"])).toThrow(/^prod\/db1\/only: the address is that of prod\/web1\/only /);
    expect(() => join("db2", db, ["10.0.0.6", "10.0.0.6"])).toThrow("the NIC has the address twice");
  });

  test("of a member of another segment are not", () => {
    const { fabric, web, db, join } = sceneOf();
    join("web1", web, ["10.0.0.5"]);
    expect(() => join("db1", db, ["10.0.0.5"], fabric.addVlanSegment("other"))).not.toThrow();
  });

  test("without a group are refused: they would do nothing", () => {
    const { segment, vm } = sceneOf();
    expect(() => vm("vm").addNic("only", { segment, addresses: ["10.0.0.5"] })).toThrow(
      "prod/vm/only: addresses are those of a member of a micro segment, and the NIC is in none",
    );
  });
});

describe("a rule that lets nothing through is refused", () => {
  test("between groups of different families", () => {
    const { web, db, join } = sceneOf();
    web.allowTo(db, Port.tcp(5432));
    expect(problemsOf(web)).toBe("");
    join("web1", web, ["10.0.0.1"]);
    expect(problemsOf(web)).toBe("");
    join("db1", db, ["2001:db8::9"]);
    expect(problemsOf(web)).toBe(
      'prod/web: the rule to db for TCP 5432 lets nothing through (given "members with IPv4, db with IPv6, TCP 5432 of IPv4, IPv6"). ' +
        "To mend: give members addresses of the same family, or leave the rule out. [micro-segment-common-family]",
    );
    expect(problemsOf(db)).toContain("the rule from web");
    join("db2", db, ["10.0.0.9"]);
    expect(problemsOf(web) + problemsOf(db)).toBe("");
  });

  test("for ICMP of the other family", () => {
    const { web, join } = sceneOf();
    join("web1", web, ["10.0.0.1"]);
    web.allowFrom(Peer.any(), Port.icmpv6());
    expect(problemsOf(web)).toContain("ICMPv6 of IPv6");
  });
});

describe("refused are", () => {
  test("rules between isolated groups", () => {
    const { stack, platform, web } = sceneOf();
    const [a, b] = ["a", "b"].map((id) => new MicroSegment(stack, id, { platform, isolated: true }));
    expect(() => a!.allowTo(b!, Port.all())).toThrow(
      /^prod\/a: members of isolated micro segments never reach each other .*\[micro-segment-isolated-ports\]$/,
    );
    expect(() => a!.allowFrom(a!, Port.tcp(1))).toThrow("TCP 1 from a");
    expect(() => a!.allowTo(web, Port.all())).not.toThrow();
    expect(() => a!.allowTo(Peer.any(), Port.all())).not.toThrow();
  });

  test("groups of another platform", () => {
    const { web, segment, vm } = sceneOf();
    const other = sceneOf();
    expect(() => web.allowTo(other.web, Port.all())).toThrow("peer is on another platform");
    expect(() => vm("vm").addNic("only", { segment, microSegment: other.web })).toThrow(
      "micro segment is on another platform",
    );
  });

  test("a port's own isolation, which is the group's matter", () => {
    const { web, segment, vm } = sceneOf();
    const nic = { segment, microSegment: web, addresses: ["10.0.0.5"], isolated: false };
    expect(() => vm("vm").addNic("only", nic)).toThrow(/isolated is the micro segment's matter .*isolated-ports\]$/);
  });

  test.each([undefined, null, "db", "10.0.0.0/8", {}, []])("a peer that is none: %j", (peer) => {
    const { web } = sceneOf();
    expect(() => web.allowTo(peer as unknown as IPeer, Port.all())).toThrow(/^prod\/web: the peer is not a Peer/);
  });

  test.each([undefined, null, 5432, "tcp", {}])("a port that is none: %j", (port) => {
    const { web } = sceneOf();
    expect(() => web.allowTo(Peer.any(), port as Port)).toThrow(/^prod\/web: what is let through is not a Port/);
  });

  test.each([0, 65_536, 1.5, "80", Number.NaN, undefined])("port %p", (port) => {
    expect(() => Port.tcp(port as number)).toThrow(/^Port\.tcp: the port /);
    expect(() => Port.udp(port as number)).toThrow(/^Port\.udp: the port /);
    expect(() => Port.tcpRange(1, port as number)).toThrow(/^Port\.tcpRange: the last port /);
  });

  test("a range that ends before it begins", () => {
    expect(() => Port.udpRange(2, 1)).toThrow("Port.udpRange: the range ends before it begins");
  });

  test.each(["10.0.0.1/8", "10.0.0.0", "any", "::/129", undefined])("network %j", (network) => {
    expect(() => Peer.cidr(network as string)).toThrow(/^Peer\.cidr: the network /);
  });
});
