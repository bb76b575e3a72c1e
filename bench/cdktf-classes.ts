/** cdktf's own classes for the libvirt provider, as its generator makes them from the schema: what ours are compared with. */
import { createHash } from "node:crypto";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { transformSync } from "@swc/core";

const ROOT = join(__dirname, "..");
const SCHEMA = join(ROOT, "bindings", "libvirt", "schema.json");
/** Within node_modules, so that what is generated finds cdktf. */
const CACHE = join(ROOT, "node_modules", ".cache", "cdktf-classes");

/** Generates the classes, unless they are there already, and tells in which folder their modules are. */
export async function cdktfClasses(): Promise<string> {
  const text = readFileSync(SCHEMA, "utf8");
  const folder = join(CACHE, createHash("sha256").update(text).digest("hex").slice(0, 16));
  if (!existsSync(folder)) {
    mkdirSync(CACHE, { recursive: true });
    const unfinished = mkdtempSync(`${folder}-`);
    const generated = await generate(JSON.parse(text), unfinished);
    compile(generated);
    renameSync(generated, folder);
    rmSync(unfinished, { recursive: true });
  }
  return folder;
}

interface Schema {
  readonly source: string;
  readonly version: string;
}

interface Code {
  save(folder: string): Promise<unknown>;
}

interface Generator {
  generate(provider: { name: string; source: string; version: string }): void;
}

async function generate({ source, version, ...schema }: Schema, folder: string): Promise<string> {
  // Not the package's index: that wants jsii, which only other languages than TypeScript need.
  const { TerraformProviderGenerator } = require("@cdktf/provider-generator/lib/get/generator/provider-generator") as {
    TerraformProviderGenerator: new (code: Code, schemas: object) => Generator;
  };
  const itsOwn = createRequire(require.resolve("@cdktf/provider-generator/package.json"));
  const { CodeMaker } = itsOwn("codemaker") as { CodeMaker: new () => Code };
  const name = source.split("/").pop()!;
  const code = new CodeMaker();
  const schemas = { provider_schemas: { [`registry.terraform.io/${source}`]: withAttributes(schema) } };
  new TerraformProviderGenerator(code, schemas).generate({ name, source, version: `~> ${version}` });
  await code.save(folder);
  return join(folder, "providers", name);
}

/** The generator fails on objects without attributes, unless they say so. */
function withAttributes(json: unknown): unknown {
  if (typeof json !== "object" || json === null || Array.isArray(json)) {
    return json;
  }
  const entries = Object.entries(json).map(([key, value]): [string, unknown] => [key, withAttributes(value)]);
  return { ...("nesting_mode" in json ? { attributes: {} } : {}), ...Object.fromEntries(entries) };
}

function compile(folder: string): void {
  for (const file of readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((path) =>
    path.endsWith(".ts"),
  )) {
    const source = readFileSync(join(folder, file), "utf8");
    const { code } = transformSync(source, {
      jsc: { parser: { syntax: "typescript" }, target: "es2022" },
      module: { type: "commonjs" },
    });
    writeFileSync(join(folder, file.replace(/\.ts$/, ".js")), code);
    rmSync(join(folder, file));
  }
}
