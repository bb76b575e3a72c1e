import { bitsOf, checkAddress, IpNetwork } from "../../src/linux";

test.each([
  ["10.0.0.1", "10.0.0.1"],
  ["2001:DB8:0:0::1", "2001:db8::1"],
  ["::", "::"],
  ["::1", "::1"],
  ["1:0:0:2:0:0:0:3", "1:0:0:2::3"],
  ["1:0:2:3:4:5:6:7", "1:0:2:3:4:5:6:7"],
  ["fe80:0:0:1::", "fe80:0:0:1::"],
  ["10:0:0:1:1:1:1:1", "10::1:1:1:1:1"],
  ["64:ff9b::192.0.2.1", "64:ff9b::c000:201"],
])("%s is written %s", (given, written) => expect(checkAddress("here", "it", given)).toBe(written));

test.each([
  "",
  "10.0.0",
  "10.0.0.01",
  "10.0.0.256",
  "fe80::1%eth0",
  "10.0.0.1/24",
  null,
  7,
  Number.NaN,
  "${var.address}",
])("%p is no address", (given) =>
  expect(() => checkAddress("here", "it", given)).toThrow(expect.objectContaining({ name: "ConfigurationError" })),
);

test("a network has its addresses in order", () => {
  const network = IpNetwork.parse("here", "it", "10.0.255.0/24");
  expect([network.address(0), network.address(255), network.size, network.family, network.length]).toEqual([
    "10.0.255.0",
    "10.0.255.255",
    256n,
    4,
    24,
  ]);
  expect(IpNetwork.parse("here", "it", "FD00::/64").address(300)).toBe("fd00::12c");
  expect(String(IpNetwork.parse("here", "it", "::/0"))).toBe("::/0");
  expect(bitsOf("10.0.0.1")).toBe(32);
});

test.each([
  ["10.0.0.0/24", "10.0.0.128/25", true],
  ["10.0.0.0/25", "10.0.0.128/25", false],
  ["0.0.0.0/0", "::/0", false],
])("%s and %s overlap: %p", (a, b, expected) => {
  const [one, other] = [a, b].map((network) => IpNetwork.parse("here", "it", network));
  expect([one!.overlaps(other!), other!.overlaps(one!)]).toEqual([expected, expected]);
});

test.each(["10.0.0.0", "10.0.0.0/33", "10.0.0.1/24", "fd00::1/64", "a/8", "10.0.0.0/ 8", undefined, 10])(
  "%p is no network",
  (given) =>
    expect(() => IpNetwork.parse("here", "it", given)).toThrow(expect.objectContaining({ name: "ConfigurationError" })),
);

test("host bits are mended", () => {
  expect(() => IpNetwork.parse("here", "`links`", "10.1.2.3/16")).toThrow(
    '`links` has host bits set (given "10.1.2.3/16"). To mend: give "10.1.0.0/16".',
  );
});
