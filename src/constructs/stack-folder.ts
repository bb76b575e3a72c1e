import { join } from "node:path";
import type { Construct } from "constructs";
import { AnnotationMetadataEntryType, addCustomSynthesis, TerraformStack } from "../cdktf";

const { ERROR } = AnnotationMetadataEntryType;

/**
 * Has something written beside the `cdk.tf.json` of its stack, when that is.
 * @param write called with the stack's folder, unless the stack has errors: cdktf refuses to write such a stack, after this
 */
export function writeBesideStack(scope: Construct, write: (folder: string) => void): void {
  const stack = TerraformStack.of(scope);
  addCustomSynthesis(scope, {
    onSynthesize: ({ outdir, manifest }) => {
      if (!stack.node.findAll().some(({ node }) => node.metadata.some(({ type }) => type === ERROR))) {
        write(join(outdir, manifest.forStack(stack).workingDirectory));
      }
    },
  });
}
