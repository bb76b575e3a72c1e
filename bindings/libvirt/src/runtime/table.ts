import { propertyName } from "./names";

export type Primitive = "string" | "number" | "bool";

/** A type as the generated tables write it: a primitive, the index of a struct, or a collection of a type. */
export type TypeCode = Primitive | number | readonly ["list" | "set" | "map", TypeCode];

/** One struct: Terraform's attribute names and their types; `computed` ones can only be read. */
export type StructCode = Readonly<Record<string, TypeCode | readonly ["computed", TypeCode]>>;

/** All structs of one resource, each shape once. The first is the resource itself. */
export type Table = readonly StructCode[];

export interface Collection {
  readonly kind: "list" | "set" | "map";
  readonly of: Type;
}

export type Type = Primitive | Struct | Collection;

export interface Attribute {
  /** Terraform's name. */
  readonly name: string;
  readonly type: Type;
  /** Whether a config may set it. */
  readonly settable: boolean;
}

/** An object type of the schema. What a table says of it is decoded when it is first looked into. */
export class Struct {
  private decoded?: ReadonlyMap<string, Attribute>;

  constructor(private readonly decode: () => ReadonlyMap<string, Attribute>) {}

  /** The attributes by property name. */
  get attributes(): ReadonlyMap<string, Attribute> {
    this.decoded ??= this.decode();
    return this.decoded;
  }
}

/** The resource that a table describes. */
export function readTable(table: Table): Struct {
  const structs: Struct[] = table.map((code) => new Struct(() => readStruct(code, structs)));
  return structs[0]!;
}

function readStruct(code: StructCode, structs: readonly Struct[]): ReadonlyMap<string, Attribute> {
  const attributes = new Map<string, Attribute>();
  for (const [name, entry] of Object.entries(code)) {
    const computed = Array.isArray(entry) && entry[0] === "computed";
    const type = readType((computed ? entry[1] : entry) as TypeCode, structs);
    attributes.set(propertyName(name), { name, type, settable: !computed });
  }
  return attributes;
}

function readType(code: TypeCode, structs: readonly Struct[]): Type {
  if (typeof code === "string") {
    return code;
  }
  return typeof code === "number" ? structs[code]! : { kind: code[0], of: readType(code[1], structs) };
}
