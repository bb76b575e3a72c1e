import { DataVsphereVmfsDisks } from "@cdktf/provider-vsphere/lib/data-vsphere-vmfs-disks";
import { VmfsDatastore } from "@cdktf/provider-vsphere/lib/vmfs-datastore";
import type { Construct } from "constructs";
import { Annotations, Fn } from "../../cdktf";
import type { VmfsSettings } from "../../constructs/storage/vmfs";
import { VSPHERE_STORAGE_PRACTICES } from "../../practices";
import { ProtectedData } from "../protected-data";
import type { DatastoreOptions } from "./datastore";
import type { VspherePlatform } from "./vsphere-platform";

/** A file system that the first host makes, and all that share its LUNs see. */
export function formatVmfs(
  platform: VspherePlatform,
  scope: Construct,
  { devices, rescan }: VmfsSettings,
  { id, name, hosts, tags, datastoreClusterId, protectData }: DatastoreOptions,
): VmfsDatastore {
  for (const device of devices) {
    platform._claim(scope.node.path, "a datastore on this LUN", device, "give each LUN to one datastore");
  }
  const provider = platform._provider;
  const host = hosts[0]!;
  const hostSystemId = platform._inventory.hostId(host);
  if (devices.length > 1) {
    const { reason, id: practice } = VSPHERE_STORAGE_PRACTICES.vmfsExtents;
    Annotations.of(scope).addWarning(`${name} is on ${devices.length} LUNs: ${reason} [${practice}]`);
  }
  const found = new DataVsphereVmfsDisks(scope, `${id}-luns`, {
    provider,
    hostSystemId,
    filter: `^(${devices.map((device) => device.replaceAll(".", "\\.")).join("|")})$`,
    ...(rescan && { rescan }),
  });
  const datastore = new VmfsDatastore(scope, id, {
    provider,
    name,
    hostSystemId,
    disks: [...devices],
    ...(tags !== undefined && { tags }),
    ...(datastoreClusterId !== undefined && { datastoreClusterId }),
    lifecycle: {
      // Another first host would make it anew.
      ignoreChanges: ["host_system_id"],
      precondition: [
        {
          condition: Fn.alltrue(devices.map((device) => Fn.contains(found.disks, device))),
          errorMessage: `Host ${host.name} does not see all LUNs of datastore ${name}: ${devices.join(", ")}. Give them to the hosts, and \`rescan: true\` where no host has looked for them since. [${VSPHERE_STORAGE_PRACTICES.vmfsDevices.id}]`,
        },
      ],
      ...(protectData && { preventDestroy: true }),
    },
  });
  ProtectedData.of(scope).add(datastore, `datastore ${name}`, platform.kind, protectData);
  return datastore;
}
