import { execFileSync, spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { TerraformVariable } from "cdktf";
import { DataSize, DiskBus, FileSystem, GuestDisk, IoScheduler, Trim, type TunedVmProps, Workload } from "virtuned";
import { newFolder } from "../../support/folders";
import { LibvirtProgram } from "../../support/libvirt";

type Options = Parameters<ReturnType<LibvirtProgram["vm"]>["addDisk"]>[1];

function programWith(disks: Record<string, Partial<Options>>, props: Partial<TunedVmProps> = {}) {
  const program = new LibvirtProgram();
  const pool = program.pool("storage");
  const vm = program.vm("db", { cloudInit: { userData: "#cloud-config\nruncmd: [own]\n" }, ...props });
  for (const [id, options] of Object.entries(disks)) {
    vm.addDisk(id, { pool, tier: "performance", size: DataSize.gibibytes(1), ...options } as Options);
  }
  return { program, vm };
}

/** The script in what the kit adds to the user data. */
function scriptOf(userData: string): string {
  const config = /#cloud-config\n(\{.*\})\n--/s.exec(userData)![1]!;
  return JSON.parse(config).bootcmd[0][2];
}

function userDataOf(...given: Parameters<typeof programWith>): string {
  return programWith(...given)
    .program.synthesise()
    .one("libvirt_cloudinit_disk").user_data;
}

describe("the guest's side of disks", () => {
  test("comes as a further part of the machine's user data, which stays as it is", () => {
    const userData = userDataOf({ data: { guest: GuestDisk.mounted("/var/lib/postgresql") }, plain: {} });
    expect(userData).toMatch(/^MIME-Version: 1\.0\nContent-Type: multipart\/mixed; boundary="=-=virtuned=-="\n\n/);
    expect(userData).toContain(Buffer.from("#cloud-config\nruncmd: [own]\n").toString("base64"));
    expect(userData).toContain("Merge-Type: list(append)+dict(no_replace,recurse_list)+str()\n");
    expect(scriptOf(userData)).toContain(
      "/dev/disk/by-id/scsi-0QEMU_QEMU_HARDDISK_data /var/lib/postgresql ext4 noatime,nofail,x-systemd.growfs,x-virtuned 0 2",
    );
  });

  test("leaves user data alone where no disk has one", () => {
    expect(userDataOf({ data: {} })).toBe("#cloud-config\nruncmd: [own]\n");
  });

  test.each([
    [{}, 'ENV{ID_SERIAL}=="0QEMU_QEMU_HARDDISK_data"', "scsi-0QEMU_QEMU_HARDDISK_data"],
    [{ bus: DiskBus.VIRTIO_BLK }, 'ENV{ID_SERIAL}=="data"', "virtio-data"],
    [{ bus: DiskBus.SATA, serial: "S-1" }, 'ENV{ID_SERIAL}=="QEMU_HARDDISK_S-1"', "ata-QEMU_HARDDISK_S-1"],
    [{ wwn: "5000c50015ea71ad" }, 'ENV{ID_SERIAL}=="35000c50015ea71ad"', "wwn-0x5000c50015ea71ad"],
  ])("finds a disk by the name that its bus gives it: %j", (options, rule, byId) => {
    const script = scriptOf(userDataOf({ data: { ...options, guest: GuestDisk.mounted("/srv") } }));
    expect(script).toContain(rule);
    expect(script).toContain(`/dev/disk/by-id/${byId} /srv`);
  });

  test("is for each disk, with what it asks for", () => {
    const script = scriptOf(
      userDataOf({
        data: {
          guest: GuestDisk.mounted("/srv", {
            fileSystem: FileSystem.XFS,
            trim: Trim.AT_ONCE,
            accessTimes: true,
            mountOptions: ["nosuid"],
            scheduler: IoScheduler.MQ_DEADLINE,
            requests: 64,
            readAhead: DataSize.kibibytes(64),
          }),
        },
        redo: { guest: GuestDisk.bare({ rotational: true }) },
        archive: { readOnly: true, guest: GuestDisk.mounted("/archive") },
      }),
    );
    expect(script).toContain(
      'ATTR{queue/scheduler}="mq-deadline", ATTR{queue/nr_requests}="64", ATTR{queue/read_ahead_kb}="64"',
    );
    expect(script).toContain('HARDDISK_redo", ATTR{queue/scheduler}="none", ATTR{queue/rotational}="1"');
    expect(script).toContain("/srv xfs relatime,nofail,x-systemd.growfs,discard,nosuid,x-virtuned 0 2");
    expect(script).toContain("/archive ext4 noatime,nofail,ro,x-virtuned 0 2");
    expect(script).not.toContain("fstrim.timer");
  });

  test("reads little ahead in databases, and explains each choice", () => {
    const { vm } = programWith({ data: { guest: GuestDisk.mounted("/srv") } }, { workload: Workload.DATABASE });
    const explained = vm.disks[0]!.explain().settings.map(({ setting, value }) => `${setting} ${value}`);
    expect(explained).toEqual(
      expect.arrayContaining([
        "guest: scheduler none",
        "guest: read_ahead_kb 16",
        "guest: file system ext4",
        "guest: noatime true",
        "guest: trim weekly",
        "guest: x-systemd.growfs true",
      ]),
    );
  });

  test("changes what the guest is attached to, so that a changed setting restarts it", () => {
    const metadata = (path: string) =>
      programWith({ data: { guest: GuestDisk.mounted(path) } })
        .program.synthesise()
        .one("libvirt_domain").metadata.xml;
    expect(metadata("/a")).toBe(metadata("/a"));
    expect(metadata("/a")).not.toBe(metadata("/b"));
  });

  test("goes beside user data that is known at apply time only", () => {
    const program = new LibvirtProgram();
    const secret = new TerraformVariable(program.stack, "secret", { sensitive: true });
    const vm = program.vm("db", { cloudInit: { userData: `#cloud-config\npassword: ${secret.value}\n# \${kept}\n` } });
    const pool = program.pool("storage");
    const options = { pool, tier: "performance", size: DataSize.gibibytes(1) } as const;
    vm.addDisk("data", { ...options, guest: GuestDisk.mounted("/data") });
    vm.addDisk("log", { ...options, guest: GuestDisk.mounted("/log") });
    const synthesis = program.synthesise();
    const [name, text] = Object.entries(synthesis.document.locals).find(([id]) => id.includes("UserData"))!;
    expect(text).toBe("#cloud-config\npassword: ${var.secret}\n# $${kept}\n");
    const userData = synthesis.one("libvirt_cloudinit_disk").user_data;
    expect(userData).toContain(`\${base64encode(local.${name})}`);
    expect(scriptOf(userData)).toContain(" /log ");
    expect(synthesis.one("libvirt_domain").metadata.xml).toContain("sha256(local.");
  });

  test.each([
    [
      "no cloud-init",
      {},
      { cloudInit: undefined },
      "cloud-init sets up the guest's side of a disk, and the machine has none",
    ],
    [
      "several parts",
      {},
      { cloudInit: { userData: "MIME-Version: 1.0\n" } },
      "the machine's user data has several parts already",
    ],
  ])("is refused with %s", (_, options, props, message) => {
    expect(() => programWith({ data: { ...options, guest: GuestDisk.bare() } }, props)).toThrow(
      new RegExp(`prod/db/data: ${message}.*\\[guest-disk-cloud-init\\]`, "s"),
    );
  });

  test("is refused for a disk that the guest has no name for", () => {
    const id = "a-name-that-is-too-long-for-a-serial-number";
    expect(() => programWith({ [id]: { guest: GuestDisk.bare() } })).toThrow(
      /the guest's name for the disk is not known here.*give the disk a `serial`.*\[disk-stable-serial\]/s,
    );
  });

  test("is a GuestDisk", () => {
    expect(() => programWith({ data: { guest: "/srv" as unknown as GuestDisk } })).toThrow(
      "GuestDisk.mounted(), .bare()",
    );
  });
});

const python = (script: string, ...args: string[]) =>
  spawnSync("python3", ["-c", script, ...args], { encoding: "utf8" });
const cloudInit = python("import cloudinit.user_data").status === 0;

(cloudInit ? describe : describe.skip)(
  `what cloud-init makes of it${cloudInit ? "" : " (needs cloud-init's Python modules)"}`,
  () => {
    /** All parts, and the configuration that cloud-init's own handler merges of them. */
    function merged(userData: string): { readonly parts: string[]; readonly config: Record<string, unknown> } {
      const file = join(newFolder(), "user-data");
      writeFileSync(file, userData);
      const said = execFileSync(
        "python3",
        [
          "-c",
          `
import json, sys
from cloudinit import handlers, helpers, safeyaml, user_data
from cloudinit.config import schema
from cloudinit.handlers.cloud_config import CloudConfigPartHandler
message = user_data.UserDataProcessor(helpers.Paths({})).process(open(sys.argv[1]).read())
handler = CloudConfigPartHandler(helpers.Paths({"cloud_dir": "/nonexistent"}))
handler._write_cloud_config = lambda *rest: None
parts = []
for part in message.walk():
    if part.is_multipart():
        continue
    kind = part.get_content_type()
    parts.append(kind)
    if kind == "text/cloud-config":
        text = part.get_payload(decode=True).decode()
        handler.handle_part(None, kind, part.get_filename(), text, None, dict(part))
        schema.validate_cloudconfig_schema(safeyaml.load(text), schema.get_schema(), strict=True)
print(json.dumps({"parts": parts, "config": handler.cloud_buf}))
`,
          file,
        ],
        { encoding: "utf8" },
      );
      return JSON.parse(said.trim().split("\n").at(-1)!);
    }

    const guest = GuestDisk.mounted("/srv");

    test("commands of both are run, and settings of the user stay", () => {
      const userData = "#cloud-config\n# grüße\nbootcmd:\n  - echo own\nhostname: own\n";
      const { parts, config } = merged(userDataOf({ data: { guest } }, { cloudInit: { userData } }));
      expect(parts).toEqual(["text/cloud-config", "text/cloud-config"]);
      expect(config).toEqual({
        bootcmd: ["echo own", ["sh", "-c", scriptOf(userDataOf({ data: { guest } }))]],
        hostname: "own",
      });
    });

    test("a script is run beside it", () => {
      const { parts, config } = merged(
        userDataOf({ data: { guest } }, { cloudInit: { userData: "#!/bin/sh\necho own\n" } }),
      );
      expect(parts).toEqual(["text/x-shellscript", "text/cloud-config"]);
      expect(Object.keys(config)).toEqual(["bootcmd"]);
    });
  },
);
