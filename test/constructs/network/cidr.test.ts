import { checkCidr, dhcpPlan } from "../../../src/constructs/network/cidr";

test.each([
  ["10.20.0.0/16", { host: "10.20.0.1", first: "10.20.0.2", last: "10.20.255.254", prefix: 16 }],
  ["192.168.122.0/24", { host: "192.168.122.1", first: "192.168.122.2", last: "192.168.122.254", prefix: 24 }],
  ["192.168.122.248/29", { host: "192.168.122.249", first: "192.168.122.250", last: "192.168.122.254", prefix: 29 }],
  ["223.255.255.0/24", { host: "223.255.255.1", first: "223.255.255.2", last: "223.255.255.254", prefix: 24 }],
])("%s gives its first address to the host and the rest to guests", (cidr, plan) => {
  expect(checkCidr("net", cidr)).toBe(cidr);
  expect(dhcpPlan(cidr)).toEqual(plan);
});

test.each([
  ["10.20.0.1/24", 'To mend: give "10.20.0.0/24"'],
  ["10.20.128.0/16", 'To mend: give "10.20.0.0/16"'],
])("%s has host bits set, and the error says the network", (cidr, mend) => {
  expect(() => checkCidr("net", cidr)).toThrow(mend);
});

test.each([
  "",
  "10.20.0.0",
  "10.20.0/24",
  "10.20.0.0/",
  "10.20.0.256/24",
  "10.20.0.0/33",
  " 10.20.0.0/24",
  "10.20.0.0/24\n",
  "fd00::/64",
  "10.020.0.0/24",
  "10.20.0.0/024",
  "10.20.0.0/24; true",
])("%j is no network", (cidr) => {
  expect(() => checkCidr("net", cidr)).toThrow("net: not a network that can be used");
});

test.each(["10.20.0.0/30", "10.20.0.0/31", "10.20.0.0/32"])("%s has no room for guests", (cidr) => {
  expect(() => checkCidr("net", cidr)).toThrow("/16 to /29");
});

test.each(["10.0.0.0/8", "10.20.0.0/15"])("%s is more than libvirt gives out by DHCP", (cidr) => {
  expect(() => checkCidr("net", cidr)).toThrow("/16 to /29");
});

test.each(["0.0.0.0/16", "127.0.0.0/16", "224.0.0.0/24", "240.0.0.0/24"])("%s has no addresses of guests", (cidr) => {
  expect(() => checkCidr("net", cidr)).toThrow("not a network that guests can have addresses of");
});

test.each([[undefined], [null], [5], [{}], [["10.20.0.0/24"]]])("%p is no network", (cidr) => {
  expect(() => checkCidr("net", cidr as never)).toThrow("net: not a network that can be used");
});
