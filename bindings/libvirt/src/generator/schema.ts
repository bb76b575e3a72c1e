import { readFileSync } from "node:fs";

export type SchemaType = "string" | "number" | "bool" | readonly ["list" | "set" | "map", SchemaType];

interface NestedType {
  readonly nesting_mode: "single" | "list" | "set" | "map";
  readonly attributes?: Readonly<Record<string, SchemaAttribute>>;
}

export interface SchemaAttribute {
  readonly type?: SchemaType;
  readonly nested_type?: NestedType;
  readonly required?: boolean;
  readonly optional?: boolean;
  readonly computed?: boolean;
}

export interface SchemaBlock {
  readonly attributes?: Readonly<Record<string, SchemaAttribute>>;
  readonly block_types?: Readonly<Record<string, unknown>>;
}

/** What `terraform providers schema -json` says of one provider, and of which release. */
export interface ProviderSchema {
  readonly source: string;
  readonly version: string;
  readonly provider: { readonly block: SchemaBlock };
  readonly resource_schemas: Readonly<Record<string, { readonly block: SchemaBlock }>>;
  readonly data_source_schemas: Readonly<Record<string, { readonly block: SchemaBlock }>>;
}

export function readSchema(path: string): ProviderSchema {
  return JSON.parse(readFileSync(path, "utf8")) as ProviderSchema;
}

/** Whether a config may set the attribute. */
export const isSettable = ({ required, optional }: SchemaAttribute): boolean => required === true || optional === true;
