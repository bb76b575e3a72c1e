import type { Mapper } from "./mapper";
import type { Struct } from "./table";

/** What a config says, as it was given and as Terraform reads it. */
export class Settings {
  /** As given, by property. */
  readonly inputs: Record<string, unknown>;
  /** As Terraform reads it, by attribute. */
  readonly values: Record<string, unknown>;

  constructor(
    private readonly struct: Struct,
    private readonly mapper: Mapper,
    config: object,
  ) {
    this.inputs = { ...config };
    this.values = mapper.mapAttributes(struct, config, "");
  }

  /** Sets one attribute anew; `undefined` leaves it out. */
  set(property: string, value: unknown): void {
    const { name, type } = this.mapper.settable(this.struct, property, "");
    if (value === undefined) {
      delete this.inputs[property];
      delete this.values[name];
    } else {
      this.values[name] = this.mapper.map(type, value, property);
      this.inputs[property] = value;
    }
  }
}
