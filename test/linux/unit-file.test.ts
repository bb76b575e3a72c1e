import { Token } from "cdktf";
import { exec, Sysctl, shellWord, UnitFile } from "../../src/linux";

const PATH = "/etc/systemd/network/05-x.network";

describe("a file in systemd's syntax", () => {
  test("has sections in the order in which they came, keys once unless they are appended", () => {
    const file = new UnitFile(PATH, "a");
    file.set("Match", "Name", "eth0").set("Network", "DHCP", false).append("Network", "Address", "10.0.0.1/24");
    file.by("b").append("Network", "Address", "10.0.1.1/24").append("Network", "Address", "10.0.0.1/24");
    file.by("b").add("BridgeFDB", { MACAddress: "00:00:00:00:00:00", Destination: ["10.0.0.2", "10.0.0.3"] });
    file.by("b").set("Link", "MTUBytes", 9000);
    expect(file.toString().split("\n").slice(2)).toEqual([
      "[Match]",
      "Name=eth0",
      "",
      "[Network]",
      "DHCP=no",
      "Address=10.0.0.1/24",
      "Address=10.0.1.1/24",
      "",
      "[BridgeFDB]",
      "MACAddress=00:00:00:00:00:00",
      "Destination=10.0.0.2",
      "Destination=10.0.0.3",
      "",
      "[Link]",
      "MTUBytes=9000",
      "",
    ]);
  });

  test("takes the same value twice, and no other one", () => {
    const file = new UnitFile(PATH, "stack/a").set("Network", "Bridge", "br0");
    file.by("stack/b").set("Network", "Bridge", "br0");
    expect(() => file.by("stack/c").set("Network", "Bridge", "br1")).toThrow(
      /^stack\/c: .* has another Bridge in \[Network\] already, that of stack\/a \(given "br1, there br0"\)/,
    );
  });

  test.each([
    ["a\nb", /control character/],
    ["a\u2028b", /control character/],
    ["a\u0000", /control character/],
    ["a\\", /backslash/],
    ["50%", /"%"/],
    ["${aws_x.y}", undefined],
  ])("%j is refused where it would leave its line or be replaced", (value, message) => {
    const write = () => new UnitFile(PATH, "a").set("Network", "Description", value);
    if (message) {
      expect(write).toThrow(message);
    } else {
      expect(write).not.toThrow();
    }
  });
});

test.each([
  ["text", Token.asString({ resolve: () => "a" })],
  ["a number", Token.asNumber({ resolve: () => 1 })],
  ["part of a text", `a${Token.asNumber({ resolve: () => 1 })}`],
])("%s that is known only at apply time is refused", (_, value) => {
  const write = () => new UnitFile(PATH, "a").set("Link", "MTUBytes", value);
  expect(write).toThrow(/^a: MTUBytes in \[Link\] of .* is known only at apply time/);
});

test("words of commands are quoted for systemd and for a shell", () => {
  expect(exec("/usr/sbin/tc", "qdisc", 5, 'a "b" $c %d \\')).toBe('/usr/sbin/tc qdisc 5 "a \\"b\\" $$c %%d \\\\"');
  expect(shellWord("a'b c")).toBe("'a'\\''b c'");
  expect(shellWord("br0")).toBe("br0");
  expect(shellWord("")).toBe("''");
});

describe("settings of the kernel", () => {
  test("are sorted", () => {
    const sysctl = new Sysctl();
    sysctl.set("net.ipv4.tcp_rmem", "4096 131072 16777216", "a");
    sysctl.set("net.core.rmem_max", 16777216, "a");
    sysctl.set("net.core.rmem_max", 16777216, "b");
    expect(String(sysctl).split("\n").slice(2, 4)).toEqual([
      "net.core.rmem_max = 16777216",
      "net.ipv4.tcp_rmem = 4096 131072 16777216",
    ]);
    expect(() => sysctl.set("net.core.rmem_max", 1, "c")).toThrow(
      /^c: a sets the kernel's net.core.rmem_max to another value/,
    );
  });

  test.each([
    ["net.x\n", "1"],
    ["net.x", "1\nnet.y = 2"],
    ["net.x y", "1"],
    ["-net.x", "1"],
    ["net.x", ""],
  ])("%j = %j is refused", (key, value) => {
    expect(() => new Sysctl().set(key, value, "a")).toThrow(/not a setting of the kernel/);
  });
});
