export { define } from "./define";
export { LibvirtDataSource, LibvirtProviderElement, LibvirtResource, type ProviderRelease } from "./elements";
export type { Table } from "./table";
