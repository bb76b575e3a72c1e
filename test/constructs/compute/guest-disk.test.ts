import { DataSize, FileSystem, GuestDisk, IoScheduler, Trim } from "virtuned";

describe("a guest's side of a disk", () => {
  test("is mounted with ext4, without access times, and gives space back once a week", () => {
    expect(GuestDisk.mounted("/var/lib/postgresql").mount).toEqual({
      path: "/var/lib/postgresql",
      fileSystem: FileSystem.EXT4,
      trim: Trim.WEEKLY,
      accessTimes: false,
      options: [],
    });
    expect(GuestDisk.bare().mount).toBeUndefined();
    expect(`${GuestDisk.mounted("/srv")}, ${GuestDisk.bare()}`).toBe("mounted at /srv, bare");
  });

  test.each([
    "",
    "/",
    "srv",
    "/srv/",
    "/srv/../etc",
    "/a b",
    "/etc",
    "/a\n/b",
    "/$x",
    '/"',
    1,
    null,
    undefined,
    "${var.path}",
  ])("%# is not mounted at %p", (path) => {
    expect(() => GuestDisk.mounted(path as string)).toThrow("GuestDisk.mounted: ");
  });

  test.each(["nobarrier", "barrier=0"])("%s is refused: it loses data", (option) => {
    expect(() => GuestDisk.mounted("/srv", { mountOptions: [option] })).toThrow(
      /does not survive the loss of power.*\[guest-disk-barriers\]/s,
    );
  });

  test.each([
    ["discard", "trim: Trim.AT_ONCE"],
    ["noatime", "it is the default"],
    ["ro", "readOnly: true"],
  ])("mount option %s has a setting of its own", (option, mend) => {
    expect(() => GuestDisk.mounted("/srv", { mountOptions: [option] })).toThrow(mend);
  });

  test.each(["a,b", "a b", "", "x\ny", null, 3])("%p is no mount option", (option) => {
    expect(() => GuestDisk.mounted("/srv", { mountOptions: [option as string] })).toThrow("GuestDisk.mounted: ");
  });

  test("reads whole pages ahead, 16 MiB at most", () => {
    expect(GuestDisk.bare({ readAhead: DataSize.kibibytes(0) }).readAhead?.toBytes()).toBe(0);
    expect(GuestDisk.bare({ readAhead: DataSize.mebibytes(16) }).readAhead?.toMebibytes()).toBe(16);
    for (const readAhead of [DataSize.kibibytes(6), DataSize.mebibytes(17), 16 as unknown as DataSize]) {
      expect(() => GuestDisk.bare({ readAhead })).toThrow(/not how much can be read ahead.*\[guest-disk-read-ahead\]/s);
    }
  });

  test("has waiting requests only where there is a scheduler", () => {
    expect(GuestDisk.bare({ scheduler: IoScheduler.MQ_DEADLINE, requests: 64 }).requests).toBe(64);
    for (const scheduler of [undefined, IoScheduler.NONE]) {
      expect(() => GuestDisk.bare({ scheduler, requests: 64 })).toThrow(/no requests wait.*\[guest-disk-scheduler\]/s);
    }
    expect(() => GuestDisk.bare({ scheduler: IoScheduler.BFQ, requests: 3 })).toThrow("requests");
  });

  test.each([
    { scheduler: "cfq" },
    { rotational: "no" },
    { fileSystem: "ntfs" },
    { trim: "daily" },
    { accessTimes: 1 },
    { mountOptions: "nosuid" },
  ])("%j is refused", (options) => {
    expect(() => GuestDisk.mounted("/srv", options as object)).toThrow("GuestDisk.mounted: ");
  });
});
