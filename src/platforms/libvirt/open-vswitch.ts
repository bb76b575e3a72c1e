import { DiscoveryProtocolKind } from "../../constructs/network/discovery-protocol";
import { type FlowExport, FlowProtocol } from "../../constructs/network/flow-export";
import { MulticastFiltering } from "../../constructs/network/multicast-filtering";
import { exec, withoutAddresses } from "../../linux";
import { HOST_NETWORK_LIMITS } from "../../practices";
import type { SwitchIntent } from "../platform";
import { bondName, uplinksInUse } from "./bond";
import type { HostFiles } from "./host-files";

/** Services of distributions. */
const OPEN_VSWITCH = "openvswitch-switch.service openvswitch.service";
const LIBVIRT = "libvirtd.service virtqemud.service";

/** Rows that the service made for a bridge before. */
const find = (table: string, column: string) =>
  `$(ovs-vsctl --timeout=30 --bare --columns=${column} find ${table} "external_ids:virtuned=$bridge")`;

/**
 * Makes the bridge what the arguments say, in one transaction: what is the same before and after it goes on without a break. Ports that an
 * earlier version of the service made go first; those of guests stay. The row `@qos` can't be made anew while a port refers to it.
 */
const MAKE = [
  "bridge=$1; shift",
  `for port in ${find("port", "name")}; do set -- -- del-port "$port" "$@"; done`,
  `qos=${find("qos", "_uuid")}`,
  'if [ -n "$qos" ]; then set -- get qos "$qos" "$@"',
  'else set -- create qos type=linux-noop "external_ids:virtuned=$bridge" "$@"; fi',
  'exec ovs-vsctl --timeout=30 -- --may-exist add-br "$bridge" -- --id=@qos "$@"',
].join("; ");

/**
 * A service that is stopped to be started anew, or because the host goes down, is enabled still: then the bridge stays, with guests on it.
 * Asked of the files, as a systemd that is going down may not answer.
 */
const REMOVE = [
  'if systemctl --root=/ is-enabled --quiet "$1"; then exit; fi',
  "bridge=$2",
  'ovs-vsctl --timeout=30 --if-exists del-br "$bridge"',
  `for qos in ${find("qos", "_uuid")}; do ovs-vsctl --timeout=30 destroy qos "$qos"; done`,
].join("; ");

/**
 * Writes the service that makes an Open vSwitch bridge on a host: systemd-networkd has none.
 *
 * @param bond columns of the port of the uplinks, where they are put together
 */
export function writeOpenVSwitch(
  files: HostFiles,
  where: string,
  bridge: string,
  intent: SwitchIntent,
  bond: readonly string[],
): void {
  for (const uplink of uplinksInUse(intent)) {
    // Open vSwitch sets no link up and takes no address away.
    withoutAddresses(files, uplink, intent.mtu, where);
  }
  const name = `ovs-${bridge}`;
  const steps = [
    ...setBridge(bridge, intent),
    ...addUplinks(bridge, intent, bond),
    ...exportFlows(bridge, intent.flowExport),
  ];
  const transaction = steps.flatMap((step) => ["--", ...step]);
  files
    .service(name, where)
    .set("Unit", "Description", `Open vSwitch bridge ${bridge}`)
    .set("Unit", "Wants", OPEN_VSWITCH)
    .set("Unit", "After", OPEN_VSWITCH)
    .set("Unit", "Before", LIBVIRT)
    .set("Service", "ExecStart", exec("/bin/sh", "-euc", MAKE, "sh", bridge, ...transaction))
    .set("Service", "ExecStop", exec("/bin/sh", "-euc", REMOVE, "sh", `virtuned-${name}.service`, bridge));
}

/** Words of a command of `ovs-vsctl`. */
type Step = readonly string[];

function setBridge(bridge: string, { mtu, multicastFiltering }: SwitchIntent): Step[] {
  return [
    ["set", "bridge", bridge, `mcast_snooping_enable=${multicastFiltering === MulticastFiltering.SNOOPING}`],
    ["set", "interface", bridge, `mtu_request=${mtu}`],
  ];
}

function addUplinks(bridge: string, intent: SwitchIntent, bond: readonly string[]): Step[] {
  const uplinks = uplinksInUse(intent);
  if (uplinks.length === 0) {
    return [];
  }
  const port = uplinks.length > 1 ? bondName(bridge) : uplinks[0]!;
  const lldp = intent.discovery?.kind === DiscoveryProtocolKind.LLDP;
  return [
    // They may be ports of their own, which no other port can have as its links.
    ...uplinks.map((uplink) => ["--if-exists", "del-port", uplink]),
    uplinks.length > 1 ? ["add-bond", bridge, port, ...uplinks] : ["add-port", bridge, port],
    // Otherwise Open vSwitch removes what else shapes the uplinks.
    ["set", "port", port, `external_ids:virtuned=${bridge}`, "qos=@qos", ...bond],
    ...uplinks.map((uplink) => ["set", "interface", uplink, `mtu_request=${intent.mtu}`, `lldp:enable=${lldp}`]),
  ];
}

/** Rows that nothing refers to any more are removed by the database. */
function exportFlows(bridge: string, flows: FlowExport | undefined): Step[] {
  const none = ["clear", "bridge", bridge, "sflow", "ipfix"];
  if (flows === undefined) {
    return [none];
  }
  const { protocol, collector, port, sampling } = flows;
  const targets = `targets="${collector.includes(":") ? `[${collector}]` : collector}:${port}"`;
  const table = protocol === FlowProtocol.SFLOW ? "sflow" : "ipfix";
  const settings =
    protocol === FlowProtocol.SFLOW
      ? [`sampling=${sampling}`, `polling=${flows.polling!.toSeconds()}`, `header=${flows.header!.toBytes()}`]
      : [
          `sampling=${Math.max(1, sampling)}`,
          `cache_active_timeout=${flows.activeTimeout!.toSeconds()}`,
          `cache_max_flows=${HOST_NETWORK_LIMITS.ipfixCachedFlows}`,
          ...(flows.observationDomain === undefined ? [] : [`obs_domain_id=${flows.observationDomain}`]),
        ];
  return [none, ["--id=@flows", "create", table, targets, ...settings], ["set", "bridge", bridge, `${table}=@flows`]];
}
