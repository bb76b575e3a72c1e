import { DatastoreCluster } from "@cdktf/provider-vsphere/lib/datastore-cluster";
import type { Construct } from "constructs";
import { StorageDrs, type StorageDrsSettings, USUAL_IO_BALANCING } from "../../constructs/storage/storage-drs";
import { ConfigurationError } from "../../errors";
import { VSPHERE_STORAGE_LIMITS, VSPHERE_STORAGE_PRACTICES } from "../../practices";
import type { TierIntent } from "../platform";
import { type Datastore, hostsOf, makeDatastore } from "./datastore";
import { policyByTag } from "./storage-policy";
import type { VsphereTier } from "./tier";
import type { VspherePlatform } from "./vsphere-platform";

/** A tier whose datastores Storage DRS looks after. */
export function createClusteredTier(platform: VspherePlatform, scope: Construct, intent: TierIntent): VsphereTier {
  const where = scope.node.path;
  const { settings } = intent.storageDrs ?? StorageDrs.automated();
  const cluster = new DatastoreCluster(scope, `${intent.tier}-cluster`, {
    provider: platform._provider,
    // The datastores are made beside it before they are moved in, and the first has the tier's name.
    name: `${intent.name}-cluster`,
    datacenterId: platform._inventory.datacenterId,
    sdrsEnabled: true,
    sdrsAutomationLevel: settings.automation,
    sdrsSpaceUtilizationThreshold: settings.spaceUsed,
    sdrsFreeSpaceUtilizationDifference: settings.spaceDifference,
    sdrsLoadBalanceInterval: settings.intervalMinutes,
    sdrsDefaultIntraVmAffinity: settings.keepDisksTogether,
    ...ioBalancing(where, settings, platform._majorVersion),
  });
  const hosts = hostsOf(scope, intent);
  const { storagePolicyId, tags } = policyByTag(platform, scope, intent);
  const datastores = [{ name: undefined, backend: intent.backend, weight: 1 }, ...intent.others].map((part) => {
    checkPart(where, intent, part);
    const suffix = part.name === undefined ? "" : `-${part.name}`;
    return makeDatastore(platform, scope, part.backend, {
      id: `${intent.tier}-datastore${suffix}`,
      name: `${intent.name}${suffix}`,
      hosts,
      tags,
      datastoreClusterId: cluster.id,
      protectData: intent.protectData,
    });
  });
  return {
    platform,
    name: intent.name,
    backend: intent.backend,
    preallocation: intent.volumes.preallocation,
    datastoreClusterId: cluster.id,
    storagePolicyId,
    storageDrs: settings,
    datastores: datastores as Datastore[],
  };
}

function checkPart(
  where: string,
  { tier }: TierIntent,
  { backend, weight }: { readonly backend: TierIntent["backend"]; readonly weight: number },
): void {
  if (backend.kind !== "nfs" && backend.kind !== "vmfs") {
    throw new ConfigurationError({
      where,
      what: `the ${tier} tier is a datastore cluster, which this program can put those datastores into that it makes`,
      given: backend,
      allowed: "StorageBackend.vmfs(), .nfs()",
      mend: "put datastores that are there into a cluster in vCenter, and name that: StorageBackend.datastoreCluster()",
      practice: VSPHERE_STORAGE_PRACTICES.existingAlone.id,
    });
  }
  if (weight !== 1) {
    throw new ConfigurationError({
      where,
      what: `Storage DRS decides where the volumes of the ${tier} tier are, not a weight`,
      given: `${backend} with weight ${weight}`,
      mend: "leave `weight` out, or make it a tier of its own",
      practice: VSPHERE_STORAGE_PRACTICES.drsPlaces.id,
    });
  }
}

function ioBalancing(where: string, { ioBalancing: given }: StorageDrsSettings, version: number | undefined) {
  const { noIoBalancingFrom } = VSPHERE_STORAGE_LIMITS;
  const gone = version !== undefined && version >= noIoBalancingFrom;
  if (given && gone) {
    throw new ConfigurationError({
      where,
      what: `Storage DRS of vSphere ${version} does not balance I/O`,
      given: `ioBalancing: from ${given.latencyMs} ms`,
      allowed: `vSphere before ${noIoBalancingFrom}`,
      mend: "leave `ioBalancing` out: space is balanced",
      practice: VSPHERE_STORAGE_PRACTICES.noIoBalancing.id,
    });
  }
  const balancing = given ?? (version !== undefined && !gone && USUAL_IO_BALANCING);
  return {
    sdrsIoLoadBalanceEnabled: balancing !== false,
    ...(balancing && {
      sdrsIoLatencyThreshold: balancing.latencyMs,
      sdrsIoLoadImbalanceThreshold: balancing.imbalance,
    }),
  };
}
