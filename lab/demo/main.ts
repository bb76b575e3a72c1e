/**
 * The quickstart, deployed on a private libvirt of this machine, looked at from inside its guest, and removed again.
 *
 * Ends with 0 when all is as it was asked for, 1 when something failed, 3 when nothing could be deployed here, 130 when interrupted.
 */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { canRun, down, type Lab, LabError, labNamed, readGuestReport, up } from "../index";
import { type RunOptions, run } from "../run";
import { formatTable } from "../table";
import { type Comparison, compare, type SynthesisedDomain } from "./comparison";
import { type Engine, findEngine, HOW_TO_GET_AN_ENGINE } from "./engine";

const LAB = "demo";
const ROOT = join(__dirname, "..", "..");
const NOT_DEPLOYED = 3;
const INTERRUPTED = 130;

const print = (text: string) => process.stdout.write(`${text}\n`);
const step = (text: string) => print(`\n==> ${text}`);

/** Why nothing can be deployed here. */
class NotDeployable extends Error {}

async function demo(folder: string, signal: AbortSignal): Promise<void> {
  const stack = await synthesise(folder, settingsFor(labNamed(LAB)), signal);
  const able = canRun();
  if (!able.ok) {
    throw new NotDeployable(able.reason);
  }
  const engine = findEngine();
  if (engine === undefined) {
    throw new NotDeployable(HOW_TO_GET_AN_ENGINE);
  }
  await initialise(engine, stack, signal);
  step("Bringing up a private libvirt");
  const lab = await up(LAB, { signal, say: print });
  await deploy(engine, stack, lab, signal);
}

/** Settings of the quickstart for a lab. */
function settingsFor(lab: Lab): Record<string, string> {
  return {
    LIBVIRT_URI: lab.uri,
    ACCELERATOR: "tcg",
    FOLDER: join(lab.imagesFolder, "quickstart"),
    IMAGE: lab.guest.disk,
  };
}

async function synthesise(folder: string, settings: Record<string, string>, signal: AbortSignal): Promise<string> {
  step("Synthesising examples/quickstart");
  await typescript("examples/quickstart/main.ts", [], {
    cwd: folder,
    env: { ...settings, CDKTF_OUTDIR: folder },
    signal,
  });
  const stack = join(folder, "stacks", "quickstart");
  print(`${Object.keys(resourcesOf(stack)).join(", ")}: ${join(stack, "cdk.tf.json")}`);
  step("What was tuned, and why");
  print(await typescript("src/cli/main.ts", ["explain", stack], { signal }));
  return stack;
}

/** Runs a program of the project as it stands; Terraform's state is kept in the folder that it runs in. */
function typescript(program: string, args: readonly string[], options: RunOptions): Promise<string> {
  const env = { ...options.env, TS_NODE_PROJECT: join(ROOT, "tsconfig.json") };
  const node = ["--conditions=@virtuned/source", "-r", require.resolve("ts-node/register"), join(ROOT, program)];
  return run("node", [...node, ...args], { ...options, env });
}

async function initialise({ command, title }: Engine, cwd: string, signal: AbortSignal): Promise<void> {
  step(`Initialising ${title}`);
  await run(command, ["init", "-input=false", "-no-color"], { cwd, signal }).catch((error: unknown) => {
    if (signal.aborted) {
      throw error;
    }
    throw new NotDeployable(`${title} can't get the provider dmacvicar/libvirt:\n${(error as Error).message}`);
  });
}

async function deploy({ command }: Engine, cwd: string, lab: Lab, signal: AbortSignal): Promise<void> {
  const colour = process.stderr.isTTY ? [] : ["-no-color"];
  const options = { cwd, signal };
  const engine = (verb: string, ...args: string[]) =>
    run(command, [verb, "-input=false", ...colour, ...args], { ...options, visible: true });
  step("Planning and applying");
  await engine("plan", "-out=plan");
  await engine("apply", "plan");
  step("Waiting for the guest to report");
  const { domain, sizes } = readDomain(cwd);
  const comparisons = compare(domain, sizes, await readGuestReport(lab, domain.name, { waitSeconds: 180, signal }));
  print(tableOf(comparisons));
  step("Planning again: nothing may be left to do");
  await engine("plan", "-detailed-exitcode");
  step("Destroying");
  await run(command, ["plan", "-input=false", "-destroy", "-out=destruction"], options);
  await engine("apply", "destruction");
  const wrong = comparisons.filter(({ same }) => same === false);
  if (wrong.length > 0) {
    throw new LabError(`The guest did not get what was asked for: ${wrong.map(({ what }) => what).join(", ")}.`);
  }
}

type Resources = Record<string, Record<string, Record<string, unknown>>>;

function resourcesOf(stack: string): Resources {
  return JSON.parse(readFileSync(join(stack, "cdk.tf.json"), "utf8")).resource;
}

function readDomain(stack: string): { domain: SynthesisedDomain; sizes: ReadonlyMap<string, number> } {
  const { libvirt_domain: domains, libvirt_volume: volumes } = resourcesOf(stack);
  const [domain] = Object.values(domains!) as unknown as SynthesisedDomain[];
  const byDisk = Object.values(volumes!).map(
    ({ name, capacity }) => [diskOf(domain!, String(name)), Number(capacity)] as const,
  );
  return { domain: domain!, sizes: new Map(byDisk) };
}

/** Volumes are called after their machine and disk: `orders-db-data.raw`. */
function diskOf(domain: SynthesisedDomain, volume: string): string {
  return volume.slice(domain.name.length + 1).replace(/\.\w+$/, "");
}

function tableOf(comparisons: readonly Comparison[]): string {
  const mark = ({ same }: Comparison) => (same === undefined ? "" : same ? "as asked" : "DIFFERENT");
  return formatTable(
    comparisons.map((c) => ({ what: c.what, "asked for": c.asked, "the guest found": c.found, verdict: mark(c) })),
    "nothing",
  );
}

async function main(): Promise<number> {
  const interrupt = new AbortController();
  for (const name of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    process.on(name, () => interrupt.abort(name));
  }
  const folder = mkdtempSync(join(tmpdir(), "virtuned-demo-"));
  let status = 0;
  try {
    await demo(folder, interrupt.signal);
  } catch (error) {
    if (interrupt.signal.aborted) {
      print("\nInterrupted: cleaning up.");
      status = INTERRUPTED;
    } else if (error instanceof NotDeployable) {
      print(`\nNothing was deployed. ${error.message}`);
      status = NOT_DEPLOYED;
    } else {
      print(`\n${error instanceof LabError ? error.message : (error as Error).stack}`);
      status = 1;
    }
  }
  if (await down(LAB, { say: print })) {
    step("Removed the private libvirt");
  }
  rmSync(folder, { recursive: true, force: true });
  if (status === 0) {
    print("\nDone: deployed, as asked for, nothing left to do, and gone without a trace.");
  }
  return status;
}

main().then((status) => {
  process.exitCode = status;
});
