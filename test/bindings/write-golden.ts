/** Writes `golden/cdktf.json` anew with cdktf's own classes: to run by hand when the schema or the cases have changed. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { TerraformElement } from "cdktf";
import { cdktfClasses } from "../../bench/cdktf-classes";
import { CASES, loadClasses, synthesise } from "./corpus";

/** Walks to a nested attribute as users of cdktf's classes do: `domain.devices.interfaces.get(0).mac.address`. */
function reference(element: TerraformElement, path: string): unknown {
  let place = element as unknown as Record<string, unknown>;
  for (const step of path.split(".")) {
    const [, name, index] = /^(\w+)(?:\[(\d+)\])?$/.exec(step)!;
    const value = place[name!] as { get(index: number): unknown };
    place = (index === undefined ? value : value.get(Number(index))) as Record<string, unknown>;
  }
  return place;
}

async function main(): Promise<void> {
  const folder = await cdktfClasses();
  const binding = { ...loadClasses((module) => require(join(folder, module))), reference };
  const lines = CASES.map(
    ([name, makeCase]) => `${JSON.stringify(name)}:${JSON.stringify(synthesise(makeCase, binding))}`,
  );
  writeFileSync(join(__dirname, "golden", "cdktf.json"), `{\n${lines.join(",\n")}\n}\n`);
}

void main();
