import { execFileSync } from "node:child_process";
import {
  DataRate,
  DataSize,
  DistributedVSwitch,
  Duration,
  SwitchBacking,
  TrafficProfile,
  TunedVm,
  type TunedVmNicOptions,
} from "virtuned";
import type { Program } from "./deployment";
import { describeOnLab, type Testbed } from "./testbed";

const MBPS = DataRate.mbps;

/** libvirt gives each NIC with a limit an SFQ queue. */
const HAS_SFQ = hasQueue("sfq");

function hasQueue(kind: string): boolean {
  const script = `ip link add t0 type veth peer name t1 && tc qdisc add dev t0 root ${kind}`;
  try {
    execFileSync("unshare", ["--net", "sh", "-ec", script], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}

function programOf(bed: Testbed, network: TrafficProfile | undefined, nic: Partial<TunedVmNicOptions>): Program {
  return (stack) => {
    const platform = bed.platform(stack);
    const lan = new DistributedVSwitch(stack, "lan", { platform, backing: SwitchBacking.isolated(), traffic: network });
    const vm = new TunedVm(stack, "shaped", {
      ...{ platform, boot: bed.boot(), vcpus: 1, memory: DataSize.mebibytes(128) },
      shutdownTimeout: Duration.seconds(1),
    });
    vm.addNic("lan", { segment: lan.addVlanSegment("all"), ...nic });
  };
}

describeOnLab("traffic profiles on libvirt", (bed) => {
  const { libvirt } = bed;
  const inbound = TrafficProfile.tokenBucket({ average: MBPS(100), burst: DataSize.mebibytes(1) });
  const outbound = TrafficProfile.leakyBucket({ rate: MBPS(40) });
  const limited = { traffic: TrafficProfile.perDirection({ inbound, outbound }) };
  const definition = async () =>
    (await libvirt.virsh("dumpxml", "shaped", "--inactive", "--xpath", "//interface/bandwidth")).replace(
      />\s+</g,
      "><",
    );

  afterEach(async () => {
    // What a refused apply left.
    await libvirt.virsh("undefine", "shaped").catch(() => {});
  });

  test("a NIC is defined as the profile says", async () => {
    const deployment = bed.deployment();
    await deployment.synth(programOf(bed, undefined, limited));
    await (HAS_SFQ ? deployment.apply() : deployment.refusedApply());
    expect(await definition()).toBe(
      '<bandwidth><inbound average="12500" peak="12500000" burst="1024"/><outbound average="5000" burst="64"/></bandwidth>',
    );
    await deployment.destroy();
    expect(await libvirt.everything()).toEqual([]);
  }, 120_000);

  (HAS_SFQ ? test : test.skip)(
    "the guest's tap is shaped, with directions of the guest",
    async () => {
      const deployment = bed.deployment();
      await deployment.synth(programOf(bed, undefined, limited));
      await deployment.apply();
      expect((await deployment.plan()).changes).toEqual([]);
      const [tap] = await libvirt.find("shaped", "//interface/target/@dev");
      // To the guest is out of the tap.
      expect(await libvirt.inNamespace("tc", "class", "show", "dev", tap!)).toMatch(
        /rate 100Mbit ceil 100Gbit burst 1Mb/,
      );
      expect(await libvirt.inNamespace("tc", "filter", "show", "dev", tap!, "ingress")).toMatch(
        /rate 40Mbit burst 64Kb/,
      );
      await deployment.destroy();
    },
    120_000,
  );

  (HAS_SFQ ? test.skip : test)(
    "without SFQ on the host a guest with a limit does not start, and the refusal says so",
    async () => {
      const deployment = bed.deployment();
      await deployment.synth(programOf(bed, undefined, limited));
      const refusal = await deployment.refusedApply();
      expect(refusal).toMatch(/tc qdisc add dev vnet\d+ parent 1:1 handle 2: sfq perturb 10.*qdisc kind is unknown/);
      expect(await libvirt.state("shaped")).toBe("shut off");
      await deployment.destroy();
    },
    120_000,
  );

  (HAS_SFQ ? test.skip : test)(
    "without SFQ on the host a network with a limit does not start, and the refusal says so",
    async () => {
      const deployment = bed.deployment();
      const guarantee = TrafficProfile.perDirection({ inbound: TrafficProfile.guarantee({ reservation: MBPS(16) }) });
      await deployment.synth(programOf(bed, TrafficProfile.leakyBucket({ rate: MBPS(80) }), { traffic: guarantee }));
      expect(await deployment.refusedApply()).toMatch(/sfq perturb 10/);
      await deployment.destroy();
      expect(await libvirt.everything()).toEqual([]);
    },
    120_000,
  );

  (HAS_SFQ ? test : test.skip)(
    "a network guarantees what a NIC receives",
    async () => {
      const deployment = bed.deployment();
      const guarantee = TrafficProfile.perDirection({ inbound: TrafficProfile.guarantee({ reservation: MBPS(16) }) });
      await deployment.synth(programOf(bed, TrafficProfile.leakyBucket({ rate: MBPS(80) }), { traffic: guarantee }));
      await deployment.apply();
      expect((await deployment.plan()).changes).toEqual([]);
      const bridge = await libvirt.virsh("net-dumpxml", "lan", "--xpath", "string(//bridge/@name)");
      expect(await libvirt.inNamespace("tc", "class", "show", "dev", bridge)).toMatch(/rate 16Mbit ceil 80Mbit/);
      await deployment.destroy();
    },
    120_000,
  );
});
