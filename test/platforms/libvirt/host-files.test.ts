import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { App, Token } from "cdktf";
import { TunedStack } from "virtuned";
import { FileMode, type HostFiles, LibvirtHost, LibvirtPlatform } from "virtuned/libvirt";
import { newFolder } from "../../support/folders";

function synthesised(write: (kvm1: HostFiles, kvm2: HostFiles) => void, outdir = newFolder()): string {
  const app = new App({ outdir });
  const stack = new TunedStack(app, "prod");
  const hosts = ["kvm1", "kvm2"].map((name) => LibvirtHost.at(name, `qemu+ssh://root@${name}/system`));
  const platform = new LibvirtPlatform(stack, "kvm", { hosts });
  write(platform.hostFiles(hosts[0]), platform.hostFiles(hosts[1]));
  app.synth();
  return join(outdir, "stacks", "prod", "hosts");
}

describe("files of a host", () => {
  const folder = synthesised((kvm1) => {
    kvm1.netdev("br0", "a").set("NetDev", "Kind", "bridge");
    kvm1.network("br0", "a").set("Network", "LinkLocalAddressing", false);
    kvm1.network("br0", "b").set("Link", "MTUBytes", 9000);
    kvm1.link("ens1f0", "a").set("Link", "MTUBytes", 9000);
    kvm1.service("ovs", "a").append("Service", "ExecStart", "/usr/bin/ovs-vsctl --may-exist add-br br1");
    kvm1.sysctl("net.core.rmem_max", 1, "a");
    kvm1.add({ path: "/etc/frr/frr.conf", content: "hostname kvm1\n", mode: FileMode.SECRET }, "a");
  });
  const root = join(folder, "kvm-kvm1", "files");

  test("are below hosts/, in a picture of the host's root folder", () => {
    const files = readdirSync(root, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
    expect(files.map(({ parentPath, name }) => join(parentPath, name).slice(root.length)).sort()).toEqual([
      "/etc/frr/frr.conf",
      "/etc/sysctl.d/90-virtuned.conf",
      "/etc/systemd/network/05-virtuned-br0.netdev",
      "/etc/systemd/network/05-virtuned-br0.network",
      "/etc/systemd/network/05-virtuned-ens1f0.link",
      "/etc/systemd/system/virtuned-ovs.service",
    ]);
    expect(statSync(join(root, "etc/frr/frr.conf")).mode & 0o777).toBe(0o600);
  });

  test("hold what all constructs wrote in them", () => {
    expect(readFileSync(join(root, "etc/systemd/network/05-virtuned-br0.network"), "utf8")).toBe(
      [
        "# Written by virtuned. Change the program that it comes from: changes made here are overwritten.",
        "",
        "[Match]",
        "Name=br0",
        "",
        "[Network]",
        "LinkLocalAddressing=no",
        "",
        "[Link]",
        "MTUBytes=9000",
        "",
      ].join("\n"),
    );
  });

  test("a NIC is found by what udev knows of it before it has its name, and named, as systemd's own file no longer does it", () => {
    expect(readFileSync(join(root, "etc/systemd/network/05-virtuned-ens1f0.link"), "utf8")).toContain(
      "[Match]\nProperty=ID_NET_NAME_SLOT=ens1f0\n\n[Link]\nName=ens1f0\n",
    );
  });

  test("a host without files has no folder", () => expect(readdirSync(folder)).toEqual(["kvm-kvm1"]));
});

test("a synthesis takes away what an earlier one left", () => {
  const outdir = newFolder();
  const folder = synthesised((kvm1) => kvm1.netdev("br0", "a").set("NetDev", "Kind", "bridge"), outdir);
  mkdirSync(join(folder, "..", ".terraform"));
  writeFileSync(join(folder, "..", ".terraform", "file"), "");
  synthesised((_kvm1, kvm2) => kvm2.netdev("br0", "a").set("NetDev", "Kind", "bridge"), outdir);
  expect(readdirSync(folder)).toEqual(["kvm-kvm2"]);
  synthesised(() => {}, outdir);
  expect(readdirSync(join(folder, "..")).sort()).toEqual([".terraform", "cdk.tf.json"]);
});

describe("what can't be a file is refused", () => {
  test.each<[string, (files: HostFiles) => void, RegExp]>([
    ["a name that leaves its folder", (f) => f.netdev("../x", "a"), /path separator|leads? out|lead out/],
    ["a name that is too long for an interface", (f) => f.network("sixteencharacter", "a"), /1 too many/],
    ["a path that leaves its folder", (f) => f.add({ path: "/etc/../x", content: "" }, "a"), /without ".."/],
    ["a path that is not absolute", (f) => f.add({ path: "etc/x", content: "" }, "a"), /absolute path/],
    ["a path with an empty part", (f) => f.add({ path: "/etc//x", content: "" }, "a"), /an empty part/],
    ["a path of dots", (f) => f.add({ path: "/etc/./x", content: "" }, "a"), /an empty part, a part of dots/],
    ["a path that ends with a space", (f) => f.add({ path: "/etc/x ", content: "" }, "a"), /ends with a space/],
    ["a folder", (f) => f.add({ path: "/etc/", content: "" }, "a"), /an empty part/],
    ["content that is no text", (f) => f.add({ path: "/etc/x", content: 1 as never }, "a"), /is not text/],
    [
      "content known only at apply time",
      (f) => f.add({ path: "/etc/x", content: Token.asString({ a: 1 }) }, "a"),
      /known only at apply time, and files are written before/,
    ],
    [
      "another mode than those known",
      (f) => f.add({ path: "/etc/x", content: "", mode: "0777" as never }, "a"),
      /mode is not one of those known/,
    ],
    [
      "two modes of one file",
      (f) => {
        f.add({ path: "/etc/x", content: "" }, "a");
        f.add({ path: "/etc/x", content: "", mode: FileMode.SECRET }, "b");
      },
      /another file of this path already, that of a/,
    ],
    [
      "two files of one path",
      (f) => {
        f.add({ path: "/etc/x", content: "1" }, "a");
        f.add({ path: "/etc/x", content: "2" }, "b");
      },
      /^b: host kvm1 has another file of this path already, that of a/,
    ],
  ])("%s", (_what, write, message) => {
    expect(() => synthesised((kvm1) => write(kvm1))).toThrow(message);
  });
});
