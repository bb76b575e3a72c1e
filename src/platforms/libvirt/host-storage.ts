import { type Multipath, PathGrouping, PathSelector } from "../../constructs/storage/multipath";
import { portalText } from "../../constructs/storage/storage-address";
import type { StorageBackendSettings } from "../../constructs/storage/storage-backend";
import type { StorageConnection } from "../../constructs/storage/storage-connection";
import { loginIscsi } from "../../linux/iscsi";
import { makeLogicalVolume } from "../../linux/logical-volume";
import { mountS3, mountSmb } from "../../linux/mounts";
import { MULTIPATH_CONF, type MultipathTuning, multipathConf } from "../../linux/multipath";
import { connectNvme, NVME_MULTIPATH } from "../../linux/nvme-of";
import { makeStorageService, shellLine } from "../../linux/storage-service";
import { setZfs } from "../../linux/zfs";
import { STORAGE_BACKEND_LIMITS } from "../../practices";
import { hashOf } from "./definition";
import type { HostFiles } from "./host-files";
import { mountFolder } from "./pool-definition";

/**
 * Writes what a host needs before libvirt can have a pool on a backend.
 * @returns whether there is anything
 */
export function writeHostStorage(files: HostFiles, where: string, settings: StorageBackendSettings): boolean {
  const over = "over" in settings ? settings.over : undefined;
  const multipath = settings.kind === "multipath" ? settings.multipath : undefined;
  const before = over === undefined ? [] : [connect(files, where, over, multipath)];
  switch (settings.kind) {
    case "filesystem": {
      const { logicalVolume, format } = settings;
      if (logicalVolume === undefined) {
        return before.length > 0;
      }
      const { volumeGroup, name } = logicalVolume.settings;
      const service = files.service(`volume-${volumeGroup}-${name}`, where);
      makeLogicalVolume(service, logicalVolume.settings, format);
      for (const unit of before) {
        service.append("Unit", "Requires", unit).append("Unit", "After", unit);
      }
      return true;
    }
    case "multipath":
      joinPaths(files, where, settings.multipath);
      return true;
    case "smb":
      mountSmb(files.service(`smb-${hashOf(mountFolder(settings))}`, where), mountFolder(settings), settings);
      return true;
    case "s3":
      mountS3(files.service(`s3-${hashOf(mountFolder(settings))}`, where), mountFolder(settings), settings);
      return true;
    case "zfs": {
      const { dataset, compression, deduplication } = settings;
      if (compression === undefined && deduplication === undefined) {
        return false;
      }
      setZfs(files.service(`zfs-${hashOf(dataset)}`, where), dataset, settings);
      return true;
    }
    default:
      return before.length > 0;
  }
}

/**
 * @param joined how the pool on the connection has paths joined; that counts before what the connection says
 * @returns the service's name
 */
function connect(files: HostFiles, where: string, { settings }: StorageConnection, joined?: Multipath): string {
  if (settings.kind === "nvme") {
    const name = `nvme-${hashOf(settings.subsystem)}`;
    files.add(NVME_MULTIPATH, where);
    connectNvme(files.service(name, where), settings);
    return `virtuned-${name}.service`;
  }
  const name = `iscsi-${hashOf(settings.target)}`;
  const { target, portals } = settings;
  const multipath = joined ?? settings.multipath;
  if (multipath !== undefined) {
    joinPaths(files, where, multipath);
  }
  loginIscsi(files.service(name, where), {
    target,
    portals: portals.map(portalText),
    multipath: multipath !== undefined,
  });
  return `virtuned-${name}.service`;
}

function joinPaths(files: HostFiles, where: string, { settings }: Multipath): void {
  const { arrays, ignoredDisks } = settings;
  const content = multipathConf({
    ...tuning(settings),
    arrays: arrays.map((array) => ({ vendor: array.vendor, product: array.product, ...tuning(array) })),
    ignoredDisks,
    pollSeconds: STORAGE_BACKEND_LIMITS.multipathPollSeconds,
    defaults: {
      grouping: PathGrouping.BY_PRIORITY,
      selector: PathSelector.SERVICE_TIME,
      retry: String(STORAGE_BACKEND_LIMITS.multipathRetries),
    },
  });
  files.add({ path: MULTIPATH_CONF, content }, where);
  makeStorageService(files.service("multipath", where), "Paths to LUNs", ["multipathd.service"])
    // The service is started anew when the file says something else.
    .set("Service", "Environment", `CONFIGURATION=${hashOf(content)}`)
    .append("Service", "ExecStart", shellLine("multipathd reconfigure", "udevadm settle"));
}

function tuning({
  grouping,
  selector,
  noPath,
}: Multipath["settings"]["arrays"][number] | Multipath["settings"]): MultipathTuning {
  return { grouping, selector, retry: noPath?.retry };
}
