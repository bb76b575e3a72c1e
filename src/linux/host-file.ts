/** A file for a Linux host or a guest. */
export interface HostFile {
  /** Absolute path on the host. */
  readonly path: string;
  readonly content: string;
  /** @default FileMode.READABLE */
  readonly mode?: FileMode;
}

/** Who may do what with a file; its owner is root. */
export enum FileMode {
  /** All may read it. */
  READABLE = "0644",
  /** Root alone may read it. */
  SECRET = "0600",
  /** All may read and run it. */
  EXECUTABLE = "0755",
}

/** First lines of each file that the kit writes and whose format has comments that begin with `#`. */
export const NOTICE =
  "# Written by virtuned. Change the program that it comes from: changes made here are overwritten.\n";
