import type { Construct } from "constructs";
import {
  Boot,
  DataSize,
  type IPlatform,
  StorageBackend,
  StorageTier,
  SwitchBacking,
  TieredStoragePool,
} from "virtuned";
import { Accelerator, LibvirtHost, LibvirtPlatform } from "virtuned/libvirt";
import { VsphereHost, VspherePlatform } from "virtuned/vsphere";

/** What differs between platforms: where things are, and what a machine's root disk is made from. */
export interface Site {
  readonly platform: IPlatform;
  readonly storage: TieredStoragePool;
  readonly boot: Boot;
  readonly uplinks: readonly string[];
}

const rootSize = DataSize.gibibytes(20);

/** Whether destroying the disks is refused, which is the default. To give the site up, apply once with PROTECT_DATA=false. */
const protectsData = () => process.env.PROTECT_DATA !== "false";

function libvirt(scope: Construct): Site {
  const { LIBVIRT_URI = "qemu+ssh://root@kvm1/system", ACCELERATOR = Accelerator.KVM, BRIDGE = "br0" } = process.env;
  const { IMAGE = "https://cloud.debian.org/images/cloud/bookworm/latest/debian-12-genericcloud-amd64.qcow2" } =
    process.env;
  const { FAST = "/srv/nvme/vm", LARGE = "/srv/disk/vm" } = process.env;
  const platform = new LibvirtPlatform(scope, "kvm", {
    hosts: [LibvirtHost.at("kvm1", LIBVIRT_URI, { accelerator: ACCELERATOR as Accelerator })],
    switchBacking: SwitchBacking.linuxBridge(BRIDGE),
  });
  const storage = new TieredStoragePool(scope, "storage", {
    platform,
    protectData: protectsData(),
    tiers: {
      performance: StorageTier.on(StorageBackend.directory(FAST)),
      capacity: StorageTier.on(StorageBackend.directory(LARGE)),
    },
  });
  return {
    platform,
    storage,
    boot: Boot.image(IMAGE, { pool: storage, tier: "capacity", size: rootSize }),
    uplinks: [],
  };
}

function vsphere(scope: Construct): Site {
  const { DATACENTER = "dc1", CLUSTER = "production", HOSTS = "esx1.example.org,esx2.example.org" } = process.env;
  const { TEMPLATE = "debian-12", FAST = "nvme", LARGE = "disk" } = process.env;
  const platform = new VspherePlatform(scope, "vsphere", {
    datacenter: DATACENTER,
    cluster: CLUSTER,
    hosts: HOSTS.split(",").map((name) => VsphereHost.named(name)),
  });
  const storage = new TieredStoragePool(scope, "storage", {
    platform,
    protectData: protectsData(),
    tiers: {
      performance: StorageTier.on(StorageBackend.datastore(FAST)),
      capacity: StorageTier.on(StorageBackend.datastore(LARGE)),
    },
  });
  return {
    platform,
    storage,
    boot: Boot.template(TEMPLATE, { pool: storage, tier: "capacity", size: rootSize }),
    uplinks: ["vmnic1", "vmnic2"],
  };
}

/** The site that PLATFORM names. */
export function siteFromEnvironment(scope: Construct): Site {
  const sites = { libvirt, vsphere };
  const name = process.env.PLATFORM ?? "libvirt";
  const site = sites[name as keyof typeof sites];
  if (site === undefined) {
    throw new Error(`PLATFORM is ${JSON.stringify(name)}: set it to ${Object.keys(sites).join(" or ")}.`);
  }
  return site(scope);
}
