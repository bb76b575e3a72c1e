import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import type { TerraformResource } from "cdktf";
import {
  DataRate,
  DataSize,
  DistributedVSwitch,
  Duration,
  InterruptCoalescing,
  SriovPool,
  SwitchBacking,
  TunedVm,
} from "virtuned";
import type { Deployment, Program } from "./deployment";
import { steps } from "./steps";
import { describeOnLab, type Testbed } from "./testbed";

const execute = promisify(execFile);

/** A guest whose NIC has been told all that a virtio NIC can be told. */
function emulated(bed: Testbed): Program {
  return (stack) => {
    const platform = bed.platform(stack);
    const lan = new DistributedVSwitch(stack, "lan", { platform, backing: SwitchBacking.nat("10.93.0.0/24") });
    const machine = { vcpus: 1, memory: DataSize.mebibytes(24), shutdownTimeout: Duration.seconds(1) };
    const vm = new TunedVm(stack, "told", { ...machine, platform });
    const segment = lan.addVlanSegment("all");
    vm.addNic("lan", {
      segment,
      coalescing: InterruptCoalescing.frames(16),
      hostOffloads: { csum: true, gso: true, tso4: false, tso6: false, ecn: false, ufo: false, mrgRxbuf: true },
      guestOffloads: { csum: true, tso4: false, tso6: false, ecn: false, ufo: false },
      isolated: true,
    });
    // The half of a failover pair that needs no hardware.
    const standby = new TunedVm(stack, "standby", { ...machine, platform });
    standby.addNic("lan", { segment, isolated: true });
    const domain = standby.node.findChild("Resource") as TerraformResource;
    domain.addOverride("devices.interfaces.0.teaming", { type: "persistent" });
    domain.addOverride("devices.interfaces.0.alias", { name: "ua-525400000001" });
  };
}

/** A failover pair, and a virtual function alone. */
function withPool(bed: Testbed, vlan: number | undefined, virtualFunctions = 2): Program {
  return (stack) => {
    const platform = bed.platform(stack);
    const pool = new SriovPool(stack, "fast", {
      platform,
      physicalFunction: "ens1f0",
      virtualFunctions,
      vlan,
      maxRate: DataRate.gbps(1),
    });
    const lan = new DistributedVSwitch(stack, "lan", { platform, backing: SwitchBacking.linuxBridge("br0") });
    const machine = { platform, vcpus: 2, memory: DataSize.mebibytes(24) };
    const segment = lan.addVlanSegment("all");
    new TunedVm(stack, "pair", machine).addNic("fast", { sriov: pool, failover: segment });
    new TunedVm(stack, "single", machine).addNic("fast", { sriov: pool });
  };
}

/**
 * Shows libvirtd a physical function with two virtual functions, which this machine need not have: enough for a network of them to be
 * started, and for guests to be defined.
 */
async function pretendSriov(bed: Testbed): Promise<void> {
  const pid = readFileSync(join(bed.lab.runFolder, "libvirt", "libvirtd.pid"), "utf8").trim();
  await execute("nsenter", [
    "--target",
    pid,
    "--mount",
    "--",
    "sh",
    "-euc",
    `mount -n -t tmpfs tmpfs /sys/class/net
     mkdir -p /sys/class/net/ens1f0/device
     cd /sys/class/net/ens1f0/device
     echo 2 > sriov_totalvfs
     for vf in 0 1; do
       mkdir "../0000:03:10.$vf"
       ln -s "../0000:03:10.$vf" "virtfn$vf"
     done`,
  ]);
}

/** Networks and guests, without the steps that start guests: none of them can be started on hardware that is not there. */
const DEFINITIONS = ["libvirt_network", "libvirt_domain"];

function targets(deployment: Deployment): string[] {
  const { resource } = JSON.parse(readFileSync(join(deployment.folder, "cdk.tf.json"), "utf8"));
  return DEFINITIONS.flatMap((type) => Object.keys(resource[type]).map((name) => `-target=${type}.${name}`));
}

describeOnLab("what NICs are told", (bed) => {
  const step = steps();
  let told: Deployment;
  let sriov: Deployment;

  const planned = async () => {
    const { code, output } = await sriov.run(["plan", "-input=false", "-detailed-exitcode", ...targets(sriov)]);
    return { code, output };
  };

  step(
    "a NIC with offloads, coalescing and an isolated port, and the virtio NIC of a failover pair are applied once",
    async () => {
      told = bed.deployment();
      await told.synth(emulated(bed));
      await told.apply();
      expect((await told.plan()).changes).toEqual([]);
      const driver = (side: string) => bed.libvirt.find("told", `//interface/driver/${side}/@*`);
      expect(await driver("host")).toEqual(["on", "on", "off", "off", "off", "off", "on"]);
      expect(await driver("guest")).toEqual(["on", "off", "off", "off", "off"]);
      expect(await bed.libvirt.find("told", "//interface/coalesce/rx/frames/@max")).toEqual(["16"]);
      expect(await bed.libvirt.find("told", "//interface/port/@isolated")).toEqual(["yes"]);
      expect(await bed.libvirt.find("standby", "//interface/alias/@name")).toEqual(["ua-525400000001"]);
      expect(await bed.libvirt.find("standby", "//interface/teaming/@type")).toEqual(["persistent"]);
      await told.destroy();
    },
  );

  step("a pool, a failover pair and a virtual function alone are applied once", async () => {
    await pretendSriov(bed);
    sriov = bed.deployment();
    await sriov.synth(withPool(bed, 120));
    await sriov.apply(...targets(sriov));
    expect(await planned()).toMatchObject({ code: 0 });
  });

  step("the pool has the virtual functions", async () => {
    const network = await bed.libvirt.virsh("net-dumpxml", "fast");
    expect(network).toMatch(/<forward mode='hostdev' managed='yes'>\s*<pf dev='ens1f0'\/>/);
    expect(network.match(/<address type='pci'/g)).toHaveLength(2);
    expect(network).toMatch(/<vlan>\s*<tag id='120'\/>/);
  });

  step("the two of a pair have one address, and know each other", async () => {
    const mac = (await bed.libvirt.find("pair", "//interface[1]/mac/@address"))[0];
    expect(await bed.libvirt.find("pair", "//interface[2]/mac/@address")).toEqual([mac]);
    const xml = await bed.libvirt.virsh("dumpxml", "pair");
    const alias = `ua-${/52(:[0-9a-f]{2}){5}/.exec(xml)![0].replaceAll(":", "")}`;
    expect(xml).toContain("<teaming type='persistent'/>");
    expect(xml).toContain(`<alias name='${alias}'/>`);
    expect(xml).toContain(`<teaming type='transient' persistent='${alias}'/>`);
    expect(await bed.libvirt.virsh("dumpxml", "single")).not.toContain("teaming");
  });

  step("another VLAN makes the pool anew, and the definitions of its guests", async () => {
    await sriov.synth(withPool(bed, undefined));
    expect(await planned()).toMatchObject({ code: 2 });
    await sriov.apply(...targets(sriov));
    expect(await planned()).toMatchObject({ code: 0 });
    expect(await bed.libvirt.virsh("net-dumpxml", "fast")).not.toContain("vlan");
  });

  step("another number of virtual functions makes the pool anew, as its network lists them once only", async () => {
    await sriov.synth(withPool(bed, undefined, 3));
    const { output } = await planned();
    expect(output).toMatch(/libvirt_network\.fast_lab_\w+ will be replaced/);
    await sriov.apply(...targets(sriov));
    expect(await planned()).toMatchObject({ code: 0 });
  });

  step("all of it goes", async () => {
    await sriov.destroy();
    expect(await bed.libvirt.virsh("list", "--all", "--name")).toBe("");
    expect(await bed.libvirt.virsh("net-list", "--all", "--name")).toBe("");
  });
});
