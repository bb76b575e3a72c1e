import { existsSync, readFileSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { guides, ROOT } from "./guides";

describe.each(guides().map((guide) => [guide.path, guide] as const))("%s", (_, { path, text }) => {
  it("leads to files and headings that are there", () => {
    const prose = text.replace(/^```.*?^```$/gms, "").replace(/`[^`\n]*`/g, "");
    const targets = [...prose.matchAll(/\]\(([^)\s]+)\)/g)].map(([, target]) => target!);
    const lost = targets.filter((target) => !/^[a-z]+:/.test(target) && !isThere(join(ROOT, path), target));
    expect(lost).toEqual([]);
  });
});

function isThere(from: string, target: string): boolean {
  const [path, anchor] = target.split("#") as [string, string?];
  const file = path === "" ? from : join(dirname(from), path);
  if (!existsSync(file)) {
    return false;
  }
  return anchor === undefined || statSync(file).isDirectory() || headings(file).includes(anchor);
}

/** Headings as GitHub makes anchors of them. */
function headings(file: string): string[] {
  return [...readFileSync(file, "utf8").matchAll(/^#+ (.*)$/gm)].map(([, heading]) =>
    heading!
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\-_ ]/gu, "")
      .replace(/ /g, "-"),
  );
}
