export { formatReport, formatSize } from "./format";
export { type ReadOptions, readGuestReport } from "./read";
export type { DiskReport, GuestReport, NicReport, SeedReport } from "./types";
