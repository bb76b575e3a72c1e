import { makeStorageService, shellLine } from "./storage-service";
import type { UnitFile } from "./unit-file";

export interface ZfsProperties {
  readonly compression?: string;
  readonly deduplication?: boolean;
}

/** Sets properties of a dataset that its zvols inherit. */
export function setZfs(service: UnitFile, dataset: string, { compression, deduplication }: ZfsProperties): void {
  const properties = [
    ...(compression === undefined ? [] : [`compression=${compression}`]),
    ...(deduplication === undefined ? [] : [`dedup=${deduplication ? "on" : "off"}`]),
  ];
  makeStorageService(service, `Properties of ${dataset}`, ["zfs.target"]).append(
    "Service",
    "ExecStart",
    shellLine(`zfs set ${properties.join(" ")} ${dataset}`),
  );
}
