import type { Construct } from "constructs";
import { Annotations } from "../../cdktf";
import { LvmCacheMode } from "../../constructs/storage/logical-volume";
import { isUnstableDevice } from "../../constructs/storage/storage-address";
import type { StorageBackendSettings } from "../../constructs/storage/storage-backend";
import { TierName } from "../../constructs/storage/storage-tier";
import { type Practice, STORAGE_BACKEND_PRACTICES } from "../../practices";
import type { TierIntent } from "../platform";

/** Warns of what a backend makes possible and guests would suffer from. */
export function warnOfStorage(scope: Construct, { backend, tier }: TierIntent): void {
  for (const [what, { reason, id }] of warnings(backend.settings, tier)) {
    Annotations.of(scope).addWarning(`tier ${tier}: ${what}: ${reason} [${id}]`);
  }
}

function warnings(settings: StorageBackendSettings, tier: string): [string, Practice][] {
  const { stableDeviceNames, cacheWriteBack, deduplicationMemory, s3Archive, onePath } = STORAGE_BACKEND_PRACTICES;
  switch (settings.kind) {
    case "disk":
      return isUnstableDevice(settings.device) ? [[settings.device, stableDeviceNames]] : [];
    case "filesystem": {
      const volume = settings.logicalVolume?.settings;
      return [
        ...(isUnstableDevice(settings.device) ? [[settings.device, stableDeviceNames] as [string, Practice]] : []),
        ...(volume?.kind === "cached" && volume.mode === LvmCacheMode.WRITE_BACK
          ? [["a write-back cache", cacheWriteBack] as [string, Practice]]
          : []),
      ];
    }
    case "iscsi":
    case "iscsi-direct":
    case "fibre-channel":
      return [[`one path to ${settings.kind}`, onePath]];
    case "zfs":
      return settings.deduplication ? [["deduplication", deduplicationMemory]] : [];
    case "s3":
      return tier === TierName.ARCHIVE ? [] : [[`bucket ${settings.bucket}`, s3Archive]];
    default:
      return [];
  }
}
