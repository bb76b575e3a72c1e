import { IpNetwork } from "../../linux";

/** The other end of a rule: a `MicroSegment`, or what `Peer` makes. */
export interface IPeer {
  /**
   * Its addresses, when the program is complete.
   * @internal
   */
  readonly _networks: readonly IpNetwork[];
  /**
   * What rules and explanations call it.
   * @internal
   */
  readonly _peerName: string;
}

/** Another end of a rule than a micro segment. */
export class Peer implements IPeer {
  /**
   * All addresses of a network.
   * @param network without host bits: `10.0.0.0/8`, `2001:db8::/32`; a single address is `10.0.0.5/32`
   */
  public static cidr(network: string): Peer {
    const parsed = IpNetwork.parse("Peer.cidr", "the network", network);
    return new Peer([parsed], parsed.toString());
  }

  /** Everyone, in IPv4 and IPv6. */
  public static any(): Peer {
    const all = ["0.0.0.0/0", "::/0"].map((network) => IpNetwork.parse("Peer.any", "the network", network));
    return new Peer(all, "anyone");
  }

  private constructor(
    /** @internal */
    public readonly _networks: readonly IpNetwork[],
    /** @internal */
    public readonly _peerName: string,
  ) {}

  public toString(): string {
    return this._peerName;
  }
}
