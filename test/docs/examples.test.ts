import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import ts from "typescript";
import { guides, programFile, programOf, ROOT } from "./guides";

/** Their programs bring up labs, which tests of the lab do. */
const NEED_A_LAB = ["docs/lab.md"];

const programs = new Map(
  guides().flatMap((guide) => {
    if (NEED_A_LAB.includes(guide.path)) {
      return [];
    }
    const program = programOf(guide);
    return program === undefined ? [] : [[programFile(guide), program] as const];
  }),
);

describe("the programs of the guides", () => {
  let errors: ReadonlyMap<string, readonly string[]>;

  beforeAll(() => {
    errors = typeErrors(programs);
  }, 300_000);

  it.each([...programs.keys()].map((file) => [file.slice(ROOT.length + 1), file] as const))(
    "%s",
    (_, file) => {
      expect(errors.get(file) ?? []).toEqual([]);
      run(programs.get(file)!);
    },
    60_000,
  );
});

/** Type errors of programs that are files in memory only. */
function typeErrors(sources: ReadonlyMap<string, string>): ReadonlyMap<string, readonly string[]> {
  const config = ts.getParsedCommandLineOfConfigFile(
    join(ROOT, "tsconfig.json"),
    { incremental: false, tsBuildInfoFile: undefined },
    {
      ...ts.sys,
      onUnRecoverableConfigFileDiagnostic: (diagnostic) => {
        throw new Error(String(diagnostic.messageText));
      },
    },
  )!;
  const host = ts.createCompilerHost(config.options);
  const { fileExists, readFile, getSourceFile } = host;
  host.fileExists = (file) => sources.has(file) || fileExists(file);
  host.readFile = (file) => sources.get(file) ?? readFile(file);
  host.getSourceFile = (file, options, ...rest) => {
    const source = sources.get(file);
    return source === undefined ? getSourceFile(file, options, ...rest) : ts.createSourceFile(file, source, options);
  };
  const program = ts.createProgram([...sources.keys()], config.options, host);
  return new Map(
    [...sources.keys()].map((file) => [
      file,
      ts.getPreEmitDiagnostics(program, program.getSourceFile(file)).map((diagnostic) => {
        const { line } = ts.getLineAndCharacterOfPosition(diagnostic.file!, diagnostic.start!);
        const text = diagnostic.file!.text.split("\n")[line]!.trim();
        return `${text}: ${ts.flattenDiagnosticMessageText(diagnostic.messageText, " ")}`;
      }),
    ]),
  );
}

/** An expression with its value behind it: `nic.queues; // 8`. */
const CLAIM =
  /^( *)([A-Za-z][^\n]*?); \/\/ ("(?:[^"\\\n]|\\.)*"|'[^'\n]*'|-?\d[\d.]*|true|false)(?:[:.,]? [^\n]*|[:.,])?$/gm;

/** Runs a program, checks what it claims and synthesises what it made. */
function run(source: string): void {
  const { CDKTF_OUTDIR } = process.env;
  const folder = mkdtempSync(join(tmpdir(), "virtuned-docs-"));
  process.env.CDKTF_OUTDIR = folder;
  try {
    const { outputText } = ts.transpileModule(source.replace(CLAIM, "$1check($2, $3);"), {
      compilerOptions: { target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.CommonJS, esModuleInterop: true },
    });
    const synth = /\bapp\.synth\(\)/.test(source) || !/\bnew App\(/.test(source) ? "" : "app.synth();";
    const check = (value: unknown, claimed: unknown) => expect(value).toEqual(claimed);
    new Function("require", "exports", "check", `${outputText}\n${synth}`)(require, {}, check);
    expect(/\bnew App\(/.test(source)).toBe(existsSync(join(folder, "manifest.json")));
  } finally {
    process.env.CDKTF_OUTDIR = CDKTF_OUTDIR;
    if (CDKTF_OUTDIR === undefined) {
      delete process.env.CDKTF_OUTDIR;
    }
    rmSync(folder, { recursive: true, force: true });
  }
}
