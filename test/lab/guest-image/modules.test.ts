import { loadOrder } from "../../../lab/guest-image/modules";

const DEPENDENCIES = `kernel/drivers/virtio/virtio_ring.ko:
kernel/drivers/virtio/virtio.ko.xz: kernel/drivers/virtio/virtio_ring.ko
kernel/drivers/net/virtio_net.ko.xz: kernel/net/failover.ko kernel/drivers/virtio/virtio.ko.xz kernel/drivers/virtio/virtio_ring.ko
kernel/net/failover.ko:
kernel/drivers/char/hw_random/virtio-rng.ko.zst: kernel/drivers/virtio/virtio.ko.xz kernel/drivers/virtio/virtio_ring.ko
`;

describe("loadOrder", () => {
  it("puts each module after all it depends on, and each once", () => {
    expect(loadOrder(["virtio_net", "virtio_rng"], DEPENDENCIES)).toEqual([
      "kernel/drivers/virtio/virtio_ring.ko",
      "kernel/drivers/virtio/virtio.ko.xz",
      "kernel/net/failover.ko",
      "kernel/drivers/net/virtio_net.ko.xz",
      "kernel/drivers/char/hw_random/virtio-rng.ko.zst",
    ]);
  });

  it("leaves out what the kernel has built in", () => {
    expect(loadOrder(["ext4"], DEPENDENCIES)).toEqual([]);
  });
});
