import { shellWord } from "./quote";
import { makeNetworkStorageService, shellLine } from "./storage-service";
import type { UnitFile } from "./unit-file";

/** QEMU's processes are in it, whatever they run as: owners can't be set on these file systems. */
const GROUP = "kvm";

/** A share of an SMB server. libvirt itself would mount it as a guest, without a password. */
export interface SmbShare {
  /** Name or IPv4 address. */
  readonly server: string;
  readonly share: string;
  readonly credentialsFile: string;
}

/** Mounts a share. It stays mounted when the service is started anew: guests may be using it. */
export function mountSmb(service: UnitFile, path: string, { server, share, credentialsFile }: SmbShare): void {
  const source = `//${server}/${share}`;
  const options = [
    `credentials=${credentialsFile}`,
    "vers=3.1.1",
    "hard",
    `gid=${GROUP}`,
    "file_mode=0660",
    "dir_mode=0770",
    "nodev",
    "nosuid",
    "noexec",
  ];
  const mount = `mount -t cifs ${shellWord(source)} ${shellWord(path)} -o ${shellWord(options.join(","))}`;
  makeNetworkStorageService(service, `SMB share ${source}`).append("Service", "ExecStart", mountOnce(path, mount));
}

export interface S3Bucket {
  readonly bucket: string;
  readonly endpoint: string;
  readonly passwordFile: string;
}

/** Mounts a bucket with s3fs, whose process stays when the service is started anew: guests may be using it. */
export function mountS3(service: UnitFile, path: string, { bucket, endpoint, passwordFile }: S3Bucket): void {
  const options = [
    `url=${endpoint}`,
    `passwd_file=${passwordFile}`,
    "use_path_request_style",
    "allow_other",
    "umask=0007",
    "mp_umask=0007",
  ];
  const mount = `s3fs ${bucket} ${shellWord(path)} -o ${shellWord(options.join(","))} -o gid=$(getent group ${GROUP} | cut -d: -f3)`;
  makeNetworkStorageService(service, `Bucket ${bucket} of ${endpoint}`)
    .set("Service", "KillMode", "process")
    .append("Service", "ExecStart", mountOnce(path, mount));
}

/** While nothing is mounted there nothing can be written there: it would be on the host's own disk, and hidden once the mount is back. */
function mountOnce(path: string, mount: string): string {
  const folder = shellWord(path);
  return shellLine(`mountpoint -q ${folder} || { mkdir -p ${folder}; chattr +i ${folder} || true; ${mount}; }`);
}
