import type { StructCode, Table, TypeCode } from "../runtime/table";
import { isSettable, type SchemaAttribute, type SchemaType } from "./schema";

/** Writes the attributes of one resource as a table that holds each shape of struct once. */
export function tableOf(attributes: Readonly<Record<string, SchemaAttribute>>): Table {
  const structs: StructCode[] = [{}];
  const known = new Map<string, number>();

  function indexOf(nested: Readonly<Record<string, SchemaAttribute>>): number {
    const struct = structOf(nested);
    const shape = JSON.stringify(struct);
    const index = known.get(shape) ?? structs.push(struct) - 1;
    known.set(shape, index);
    return index;
  }

  function structOf(nested: Readonly<Record<string, SchemaAttribute>>): StructCode {
    const entries = Object.entries(nested).map(([name, attribute]): [string, StructCode[string]] => {
      const code = codeOf(attribute);
      return [name, isSettable(attribute) ? code : ["computed", code]];
    });
    return Object.fromEntries(entries);
  }

  function codeOf({ type, nested_type: nested }: SchemaAttribute): TypeCode {
    if (nested === undefined) {
      return simpleCode(type!);
    }
    const index = indexOf(nested.attributes ?? {});
    return nested.nesting_mode === "single" ? index : [nested.nesting_mode, index];
  }

  structs[0] = structOf(attributes);
  return structs;
}

function simpleCode(type: SchemaType): TypeCode {
  return typeof type === "string" ? type : [type[0], simpleCode(type[1])];
}
