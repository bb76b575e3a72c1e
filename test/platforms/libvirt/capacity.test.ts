import { spawnSync } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DataSize, StorageBackend, StorageTier } from "virtuned";
import { newFolder } from "../../support/folders";
import { LibvirtProgram } from "../../support/libvirt";

const SIZE = DataSize.gibibytes(10).toBytes();

/** Runs the step that grows volumes, with a virsh that says how large a volume is and whether the guest runs. */
function grow(backend: StorageBackend, found: { readonly bytes: number; readonly running: boolean }) {
  const program = new LibvirtProgram();
  const pool = program.pool("storage", { tiers: { standard: StorageTier.on(backend) } });
  program.vm("db").addDisk("data", { pool, tier: "standard", size: DataSize.gibibytes(10) });
  const { document } = program.synthesise();
  const resources: { provisioner?: { "local-exec": { environment: Record<string, string> } }[] }[] = Object.values(
    document.resource.terraform_data,
  );
  const environment = resources
    .flatMap(({ provisioner = [] }) => provisioner.map((one) => one["local-exec"].environment))
    .find((one) => "VOLUMES" in one)!;
  const script = Object.values<string>(document.locals).find((text) => text.includes("grow()"))!;
  const folder = newFolder();
  const calls = join(folder, "calls");
  const virsh = `#!/bin/sh
shift 3
echo "$*" >> ${calls}
case $1 in
  vol-info) echo "Capacity:       ${found.bytes} bytes";;
  domstate) echo ${found.running ? "running" : "shut off"};;
  vol-path) echo "/pool/$4";;
esac
`;
  writeFileSync(join(folder, "virsh"), virsh, { mode: 0o755 });
  const { status, stderr } = spawnSync("sh", ["-c", script], {
    env: { ...environment, PATH: `${folder}:${process.env.PATH}` },
    encoding: "utf8",
  });
  const done = existsSync(calls) ? readFileSync(calls, "utf8").split("\n") : [];
  return { status, stderr, done: done.filter((call) => /resize|refresh/.test(call)) };
}

const LVM = StorageBackend.lvm("nvme");
const FOLDER = StorageBackend.directory("/srv/vms");

describe("a volume that is smaller than wanted", () => {
  test("is grown by libvirt where it can: in the pool, or through the guest", () => {
    expect(grow(FOLDER, { bytes: SIZE / 2, running: false })).toMatchObject({
      status: 0,
      done: [`vol-resize --pool storage-standard db-data.raw ${SIZE}B`],
    });
    expect(grow(FOLDER, { bytes: SIZE / 2, running: true })).toMatchObject({
      status: 0,
      done: [`blockresize db /pool/db-data.raw ${SIZE}B`, "pool-refresh storage-standard"],
    });
  });

  test("is grown on the host where libvirt can't: the apply says so, and changes nothing", () => {
    for (const running of [true, false]) {
      const { status, stderr, done } = grow(LVM, { bytes: SIZE / 2, running });
      expect(status).toBe(1);
      expect(stderr).toContain("libvirt can't grow it. Grow it on the host, with lvextend");
      expect(done).toEqual(["pool-refresh storage-standard"]);
    }
  });
});

describe("a volume that is as large as wanted", () => {
  test("is left alone", () => {
    expect(grow(FOLDER, { bytes: SIZE, running: true })).toMatchObject({ status: 0, done: [] });
    expect(grow(LVM, { bytes: SIZE, running: false })).toMatchObject({
      status: 0,
      done: ["pool-refresh storage-standard"],
    });
  });

  test("that the host has grown is made known to a guest that runs", () => {
    expect(grow(LVM, { bytes: SIZE, running: true })).toMatchObject({
      status: 0,
      done: ["pool-refresh storage-standard", `blockresize db /pool/db-data ${SIZE}B`, "pool-refresh storage-standard"],
    });
  });
});

test("a volume that is larger than wanted is refused", () => {
  expect(grow(FOLDER, { bytes: SIZE * 2, running: false })).toMatchObject({
    status: 1,
    stderr: expect.stringContaining("shrinking it would lose data"),
    done: [],
  });
});
