import { Construct } from "constructs";
import {
  Boot,
  DataRate,
  DataSize,
  DistributedVSwitch,
  type IHost,
  type IPlatform,
  NetworkIoControl,
  StorageBackend,
  StorageTier,
  SwitchBacking,
  Teaming,
  TieredStoragePool,
} from "virtuned";
import { LibvirtHost, LibvirtPlatform } from "virtuned/libvirt";
import { VsphereHost, VspherePlatform } from "virtuned/vsphere";

/** Hosts of one platform, their switch, and what machines on them start from. */
export interface Site {
  readonly scope: Construct;
  readonly platform: IPlatform;
  readonly hosts: readonly IHost[];
  /** Where the machine of a number runs; `undefined` where the platform places it. */
  hostOf(machine: number): IHost | undefined;
  /** The NICs of each host that lead to the fabric. */
  readonly nics: readonly string[];
  readonly fabricSwitch: DistributedVSwitch;
  readonly boot: Boot;
}

const rootSize = DataSize.gibibytes(20);
/** What VXLAN leaves of 9000 bytes. */
const mtu = 8950;

const { KVM_HOSTS = "kvm1,kvm2,kvm3,kvm4", ESX_HOSTS = "esx1.example.org,esx2.example.org" } = process.env;
const { IMAGE = "https://cloud.debian.org/images/cloud/bookworm/latest/debian-12-genericcloud-amd64.qcow2" } =
  process.env;
const { DATACENTER = "dc1", CLUSTER = "production", DATASTORE = "vm", TEMPLATE = "debian-12" } = process.env;

/** Hosts with libvirt, whose bridge and bond the kit makes. */
export function kvmSite(stack: Construct, speed: DataRate): Site {
  const scope = new Construct(stack, "kvm-site");
  const hosts = KVM_HOSTS.split(",").map((name) => LibvirtHost.at(name, `qemu+ssh://root@${name}/system`));
  const platform = new LibvirtPlatform(scope, "kvm", { hosts });
  const nics = ["ens1f0", "ens1f1"];
  const fabricSwitch = new DistributedVSwitch(scope, "fabric", {
    platform,
    backing: SwitchBacking.linuxBridge("br-fabric", { managed: true }),
    mtu,
    uplinks: nics,
    uplinkSpeed: speed,
  });
  const storage = new TieredStoragePool(scope, "storage", {
    platform,
    tiers: { standard: StorageTier.on(StorageBackend.directory("/srv/vm")) },
  });
  return {
    scope,
    platform,
    hosts,
    hostOf: (machine) => hosts[machine % hosts.length],
    nics,
    fabricSwitch,
    boot: Boot.image(IMAGE, { pool: storage, tier: "standard", size: rootSize }),
  };
}

/** A cluster of vSphere with a distributed switch under network I/O control. */
export function vsphereSite(stack: Construct, speed: DataRate): Site {
  const scope = new Construct(stack, "vsphere-site");
  const hosts = ESX_HOSTS.split(",").map((name) => VsphereHost.named(name));
  const platform = new VspherePlatform(scope, "vsphere", { datacenter: DATACENTER, cluster: CLUSTER, hosts });
  const nics = ["vmnic2", "vmnic3"];
  const fabricSwitch = new DistributedVSwitch(scope, "fabric", {
    platform,
    mtu,
    uplinks: nics,
    uplinkSpeed: speed,
    teaming: Teaming.loadBased(),
    ioControl: NetworkIoControl.version3({ virtualMachine: { reservation: DataRate.gbps(12) } }),
  });
  const storage = new TieredStoragePool(scope, "storage", {
    platform,
    tiers: { standard: StorageTier.on(StorageBackend.datastore(DATASTORE)) },
  });
  return {
    scope,
    platform,
    hosts,
    hostOf: () => undefined,
    nics,
    fabricSwitch,
    boot: Boot.template(TEMPLATE, { pool: storage, tier: "standard", size: rootSize }),
  };
}
