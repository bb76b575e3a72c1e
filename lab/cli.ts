import { parseArgs } from "node:util";
import { LabError } from "./errors";
import { down, formatReport, formatStatus, labNamed, readGuestReport, status, up } from "./index";

const USAGE = `A private libvirt on this machine, for trying things and for tests.

  lab up [--name NAME] [--no-install]      bring it up; installs missing packages unless told not to
  lab down [--name NAME]                   take it down, with its guests and all its files
  lab status [--name NAME] [--json]        connection URI, folders, guests
  lab guest-report GUEST [--name NAME] [--json] [--wait SECONDS]
                                           what a guest of the lab found in itself

NAME is "lab" unless given; labs with different names run side by side. docs/lab.md is the guide.`;

const say = (line: string) => process.stderr.write(`${line}\n`);
const print = (text: string) => process.stdout.write(`${text}\n`);

async function main(args: readonly string[], signal: AbortSignal): Promise<number> {
  const { positionals, values } = parse(args);
  const [verb, guest, ...rest] = positionals;
  if (rest.length > 0 || (guest !== undefined && verb !== "guest-report"))
    throw new LabError(`Too many words.\n\n${USAGE}`);
  const lab = labNamed(values.name);
  switch (verb) {
    case "up":
      await up(lab.name, { signal, say, install: !values["no-install"] });
      print(formatStatus(await status(lab)));
      return 0;
    case "down":
      say((await down(lab.name, { signal, say })) ? `Lab "${lab.name}" is gone` : `There is no lab "${lab.name}"`);
      return 0;
    case "status": {
      const found = await status(lab);
      print(values.json ? JSON.stringify(found, undefined, 2) : formatStatus(found));
      return found.state === "up" ? 0 : 1;
    }
    case "guest-report": {
      if (guest === undefined) throw new LabError(`Which guest?\n\n${USAGE}`);
      const report = await readGuestReport(lab, guest, { waitSeconds: seconds(values.wait), signal });
      print(values.json ? JSON.stringify(report, undefined, 2) : formatReport(report));
      return 0;
    }
    default:
      throw new LabError(
        verb === undefined ? USAGE : `"${verb}" is none of: up, down, status, guest-report.\n\n${USAGE}`,
      );
  }
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        name: { type: "string" },
        json: { type: "boolean" },
        wait: { type: "string" },
        "no-install": { type: "boolean" },
      },
    });
  } catch (error) {
    throw new LabError(`${(error as Error).message}\n\n${USAGE}`);
  }
}

function seconds(text = "0"): number {
  const value = Number(text);
  if (!(value >= 0 && Number.isFinite(value))) {
    throw new LabError(`--wait ${text}: allowed is a number of seconds, 0 or more, such as --wait 30.`);
  }
  return value;
}

const interrupt = new AbortController();
for (const name of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.once(name, () => interrupt.abort(name));

main(process.argv.slice(2), interrupt.signal).then(
  (status) => {
    process.exitCode = status;
  },
  (error: unknown) => {
    if (interrupt.signal.aborted) say("Interrupted; what was begun has been taken back");
    else if (error instanceof LabError) say(error.message);
    else say(error instanceof Error ? (error.stack ?? error.message) : String(error));
    process.exitCode = interrupt.signal.aborted ? 130 : 1;
  },
);
