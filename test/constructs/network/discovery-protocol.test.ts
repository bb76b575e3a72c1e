import { DiscoveryOperation, DiscoveryProtocol } from "virtuned";

test.each([
  [DiscoveryProtocol.lldp(), { kind: "LLDP", operation: "both" }],
  [DiscoveryProtocol.cdp(), { kind: "CDP", operation: "both" }],
  [DiscoveryProtocol.lldp(DiscoveryOperation.LISTEN), { kind: "LLDP", operation: "listen" }],
  [DiscoveryProtocol.cdp(DiscoveryOperation.ADVERTISE), { kind: "CDP", operation: "advertise" }],
  [DiscoveryProtocol.none(), { kind: "none" }],
])("%j", (protocol, parts) => expect({ ...protocol }).toEqual(parts));
