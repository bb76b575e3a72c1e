import { exec } from "./quote";
import type { UnitFile } from "./unit-file";

/** What libvirt's daemons are called: all of them in one, or that of pools alone. */
const LIBVIRT = ["libvirtd.service", "virtstoraged.service"];
const ONLINE = "network-online.target";

/** Has a one-shot service get storage ready before libvirt starts its pools. */
export function makeStorageService(service: UnitFile, description: string, after: readonly string[] = []): UnitFile {
  service.set("Unit", "Description", description);
  for (const unit of LIBVIRT) {
    service.append("Unit", "Before", unit);
  }
  for (const unit of after) {
    service.append("Unit", "Wants", unit).append("Unit", "After", unit);
  }
  return service;
}

/** The same for storage that is reached over the network. */
export function makeNetworkStorageService(
  service: UnitFile,
  description: string,
  after: readonly string[] = [],
): UnitFile {
  return makeStorageService(service, description, [ONLINE, ...after]);
}

/** A command line of a service for commands of a shell, each of which has to succeed. */
export function shellLine(...commands: readonly string[]): string {
  return exec("/bin/sh", "-euc", commands.join("; "));
}
