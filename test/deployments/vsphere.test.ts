import { readFileSync } from "node:fs";
import { join } from "node:path";
import {
  DataRate,
  DataSize,
  DiscoveryProtocol,
  DistributedVSwitch,
  type DistributedVSwitchProps,
  Duration,
  FailureDetection,
  FlowExport,
  MulticastFiltering,
  NetworkIoControl,
  NfsVersion,
  PrivateVlan,
  StorageBackend,
  StorageTier,
  Teaming,
  TieredStoragePool,
  TrafficShares,
  type TunedStack,
  TunedVm,
  VlanSegment,
  type VlanSegmentOptions,
} from "virtuned";
import { VsphereHost, VspherePlatform } from "virtuned/vsphere";
import { databaseVm } from "../../examples/database-vm/database-vm";
import { siteFromEnvironment } from "../../examples/database-vm/platforms";
import { newFolder } from "../support/folders";
import { warningsOf } from "../support/synthesis";
import { Deployment, said } from "./deployment";
import { steps } from "./steps";
import { VcenterSimulator, vsphereAvailable } from "./vsphere-simulator";

const GIB = (amount: number) => DataSize.gibibytes(amount);

const MACHINE = "DC0/vm/orders-db";

/** What the simulated vCenter calls what the example asks for. */
const SITE = {
  PLATFORM: "vsphere",
  DATACENTER: "DC0",
  CLUSTER: "DC0_C0",
  HOSTS: "DC0_C0_H0,DC0_C0_H1,DC0_C0_H2",
  TEMPLATE: "template",
  FAST: "LocalDS_1",
  LARGE: "LocalDS_2",
};

function example(stack: TunedStack): void {
  databaseVm(stack, siteFromEnvironment(stack));
}

/** The example with more memory and more data. */
function grown(stack: TunedStack) {
  const site = siteFromEnvironment(stack);
  return { site, ...databaseVm(stack, site, { memory: GIB(48), data: GIB(300) }) };
}

/** The same with a NIC and a disk more. */
function extended(stack: TunedStack): void {
  const { site, fabric, vm } = grown(stack);
  vm.addNic("admin", { segment: fabric.addVlanSegment("admin", { vlan: 99, mtu: 1500 }) });
  vm.addDisk("archive", { pool: site.storage, tier: "capacity", size: GIB(100) });
}

/** A machine with its files on a tier that the program mounts, and a disk on another such tier. */
function onNfs(stack: TunedStack): void {
  const hosts = SITE.HOSTS.split(",").map((name) => VsphereHost.named(name));
  const platform = new VspherePlatform(stack, "vsphere", { datacenter: "DC0", cluster: "DC0_C0", hosts });
  const storage = new TieredStoragePool(stack, "storage", {
    platform,
    protectData: false,
    tiers: {
      standard: StorageTier.on(StorageBackend.nfs("nas1", "/export/vm")),
      archive: StorageTier.on(StorageBackend.nfs("nas2", "/export/archive", { version: NfsVersion.V4_1 })),
    },
  });
  const vm = new TunedVm(stack, "files", { platform, vcpus: 2, memory: GIB(4) });
  const segment = VlanSegment.fromVlanSegmentAttributes(stack, "lan", { platform, network: "VM Network" });
  vm.addNic("lan", { segment });
  vm.addDisk("system", { pool: storage, tier: "standard", size: GIB(10), order: 1 });
  vm.addDisk("old", { pool: storage, tier: "archive", size: GIB(50), order: 2 });
}

const PRIVATE_VLANS = [PrivateVlan.promiscuous(100), PrivateVlan.isolated(100, 101), PrivateVlan.community(100, 102)];

/** A switch with all that it can have, and its segments. */
function network(stack: TunedStack, props: Partial<DistributedVSwitchProps>, database: VlanSegmentOptions): void {
  const hosts = ["DC0_C0_H0", "DC0_C0_H1"].map((name) => VsphereHost.named(name));
  const platform = new VspherePlatform(stack, "vsphere", { datacenter: "DC0", cluster: "DC0_C0", hosts });
  const fabric = new DistributedVSwitch(stack, "fabric", {
    platform,
    name: "network",
    mtu: 9000,
    uplinks: ["vmnic1", "vmnic2", "vmnic3"],
    uplinkSpeed: DataRate.gbps(10),
    teaming: Teaming.loadBased({
      standby: ["vmnic3"],
      failback: true,
      notifySwitches: true,
      failureDetection: FailureDetection.BEACON_PROBING,
    }),
    privateVlans: PRIVATE_VLANS,
    discovery: DiscoveryProtocol.lldp(),
    multicastFiltering: MulticastFiltering.SNOOPING,
    ioControl: NetworkIoControl.version3({
      virtualMachine: { shares: TrafficShares.custom(80), reservation: DataRate.gbps(2) },
      vmotion: { limit: DataRate.gbps(4) },
      backupNfc: {},
    }),
    flowExport: FlowExport.ipfix({
      collector: "192.0.2.10",
      idleTimeout: Duration.seconds(20),
      observationDomain: 7,
      internalFlowsOnly: true,
      switchAddress: "192.0.2.1",
    }),
    ...props,
  });
  fabric.addVlanSegment("guests", { privateVlan: PrivateVlan.isolated(100, 101), exportFlows: false });
  fabric.addVlanSegment("gateway", { privateVlan: PrivateVlan.promiscuous(100) });
  fabric.addVlanSegment("database", database);
  const others = { platform, name: "DVS0" };
  DistributedVSwitch.fromDistributedVSwitchAttributes(stack, "others", others).addVlanSegment("web", { vlan: 40 });
}

const available = vsphereAvailable();

(available.ok ? describe : describe.skip)("a simulated vCenter", () => {
  const environment = { ...process.env };
  const terraform = available.ok ? available.terraform : "";
  let deployment: Deployment;
  let vcenter: VcenterSimulator;
  let before: readonly string[];

  const inventory = async () =>
    (await Promise.all(["DC0/vm", "DC0/network", "DC0/datastore"].map((path) => vcenter.names(path)))).flat();
  const sizes = async () => Object.values((await vcenter.machine(MACHINE)).disks).sort((a, b) => a - b);
  const filesThatAreThere = async (files: readonly string[]) => {
    const found = await Promise.all(files.map((file) => vcenter.hasFile(file)));
    return files.filter((_, index) => found[index]);
  };

  beforeAll(async () => {
    deployment = new Deployment(terraform);
    vcenter = await VcenterSimulator.start(newFolder());
    before = await inventory();
    const { server, user, password } = vcenter.ready;
    Object.assign(process.env, SITE, {
      VSPHERE_SERVER: server,
      VSPHERE_USER: user,
      VSPHERE_PASSWORD: password,
      VSPHERE_ALLOW_UNVERIFIED_SSL: "true",
    });
  }, 300_000);

  afterAll(async () => {
    process.env = environment;
    deployment.removeFolder();
    await vcenter?.stop();
  }, 60_000);

  describe("with the database example", () => {
    const step = steps();

    step("is made as it says, and a second plan is empty", async () => {
      await deployment.synth(example);
      expect(said((await deployment.plan()).changes)).toEqual([
        "create vsphere_distributed_port_group.fabric_clients",
        "create vsphere_distributed_port_group.fabric_replication",
        "create vsphere_distributed_virtual_switch.fabric",
        "create vsphere_virtual_machine.orders-db",
      ]);
      await deployment.applyPlan();
      expect((await deployment.plan()).changes).toEqual([]);
      expect(await vcenter.machine(MACHINE)).toMatchObject({
        memoryMiB: 32 * 1024,
        nics: ["VirtualVmxnet3", "VirtualVmxnet3"],
        controllers: Array(4).fill("ParaVirtualSCSIController"),
      });
      expect(await sizes()).toEqual([20, 40, 200, 500]);
    });

    step("has neither user nor password in what is synthesised and planned", async () => {
      const { VSPHERE_USER, VSPHERE_PASSWORD } = process.env;
      const secrets = new RegExp(`"(${VSPHERE_USER}|${VSPHERE_PASSWORD}|user|password)"`);
      const synthesised = readFileSync(join(deployment.folder, "cdk.tf.json"), "utf8");
      expect(synthesised).not.toMatch(secrets);
      const shown = await deployment.run(["show", "-json", "plan"]);
      const { configuration } = JSON.parse(shown.stdout);
      expect(configuration.provider_config).toMatchObject({ vsphere: expect.anything() });
      expect(JSON.stringify(configuration)).not.toMatch(secrets);
    });

    step("grows in place", async () => {
      await deployment.synth(extended);
      expect(said((await deployment.plan()).changes)).toEqual([
        "create vsphere_distributed_port_group.fabric_admin",
        "update vsphere_virtual_machine.orders-db",
      ]);
      await deployment.applyPlan();
      expect((await deployment.plan()).changes).toEqual([]);
      expect(await vcenter.machine(MACHINE)).toMatchObject({
        memoryMiB: 48 * 1024,
        nics: Array(3).fill("VirtualVmxnet3"),
      });
      expect(await sizes()).toEqual([20, 40, 100, 300, 500]);
    });

    step("is not destroyed while its disks are protected", async () => {
      const { serial } = deployment.state();
      const { code, output } = await deployment.run(["destroy", "-input=false", "-auto-approve"]);
      expect(code).toBe(1);
      expect(output).toMatch(/vsphere_virtual_machine\.orders-db\S* has\s+lifecycle\.prevent_destroy set/);
      expect(deployment.state().serial).toBe(serial);
      expect(await sizes()).toEqual([20, 40, 100, 300, 500]);
    });

    step("keeps the file of a protected disk that is taken out", async () => {
      const files = Object.keys((await vcenter.machine(MACHINE)).disks);
      await deployment.synth(grown);
      expect(said((await deployment.plan()).changes)).toEqual([
        "delete vsphere_distributed_port_group.fabric_admin",
        "update vsphere_virtual_machine.orders-db",
      ]);
      await deployment.applyPlan();
      expect((await deployment.plan()).changes).toEqual([]);
      expect(await sizes()).toEqual([20, 40, 300, 500]);
      expect(await filesThatAreThere(files)).toEqual(files);
    });

    step("is destroyed after its protection was lifted, and nothing is left", async () => {
      const files = Object.keys((await vcenter.machine(MACHINE)).disks);
      process.env.PROTECT_DATA = "false";
      await deployment.synth(grown);
      expect(said((await deployment.plan()).changes)).toEqual(["update vsphere_virtual_machine.orders-db"]);
      await deployment.applyPlan();
      expect((await deployment.plan()).changes).toEqual([]);
      await deployment.destroy();
      expect(deployment.state().resources).toEqual([]);
      expect(await inventory()).toEqual(before);
      expect(await filesThatAreThere(files)).toEqual([]);
    });

    step("goes when it is taken out of the program, protected or not; the files of protected disks stay", async () => {
      process.env.PROTECT_DATA = "true";
      await deployment.synth(example);
      await deployment.apply();
      // The simulator deletes the machine's own folder, which is on the other datastore, with all that is in it.
      const files = Object.keys((await vcenter.machine(MACHINE)).disks).filter((file) => file.includes(SITE.FAST));
      expect(files).toHaveLength(2);
      await deployment.synth(siteFromEnvironment);
      expect(said((await deployment.plan()).changes)).toContain("delete vsphere_virtual_machine.orders-db");
      await deployment.applyPlan();
      expect(await inventory()).toEqual(before);
      expect(await filesThatAreThere(files)).toEqual(files);
    });
  });

  describe("with a switch that has everything", () => {
    const step = steps();
    let switches: Deployment;
    const path = "DC0/network/network";

    beforeAll(() => {
      switches = new Deployment(terraform);
    });

    afterAll(() => switches.removeFolder());

    step("is made as it says, and a second plan is empty", async () => {
      await switches.synth((stack) => network(stack, {}, { vlan: 120 }));
      await switches.apply();
      expect((await switches.plan()).changes).toEqual([]);
      const config = await vcenter.config(path);
      for (const part of [
        "<maxMtu>9000</maxMtu>",
        "<protocol>lldp</protocol><operation>both</operation>",
        "<multicastFilteringMode>snooping</multicastFilteringMode>",
        "<networkResourceManagementEnabled>true</networkResourceManagementEnabled>",
        "<secondaryVlanId>101</secondaryVlanId><pvlanType>isolated</pvlanType>",
        "<collectorIpAddress>192.0.2.10</collectorIpAddress>",
        "<samplingRate>4096</samplingRate>",
        "<shares>80</shares><level>custom</level>",
      ]) {
        expect(config).toContain(part);
      }
      expect(await vcenter.config("DC0/network/guests")).toContain("<pvlanId>101</pvlanId>");
      expect(await vcenter.config("DC0/network/web")).toContain("<vlanId>40</vlanId>");
    });

    step("goes over to a LAG that was made in vCenter, and changes in place", async () => {
      await vcenter.addLag(path, "lag1");
      const changed = {
        teaming: Teaming.lacp({ existingLag: "lag1" }),
        privateVlans: [...PRIVATE_VLANS, PrivateVlan.community(100, 103)],
        ioControl: NetworkIoControl.version3({
          virtualMachine: { reservation: DataRate.gbps(3) },
          vmotion: {},
          backupNfc: { shares: TrafficShares.low() },
        }),
        discovery: DiscoveryProtocol.cdp(),
        multicastFiltering: MulticastFiltering.LEGACY,
      };
      await switches.synth((stack) => network(stack, changed, { vlan: 121 }));
      expect(said((await switches.plan()).changes)).toEqual([
        "update vsphere_distributed_port_group.fabric_database",
        "update vsphere_distributed_port_group.fabric_gateway_PrivateVlan",
        "update vsphere_distributed_port_group.fabric_guests_PrivateVlan",
        "update vsphere_distributed_virtual_switch.fabric",
      ]);
      await switches.applyPlan();
      for (const name of ["network", "database", "guests"]) {
        expect(await vcenter.config(`DC0/network/${name}`)).toContain(
          "<activeUplinkPort>lag1</activeUplinkPort></uplinkPortOrder>",
        );
      }
    });

    step("shows again what the provider can't turn off", async () => {
      const { changes, output } = await switches.plan();
      expect(said(changes)).toEqual([
        "update vsphere_distributed_port_group.fabric_database",
        "update vsphere_distributed_port_group.fabric_gateway_PrivateVlan",
        "update vsphere_distributed_port_group.fabric_guests_PrivateVlan",
        "update vsphere_distributed_virtual_switch.fabric",
      ]);
      expect(new Set(output.match(/~ \w+ += .* -> .*/g))).toEqual(
        new Set([expect.stringMatching(/check_beacon += true -> false/)]),
      );
    });

    step("goes back, with a trunk in place of a segment, which is another port group under another name", async () => {
      await switches.synth((stack) => network(stack, {}, { trunk: [120], name: "databases" }));
      expect(said((await switches.plan()).changes)).toEqual([
        "create vsphere_distributed_port_group.fabric_database_Trunk",
        "delete vsphere_distributed_port_group.fabric_database",
        "update vsphere_distributed_port_group.fabric_gateway_PrivateVlan",
        "update vsphere_distributed_port_group.fabric_guests_PrivateVlan",
        "update vsphere_distributed_virtual_switch.fabric",
      ]);
      await switches.applyPlan();
      expect((await switches.plan()).changes).toEqual([]);
      expect(await vcenter.config("DC0/network/databases")).toContain("<start>120</start><end>120</end>");
      expect(await vcenter.names("DC0/network")).not.toContain("database");
    });

    step("is destroyed, and nothing is left", async () => {
      await switches.destroy();
      expect(await inventory()).toEqual(before);
    });
  });

  test("tiers on NFS are mounted, and tagged for their storage policies", async () => {
    const nfs = new Deployment(terraform);
    try {
      let warnings: string[] = [];
      await nfs.synth((stack) => {
        onNfs(stack);
        warnings = warningsOf(stack);
      });
      const [datastore] = warnings.flatMap((text) => /-target=(\S+) once/.exec(text)?.[1] ?? []);
      await nfs.apply(`-target=${datastore}`);
      await nfs.apply();
      expect((await nfs.plan()).changes).toEqual([]);
      expect(await vcenter.machine("DC0/vm/files")).toMatchObject({
        disks: { "[storage-standard] files/files.vmdk": 10, "[storage-archive] files/files.vmdk": 50 },
      });
      await nfs.destroy();
      expect(await inventory()).toEqual(before);
    } finally {
      nfs.removeFolder();
    }
  }, 600_000);
});
