import { checkFlag } from "../given";

/** What starts the guest's boot loader. */
export enum FirmwareKind {
  BIOS = "bios",
  UEFI = "uefi",
}

export interface UefiOptions {
  /**
   * Whether the firmware starts signed boot loaders only.
   * @default false
   */
  readonly secureBoot?: boolean;
}

/** Firmware of a machine. */
export class Firmware {
  public static bios(): Firmware {
    return new Firmware(FirmwareKind.BIOS, false);
  }

  /** UEFI; its variables (boot entries, keys) survive updates of the machine. */
  public static uefi(options: UefiOptions = {}): Firmware {
    return new Firmware(FirmwareKind.UEFI, checkFlag("Firmware.uefi", "secureBoot", options.secureBoot ?? false));
  }

  private constructor(
    public readonly kind: FirmwareKind,
    public readonly secureBoot: boolean,
  ) {}
}
