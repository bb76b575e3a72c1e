import { UnitFile } from "../../src/linux";
import { leastBurst, TrafficControl, type TrafficMatch } from "../../src/linux/traffic-control";
import { DataRate, DataSize } from "../../src/units";

const BUCKET = { average: DataRate.gbps(1), peak: DataRate.gbps(10), burst: DataSize.mebibytes(4) };
const VLAN = (...vlans: number[]): TrafficMatch => ({
  kind: "tagged",
  vlans: vlans.map((vlan) => ({ from: vlan, to: vlan })),
});

function shaped(device = "ens1f0") {
  const service = new UnitFile("/etc/systemd/system/virtuned-traffic.service", "prod/fabric");
  const control = new TrafficControl(service, { where: "prod/fabric", device, mtu: 1500, bucket: BUCKET });
  return { service, control };
}

test("a device has one bucket, and a class for what nobody reserved", () => {
  expect(shaped().service.toString().split("\n")).toEqual(
    expect.arrayContaining([
      "StopPropagatedFrom=sys-subsystem-net-devices-ens1f0.device",
      "ExecStartPre=-/usr/sbin/tc qdisc del dev ens1f0 root",
      "ExecStart=/usr/sbin/tc qdisc add dev ens1f0 root handle 1: htb default 2",
      "ExecStart=/usr/sbin/tc class add dev ens1f0 parent 1: classid 1:1 htb rate 1000000000bit burst 4194304b ceil 10000000000bit cburst 1250304b prio 1 quantum 75900",
      "ExecStart=/usr/sbin/tc class add dev ens1f0 parent 1:1 classid 1:2 htb rate 1000000bit burst 65536b ceil 10000000000bit cburst 1250304b prio 1 quantum 75900",
      "ExecStart=/usr/sbin/nft add table netdev virtuned-ens1f0",
      "ExecStop=-/usr/sbin/nft delete table netdev virtuned-ens1f0",
    ]),
  );
});

test("a part has a class with its guarantee, its weight and its rank, and a rule that puts its frames there", () => {
  const { service, control } = shaped();
  control.add({ match: VLAN(120), reservation: DataRate.mbps(300), shares: 100, priority: 0 });
  const text = service.toString();
  expect(text).toContain(
    "classid 1:10 htb rate 300000000bit burst 65536b ceil 10000000000bit cburst 1250304b prio 0 quantum 151800\n",
  );
  expect(text).toContain(
    'ExecStart=/usr/sbin/nft add chain netdev virtuned-ens1f0 egress "{ type filter hook egress device \\"ens1f0\\" priority 0; }"\n',
  );
  expect(text).toContain(
    'ExecStart=/usr/sbin/nft add rule netdev virtuned-ens1f0 egress "vlan id { 120 } meta priority set 1:10"\n',
  );
});

test.each<[string, TrafficMatch, string]>([
  [
    "ranges of VLANs",
    {
      kind: "tagged",
      vlans: [
        { from: 5, to: 5 },
        { from: 100, to: 199 },
      ],
    },
    'nft add rule netdev virtuned-ens1f0 egress "vlan id { 5, 100-199 } meta priority set 1:10"',
  ],
  ["no VLAN", { kind: "untagged" }, '"ether type != { 8021q, 8021ad } meta priority set 1:10"'],
])("frames are told by %s", (_, match, rule) => {
  const { service, control } = shaped();
  control.add({ match });
  expect(service.toString()).toContain(rule);
});

test.each<[string, TrafficMatch, TrafficMatch]>([
  ["a VLAN of another's range", { kind: "tagged", vlans: [{ from: 100, to: 199 }] }, VLAN(150)],
  ["no VLAN, twice", { kind: "untagged" }, { kind: "untagged" }],
])("%s can't be told from it", (_, first, second) => {
  const { control } = shaped();
  control.add({ match: first });
  expect(() => control.add({ match: second })).toThrow(
    /^prod\/fabric: a part of the traffic of ens1f0 has these frames already .*\[traffic-host-classes\]$/,
  );
});

test("others are", () => {
  const { control } = shaped();
  for (const match of [VLAN(1), VLAN(2, 3), { kind: "untagged" }] as const) {
    control.add({ match });
  }
});

test("dashes in the name of a device are spelled as systemd spells them", () => {
  expect(shaped("bond-a").service.toString()).toContain("After=sys-subsystem-net-devices-bond\\x2da.device\n");
});

test.each([
  [DataRate.kbps(64), 64],
  [DataRate.mbps(524), 64],
  [DataRate.gbps(10), 1221],
])("the least bucket for %s is %i KiB", (rate, kib) => {
  expect(leastBurst(rate).toKibibytes()).toBe(kib);
});
