import { readFileSync, statSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DataSize, Duration, PersistentMemoryDevice, TunedVm } from "virtuned";
import type { Program } from "./deployment";
import { GuestShell } from "./guest-shell";
import { steps } from "./steps";
import { describeOnLab, onHosts, type Testbed } from "./testbed";

const MIB = DataSize.mebibytes;
const TEXT = "written by the guest";

function programOf(bed: Testbed, sizeMib: number): Program {
  return (stack) => {
    const platform = bed.platform(stack);
    const backing = (name: string) => join(bed.lab.imagesFolder, name);
    const vm = new TunedVm(stack, "db", {
      platform,
      vcpus: 2,
      memory: MIB(224),
      boot: bed.boot(),
      consoleLog: bed.consoleLog("db"),
      shutdownTimeout: Duration.seconds(30),
    });
    if (sizeMib > 0) {
      vm.addPersistentMemory("log", {
        size: MIB(sizeMib),
        device: PersistentMemoryDevice.nvdimmOnFile(backing("log")),
      });
      vm.addPersistentMemory("labelled", {
        size: MIB(10),
        device: PersistentMemoryDevice.nvdimmOnDax(backing("labelled"), {
          labelSize: DataSize.kibibytes(256),
          readOnly: true,
        }),
      });
    }
    new TunedVm(stack, "other", { platform, vcpus: 1, memory: MIB(32), shutdownTimeout: Duration.seconds(1) });
  };
}

describeOnLab("persistent memory on libvirt", (bed) => {
  const { lab, libvirt } = bed;
  const life = bed.deployment();
  const step = steps();
  const shell = new GuestShell(bed, "db");
  const log = join(lab.imagesFolder, "log");
  /** The guest's numbers do not follow the order of devices. */
  const deviceOf = async (mebibytes: number) => {
    const found = await shell.run(`grep -lx ${MIB(mebibytes).toBytes() / 512} /sys/block/pmem*/size`);
    return `/dev/${/^\/sys\/block\/(pmem\d)\/size$/.exec(found)![1]}`;
  };

  step("a file that is missing stops the guest from starting, and is named", async () => {
    writeFileSync(log, "");
    await life.synth(programOf(bed, 16));
    expect(await life.refusedApply()).toContain(`Path '${join(lab.imagesFolder, "labelled")}' is not accessible`);
  });

  step("the guest writes to what it takes for memory, and the file has it", async () => {
    writeFileSync(join(lab.imagesFolder, "labelled"), "");
    await life.apply();
    expect((await life.plan()).changes).toEqual([]);
    await bed.report("db");
    await shell.run(`echo "${TEXT}" > ${await deviceOf(16)}; sync`);
    expect(readFileSync(log).toString("utf8", 0, TEXT.length)).toBe(TEXT);
    expect(statSync(log).size).toBe(MIB(16).toBytes());
  });

  step("the hypervisor has both, and other machines have nothing of it", async () => {
    const devices = await libvirt.virsh("qemu-monitor-command", "db", "--hmp", "info memory-devices");
    // The labels take a piece of 2 MiB.
    const labelled = await deviceOf(8);
    expect(await shell.run(`cat /sys/block/${labelled.slice(5)}/ro`)).toBe("1");
    const sizes = [...devices.matchAll(/size: (\d+)/g)].map(([, bytes]) => Number(bytes));
    expect(sizes).toEqual([MIB(16).toBytes(), MIB(8).toBytes()]);
    const definition = await libvirt.virsh("dumpxml", "db");
    expect(definition).toMatch(/<pmem\/>/);
    expect(definition).toMatch(/<readonly\/>/);
    expect(await libvirt.virsh("dumpxml", "other")).not.toMatch(/<maxMemory|<numa>|memory model/);
  });

  step("another size starts the guest anew with what it wrote", async () => {
    truncateSync(log, MIB(32).toBytes());
    const uuid = await libvirt.uuid("db");
    const before = await bed.report("db");
    await life.synth(programOf(bed, 32));
    expect(onHosts((await life.plan()).changes)).toEqual(["update libvirt_domain.db"]);
    await life.apply();
    expect((await life.plan()).changes).toEqual([]);
    await bed.report("db", (report) => report.bootId !== before.bootId);
    expect(await libvirt.uuid("db")).toBe(uuid);
    expect(await shell.run(`head -n 1 ${await deviceOf(32)}`)).toBe(TEXT);
  });

  step("without it the machine is as others are, and the file stays when the guest goes", async () => {
    await life.synth(programOf(bed, 0));
    await life.apply();
    expect((await life.plan()).changes).toEqual([]);
    expect(await libvirt.virsh("dumpxml", "db")).not.toMatch(/<maxMemory|<numa>|memory model/);
    await life.destroy();
    expect(readFileSync(log).toString("utf8", 0, TEXT.length)).toBe(TEXT);
  });
});
