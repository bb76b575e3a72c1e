import type { Construct } from "constructs";
import { DataRate, SpineLeafFabric, Underlay } from "virtuned";
import type { Site } from "./sites";

/**
 * Spines and leaves for the hosts of all sites: a pair of leaves for each site, and a pair of border leaves to the routers of
 * the outside.
 */
export function datacentre(scope: Construct, speed: DataRate, sites: readonly Site[]): SpineLeafFabric {
  const fabric = new SpineLeafFabric(scope, "dc1", {
    underlay: Underlay.unnumbered({ loopbacks: "10.255.0.0/22" }),
    guestMtu: 8950,
  });
  for (const name of ["spine1", "spine2"]) {
    fabric.addSpine(name);
  }
  const uplinkSpeed = DataRate.gbps(100);
  for (const [i, { hosts, nics }] of sites.entries()) {
    const rack = ["a", "b"].map((side) => fabric.addLeaf(`leaf${i + 1}${side}`, { uplinkSpeed }));
    for (const host of hosts) {
      fabric.addHost(host, { speed, links: rack.map((leaf, side) => ({ leaf, nic: nics[side]! })) });
    }
  }
  for (const [i, name] of ["edge1", "edge2"].entries()) {
    fabric.addExternalPeer(`wan${i + 1}`, fabric.addBorderLeaf(name, { uplinkSpeed }), {
      interface: "swp1",
      address: `192.0.2.${2 * i + 1}/31`,
      peer: `192.0.2.${2 * i}`,
      asn: 64_999,
      accept: [{ network: "0.0.0.0/0" }],
      announce: [{ network: "10.255.0.0/22", longest: 32 }],
    });
  }
  return fabric;
}
