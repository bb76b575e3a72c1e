import { checkInteger } from "../../checks";
import { ConfigurationError } from "../../errors";
import { NETWORK_LIMITS, NETWORK_PRACTICES, SWITCH_PRACTICES } from "../../practices";
import { checkList, checkMade } from "../given";

/** Whom a port of a private VLAN reaches. */
export enum PrivateVlanType {
  /** Everyone of the primary VLAN. */
  PROMISCUOUS = "promiscuous",
  /** Promiscuous ports only. */
  ISOLATED = "isolated",
  /** Ports of its own community, and promiscuous ones. */
  COMMUNITY = "community",
}

const PRIVATE_VLANS = "PrivateVlan.promiscuous(), .isolated(), .community()";

/** A primary VLAN with one of its secondary VLANs: an entry of a switch's private VLAN map, and what a segment of it is. */
export class PrivateVlan {
  /**
   * Ports that reach all others of the primary VLAN: gateways, firewalls, shared services.
   * @param primary 1 to 4094
   */
  public static promiscuous(primary: number): PrivateVlan {
    return new PrivateVlan(PrivateVlanType.PROMISCUOUS, primary, primary);
  }

  /**
   * Ports that reach promiscuous ones, and not each other. A primary VLAN has one isolated VLAN at most.
   * @param primary 1 to 4094
   * @param secondary 1 to 4094, another than the primary
   */
  public static isolated(primary: number, secondary: number): PrivateVlan {
    return new PrivateVlan(PrivateVlanType.ISOLATED, primary, secondary);
  }

  /**
   * Ports that reach each other and promiscuous ones.
   * @param primary 1 to 4094
   * @param secondary 1 to 4094, another than the primary
   */
  public static community(primary: number, secondary: number): PrivateVlan {
    return new PrivateVlan(PrivateVlanType.COMMUNITY, primary, secondary);
  }

  /** VLAN that the frames of promiscuous ports have on the wire. */
  public readonly primary: number;
  /** VLAN that the frames of these ports have on the wire; the primary for promiscuous ports. */
  public readonly secondary: number;

  private constructor(
    public readonly type: PrivateVlanType,
    primary: number,
    secondary: number,
  ) {
    const where = `PrivateVlan.${type}`;
    const range = {
      min: NETWORK_LIMITS.minVlan,
      max: NETWORK_LIMITS.maxVlan,
      practice: NETWORK_PRACTICES.vlanRange.id,
    };
    this.primary = checkInteger(where, "the primary VLAN", primary, range);
    this.secondary = checkInteger(where, "the secondary VLAN", secondary, range);
    if (type !== PrivateVlanType.PROMISCUOUS && primary === secondary) {
      throw new ConfigurationError({
        where,
        what: "the secondary VLAN is the primary one, which is that of promiscuous ports",
        given: primary,
        mend: `give another secondary VLAN, or PrivateVlan.promiscuous(${primary})`,
        practice: SWITCH_PRACTICES.privateVlanMap.id,
      });
    }
  }

  public equals(other: PrivateVlan): boolean {
    return this.type === other.type && this.primary === other.primary && this.secondary === other.secondary;
  }

  public toString(): string {
    return this.type === PrivateVlanType.PROMISCUOUS
      ? `promiscuous(${this.primary})`
      : `${this.type}(${this.primary}, ${this.secondary})`;
  }
}

export function checkPrivateVlan(where: string, what: string, vlan: PrivateVlan): PrivateVlan {
  return checkMade(where, what, vlan, PrivateVlan, PRIVATE_VLANS);
}

/**
 * Checks the private VLAN map of a switch.
 * @throws ConfigurationError where a primary VLAN has no promiscuous entry, several isolated ones, or where a VLAN has two roles
 */
export function checkPrivateVlanMap(where: string, map: readonly PrivateVlan[]): readonly PrivateVlan[] {
  const entries = checkList(where, "privateVlans", map).map((vlan, i) =>
    checkPrivateVlan(where, `privateVlans[${i}]`, vlan),
  );
  const practice = SWITCH_PRACTICES.privateVlanMap.id;
  const isPrimary = (id: number) => entries.some(({ primary }) => primary === id);
  entries.forEach((entry, i) => {
    const { type, primary, secondary } = entry;
    if (entries.slice(0, i).some((other) => other.secondary === secondary)) {
      throw new ConfigurationError({
        where,
        what: "a VLAN is in the private VLAN map more than once",
        given: String(entry),
        mend: "give each secondary VLAN, and each promiscuous entry, once",
        practice,
      });
    }
    if (type !== PrivateVlanType.PROMISCUOUS && isPrimary(secondary)) {
      throw new ConfigurationError({
        where,
        what: "the secondary VLAN of one entry is the primary VLAN of another",
        given: String(entry),
        mend: "give another secondary VLAN",
        practice,
      });
    }
    if (!entries.some((other) => other.type === PrivateVlanType.PROMISCUOUS && other.primary === primary)) {
      throw new ConfigurationError({
        where,
        what: `primary VLAN ${primary} has no promiscuous entry`,
        given: String(entry),
        mend: `add PrivateVlan.promiscuous(${primary})`,
        practice,
      });
    }
    const isolated = entries.filter((other) => other.type === PrivateVlanType.ISOLATED && other.primary === primary);
    if (isolated.length > 1) {
      throw new ConfigurationError({
        where,
        what: `primary VLAN ${primary} has more than one isolated VLAN`,
        given: isolated.map(String),
        mend: "leave one: its ports do not reach each other in any case; for ports that do, PrivateVlan.community()",
        practice,
      });
    }
  });
  return entries;
}
