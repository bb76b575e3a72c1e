import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { canRun } from "../../lab";

export type Available =
  | { readonly ok: true; readonly terraform: string }
  | { readonly ok: false; readonly reason: string };

/**
 * Whether deployments to a lab can be tried here: a lab, Terraform or OpenTofu, and the provider. Found out while tests are declared, so that
 * jest counts those that can't run as skipped.
 */
export const available: Available = findOut();

if (!available.ok) {
  process.stderr.write(`Deployments to a lab are not tried: ${available.reason}\n`);
}

function findOut(): Available {
  const lab = canRun({ install: false });
  if (!lab.ok) {
    return lab;
  }
  const terraform = ["terraform", "tofu"].find((command) => succeeds(command, ["version"]));
  if (terraform === undefined) {
    return { ok: false, reason: "neither terraform nor tofu is on the PATH." };
  }
  const folder = mkdtempSync(join(tmpdir(), "virtuned-init-"));
  try {
    const source = { libvirt: { source: "dmacvicar/libvirt", version: "~> 0.9.7" } };
    writeFileSync(join(folder, "main.tf.json"), JSON.stringify({ terraform: { required_providers: source } }));
    execFileSync(terraform, ["init", "-input=false", "-no-color"], { cwd: folder, stdio: "pipe", timeout: 120_000 });
    return { ok: true, terraform };
  } catch (error) {
    const said = String((error as { stderr?: Buffer }).stderr ?? error).trim();
    return { ok: false, reason: `\`${terraform} init\` does not find the libvirt provider:\n${said}` };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function succeeds(command: string, args: readonly string[]): boolean {
  try {
    execFileSync(command, args, { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}
