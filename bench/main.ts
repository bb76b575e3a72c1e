/** Compares what the bindings and `TunedStack` cost with cdktf's own classes and stack. Fails where a limit is exceeded. */
import { cdktfClasses } from "./cdktf-classes";
import { compileForChildren, runChild } from "./children";
import type { Measurement, Task } from "./measure";

const OURS = "@cdktf/provider-libvirt/lib";
const GUESTS = 1000;
const GROWTH = [1000, 2500, 5000, 10000];
/** Of repeated measurements the least counts: others on the machine can only add to it. */
const REPETITIONS = 3;

/** At most this part of what cdktf's own classes and stack take. */
const LIMIT = { cpu: 1 / 10, memory: 1 / 3 };
/** At most twice the parts above for the kit's machines, which come with what starts, grows and guards them. */
const MACHINES_LIMIT = { cpu: 2 * LIMIT.cpu, memory: 2 * LIMIT.memory };
/** At most this many times the CPU time per guest of the smallest stack, in the largest. */
const GROWTH_LIMIT = 1.5;
/** At most this many milliseconds of CPU time to load the binding of domains, beyond cdktf itself. */
const LOADING_LIMIT = 30;

const cpu = ({ construct, synth }: Measurement): number => construct + synth;

function best(task: Task, repetitions: number): Measurement {
  const measured = Array.from({ length: repetitions }, () => runChild<Measurement>("measure", JSON.stringify(task)));
  return measured.reduce((least, next) => (cpu(next) < cpu(least) ? next : least));
}

let failed = false;

/** Prints a line, and whether it keeps within its limit. */
function report(text: string, value: number, limit: number, unit: string): void {
  const within = value <= limit;
  failed ||= !within;
  const rounded = (number: number) => (number < 10 ? number.toPrecision(2) : number.toFixed(0));
  console.log(`${within ? "ok  " : "OVER"}  ${text}: ${rounded(value)}${unit} (limit ${rounded(limit)}${unit})`);
}

function describe(name: string, { construct, synth, memory }: Measurement): void {
  const numbers = [construct, synth].map((seconds) => seconds.toFixed(2).padStart(7));
  console.log(
    `      ${name.padEnd(34)} construct${numbers[0]} s, synth${numbers[1]} s, ${memory.toFixed(0).padStart(5)} MiB`,
  );
}

function compare(cdktfs: string, references: boolean): Measurement {
  const guests = GUESTS;
  console.log(`\n${guests} guests, ${references ? "whose disks refer to their volumes" : "without references"}`);
  const theirs = best({ classes: cdktfs, stack: "TerraformStack", guests, references }, 1);
  const between = best({ classes: OURS, stack: "TerraformStack", guests, references }, REPETITIONS);
  const ours = best({ classes: OURS, stack: "TunedStack", guests, references }, REPETITIONS);
  describe("cdktf's classes, TerraformStack", theirs);
  describe("these bindings, TerraformStack", between);
  describe("these bindings, TunedStack", ours);
  report("CPU time, as part of cdktf's", cpu(ours) / cpu(theirs), LIMIT.cpu, "");
  report("memory, as part of cdktf's", ours.memory / theirs.memory, LIMIT.memory, "");
  return theirs;
}

function compareMachines(theirs: Measurement): void {
  console.log(`\n${GUESTS} guests, as bare resources and as machines of the kit`);
  const bare = best({ classes: OURS, stack: "TunedStack", guests: GUESTS, references: true }, REPETITIONS);
  const machines = best({ stack: "TunedStack", guests: GUESTS, references: true }, REPETITIONS);
  describe("bare resources", bare);
  describe("machines", machines);
  console.log(`      CPU time, as multiple of that of bare resources: ${(cpu(machines) / cpu(bare)).toFixed(1)}`);
  report(
    "CPU time, as part of what cdktf's classes take for bare ones",
    cpu(machines) / cpu(theirs),
    MACHINES_LIMIT.cpu,
    "",
  );
  report("memory, likewise", machines.memory / theirs.memory, MACHINES_LIMIT.memory, "");
}

function compareGrowth(): void {
  console.log("\nGrowth, these bindings with TunedStack");
  const perGuest = GROWTH.map((guests) => {
    const measured = best({ classes: OURS, stack: "TunedStack", guests, references: true }, 1);
    describe(`${guests} guests`, measured);
    return cpu(measured) / guests;
  });
  report("CPU time a guest, as multiple of that in the smallest", perGuest.at(-1)! / perGuest[0]!, GROWTH_LIMIT, "");
}

function compareLoading(cdktfs: string): void {
  console.log("\nLoading the binding of domains, after cdktf");
  const median = (module: string): number => {
    const times = Array.from({ length: 7 }, () => runChild<number>("load", module)).sort((a, b) => a - b);
    return times[3]!;
  };
  console.log(`      cdktf's classes: ${median(`${cdktfs}/domain`).toFixed(0)} ms`);
  report("these bindings", median(`${OURS}/domain`), LOADING_LIMIT, " ms");
}

async function main(): Promise<void> {
  const cdktfs = await cdktfClasses();
  compileForChildren();
  compare(cdktfs, false);
  const theirs = compare(cdktfs, true);
  compareMachines(theirs);
  compareGrowth();
  compareLoading(cdktfs);
  process.exitCode = failed ? 1 : 0;
}

void main();
