import type { Construct } from "constructs";
import {
  Boot,
  type CloudInit,
  DataRate,
  DataSize,
  DiskBus,
  Duration,
  GuestDisk,
  type INetworkSegment,
  IoThreads,
  type IPlatform,
  NfsVersion,
  StorageBackend,
  StorageConnection,
  StorageTier,
  TieredStoragePool,
  type TunedVmDiskOptions,
  VlanSegment,
} from "virtuned";
import { LibvirtHost, LibvirtPlatform } from "virtuned/libvirt";
import { VsphereHost, VspherePlatform } from "virtuned/vsphere";

/** What differs between platforms: where things are, and what each lets a disk say. */
export interface Site {
  readonly platform: IPlatform;
  readonly storage: TieredStoragePool;
  readonly segment: INetworkSegment;
  readonly boot: Boot;
  readonly cloudInit: CloudInit;
  readonly data: Partial<TunedVmDiskOptions>;
  readonly log: Partial<TunedVmDiskOptions>;
}

const rootSize = DataSize.gibibytes(20);

/** What the array and the file server promise, whatever platform uses them. */
const fast = { capacity: DataSize.tebibytes(4), iops: 200_000, latency: Duration.microseconds(400) };
const large = { capacity: DataSize.tebibytes(40), iops: 2_000, throughput: DataRate.gbps(8), writePenalty: 6 };
const [server, path] = ["nas1.example.org", "/export/vm"];

/** A host whose volume group is on an array that two paths lead to, by NVMe over TCP. */
function libvirt(scope: Construct): Site {
  const { LIBVIRT_URI = "qemu+ssh://root@kvm1/system" } = process.env;
  const { IMAGE = "https://cloud.debian.org/images/cloud/bookworm/latest/debian-12-genericcloud-amd64.qcow2" } =
    process.env;
  const platform = new LibvirtPlatform(scope, "kvm", {
    // Several I/O threads for one disk need these.
    hosts: [LibvirtHost.at("kvm1", LIBVIRT_URI, { libvirtVersion: "10.0.0", qemuVersion: "9.0.0" })],
  });
  const array = StorageConnection.nvmeTcp({
    subsystem: "nqn.2014-08.org.nvmexpress:uuid:f81d4fae-7dec-11d0-a765-00a0c91e6bf6",
    portals: ["10.20.0.5", "10.21.0.5"],
  });
  const storage = new TieredStoragePool(scope, "storage", {
    platform,
    tiers: {
      performance: StorageTier.on(StorageBackend.lvm("array", { over: array }), fast),
      capacity: StorageTier.on(StorageBackend.nfs(server, path, { version: NfsVersion.V4_2, connections: 4 }), large),
    },
  });
  return {
    platform,
    storage,
    segment: VlanSegment.fromVlanSegmentAttributes(scope, "clients", { platform, network: "clients" }),
    boot: Boot.image(IMAGE, { pool: storage, tier: "capacity", size: rootSize }),
    cloudInit: { userData: "#cloud-config\npackages: [postgresql]\n" },
    data: {
      bus: DiskBus.VIRTIO_BLK,
      ioThreads: IoThreads.spread(4),
      queueDepth: 256,
      guest: GuestDisk.mounted("/var/lib/postgresql"),
    },
    log: { bus: DiskBus.VIRTIO_BLK, guest: GuestDisk.mounted("/srv/wal") },
  };
}

/** A cluster that has LUNs of the array, with several paths that ESXi itself manages. */
function vsphere(scope: Construct): Site {
  const { DATACENTER = "dc1", CLUSTER = "production", HOSTS = "esx1.example.org,esx2.example.org" } = process.env;
  const { TEMPLATE = "debian-12" } = process.env;
  const platform = new VspherePlatform(scope, "vsphere", {
    datacenter: DATACENTER,
    cluster: CLUSTER,
    hosts: HOSTS.split(",").map((name) => VsphereHost.named(name)),
  });
  const storage = new TieredStoragePool(scope, "storage", {
    platform,
    tiers: {
      performance: StorageTier.on(StorageBackend.vmfs(["naa.600508b1001c4d41b4a5a6c0d0e0f001"]), fast),
      capacity: StorageTier.on(StorageBackend.nfs(server, path, { version: NfsVersion.V4_1 }), large),
    },
  });
  return {
    platform,
    storage,
    segment: VlanSegment.fromVlanSegmentAttributes(scope, "clients", { platform, network: "clients" }),
    boot: Boot.template(TEMPLATE, { pool: storage, tier: "capacity", size: rootSize }),
    // vSphere names disks after this is written: they are set up in the template.
    cloudInit: { userData: "#cloud-config\npackages: [postgresql]\n" },
    data: {},
    log: {},
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
