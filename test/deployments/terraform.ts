import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

export type Available =
  | { readonly ok: true; readonly terraform: string }
  | { readonly ok: false; readonly reason: string };

/** Terraform or OpenTofu, where it is there and finds a provider. */
export function terraformWith(
  name: string,
  provider: { readonly source: string; readonly version: string },
): Available {
  const terraform = ["terraform", "tofu"].find((command) => succeeds(command, ["version"]));
  if (terraform === undefined) {
    return { ok: false, reason: "neither terraform nor tofu is on the PATH." };
  }
  const folder = mkdtempSync(join(tmpdir(), "virtuned-init-"));
  try {
    writeFileSync(
      join(folder, "main.tf.json"),
      JSON.stringify({ terraform: { required_providers: { [name]: provider } } }),
    );
    execFileSync(terraform, ["init", "-input=false", "-no-color"], { cwd: folder, stdio: "pipe", timeout: 120_000 });
    return { ok: true, terraform };
  } catch (error) {
    const said = String((error as { stderr?: Buffer }).stderr ?? error).trim();
    return { ok: false, reason: `\`${terraform} init\` does not find the ${name} provider:\n${said}` };
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
