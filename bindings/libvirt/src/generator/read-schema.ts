/** Reads the provider's schema anew and writes `schema.json`. Needs Terraform or OpenTofu, and the provider where they find it. */
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const SOURCE = "dmacvicar/libvirt";
const VERSIONS = "~> 0.9.0";
const TARGET = join(__dirname, "..", "..", "schema.json");
const LINE_WIDTH = 120;

type Json = string | number | boolean | null | Json[] | { [key: string]: Json };

/** The first of the two programs that runs here; `TERRAFORM_BINARY_NAME` names another, as it does for cdktf. */
function terraform(): string {
  const candidates = [process.env.TERRAFORM_BINARY_NAME, "terraform", "tofu"].filter((name) => name !== undefined);
  for (const program of candidates) {
    try {
      execFileSync(program, ["version"], { stdio: "ignore" });
      return program;
    } catch {
      // Not here: try the next.
    }
  }
  throw new Error(
    `None of ${candidates.join(", ")} runs here. Install Terraform or OpenTofu, or name it in TERRAFORM_BINARY_NAME.`,
  );
}

function readFrom(program: string, directory: string): Json {
  const run = (...args: string[]): string =>
    execFileSync(program, args, {
      cwd: directory,
      encoding: "utf8",
      maxBuffer: 1 << 28,
      stdio: ["ignore", "pipe", "pipe"],
    });
  const requirement = { libvirt: { source: SOURCE, version: VERSIONS } };
  writeFileSync(join(directory, "main.tf.json"), JSON.stringify({ terraform: { required_providers: requirement } }));
  try {
    run("init", "-backend=false", "-input=false", "-no-color");
  } catch (error) {
    const { stderr } = error as { stderr?: string };
    throw new Error(
      `${program} cannot get the provider ${SOURCE} ${VERSIONS}, so schema.json stays as it is.\n${stderr ?? error}`,
    );
  }
  const ofThis = <T>(byName: Record<string, T>): T =>
    Object.entries(byName).find(([name]) => name.endsWith(`/${SOURCE}`))![1];
  const version = ofThis<string>(JSON.parse(run("version", "-json")).provider_selections);
  const schema = ofThis<Record<string, Json>>(JSON.parse(run("providers", "schema", "-json")).provider_schemas);
  const { provider, resource_schemas, data_source_schemas } = schema;
  return { source: SOURCE, version, provider, resource_schemas, data_source_schemas } as Json;
}

/** Sorted keys, no descriptions: what stays is what the bindings are made from. */
function normalised(json: Json): Json {
  if (json === null || typeof json !== "object" || Array.isArray(json)) {
    return json;
  }
  const keys = Object.keys(json).filter((key) => !isDescription(key, json[key]!));
  return Object.fromEntries(keys.sort().map((key) => [key, normalised(json[key]!)]));
}

/** An attribute may be called `description`, too: that one is an object. */
const isDescription = (key: string, value: Json): boolean =>
  /^description(_kind)?$/.test(key) && typeof value === "string";

/** JSON with a line for whatever fits on one, so that differences between releases can be read. */
function compact(json: Json, indent = ""): string {
  const line = JSON.stringify(json);
  if (indent.length + line.length <= LINE_WIDTH || json === null || typeof json !== "object" || Array.isArray(json)) {
    return line;
  }
  const inner = `${indent} `;
  const entries = Object.entries(json).map(([key, value]) => `${inner}${JSON.stringify(key)}:${compact(value, inner)}`);
  return `{\n${entries.join(",\n")}\n${indent}}`;
}

const directory = mkdtempSync(join(tmpdir(), "libvirt-schema-"));
try {
  writeFileSync(TARGET, `${compact(normalised(readFrom(terraform(), directory)))}\n`);
  console.log(`Wrote ${TARGET}.`);
} catch (error) {
  console.error((error as Error).message);
  process.exitCode = 1;
} finally {
  rmSync(directory, { recursive: true, force: true });
}
