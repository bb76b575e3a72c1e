import { spawn, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { run } from "../../src/cli/cli";
import { Decision, type Setting } from "../../src/practices";

const setting = (subject: string, name: string, rest: Partial<Setting> = {}): Setting => ({
  subject,
  setting: name,
  value: "4",
  decision: Decision.TUNED,
  why: "one for each vCPU",
  practice: "nic-queues",
  source: "A manual",
  ...rest,
});

const PROD = [
  setting("prod/db", "cpu.mode", { value: "host-passthrough" }),
  setting("prod/db/apps", "driver.queues", { value: "2", decision: Decision.GIVEN }),
];
const TEST = [setting("test/db", "cpu.mode", { value: "maximum" })];

let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "virtuned-cli-"));
  const stack = (name: string) => ({ name, workingDirectory: `stacks/${name}` });
  write("cdktf.out/manifest.json", { stacks: { prod: stack("prod"), test: stack("test"), empty: stack("empty") } });
  write("cdktf.out/stacks/prod/cdk.tf.json", {});
  write("cdktf.out/stacks/prod/explanation.json", PROD);
  write("cdktf.out/stacks/test/cdk.tf.json", {});
  write("cdktf.out/stacks/test/explanation.json", TEST);
  write("cdktf.out/stacks/empty/cdk.tf.json", {});
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

function write(path: string, content: unknown): string {
  const file = join(folder, path);
  mkdirSync(join(file, ".."), { recursive: true });
  writeFileSync(file, typeof content === "string" ? content : JSON.stringify(content));
  return file;
}

function virtuned(...args: string[]): { code: number; out: string; err: string } {
  let out = "";
  let err = "";
  const code = run(args, { out: (text) => (out += text), err: (text) => (err += text) });
  return { code, out, err };
}

const explain = (path: string, ...args: string[]) => virtuned("explain", join(folder, path), ...args);
const json = (path: string, ...args: string[]): Setting[] => JSON.parse(explain(path, "--json", ...args).out);

describe("what is explained", () => {
  it("is all stacks of an output folder, in the form of explanation.json", () => {
    expect(json("cdktf.out")).toEqual([...PROD, ...TEST]);
  });

  it.each(["cdktf.out/stacks/prod", "cdktf.out/stacks/prod/cdk.tf.json", "cdktf.out/stacks/prod/explanation.json"])(
    "is one stack, by %s",
    (path) => {
      expect(json(path)).toEqual(PROD);
      expect(json(path, "--stack", "prod")).toEqual(PROD);
    },
  );

  it("is one stack of an output folder, by its name", () => {
    expect(json("cdktf.out", "--stack", "test")).toEqual(TEST);
  });

  it("is a construct with what is inside it", () => {
    expect(json("cdktf.out", "--subject", "prod/db")).toEqual(PROD);
    expect(json("cdktf.out", "--subject=prod/db/apps/")).toEqual([PROD[1]]);
  });

  it("is nothing where nothing was tuned", () => {
    expect(explain("cdktf.out/stacks/empty")).toEqual({ code: 0, out: "Nothing was tuned.\n", err: "" });
    expect(json("cdktf.out", "--stack", "empty")).toEqual([]);
  });
});

it("prints a table, grouped by subject, that says what was given", () => {
  const { code, out, err } = explain("cdktf.out");
  expect({ code, err }).toEqual({ code: 0, err: "" });
  expect(out).toMatchInlineSnapshot(`
"  SETTING        VALUE             WHY                SOURCE

prod/db
  cpu.mode       host-passthrough  one for each vCPU  A manual

prod/db/apps
  driver.queues  2 (given)         one for each vCPU  A manual

test/db
  cpu.mode       maximum           one for each vCPU  A manual
"
`);
});

describe("exit code 2 and what to do about it", () => {
  it.each([
    [
      ["explian"],
      'virtuned: the verb is not one of those known (given "explian"; allowed: "explain"). To mend: did you mean "explain"?',
    ],
    [["--verson"], 'did you mean "--version"?'],
    [["explain", "--subjct", "prod"], "did you mean --subject?"],
    [["explain", "--stack"], "--stack needs a value"],
    [["explain", "--stack", "--json"], "--stack needs a value"],
    [["explain", "--json=yes"], "--json takes no value"],
    [["explain", "--json", "--json"], "more than once"],
    [["explain", "a", "b"], "one path"],
  ])("%j", (args, message) => {
    const { code, out, err } = virtuned(...args);
    expect({ code, out }).toEqual({ code: 2, out: "" });
    expect(err).toContain(message);
    expect(err).toMatch(/^virtuned.*\.\n$|^virtuned.*\?\n$/);
  });

  it.each([
    ["a path", "cdktf.ou", [], "cdktf.out?"],
    ["a stack", "cdktf.out", ["--stack", "prot"], "did you mean prod?"],
    ["a subject", "cdktf.out", ["--subject", "prod/dv"], "did you mean prod/db?"],
    ["the end of a subject", "cdktf.out", ["--subject", "apps"], "did you mean prod/db/apps?"],
    ["the folder above", ".", [], "cdktf.out?"],
    ["the folder of the stacks", "cdktf.out/stacks", [], "nothing was synthesised into this folder"],
  ])("names what was near for %s", (_, path, args, message) => {
    const { code, out, err } = explain(path, ...args);
    expect({ code, out }).toEqual({ code: 2, out: "" });
    expect(err).toContain(message);
  });

  it.each([
    ["broken/explanation.json", "[{", "can't be read"],
    ["other/explanation.json", { a: 1 }, "not an explanation"],
    ["parts/explanation.json", [{ subject: "a" }], "not an explanation"],
    ["broken/manifest.json", "{", "can't be read"],
    ["nothing/manifest.json", "null", "not a manifest"],
    ["others/manifest.json", { stacks: { prod: {} } }, "not a manifest"],
  ])("%s", (path, content, message) => {
    write(path, content);
    const { code, err } = explain(path.endsWith("manifest.json") ? join(path, "..") : path);
    expect(code).toBe(2);
    expect(err).toContain(message);
    expect(err).toContain("synthesise the program again");
  });
});

it("prints its usage and its version", () => {
  expect(virtuned("--help")).toMatchObject({ code: 0, err: "", out: expect.stringContaining("explain") });
  expect(virtuned("explain", "--help")).toMatchObject({ code: 0, out: expect.stringContaining("--subject PATH") });
  expect(virtuned()).toMatchObject({ code: 2, out: "", err: expect.stringContaining("Usage") });
  const { version } = JSON.parse(readFileSync(join(__dirname, "../../package.json"), "utf8"));
  expect(virtuned("--version")).toEqual({ code: 0, out: `${version}\n`, err: "" });
});

describe("as a command", () => {
  const command = ["-C", "@virtuned/source", "-r", "ts-node/register", join(__dirname, "../../src/cli/main.ts")];

  it("writes the explanation of cdktf.out to its standard output, errors to its standard error", () => {
    const env = { ...process.env, TS_NODE_PROJECT: join(__dirname, "../../tsconfig.json") };
    const good = spawnSync("node", [...absolute(command), "explain", "--json"], { cwd: folder, env, encoding: "utf8" });
    expect(good).toMatchObject({ status: 0, stderr: "" });
    expect(JSON.parse(good.stdout)).toEqual([...PROD, ...TEST]);
    const bad = spawnSync("node", [...absolute(command), "explain", "--no"], { cwd: folder, env, encoding: "utf8" });
    expect(bad).toMatchObject({ status: 2, stdout: "", stderr: expect.stringContaining("no such option") });
  }, 60_000);

  it("ends quietly when its reader does", async () => {
    const many = Array.from({ length: 20_000 }, (_, i) => setting(`prod/db${i}`, "cpu.mode"));
    const file = write("many/explanation.json", many);
    const child = spawn("node", [...command, "explain", file, "--json"], { cwd: join(__dirname, "../..") });
    let err = "";
    child.stderr.on("data", (data) => (err += data));
    child.stdout.once("data", () => child.stdout.destroy());
    const code = await new Promise((resolve) => child.once("close", resolve));
    expect({ code, err }).toEqual({ code: 0, err: "" });
  }, 60_000);
});

/** `-r` is resolved from the working folder. */
function absolute(command: readonly string[]): string[] {
  return command.map((word) => (word === "ts-node/register" ? require.resolve(word) : word));
}

it("fits the terminal, and wraps what is long", () => {
  const file = write("long/explanation.json", [
    setting("prod/db", "cpu.mode", {
      why: "a reason of some words ".repeat(12).trim(),
      source: "A manual with a long title ".repeat(3).trim(),
    }),
    setting("prod/db", "path", { value: `/srv/${"x".repeat(60)}`, why: "\u001b[31mred\u001b[0m" }),
  ]);
  for (const width of [100, 120, 160]) {
    let out = "";
    run(["explain", file], { out: (text) => (out += text), err: () => {}, width });
    const lines = out.split("\n");
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(width);
    expect(Math.max(...lines.map((line) => line.length))).toBeGreaterThan(width - 15);
    expect(out).not.toMatch(/(?!\n)\p{Cc}/u);
    expect(out.match(/x/g)).toHaveLength(60);
  }
});
