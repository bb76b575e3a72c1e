import { type IResolvable, type IResolveContext, LazyBase, Token, Tokenization } from "cdktf";
import { advice } from "./nearest";
import { type Attribute, type Collection, type Primitive, Struct, type Type } from "./table";

/** What `typeof` says of a value of each primitive type. */
const TYPEOF = { string: "string", number: "number", bool: "boolean" } as const;

const DYNAMIC_EXPRESSION = Symbol.for("cdktf/TerraformDynamicExpression");

/**
 * Turns a config in camelCase into what Terraform reads, and refuses what the schema does not have: the provider
 * would drop it without a word.
 *
 * - `undefined` is left out; `null` is Terraform's own "not set" and stays.
 * - Tokens stay tokens. Where the schema has an object or a list, what a token resolves to is mapped when it does.
 * - A string with `${` in it is a Terraform expression and may stand for a value of any type.
 */
export class Mapper {
  /** @param owner - The resource, as errors name it. */
  constructor(private readonly owner: string) {}

  /** Maps the config of a whole struct. */
  mapAttributes(struct: Struct, config: object, path: string): Record<string, unknown> {
    const mapped: Record<string, unknown> = {};
    for (const [property, value] of Object.entries(config)) {
      if (value !== undefined) {
        const attribute = this.settable(struct, property, path);
        mapped[attribute.name] = this.map(attribute.type, value, path === "" ? property : `${path}.${property}`);
      }
    }
    return mapped;
  }

  /** Maps one value, found at `path` of the config. */
  map(type: Type, value: unknown, path: string): unknown {
    if (value === undefined || value === null) {
      return value;
    }
    if (typeof type === "string") {
      return this.mapPrimitive(type, value, path);
    }
    if (isDynamicExpression(value)) {
      const content = this.map(elementOf(type), value.content, `${path}[]`);
      return Object.create(value, { content: { value: content } });
    }
    const token = tokenIn(value);
    if (token !== undefined) {
      return new MappedToken(token, (produced) => this.map(type, produced, path));
    }
    if (isExpression(value)) {
      return value;
    }
    return type instanceof Struct ? this.mapStruct(type, value, path) : this.mapCollection(type, value, path);
  }

  /** The attribute that a property sets. */
  settable(struct: Struct, property: string, path: string): Attribute {
    const attribute = struct.attributes.get(property);
    if (attribute?.settable) {
      return attribute;
    }
    const full = path === "" ? property : `${path}.${property}`;
    if (attribute !== undefined) {
      throw new Error(`${this.owner}: ${full} can only be read: the provider computes it. Leave it out of the config.`);
    }
    const known = [...struct.attributes].filter(([, { settable }]) => settable).map(([name]) => name);
    throw new Error(`${this.owner} has no attribute ${full}. ${advice(property, known)}`);
  }

  private mapPrimitive(type: Primitive, value: unknown, path: string): unknown {
    if (typeof value === TYPEOF[type] && !Number.isNaN(value)) {
      return value;
    }
    if (isExpression(value) || Token.isUnresolved(value)) {
      return value;
    }
    throw this.wrongKind(type === "bool" ? "a boolean" : `a ${type}`, value, path);
  }

  private mapStruct(struct: Struct, value: unknown, path: string): unknown {
    if (typeof value !== "object" || Array.isArray(value)) {
      throw this.wrongKind("an object", value, path);
    }
    return this.mapAttributes(struct, value as object, path);
  }

  private mapCollection({ kind, of }: Collection, value: unknown, path: string): unknown {
    if (kind === "map") {
      if (typeof value !== "object" || Array.isArray(value)) {
        throw this.wrongKind("a map", value, path);
      }
      const entries = Object.entries(value as object);
      return Object.fromEntries(entries.map(([key, item]) => [key, this.map(of, item, `${path}["${key}"]`)]));
    }
    if (!Array.isArray(value)) {
      throw this.wrongKind("a list", value, path);
    }
    return value.map((item, index) => this.map(of, item, `${path}[${index}]`)).filter((item) => item !== undefined);
  }

  private wrongKind(wanted: string, value: unknown, path: string): Error {
    return new Error(`${this.owner}: ${path} must be ${wanted}, but is ${described(value)}.`);
  }
}

/** A token whose value is mapped once it is known. */
class MappedToken implements IResolvable {
  readonly creationStack: string[];

  constructor(
    private readonly token: IResolvable,
    private readonly map: (produced: unknown) => unknown,
  ) {
    this.creationStack = token.creationStack;
  }

  resolve(context: IResolveContext): unknown {
    const produced = this.token.resolve(context);
    // What is neither an object nor made by a Lazy is the text of a Terraform expression.
    return typeof produced === "object" || this.token instanceof LazyBase ? this.map(produced) : produced;
  }

  toString(): string {
    return Token.asString(this);
  }

  toJSON(): string {
    return "<unresolved-token>";
  }
}

/** The token that a value is, be it in an encoded form. */
function tokenIn(value: unknown): IResolvable | undefined {
  if (typeof value === "string") {
    const fragments = value.includes("${") ? Tokenization.reverseString(value) : undefined;
    return fragments?.length === 1 ? fragments.firstToken : undefined;
  }
  if (Tokenization.isResolvable(value)) {
    return value as unknown as IResolvable;
  }
  return mayBeEncoded(value) && Token.isUnresolved(value) ? Tokenization.reverse(value)[0] : undefined;
}

/** Rules out most values before cdktf looks at all their keys: an encoded list or map has one entry. */
function mayBeEncoded(value: unknown): boolean {
  if (Array.isArray(value)) {
    return value.length === 1 && typeof value[0] !== "object";
  }
  return typeof value === "number" || (typeof value === "object" && value !== null && Object.keys(value).length === 1);
}

function described(value: unknown): string {
  if (typeof value === "object") {
    return Array.isArray(value) ? "a list" : "an object";
  }
  return typeof value === "string" ? `the string ${JSON.stringify(value)}` : `the ${typeof value} ${String(value)}`;
}

const isExpression = (value: unknown): boolean => typeof value === "string" && value.includes("${");

interface DynamicExpression {
  readonly content: unknown;
}

/** What `TerraformIterator.dynamic()` gives: its content stands for each element of a list. */
const isDynamicExpression = (value: unknown): value is DynamicExpression =>
  typeof value === "object" && value !== null && DYNAMIC_EXPRESSION in value;

const elementOf = (type: Type): Type => (typeof type === "object" && "of" in type ? type.of : type);
