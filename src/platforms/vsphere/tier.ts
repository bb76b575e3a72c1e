import { NasDatastore } from "@cdktf/provider-vsphere/lib/nas-datastore";
import { Tag } from "@cdktf/provider-vsphere/lib/tag";
import { TagCategory } from "@cdktf/provider-vsphere/lib/tag-category";
import { VmStoragePolicy } from "@cdktf/provider-vsphere/lib/vm-storage-policy";
import type { Construct } from "constructs";
import { Preallocation } from "../../constructs/storage/preallocation";
import { type NfsSettings, NfsVersion } from "../../constructs/storage/storage-backend";
import { ConfigurationError } from "../../errors";
import { TIER_PRACTICES, VSPHERE_PRACTICES } from "../../practices";
import type { PlatformTier, TierIntent } from "../platform";
import type { VsphereHost } from "./vsphere-host";
import type { VspherePlatform } from "./vsphere-platform";

/** Where disks are put: a datastore or a datastore cluster, under a storage policy or none. */
export interface VsphereTier extends PlatformTier {
  readonly name: string;
  readonly datastoreId?: string;
  readonly datastoreClusterId?: string;
  readonly storagePolicyId?: string;
  /** Of new disks that do not say it. */
  readonly preallocation?: Preallocation;
  /** Terraform's address of the datastore, where this program makes it. */
  readonly made?: string;
}

export function createTier(platform: VspherePlatform, scope: Construct, intent: TierIntent): VsphereTier {
  const { backend } = intent;
  const { settings } = backend;
  refuseWhatVsphereLacks(scope.node.path, intent);
  const inventory = platform._inventory;
  const storagePolicyId =
    intent.storagePolicy === undefined ? undefined : inventory.storagePolicyId(intent.storagePolicy);
  const tier = { platform, name: intent.name, storagePolicyId, preallocation: intent.volumes.preallocation };
  switch (settings.kind) {
    case "datastore":
      return { ...tier, datastoreId: inventory.datastoreId(settings.name) };
    case "datastore-cluster":
      return { ...tier, datastoreClusterId: inventory.datastoreClusterId(settings.name) };
    case "nfs":
      return mountNfs(platform, scope, intent, settings, tier);
    default:
      throw new ConfigurationError({
        where: scope.node.path,
        what: `vSphere has no ${settings.kind === "lvm" ? "LVM volume groups" : settings.kind === "directory" ? "directories of hosts" : `storage of the kind ${settings.kind}`} for the ${intent.tier} tier`,
        given: backend,
        allowed: "StorageBackend.datastore(), .datastoreCluster(), .nfs()",
        mend: "name a datastore of the inventory",
        practice: VSPHERE_PRACTICES.tierBackends.id,
      });
  }
}

function refuseWhatVsphereLacks(where: string, { tier, others, volumes }: TierIntent): void {
  const { format, clusterSize, encryptionSecret, preallocation } = volumes;
  const refuse = (what: string, given: unknown, mend: string, practice: string): never => {
    throw new ConfigurationError({ where, what, given, mend, practice });
  };
  if (others.length > 0) {
    refuse(
      `vSphere has one backend for a tier, and tier ${tier} names more`,
      others.map(({ name }) => name),
      "use StorageBackend.datastoreCluster(): its datastores are the tier's space",
      VSPHERE_PRACTICES.tierBackends.id,
    );
  }
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
      "use Preallocation.NONE, .FALLOC or .FULL",
      TIER_PRACTICES.preallocation.id,
    );
  }
}

function mountNfs(
  platform: VspherePlatform,
  scope: Construct,
  intent: TierIntent,
  { server, path, version, mountPath }: NfsSettings,
  tier: Omit<VsphereTier, "datastoreId" | "made">,
): VsphereTier {
  const where = scope.node.path;
  const practice = VSPHERE_PRACTICES.tierBackends.id;
  if (version !== undefined && version !== NfsVersion.V3 && version !== NfsVersion.V4_1) {
    throw new ConfigurationError({
      where,
      what: `vSphere does not mount NFS ${version}`,
      given: intent.backend,
      allowed: "NfsVersion.V3, NfsVersion.V4_1",
      practice,
    });
  }
  if (mountPath !== undefined) {
    throw new ConfigurationError({
      where,
      what: "vSphere mounts datastores where it wants",
      given: mountPath,
      mend: "leave `mountPath` out",
      practice,
    });
  }
  if (intent.hosts.length === 0) {
    throw new ConfigurationError({
      where,
      what: `the ${intent.tier} tier is an NFS datastore, and there are no hosts to mount it on`,
      given: intent.backend,
      mend: 'give the platform its hosts: hosts: [VsphereHost.named("esx1.example.org")]',
      practice: VSPHERE_PRACTICES.datastoreHosts.id,
    });
  }
  const tagged = tier.storagePolicyId === undefined ? tagTier(platform, scope, intent) : undefined;
  const datastore = new NasDatastore(scope, `${intent.tier}-datastore`, {
    provider: platform._provider,
    name: intent.name,
    hostSystemIds: (intent.hosts as readonly VsphereHost[]).map((host) => platform._inventory.hostId(host)),
    type: version === NfsVersion.V4_1 ? "NFS41" : "NFS",
    remoteHosts: [server],
    remotePath: path,
    ...(tagged !== undefined && { tags: [tagged.tagId] }),
    ...(intent.protectData && { lifecycle: { preventDestroy: true } }),
  });
  return {
    ...tier,
    ...(tagged && { storagePolicyId: tagged.policyId }),
    datastoreId: datastore.id,
    made: `${datastore.terraformResourceType}.${datastore.friendlyUniqueId}`,
  };
}

/** A storage policy for the datastores that carry the tier's tag, so that more of them can be added by tagging. */
function tagTier(platform: VspherePlatform, scope: Construct, intent: TierIntent) {
  const provider = platform._provider;
  const category =
    (scope.node.tryFindChild("tag-category") as TagCategory | undefined) ??
    new TagCategory(scope, "tag-category", {
      provider,
      name: `${intent.pool} tier`,
      description: `Tiers of the storage pool ${intent.pool}`,
      cardinality: "SINGLE",
      associableTypes: ["Datastore"],
    });
  const tag = new Tag(scope, `${intent.tier}-tag`, { provider, name: intent.tier, categoryId: category.id });
  const policy = new VmStoragePolicy(scope, `${intent.tier}-policy`, {
    provider,
    name: intent.name,
    description: `Datastores of the ${intent.tier} tier of the storage pool ${intent.pool}`,
    tagRules: [{ tagCategory: category.name, tags: [tag.name], includeDatastoresWithTags: true }],
  });
  return { tagId: tag.id, policyId: policy.id };
}
