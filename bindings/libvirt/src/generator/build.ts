/** Writes `lib/` from `schema.json` and the runtime's sources. Runs on every install, so it checks no types. */
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import * as ts from "typescript";
import { camelCase } from "../runtime/names";
import { declarationsOf } from "./declarations";
import { type Element, elementsOf } from "./elements";
import { type ProviderSchema, readSchema } from "./schema";
import { tableOf } from "./table";

const ROOT = join(__dirname, "..", "..");

const BASE_CLASS = {
  resource: "LibvirtResource",
  "data source": "LibvirtDataSource",
  provider: "LibvirtProviderElement",
};

export function build(schema: ProviderSchema, lib: string): void {
  rmSync(lib, { recursive: true, force: true });
  mkdirSync(join(lib, "runtime"), { recursive: true });
  const elements = elementsOf(schema);
  for (const element of elements) {
    writeFileSync(join(lib, `${element.module}.js`), classOf(element, schema));
    writeFileSync(join(lib, `${element.module}.d.ts`), declarationsOf(element));
  }
  writeFileSync(join(lib, "index.js"), indexOf(elements));
  writeFileSync(
    join(lib, "index.d.ts"),
    elements.map((e) => `export * as ${camelCase(e.module.replace(/-/g, "_"))} from "./${e.module}";\n`).join(""),
  );
  compileRuntime(join(ROOT, "src", "runtime"), join(lib, "runtime"));
}

function classOf({ kind, className, terraformType, attributes }: Element, schema: ProviderSchema): string {
  const release = {
    name: schema.source.split("/").pop(),
    source: schema.source,
    versionConstraint: `~> ${schema.version}`,
  };
  return `"use strict";
const { ${BASE_CLASS[kind]}, define } = require("./runtime");
class ${className} extends ${BASE_CLASS[kind]} {}
define(${className}, ${JSON.stringify(terraformType)}, ${JSON.stringify(release)}, JSON.parse('${JSON.stringify(tableOf(attributes))}'));
exports.${className} = ${className};
`;
}

/** Loads each module when it is first asked for. */
function indexOf(elements: readonly Element[]): string {
  const getters = elements.map(({ module }) => {
    const name = camelCase(module.replace(/-/g, "_"));
    return `Object.defineProperty(exports, "${name}", { enumerable: true, get: () => require("./${module}") });\n`;
  });
  return `"use strict";\n${getters.join("")}`;
}

function compileRuntime(from: string, to: string): void {
  const compilerOptions: ts.CompilerOptions = {
    module: ts.ModuleKind.CommonJS,
    target: ts.ScriptTarget.ES2022,
    esModuleInterop: true,
    isolatedDeclarations: true,
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

if (require.main === module) {
  build(readSchema(join(ROOT, "schema.json")), join(ROOT, "lib"));
}
