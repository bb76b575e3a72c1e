import { type Multipath, PathGrouping, PathSelector } from "../../constructs/storage/multipath";
import { REPLACEMENT_SECONDS } from "../../linux/iscsi";
import { STORAGE_BACKEND_LIMITS, STORAGE_BACKEND_PRACTICES, type TuningLog } from "../../practices";
import type { TierIntent } from "../platform";

const { noAccessTimes, noPath, nvmeMultipath, pathSelector, replacementTimeout, severalPaths } =
  STORAGE_BACKEND_PRACTICES;

/** Records what pool and host have been given for a backend, and why. */
export function explainStorage({ backend: { settings }, tier, log }: TierIntent): void {
  if (settings.kind === "filesystem") {
    log.record(noAccessTimes, `${tier}.mount_opts`, "noatime");
  }
  const over = "over" in settings ? settings.over?.settings : undefined;
  if (over?.kind === "nvme") {
    log.record(nvmeMultipath, `${tier}.nvme_core.multipath`, "Y, iopolicy=round-robin");
  }
  const ofConnection = over?.kind === "iscsi" ? over.multipath : undefined;
  const multipath = settings.kind === "multipath" ? settings.multipath : ofConnection;
  if (multipath !== undefined) {
    explainPaths(multipath, tier, log);
    if (over?.kind === "iscsi") {
      log.record(replacementTimeout, `${tier}.replacement_timeout`, REPLACEMENT_SECONDS);
    }
  }
}

function explainPaths({ settings }: Multipath, tier: string, log: TuningLog): void {
  const tuned = [
    [pathSelector, "path_selector", settings.selector, PathSelector.SERVICE_TIME],
    [severalPaths, "path_grouping_policy", settings.grouping, PathGrouping.BY_PRIORITY],
    [noPath, "no_path_retry", settings.noPath?.retry, STORAGE_BACKEND_LIMITS.multipathRetries],
  ] as const;
  for (const [practice, setting, given, value] of tuned) {
    log.record(practice, `${tier}.${setting}`, given ?? value, undefined, given !== undefined);
  }
}
