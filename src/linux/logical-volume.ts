import type { DataSize } from "../units";
import { shellWord } from "./quote";
import { makeStorageService, shellLine } from "./storage-service";
import type { UnitFile } from "./unit-file";

interface Named {
  readonly volumeGroup: string;
  readonly name: string;
  readonly size: DataSize;
}

/** A logical volume that LVM does not make in one step, or not by libvirt. */
export type LvmVolume =
  | (Named & { readonly kind: "thin"; readonly poolSize: DataSize })
  | (Named & {
      readonly kind: "cached";
      readonly slowDevice: string;
      readonly fastDevice: string;
      readonly cacheSize: DataSize;
      readonly mode: string;
    })
  | (Named & {
      readonly kind: "vdo";
      readonly physicalSize: DataSize;
      readonly compression: boolean;
      readonly deduplication: boolean;
    });

/** Makes a logical volume where it is missing, and a file system on it where it has nothing. What is there is never touched. */
export function makeLogicalVolume(service: UnitFile, volume: LvmVolume, format: string): void {
  const { volumeGroup, name } = volume;
  makeStorageService(service, `Logical volume ${volumeGroup}/${name}`, ["local-fs.target"]);
  for (const command of steps(volume)) {
    service.append("Service", "ExecStart", shellLine(command));
  }
  const device = `/dev/${volumeGroup}/${name}`;
  // Discarding all of a thin volume or of VDO takes long and frees nothing.
  const make = format === "xfs" ? `mkfs.xfs -K ${device}` : `mkfs.${format} -E nodiscard ${device}`;
  service.append(
    "Service",
    "ExecStart",
    shellLine(`found=0`, `blkid -p ${device} >/dev/null || found=$?`, `[ $found != 2 ] || ${make}`),
  );
}

function steps(volume: LvmVolume): string[] {
  const { volumeGroup, name, size } = volume;
  const whole = `${volumeGroup}/${name}`;
  switch (volume.kind) {
    case "thin":
      return [
        unless(
          `${whole}_pool`,
          `lvcreate --type thin-pool --size ${text(volume.poolSize)} --name ${name}_pool ${volumeGroup}`,
        ),
        unless(
          whole,
          `lvcreate --type thin --virtualsize ${text(size)} --thinpool ${name}_pool --name ${name} ${volumeGroup}`,
        ),
      ];
    case "cached":
      return [
        unless(whole, `lvcreate --size ${text(size)} --name ${name} ${volumeGroup} ${shellWord(volume.slowDevice)}`),
        `[ $(lvs --noheadings --options segtype ${whole}) = cache ] || { ${unless(
          `${whole}_cache`,
          `lvcreate --size ${text(volume.cacheSize)} --name ${name}_cache ${volumeGroup} ${shellWord(volume.fastDevice)}`,
        )}; lvconvert --yes --type cache --cachevol ${name}_cache --cachemode ${volume.mode} ${whole}; }`,
      ];
    case "vdo": {
      const { physicalSize, compression, deduplication } = volume;
      const flags = `--compression ${yesNo(compression)} --deduplication ${yesNo(deduplication)}`;
      return [
        unless(
          whole,
          `lvcreate --type vdo --size ${text(physicalSize)} --virtualsize ${text(size)} ${flags} --name ${name} ${whole}_pool`,
        ),
      ];
    }
  }
}

function unless(volume: string, make: string): string {
  return `lvs ${volume} >/dev/null 2>&1 || ${make}`;
}

function text(size: DataSize): string {
  return `${size.toMebibytes()}m`;
}

function yesNo(flag: boolean): string {
  return flag ? "y" : "n";
}
