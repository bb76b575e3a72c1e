import { InterruptCoalescing, NicModel, SwitchBacking, type TunedVmNicOptions, VlanSegment, Workload } from "virtuned";
import { LibvirtProgram } from "../../support/libvirt";
import { warningsOf } from "../../support/synthesis";

type Machine = { readonly vcpus?: number; readonly workload?: Workload };

/** A machine with one NIC. */
function nicOf(options: Partial<TunedVmNicOptions> = {}, machine: Machine = {}) {
  const program = new LibvirtProgram();
  const segment = program.switch("fabric", { mtu: 9000 }).addVlanSegment("db");
  const vm = program.vm("vm", machine);
  const nic = vm.addNic("db", { segment, ...options });
  const device = () => program.synthesise().one("libvirt_domain").devices.interfaces[0];
  return { program, segment, vm, nic, device };
}

describe("queues and rings", () => {
  test.each<[Workload, number, number, number]>([
    [Workload.GENERAL, 1, 1, 256],
    [Workload.GENERAL, 2, 2, 256],
    [Workload.GENERAL, 64, 4, 256],
    [Workload.DATABASE, 64, 8, 512],
    [Workload.WEB, 64, 64, 1024],
    [Workload.NETWORK_FUNCTION, 255, 255, 1024],
  ])("of %s work on %i vCPUs are %i and %i", (workload, vcpus, queues, rx) => {
    const { nic, vm, device } = nicOf({}, { workload, vcpus });
    expect(nic.queues).toBe(queues);
    expect(vm.explain().value("driver.queues")).toBe(String(queues));
    expect(vm.explain().value("driver.rx_queue_size")).toBe(String(rx));
    // What QEMU does by itself is not written: it would be read back as nothing.
    const driver = { ...(queues > 1 && { queues }), ...(rx > 256 && { rx_queue_size: rx }) };
    expect(device().driver).toEqual(Object.keys(driver).length > 0 ? driver : undefined);
  });

  test("that are given win", () => {
    const { nic, device, program } = nicOf({ queues: 2, rxRingSize: 1024 });
    expect(nic.queues).toBe(2);
    expect(device().driver).toEqual({ queues: 2, rx_queue_size: 1024 });
    expect(warningsOf(program.stack)).toEqual([]);
  });

  test("more queues than vCPUs are warned of", () => {
    const { program, device } = nicOf({ queues: 8 }, { vcpus: 4 });
    expect(device().driver.queues).toBe(8);
    expect(warningsOf(program.stack)).toEqual([
      expect.stringMatching(/^prod\/vm\/db: 8 queues for 4 vCPUs: .*\[nic-queues-over-vcpus\]$/),
    ]);
  });

  test("a transmit ring is written, and warned of: a tap device ignores it", () => {
    const { program, device } = nicOf({ txRingSize: 512 });
    expect(device().driver).toMatchObject({ tx_queue_size: 512 });
    expect(warningsOf(program.stack)).toEqual([expect.stringContaining("[nic-tx-ring-on-tap]")]);
  });

  test("more than 200 interrupt vectors are warned of", () => {
    const { vm, segment, program } = nicOf({}, { vcpus: 64, workload: Workload.WEB });
    expect(warningsOf(program.stack)).toEqual([]);
    vm.addNic("two", { segment });
    expect(warningsOf(program.stack)).toEqual([
      expect.stringMatching(/^prod\/vm: the NICs of vm want 258 MSI-X vectors: .*\[nic-msi-vectors\]$/),
    ]);
  });
});

describe("models", () => {
  test.each([NicModel.E1000E, NicModel.E1000, NicModel.RTL8139])("%s has no queues, and is warned of", (model) => {
    const { nic, device, program } = nicOf({ model });
    expect(nic).toMatchObject({ model, queues: undefined });
    expect(device()).toMatchObject({ model: { type: model } });
    expect(device().driver).toBeUndefined();
    expect(warningsOf(program.stack)).toEqual([expect.stringContaining("[nic-paravirtual-model]")]);
  });

  test.each<[string, Partial<TunedVmNicOptions>, string]>([
    ["queues", { queues: 2 }, "[nic-queues-virtio-only]"],
    ["rxRingSize", { rxRingSize: 512 }, "[nic-ring-size-range]"],
    ["txRingSize", { txRingSize: 512 }, "[nic-ring-size-range]"],
  ])("%s on e1000e is refused", (what, options, practice) => {
    expect(() => nicOf({ model: NicModel.E1000E, ...options })).toThrow(`${what} belongs to virtio NICs`);
    expect(() => nicOf({ model: NicModel.E1000E, ...options })).toThrow(practice);
  });

  test("vmxnet3 is vSphere's", () => {
    expect(() => nicOf({ model: NicModel.VMXNET3 })).toThrow(
      'QEMU has no such NIC (given "vmxnet3"; allowed: virtio, e1000e, e1000, rtl8139)',
    );
  });
});

describe("the MTU", () => {
  test.each([
    [undefined, 9000],
    [9000, 9000],
    [1500, 1500],
    [576, 576],
  ])("%p is written as %i", (mtu, written) => {
    const { nic, device } = nicOf({ mtu });
    expect(nic.mtu).toBe(written);
    expect(device().mtu).toEqual({ size: written });
  });

  test("is at most the segment's", () => {
    expect(() => nicOf({ mtu: 9001 })).toThrow("allowed: a whole number, 576 to 9000");
  });
});

describe("MAC addresses", () => {
  const addresses = () => {
    const lab = new LibvirtProgram();
    const segment = lab.switch("fabric").addVlanSegment("db");
    return ["a", "b"].flatMap((id) => {
      const vm = lab.vm(id);
      return ["x", "y"].map((nic) => vm.addNic(nic, { segment }).macAddress!);
    });
  };

  test("are derived from the NIC's path, each another one, in QEMU's own range", () => {
    const macs = addresses();
    expect(macs).toEqual(addresses());
    expect(new Set(macs).size).toBe(4);
    expect(macs.every((mac) => /^52:54:00(:[0-9a-f]{2}){3}$/.test(mac))).toBe(true);
  });

  test("do not depend on what else the machine has", () => {
    const other = new LibvirtProgram();
    const segment = other.switch("other").addVlanSegment("lan");
    const vm = other.vm("a", { vcpus: 8 });
    vm.addNic("new", { segment });
    expect(vm.addNic("y", { segment, queues: 1 }).macAddress).toBe(addresses()[1]);
  });

  test("that are given are written in lower case", () => {
    expect(nicOf({ macAddress: "52:54:00:AB:cd:EF" }).device().mac).toEqual({ address: "52:54:00:ab:cd:ef" });
  });

  test("are there once on a platform", () => {
    const { vm, segment } = nicOf({ macAddress: "52:54:00:00:00:01" });
    expect(() => vm.addNic("two", { segment, macAddress: "52:54:00:00:00:01" })).toThrow(
      "prod/vm/two: its MAC address is that of prod/vm/db",
    );
  });
});

test("a NIC waits for its network", () => {
  const { program } = nicOf();
  const { depends_on } = program.synthesise().one("libvirt_domain");
  const [network] = Object.keys(program.synthesise().all("libvirt_network"));
  expect(depends_on).toEqual([`libvirt_network.${network}`]);
});

test("NICs are in their order, whatever the order of the program", () => {
  const { program, vm, segment } = nicOf({ order: 7 });
  vm.addNic("first", { segment, order: 0, macAddress: "52:54:00:00:00:01" });
  const { interfaces } = program.synthesise().one("libvirt_domain").devices;
  expect(interfaces).toHaveLength(2);
  expect(interfaces[0].mac.address).toBe("52:54:00:00:00:01");
});

describe("what a NIC is told beyond queues and rings", () => {
  test("is nothing unless given, and what stays QEMU's is said", () => {
    const { device, nic } = nicOf();
    expect(Object.keys(device()).sort()).toEqual(["driver", "filter_ref", "mac", "model", "mtu", "source"]);
    expect(nic.explain().settings).toContainEqual(
      expect.objectContaining({ setting: "driver", value: "left alone", practice: "nic-left-alone" }),
    );
  });

  test("offloads are switches of the driver", () => {
    const { device, nic } = nicOf({ hostOffloads: { tso4: false, mrgRxbuf: true }, guestOffloads: { ecn: false } });
    expect(device().driver).toEqual({ queues: 4, host: { tso4: "off", mrg_rx_buf: "on" }, guest: { ecn: "off" } });
    expect(nic.explain().value("driver.host.tso4")).toBe("off");
    expect(nicOf({ hostOffloads: {}, guestOffloads: { csum: undefined } }).device().driver).toEqual({ queues: 4 });
  });

  test("interrupts are coalesced by frames", () => {
    expect(nicOf({ coalescing: InterruptCoalescing.frames(16) }).device().coalesce).toEqual({
      rx: { frames: { max: 16 } },
    });
  });

  test("a port is isolated", () => {
    expect(nicOf({ isolated: true }).device().port_options).toEqual({ isolated: "yes" });
    expect(nicOf({ isolated: false }).device()).not.toHaveProperty("port_options");
  });

  test("a mixture of isolated and other ports is warned of once, unless it is meant", () => {
    const { program, vm, segment } = nicOf({ isolated: true });
    vm.addNic("gateway", { segment, isolated: false });
    expect(warningsOf(program.stack)).toEqual([]);
    vm.addNic("forgotten", { segment });
    vm.addNic("another", { segment });
    expect(warningsOf(program.stack)).toEqual([
      expect.stringMatching(
        /^prod\/vm\/forgotten: prod\/vm\/db is isolated and prod\/vm\/forgotten .*\[nic-mixed-isolation\]$/,
      ),
    ]);
  });

  test("receive filters of the guest are followed on a network that others own, with a warning", () => {
    const program = new LibvirtProgram();
    const { stack, platform } = program;
    const segment = VlanSegment.fromVlanSegmentAttributes(stack, "macvtap", { platform, network: "macvtap" });
    program.vm("vm").addNic("nic", { segment, trustGuestRxFilters: true });
    expect(program.synthesise().one("libvirt_domain").devices.interfaces[0].trust_guest_rx_filters).toBe("yes");
    expect(warningsOf(stack)).toEqual([
      expect.stringMatching(/receive filters of the guest are trusted: .*\[nic-trust-rx-filters\]$/),
    ]);
    expect(nicOf({ trustGuestRxFilters: false }).device()).not.toHaveProperty("trust_guest_rx_filters");
  });

  test.each<[string, Partial<TunedVmNicOptions>, RegExp]>([
    [
      "a rate of interrupts",
      { coalescing: InterruptCoalescing.rate(4000) },
      /by frames only.*nic-coalescing-frames-only/,
    ],
    ["no coalescing", { coalescing: InterruptCoalescing.off() }, /by frames only/],
    [
      "offloads of e1000e",
      { model: NicModel.E1000E, hostOffloads: { csum: false } },
      /offloads belong to virtio NICs.*nic-offloads-virtio-only/,
    ],
    [
      "vmxnet3's threads",
      { receiveScaling: { udpRss: true } },
      /libvirt has no `receiveScaling`.*nic-receive-scaling-vmxnet3/,
    ],
    [
      "trust on a bridge",
      { trustGuestRxFilters: true },
      /on macvtap only.*virtio on a NAT network.*nic-trust-rx-filters-macvtap/,
    ],
  ])("%s is refused", (_what, options, message) => {
    expect(() => nicOf(options)).toThrow(message);
  });

  test("an isolated port of Open vSwitch is refused", () => {
    const program = new LibvirtProgram();
    const segment = program.switch("ovs", { backing: SwitchBacking.openVSwitch("ovs0") }).addVlanSegment("lan");
    expect(() => program.vm("vm").addNic("nic", { segment, isolated: true })).toThrow(
      /ports of Open vSwitch can't be isolated.*nic-isolated-linux-bridge/,
    );
  });
});
