import { TerraformVariable } from "cdktf";
import { Boot, CpuModel, Firmware, Workload } from "../../../src/constructs/compute";
import { VsphereHost } from "../../../src/platforms/vsphere";
import { DataSize, Duration } from "../../../src/units";
import { GIB, type MachineBlocks, Site, warningsOf } from "./setup";

function resourceOf(props: Parameters<Site["vm"]>[0], platform: ConstructorParameters<typeof Site>[0] = {}) {
  const site = new Site(platform);
  site.vm(props);
  return site.only<MachineBlocks>("vsphere_virtual_machine");
}

function decoded(config: unknown, key: string): string {
  return Buffer.from((config as Record<string, string>)[key]!, "base64").toString("utf8");
}

describe("a machine", () => {
  it("has what was asked for, in vSphere's terms", () => {
    const site = new Site({ folder: "prod/db" });
    const vm = site.vm({ description: "Orders", shutdownTimeout: Duration.seconds(61) });
    expect(site.only("vsphere_virtual_machine")).toMatchObject({
      name: "vm",
      annotation: "Orders",
      folder: "prod/db",
      num_cpus: 4,
      num_cores_per_socket: 4,
      cpu_hot_add_enabled: false,
      memory: 8192,
      guest_id: "otherLinux64Guest",
      firmware: "efi",
      enable_disk_uuid: true,
      shutdown_wait_timeout: 2,
      wait_for_guest_net_timeout: 0,
    });
    expect(vm.node.defaultChild).toBe(vm._platformVm.resource);
    expect(vm.explain().value("cpu_hot_add_enabled")).toBe("false");
    expect(vm.explain().settings.find(({ setting }) => setting === "firmware")?.decision).toBe("tuned");
  });

  it("reserves memory for workloads that want it", () => {
    expect(resourceOf({ workload: Workload.DATABASE })).toMatchObject({
      memory_reservation: 8192,
      memory_reservation_locked_to_max: true,
    });
    expect(resourceOf({})).not.toHaveProperty("memory_reservation");
    expect(resourceOf({ reserveMemory: true })).toMatchObject({ memory_reservation: 8192 });
    expect(resourceOf({ workload: Workload.DATABASE, reserveMemory: false })).not.toHaveProperty("memory_reservation");
  });

  it.each([
    [8, 8, 8],
    [12, 8, 6],
    [12, 16, 12],
    [10, 4, 2],
    [7, 4, 1],
  ])("with %i vCPUs on NUMA nodes of %i cores has %i cores in a socket", (vcpus, numaNodeCores, cores) => {
    expect(resourceOf({ vcpus }, { numaNodeCores }).num_cores_per_socket).toBe(cores);
  });

  it.each([
    ["6.7", "otherLinux64Guest"],
    ["7.0", "other5xLinux64Guest"],
    ["8.0.3", "other6xLinux64Guest"],
  ])("on vSphere %s is %s", (vsphereVersion, guest) => {
    expect(resourceOf({}, { vsphereVersion }).guest_id).toBe(guest);
    expect(resourceOf({ guestId: "rhel9_64Guest" }, { vsphereVersion }).guest_id).toBe("rhel9_64Guest");
  });

  it("has the firmware that was given", () => {
    expect(resourceOf({ firmware: Firmware.bios() }).firmware).toBe("bios");
    expect(resourceOf({ firmware: Firmware.uefi({ secureBoot: true }) })).toMatchObject({
      firmware: "efi",
      efi_secure_boot_enabled: true,
    });
  });

  it("runs on the host that was given", () => {
    const host = VsphereHost.named("esx2");
    const resource = resourceOf({ host }, { hosts: [host] });
    expect(resource.host_system_id).toContain("vsphere_host-esx2");
    expect(resource.resource_pool_id).toContain("vsphere_cluster");
  });

  it("that starts from the network has nothing set for it", () => {
    expect(resourceOf({ boot: Boot.network() })).toEqual(resourceOf({}));
  });
});

describe("a clone", () => {
  it("keeps guest ID, firmware and provisioning of its template", () => {
    const site = new Site();
    site.vm({ boot: Boot.template("debian 12", { pool: site.pool, tier: "performance", size: GIB(20) }) });
    const template = "data.vsphere_virtual_machine.vsphere_template-debian12_";
    const resource = site.only<MachineBlocks>("vsphere_virtual_machine");
    expect(resource).toMatchObject({
      guest_id: expect.stringContaining(template),
      firmware: expect.stringContaining(template),
      clone: { template_uuid: expect.stringContaining(template) },
    });
    expect(resource.disk).toMatchObject([
      {
        label: "root",
        unit_number: 0,
        size: 20,
        thin_provisioned: expect.stringMatching(/disks\[0\]\.thin_provisioned/),
        eagerly_scrub: expect.stringMatching(/disks\[0\]\.eagerly_scrub/),
      },
    ]);
  });

  it("has another guest ID and firmware where they were given", () => {
    const site = new Site();
    const boot = Boot.template("debian", { pool: site.pool, tier: "performance", size: GIB(20) });
    site.vm({ boot, guestId: "debian12_64Guest", firmware: Firmware.bios() });
    expect(site.only("vsphere_virtual_machine")).toMatchObject({ guest_id: "debian12_64Guest", firmware: "bios" });
  });
});

describe("a machine from a content library", () => {
  it("is a clone of the item, keeps its guest ID and says its firmware", () => {
    const site = new Site();
    const root = { pool: site.pool, tier: "performance", size: GIB(20) };
    const vm = site.vm({ boot: Boot.template("debian 12", { ...root, library: "images" }) });
    site.vm({ boot: Boot.template("debian 12", { ...root, library: "images" }), guestId: "debian12_64Guest" }, "other");
    const { data, resource } = site.synth();
    expect(Object.values(data.vsphere_content_library!)).toMatchObject([{ name: "images" }]);
    expect(Object.values(data.vsphere_content_library_item!)).toMatchObject([
      { name: "debian 12", library_id: expect.stringContaining("data.vsphere_content_library.") },
    ]);
    expect(data).not.toHaveProperty("vsphere_virtual_machine");
    const [second, first] = Object.values(resource.vsphere_virtual_machine!);
    expect(first).toMatchObject({
      clone: { template_uuid: expect.stringContaining("data.vsphere_content_library_item.") },
      firmware: "efi",
    });
    expect(first).not.toHaveProperty("guest_id");
    expect(second).toMatchObject({ guest_id: "debian12_64Guest" });
    expect(String(vm.explain())).toMatch(/guest_id +as the item's/);
  });
});

describe("cloud-init", () => {
  const userData = "#cloud-config\nruncmd: ['echo ${HOME} \"ü\"']\n";

  it("goes through guestinfo, encoded, and is no reason to power off", () => {
    const resource = resourceOf({ cloudInit: { userData, networkConfig: "version: 2\n" } });
    const config = resource.extra_config;
    expect(config).toMatchObject({ "guestinfo.metadata.encoding": "base64", "guestinfo.userdata.encoding": "base64" });
    expect(decoded(config, "guestinfo.userdata")).toBe(userData);
    const metadata = JSON.parse(decoded(config, "guestinfo.metadata"));
    expect(metadata).toMatchObject({ "instance-id": "vm", "local-hostname": "vm", "network.encoding": "base64" });
    expect(decoded(metadata, "network")).toBe("version: 2\n");
    expect(resource.extra_config_reboot_required).toBe(false);
  });

  it("has the host name that was given, and no network where none was", () => {
    const { extra_config: config } = resourceOf({ cloudInit: { userData, hostname: "orders" } });
    expect(JSON.parse(decoded(config, "guestinfo.metadata"))).toEqual({
      "instance-id": "vm",
      "local-hostname": "orders",
    });
  });

  it("is encoded by Terraform where Terraform knows it first", () => {
    const site = new Site();
    const secret = new TerraformVariable(site.stack, "secret", { sensitive: true }).stringValue;
    const text = `#cloud-config\npassword: "${secret}"\n`;
    site.vm({ cloudInit: { userData: text, networkConfig: `# ${secret}` } });
    const { extra_config: config } = site.only<MachineBlocks>("vsphere_virtual_machine");
    expect(config).toMatchObject({
      "guestinfo.userdata": expect.stringMatching(/^\$\{base64encode\(local\.vm_user-data_\w+\)\}$/),
      "guestinfo.metadata": expect.stringMatching(
        /^\$\{base64encode\(jsonencode\(\{"instance-id" = "vm", .*"network" = base64encode\(local\.vm_network-config_\w+\)/,
      ),
    });
    expect(Object.values(site.synth().locals!)).toContain('#cloud-config\npassword: "${var.secret}"\n');
  });

  it("warns of a network configuration that would not be read", () => {
    const vm = new Site().vm({ cloudInit: { userData, networkConfig: "network:\n  version: 2\n" } });
    expect(warningsOf(vm)).toEqual([expect.stringMatching(/outer "network:".*vsphere-guestinfo/)]);
  });
});

describe("what vSphere lacks", () => {
  const site = new Site();
  const root = { pool: site.pool, tier: "performance", size: GIB(20) } as const;

  it.each([
    [{ machine: "q35" }, /no machine types.*vsphere-not-qemu/],
    [{ cpu: CpuModel.hostPassthrough() }, /no CPU models.*EVC/],
    [{ consoleLog: "/var/log/vm.log" }, /does not log consoles/],
    [{ boot: Boot.kernel({ kernel: "/boot/vmlinuz" }) }, /does not load kernels/],
    [
      { boot: Boot.image("https://example.org/debian.qcow2", root) },
      /makes no disks from images.*Boot.template.*vsphere-clone-template/,
    ],
    [{ memory: DataSize.mebibytes(1022) }, /not a multiple of 4 MiB.*1020 or 1024 MiB.*vsphere-memory-multiple/],
    [{ shutdownTimeout: Duration.minutes(11) }, /does not wait that long.*1 to 10 minutes.*vsphere-shutdown-wait/],
    [{ boot: Boot.volume("old/disk.qcow2", root) }, /existing volume of vSphere is a VMDK.*vsphere-attached-disk/],
  ])("%#: is an error", (props, message) => {
    expect(() => new Site().vm({ ...props, ...("boot" in props && { platform: site.platform }) })).toThrow(message);
  });

  it("has autostart and the guest agent elsewhere", () => {
    expect(resourceOf({ autostart: false, guestAgent: false })).toEqual(resourceOf({}));
  });
});

describe("a machine that lacks devices", () => {
  it("is told so when the stack is synthesised", () => {
    expect(new Site().vm().node.validate()).toEqual([
      expect.stringMatching(/has no NIC. To mend: add one with addNic/),
      expect.stringMatching(/has no disk. To mend: add one with addDisk/),
    ]);
  });

  it("needs one that is the first of its bus", () => {
    const site = new Site();
    const vm = site.vm();
    vm.addNic("lan", { segment: site.segment });
    vm.addDisk("data", { pool: site.pool, tier: "performance", size: GIB(1), order: 3 });
    expect(vm.node.validate()).toEqual([
      expect.stringMatching(/no disk of the machine is the first.*orders 3.*vsphere-first-unit/),
    ]);
    vm.addDisk("first", { pool: site.pool, tier: "performance", size: GIB(1), order: 1 });
    expect(vm.node.validate()).toEqual([]);
  });
});
