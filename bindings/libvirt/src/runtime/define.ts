import { ImportableResource, type TerraformDataSource, type TerraformProvider, type TerraformResource } from "cdktf";
import type { Construct } from "constructs";
import { LibvirtProviderElement, type ProviderRelease, tokenAt } from "./elements";
import type { Settings } from "./settings";
import { type Attribute, readTable, type Table } from "./table";

type Element = (TerraformResource | TerraformDataSource | TerraformProvider) & { readonly _settings: Settings };

/** Gives a generated class what the schema says: its type, and for each attribute what cdktf's own classes have. */
export function define(
  elementClass: { readonly prototype: object },
  type: string,
  release: ProviderRelease,
  table: Table,
): void {
  const struct = readTable(table);
  const generateConfigForImport = (scope: Construct, toId: string, fromId: string, provider?: TerraformProvider) =>
    new ImportableResource(scope, toId, { terraformResourceType: type, importId: fromId, provider });
  Object.assign(elementClass, { tfResourceType: type, generateConfigForImport, _schema: { type, struct, release } });
  const readsBack = elementClass.prototype instanceof LibvirtProviderElement;
  for (const [property, attribute] of struct.attributes) {
    defineAttribute(elementClass.prototype, property, attribute, readsBack);
  }
}

function defineAttribute(prototype: object, property: string, attribute: Attribute, readsBack: boolean): void {
  const { name, type, settable } = attribute;
  function input(this: Element): unknown {
    return this._settings.inputs[property];
  }
  function set(this: Element, value: unknown): void {
    this._settings.set(property, value);
  }
  function token(this: Element): unknown {
    return tokenAt(this as TerraformResource, { terraformPath: name, type });
  }
  const accessors = (descriptor: PropertyDescriptor): PropertyDescriptor => ({ ...descriptor, configurable: true });
  Object.defineProperty(
    prototype,
    property,
    accessors({ get: readsBack ? input : token, set: settable ? set : undefined }),
  );
  if (settable) {
    const suffix = property.charAt(0).toUpperCase() + property.slice(1);
    const reset = function (this: Element): void {
      this._settings.set(property, undefined);
    };
    Object.defineProperty(prototype, `${property}Input`, accessors({ get: input }));
    Object.defineProperty(prototype, `put${suffix}`, accessors({ value: set }));
    Object.defineProperty(prototype, `reset${suffix}`, accessors({ value: reset }));
  }
}
