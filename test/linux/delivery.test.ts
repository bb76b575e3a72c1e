import { execFileSync } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { Delivery, FileMode, type HostFile } from "../../src/linux";
import { newFolder } from "../support/folders";

/** The shells that a host's `sh` may be, of those that are here. */
const SHELLS = [["dash"], ["bash", "--posix"], ["busybox", "sh"]].filter(([shell]) => {
  try {
    execFileSync("sh", ["-c", `command -v ${shell}`], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
});

const CONF: HostFile = { path: "/etc/x/x.conf", content: "one\n" };
const SECRET: HostFile = { path: "/etc/x/y y.conf", content: "two", mode: FileMode.SECRET };

describe.each(SHELLS)("the script that installs a delivery, by %s", (...shell) => {
  let root: string;

  beforeEach(() => {
    root = newFolder();
  });

  const write = (files: readonly HostFile[], owner = "prod-kvm1") => {
    const folder = newFolder();
    new Delivery(owner, files).write(folder);
    return folder;
  };
  /** What it says; ends with an error where the script does. */
  const run = (folder: string, ...args: string[]) => {
    const [program, ...options] = shell as [string, ...string[]];
    return execFileSync(program, [...options, join(folder, "install.sh"), ...args], {
      env: { PATH: process.env.PATH, VIRTUNED_ROOT: root },
      encoding: "utf8",
      stdio: ["ignore", "pipe", "pipe"],
    });
  };
  const install = (...files: readonly HostFile[]) => run(write(files));
  const read = (path: string) => readFileSync(join(root, path), "utf8");
  const put = (path: string, content: string) => {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), content);
  };
  const all = () =>
    readdirSync(root, { recursive: true, encoding: "utf8" })
      .filter((path) => !path.startsWith("var/lib/virtuned/"))
      .sort();

  test("puts files with their modes", () => {
    install(CONF, SECRET);
    expect([read(CONF.path), read(SECRET.path)]).toEqual(["one\n", "two"]);
    expect([CONF, SECRET].map(({ path }) => statSync(join(root, path)).mode & 0o777)).toEqual([0o644, 0o600]);
  });

  test("does nothing the second time", () => {
    install(CONF, SECRET);
    const before = statSync(join(root, CONF.path)).ino;
    expect(install(CONF, SECRET)).toBe("virtuned: the files of prod-kvm1 are on the host\n");
    expect(statSync(join(root, CONF.path)).ino).toBe(before);
  });

  test("puts what has changed, and takes away what is no longer there", () => {
    install(CONF, SECRET);
    expect(install({ ...CONF, content: "three\n" })).toContain("took away /etc/x/y y.conf");
    expect(read(CONF.path)).toBe("three\n");
    expect(all()).toEqual(["etc", "etc/x", "etc/x/x.conf", "var", "var/lib", "var/lib/virtuned"]);
  });

  test("puts a file again that was changed or deleted on the host", () => {
    install(CONF, SECRET);
    put(CONF.path, "by hand");
    rmSync(join(root, SECRET.path));
    install(CONF, SECRET);
    expect([read(CONF.path), read(SECRET.path)]).toEqual(["one\n", "two"]);
  });

  test("takes away all, with folders that it made and no others", () => {
    mkdirSync(join(root, "var/lib"), { recursive: true });
    mkdirSync(join(root, "etc"));
    install(CONF, { path: "/etc/x/deep/er/z", content: "" });
    expect(run(write([CONF]), "remove")).toContain("no files of prod-kvm1 are on the host");
    expect(all()).toEqual(["etc", "var", "var/lib"]);
    expect(run(write([CONF]), "remove")).toContain("no files of prod-kvm1 are on the host");
  });

  test("leaves a folder that others have put something in", () => {
    install(CONF);
    put("/etc/x/theirs", "theirs");
    run(write([]), "remove");
    expect(read("/etc/x/theirs")).toBe("theirs");
  });

  test("units that start by themselves are enabled", () => {
    const path = "/etc/systemd/system/virtuned-a.service";
    const content = "[Service]\nExecStart=/bin/true\n[Install]\nWantedBy=multi-user.target\n";
    install({ path, content });
    expect(all()).toContain("etc/systemd/system/multi-user.target.wants/virtuned-a.service");
    install();
    expect(all().filter((name) => name.includes("virtuned-a"))).toEqual([]);
  });

  describe("is refused, and changes nothing", () => {
    const refused = (folder: string, message: RegExp) => {
      const before = all();
      expect(() => run(folder)).toThrow(message);
      expect(all()).toEqual(before);
    };

    test.each(["a file", "a link", "a link that leads nowhere", "a folder"])(
      "where %s of others is in the way",
      (what) => {
        put("/etc/x/theirs", "theirs");
        const path = join(root, CONF.path);
        if (what === "a file") {
          put(CONF.path, "one\n");
        } else if (what === "a folder") {
          mkdirSync(path);
        } else {
          symlinkSync(what === "a link" ? "theirs" : "nowhere", path);
        }
        mkdirSync(join(root, "var/lib/virtuned"), { recursive: true });
        refused(write([SECRET, CONF]), /nothing was changed: these files are there already(.|\n)*\/etc\/x\/x\.conf/);
        expect(read("/etc/x/theirs")).toBe("theirs");
      },
    );

    test("where another stack has put the file there", () => {
      run(write([CONF], "other-kvm1"));
      refused(write([CONF]), /\/etc\/x\/x\.conf, which other-kvm1 has put there/);
    });

    test.each<[string, (folder: string) => void, RegExp]>([
      [
        "a file that did not arrive",
        (f) => rmSync(join(f, "files", CONF.path)),
        /x\.conf did not arrive as it was sent/,
      ],
      [
        "a file that is another",
        (f) => writeFileSync(join(f, "files", CONF.path), "x"),
        /did not arrive as it was sent/,
      ],
      ["no manifest", (f) => rmSync(join(f, "manifest")), /there is no manifest/],
      [
        "another kind of manifest",
        (f) => writeFileSync(join(f, "manifest"), "virtuned 2 x\n"),
        /not one of virtuned's/,
      ],
      [
        "a path that leads elsewhere",
        (f) => writeFileSync(join(f, "manifest"), `virtuned 1 x\n0644 ${"0".repeat(64)} /etc/../x\n`),
        /a line that is none/,
      ],
      ["a line cut short", (f) => writeFileSync(join(f, "manifest"), "virtuned 1 x\n0644 ab\n"), /a line that is none/],
    ])("with %s", (_what, damage, message) => {
      const folder = write([CONF]);
      damage(folder);
      refused(folder, message);
    });
  });

  test("what a killed run has begun is put back before anything else", () => {
    install(CONF);
    const state = join(root, "var/lib/virtuned/prod-kvm1");
    // As far as a run gets that is killed after it has put its files.
    const next = write([{ ...CONF, content: "half\n" }, SECRET]);
    renameSync(next, join(state, "next"));
    put(CONF.path, "half\n");
    put(SECRET.path, "two");
    const said = install(CONF);
    expect(said).toContain("an earlier run was killed");
    expect(said).toContain("what was there before is back");
    expect(read(CONF.path)).toBe("one\n");
    expect(existsSync(join(root, SECRET.path))).toBe(false);
  });

  test("a run that was killed while it took note of its end", () => {
    install(CONF);
    const state = join(root, "var/lib/virtuned/prod-kvm1");
    renameSync(join(state, "current"), join(state, "previous"));
    renameSync(write([CONF, SECRET]), join(state, "next"));
    put(SECRET.path, "two");
    install(CONF, SECRET);
    expect(readdirSync(state).sort()).toEqual(["current", "folders"]);
    expect(read(SECRET.path)).toBe("two");
  });

  test("a failure puts back what was there", () => {
    install(CONF);
    mkdirSync(join(root, "etc/blocked"));
    writeFileSync(join(root, "etc/blocked/file"), "");
    // A file stands where a folder is needed.
    const folder = write([
      { ...CONF, content: "new\n" },
      { path: "/etc/blocked/file/z", content: "" },
    ]);
    expect(() => run(folder)).toThrow();
    expect(read(CONF.path)).toBe("one\n");
    expect(readdirSync(join(root, "var/lib/virtuned/prod-kvm1")).sort()).toEqual(["current", "folders"]);
  });
});

const hasShellcheck = (() => {
  try {
    execFileSync("shellcheck", ["--version"], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
})();

(hasShellcheck ? test : test.skip)("shellcheck has nothing to say of the script (it has to be installed)", () => {
  const script = join(__dirname, "../../src/linux/install.sh");
  expect(execFileSync("shellcheck", ["--shell=sh", script], { encoding: "utf8" })).toBe("");
});
