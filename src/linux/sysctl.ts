import { ConfigurationError } from "../errors";
import { NOTICE } from "./host-file";

/** Settings of the kernel, as `sysctl.d` has them. */
export class Sysctl {
  readonly #settings = new Map<string, { readonly value: string; readonly owner: string }>();

  /**
   * @param key with dots: `net.ipv4.tcp_rmem`; the name of an interface in it has slashes for its dots
   * @param value a number, or numbers and words on one line
   * @throws ConfigurationError for other characters, or where another construct wants another value
   */
  public set(key: string, value: string | number, where: string): void {
    const text = typeof value === "string" || Number.isFinite(value) ? String(value) : "";
    if (
      typeof key !== "string" ||
      !/^[a-z][A-Za-z0-9_./-]*$/.test(key) ||
      !/^[A-Za-z0-9_.,:-]+([ \t][A-Za-z0-9_.,:-]+)*$/.test(text)
    ) {
      throw new ConfigurationError({
        where,
        what: "not a setting of the kernel",
        given: { key, value },
        allowed: "a name such as net.core.rmem_max, and numbers or words on one line",
      });
    }
    const earlier = this.#settings.get(key);
    if (earlier !== undefined && earlier.value !== text) {
      throw new ConfigurationError({
        where,
        what: `${earlier.owner} sets the kernel's ${key} to another value`,
        given: `${text}, there ${earlier.value}`,
        mend: "give both the same",
      });
    }
    this.#settings.set(key, earlier ?? { value: text, owner: where });
  }

  public get isEmpty(): boolean {
    return this.#settings.size === 0;
  }

  /** In the order of their names. */
  public toString(): string {
    const lines = [...this.#settings].map(([key, { value }]) => `${key} = ${value}\n`).sort();
    return `${NOTICE}\n${lines.join("")}`;
  }
}
