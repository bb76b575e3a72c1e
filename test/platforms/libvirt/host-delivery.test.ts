import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { App, TerraformVariable } from "cdktf";
import { ConfigurationError, Duration, TunedStack } from "virtuned";
import { type HostFiles, LibvirtHost, LibvirtPlatform, SshAccess, type SshKeyOptions } from "virtuned/libvirt";
import { TerraformData } from "../../../src/cdktf";
import { newFolder } from "../../support/folders";
import type { Attributes } from "../../support/synthesis";

const hostKey = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIHN0YW5kcyBmb3IgdGhlIGtleSBvZiBhIGhvc3Q=";
const key: SshKeyOptions = { host: "kvm1", hostKey, keyFile: "~/.ssh/id_ed25519" };

function synthesised(ssh: SshAccess | undefined, write: (files: HostFiles, stack: TunedStack) => void = () => {}) {
  const app = new App({ outdir: newFolder() });
  const stack = new TunedStack(app, "prod");
  const host = LibvirtHost.at("kvm1", "qemu+ssh://root@kvm1/system", { ssh });
  write(new LibvirtPlatform(stack, "kvm", { hosts: [host] }).hostFiles(), stack);
  app.synth();
  const folder = join(app.outdir, "stacks", "prod");
  const text = readFileSync(join(folder, "cdk.tf.json"), "utf8");
  const resources: Record<string, Record<string, unknown>> = JSON.parse(text).resource?.terraform_data ?? {};
  const find = (id: string) => Object.entries(resources).find(([name]) => name.startsWith(id)) ?? ["", undefined];
  const [removalName, removal] = find("kvm_HostFiles_kvm1_Removal");
  const [deliveryName, delivery] = find("kvm_HostFiles_kvm1_Delivery");
  return { folder, text, resources, removal, removalName, delivery: delivery as Attributes, deliveryName };
}

describe("without a way to reach the host", () => {
  const write = (files: HostFiles, stack: TunedStack) => {
    files.sysctl("net.core.rmem_max", 1, "a");
    files.makeWait(new TerraformData(stack, "guest", {}));
  };
  const { folder, resources } = synthesised(undefined, write);

  test("the stack delivers nothing, and nothing waits", () => {
    expect(Object.keys(resources).filter((name) => name.includes("HostFiles"))).toEqual([]);
    expect(resources.guest).not.toHaveProperty("depends_on");
  });

  test("files are there with their manifest and the script that installs them", () => {
    expect(readdirSync(join(folder, "hosts/kvm-kvm1")).sort()).toEqual(["files", "install.sh", "manifest"]);
    expect(readFileSync(join(folder, "hosts/kvm-kvm1/manifest"), "utf8")).toMatch(
      /^virtuned 1 prod-kvm-kvm1\n0644 [0-9a-f]{64} \/etc\/sysctl\.d\/90-virtuned\.conf\n$/,
    );
  });
});

describe("over SSH", () => {
  const write = (files: HostFiles, stack: TunedStack) => {
    files.makeWait(new TerraformData(stack, "guest", {}));
    files.sysctl("net.core.rmem_max", 1, "a");
  };
  const { removal, removalName, delivery, deliveryName, resources } = synthesised(SshAccess.privateKey(key), write);

  test("one resource takes all away when it is destroyed, and does not change with the files", () => {
    expect(removal).toMatchObject({
      input: "prod-kvm-kvm1",
      provisioner: [{ "remote-exec": { when: "destroy" } }, { "remote-exec": { when: "destroy" } }],
    });
    expect(removal).not.toHaveProperty("triggers_replace");
  });

  test("another is replaced with the files, and delivers them", () => {
    expect(delivery.provisioner.map((p: object) => Object.keys(p)[0])).toEqual(["remote-exec", "file", "remote-exec"]);
    expect(delivery.provisioner[1].file.source).toBe("${path.module}/hosts/kvm-kvm1");
    expect(delivery.depends_on).toEqual([`terraform_data.${removalName}`]);
  });

  test("what is told to waits", () => {
    expect(resources.guest).toMatchObject({ depends_on: [`terraform_data.${deliveryName}`] });
  });

  test("the host's key is pinned, and the private one is read when the stack is applied", () => {
    for (const provisioner of delivery.provisioner) {
      expect((Object.values(provisioner)[0] as Attributes).connection).toMatchObject({
        type: "ssh",
        host: "kvm1",
        port: 22,
        user: "root",
        host_key: hostKey,
        agent: "false",
        private_key: '${file(pathexpand("~/.ssh/id_ed25519"))}',
        timeout: "60s",
      });
    }
  });

  test("each change of a file, its name or its mode is one of the delivery", () => {
    const content = (change: (files: HostFiles) => void) =>
      synthesised(SshAccess.privateKey(key), change).delivery.triggers_replace;
    const all = [
      content(() => {}),
      content((files) => files.sysctl("net.core.rmem_max", 1, "a")),
      content((files) => files.sysctl("net.core.rmem_max", 2, "a")),
      content((files) => files.sysctl("net.core.wmem_max", 2, "a")),
    ];
    expect(new Set(all.map((value) => JSON.stringify(value))).size).toBe(4);
    expect(all[1]).toEqual(content((files) => files.sysctl("net.core.rmem_max", 1, "b")));
  });

  test("without files those of an earlier delivery go", () => {
    const { folder, delivery: empty } = synthesised(SshAccess.privateKey(key));
    expect(empty).toBeDefined();
    expect(readFileSync(join(folder, "hosts/kvm-kvm1/manifest"), "utf8")).toBe("virtuned 1 prod-kvm-kvm1\n");
    expect(existsSync(join(folder, "hosts/kvm-kvm1/files"))).toBe(false);
  });
});

test("another user than root needs sudo, and never a password", () => {
  const { delivery, removal } = synthesised(SshAccess.agent({ host: "kvm1", hostKey, user: "deploy" }));
  expect(delivery.provisioner[2]["remote-exec"].inline.join("\n")).toContain(
    "sudo -n sh .virtuned-prod-kvm-kvm1/kvm-kvm1/install.sh",
  );
  expect(JSON.stringify(removal)).toContain("sudo -n sh /var/lib/virtuned/prod-kvm-kvm1/current/install.sh remove");
});

test("an agent, a bastion and all that can be said", () => {
  const ssh = SshAccess.agent({
    host: "2001:db8::1",
    hostKey: `${hostKey} root@kvm1`,
    user: "deploy",
    port: 2222,
    timeout: Duration.minutes(5),
    bastion: { host: "jump.example.com", hostKey, user: "jump", port: 22 },
  });
  const { connection } = synthesised(ssh).delivery.provisioner[1].file;
  expect(connection).toEqual({
    type: "ssh",
    host: "2001:db8::1",
    host_key: hostKey,
    user: "deploy",
    port: 2222,
    agent: "true",
    timeout: "300s",
    script_path: expect.any(String),
    bastion_host: "jump.example.com",
    bastion_host_key: hostKey,
    bastion_user: "jump",
    bastion_port: 22,
  });
});

describe("what can't be used is refused", () => {
  const agent = (options: object) => () => SshAccess.agent({ host: "kvm1", hostKey, ...options });
  const variable = () =>
    new TerraformVariable(new TunedStack(new App({ outdir: newFolder() }), "x"), "v", {}).stringValue;

  test.each<[string, () => unknown, RegExp]>([
    ["no host key", agent({ hostKey: undefined }), /hostKey is not a public key of a host.*\[host-ssh-pinned-key\]/],
    ["something else for a host key", agent({ hostKey: "SHA256:abc" }), /hostKey is not a public key/],
    ["a host key known only at apply time", () => agent({ hostKey: variable() })(), /must be a literal/],
    ["no host", agent({ host: undefined }), /host can't be used/],
    ["a host with a command in it", agent({ host: "kvm1; reboot" }), /host can't be used/],
    ["a user with a space", agent({ user: "a b" }), /user can't be used/],
    ["a port that there is not", agent({ port: 65_536 }), /port is too large/],
    ["a port in quotes", agent({ port: "22" }), /port is not a number/],
    ["a time in seconds", agent({ timeout: 60 }), /timeout is not a Duration/],
    ["no time", agent({ timeout: Duration.seconds(0) }), /timeout in seconds is too small/],
    ["a bastion without its key", agent({ bastion: { host: "jump" } }), /bastion: hostKey is not/],
    ["no options", () => SshAccess.agent(undefined as never), /is not an object/],
    ["no key file", () => SshAccess.privateKey({ ...key, keyFile: undefined as never }), /keyFile is not the path/],
    ["a key file that is relative", () => SshAccess.privateKey({ ...key, keyFile: "id" }), /keyFile is not the path/],
    [
      "a key file known only at apply time",
      () => SshAccess.privateKey({ ...key, keyFile: variable() }),
      /keyFile is not the path/,
    ],
    [
      "something else than an access",
      () => LibvirtHost.at("kvm1", "qemu:///system", { ssh: {} as never }),
      /ssh is not a SshAccess/,
    ],
  ])("%s", (_what, make, message) => {
    expect(make).toThrow(ConfigurationError);
    expect(make).toThrow(message);
  });

  test("a private key is not shown", () => {
    const secret = "-----BEGIN OPENSSH PRIVATE KEY-----\nc2VjcmV0\n";
    for (const make of [agent({ hostKey: secret }), () => SshAccess.privateKey({ ...key, keyFile: secret })]) {
      expect(make).toThrow(ConfigurationError);
      expect(make).not.toThrow(/c2VjcmV0/);
    }
  });
});
