/** Makes one stack of guests in a process of its own and writes what that took as JSON. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { App, TerraformStack } from "cdktf";
import { TunedStack } from "../src/stack";
import { addGuests, type Classes } from "./guests";

/** What to measure. */
export interface Task {
  /** Where the classes' modules are; the kit's machines where there are none. */
  readonly classes?: string;
  readonly stack: "TerraformStack" | "TunedStack";
  readonly guests: number;
  readonly references: boolean;
}

/** CPU time in seconds, the most memory in MiB. */
export interface Measurement {
  readonly construct: number;
  readonly synth: number;
  readonly memory: number;
}

function measure({ classes, stack, guests, references }: Task): Measurement {
  const add = classes === undefined ? machinesOfTheKit() : guestsOf(classes, references);
  const outdir = mkdtempSync(join(tmpdir(), "bench-"));
  const app = new App({ outdir });
  const Stack = stack === "TunedStack" ? TunedStack : TerraformStack;
  const construct = cpuSeconds(() => add(new Stack(app, "stack"), guests));
  const synth = cpuSeconds(() => app.synth());
  rmSync(outdir, { recursive: true });
  return { construct, synth, memory: process.resourceUsage().maxRSS / 1024 };
}

type Add = (stack: TerraformStack, guests: number) => void;

function guestsOf(classes: string, references: boolean): Add {
  const load = (module: string): object => require(`${classes}/${module}`);
  const loaded = { ...load("domain"), ...load("provider"), ...load("volume") } as Classes;
  return (stack, guests) => addGuests(stack, loaded, guests, references);
}

function machinesOfTheKit(): Add {
  return require("./machines").addMachines;
}

function cpuSeconds(run: () => void): number {
  const before = process.cpuUsage();
  run();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1e6;
}

process.stdout.write(JSON.stringify(measure(JSON.parse(process.argv[2]!))));
