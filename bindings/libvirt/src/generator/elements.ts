import { pascalCase } from "../runtime/names";
import type { ProviderSchema, SchemaAttribute, SchemaBlock } from "./schema";

/** One class to generate. */
export interface Element {
  readonly kind: "resource" | "data source" | "provider";
  /** The class of the runtime that it extends. */
  readonly baseClass: string;
  /** The file, without its ending, as cdktf's generator would name it. */
  readonly module: string;
  readonly className: string;
  readonly terraformType: string;
  readonly attributes: Readonly<Record<string, SchemaAttribute>>;
}

/** All that the schema has, in the order of the modules' names. */
export function elementsOf(schema: ProviderSchema): Element[] {
  const providerName = schema.source.split("/").pop()!;
  const resources = Object.entries(schema.resource_schemas).map(([type, { block }]) =>
    element("resource", type.replace(`${providerName}_`, ""), type, block),
  );
  const dataSources = Object.entries(schema.data_source_schemas).map(([type, { block }]) =>
    element("data source", `data_${type}`, type, block),
  );
  const { block } = schema.provider;
  const aliased: SchemaBlock = {
    ...block,
    attributes: { ...block.attributes, alias: { type: "string", optional: true } },
  };
  const provider: Element = {
    ...element("provider", `${providerName}_provider`, providerName, aliased),
    module: "provider",
  };
  return [...resources, ...dataSources, provider].sort((a, b) => (a.module < b.module ? -1 : 1));
}

const BASE_CLASS = {
  resource: "LibvirtResource",
  "data source": "LibvirtDataSource",
  provider: "LibvirtProviderElement",
};

function element(kind: Element["kind"], name: string, terraformType: string, block: SchemaBlock): Element {
  if (Object.keys(block.block_types ?? {}).length > 0) {
    throw new Error(
      `${terraformType} has blocks; these bindings know attributes only. Teach the generator and the mapper.`,
    );
  }
  return {
    kind,
    baseClass: BASE_CLASS[kind],
    module: name.replace(/_/g, "-"),
    className: pascalCase(name),
    terraformType,
    attributes: block.attributes ?? {},
  };
}
