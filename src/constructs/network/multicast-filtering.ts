/** Which ports a multicast frame is sent to. */
export enum MulticastFiltering {
  /** Ports whose guest asked its NIC for the group's MAC address, which up to 32 IPv4 groups share. */
  LEGACY = "legacy",
  /** Ports whose guest joined the group by IGMP or MLD. */
  SNOOPING = "snooping",
}
