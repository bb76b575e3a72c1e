/** Writes `lib/` from `schema.json` and the runtime's sources. Runs on every install, so it checks no types. */
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import * as ts from "typescript";
import { camelCase } from "../runtime/names";
import { declarationsOf } from "./declarations";
import { type Element, elementsOf } from "./elements";
import { type ProviderSchema, readSchema } from "./schema";
import { tableOf } from "./table";

const ROOT = join(__dirname, "..", "..");

function writeLibrary(schema: ProviderSchema, lib: string): void {
  mkdirSync(join(lib, "runtime"), { recursive: true });
  const elements = elementsOf(schema);
  for (const element of elements) {
    writeFileSync(join(lib, `${element.module}.js`), classOf(element, schema));
    writeFileSync(join(lib, `${element.module}.d.ts`), declarationsOf(element));
  }
  const names = elements.map(({ module }) => ({ module, name: camelCase(module.replace(/-/g, "_")) }));
  writeFileSync(join(lib, "index.js"), indexOf(names));
  const namespaces = names.map(({ module, name }) => `export * as ${name} from "./${module}";\n`);
  writeFileSync(join(lib, "index.d.ts"), namespaces.join(""));
  compileRuntime(join(ROOT, "src", "runtime"), join(lib, "runtime"));
}

function classOf({ baseClass, className, terraformType, attributes }: Element, schema: ProviderSchema): string {
  const release = {
    name: schema.source.split("/").pop(),
    source: schema.source,
    versionConstraint: `~> ${schema.version}`,
  };
  return `"use strict";
const { ${baseClass}, define } = require("./runtime");
class ${className} extends ${baseClass} {}
define(${className}, ${JSON.stringify(terraformType)}, ${JSON.stringify(release)}, JSON.parse('${JSON.stringify(tableOf(attributes))}'));
exports.${className} = ${className};
`;
}

/** Loads each module when it is first asked for. */
function indexOf(names: readonly { readonly module: string; readonly name: string }[]): string {
  const getters = names.map(
    ({ module, name }) =>
      `Object.defineProperty(exports, "${name}", { enumerable: true, get: () => require("./${module}") });\n`,
  );
  return `"use strict";\n${getters.join("")}`;
}

function compileRuntime(from: string, to: string): void {
  const compilerOptions: ts.CompilerOptions = {
    module: ts.ModuleKind.CommonJS,
    target: ts.ScriptTarget.ES2022,
    esModuleInterop: true,
    isolatedDeclarations: true,
    stripInternal: true,
    declaration: true,
  };
  for (const file of readdirSync(from)) {
    const source = readFileSync(join(from, file), "utf8");
    const name = file.replace(/\.ts$/, "");
    writeFileSync(join(to, `${name}.js`), ts.transpileModule(source, { compilerOptions, fileName: file }).outputText);
    const declaration = ts.transpileDeclaration(source, { compilerOptions, fileName: file, reportDiagnostics: true });
    for (const { messageText } of declaration.diagnostics ?? []) {
      throw new Error(`${file}: ${ts.flattenDiagnosticMessageText(messageText, "\n")}`);
    }
    writeFileSync(join(to, `${name}.d.ts`), declaration.outputText);
  }
}

/** Replaces a folder in one go: whoever reads it meanwhile finds it as it was. */
function replace(folder: string, write: (folder: string) => void): void {
  const [next, last] = [`${folder}.next`, `${folder}.last`];
  for (const leftover of [next, last]) {
    rmSync(leftover, { recursive: true, force: true });
  }
  write(next);
  if (existsSync(folder)) {
    renameSync(folder, last);
  }
  renameSync(next, folder);
  rmSync(last, { recursive: true, force: true });
}

replace(join(ROOT, "lib"), (folder) => writeLibrary(readSchema(join(ROOT, "schema.json")), folder));
