import { NfsVersion, StorageBackend } from "virtuned";

test.each([
  [StorageBackend.directory("/var/lib/vms"), "directory", { path: "/var/lib/vms" }, "directory /var/lib/vms"],
  [StorageBackend.lvm("nvme-vg"), "lvm", { volumeGroup: "nvme-vg" }, "lvm nvme-vg"],
  [StorageBackend.nfs("nas1", "/export"), "nfs", { server: "nas1", path: "/export" }, "nfs nas1:/export"],
  [
    StorageBackend.nfs("10.0.0.9", "/", { version: NfsVersion.V4_2, mountPath: "/srv/nas 1" }),
    "nfs",
    { server: "10.0.0.9", path: "/", version: "4.2", mountPath: "/srv/nas 1" },
    "nfs 10.0.0.9:/",
  ],
  [StorageBackend.nfs("fd00::9", "/e"), "nfs", { server: "fd00::9", path: "/e" }, "nfs fd00::9:/e"],
  [StorageBackend.datastore("ds 01 (SSD)"), "datastore", { name: "ds 01 (SSD)" }, "datastore ds 01 (SSD)"],
  [StorageBackend.datastoreCluster("Gold"), "datastore-cluster", { name: "Gold" }, "datastore-cluster Gold"],
])("%s", (backend, kind, settings, text) => {
  expect(backend).toMatchObject({ kind, settings });
  expect(String(backend)).toBe(text);
});

test.each([
  ["/srv/vms/", "/srv/vms"],
  ["//srv///vms//", "/srv/vms"],
])("path %s is written as libvirt does: %s", (given, written) => {
  expect(StorageBackend.directory(given).settings).toMatchObject({ path: written });
  expect(StorageBackend.nfs("nas1", given, { mountPath: given }).settings).toMatchObject({
    path: written,
    mountPath: written,
  });
});

test.each(["/", "//"])("%s is no folder for volumes", (path) => {
  const message = "the root of the file system is no place for volumes";
  expect(() => StorageBackend.directory(path)).toThrow(message);
  expect(() => StorageBackend.nfs("nas1", "/export", { mountPath: path })).toThrow(message);
});
