import { Tag } from "@cdktf/provider-vsphere/lib/tag";
import { TagCategory } from "@cdktf/provider-vsphere/lib/tag-category";
import { VmStoragePolicy } from "@cdktf/provider-vsphere/lib/vm-storage-policy";
import type { Construct } from "constructs";
import type { TierIntent } from "../platform";
import type { VspherePlatform } from "./vsphere-platform";

/** The policy of a tier's disks, and the tags of the datastores that this program makes for it. */
export interface TierPolicy {
  readonly storagePolicyId?: string;
  readonly tags?: string[];
}

/** The policy that was given, which others keep. */
export function givenPolicy(platform: VspherePlatform, { storagePolicy }: TierIntent): TierPolicy {
  return storagePolicy === undefined ? {} : { storagePolicyId: platform._inventory.storagePolicyId(storagePolicy) };
}

/** The policy that was given, or one for the datastores that carry the tier's tag, so that more of them can be added by tagging. */
export function policyByTag(platform: VspherePlatform, scope: Construct, intent: TierIntent): TierPolicy {
  if (intent.storagePolicy !== undefined) {
    return givenPolicy(platform, intent);
  }
  const provider = platform._provider;
  const category =
    (scope.node.tryFindChild("tag-category") as TagCategory | undefined) ?? tierCategory(platform, scope, intent);
  const tag = new Tag(scope, `${intent.tier}-tag`, { provider, name: intent.tier, categoryId: category.id });
  const policy = new VmStoragePolicy(scope, `${intent.tier}-policy`, {
    provider,
    name: intent.name,
    description: `Datastores of the ${intent.tier} tier of the storage pool ${intent.pool}`,
    tagRules: [{ tagCategory: category.name, tags: [tag.name], includeDatastoresWithTags: true }],
  });
  return { storagePolicyId: policy.id, tags: [tag.id] };
}

function tierCategory(platform: VspherePlatform, scope: Construct, { pool }: TierIntent): TagCategory {
  const name = `${pool} tier`;
  platform._claim(scope.node.path, "a tag category of this name", name, "give the pool another `name`");
  return new TagCategory(scope, "tag-category", {
    provider: platform._provider,
    name,
    description: `Tiers of the storage pool ${pool}`,
    cardinality: "SINGLE",
    associableTypes: ["Datastore"],
  });
}
