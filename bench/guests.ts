import type { TerraformStack } from "cdktf";

/** The classes of the libvirt provider that the guests are made of: cdktf's own or ours. */
export interface Classes {
  readonly Domain: typeof import("@cdktf/provider-libvirt/lib/domain").Domain;
  readonly LibvirtProvider: typeof import("@cdktf/provider-libvirt/lib/provider").LibvirtProvider;
  readonly Volume: typeof import("@cdktf/provider-libvirt/lib/volume").Volume;
}

const VCPUS = 4;
const DISKS = 3;

const range = (length: number): number[] => Array.from({ length }, (_, index) => index);

/**
 * Adds guests to a stack, each with four pinned vCPUs, two NICs, two controllers, and three disks on volumes of its own.
 *
 * @param references - Whether the disks refer to their volumes, or name them.
 */
export function addGuests(stack: TerraformStack, classes: Classes, guests: number, references: boolean): void {
  new classes.LibvirtProvider(stack, "libvirt", { uri: "qemu:///system" });
  for (const guest of range(guests)) {
    addGuest(stack, classes, guest, references);
  }
}

function addGuest(stack: TerraformStack, { Domain, Volume }: Classes, guest: number, references: boolean): void {
  const name = `guest-${guest}`;
  const pool = "default";
  const volumes = range(DISKS).map((disk) => {
    const volumeName = `${name}-disk-${disk}.qcow2`;
    const target = { format: { type: "qcow2" } };
    const volume = new Volume(stack, `${name}-disk-${disk}`, {
      name: volumeName,
      pool,
      capacity: 10 * 2 ** 30,
      target,
    });
    return references ? volume.name : volumeName;
  });
  new Domain(stack, name, {
    name,
    type: "kvm",
    memory: 8192,
    memoryUnit: "MiB",
    vcpu: VCPUS,
    running: true,
    os: { type: "hvm", typeArch: "x86_64", typeMachine: "q35" },
    cpu: { mode: "host-passthrough" },
    cpuTune: { vcpuPin: range(VCPUS).map((vcpu) => ({ vcpu, cpuSet: `${vcpu + 2}` })) },
    devices: {
      controllers: range(2).map((index) => ({
        type: "scsi",
        index,
        model: "virtio-scsi",
        driver: { queues: VCPUS, cmdPerLun: 64 },
      })),
      disks: volumes.map((volume, index) => ({
        device: "disk",
        driver: { name: "qemu", type: "qcow2", cache: "none", io: "native", discard: "unmap" },
        source: { volume: { pool, volume } },
        target: { dev: `sd${"abc"[index]}`, bus: "scsi" },
      })),
      interfaces: range(2).map((index) => ({
        model: { type: "virtio" },
        mac: { address: `52:54:00:${hex(guest >> 8)}:${hex(guest & 255)}:${hex(index)}` },
        source: { network: { network: `net-${index}` } },
        driver: { name: "vhost", queues: VCPUS, rxQueueSize: 1024 },
        mtu: { size: 9000 },
      })),
    },
  });
}

const hex = (value: number): string => (value % 256).toString(16).padStart(2, "0");
