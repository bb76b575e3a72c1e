import { pascalCase, propertyName } from "../runtime/names";
import type { Element } from "./elements";
import { isSettable, type SchemaAttribute, type SchemaType } from "./schema";

type Attributes = Readonly<Record<string, SchemaAttribute>>;

/** Writes the TypeScript declarations of one class and of all that its config may hold. */
export function declarationsOf(element: Element): string {
  const { kind, baseClass, className, terraformType, attributes } = element;
  const config = `${className}Config`;
  const settable = Object.entries(attributes).filter(([, attribute]) => isSettable(attribute));
  const optional = !settable.some(([, { required }]) => required);
  const extended = kind === "provider" ? "" : " extends cdktf.TerraformMetaArguments";
  const members = Object.entries(attributes).flatMap(([name, attribute]) =>
    accessors(kind, className, name, attribute),
  );
  return [
    'import type * as cdktf from "cdktf";',
    'import type { Construct } from "constructs";',
    `import { ${baseClass} } from "./runtime";`,
    "",
    ...block(`export interface ${config}${extended}`, properties(className, Object.fromEntries(settable))),
    ...nestedInterfaces(className, attributes),
    "",
    `/** The ${kind} \`${terraformType}\` of Terraform. */`,
    ...block(`export declare class ${className} extends ${baseClass}${referable(element)}`, [
      `static readonly tfResourceType: "${terraformType}";`,
      "/** Has `cdktf plan` write the config of what exists under an id of the provider's. */",
      "static generateConfigForImport(scope: Construct, importToId: string, importFromId: string, provider?: cdktf.TerraformProvider): cdktf.ImportableResource;",
      `constructor(scope: Construct, id: string, config${optional ? "?" : ""}: ${config});`,
      ...members,
    ]),
    "",
  ].join("\n");
}

/** The type argument that says what a reference may name: the config's own attributes, and what the provider computes. */
function referable({ kind, className, attributes }: Element): string {
  if (kind === "provider") {
    return "";
  }
  const computed = Object.fromEntries(Object.entries(attributes).filter(([, attribute]) => !isSettable(attribute)));
  return `<Omit<${className}Config, keyof cdktf.TerraformMetaArguments> & { ${properties(className, computed).join(" ")} }>`;
}

/** The interfaces of all nested structs, each named by its path, as cdktf's generator names them. */
function nestedInterfaces(prefix: string, attributes: Attributes): string[] {
  return Object.entries(attributes).flatMap(([name, { nested_type: nested }]) => {
    if (nested === undefined) {
      return [];
    }
    const interfaceName = structName(prefix, name);
    return [
      ...block(`export interface ${interfaceName}`, properties(prefix + pascalCase(name), nested.attributes ?? {})),
      ...nestedInterfaces(prefix + pascalCase(name), nested.attributes ?? {}),
    ];
  });
}

function properties(prefix: string, attributes: Attributes): string[] {
  return Object.entries(attributes).map(
    ([name, attribute]) =>
      `readonly ${propertyName(name)}${attribute.required ? "" : "?"}: ${configType(prefix, name, attribute)};`,
  );
}

/** What a class has for an attribute: a getter and, where it can be set, what cdktf's own classes have besides. */
function accessors(kind: Element["kind"], className: string, name: string, attribute: SchemaAttribute): string[] {
  const property = propertyName(name);
  const config = configType(className, name, attribute);
  const read = kind === "provider" ? `${config} | undefined` : tokenType(attribute);
  if (!isSettable(attribute)) {
    return [`get ${property}(): ${read};`];
  }
  const suffix = property.charAt(0).toUpperCase() + property.slice(1);
  return [
    `get ${property}(): ${read};`,
    `set ${property}(value: ${config}${kind === "provider" ? " | undefined" : ""});`,
    `get ${property}Input(): ${config} | undefined;`,
    ...(attribute.nested_type === undefined ? [] : [`put${suffix}(value: ${config}): void;`]),
    ...(attribute.required ? [] : [`reset${suffix}(): void;`]),
  ];
}

/** What a config may give: the value itself, or a token in the form cdktf has for the type. */
function configType(prefix: string, name: string, { type, nested_type: nested }: SchemaAttribute): string {
  if (nested === undefined) {
    return simpleType(type!);
  }
  const item = structName(prefix, name);
  switch (nested.nesting_mode) {
    case "single":
      return `${item} | cdktf.IResolvable`;
    case "map":
      return `{ [key: string]: ${item} | cdktf.IResolvable } | cdktf.IResolvable`;
    default:
      return `(${item} | cdktf.IResolvable)[] | cdktf.IResolvable`;
  }
}

function simpleType(type: SchemaType): string {
  if (typeof type === "string") {
    return type === "bool" ? "boolean | cdktf.IResolvable" : type;
  }
  const item = simpleType(type[1]);
  return type[0] === "map" ? `{ [key: string]: ${item} }` : item.includes("|") ? `(${item})[]` : `${item}[]`;
}

/** What a getter gives: a token for the value that Terraform will know. */
function tokenType({ type }: SchemaAttribute): string {
  const encoded =
    type === "string" || type === "number" || (Array.isArray(type) && type[0] !== "map" && type[1] === "string");
  return encoded ? simpleType(type!) : "cdktf.IResolvable";
}

/** cdktf's generator keeps names that end in "List" for its list classes. */
function structName(prefix: string, attribute: string): string {
  const name = prefix + pascalCase(attribute);
  return name.toLowerCase().endsWith("list") ? `${name}Struct` : name;
}

const block = (head: string, lines: readonly string[]): string[] =>
  lines.length === 0 ? [`${head} {}`] : [`${head} {`, ...lines.map((line) => `  ${line}`), "}"];
