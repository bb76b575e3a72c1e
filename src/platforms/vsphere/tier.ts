import type { Construct } from "constructs";
import { Annotations } from "../../cdktf";
import { Preallocation } from "../../constructs/storage/preallocation";
import type { StorageBackend, StorageBackendKind } from "../../constructs/storage/storage-backend";
import type { StorageDrsSettings } from "../../constructs/storage/storage-drs";
import { ConfigurationError } from "../../errors";
import { TIER_PRACTICES, VSPHERE_PRACTICES, VSPHERE_STORAGE_PRACTICES } from "../../practices";
import type { PlatformTier, TierIntent } from "../platform";
import { type Datastore, hostsOf, makeDatastore } from "./datastore";
import { createClusteredTier } from "./datastore-cluster";
import { givenPolicy, policyByTag } from "./storage-policy";
import type { VspherePlatform } from "./vsphere-platform";

/** Where disks are put: a datastore or a datastore cluster, under a storage policy or none. */
export interface VsphereTier extends PlatformTier {
  readonly name: string;
  /** The first, where there are several. */
  readonly backend: StorageBackend;
  /** What is taken of a new disk's space, where the disk does not say. */
  readonly preallocation?: Preallocation;
  readonly datastoreId?: string;
  readonly datastoreClusterId?: string;
  readonly storagePolicyId?: string;
  /** Of a cluster that this program makes. */
  readonly storageDrs?: StorageDrsSettings;
  /** Those that this program makes; machines in it are made after them. */
  readonly datastores: readonly Datastore[];
}

export function createTier(platform: VspherePlatform, scope: Construct, intent: TierIntent): VsphereTier {
  const where = scope.node.path;
  refuseWhatVmdksLack(where, intent);
  const backends = [intent.backend, ...intent.others.map(({ backend }) => backend)];
  for (const backend of backends) {
    checkBackend(where, intent, backend);
  }
  if (backends.length > 1 || intent.storageDrs !== undefined) {
    return createClusteredTier(platform, scope, intent);
  }
  const { settings } = intent.backend;
  const inventory = platform._inventory;
  const tier = {
    platform,
    name: intent.name,
    backend: intent.backend,
    preallocation: intent.volumes.preallocation,
    datastores: [],
  };
  switch (settings.kind) {
    case "vsan":
      warnOfDefaultPolicy(scope, intent);
      return { ...tier, ...givenPolicy(platform, intent), datastoreId: inventory.datastoreId(settings.name) };
    case "datastore":
      return { ...tier, ...givenPolicy(platform, intent), datastoreId: inventory.datastoreId(settings.name) };
    case "datastore-cluster":
      return {
        ...tier,
        ...givenPolicy(platform, intent),
        datastoreClusterId: inventory.datastoreClusterId(settings.name),
      };
    default: {
      const hosts = hostsOf(scope, intent);
      const { storagePolicyId, tags } = policyByTag(platform, scope, intent);
      const { name, protectData } = intent;
      const id = `${intent.tier}-datastore`;
      const datastore = makeDatastore(platform, scope, intent.backend, { id, name, hosts, tags, protectData })!;
      return { ...tier, storagePolicyId, datastoreId: datastore.id, datastores: [datastore] };
    }
  }
}

const BACKENDS: readonly StorageBackendKind[] = ["vmfs", "nfs", "vsan", "datastore", "datastore-cluster"];

/** What others call storage that comes as LUNs to vSphere. */
const ON_LUNS: readonly StorageBackendKind[] = [
  "filesystem",
  "lvm",
  "disk",
  "iscsi",
  "iscsi-direct",
  "fibre-channel",
  "multipath",
];

function checkBackend(where: string, { tier }: TierIntent, backend: StorageBackend): void {
  const { kind } = backend;
  if (!BACKENDS.includes(kind)) {
    const names: Partial<Record<StorageBackendKind, string>> = {
      lvm: "LVM volume groups",
      directory: "directories of hosts",
    };
    throw new ConfigurationError({
      where,
      what: `vSphere has no ${names[kind] ?? `storage of the kind ${kind}`} for the ${tier} tier`,
      given: backend,
      allowed: "StorageBackend.vmfs(), .nfs(), .vsan(), .datastore(), .datastoreCluster()",
      mend: ON_LUNS.includes(kind)
        ? "LUNs, however the hosts reach them, carry VMFS: StorageBackend.vmfs()"
        : "name a datastore of the inventory",
      practice: VSPHERE_PRACTICES.tierBackends.id,
    });
  }
}

function refuseWhatVmdksLack(where: string, { tier, volumes }: TierIntent): void {
  const { format, clusterSize, encryptionSecret, preallocation } = volumes;
  const refuse = (what: string, given: unknown, mend: string, practice: string): never => {
    throw new ConfigurationError({ where, what, given, mend, practice });
  };
  if (format !== undefined || clusterSize !== undefined) {
    refuse(
      `ESXi has one format, VMDK, and tier ${tier} asks for another`,
      format ?? `clusters of ${clusterSize}`,
      "leave `format` and `clusterSize` out",
      VSPHERE_PRACTICES.esxiDecides.id,
    );
  }
  if (encryptionSecret !== undefined) {
    refuse(
      `vCenter encrypts by a storage policy, and tier ${tier} has a secret of libvirt`,
      encryptionSecret,
      "give the name of such a policy as `storagePolicy`",
      TIER_PRACTICES.encryption.id,
    );
  }
  if (preallocation === Preallocation.METADATA) {
    refuse(
      `VMDKs have no metadata to preallocate, and tier ${tier} asks for it`,
      preallocation,
      "use Preallocation.NONE (thin), .FALLOC (thick) or .FULL (thick and zeroed)",
      TIER_PRACTICES.preallocation.id,
    );
  }
}

function warnOfDefaultPolicy(scope: Construct, { tier, storagePolicy }: TierIntent): void {
  if (storagePolicy === undefined) {
    const { reason, id } = VSPHERE_STORAGE_PRACTICES.vsanPolicy;
    Annotations.of(scope).addWarning(`the ${tier} tier has no \`storagePolicy\`: ${reason} [${id}]`);
  }
}
