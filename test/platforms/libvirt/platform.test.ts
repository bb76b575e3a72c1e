import {
  DataSize,
  DistributedVSwitch,
  NfsSecurity,
  StorageBackend,
  StorageDrs,
  StorageTier,
  SwitchBacking,
  TieredStoragePool,
  TunedVm,
} from "virtuned";
import { Accelerator, LibvirtHost, LibvirtPlatform } from "virtuned/libvirt";
import { LibvirtProgram } from "../../support/libvirt";

describe("a host", () => {
  test("is KVM with Debian's UEFI unless told otherwise, and nothing is known of it", () => {
    expect(LibvirtHost.at("kvm1", "qemu:///system")).toMatchObject({
      name: "kvm1",
      uri: "qemu:///system",
      accelerator: "kvm",
      libvirtVersion: undefined,
      cpus: undefined,
      nvramFolder: "/var/lib/libvirt/qemu/nvram",
    });
  });

  test.each([
    ["9.0", [9, 0, 0]],
    ["11.2.3", [11, 2, 3]],
  ])("has version %s", (libvirtVersion, version) => {
    expect(LibvirtHost.at("kvm1", "qemu:///system", { libvirtVersion }).libvirtVersion).toEqual(version);
  });

  test.each([
    "qemu:///session",
    "qemu+ssh://root@kvm1/system?keyfile=/k",
    "qemu+tls://[fd00::1]:16514/system",
    "qemu+unix:///system?socket=/run/x",
  ])("is at %s", (uri) => expect(LibvirtHost.at("kvm1", uri).uri).toBe(uri));

  test.each<[string, unknown, object, string]>([
    ["nothing", undefined, {}, "not a connection URI"],
    ["another driver", "xen:///system", {}, "not a connection URI of libvirt's QEMU driver"],
    ["a URI with a space", "qemu:///sys tem", {}, "not a connection URI"],
    ["a URI with a quote", "qemu:///system'; rm", {}, "not a connection URI"],
    ["a password", "qemu+ssh://root:secret@kvm1/system", {}, "the URI has a password in it"],
    ["a reference", "${var.uri}", {}, "the URI must be a literal"],
    ["no CPUs", "qemu:///system", { cpus: 0 }, "cpus is too small"],
    ["a folder outside", "qemu:///system", { nvramFolder: "../nvram" }, "nvramFolder is not a path"],
    [
      "UEFI without a file",
      "qemu:///system",
      { uefi: { plain: { code: "/a" } } },
      "uefi.plain.variables is not a path",
    ],
    ["UEFI by its name", "qemu:///system", { uefi: "debian" }, "uefi.plain.code is not a path"],
    ["a reference for a folder", "qemu:///system", { nvramFolder: "${var.a}" }, "nvramFolder must be a literal"],
    ["a version in words", "qemu:///system", { libvirtVersion: "eleven" }, 'not a version (given "eleven"'],
    ["another accelerator", "qemu:///system", { accelerator: "KVM" }, 'did you mean "kvm"?'],
  ])("%s is refused", (_, uri, options, message) => {
    expect(() => LibvirtHost.at("kvm1", uri as never, options)).toThrow('LibvirtHost.at("kvm1"): ');
    expect(() => LibvirtHost.at("kvm1", uri as never, options)).toThrow(message);
  });
});

describe("a platform", () => {
  test("has a provider for each host, and gives it to resources of others", () => {
    const program = new LibvirtProgram({ accelerator: Accelerator.TCG }, ["kvm1", "kvm2"]);
    const { platform, hosts } = program;
    expect(platform.provider(hosts[1]).alias).toBe("kvm-kvm2");
    expect(() => platform.provider()).toThrow("prod/kvm: which host of the platform it is on is left open");
    expect(program.synthesise().document.provider.libvirt).toEqual([
      { alias: "kvm-kvm1", uri: "qemu+ssh://root@kvm1/system" },
      { alias: "kvm-kvm2", uri: "qemu+ssh://root@kvm2/system" },
    ]);
  });

  test("calls providers as Terraform can read it", () => {
    const program = new LibvirtProgram({}, ["kvm1.example.org"]);
    program.vm("vm");
    const synthesis = program.synthesise();
    expect(synthesis.document.provider.libvirt).toMatchObject([{ alias: "kvm-kvm1_example_org" }]);
    expect(synthesis.one("libvirt_domain").provider).toBe("libvirt.kvm-kvm1_example_org");
    const hosts = ["a.b", "a_b"].map((name) => LibvirtHost.at(name, "qemu:///system"));
    expect(() => new LibvirtPlatform(program.stack, "10g", { hosts })).toThrow(
      'prod/10g: the aliases of the hosts\' providers are not all different: one is there more than once (given "_10g-a_b")',
    );
  });

  test.each([[undefined], [[]], [[{ name: "kvm1" }]], ["kvm1"]])("of hosts %p is refused", (hosts) => {
    const { stack } = new LibvirtProgram();
    expect(() => new LibvirtPlatform(stack, "other", { hosts } as never)).toThrow(
      "prod/other: a libvirt platform has one or more hosts",
    );
  });

  test("has hosts of different names", () => {
    const hosts = ["qemu:///system", "qemu:///session"].map((uri) => LibvirtHost.at("kvm1", uri));
    expect(() => new LibvirtPlatform(new LibvirtProgram().stack, "other", { hosts })).toThrow(
      'prod/other: the names of the hosts are not all different: one is there more than once (given "kvm1")',
    );
  });
});

describe("a machine on one of several hosts", () => {
  const program = new LibvirtProgram({}, ["kvm1", "kvm2"]);
  const [first, second] = program.hosts;
  const segment = program.switch("fabric", { hosts: [first!] }).addVlanSegment("db");
  const pool = program.pool("storage", { hosts: [first!] });
  const vm = program.vm("vm", { host: second });

  test("has to say which", () => {
    expect(() => program.vm("open")).toThrow(
      "prod/open: which host of the platform it is on is left open (allowed: kvm1, kvm2). " +
        "To mend: give `host`; libvirt has no scheduler that would place it.",
    );
  });

  test("is on it", () => {
    expect(program.synthesise().one("libvirt_domain").provider).toBe("libvirt.kvm-kvm2");
  });

  test("can't be on a switch or a pool that its host has not", () => {
    expect(() => vm.addNic("db", { segment })).toThrow(
      'prod/vm/db: switch fabric does not span the machine\'s host (given "kvm2"; allowed: kvm1)',
    );
    expect(() => vm.addDisk("data", { pool, tier: "performance", size: DataSize.gibibytes(1) })).toThrow(
      'prod/vm/data: pool storage is not on the machine\'s host (given "kvm2"; allowed: kvm1)',
    );
  });
});

describe("things of two platforms do not mix", () => {
  const { stack, platform, hosts, vm } = (() => {
    const program = new LibvirtProgram();
    return { ...program, vm: program.vm("vm"), stack: program.stack };
  })();
  const hostsOfOther = [LibvirtHost.at("far", "qemu:///system")];
  const other = new LibvirtPlatform(stack, "other", { hosts: hostsOfOther });
  const backing = SwitchBacking.isolated();
  const segment = new DistributedVSwitch(stack, "far-fabric", { platform: other, backing }).addVlanSegment("db");
  const tiers = { standard: StorageTier.on(StorageBackend.lvm("vg")) };
  const pool = new TieredStoragePool(stack, "far-storage", { platform: other, tiers });

  test.each<[string, () => unknown, string]>([
    ["a NIC on its segment", () => vm.addNic("db", { segment }), "segment is on another platform"],
    [
      "a disk in its pool",
      () => vm.addDisk("d", { pool, tier: "standard", size: DataSize.gibibytes(1) }),
      "storage pool is on another platform",
    ],
    [
      "a machine on its host",
      () => new TunedVm(stack, "far-vm", { platform, vcpus: 1, memory: DataSize.gibibytes(1), host: hostsOfOther[0] }),
      "host is not a host of platform prod/kvm",
    ],
    [
      "a switch on its host",
      () => new DistributedVSwitch(stack, "near-fabric", { platform, backing, hosts: [...hosts, ...hostsOfOther] }),
      "host is not a host of platform",
    ],
    [
      "a pool on its host",
      () => new TieredStoragePool(stack, "near-storage", { platform, tiers, hosts: hostsOfOther }),
      "host is not a host of platform",
    ],
  ])("%s", (_, mix, message) => expect(mix).toThrow(message));
});

describe("names of a host are there once", () => {
  const program = new LibvirtProgram({}, ["kvm1", "kvm2"]);
  const [first, second] = program.hosts;
  program.vm("guest", { host: first });
  program.switch("fabric", { hosts: [first!] });
  const pool = program.pool("storage");
  const disk = { pool, tier: "performance", size: DataSize.gibibytes(1) } as const;
  program.vm("a", { host: first }).addDisk("b-c", disk);

  test.each<[string, () => unknown, string]>([
    [
      "guests",
      () => program.vm("g2", { name: "guest", host: first }),
      "prod/g2: host kvm1 has a guest of this name already, that of prod/guest",
    ],
    [
      "networks",
      () => program.switch("f2", { name: "fabric" }),
      "prod/f2: host kvm1 has a network of this name already, that of prod/fabric",
    ],
    ["pools", () => program.pool("s2", { name: "storage" }), "host kvm1 has a storage pool of this name already"],
    [
      "volumes",
      () => program.vm("a-b", { host: first }).addDisk("c", disk),
      "prod/a-b/c: pool storage-performance has a volume of this name already",
    ],
  ])("%s", (_, make, message) => expect(make).toThrow(message));

  test("another host has names of its own", () => {
    expect(() => program.vm("g3", { name: "guest", host: second })).not.toThrow();
    expect(() => program.switch("f3", { name: "fabric", hosts: [second!] })).not.toThrow();
  });
});

describe("a tier", () => {
  const poolsOf = (backend: StorageBackend, protectData: boolean) => {
    const program = new LibvirtProgram();
    program.pool("storage", { tiers: { standard: StorageTier.on(backend) }, protectData });
    return program.synthesise();
  };

  test.each<[StorageBackend, object]>([
    [StorageBackend.directory("/srv/vms"), { type: "dir", target: { path: "/srv/vms" } }],
    [StorageBackend.lvm("nvme"), { type: "logical", source: { name: "nvme" }, target: { path: "/dev/nvme" } }],
    [
      StorageBackend.nfs("nas1", "/export"),
      {
        type: "netfs",
        source: { host: [{ name: "nas1" }], dir: { path: "/export" }, format: { type: "nfs" } },
        target: { path: "/var/lib/libvirt/nfs/storage-standard" },
      },
    ],
  ])("on %s", (backend, written) => {
    const pool = poolsOf(backend, true).one("libvirt_pool");
    expect(pool).toMatchObject({
      name: "storage-standard",
      create: { autostart: true },
      destroy: { delete: false },
      ...written,
    });
  });

  test("that holds data is neither changed nor destroyed, and a plan that asks for it is refused", () => {
    const synthesis = poolsOf(StorageBackend.lvm("nvme"), true);
    const [name] = Object.keys(synthesis.all("libvirt_pool"));
    expect(synthesis.one("libvirt_pool").lifecycle).toEqual({ prevent_destroy: true, ignore_changes: "all" });
    const guard = synthesis.one("terraform_data", "Definition");
    expect(guard.lifecycle.precondition).toMatchObject([
      { condition: `\${libvirt_pool.${name}.type == "logical"}` },
      { condition: `\${libvirt_pool.${name}.source.name == "nvme"}` },
    ]);
  });

  test("that may go is replaced when it is defined anew, and takes an empty folder with it", () => {
    const synthesis = poolsOf(StorageBackend.directory("/srv/vms"), false);
    const definition = Object.keys(synthesis.all("terraform_data")).find((name) => name.includes("Definition"));
    expect(synthesis.one("libvirt_pool")).toMatchObject({
      destroy: { delete: true },
      lifecycle: { replace_triggered_by: [`terraform_data.${definition}`] },
    });
    expect(poolsOf(StorageBackend.lvm("nvme"), false).one("libvirt_pool").destroy).toEqual({ delete: false });
  });

  test.each([
    [StorageTier.on(StorageBackend.datastore("ds")), "libvirt has no such storage as tier standard is on"],
    [StorageTier.on(StorageBackend.datastoreCluster("ds")), "libvirt has no such storage"],
    [StorageTier.on(StorageBackend.lvm("vg"), { storagePolicy: "Gold" }), "libvirt has no storage policies"],
    [StorageTier.on(StorageBackend.lvm("vg"), { storageDrs: StorageDrs.automated() }), "`storageDrs` is vSphere's"],
    [StorageTier.on(StorageBackend.nfs("nas", "/vm", { moreServers: ["nas2"] })), "`moreServers` is vSphere's"],
    [StorageTier.on(StorageBackend.nfs("nas", "/vm", { security: NfsSecurity.KRB5 })), "`security` is vSphere's"],
    [StorageTier.on(StorageBackend.vmfs(["eui.0025385b71b0a1f2"])), "libvirt has no such storage"],
    [StorageTier.on(StorageBackend.vsan("vsanDatastore")), "libvirt has no such storage"],
  ])("%# of vSphere is refused", (standard, message) => {
    expect(() => new LibvirtProgram().pool("storage", { tiers: { standard } })).toThrow(`prod/storage: ${message}`);
  });
});
