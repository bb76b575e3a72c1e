import { Boot, DataSize, type ImageBootOptions, ImageFormat } from "virtuned";

const ROOT = { pool: {}, tier: "performance", size: DataSize.gibibytes(8) } as ImageBootOptions;

describe("Boot.image", () => {
  test("makes a root disk of the image", () => {
    const boot = Boot.image("https://example.org/debian.qcow2", ROOT);
    expect(boot).toMatchObject({
      rootDisk: ROOT,
      fromImage: { source: "https://example.org/debian.qcow2", format: "qcow2" },
      fromNetwork: false,
    });
  });

  test.each([
    ["https://example.org/a.qcow2", "qcow2"],
    ["http://example.org/a.raw", "raw"],
    ["https://example.org/a.qcow2?token=x", "qcow2"],
    ["/srv/images/debian 12.raw", "raw"],
  ])("%s is %s", (source, format) => {
    expect(Boot.image(source, ROOT).fromImage?.format).toBe(format);
  });

  test.each(["https://example.org/noble-server-cloudimg-amd64.img", "/srv/image", "https://example.org/a.qcow2.xz"])(
    "the name of %s does not tell its format, which then has to be given",
    (source) => {
      expect(() => Boot.image(source, ROOT)).toThrow("Boot.image: the format of the image is not known from its name");
      expect(Boot.image(source, { ...ROOT, format: ImageFormat.QCOW2 }).fromImage?.format).toBe("qcow2");
    },
  );

  test.each([
    "",
    "debian.qcow2",
    "./debian.qcow2",
    "../debian.qcow2",
    "/srv/../etc/shadow",
    "ftp://example.org/a.qcow2",
    "file:///a.qcow2",
    "https://example.org/a b.qcow2",
    'https://example.org/"a".qcow2',
    "https://example.org/a.qcow2\n",
    "/srv/$(id).raw",
    "https://example.org/../a.raw",
    "/srv/a;b.raw",
    "/srv/é.raw",
  ])("%j is no image", (source) => {
    expect(() => Boot.image(source, ROOT)).toThrow("Boot.image: not an image that can be fetched");
  });

  test("a password in the URL would be in what is synthesised", () => {
    expect(() => Boot.image("https://user:secret@example.org/a.raw", ROOT)).toThrow("the URL has a password in it");
    try {
      Boot.image("https://user:secret@example.org/a.raw", ROOT);
    } catch (error) {
      expect(String(error)).not.toContain("secret");
    }
  });
});

test("Boot.template makes a root disk of a template", () => {
  const { format: _, ...root } = ROOT;
  expect(Boot.template("debian 12", root)).toMatchObject({ rootDisk: root, fromTemplate: "debian 12" });
  expect(Boot.template("debian 12", root).library).toBeUndefined();
  expect(Boot.template("debian 12", { ...root, library: "images" }).library).toBe("images");
  expect(() => Boot.template("debian 12", { ...root, library: "a/b" })).toThrow(/not a name of vSphere's inventory/);
});

test("Boot.volume takes a disk that is there", () => {
  const place = { pool: ROOT.pool, tier: "archive", backend: "second" };
  expect(Boot.volume("old.qcow2", place).rootDisk).toEqual({ ...place, existingVolume: "old.qcow2" });
});

describe("Boot.kernel", () => {
  test("has no root disk", () => {
    const options = { kernel: "/boot/vmlinuz-6.1+deb", initrd: "/boot/initrd.img", cmdline: "console=ttyS0 a='b c'" };
    expect(Boot.kernel(options)).toMatchObject({ rootDisk: undefined, fromKernel: options });
    expect(Boot.kernel({ kernel: "/vmlinuz" }).fromKernel).toEqual({ kernel: "/vmlinuz" });
  });

  test.each(["", "vmlinuz", "/boot/../vmlinuz", "/boot/$x", "/boot/a\n", "/boot/'a'"])("%j is no path", (path) => {
    expect(() => Boot.kernel({ kernel: path })).toThrow("Boot.kernel: the kernel is not a path that can be used");
    expect(() => Boot.kernel({ kernel: "/k", initrd: path })).toThrow("the initial RAM disk is not a path");
  });

  test.each([
    ["two\nlines", "kernel arguments are one line of text"],
    ["x".repeat(2048), "the length of the kernel arguments is too large"],
  ])("arguments %j are refused", (cmdline, message) => {
    expect(() => Boot.kernel({ kernel: "/k", cmdline })).toThrow(message);
  });
});

test("Boot.network has nothing but the network", () => {
  expect(Boot.network()).toMatchObject({ fromNetwork: true, rootDisk: undefined, fromKernel: undefined });
});
