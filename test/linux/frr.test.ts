import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { FrrConfig, type FrrPolicy } from "../../src/linux";

const WHERE = "prod/dc1/leaf1";
const make = (asn = 4_200_000_001) => new FrrConfig(WHERE, { hostname: "leaf1", routerId: "10.255.0.1", asn });
const fabric: FrrPolicy = { name: "fabric", networks: [{ network: "10.255.0.0/24", longest: 32 }] };
const own: FrrPolicy = { name: "own", networks: [{ network: "10.255.0.1/32", longest: 32 }] };
const both: FrrPolicy = { name: "both", networks: [{ network: "10.0.0.0/8" }, { network: "fd00::/16", longest: 64 }] };
const nothing: FrrPolicy = { name: "nothing", networks: [] };

const full = make()
  .addInterface("lo", { addresses: ["10.255.0.1/32", "FD00:0::1/128"] })
  .addInterface("swp1", { addresses: ["10.254.0.1/31"], description: "spine1 swp1" })
  .announce("10.255.0.1/32")
  .announce("fd00::1/128")
  .addNeighbour("10.254.0.0", {
    asn: 4_200_000_000,
    description: "spine1",
    unicast: { accept: fabric, announce: own },
    evpn: true,
  })
  .addUnnumberedNeighbour("swp2", { unicast: { accept: both, announce: nothing }, evpn: true, evpnOwnOnly: true })
  .addNeighbour("10.255.0.33", { asn: 4_200_000_001, source: "lo", evpn: true })
  .addNeighbour("2001:db8::1", { asn: 65_001, source: "fd00::1", hops: 3 })
  .advertiseVnis();

test("a configuration with all that there is", () => {
  expect(full.toString()).toMatchInlineSnapshot(`
"! Written by virtuned. Change the program that it comes from: changes made here are overwritten.
frr defaults traditional
hostname leaf1
service integrated-vtysh-config
!
interface lo
 ip address 10.255.0.1/32
 ipv6 address fd00::1/128
exit
!
interface swp1
 description spine1 swp1
 ip address 10.254.0.1/31
exit
!
ip prefix-list fabric seq 10 permit 10.255.0.0/24 le 32
route-map fabric permit 10
 match ip address prefix-list fabric
exit
!
ip prefix-list own seq 10 permit 10.255.0.1/32
route-map own permit 10
 match ip address prefix-list own
exit
!
ip prefix-list both seq 10 permit 10.0.0.0/8
ipv6 prefix-list both seq 10 permit fd00::/16 le 64
route-map both permit 10
 match ip address prefix-list both
exit
route-map both permit 20
 match ipv6 address prefix-list both
exit
!
route-map nothing deny 10
exit
!
route-map evpn permit 10
exit
!
bgp as-path access-list evpn-own seq 10 permit ^$
route-map evpn-own permit 10
 match as-path evpn-own
exit
!
router bgp 4200000001
 bgp router-id 10.255.0.1
 bgp log-neighbor-changes
 no bgp default ipv4-unicast
 bgp ebgp-requires-policy
 bgp bestpath as-path multipath-relax
 timers bgp 3 9
 neighbor 10.254.0.0 remote-as 4200000000
 neighbor 10.254.0.0 description spine1
 neighbor swp2 interface remote-as external
 neighbor 10.255.0.33 remote-as 4200000001
 neighbor 10.255.0.33 update-source lo
 neighbor 2001:db8::1 remote-as 65001
 neighbor 2001:db8::1 update-source fd00::1
 neighbor 2001:db8::1 ebgp-multihop 3
 !
 address-family ipv4 unicast
  network 10.255.0.1/32
  neighbor 10.254.0.0 activate
  neighbor 10.254.0.0 route-map fabric in
  neighbor 10.254.0.0 route-map own out
  neighbor swp2 activate
  neighbor swp2 route-map both in
  neighbor swp2 route-map nothing out
  maximum-paths 64
 exit-address-family
 !
 address-family ipv6 unicast
  network fd00::1/128
  neighbor swp2 activate
  neighbor swp2 route-map both in
  neighbor swp2 route-map nothing out
  maximum-paths 64
 exit-address-family
 !
 address-family l2vpn evpn
  neighbor 10.254.0.0 activate
  neighbor 10.254.0.0 route-map evpn in
  neighbor 10.254.0.0 route-map evpn out
  neighbor swp2 activate
  neighbor swp2 route-map evpn in
  neighbor swp2 route-map evpn-own out
  neighbor 10.255.0.33 activate
  advertise-all-vni
 exit-address-family
exit
!
end
"
`);
});

test("the files of FRR: its configuration, and BGP alone beside zebra", () => {
  const [conf, daemons] = full.files();
  expect(conf).toEqual({ path: "/etc/frr/frr.conf", content: full.toString() });
  expect(daemons!.path).toBe("/etc/frr/daemons");
  expect(daemons!.content).toMatch(/^bgpd=yes$/m);
  expect(daemons!.content).not.toMatch(/^(ospfd|isisd|bfdd)=/m);
});

test("without EVPN there is none of it, and without neighbours of a family no address family", () => {
  const text = make()
    .addNeighbour("10.254.0.0", { asn: 1, unicast: { accept: fabric, announce: own } })
    .toString();
  expect(text).not.toContain("evpn");
  expect(text).not.toContain("ipv6 unicast");
});

test("a network that a policy has twice is in it once", () => {
  const twice: FrrPolicy = { name: "wan", networks: [{ network: "0.0.0.0/0" }, { network: "0.0.0.0/0", longest: 0 }] };
  const text = make()
    .addUnnumberedNeighbour("swp1", { unicast: { accept: twice, announce: own } })
    .toString();
  expect(text.match(/prefix-list wan seq.*/g)).toEqual(["prefix-list wan seq 10 permit 0.0.0.0/0"]);
});

test("a neighbour of one's own autonomous system needs no policy", () => {
  const text = make().addNeighbour("10.255.0.33", { asn: 4_200_000_001, evpn: true }).toString();
  expect(text).toContain("  neighbor 10.255.0.33 activate\n");
  expect(text).not.toContain("route-map");
});

const hasVtysh = existsSync("/usr/bin/vtysh");
if (!hasVtysh) {
  process.stderr.write("Configurations are not given to FRR: vtysh is missing\n");
}

(hasVtysh ? test : test.skip)("FRR takes each line", () => {
  const folder = mkdtempSync(join(tmpdir(), "virtuned-frr-"));
  try {
    const check = (text: string) => {
      writeFileSync(join(folder, "frr.conf"), text);
      return execFileSync("vtysh", ["--dryrun", "--inputfile", join(folder, "frr.conf")], {
        encoding: "utf8",
        stdio: "pipe",
      });
    };
    expect(check(full.toString())).toBe("");
    expect(() => check("router bgp none\n")).toThrow();
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test.each<[string, () => unknown, string]>([
  ["a host's name", () => new FrrConfig(WHERE, { hostname: "a b", routerId: "10.0.0.1", asn: 1 }), "a space"],
  ["a router id of IPv6", () => new FrrConfig(WHERE, { hostname: "a", routerId: "fd00::1", asn: 1 }), "four numbers"],
  ["no router id", () => new FrrConfig(WHERE, { hostname: "a", routerId: "0.0.0.0", asn: 1 }), "four numbers"],
  ["no number", () => make(0), "1 to 4294967294"],
  ["a number that is text", () => make("65000" as never), "not a number"],
  ["a number that is none", () => make(Number.NaN), "[fabric-asn]"],
  ["AS_TRANS", () => make(23_456), "reserved"],
  ["the last of two bytes", () => make(65_535), "reserved"],
  ["an interface that is too long", () => make().addInterface("a-long-interface"), "1 too many"],
  ["an interface twice", () => make().addInterface("lo").addInterface("lo"), "there already"],
  ["an address without prefix", () => make().addInterface("lo", { addresses: ["10.0.0.1"] }), "prefix"],
  ["an address with two", () => make().addInterface("lo", { addresses: ["10.0.0.1/31/2"] }), "10.0.0.1/31"],
  ["a prefix that is too long", () => make().addInterface("lo", { addresses: ["10.0.0.1/33"] }), "0 to 32"],
  ["a description of two lines", () => make().addInterface("lo", { description: "a\nshutdown" }), "description"],
  ["a description with a comment", () => make().addInterface("lo", { description: "a ! b" }), "description"],
  ["a network with host bits", () => make().announce("10.0.0.1/24"), 'give "10.0.0.0/24"'],
  ["a neighbour that is a name", () => make().addNeighbour("spine1", { asn: 1 }), "not an IP address"],
  ["a neighbour with a zone", () => make().addNeighbour("fe80::1%eth0", { asn: 1 }), "not an IP address"],
  ["a neighbour of null", () => make().addNeighbour(null as never, { asn: 1 }), "not an IP address"],
  [
    "a neighbour twice",
    () => make().addNeighbour("fd00::1", { asn: 1 }).addNeighbour("FD00:0::1", { asn: 1 }),
    "already",
  ],
  ["no hops", () => make().addNeighbour("10.0.0.1", { asn: 1, hops: 0 }), "1 to 255"],
  ["a source of another family", () => make().addNeighbour("10.0.0.1", { asn: 1, source: "fd00::1" }), "of IPv4"],
  ["a source with a space", () => make().addNeighbour("10.0.0.1", { asn: 1, source: "l o" }), "a space"],
  [
    "two policies of one name",
    () => make().addUnnumberedNeighbour("a", { unicast: { accept: fabric, announce: { ...own, name: "fabric" } } }),
    "policy is there already",
  ],
  [
    "a policy with the kit's own name",
    () => make().addUnnumberedNeighbour("a", { unicast: { accept: { ...fabric, name: "evpn" }, announce: own } }),
    "policy is there already",
  ],
  [
    "a longest prefix that is shorter",
    () =>
      make().addUnnumberedNeighbour("a", {
        unicast: { accept: { name: "a", networks: [{ network: "10.0.0.0/24", longest: 23 }] }, announce: own },
      }),
    "24 to 32",
  ],
])("refuses %s", (_, make, message) => {
  expect(make).toThrow(
    expect.objectContaining({ name: "ConfigurationError", message: expect.stringContaining(message) }),
  );
});
