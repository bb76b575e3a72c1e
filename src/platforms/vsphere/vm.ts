import { VirtualMachine } from "@cdktf/provider-vsphere/lib/virtual-machine";
import type { Construct } from "constructs";
import { Annotations } from "../../cdktf";
import { checkUnique } from "../../checks";
import { DiskBus } from "../../constructs/compute/devices";
import { ConfigurationError, type ConfigurationErrorDetails } from "../../errors";
import {
  NIC_PRACTICES,
  PERSISTENT_MEMORY_PRACTICES,
  STORAGE_LIMITS,
  STORAGE_PRACTICES,
  VSPHERE_LIMITS,
  VSPHERE_PRACTICES,
} from "../../practices";
import type {
  DiskIntent,
  NicIntent,
  PersistentMemoryIntent,
  PlatformVm,
  ResolvedDisk,
  ResolvedNic,
  VmIntent,
} from "../platform";
import { createDisk, type Provisioning, type VsphereDisk } from "./disk";
import { placeOf } from "./disk-layout";
import { checkNicCount, createNic, inPlace, type VsphereNic } from "./nic";
import { prepareForSriov } from "./sriov";
import { settingsOf } from "./vm-settings";
import type { VsphereHost } from "./vsphere-host";
import type { VspherePlatform } from "./vsphere-platform";

/** A virtual machine. */
export class VsphereVm implements PlatformVm {
  public readonly resource: VirtualMachine;
  readonly #where: string;
  readonly #templateDisk?: Provisioning;
  readonly #guestSetsMtu: boolean;
  /** Without what is NICs'. */
  readonly #ownExtraConfig: Readonly<Record<string, string>>;
  #nics: readonly VsphereNic[] = [];
  #disks: readonly VsphereDisk[] = [];

  public constructor(
    private readonly platform: VspherePlatform,
    scope: Construct,
    private readonly intent: VmIntent,
  ) {
    this.#where = scope.node.path;
    const inventory = platform._inventory;
    const host = intent.host as VsphereHost | undefined;
    const { fromTemplate, library } = intent.boot ?? {};
    const template = fromTemplate === undefined || library !== undefined ? undefined : inventory.template(fromTemplate);
    const cloneOf =
      fromTemplate === undefined || library === undefined
        ? template?.id
        : inventory.libraryItemId(library, fromTemplate);
    if (template !== undefined) {
      const { thinProvisioned, eagerlyScrub } = template.disks.get(0);
      this.#templateDisk = { thinProvisioned, eagerlyScrub };
    }
    this.#guestSetsMtu = /\bmtu\b/.test(String(intent.cloudInit?.networkConfig ?? ""));
    this.resource = new VirtualMachine(scope, "Resource", {
      provider: platform._provider,
      name: intent.name,
      resourcePoolId: inventory.resourcePoolId(host),
      ...(host !== undefined && { hostSystemId: inventory.hostId(host) }),
      ...(platform._folder !== undefined && { folder: platform._folder }),
      ...settingsOf(scope, intent, platform, template),
      ...(cloneOf !== undefined && { clone: { templateUuid: cloneOf } }),
    });
    this.#ownExtraConfig = this.resource.extraConfigInput ?? {};
    scope.node.addValidation({ validate: () => this.#whatIsMissing() });
  }

  public addNic(scope: Construct, intent: NicIntent): ResolvedNic {
    const nic = createNic(scope, this.intent, intent, this.#guestSetsMtu);
    if (nic.sriov && !this.#nics.some(({ sriov }) => sriov)) {
      prepareForSriov(scope, this.platform._inventory.hasCluster, this.intent, intent, this.resource);
    }
    this.#nics = inPlace([...this.#nics, nic]);
    checkNicCount(this.#where, this.#nics);
    // Set anew each time: what is set lazily goes past the bindings' mapping of names.
    this.resource.putNetworkInterface(this.#nics.map(({ block }) => block));
    this.#putExtraConfig();
    return nic.resolved;
  }

  /** Settings of NICs are under their positions, which a NIC that comes before them moves. */
  #putExtraConfig(): void {
    const ofNics = this.#nics.flatMap(({ extras }, position) =>
      Object.entries(extras).map(([key, value]) => [`ethernet${position}.${key}`, value] as const),
    );
    if (ofNics.length > 0) {
      this.resource.extraConfig = { ...this.#ownExtraConfig, ...Object.fromEntries(ofNics) };
      // The machine reads them when it is powered on, unlike those of cloud-init.
      this.resource.extraConfigRebootRequired = true;
      this.intent.log.record(NIC_PRACTICES.deviceIndex, "extra_config", ofNics.map(([key]) => key).join(", "));
    }
  }

  public addDisk(scope: Construct, intent: DiskIntent): ResolvedDisk {
    const disk = createDisk(scope, intent, intent.root ? this.#templateDisk : undefined);
    const disks = [...this.#disks, disk].sort((a, b) => a.intent.order - b.intent.order);
    checkUnique(
      this.#where,
      "the ids of the disks, which are their labels,",
      disks.map(({ block }) => block.label),
    );
    checkHome(scope.node.path, disks);
    checkCapacity(scope.node.path, intent.order);
    this.#disks = disks;
    this.#putDisks();
    this.#waitForDatastores(scope, disk);
    return disk.resolved;
  }

  #waitForDatastores(scope: Construct, disk: VsphereDisk): void {
    const { datastoreClusterId, datastores } = disk.tier;
    const addresses = datastores.map(
      ({ terraformResourceType, friendlyUniqueId }) => `${terraformResourceType}.${friendlyUniqueId}`,
    );
    if (datastoreClusterId !== undefined) {
      // The machine refers to the cluster, which is there before what is in it.
      this.resource.dependsOn = [...new Set([...(this.resource.dependsOn ?? []), ...addresses])];
    } else if (addresses.length > 0 && !this.#isHome(disk)) {
      const { reason, id } = VSPHERE_PRACTICES.datastoreFirst;
      Annotations.of(scope).addWarning(
        `${reason}: before this machine is made, run terraform apply -target=${addresses.join(" -target=")} once [${id}]`,
      );
    }
  }

  #putDisks(): void {
    const first = this.#disks[0]!;
    // Without a root disk the first data disk, of order 1, is the first of its bus.
    const base = Math.min(first.intent.order, 1);
    const placed = this.#disks
      .map((disk) => ({ disk, place: placeOf(disk.bus, disk.intent.order - base) }))
      // In the order that the provider keeps them in: what a disk leaves out it takes from the disk that was at its index before.
      .sort((a, b) => a.place.unitNumber - b.place.unitNumber);
    const anyPolicy = this.#disks.some(({ tier }) => tier.storagePolicyId !== undefined);
    this.resource.putDisk(
      placed.map(({ disk, place: { unitNumber, controllerType } }) => ({
        ...disk.block,
        unitNumber,
        controllerType,
        // The provider can't plan a disk in a datastore that is still to be made, unless the disk follows its machine there.
        datastoreId:
          disk.tier.datastoreId !== undefined && disk.tier.datastores.length > 0 && this.#isHome(disk)
            ? ""
            : disk.tier.datastoreId,
        // Said even where there is none, lest it be taken from another disk.
        storagePolicyId: disk.tier.storagePolicyId ?? (anyPolicy ? "" : undefined),
      })),
    );
    for (const { disk, place } of placed) {
      const why =
        disk.bus === DiskBus.SATA
          ? "emulated controllers are filled one after the other"
          : STORAGE_PRACTICES.pvscsiLayout.reason;
      const practice = STORAGE_PRACTICES.pvscsiLayout;
      disk.intent.log.record(practice, "unit_number", place.unitNumber, `controller ${place.controller}: ${why}`);
    }
    const controllers = (type: string) =>
      Math.max(
        0,
        ...placed.filter(({ place }) => place.controllerType === type).map(({ place }) => place.controller + 1),
      );
    this.resource.scsiControllerCount = controllers("scsi");
    this.resource.nvmeControllerCount = controllers("nvme");
    this.resource.sataControllerCount = controllers("sata");
    const { datastoreClusterId, datastoreId, storagePolicyId } = first.tier;
    if (datastoreClusterId !== undefined) {
      this.resource.datastoreClusterId = datastoreClusterId;
    } else {
      this.resource.datastoreId = this.platform._datastoreId ?? datastoreId!;
    }
    // The machine's own files follow its first disk, unless they were given a datastore.
    if (storagePolicyId !== undefined && this.platform._datastoreId === undefined) {
      this.resource.storagePolicyId = storagePolicyId;
    }
    if (this.#disks.some(({ intent }) => intent.protectData)) {
      this.resource.lifecycle = { preventDestroy: true };
    }
  }

  /** Whether a new disk is in the datastore of the machine's own files. */
  #isHome({ intent, tier }: VsphereDisk): boolean {
    return (
      intent.existingVolume === undefined &&
      this.platform._datastoreId === undefined &&
      tier.datastoreId === this.#disks[0]!.tier.datastoreId
    );
  }

  public addPersistentMemory(scope: Construct, { device }: PersistentMemoryIntent): void {
    throw new ConfigurationError({
      where: scope.node.path,
      what: "the provider of vSphere has no persistent memory of machines",
      given: String(device),
      allowed: "disks, which may be on a PMem datastore",
      mend: "add a disk with `bus: DiskBus.NVME` in a tier on a datastore of PMem, with a storage policy for it",
      practice: PERSISTENT_MEMORY_PRACTICES.vsphere.id,
    });
  }

  /** What only shows when all devices are there. */
  #whatIsMissing(): string[] {
    const orders = this.#disks.map(({ intent }) => intent.order);
    const where = this.#where;
    const missing: ConfigurationErrorDetails[] = [];
    if (this.#nics.length === 0) {
      const practice = VSPHERE_PRACTICES.nicCount.id;
      missing.push({ where, what: "the machine has no NIC", mend: "add one with addNic", practice });
    }
    const practice = VSPHERE_PRACTICES.firstUnit.id;
    if (orders.length === 0) {
      missing.push({ where, what: "the machine has no disk", mend: "add one with addDisk", practice });
    } else if (orders[0]! > 1) {
      const what = "no disk of the machine is the first";
      missing.push({ where, what, given: `orders ${orders.join(", ")}`, mend: "give one of them order 1", practice });
    }
    return missing.map((details) => new ConfigurationError(details).message);
  }
}

/** The provider gives a datastore cluster to the whole machine. */
function checkHome(where: string, disks: readonly VsphereDisk[]): void {
  const clusters = new Set(disks.map(({ tier }) => tier.datastoreClusterId));
  if (clusters.size > 1) {
    throw new ConfigurationError({
      where,
      what: "disks of one machine are in a datastore cluster and outside of it",
      given: disks.map(({ intent, tier }) => `${intent.name} in ${tier.name}`).join(", "),
      allowed: "all disks in one datastore cluster, or each in a datastore",
      mend: "move them to tiers of one datastore cluster, or to tiers on datastores",
      practice: VSPHERE_PRACTICES.oneDatastoreCluster.id,
    });
  }
}

function checkCapacity(where: string, order: number): void {
  const { maxDisks } = VSPHERE_LIMITS;
  if (order >= maxDisks) {
    const { maxPvscsiControllers, maxDisksPerPvscsi } = STORAGE_LIMITS;
    throw new ConfigurationError({
      where,
      what: "there is no place for a disk of this order",
      given: order,
      allowed: `0 to ${maxDisks - 1}: ${maxPvscsiControllers} controllers with ${maxDisksPerPvscsi} disks each`,
      mend: "give it a lower `order` that no other disk has, or use fewer, larger disks",
      practice: STORAGE_PRACTICES.controllerCapacity.id,
    });
  }
}
