import { masterBootRecord } from "../../../lab/guest-image/disk";
import { imageAmong } from "../../../lab/guest-image/parts";

describe("imageAmong", () => {
  it("finds the kernel that a meta package depends on", () => {
    expect(imageAmong("linux-image-cloud-amd64\n  Depends: linux-image-6.1.0-56-cloud-amd64\n")).toBe(
      "linux-image-6.1.0-56-cloud-amd64",
    );
    expect(
      imageAmong("linux-image-virtual\n  Depends: linux-image-6.8.0-51-generic\n  Depends: intel-microcode\n"),
    ).toBe("linux-image-6.8.0-51-generic");
  });

  it("finds none where there is none", () => {
    expect(imageAmong("linux-image-cloud-amd64\n")).toBeUndefined();
  });
});

describe("masterBootRecord", () => {
  it("has boot code, one active EFI system partition at 1 MiB, and the signature", () => {
    const sector = masterBootRecord(Buffer.alloc(440, 0x90));
    expect(sector).toHaveLength(512);
    expect(sector.subarray(0, 440).every((byte) => byte === 0x90)).toBe(true);
    expect([sector[446], sector[450], sector.readUInt32LE(454)]).toEqual([0x80, 0xef, 2048]);
    expect(sector.readUInt16LE(510)).toBe(0xaa55);
  });
});
