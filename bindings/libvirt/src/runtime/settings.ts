import { Tokenization } from "cdktf";
import type { Mapper } from "./mapper";
import type { Struct } from "./table";

/** What a config says, as it was given and as Terraform reads it. */
export class Settings {
  /** As given, by property. */
  readonly inputs: Record<string, unknown>;
  private readonly mapped: Record<string, unknown>;

  constructor(
    private readonly struct: Struct,
    private readonly mapper: Mapper,
    config: object,
  ) {
    this.inputs = { ...config };
    this.mapped = mapper.mapAttributes(struct, config, "");
  }

  /** As Terraform reads it, by attribute: a copy each time, since cdktf merges overrides into what it is given. */
  get values(): Record<string, unknown> {
    return copyOf(this.mapped) as Record<string, unknown>;
  }

  /** Sets one attribute anew; `undefined` leaves it out. */
  set(property: string, value: unknown): void {
    const { name, type } = this.mapper.settable(this.struct, property, "");
    if (value === undefined) {
      delete this.inputs[property];
      delete this.mapped[name];
    } else {
      this.mapped[name] = this.mapper.map(type, value, property);
      this.inputs[property] = value;
    }
  }
}

/** Copies all but tokens: a mapped config holds nothing else that is not plain. */
function copyOf(value: unknown): unknown {
  if (Array.isArray(value)) {
    return value.map(copyOf);
  }
  if (typeof value !== "object" || value === null || Tokenization.isResolvable(value)) {
    return value;
  }
  const copy: Record<string, unknown> = {};
  for (const [key, item] of Object.entries(value)) {
    copy[key] = copyOf(item);
  }
  return copy;
}
