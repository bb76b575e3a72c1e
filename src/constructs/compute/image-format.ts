/** How a disk's content is laid out in its file or device. */
export enum ImageFormat {
  RAW = "raw",
  QCOW2 = "qcow2",
}
