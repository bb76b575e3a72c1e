import { parseMountInfo } from "../../lab/mounts";
import { unitsAmong } from "../../lab/packages";
import { parseOsRelease } from "../../lab/requirements";
import { parseDomainList, parseVersions } from "../../lab/virsh";

// What the machine's own programs print, read.

describe("parseMountInfo", () => {
  it("reads path and type, whatever number of optional fields comes between them", () => {
    const text = [
      "31 23 0:28 / /sys/fs/cgroup rw,nosuid - cgroup2 cgroup2 rw",
      "60 42 0:4 net:[4026532248] /run/netns/virtuned-lab rw shared:3 master:1 - nsfs nsfs rw",
      "61 27 8:1 / /mnt/two\\040words rw - ext4 /dev/sda1 rw",
      "",
    ].join("\n");
    expect(parseMountInfo(text)).toEqual([
      { path: "/sys/fs/cgroup", type: "cgroup2" },
      { path: "/run/netns/virtuned-lab", type: "nsfs" },
      { path: "/mnt/two words", type: "ext4" },
    ]);
  });
});

describe("parseOsRelease", () => {
  it("reads values with and without quotes", () => {
    expect(parseOsRelease('ID=ubuntu\nID_LIKE=debian\nPRETTY_NAME="Ubuntu 24.04.1 LTS"\n# remark\n')).toEqual({
      ID: "ubuntu",
      ID_LIKE: "debian",
      PRETTY_NAME: "Ubuntu 24.04.1 LTS",
    });
  });
});

describe("parseDomainList", () => {
  it("reads running and stopped domains", () => {
    expect(parseDomainList(" 12   orders-db   running\n -    web 2       shut off\n\n")).toEqual([
      { name: "orders-db", state: "running" },
      { name: "web 2", state: "shut off" },
    ]);
  });
});

describe("parseVersions", () => {
  it("reads libvirt's and QEMU's", () => {
    const text =
      "Compiled against library: libvirt 9.0.0\nUsing library: libvirt 9.0.0\nUsing API: QEMU 9.0.0\nRunning hypervisor: QEMU 7.2.22\n";
    expect(parseVersions(text)).toEqual({ libvirt: "9.0.0", qemu: "7.2.22" });
  });
});

describe("unitsAmong", () => {
  it("picks what a package may have enabled: no templates, no drop-ins, each once", () => {
    const files = [
      "/lib/systemd/system/libvirtd.service",
      "/usr/lib/systemd/system/libvirtd.socket",
      "/lib/systemd/system/libvirtd.socket",
      "/lib/systemd/system/virtlogd@.service",
      "/lib/systemd/system/libvirtd.service.d/override.conf",
      "/usr/sbin/libvirtd",
    ];
    expect(unitsAmong(files)).toEqual(["libvirtd.service", "libvirtd.socket"]);
  });
});
