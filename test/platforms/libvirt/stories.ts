import { TerraformVariable } from "cdktf";
import {
  Boot,
  DataRate,
  DataSize,
  DiskBus,
  Firmware,
  IoThreadUse,
  SriovPool,
  StorageBackend,
  StorageTier,
  SwitchBacking,
  Workload,
} from "virtuned";
import { Accelerator } from "virtuned/libvirt";
import { LibvirtProgram } from "../../support/libvirt";

const gib = (amount: number) => DataSize.gibibytes(amount);

/** Whole programs, one for each thing that people come for. */
export const STORIES: Readonly<Record<string, () => LibvirtProgram>> = {
  "a lab behind NAT, without KVM": () => {
    const program = new LibvirtProgram({ accelerator: Accelerator.TCG });
    const lab = program.switch("lab", { mtu: 9000, backing: SwitchBacking.nat("10.87.0.0/24") });
    const images = StorageBackend.directory("/srv/lab");
    const pool = program.pool("storage", { tiers: { standard: StorageTier.on(images) }, protectData: false });
    const boot = Boot.image("https://example.org/debian.qcow2", { pool, tier: "standard", size: gib(4) });
    const web = program.vm("web", {
      boot,
      workload: Workload.WEB,
      consoleLog: "/var/log/web.log",
      description: "Shop",
    });
    web.addNic("lan", { segment: lab.addVlanSegment("lan") });
    return program;
  },

  "Open vSwitch with access, trunk and native VLANs over two hosts": () => {
    const program = new LibvirtProgram({}, ["kvm1", "kvm2"]);
    const fabric = program.switch("fabric", { mtu: 9000, backing: SwitchBacking.openVSwitch("ovs0") });
    const db = fabric.addVlanSegment("db", { vlan: 120 });
    const all = fabric.addVlanSegment("all", { trunk: [130, { from: 200, to: 202 }], nativeVlan: 10, mtu: 1500 });
    const [first, second] = program.hosts;
    program.vm("orders-db", { host: first }).addNic("db", { segment: db });
    const firewall = program.vm("firewall", { host: second, workload: Workload.NETWORK_FUNCTION });
    firewall.addNic("all", { segment: all });
    firewall.addNic("db", { segment: db, mtu: 1500, macAddress: "52:54:00:AA:bb:01" });
    return program;
  },

  "tiers on LVM and NFS, protected": () => {
    const program = new LibvirtProgram();
    const performance = StorageTier.on(StorageBackend.lvm("nvme"));
    const capacity = StorageTier.on(StorageBackend.nfs("nas1", "/export/vm"));
    const pool = program.pool("storage", { tiers: { capacity, performance } });
    const vm = program.vm("files");
    vm.addDisk("hot", { pool, tier: "performance", size: gib(100) });
    vm.addDisk("cold", { pool, tier: "capacity", size: DataSize.tebibytes(2) });
    return program;
  },

  "a database with an I/O thread for each disk": () => {
    const program = new LibvirtProgram();
    const pool = program.pool("storage");
    const vm = program.vm("orders-db", { vcpus: 8, memory: gib(32), workload: Workload.DATABASE });
    vm.addDisk("data", { pool, tier: "performance", size: gib(200), queueDepth: 64 });
    vm.addDisk("wal", { pool, tier: "performance", size: gib(20) });
    vm.addDisk("backup", { pool, tier: "performance", size: gib(400), ioThread: IoThreadUse.NONE });
    return program;
  },

  "ten disks over controllers": () => {
    const program = new LibvirtProgram();
    const pool = program.pool("storage");
    const vm = program.vm("vault");
    for (let i = 1; i <= 10; i++) {
      vm.addDisk(`disk${i}`, { pool, tier: "performance", size: gib(i) });
    }
    return program;
  },

  "UEFI with Secure Boot": () => {
    const program = new LibvirtProgram();
    const secure = program.vm("secure", { firmware: Firmware.uefi({ secureBoot: true }), boot: Boot.network() });
    secure.addNic("lan", { segment: program.switch("fabric").addVlanSegment("lan") });
    program.vm("plain", { firmware: Firmware.uefi() });
    return program;
  },

  "cloud-init with a secret from a Terraform variable": () => {
    const program = new LibvirtProgram();
    const pool = program.pool("storage", { tiers: { standard: StorageTier.on(StorageBackend.directory("/srv/vms")) } });
    const secret = new TerraformVariable(program.stack, "password", { type: "string", sensitive: true });
    const userData = `#cloud-config\npassword: "${secret.stringValue}"\nruncmd: ['echo \${HOME}']\n`;
    const boot = Boot.volume("golden.qcow2", { pool, tier: "standard" });
    program.vm("web", { boot, cloudInit: { userData, hostname: "web.example.org", networkConfig: "version: 2\n" } });
    return program;
  },

  "volumes that are there already": () => {
    const program = new LibvirtProgram();
    const vm = program.vm("old", {
      boot: Boot.kernel({ kernel: "/boot/vmlinuz", initrd: "/boot/initrd", cmdline: "quiet" }),
    });
    vm.addDisk("data", {
      pool: program.pool("storage"),
      tier: "performance",
      existingVolume: "old-data",
      serial: "OLD1",
    });
    return program;
  },

  "virtio-blk": () => {
    const program = new LibvirtProgram();
    const vm = program.vm("fast", { workload: Workload.DATABASE });
    const disk = {
      pool: program.pool("storage"),
      tier: "performance",
      size: gib(10),
      bus: DiskBus.VIRTIO_BLK,
    } as const;
    vm.addDisk("one", { ...disk, queueDepth: 256 });
    vm.addDisk("two", { ...disk, readOnly: true, queues: 2 });
    return program;
  },

  "a failover pair on two hosts whose physical functions have other names": () => {
    const program = new LibvirtProgram({}, ["kvm1", "kvm2"]);
    const { stack, platform, hosts } = program;
    const lan = program.switch("fabric", { backing: SwitchBacking.linuxBridge("br0") }).addVlanSegment("lan");
    const fast = new SriovPool(stack, "fast", {
      platform,
      physicalFunction: "ens1f0",
      virtualFunctions: 8,
      exceptions: [{ host: hosts[1]!, physicalFunction: "enp5s0f0" }],
      vlan: 120,
      maxRate: DataRate.gbps(5),
    });
    const firewall = program.vm("firewall", { host: hosts[0], workload: Workload.NETWORK_FUNCTION });
    firewall.addNic("fast", { sriov: fast, failover: lan });
    program.vm("probe", { host: hosts[1] }).addNic("fast", { sriov: fast });
    return program;
  },
};
