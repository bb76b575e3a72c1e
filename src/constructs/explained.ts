import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { Construct } from "constructs";
import { TerraformStack } from "../cdktf";
import type { Explanation } from "../practices";
import { writeBesideStack } from "./stack-folder";

/** Name of the file that a stack's explanation is written to, beside its `cdk.tf.json`. */
export const EXPLANATION_FILE = "explanation.json";

const ID = "VirtunedExplanation";

/** Writes what was tuned in a stack, and why, beside the synthesised stack. */
class StackExplanation extends Construct {
  readonly #parts: (() => Explanation)[] = [];

  public static of(scope: Construct): StackExplanation {
    const stack = TerraformStack.of(scope);
    return (stack.node.tryFindChild(ID) as StackExplanation | undefined) ?? new StackExplanation(stack);
  }

  private constructor(stack: TerraformStack) {
    super(stack, ID);
    writeBesideStack(this, (folder) => {
      const rows = this.#parts.flatMap((part) => part().settings.map((setting) => JSON.stringify(setting)));
      writeFileSync(join(folder, EXPLANATION_FILE), `[\n${rows.join(",\n")}\n]\n`);
    });
  }

  public add(part: () => Explanation): void {
    this.#parts.push(part);
  }
}

/** Adds what a construct tuned to the explanation of its stack. */
export function registerExplained(scope: Construct, explain: () => Explanation): void {
  StackExplanation.of(scope).add(explain);
}
