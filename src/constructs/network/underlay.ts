import { ConfigurationError } from "../../errors";
import { bitsOf, type IpFamily, IpNetwork } from "../../linux";
import { FABRIC_LIMITS } from "../../practices";
import { checkOptions } from "../given";
import { FabricLayer } from "./fabric-node";

export interface UnnumberedUnderlayProps {
  /**
   * Network that loopbacks have their addresses from: IPv4, /26 or larger, or IPv6, /122 or larger. Leaves have the first eighth of it, spines
   * and cores a sixteenth each after that, and hosts the upper three quarters; of a larger network than /16 or /112 the first such part is used.
   */
  readonly loopbacks: string;
}

export interface NumberedUnderlayProps extends UnnumberedUnderlayProps {
  /**
   * Network that links have their addresses from, of the same family, /24 or larger (IPv6: /120). Each leaf has 256 addresses in the order of
   * their numbers; links between spines and cores have theirs from the end.
   */
  readonly links: string;
}

/** Both addresses of a link, each with the length of its prefix. */
export interface LinkAddresses {
  readonly upper: string;
  readonly lower: string;
}

/** Addresses that one leaf, or one spine towards cores, has for its links. */
const BLOCK = 256;
/** The least pool of loopbacks that leaves each layer a few. */
const SMALLEST_POOL = 64;
/** Numbers of nodes stay short where a pool of IPv6 is as good as endless. */
const LARGEST_POOL = 65_536;

/** Where each layer's loopbacks are, in parts of sixteen of the pool. */
const SECTIONS: Record<FabricLayer, { readonly first: number; readonly end: number }> = {
  [FabricLayer.ACCESS]: { first: 0, end: 2 },
  [FabricLayer.EDGE]: { first: 0, end: 2 },
  [FabricLayer.AGGREGATION]: { first: 2, end: 3 },
  [FabricLayer.CORE]: { first: 3, end: 4 },
  [FabricLayer.HOST]: { first: 4, end: 16 },
};

/** How the routed network below the tunnels is addressed. An address depends on the numbers of nodes alone, not on what others there are. */
export class Underlay {
  /** Each link is a network of two addresses. */
  public static numbered(props: NumberedUnderlayProps): Underlay {
    const where = "Underlay.numbered";
    const { loopbacks, links } = checkOptions(where, "what is given", props);
    const underlay = new Underlay(where, loopbacks, links);
    if (underlay.#links!.family !== underlay.family || underlay.#links!.overlaps(underlay.#loopbacks)) {
      throw new ConfigurationError({
        where,
        what: "`links` and `loopbacks` are not two networks of one family",
        given: { loopbacks, links },
        mend: "give two networks of IPv4, or two of IPv6, that do not overlap",
      });
    }
    return underlay;
  }

  /** Links have the addresses that IPv6 makes itself, and carry IPv4 too. */
  public static unnumbered(props: UnnumberedUnderlayProps): Underlay {
    const where = "Underlay.unnumbered";
    return new Underlay(where, checkOptions(where, "what is given", props).loopbacks);
  }

  /** 4 or 6: of the loopbacks, and so of the tunnels. */
  public readonly family: IpFamily;
  readonly #loopbacks: IpNetwork;
  readonly #links?: IpNetwork;

  private constructor(where: string, loopbacks: string, links?: string) {
    this.#loopbacks = parsePool(where, "loopbacks", loopbacks, SMALLEST_POOL);
    this.family = this.#loopbacks.family;
    if (links !== undefined || where === "Underlay.numbered") {
      this.#links = parsePool(where, "links", links, BLOCK);
    }
  }

  public get isNumbered(): boolean {
    return this.#links !== undefined;
  }

  /** All loopbacks. */
  public get loopbacks(): string {
    return this.#loopbacks.toString();
  }

  /**
   * The position of a node among all loopbacks.
   * @internal
   */
  public _index(where: string, layer: FabricLayer, number: number): number {
    const size = Math.min(Number(this.#loopbacks.size), LARGEST_POOL);
    const { first, end } = SECTIONS[layer];
    const most = ((end - first) * size) / 16 - 1;
    if (number > most) {
      throw noRoom(where, `a loopback of ${layer} number ${number}`, this.#loopbacks, `numbers to ${most}`);
    }
    return (first * size) / 16 + number;
  }

  /** @internal */
  public _loopback(index: number): string {
    return this.#loopbacks.address(index);
  }

  /**
   * Addresses of a leaf's uplink to a spine; `undefined` where links have none.
   * @internal
   */
  public _uplink(where: string, leaf: number, spine: number): LinkAddresses | undefined {
    return this.ofBlock(where, leaf - 1, spine - 1, `the links of leaf number ${leaf}`);
  }

  /**
   * Addresses of a leaf's link to a host.
   * @internal
   */
  public _hostLink(where: string, leaf: number, port: number): LinkAddresses | undefined {
    return this.ofBlock(where, leaf - 1, FABRIC_LIMITS.maxSpines + port - 1, `the links of leaf number ${leaf}`);
  }

  /**
   * Addresses of a spine's uplink to a core.
   * @param leaf highest number of a leaf, whose block must not be reached
   * @internal
   */
  public _coreLink(where: string, spine: number, core: number, leaf: number): LinkAddresses | undefined {
    const block = this.blocks - spine;
    if (this.isNumbered && block < leaf) {
      throw noRoom(where, `the links of spine number ${spine}`, this.#links!, `${this.blocks} leaves and spines`);
    }
    return this.ofBlock(where, block, core - 1, `the links of spine number ${spine}`);
  }

  private get blocks(): number {
    return this.#links === undefined ? 0 : Math.min(Number(this.#links.size / BigInt(BLOCK)), LARGEST_POOL);
  }

  private ofBlock(where: string, block: number, slot: number, what: string): LinkAddresses | undefined {
    if (this.#links === undefined) {
      return undefined;
    }
    if (block >= this.blocks) {
      throw noRoom(where, what, this.#links, `${this.blocks} leaves and spines`);
    }
    const [upper, lower] = [0, 1].map((side) => this.#links!.address(block * BLOCK + 2 * slot + side));
    const length = bitsOf(upper!) - 1;
    return { upper: `${upper}/${length}`, lower: `${lower}/${length}` };
  }
}

function parsePool(where: string, what: string, pool: string | undefined, least: number): IpNetwork {
  const parsed = IpNetwork.parse(where, what, pool);
  if (parsed.size < BigInt(least)) {
    throw new ConfigurationError({
      where,
      what: `\`${what}\` is too small a network`,
      given: pool,
      allowed: `${least} addresses or more: IPv4 to /${32 - Math.log2(least)}, IPv6 to /${128 - Math.log2(least)}`,
    });
  }
  return parsed;
}

function noRoom(where: string, what: string, pool: IpNetwork, allowed: string): ConfigurationError {
  return new ConfigurationError({
    where,
    what: `${pool} has no room for ${what}`,
    allowed,
    mend: "give a larger network before anything is deployed: nodes are numbered anew in another one",
  });
}
