import { closeSync, copyFileSync, ftruncateSync, openSync, readFileSync, writeFileSync, writeSync } from "node:fs";
import { join } from "node:path";
import { COMMAND_LINE } from "../paths";
import { run } from "../run";
import type { Parts } from "./parts";

const SECTOR = 512;
/** Where the only partition begins: 1 MiB, as partitioning tools have it. */
const START = 2048;
/** Its size: 96 MiB in sectors, room for kernels of some distributions. */
const LENGTH = 96 * 2048;
/** Geometry that FAT's boot sector states; nothing uses it since disks have linear addresses. */
const [HEADS, SECTORS_PER_TRACK] = [64, 32];

/**
 * Writes a disk image that boots with BIOS and with UEFI: one FAT partition that holds kernel and initramfs once, and
 * two boot loaders that load them: syslinux for BIOS, and the distribution's signed shim and GRUB for UEFI, because the
 * firmware that libvirt picks for `firmware = "efi"` may have Secure Boot on. All of it works on files, without mounts.
 */
export async function buildDisk(
  parts: Parts,
  kernel: string,
  initrd: string,
  work: string,
  output: string,
  signal?: AbortSignal,
): Promise<void> {
  const raw = join(work, "disk.raw");
  const partition = `${raw}@@${START * SECTOR}`;
  const env = { MTOOLS_SKIP_CHECK: "1", PATH: `${join(parts.root, "usr/bin")}:${process.env.PATH}` };
  const inParts = (path: string) => join(parts.root, path);
  const config = (name: string, text: string) => {
    writeFileSync(join(work, name), text);
    return join(work, name);
  };

  const file = openSync(raw, "w");
  ftruncateSync(file, (START + LENGTH) * SECTOR);
  writeSync(file, masterBootRecord(readFileSync(inParts("usr/lib/syslinux/mbr/mbr.bin"))));
  closeSync(file);

  const geometry = ["-T", LENGTH, "-h", HEADS, "-s", SECTORS_PER_TRACK, "-H", START].map(String);
  await run(inParts("usr/bin/mformat"), ["-i", partition, ...geometry, "-v", "GUEST", "::"], { signal, env });
  await run(inParts("usr/bin/mmd"), ["-i", partition, "::/EFI", "::/EFI/BOOT", "::/EFI/debian", "::/EFI/ubuntu"], {
    signal,
    env,
  });
  const grubConfig = config("grub.cfg", `linux /vmlinuz ${COMMAND_LINE}\ninitrd /initrd.img\nboot\n`);
  const files: Readonly<Record<string, string>> = {
    "/vmlinuz": kernel,
    "/initrd.img": initrd,
    "/EFI/BOOT/BOOTX64.EFI": inParts("usr/lib/shim/shimx64.efi.signed"),
    "/EFI/BOOT/grubx64.efi": inParts("usr/lib/grub/x86_64-efi-signed/grubx64.efi.signed"),
    // Each distribution's GRUB looks in a folder of its own name.
    "/EFI/debian/grub.cfg": grubConfig,
    "/EFI/ubuntu/grub.cfg": grubConfig,
    "/syslinux.cfg": config(
      "syslinux.cfg",
      `serial 0 115200\ndefault guest\nlabel guest\n linux /vmlinuz\n initrd /initrd.img\n append ${COMMAND_LINE}\n`,
    ),
  };
  for (const [target, source] of Object.entries(files)) {
    await run(inParts("usr/bin/mcopy"), ["-i", partition, source, `::${target}`], { signal, env });
  }
  await run(inParts("usr/bin/syslinux"), ["--offset", String(START * SECTOR), "--install", raw], { signal, env });

  await run("qemu-img", ["convert", "-f", "raw", "-O", "qcow2", "-c", raw, join(work, "disk.qcow2")], { signal });
  copyFileSync(join(work, "disk.qcow2"), output);
}

/** Boot code for BIOS, which starts the active partition, and a table with one partition. */
export function masterBootRecord(bootCode: Buffer): Buffer {
  const sector = Buffer.alloc(SECTOR);
  bootCode.copy(sector, 0, 0, 440);
  const entry = 446;
  sector[entry] = 0x80; // active
  sector[entry + 4] = 0xef; // EFI system partition
  sector.fill(0xff, entry + 5, entry + 8); // "see the linear address", for both ends
  sector.fill(0xff, entry + 1, entry + 4);
  sector.writeUInt32LE(START, entry + 8);
  sector.writeUInt32LE(LENGTH, entry + 12);
  sector.writeUInt16BE(0x55aa, 510);
  return sector;
}
