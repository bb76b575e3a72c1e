import { requireLiteral } from "../../checks";
import { ConfigurationError } from "../../errors";

/** Properties as libvirt's `<secret>` has them. */
export interface LibvirtSecretReference {
  readonly uuid?: string;
  readonly usage?: string;
}

/**
 * A secret that the hosts' libvirt holds: `virsh secret-define` and `virsh secret-set-value`. What it is stays there; programs, plans and
 * states have its name only.
 */
export class LibvirtSecret {
  /**
   * By what it is used for: the `<target>` or `<name>` of its `<usage>`. Each host can have a secret of its own under it.
   * @param usage 1 to 127 letters, digits, `.`, `_`, `-`, `:`, `@` and `/`
   */
  public static usage(usage: string): LibvirtSecret {
    const literal = requireLiteral("LibvirtSecret.usage", "the usage", usage);
    if (typeof literal !== "string" || !/^[A-Za-z0-9][A-Za-z0-9._:@/-]{0,126}$/.test(literal)) {
      throw new ConfigurationError({
        where: "LibvirtSecret.usage",
        what: "not a usage of a secret that can be used",
        given: usage,
        allowed: '1 to 127 letters, digits, ".", "_", "-", ":", "@" and "/"',
      });
    }
    return new LibvirtSecret({ usage: literal });
  }

  /** By its UUID, the same on each host. */
  public static uuid(uuid: string): LibvirtSecret {
    const literal = requireLiteral("LibvirtSecret.uuid", "the UUID", uuid);
    if (typeof literal !== "string" || !/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(literal)) {
      throw new ConfigurationError({
        where: "LibvirtSecret.uuid",
        what: "not a UUID",
        given: uuid,
        allowed: "such as 2ec115d7-3a88-3ceb-bc12-0ac909a6fd87",
      });
    }
    return new LibvirtSecret({ uuid: literal.toLowerCase() });
  }

  private constructor(public readonly reference: LibvirtSecretReference) {}

  public toString(): string {
    return `secret ${this.reference.usage ?? this.reference.uuid}`;
  }
}
