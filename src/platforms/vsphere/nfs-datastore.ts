import { NasDatastore } from "@cdktf/provider-vsphere/lib/nas-datastore";
import type { Construct } from "constructs";
import { NfsSecurity, type NfsSettings, NfsVersion } from "../../constructs/storage/storage-backend";
import { ConfigurationError } from "../../errors";
import { VSPHERE_PRACTICES, VSPHERE_STORAGE_PRACTICES } from "../../practices";
import type { DatastoreOptions } from "./datastore";
import type { VspherePlatform } from "./vsphere-platform";

const SECURITY_TYPES: Record<NfsSecurity, string> = {
  [NfsSecurity.SYS]: "AUTH_SYS",
  [NfsSecurity.KRB5]: "SEC_KRB5",
  [NfsSecurity.KRB5I]: "SEC_KRB5I",
};

/** An export, mounted on each host. */
export function mountNfs(
  platform: VspherePlatform,
  scope: Construct,
  settings: NfsSettings,
  { id, name, hosts, tags, datastoreClusterId, protectData }: DatastoreOptions,
): NasDatastore {
  checkNfs(scope.node.path, settings);
  const { server, path, version, moreServers = [], security } = settings;
  return new NasDatastore(scope, id, {
    provider: platform._provider,
    name,
    hostSystemIds: hosts.map((host) => platform._inventory.hostId(host)),
    type: version === NfsVersion.V4_1 ? "NFS41" : "NFS",
    remoteHosts: [server, ...moreServers],
    remotePath: path,
    ...(security !== undefined && { securityType: SECURITY_TYPES[security] }),
    ...(tags !== undefined && { tags }),
    ...(datastoreClusterId !== undefined && { datastoreClusterId }),
    ...(protectData && { lifecycle: { preventDestroy: true } }),
  });
}

function checkNfs(where: string, settings: NfsSettings): void {
  const { version, moreServers, security } = settings;
  if (version !== undefined && version !== NfsVersion.V3 && version !== NfsVersion.V4_1) {
    throw new ConfigurationError({
      where,
      what: `vSphere does not mount NFS ${version}`,
      given: `nfs ${settings.server}:${settings.path}`,
      allowed: "NfsVersion.V3, NfsVersion.V4_1",
      practice: VSPHERE_PRACTICES.tierBackends.id,
    });
  }
  for (const [option, what] of [
    ["mountPath", "vSphere mounts datastores where it wants"],
    ["connections", "vSphere has no number of connections of a datastore"],
    ["requestSize", "vSphere itself decides how much a request reads or writes"],
  ] as const) {
    if (settings[option] !== undefined) {
      throw new ConfigurationError({
        where,
        what,
        given: String(settings[option]),
        mend: `leave \`${option}\` out`,
        practice: VSPHERE_PRACTICES.tierBackends.id,
      });
    }
  }
  const needs41 =
    moreServers !== undefined && moreServers.length > 0
      ? `moreServers: ${moreServers.join(", ")}`
      : security !== undefined && security !== NfsSecurity.SYS
        ? `security: ${security}`
        : undefined;
  if (needs41 !== undefined && version !== NfsVersion.V4_1) {
    throw new ConfigurationError({
      where,
      what: "NFS 3 has one server and no Kerberos",
      given: needs41,
      mend: "give version: NfsVersion.V4_1, or leave it out",
      practice: VSPHERE_STORAGE_PRACTICES.nfsOptions.id,
    });
  }
}
