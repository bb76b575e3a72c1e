/** What of a new volume's space is taken when it is made, as QEMU calls it. */
export enum Preallocation {
  /** Nothing: the volume is thin, and takes space as it is written. */
  NONE = "none",
  /** The format's own tables. */
  METADATA = "metadata",
  /** All of it, without writing to it: vSphere's lazy zeroed. */
  FALLOC = "falloc",
  /** All of it, written with zeroes: vSphere's eager zeroed. */
  FULL = "full",
}
