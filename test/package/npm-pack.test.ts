import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const root = join(__dirname, "..", "..");
const readme = readFileSync(join(root, "README.md"), "utf8");
const example = /```ts\n(.*?)```/s.exec(readme)![1]!;
const { devDependencies } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));

test("README shows the quickstart as it is", () => {
  expect(example).toBe(readFileSync(join(root, "examples/quickstart/main.ts"), "utf8"));
});

describe("what npm pack makes, in an empty folder beside its peers", () => {
  const folder = mkdtempSync(join(tmpdir(), "virtuned-pack-"));
  const run = (command: string, ...args: string[]) =>
    execFileSync(command, args, { cwd: folder, encoding: "utf8", stdio: "pipe" });

  beforeAll(() => {
    execFileSync("npm", ["pack", "--pack-destination", folder], { cwd: root, stdio: "pipe" });
    const tarball = readdirSync(folder).find((file) => file.endsWith(".tgz"))!;
    const peers = ["cdktf", "constructs", "@cdktf/provider-vsphere", "typescript", "@types/node"].map(
      (name) => `${name}@${devDependencies[name]}`,
    );
    writeFileSync(join(folder, "package.json"), '{ "private": true }\n');
    run("npm", "install", "--prefer-offline", "--no-audit", "--no-fund", "--ignore-scripts", `./${tarball}`, ...peers);
    writeFileSync(join(folder, "main.ts"), example);
  }, 240_000);

  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  test("README's example passes the type check", () => {
    const options = "--strict --module node16 --moduleResolution node16 --target es2022 --outDir out".split(" ");
    expect(run("npx", "tsc", ...options, "main.ts")).toBe("");
  }, 120_000);

  test("README's example synthesises, and the command explains it", () => {
    run("node", "out/main.js");
    const stack = JSON.parse(readFileSync(join(folder, "cdktf.out/stacks/quickstart/cdk.tf.json"), "utf8"));
    expect(Object.keys(stack.resource)).toContain("libvirt_domain");
    expect(run("npx", "virtuned", "explain")).toContain("driver.queues");
  }, 60_000);

  test("files of hosts come with the script that installs them", () => {
    const program = `
      const { App } = require("cdktf");
      const { TunedStack } = require("virtuned");
      const { LibvirtHost, LibvirtPlatform } = require("virtuned/libvirt");
      const app = new App();
      const hosts = [LibvirtHost.at("kvm1", "qemu+ssh://root@kvm1/system")];
      const platform = new LibvirtPlatform(new TunedStack(app, "prod"), "kvm", { hosts });
      platform.hostFiles().sysctl("net.core.rmem_max", 1, "test");
      app.synth();`;
    run("node", "-e", program);
    const written = readdirSync(join(folder, "cdktf.out/stacks/prod/hosts/kvm-kvm1"));
    expect(written.sort()).toEqual(["files", "install.sh", "manifest"]);
  }, 60_000);

  test("the bindings can be imported by their own name", () => {
    run(
      "npm",
      "install",
      "--no-audit",
      "--no-fund",
      "--ignore-scripts",
      "./node_modules/virtuned/node_modules/@cdktf/provider-libvirt",
    );
    const program = 'process.stdout.write(require("@cdktf/provider-libvirt/lib/domain").Domain.tfResourceType)';
    expect(run("node", "-e", program)).toBe("libvirt_domain");
  }, 60_000);

  test("nothing but the built code and its papers is in it", () => {
    const own = readdirSync(join(folder, "node_modules/virtuned")).sort();
    expect(own).toEqual(["CHANGELOG.md", "LICENSE", "README.md", "lib", "node_modules", "package.json"]);
  });
});
