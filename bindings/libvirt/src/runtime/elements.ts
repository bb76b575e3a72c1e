import {
  Fn,
  type IResolvable,
  TerraformDataSource,
  type TerraformMetaArguments,
  TerraformProvider,
  TerraformResource,
} from "cdktf";
import type { Construct } from "constructs";
import { toHcl } from "./hcl";
import { Mapper } from "./mapper";
import { type At, locate, type Place, type TokenOf, type ValidPath } from "./path";
import { Settings } from "./settings";
import type { Struct } from "./table";

/** What the generated code says of the provider. */
export interface ProviderRelease {
  readonly name: string;
  readonly source: string;
  readonly versionConstraint: string;
}

/** What the generated code says of a class. */
interface ElementSchema {
  readonly type: string;
  readonly struct: Struct;
  readonly release: ProviderRelease;
}

/** Own members begin with an underscore: no attribute's name does. */
interface WithSchema {
  readonly _schema: ElementSchema;
}

type Config = TerraformMetaArguments & { readonly [property: string]: unknown };

/** A config taken apart: what cdktf's base classes want, and what the schema has to know. */
function takeApart(schema: ElementSchema, scope: Construct, id: string, config: Config) {
  const { dependsOn, count, provider, lifecycle, forEach, provisioners, connection, ...attributes } = config;
  return {
    base: {
      terraformResourceType: schema.type,
      terraformGeneratorMetadata: generatorMetadata(schema.release),
      ...{ dependsOn, count, provider, lifecycle, forEach, provisioners, connection },
    },
    settings: new Settings(schema.struct, new Mapper(ownerName(schema.type, scope, id)), attributes),
  };
}

const generatorMetadata = ({ name, versionConstraint }: ProviderRelease) => ({
  providerName: name,
  providerVersionConstraint: versionConstraint,
});

const ownerName = (type: string, scope: Construct, id: string): string =>
  `${type} "${scope.node.path === "" ? id : `${scope.node.path}/${id}`}"`;

/** A resource of the provider. `Attributes` are those that a reference can name. */
export abstract class LibvirtResource<Attributes = unknown> extends TerraformResource {
  /** Terraform's name of the resource type. */
  static readonly tfResourceType: string;

  /** @internal */
  readonly _settings: Settings;

  /**
   * The config is read here, once: what is not known yet comes as a `Lazy`, at any depth.
   *
   * @throws Error if the config has an attribute that the schema does not, or a value of another kind than it wants.
   */
  constructor(scope: Construct, id: string, config: object) {
    const { base, settings } = takeApart((new.target as unknown as WithSchema)._schema, scope, id, config as Config);
    super(scope, id, base);
    this._settings = settings;
  }

  /**
   * A reference to an attribute at any depth, such as `domain.ref("devices.interfaces[0].mac.address")`.
   *
   * @throws Error if the schema has no such attribute.
   */
  ref<Path extends string>(path: ValidPath<Attributes, Path>): TokenOf<At<Attributes, Path>> {
    return reference(this, path) as TokenOf<At<Attributes, Path>>;
  }

  protected override synthesizeAttributes(): Record<string, unknown> {
    return this._settings.values;
  }

  protected override synthesizeHclAttributes(): Record<string, unknown> {
    return toHcl(schemaOf(this).struct, this._settings.values);
  }
}

/** A data source of the provider. `Attributes` are those that a reference can name. */
export abstract class LibvirtDataSource<Attributes = unknown> extends TerraformDataSource {
  /** Terraform's name of the data source's type. */
  static readonly tfResourceType: string;

  /** @internal */
  readonly _settings: Settings;

  /** @throws Error if the config has an attribute that the schema does not, or a value of another kind than it wants. */
  constructor(scope: Construct, id: string, config: object = {}) {
    const { base, settings } = takeApart((new.target as unknown as WithSchema)._schema, scope, id, config as Config);
    super(scope, id, base);
    this._settings = settings;
  }

  /**
   * A reference to an attribute at any depth.
   *
   * @throws Error if the schema has no such attribute.
   */
  ref<Path extends string>(path: ValidPath<Attributes, Path>): TokenOf<At<Attributes, Path>> {
    return reference(this, path) as TokenOf<At<Attributes, Path>>;
  }

  protected override synthesizeAttributes(): Record<string, unknown> {
    return this._settings.values;
  }

  protected override synthesizeHclAttributes(): Record<string, unknown> {
    return toHcl(schemaOf(this).struct, this._settings.values);
  }
}

/** The provider itself. Its attributes read back as they were set. */
export abstract class LibvirtProviderElement extends TerraformProvider {
  /** Terraform's name of the provider. */
  static readonly tfResourceType: string;

  /** @internal */
  readonly _settings: Settings;

  /** @throws Error if the config has an attribute that the schema does not, or a value of another kind than it wants. */
  constructor(scope: Construct, id: string, config: object = {}) {
    const { type, struct, release } = (new.target as unknown as WithSchema)._schema;
    const settings = new Settings(struct, new Mapper(ownerName(`provider ${type}`, scope, id)), config);
    super(scope, id, {
      terraformResourceType: type,
      terraformGeneratorMetadata: generatorMetadata(release),
      terraformProviderSource: release.source,
    });
    this._settings = settings;
  }

  protected override synthesizeAttributes(): Record<string, unknown> {
    return this._settings.values;
  }

  protected override synthesizeHclAttributes(): Record<string, unknown> {
    return toHcl(schemaOf(this).struct, this._settings.values);
  }
}

const schemaOf = (element: object): ElementSchema => (element.constructor as unknown as WithSchema)._schema;

/** A reference to what `path` names, in TypeScript's names. */
function reference(element: TerraformResource | TerraformDataSource, path: string): unknown {
  const { struct, type } = schemaOf(element);
  return tokenAt(element, locate(struct, path, `${type} "${element.node.path}"`));
}

/** What stands for the value at a place of an element. */
export function tokenAt(
  element: TerraformResource | TerraformDataSource,
  { terraformPath, type }: Place,
): string | number | string[] | IResolvable {
  if (type === "string") {
    return element.getStringAttribute(terraformPath);
  }
  if (type === "number") {
    return element.getNumberAttribute(terraformPath);
  }
  if (typeof type === "object" && "of" in type && type.of === "string") {
    const list = element.getListAttribute(terraformPath);
    return type.kind === "set" ? Fn.tolist(list) : list;
  }
  return element.interpolationForAttribute(terraformPath);
}
