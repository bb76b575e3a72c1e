import { ConfigurationError } from "../../errors";
import type { IHost } from "../../platforms/platform";
import { SRIOV_PRACTICES } from "../../practices";

/** The physical function of a pool on one host. */
export interface PhysicalFunction {
  readonly host: IHost;
  /** Interface name, or PCI address on vSphere. */
  readonly device: string;
  /** How many virtual functions it has. */
  readonly virtualFunctions: number;
}

/** The virtual functions of a pool on its hosts, and who has them. */
export class VirtualFunctions {
  readonly #users = new Map<IHost, string[]>();

  public constructor(
    private readonly pool: string,
    public readonly physicalFunctions: readonly PhysicalFunction[],
  ) {}

  /**
   * Takes a virtual function of a host.
   * @param user path of the NIC that it is for
   * @throws ConfigurationError where the host has none, or none left
   */
  public take(user: string, host: IHost): PhysicalFunction {
    const found = this.physicalFunctions.find((physical) => physical.host === host);
    if (found === undefined) {
      throw new ConfigurationError({
        where: user,
        what: `pool ${this.pool} has no physical function on the machine's host`,
        given: host.name,
        allowed: this.physicalFunctions.map((physical) => physical.host.name).join(", "),
        mend: "add the host to `hosts` of the pool, or run the machine on one of its hosts",
        practice: SRIOV_PRACTICES.virtualFunctionCount.id,
      });
    }
    const users = this.#users.get(host) ?? [];
    if (users.length >= found.virtualFunctions) {
      throw new ConfigurationError({
        where: user,
        what: `${found.device} of host ${host.name} has no virtual function left: ${users.join(", ")} have them`,
        given: `NIC number ${users.length + 1}`,
        allowed: `${found.virtualFunctions}, as pool ${this.pool} says`,
        mend: "raise `virtualFunctions` of the pool, or run some of the machines on other hosts",
        practice: SRIOV_PRACTICES.virtualFunctionCount.id,
      });
    }
    this.#users.set(host, [...users, user]);
    return found;
  }
}
