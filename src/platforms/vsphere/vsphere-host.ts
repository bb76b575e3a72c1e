import { checkInventoryName } from "../../constructs/storage/storage-backend";
import type { IHost } from "../platform";

/** An ESXi host that vCenter has. */
export class VsphereHost implements IHost {
  /**
   * A host by its name in the inventory.
   * @param name host name or address, as vCenter shows it
   */
  public static named(name: string): VsphereHost {
    return new VsphereHost(checkInventoryName("VsphereHost.named", name));
  }

  private constructor(public readonly name: string) {}
}
