/**
 * The one door to CDK for Terraform: everything in `src/` that needs it imports it from here (the drop-in stack apart, which reaches deeper),
 * so that moving to a fork of the library is an edit of this file.
 */
export {
  AnnotationMetadataEntryType,
  Annotations,
  Fn,
  type IResolvable,
  type IResolveContext,
  Lazy,
  TerraformLocal,
  TerraformResource,
  TerraformStack,
  TerraformVariable,
  Token,
} from "cdktf";
export { addCustomSynthesis } from "cdktf/lib/synthesize/synthesizer";
export { TerraformData } from "./terraform-data";
