import { StorageDrsVmOverride } from "@cdktf/provider-vsphere/lib/storage-drs-vm-override";
import { VirtualMachine } from "@cdktf/provider-vsphere/lib/virtual-machine";
import { Construct } from "constructs";
import { Lazy } from "../../cdktf";
import { checkOneOf } from "../../checks";
import type { TunedVm } from "../../constructs/compute/tuned-vm";
import { checkFlag, checkKind, optional } from "../../constructs/given";
import { StorageDrsAutomation } from "../../constructs/storage/storage-drs";
import { ConfigurationError } from "../../errors";
import { VSPHERE_STORAGE_PRACTICES } from "../../practices";
import type { VspherePlatform } from "./vsphere-platform";

export interface StorageDrsOverrideProps {
  /** The machine, whose disks are in a datastore cluster. */
  readonly vm: TunedVm;
  /**
   * Whether Storage DRS looks after its disks at all.
   * @default - as for the cluster
   */
  readonly enabled?: boolean;
  /**
   * Who moves its disks.
   * @default - as for the cluster
   */
  readonly automation?: StorageDrsAutomation;
  /**
   * Whether its disks are on one datastore.
   * @default - as for the cluster
   */
  readonly keepDisksTogether?: boolean;
}

/** What Storage DRS does otherwise for one machine than for the others in its datastore cluster. */
export class StorageDrsOverride extends Construct {
  /** @throws ConfigurationError for a machine of another platform, or where nothing is otherwise */
  public constructor(scope: Construct, id: string, props: StorageDrsOverrideProps) {
    super(scope, id);
    const where = this.node.path;
    const { vm, enabled, automation, keepDisksTogether } = props ?? {};
    const practice = VSPHERE_STORAGE_PRACTICES.drsOverride.id;
    const machine = checkKind(where, "machine", vm, "_platformVm")._platformVm.resource;
    if (!(machine instanceof VirtualMachine)) {
      throw new ConfigurationError({ where, what: "not a machine of vSphere", given: vm.node.path, practice });
    }
    if (enabled === undefined && automation === undefined && keepDisksTogether === undefined) {
      throw new ConfigurationError({
        where,
        what: "the override says nothing",
        allowed: "enabled, automation, keepDisksTogether",
        practice,
      });
    }
    const text = (what: string, flag: boolean | undefined) =>
      optional(flag, (value) => String(checkFlag(where, what, value)));
    new StorageDrsVmOverride(this, "Resource", {
      provider: (vm.platform as VspherePlatform)._provider,
      // Disks may be added after the override.
      datastoreClusterId: Lazy.stringValue({ produce: () => machine.datastoreClusterIdInput }),
      virtualMachineId: machine.id,
      sdrsEnabled: text("enabled", enabled),
      sdrsAutomationLevel: optional(automation, (level) =>
        checkOneOf(where, "automation", level, Object.values(StorageDrsAutomation)),
      ),
      sdrsIntraVmAffinity: text("keepDisksTogether", keepDisksTogether),
    });
    this.node.addValidation({
      validate: () =>
        machine.datastoreClusterIdInput !== undefined
          ? []
          : [
              `the disks of machine ${vm.node.path} are in no datastore cluster. To mend: put them on a tier with \`storageDrs\` or with several ` +
                `datastores, or leave the override out. [${practice}]`,
            ],
    });
  }
}
