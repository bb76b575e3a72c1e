import { labNamed, pathOutside } from "../../lab/paths";

describe("labNamed", () => {
  it("gives a URI that names the lab's own socket", () => {
    expect(labNamed("site-b").uri).toBe("qemu:///system?socket=/run/virtuned-lab/site-b/libvirt/libvirt-sock");
  });

  it("keeps the longest name's socket within the 107 bytes of a Unix socket's path", () => {
    expect(labNamed("a234567890123456").socket.length).toBeLessThanOrEqual(107);
  });

  it.each(["", "B", "1st", "a/b", "..", "a b", "a2345678901234567"])("refuses %j, saying what is allowed", (name) => {
    expect(() => labNamed(name)).toThrow(/lower-case letter followed by at most 15/);
  });
});

describe("pathOutside", () => {
  const lab = labNamed("t");

  it.each([
    ["/var/log/libvirt/qemu/db-console.log", "/var/lib/virtuned-lab/t/log/libvirt/qemu/db-console.log"],
    ["/var/lib/libvirt/images/db.qcow2", "/var/lib/virtuned-lab/t/lib/images/db.qcow2"],
    ["/var/lib/virtuned-lab/t/images/db.qcow2", "/var/lib/virtuned-lab/t/images/db.qcow2"],
    ["/srv/db.qcow2", "/srv/db.qcow2"],
    ["/var/logs/db.log", "/var/logs/db.log"],
  ])("finds %s at %s", (inside, outside) => {
    expect(pathOutside(lab, inside)).toBe(outside);
  });
});
