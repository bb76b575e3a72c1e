import { App } from "cdktf";
import {
  Boot,
  DataSize,
  DistributedVSwitch,
  StorageBackend,
  StorageTier,
  SwitchBacking,
  TieredStoragePool,
  TunedStack,
  TunedVm,
  Workload,
} from "virtuned";
import { Accelerator, LibvirtHost, LibvirtPlatform } from "virtuned/libvirt";

const {
  LIBVIRT_URI = "qemu:///system",
  ACCELERATOR = Accelerator.KVM,
  FOLDER = "/var/lib/libvirt/quickstart",
  IMAGE = "https://cloud.debian.org/images/cloud/bookworm/latest/debian-12-genericcloud-amd64.qcow2",
} = process.env;

const app = new App();
const stack = new TunedStack(app, "quickstart");

const platform = new LibvirtPlatform(stack, "kvm", {
  hosts: [LibvirtHost.at("local", LIBVIRT_URI, { accelerator: ACCELERATOR as Accelerator })],
});

const fabric = new DistributedVSwitch(stack, "fabric", {
  platform,
  mtu: 9000,
  backing: SwitchBacking.nat("10.87.0.0/24"),
});
const apps = fabric.addVlanSegment("apps");

const storage = new TieredStoragePool(stack, "storage", {
  platform,
  tiers: { performance: StorageTier.on(StorageBackend.directory(FOLDER)) },
  protectData: false, // A trial: destroying it may destroy its disks.
});

const vm = new TunedVm(stack, "orders-db", {
  platform,
  vcpus: 4,
  memory: DataSize.mebibytes(512),
  workload: Workload.DATABASE,
  boot: Boot.image(IMAGE, { pool: storage, tier: "performance", size: DataSize.gibibytes(4) }),
  consoleLog: "/var/log/libvirt/qemu/orders-db-console.log",
});
vm.addNic("apps", { segment: apps });
vm.addDisk("data", { pool: storage, tier: "performance", size: DataSize.gibibytes(2) });

app.synth();
