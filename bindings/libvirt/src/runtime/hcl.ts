import type { Primitive, Struct } from "./table";

/** What cdktf calls the primitive types when it renders HCL. */
const STORAGE_CLASS: Readonly<Record<Primitive, string>> = { string: "string", number: "number", bool: "boolean" };

/**
 * Describes attribute values for cdktf's HCL renderer. Nested attributes are given as expressions (`devices = {...}`):
 * Terraform takes blocks for blocks only, and this provider's schema has none.
 */
export function toHcl(struct: Struct, values: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const described: Record<string, unknown> = {};
  for (const { name, type } of struct.attributes.values()) {
    if (values[name] !== undefined) {
      described[name] =
        typeof type === "string"
          ? { value: values[name], isBlock: false, type: "simple", storageClassType: STORAGE_CLASS[type] }
          : { value: values[name], isBlock: false, type: "any", storageClassType: "any" };
    }
  }
  return described;
}
