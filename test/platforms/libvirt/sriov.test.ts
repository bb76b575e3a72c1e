import {
  DataRate,
  DataSize,
  NicModel,
  SriovPool,
  type SriovPoolProps,
  SwitchBacking,
  TrafficProfile,
  type TunedVmProps,
  VfLinkState,
  VlanSegment,
} from "virtuned";
import { LibvirtProgram } from "../../support/libvirt";
import { warningsOf } from "../../support/synthesis";

function poolOn(program: LibvirtProgram, props: Partial<SriovPoolProps> = {}, id = "fast"): SriovPool {
  const { stack, platform } = program;
  return new SriovPool(stack, id, { platform, physicalFunction: "ens1f0", virtualFunctions: 2, ...props });
}

/** Text of a file of a host whose path ends so. */
function fileOf(program: LibvirtProgram, ending: string, host = 0): string {
  return program.platform.hostFiles(program.hosts[host]).files.find(({ path }) => path.endsWith(ending))!.content;
}

function devicesOf(program: LibvirtProgram, vm = "") {
  return program.synthesise().one("libvirt_domain", vm).devices.interfaces;
}

describe("a pool", () => {
  test("is a network of the same name on each host, which the host's physical function is in", () => {
    const program = new LibvirtProgram({}, ["kvm1", "kvm2"]);
    poolOn(program, { exceptions: [{ host: program.hosts[1]!, physicalFunction: "enp5s0f0" }] });
    const network = (device: string) => ({
      name: "fast",
      autostart: true,
      forward: { mode: "hostdev", managed: true, pfs: [{ dev: device }] },
    });
    const synthesis = program.synthesise();
    expect(synthesis.one("libvirt_network", "kvm1")).toMatchObject(network("ens1f0"));
    expect(synthesis.one("libvirt_network", "kvm2")).toMatchObject(network("enp5s0f0"));
    expect(synthesis.one("libvirt_network", "kvm1")).not.toHaveProperty("vlan");
  });

  test("has its VLAN in the network, as libvirt takes it off otherwise", () => {
    const program = new LibvirtProgram();
    const pool = poolOn(program, { vlan: 120 });
    expect(program.synthesise().one("libvirt_network").vlan).toEqual({ tags: [{ id: 120 }] });
    expect(pool.explain().settings).toContainEqual(
      expect.objectContaining({ setting: "vlan.tags, VLANId", value: "120", practice: "sriov-vlan-tag" }),
    );
  });

  test("is made anew with another physical function, VLAN or number, and its guests follow", () => {
    const attachment = (props: Partial<SriovPoolProps>) => {
      const program = new LibvirtProgram();
      program.vm("vm").addNic("fast", { sriov: poolOn(program, props) });
      const synthesis = program.synthesise();
      expect(synthesis.one("libvirt_network").lifecycle.replace_triggered_by).toEqual([
        expect.stringMatching(/^terraform_data.fast_kvm1_VirtualFunctions_/),
        expect.stringMatching(/^terraform_data.fast_kvm1_Definition_/),
      ]);
      expect(synthesis.one("terraform_data", "VirtualFunctions").input).toBe(props.virtualFunctions ?? 2);
      return synthesis.one("libvirt_domain").metadata.xml;
    };
    expect(attachment({ vlan: 120 })).not.toBe(attachment({}));
    expect(attachment({ physicalFunction: "ens1f1" })).not.toBe(attachment({}));
    expect(attachment({ virtualFunctions: 8 })).not.toBe(attachment({}));
    expect(attachment({ mtu: 9000, maxRate: DataRate.gbps(1) })).toBe(attachment({}));
  });

  test("is made by files of the host, at each start", () => {
    const program = new LibvirtProgram();
    poolOn(program);
    expect(fileOf(program, "ens1f0.link")).toContain(
      [
        "[Match]",
        "Property=ID_NET_NAME_SLOT=ens1f0",
        "",
        "[Link]",
        "Name=ens1f0",
        "AlternativeNamesPolicy=database onboard slot path",
        "SR-IOVVirtualFunctions=2",
        "",
        "[SR-IOV]",
        "VirtualFunction=0",
        "MACSpoofCheck=yes",
        "Trust=no",
        "LinkState=auto",
        "",
        "[SR-IOV]",
        "VirtualFunction=1",
      ].join("\n"),
    );
    const service = fileOf(program, "virtuned-sriov-ens1f0.service");
    expect(service).toContain("After=sys-subsystem-net-devices-ens1f0.device\n");
    expect(service.match(/^ExecStart=.*$/gm)).toEqual(["ExecStart=/usr/sbin/ip link set dev ens1f0 up"]);
  });

  test("has rates, which a service sets on each virtual function", () => {
    const program = new LibvirtProgram();
    const pool = poolOn(program, { physicalFunction: "pf-0", maxRate: DataRate.gbps(2), minRate: DataRate.mbps(100) });
    const service = fileOf(program, "virtuned-sriov-pf-0.service");
    expect(service.match(/^ExecStart=.*$/gm)).toEqual([
      "ExecStart=/usr/sbin/ip link set dev pf-0 up",
      "ExecStart=/usr/sbin/ip link set dev pf-0 vf 0 max_tx_rate 2000 min_tx_rate 100",
      "ExecStart=/usr/sbin/ip link set dev pf-0 vf 1 max_tx_rate 2000 min_tx_rate 100",
    ]);
    expect(service).toContain("Requires=sys-subsystem-net-devices-pf\\x2d0.device\n");
    expect(pool.explain().value("max_tx_rate")).toBe("2000 Mbit/s");
    expect(pool.explain().value("min_tx_rate")).toBe("100 Mbit/s");
  });

  test("has the settings of its virtual functions in the file", () => {
    const program = new LibvirtProgram();
    const pool = poolOn(program, { vlan: 7, mtu: 9000, spoofCheck: false, trust: true, linkState: VfLinkState.UP });
    const link = fileOf(program, "ens1f0.link");
    expect(link).toContain("MTUBytes=9000\n");
    const section = ["VLANId=7", "MACSpoofCheck=no", "Trust=yes", "LinkState=yes"].join("\n");
    expect(
      link
        .split("[SR-IOV]")
        .slice(1)
        .map((text) => text.trim()),
    ).toEqual([`VirtualFunction=0\n${section}`, `VirtualFunction=1\n${section}`]);
    expect(pool.explain().value("LinkState")).toBe("yes");
    const down = new LibvirtProgram();
    poolOn(down, { linkState: VfLinkState.DOWN });
    expect(fileOf(down, "ens1f0.link")).toContain("LinkState=no\n");
  });

  test("says what the kernel has to be told", () => {
    expect(poolOn(new LibvirtProgram()).explain().settings).toContainEqual(
      expect.objectContaining({
        subject: "prod/fast",
        setting: "kernel command line",
        value: expect.stringContaining("intel_iommu=on iommu=pt"),
        practice: "sriov-iommu",
      }),
    );
  });

  test.each<[string, Partial<SriovPoolProps>, RegExp]>([
    ["a PCI address", { physicalFunction: "0000:3b:00.0" }, /the name has ":" in it/],
    ["a name that is too long", { physicalFunction: "sixteencharacter" }, /1 too many/],
  ])("is refused with %s", (_what, props, message) => {
    expect(() => poolOn(new LibvirtProgram(), props)).toThrow(message);
  });

  test("is refused with a segment, and where another has its name or physical function", () => {
    const program = new LibvirtProgram();
    const segment = program.switch("fabric").addVlanSegment("lan");
    expect(() => poolOn(program, { segment }, "a")).toThrow(/on no segment.*give `vlan` and `mtu`/);
    expect(() => poolOn(program, { name: "fabric" }, "b")).toThrow("host kvm1 has a network of this name already");
    poolOn(program);
    expect(() => poolOn(program, {}, "c")).toThrow(
      "host kvm1 has a physical function of this name already, that of prod/fast",
    );
  });
});

describe("a virtual function alone", () => {
  const single = (machine: Partial<TunedVmProps> = {}, props: Partial<SriovPoolProps> = {}) => {
    const program = new LibvirtProgram();
    const nic = program.vm("vm", machine).addNic("fast", { sriov: poolOn(program, props) });
    return { program, nic };
  };

  test("is an interface of the pool's network, and nothing that a virtual NIC has", () => {
    const { program, nic } = single();
    expect(devicesOf(program)).toEqual([
      { model: { type: "virtio" }, mac: { address: nic.macAddress }, source: { network: { network: "fast" } } },
    ]);
    expect(program.synthesise().one("libvirt_domain").depends_on).toEqual([
      expect.stringMatching(/^libvirt_network\.fast_kvm1_/),
    ]);
    expect(nic).toMatchObject({ model: undefined, queues: undefined, macAddress: expect.stringMatching(/^52:54:00:/) });
    expect(nic.explain().settings.map(({ setting, practice }) => [setting, practice])).toEqual([
      ["mac.address", "sriov-mac"],
      ["teaming", "sriov-no-migration"],
    ]);
    expect(warningsOf(program.stack)).toEqual([]);
  });

  test("has an MTU that the guest sets, which is warned of unless cloud-init does", () => {
    expect(warningsOf(single({}, { mtu: 9000 }).program.stack)).toEqual([
      expect.stringMatching(/^prod\/vm\/fast: The guest sets the MTU .*, 9000 here: .*\[sriov-guest-mtu\]$/),
    ]);
    const cloudInit = { userData: "#cloud-config\n", networkConfig: "version: 2\nethernets: {a: {mtu: 9000}}\n" };
    expect(warningsOf(single({ cloudInit }, { mtu: 9000 }).program.stack)).toEqual([]);
  });

  test("is there once: no more NICs than virtual functions", () => {
    const program = new LibvirtProgram({}, ["kvm1", "kvm2"]);
    const [host, other] = program.hosts;
    const pool = poolOn(program);
    program.vm("a", { host }).addNic("one", { sriov: pool });
    program.vm("b", { host }).addNic("one", { sriov: pool });
    program.vm("c", { host: other }).addNic("one", { sriov: pool });
    expect(() => program.vm("d", { host }).addNic("one", { sriov: pool })).toThrow(
      /no virtual function left: prod\/a\/one, prod\/b\/one have them.*sriov-vf-count/,
    );
  });
});

describe("a failover pair", () => {
  const pair = (options: object = {}, backing = SwitchBacking.linuxBridge("br0")) => {
    const program = new LibvirtProgram();
    const segment = program.switch("fabric", { backing }).addVlanSegment("lan");
    const nic = program.vm("vm").addNic("fast", { sriov: poolOn(program), failover: segment, ...options });
    return { program, nic };
  };

  test("is a virtio NIC that stays and a virtual function, of one address", () => {
    const { program, nic } = pair({ macAddress: "52:54:00:12:34:56" });
    const mac = { address: "52:54:00:12:34:56" };
    expect(devicesOf(program)).toMatchObject([
      {
        model: { type: "virtio" },
        mac,
        source: { network: { network: "fabric", port_group: "lan" } },
        driver: { queues: 4 },
        filter_ref: { filter: "no-mac-spoofing" },
        alias: { name: "ua-525400123456" },
        teaming: { type: "persistent" },
      },
      {
        model: { type: "virtio" },
        mac,
        source: { network: { network: "fast" } },
        teaming: { type: "transient", persistent: "ua-525400123456" },
      },
    ]);
    const [, vf] = devicesOf(program);
    expect(Object.keys(vf).sort()).toEqual(["mac", "model", "source", "teaming"]);
    expect(program.synthesise().one("libvirt_domain").depends_on).toHaveLength(2);
    expect(nic.explain().value("teaming")).toBe("persistent ua-525400123456, transient");
    expect(warningsOf(program.stack)).toEqual([]);
  });

  test("is warned of where the segment limits what passes it", () => {
    const program = new LibvirtProgram();
    const traffic = TrafficProfile.tokenBucket({ average: DataRate.gbps(1), burst: DataSize.mebibytes(1) });
    const segment = program.switch("fabric").addVlanSegment("lan", { traffic });
    program.vm("vm").addNic("fast", { sriov: poolOn(program), failover: segment });
    expect(warningsOf(program.stack)).toContainEqual(
      expect.stringMatching(/^prod\/vm\/fast: .* such as that of prod\/fabric\/lan: .*\[sriov-segment-traffic\]$/),
    );
  });

  test("is virtio", () => {
    expect(() => pair({ model: NicModel.E1000E })).toThrow(
      /stands in for a virtual function is not virtio.*sriov-failover-virtio/,
    );
  });

  test("takes a virtual function of the pool", () => {
    const program = new LibvirtProgram();
    const segment = program.switch("fabric").addVlanSegment("lan");
    const pool = poolOn(program, { virtualFunctions: 1 });
    program.vm("a").addNic("one", { sriov: pool, failover: segment });
    expect(() => program.vm("b").addNic("one", { sriov: pool })).toThrow("no virtual function left");
  });

  test("may be on a network that others own", () => {
    const program = new LibvirtProgram();
    const { stack, platform } = program;
    const failover = VlanSegment.fromVlanSegmentAttributes(stack, "lan", { platform, network: "lan" });
    program.vm("vm").addNic("fast", { sriov: poolOn(program), failover });
    expect(devicesOf(program)).toHaveLength(2);
  });
});
