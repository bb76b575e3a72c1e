import { TerraformVariable } from "cdktf";
import {
  Boot,
  CpuModel,
  DataSize,
  Duration,
  Firmware,
  StorageBackend,
  StorageTier,
  type TunedVmProps,
  Workload,
} from "virtuned";
import { Accelerator, type LibvirtHostOptions, UEFI_FIRMWARE } from "virtuned/libvirt";
import { LibvirtProgram } from "../../support/libvirt";
import { warningsOf } from "../../support/synthesis";

function domainOf(props: Partial<TunedVmProps> = {}, host: LibvirtHostOptions = {}) {
  const program = new LibvirtProgram(host);
  program.vm("vm", props);
  return program.synthesise().one("libvirt_domain");
}

describe("hardware", () => {
  test("without options is q35 with the host's CPU", () => {
    const { name, type, vcpu, memory, memory_unit, autostart, cpu, os, features, update, description } = domainOf();
    expect({ name, type, vcpu, memory, memory_unit, autostart, cpu, os, features, update, description }).toEqual({
      name: "vm",
      type: "kvm",
      vcpu: 4,
      memory: 8 * 1024 ** 2,
      memory_unit: "KiB",
      autostart: true,
      cpu: { mode: "host-passthrough" },
      os: { type: "hvm", type_arch: "x86_64", type_machine: "q35" },
      features: { acpi: true, apic: {} },
      update: { shutdown: { timeout: 120 } },
      description: undefined,
    });
  });

  test.each<[CpuModel | undefined, Accelerator, object]>([
    [undefined, Accelerator.KVM, { mode: "host-passthrough" }],
    [undefined, Accelerator.TCG, { mode: "maximum" }],
    [CpuModel.hostModel(), Accelerator.KVM, { mode: "host-model" }],
    [CpuModel.maximum(), Accelerator.TCG, { mode: "maximum" }],
    [CpuModel.named("EPYC-Milan"), Accelerator.KVM, { mode: "custom", match: "exact", model: "EPYC-Milan" }],
  ])("CPU %s with %s", (cpu, accelerator, written) => {
    expect(domainOf({ cpu }, { accelerator })).toMatchObject({
      cpu: written,
      type: accelerator === Accelerator.KVM ? "kvm" : "qemu",
    });
  });

  test.each([CpuModel.hostPassthrough(), CpuModel.hostModel()])("CPU %s needs KVM", (cpu) => {
    expect(() => domainOf({ cpu }, { accelerator: Accelerator.TCG })).toThrow(
      "prod/vm: without KVM host kvm1 can't give its guests its own CPU",
    );
  });

  test("that is given is written", () => {
    const { os, autostart, update, memory } = domainOf({
      machine: "pc-q35-8.2",
      autostart: false,
      shutdownTimeout: Duration.seconds(45),
      memory: DataSize.mebibytes(16),
    });
    expect({ os, autostart, update, memory }).toMatchObject({
      os: { type_machine: "pc-q35-8.2" },
      autostart: false,
      update: { shutdown: { timeout: 45 } },
      memory: 16 * 1024,
    });
  });

  test.each([
    [Workload.GENERAL, "virtio"],
    [Workload.DATABASE, "none"],
    [Workload.WEB, "virtio"],
    [Workload.NETWORK_FUNCTION, "none"],
  ])("the balloon of %s work is %s", (workload, model) => {
    expect(domainOf({ workload }).devices.mem_balloon).toEqual({ model });
  });

  test("the balloon is as it was asked for", () => {
    const balloonOf = (reserveMemory: boolean, workload: Workload) =>
      domainOf({ workload, reserveMemory }).devices.mem_balloon.model;
    expect([balloonOf(true, Workload.GENERAL), balloonOf(false, Workload.DATABASE)]).toEqual(["none", "virtio"]);
  });

  test("has a source of entropy, a serial console and a channel for the agent", () => {
    expect(domainOf().devices).toMatchObject({
      rngs: [{ model: "virtio", backend: { random: "/dev/urandom" } }],
      serials: [{}],
      channels: [{ target: { virt_io: { name: "org.qemu.guest_agent.0" } } }],
    });
    expect(domainOf({ guestAgent: false }).devices.channels).toBeUndefined();
    expect(domainOf({ consoleLog: "/var/log/vm.log" }).devices.serials).toEqual([
      { log: { file: "/var/log/vm.log", append: "on" } },
    ]);
  });

  test.each([
    ["costs ${price} <b> & 'c' \"d\"", "costs $${price} <b> & 'c' \"d\""],
    ["λ\ttwo\nlines", "λ\ttwo\nlines"],
  ])("description %j", (given, written) => expect(domainOf({ description: given }).description).toBe(written));
});

describe("firmware", () => {
  test("is BIOS unless told otherwise", () => {
    expect(domainOf({ firmware: Firmware.bios() }).os).toEqual(domainOf().os);
  });

  test("UEFI has its variables in a file of its own", () => {
    expect(domainOf({ firmware: Firmware.uefi() }).os).toMatchObject({
      loader: "/usr/share/OVMF/OVMF_CODE_4M.fd",
      loader_type: "pflash",
      loader_readonly: "yes",
      nv_ram: { nv_ram: "/var/lib/libvirt/qemu/nvram/vm_VARS.fd", template: "/usr/share/OVMF/OVMF_VARS_4M.fd" },
    });
  });

  test("with Secure Boot has its keys, and system management mode that guards them", () => {
    const { os, features } = domainOf({ firmware: Firmware.uefi({ secureBoot: true }) });
    expect(os).toMatchObject({ loader: "/usr/share/OVMF/OVMF_CODE_4M.ms.fd", loader_secure: "yes" });
    expect(features.smm).toEqual({ state: "on" });
  });

  test("is where the host has it", () => {
    const host = { uefi: UEFI_FIRMWARE.fedora, nvramFolder: "/srv/nvram" };
    expect(domainOf({ firmware: Firmware.uefi() }, host).os).toMatchObject({
      loader: "/usr/share/edk2/ovmf/OVMF_CODE.fd",
      nv_ram: { nv_ram: "/srv/nvram/vm_VARS.fd" },
    });
  });
});

test.each(["pc", "pc-i440fx-7.2"])("Secure Boot on %s is refused", (machine) => {
  const firmware = Firmware.uefi({ secureBoot: true });
  expect(() => domainOf({ machine, firmware })).toThrow("prod/vm: QEMU has Secure Boot on q35 machines only");
  expect(domainOf({ machine: "pc-q35-7.2", firmware }).os.loader_secure).toBe("yes");
});

describe("what it starts from", () => {
  test("a kernel on the host", () => {
    const boot = Boot.kernel({ kernel: "/boot/vmlinuz", initrd: "/boot/initrd", cmdline: "console=ttyS0" });
    expect(domainOf({ boot }).os).toMatchObject({
      kernel: "/boot/vmlinuz",
      initrd: "/boot/initrd",
      cmdline: "console=ttyS0",
    });
  });

  test("the network: NICs in their order, no disk", () => {
    const program = new LibvirtProgram();
    const segment = program.switch("fabric").addVlanSegment("db");
    const vm = program.vm("vm", { boot: Boot.network() });
    vm.addNic("b", { segment, order: 1 });
    vm.addNic("a", { segment, order: 0 });
    vm.addDisk("data", { pool: program.pool("storage"), tier: "performance", size: DataSize.gibibytes(1) });
    const { interfaces, disks } = program.synthesise().one("libvirt_domain").devices;
    expect(interfaces).toMatchObject([{ boot: { order: 1 } }, { boot: { order: 2 } }]);
    expect(disks[0].boot).toBeUndefined();
  });
});

describe("cloud-init", () => {
  function webWith(cloudInit: TunedVmProps["cloudInit"]) {
    const program = new LibvirtProgram();
    const pool = program.pool("storage", { tiers: { standard: StorageTier.on(StorageBackend.directory("/srv")) } });
    program.vm("web", { boot: Boot.volume("golden.qcow2", { pool, tier: "standard" }), cloudInit });
    return program.synthesise();
  }

  test("is on a read-only disk of its own, which the machine waits for", () => {
    const synthesis = webWith({ userData: "#cloud-config\n" });
    expect(synthesis.one("libvirt_cloudinit_disk")).toMatchObject({
      user_data: "#cloud-config\n",
      meta_data: "instance-id: web\nlocal-hostname: web\n",
    });
    const [volume] = Object.keys(synthesis.all("libvirt_volume"));
    const { devices, depends_on } = synthesis.one("libvirt_domain");
    expect(depends_on).toContain(`libvirt_volume.${volume}`);
    expect(devices.disks[1]).toMatchObject({ read_only: true, target: { bus: "virtio", dev: "vdzz" } });
  });

  test("has the host name and the network that it is given", () => {
    const image = webWith({ userData: "#!/bin/sh\n", hostname: "web.example.org", networkConfig: "version: 2\n" });
    expect(image.one("libvirt_cloudinit_disk")).toMatchObject({
      meta_data: "instance-id: web\nlocal-hostname: web.example.org\n",
      network_config: "version: 2\n",
    });
  });

  test.each([
    ['#!/bin/sh\necho "${HOME}" $HOME %{x}\n', '#!/bin/sh\necho "$${HOME}" $HOME %%{x}\n'],
    ["#cloud-config\n# λ \\n '\"`\n", "#cloud-config\n# λ \\n '\"`\n"],
  ])("%j arrives as it is written", (userData, written) => {
    expect(webWith({ userData }).one("libvirt_cloudinit_disk").user_data).toBe(written);
  });

  test("needs a disk by the time it is synthesised: its image is in the pool of the first", () => {
    const program = new LibvirtProgram();
    program.vm("web", { cloudInit: { userData: "#cloud-config\n" } });
    expect(() => program.synthesise()).toThrow(
      "[prod/web] cloud-init reads an image in the pool of the machine's first disk",
    );
  });

  test("changes the machine when its content does", () => {
    const metadataOf = (userData: string) => webWith({ userData }).one("libvirt_domain").metadata.xml;
    expect(metadataOf("#cloud-config\na: 1\n")).toBe(metadataOf("#cloud-config\na: 1\n"));
    expect(metadataOf("#cloud-config\na: 2\n")).not.toBe(metadataOf("#cloud-config\na: 1\n"));
  });

  test("with a secret in it: Terraform puts it in, and hashes what it can't know before", () => {
    const program = new LibvirtProgram();
    const pool = program.pool("storage", { tiers: { standard: StorageTier.on(StorageBackend.directory("/srv")) } });
    const { stringValue } = new TerraformVariable(program.stack, "password", { sensitive: true });
    const userData = `#cloud-config\npassword: "${stringValue}"\nruncmd: ["echo \${HOME}"]\n`;
    program.vm("web", { boot: Boot.volume("golden.qcow2", { pool, tier: "standard" }), cloudInit: { userData } });
    const synthesis = program.synthesise();
    const written = '#cloud-config\npassword: "${var.password}"\nruncmd: ["echo $${HOME}"]\n';
    expect(synthesis.one("libvirt_cloudinit_disk").user_data).toBe(written);
    const [local, text] = Object.entries<string>(synthesis.document.locals).find(([name]) => name.includes("Text"))!;
    expect(text).toContain(written);
    expect(synthesis.one("libvirt_domain").metadata.xml).toContain(`\${sha256(local.${local})}`);
    expect(synthesis.one("terraform_data", "Content").input).toBe(`\${sha256(local.${local})}`);
  });
});

describe("what libvirt does not have is refused", () => {
  test.each<[string, Partial<TunedVmProps>, string]>([
    [
      "256 vCPUs",
      { vcpus: 256 },
      "prod/vm: too many vCPUs for a machine without an IOMMU (given 256; allowed: 1 to 255). [vm-vcpu-limit]",
    ],
    ["guest identifiers", { guestId: "debian12_64Guest" }, "libvirt has no guest identifiers"],
  ])("%s", (_, props, message) => expect(() => domainOf(props)).toThrow(message));

  test("templates", () => {
    const program = new LibvirtProgram();
    const root = { pool: program.pool("storage"), tier: "performance", size: DataSize.gibibytes(1) } as const;
    expect(() => program.vm("vm", { boot: Boot.template("debian", root) })).toThrow("libvirt has no templates");
  });
});

describe("what is known of the host", () => {
  test("CPUs: a machine with more is refused", () => {
    expect(domainOf({ vcpus: 8 }, { cpus: 8 }).vcpu).toBe(8);
    expect(() => domainOf({ vcpus: 9 }, { cpus: 8 })).toThrow(
      "prod/vm: more vCPUs than host kvm1 has CPUs (given 9; allowed: 1 to 8)",
    );
  });

  test.each([
    [4, []],
    [
      5,
      [
        expect.stringMatching(
          /^prod\/vm: 5 vCPUs are more than a NUMA node of host kvm1 has CPUs \(4\): .*\[vm-one-numa-node\]$/,
        ),
      ],
    ],
  ])("NUMA nodes: %i vCPUs of 8 CPUs in two nodes", (vcpus, warnings) => {
    const program = new LibvirtProgram({ cpus: 8, numaNodes: 2 });
    program.vm("vm", { vcpus });
    expect(warningsOf(program.stack)).toEqual(warnings);
  });
});
