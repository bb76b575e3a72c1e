import { canRun } from "../../lab";

describe("canRun", () => {
  const { platform, arch } = process;
  const pretend = (facts: { platform: string; arch: string }) => {
    for (const [name, value] of Object.entries(facts)) Object.defineProperty(process, name, { value });
  };

  afterEach(() => {
    pretend({ platform, arch });
    jest.restoreAllMocks();
  });

  it("says that the lab needs Linux", () => {
    pretend({ platform: "darwin", arch: "x64" });
    expect(canRun()).toEqual({ ok: false, reason: expect.stringMatching(/needs Linux; this is darwin/) });
  });

  it("says which processor the guest is made for", () => {
    pretend({ platform: "linux", arch: "arm64" });
    expect(canRun()).toEqual({ ok: false, reason: expect.stringMatching(/x86-64; this machine is arm64/) });
  });

  it("says which user is not root, and how to run it", () => {
    pretend({ platform: "linux", arch: "x64" });
    jest.spyOn(process, "geteuid").mockReturnValue(1000);
    expect(canRun()).toEqual({ ok: false, reason: expect.stringMatching(/needs root[\s\S]*sudo env "PATH=\$PATH"/) });
  });
});
