import type { NasDatastore } from "@cdktf/provider-vsphere/lib/nas-datastore";
import type { VmfsDatastore } from "@cdktf/provider-vsphere/lib/vmfs-datastore";
import type { Construct } from "constructs";
import type { StorageBackend } from "../../constructs/storage/storage-backend";
import { ConfigurationError } from "../../errors";
import { VSPHERE_PRACTICES } from "../../practices";
import type { TierIntent } from "../platform";
import { mountNfs } from "./nfs-datastore";
import { formatVmfs } from "./vmfs-datastore";
import type { VsphereHost } from "./vsphere-host";
import type { VspherePlatform } from "./vsphere-platform";

export type Datastore = NasDatastore | VmfsDatastore;

/** What all datastores that are made have in common. */
export interface DatastoreOptions {
  readonly id: string;
  readonly name: string;
  /** At least one. */
  readonly hosts: readonly VsphereHost[];
  readonly tags?: string[];
  readonly datastoreClusterId?: string;
  readonly protectData: boolean;
}

/** @returns the datastore, or `undefined` for a backend that is no datastore that could be made */
export function makeDatastore(
  platform: VspherePlatform,
  scope: Construct,
  backend: StorageBackend,
  options: DatastoreOptions,
): Datastore | undefined {
  const { settings } = backend;
  if (settings.kind === "nfs" || settings.kind === "vmfs") {
    const mend = "give the pool another `name`";
    platform._claim(scope.node.path, "a datastore of this name", options.name, mend);
  }
  if (settings.kind === "nfs") {
    return mountNfs(platform, scope, settings, options);
  }
  return settings.kind === "vmfs" ? formatVmfs(platform, scope, settings, options) : undefined;
}

export function hostsOf(scope: Construct, intent: TierIntent): readonly VsphereHost[] {
  if (intent.hosts.length === 0) {
    throw new ConfigurationError({
      where: scope.node.path,
      what: `the ${intent.tier} tier is a datastore that this program makes, and there are no hosts to mount it on`,
      given: intent.backend,
      mend: 'give the platform its hosts: hosts: [VsphereHost.named("esx1.example.org")]',
      practice: VSPHERE_PRACTICES.datastoreHosts.id,
    });
  }
  return intent.hosts as readonly VsphereHost[];
}
