import { checkInteger } from "../../checks";
import { NETWORK_LIMITS, NETWORK_PRACTICES } from "../../practices";
import { checkKind, checkOptions } from "../given";
import type { IDistributedVSwitch } from "./distributed-vswitch";

export interface VlanTransportOptions {
  /** The switch whose uplinks lead to the gateway. */
  readonly switch: IDistributedVSwitch;
  /** VLAN that the gateway has in the segment, 1 to 4094. */
  readonly vlan: number;
}

/** How frames get from hosts that are no VTEPs to one that is. */
export class VxlanTransport {
  /**
   * In a VLAN, which a leaf or another gateway has in the segment.
   * @throws ConfigurationError for a VLAN that is none
   */
  public static vlan(options: VlanTransportOptions): VxlanTransport {
    const where = "VxlanTransport.vlan";
    const { switch: fabric, vlan } = checkOptions(where, "what is given", options);
    return new VxlanTransport(
      checkKind(where, "switch", fabric, "_platformSwitch"),
      checkInteger(where, "vlan", vlan, {
        min: NETWORK_LIMITS.minVlan,
        max: NETWORK_LIMITS.maxVlan,
        practice: NETWORK_PRACTICES.vlanRange.id,
      }),
    );
  }

  public readonly switch: IDistributedVSwitch;

  private constructor(
    fabric: IDistributedVSwitch,
    public readonly vlan: number,
  ) {
    this.switch = fabric;
  }

  public toString(): string {
    return `VLAN ${this.vlan} of ${this.switch.node.path}`;
  }
}
