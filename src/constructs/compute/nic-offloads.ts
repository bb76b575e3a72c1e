import { ConfigurationError } from "../../errors";
import { NIC_PRACTICES } from "../../practices";
import { checkFlag, checkOptions } from "../given";

/** What the host takes from the guest unfinished, when the guest sends. What is not given is on. */
export interface HostOffloads {
  /** Checksums. */
  readonly csum?: boolean;
  /** Segmentation of any protocol. */
  readonly gso?: boolean;
  /** Segmentation of TCP over IPv4. */
  readonly tso4?: boolean;
  /** Segmentation of TCP over IPv6. */
  readonly tso6?: boolean;
  /** Segmentation of TCP with explicit congestion notification. */
  readonly ecn?: boolean;
  /** Fragmentation of UDP. */
  readonly ufo?: boolean;
  /** Receive buffers that a large frame is spread over. */
  readonly mrgRxbuf?: boolean;
}

/** What the guest takes from the host unfinished, when it receives. What is not given is on. */
export interface GuestOffloads {
  /** Checksums. */
  readonly csum?: boolean;
  /** Segmentation of TCP over IPv4. */
  readonly tso4?: boolean;
  /** Segmentation of TCP over IPv6. */
  readonly tso6?: boolean;
  /** Segmentation of TCP with explicit congestion notification. */
  readonly ecn?: boolean;
  /** Fragmentation of UDP. */
  readonly ufo?: boolean;
}

const HOST: readonly (keyof HostOffloads)[] = ["csum", "gso", "tso4", "tso6", "ecn", "ufo", "mrgRxbuf"];
const GUEST: readonly (keyof GuestOffloads)[] = ["csum", "tso4", "tso6", "ecn", "ufo"];

/** @throws ConfigurationError for what is no flag, and for offloads that are on without what they need */
export function checkHostOffloads(where: string, offloads: HostOffloads): HostOffloads {
  return check(where, "hostOffloads", offloads, HOST);
}

/** @throws ConfigurationError for what is no flag, and for offloads that are on without what they need */
export function checkGuestOffloads(where: string, offloads: GuestOffloads): GuestOffloads {
  return check(where, "guestOffloads", offloads, GUEST);
}

function check<T extends GuestOffloads>(where: string, what: string, offloads: T, known: readonly (keyof T)[]): T {
  const given = Object.entries(checkOptions(where, what, offloads)).filter(([, on]) => on !== undefined);
  for (const [name, on] of given) {
    if (!known.includes(name as keyof T)) {
      throw new ConfigurationError({
        where,
        what: `${what} has no such offload`,
        given: name,
        allowed: known.join(", "),
      });
    }
    checkFlag(where, `${what}.${name}`, on);
  }
  const { csum, tso4, tso6 } = offloads;
  const without = (needed: string, offs: readonly string[]) => {
    const on = given.find(([name, value]) => offs.includes(name) && value);
    if (on !== undefined) {
      throw new ConfigurationError({
        where,
        what: `${what}.${on[0]} is on without ${needed}`,
        given: offloads,
        mend: `leave ${on[0]} out, or turn it off, too`,
        practice: NIC_PRACTICES.offloadsNeedChecksums.id,
      });
    }
  };
  if (csum === false) {
    without("csum", ["gso", "tso4", "tso6", "ecn", "ufo"]);
  }
  if (tso4 === false && tso6 === false) {
    without("tso4 or tso6", ["ecn"]);
  }
  return offloads;
}
