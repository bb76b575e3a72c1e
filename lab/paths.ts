import { join } from "node:path";
import { LabError } from "./errors";

/** Name of a lab for which none is given. */
const DEFAULT_NAME = "lab";

/** Folder of all labs' sockets; short, because the path of a Unix socket has at most 107 bytes. */
export const RUN_ROOT = "/run/virtuned-lab";

/** Folder of all labs' definitions, images and logs. */
export const STATE_ROOT = "/var/lib/virtuned-lab";

/** What can be known of a lab from its name alone, whether it is up or not. */
export interface Lab {
  readonly name: string;
  /** libvirt's connection URI: for `virsh -c`, and for the Terraform provider's `uri`. */
  readonly uri: string;
  /** The network namespace, as `ip netns` knows it; also the host name that the lab's libvirt gives. */
  readonly netns: string;
  readonly socket: string;
  /** Sockets and PID files. */
  readonly runFolder: string;
  /** All other files, gone after `down`. */
  readonly stateFolder: string;
  /** Free for storage pools and images; the path is the same inside the lab and outside. */
  readonly imagesFolder: string;
  readonly guest: GuestFiles;
}

/** The small Linux system that comes with a lab. */
export interface GuestFiles {
  /** For direct kernel boot: libvirt's `os.kernel`. */
  readonly kernel: string;
  /** For direct kernel boot: libvirt's `os.initrd`. */
  readonly initrd: string;
  /** A kernel command line for direct kernel boot that puts the console on the first serial port. */
  readonly commandLine: string;
  /** The same system as a qcow2 image that boots with BIOS and with UEFI. */
  readonly disk: string;
}

/** The kernel command line that a guest needs. */
export const COMMAND_LINE = "console=ttyS0 quiet";

/**
 * The lab of a name.
 *
 * @throws LabError if the name is not a lower-case letter followed by at most 15 of a-z, 0-9 and `-`
 */
export function labNamed(name: string = DEFAULT_NAME): Lab {
  if (!/^[a-z][a-z0-9-]{0,15}$/.test(name)) {
    throw new LabError(
      `"${name}" can't name a lab: a name is a lower-case letter followed by at most 15 of a-z, 0-9 and "-", such as "lab" or "site-b".`,
    );
  }
  const runFolder = join(RUN_ROOT, name);
  const stateFolder = join(STATE_ROOT, name);
  const socket = join(runFolder, "libvirt", "libvirt-sock");
  return {
    name,
    uri: `qemu:///system?socket=${socket}`,
    netns: `virtuned-${name}`,
    socket,
    runFolder,
    stateFolder,
    imagesFolder: join(stateFolder, "images"),
    guest: {
      kernel: join(stateFolder, "guest", "vmlinuz"),
      initrd: join(stateFolder, "guest", "initrd.img"),
      commandLine: COMMAND_LINE,
      disk: join(stateFolder, "guest", "guest.qcow2"),
    },
  };
}

/** Folders inside the lab, and the sub-folder of {@link Lab.stateFolder} that lies over each; see host/start.sh. */
const OVERLAYS = [
  ["/etc/libvirt", "etc"],
  ["/var/lib/libvirt", "lib"],
  ["/var/cache/libvirt", "cache"],
  ["/var/log", "log"],
] as const;

/** Where on the machine a path lies that libvirtd in the lab uses. */
export function pathOutside(lab: Lab, path: string): string {
  for (const [inside, folder] of OVERLAYS) {
    if (path.startsWith(`${inside}/`)) return join(lab.stateFolder, folder, path.slice(inside.length));
  }
  return path;
}
