import { checkFlag, checkOptions } from "../given";

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
    const where = "Firmware.uefi";
    const { secureBoot = false } = checkOptions(where, "options", options);
    return new Firmware(FirmwareKind.UEFI, checkFlag(where, "secureBoot", secureBoot));
  }

  private constructor(
    public readonly kind: FirmwareKind,
    public readonly secureBoot: boolean,
  ) {}
}
