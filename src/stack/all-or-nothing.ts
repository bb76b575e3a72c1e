import { mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { App, Manifest } from "cdktf";
import type { Construct } from "constructs";

const changed = new WeakSet<App>();

/**
 * Has an app write all of its stacks or nothing: cdktf writes a stack before it validates the next one, and what is left behind after an error
 * would be deployed as if it were the program's.
 *
 * What is written goes into a folder of its own within the output folder first, and is moved when all has gone well.
 */
export function synthesiseAllOrNothing(scope: Construct): void {
  const app = scope.node.root;
  if (!App.isApp(app) || changed.has(app)) {
    return;
  }
  changed.add(app);
  const synth = app.synth.bind(app);
  app.synth = () => {
    const { outdir } = app;
    mkdirSync(outdir, { recursive: true });
    const staging = mkdtempSync(join(outdir, ".synth-"));
    mkdirSync(join(staging, Manifest.stacksFolder));
    try {
      writeTo(app, staging);
      synth();
      moveContent(staging, outdir);
    } finally {
      writeTo(app, outdir);
      rmSync(staging, { recursive: true, force: true });
    }
  };
}

function writeTo(app: App, outdir: string): void {
  Object.assign(app, { outdir });
  Object.assign(app.manifest, { outdir });
}

/** Depth of the folders within the folders of the stacks: `stacks/NAME/FOLDER`. */
const WITHIN_A_STACK = 2;

/**
 * Files take the place of those of the same name; all others, such as Terraform's own, stay. A folder within a stack's takes the place of the
 * earlier one with all that was in it, and an empty one leaves none.
 */
function moveContent(from: string, to: string, depth = 0): void {
  mkdirSync(to, { recursive: true });
  for (const entry of readdirSync(from, { withFileTypes: true })) {
    const [source, target] = [join(from, entry.name), join(to, entry.name)];
    if (entry.isDirectory() && depth < WITHIN_A_STACK) {
      moveContent(source, target, depth + 1);
      continue;
    }
    if (entry.isDirectory()) {
      rmSync(target, { recursive: true, force: true });
    }
    if (entry.isFile() || readdirSync(source).length > 0) {
      renameSync(source, target);
    }
  }
}
