import { spawnSync } from "node:child_process";
import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { IpNetwork, type NwfilterRule, nwfilterParameters, nwfilterXml } from "../../src/linux";
import { newFolder } from "../support/folders";

const SCHEMA = "/usr/share/libvirt/schemas/nwfilter.rng";

const rule = (peer: string, more: Partial<NwfilterRule> = {}): NwfilterRule => ({
  direction: "in",
  protocol: "tcp",
  ports: { from: 80, to: 80 },
  peer: IpNetwork.parse("test", "the peer", peer),
  purpose: "a test",
  ...more,
});

const xmlOf = (rules: readonly NwfilterRule[], dhcp = true) =>
  nwfilterXml("test", { name: "virtuned-web", dhcp, rules });

const ruleOf = (xml: string) =>
  xml
    .split("\n")
    .flatMap((line) => (line.includes('priority="200"') ? [line.replace(/^.*><(.*)\/><\/rule>$/, "$1")] : []));

test.each<[string, NwfilterRule, string]>([
  [
    "who may call a port",
    rule("10.0.0.7/32"),
    'tcp srcipaddr="10.0.0.7" srcipmask="32" dstportstart="80" dstportend="80"',
  ],
  [
    "whom members may call",
    rule("10.0.0.0/8", { direction: "out" }),
    'tcp dstipaddr="10.0.0.0" dstipmask="8" dstportstart="80" dstportend="80"',
  ],
  [
    "a range in IPv6",
    rule("2001:db8::/32", { protocol: "udp", ports: { from: 1, to: 65535 } }),
    'udp-ipv6 srcipaddr="2001:db8::" srcipmask="32" dstportstart="1" dstportend="65535"',
  ],
  ["anyone", rule("0.0.0.0/0", { protocol: "all", ports: undefined }), "all"],
  ["anyone in IPv6", rule("::/0", { protocol: "all", ports: undefined }), "all-ipv6"],
  ["ICMP", rule("10.0.0.7/32", { protocol: "icmp", ports: undefined }), 'icmp srcipaddr="10.0.0.7" srcipmask="32"'],
  [
    "ICMPv6",
    rule("2001:db8::7/128", { protocol: "icmpv6", ports: undefined }),
    'icmpv6 srcipaddr="2001:db8::7" srcipmask="128"',
  ],
])("a rule for %s", (_, given, wanted) => {
  expect(ruleOf(xmlOf([given]))).toEqual([wanted]);
});

test("the rest is dropped, in both families and directions, after all rules", () => {
  const lines = xmlOf([rule("10.0.0.7/32")])
    .trim()
    .split("\n");
  expect(lines.slice(-3)).toEqual([
    '  <rule action="drop" direction="inout" priority="900"><all/></rule>',
    '  <rule action="drop" direction="inout" priority="900"><all-ipv6/></rule>',
    "</filter>",
  ]);
});

test("DHCP has rules where it is allowed", () => {
  const dhcp = /portstart="(67|68|546|547)"/;
  expect(xmlOf([])).toMatch(dhcp);
  expect(xmlOf([], false)).not.toMatch(dhcp);
});

test("rules of one purpose stand below one comment, which no name ends early", () => {
  const xml = xmlOf([
    rule("10.0.0.7/32", { purpose: "from a--b---: TCP 80" }),
    rule("10.0.0.8/32", { purpose: "from a--b---: TCP 80" }),
  ]);
  expect(xml.match(/<!-- from .*/g)).toEqual(["<!-- from a- -b- - -: TCP 80 -->"]);
});

test("a NIC is held to its addresses, and to none of a family that it has none of", () => {
  expect(nwfilterParameters(["2001:db8::5", "10.0.0.5", "10.0.0.6"])).toEqual([
    { name: "IP", value: "10.0.0.5" },
    { name: "IP", value: "10.0.0.6" },
    { name: "IPV6", value: "2001:db8::5" },
  ]);
  expect(nwfilterParameters(["10.0.0.5"])[1]).toEqual({ name: "IPV6", value: "::" });
  expect(nwfilterParameters(["2001:db8::5"])[0]).toEqual({ name: "IP", value: "0.0.0.0" });
});

test("a filter that virsh can't be given is refused", () => {
  const rules = Array.from({ length: 1100 }, (_, i) => rule(`10.0.${i >> 8}.${i & 255}/32`));
  expect(() => xmlOf(rules)).toThrow(/^test: the filter is too long .*1100 rules.*\[micro-segment-filter-size\]$/);
  expect(() => xmlOf(rules.slice(0, 800))).not.toThrow();
});

const validated = existsSync(SCHEMA) && spawnSync("xmllint", ["--version"]).status === 0 ? test : test.skip;

validated("libvirt's schema takes it", () => {
  const rules = ["10.0.0.7/32", "10.0.0.0/8", "0.0.0.0/0", "2001:db8::7/128", "::/0", "::ffff:0:0/96"].flatMap((peer) =>
    (["in", "out"] as const).flatMap((direction) =>
      (["tcp", "udp", "all"] as const).map((protocol) =>
        rule(peer, { direction, protocol, ports: protocol === "all" ? undefined : { from: 1, to: 65535 } }),
      ),
    ),
  );
  for (const dhcp of [true, false]) {
    const file = join(newFolder(), "filter.xml");
    writeFileSync(file, xmlOf(rules, dhcp));
    const { status, stderr } = spawnSync("xmllint", ["--noout", "--relaxng", SCHEMA, file], { encoding: "utf8" });
    expect({ status, stderr }).toEqual({ status: 0, stderr: `${file} validates\n` });
  }
});
