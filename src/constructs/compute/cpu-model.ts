import { checkName } from "../../checks";

/** Which CPU a guest sees. */
export class CpuModel {
  /** The host's CPU as it is. Needs hardware virtualisation (KVM); the guest migrates to like hosts only. */
  public static hostPassthrough(): CpuModel {
    return new CpuModel("host-passthrough");
  }

  /** The named model nearest to the host's, with its features. Needs hardware virtualisation (KVM). */
  public static hostModel(): CpuModel {
    return new CpuModel("host-model");
  }

  /** Everything that the hypervisor can give: with KVM as host passthrough, without it all that is emulated. */
  public static maximum(): CpuModel {
    return new CpuModel("maximum");
  }

  /**
   * A named model, the same on every host: `EPYC-Milan`, `Skylake-Server`.
   * @param name letters, digits, `.`, `_` and `-`
   */
  public static named(name: string): CpuModel {
    return new CpuModel("custom", checkName("CpuModel.named", name));
  }

  private constructor(
    public readonly mode: "host-passthrough" | "host-model" | "maximum" | "custom",
    public readonly model?: string,
  ) {}

  public toString(): string {
    return this.model ?? this.mode;
  }
}
