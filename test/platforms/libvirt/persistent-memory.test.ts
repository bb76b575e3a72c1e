import { DataSize, MemoryAccess, PersistentMemoryDevice, type PersistentMemoryOptions } from "virtuned";
import type { LibvirtHostOptions } from "virtuned/libvirt";
import { LibvirtProgram } from "../../support/libvirt";
import { warningsOf } from "../../support/synthesis";

const GIB = DataSize.gibibytes;

function program(devices: Record<string, PersistentMemoryOptions>, vcpus = 4, host: LibvirtHostOptions = {}) {
  const made = new LibvirtProgram(host);
  const vm = made.vm("db", { vcpus });
  for (const [id, options] of Object.entries(devices)) {
    vm.addPersistentMemory(id, options);
  }
  return { made, vm, domain: () => made.synthesise().one("libvirt_domain") };
}

const on = (path: string) => ({ size: GIB(4), device: PersistentMemoryDevice.nvdimmOnFile(path) });

test("libvirt gets slots, a NUMA cell and the sum of all memory", () => {
  const device = PersistentMemoryDevice.nvdimmOnDax("/dev/dax0.0", {
    labelSize: DataSize.kibibytes(256),
    alignSize: GIB(1),
    readOnly: true,
  });
  expect(program({ log: on("/srv/log"), real: { size: GIB(2), device } }).domain()).toMatchObject({
    memory: 14 * 1024 ** 2,
    memory_unit: "KiB",
    maximum_memory: 14 * 1024 ** 2,
    maximum_memory_unit: "KiB",
    maximum_memory_slots: 2,
    cpu: {
      mode: "host-passthrough",
      numa: { cell: [{ id: 0, cpus: "0-3", memory: 8 * 1024 ** 2, unit: "KiB" }] },
    },
    devices: {
      memorydevs: [
        {
          model: "nvdimm",
          access: "shared",
          source: { path: "/srv/log", align_size: 2048, align_size_unit: "KiB" },
          target: { size: 4 * 1024 ** 2, size_unit: "KiB", node: 0 },
        },
        {
          model: "nvdimm",
          access: "shared",
          source: { path: "/dev/dax0.0", align_size: 1024 ** 2, align_size_unit: "KiB", pmem: true },
          target: { size: 2 * 1024 ** 2, node: 0, label: { size: 256, size_unit: "KiB" }, read_only: true },
        },
      ],
    },
  });
});

test("one vCPU is a cell of its own, and a machine without persistent memory has none", () => {
  expect(program({ log: on("/srv/log") }, 1).domain()).toMatchObject({ cpu: { numa: { cell: [{ cpus: "0" }] } } });
  const without = program({}).domain();
  expect(without).not.toHaveProperty("maximum_memory");
  expect(without).toMatchObject({ memory: 8 * 1024 ** 2, cpu: { mode: "host-passthrough" } });
  expect(without.cpu).not.toHaveProperty("numa");
  expect(without.devices).not.toHaveProperty("memorydevs");
});

describe("virtio-pmem", () => {
  const log = { size: GIB(4), device: PersistentMemoryDevice.virtioPmem("/srv/log") };

  test("is written without what it has not", () => {
    const { domain } = program({ log }, 4, { libvirtVersion: "9.4.0" });
    expect(domain().devices).toMatchObject({
      memorydevs: [{ model: "virtio-pmem", access: "shared", source: { path: "/srv/log" } }],
    });
    expect(JSON.stringify(domain().devices)).not.toMatch(/"node"|align_size|label/);
  });

  test.each([{}, { libvirtVersion: "9.0.0" }, { libvirtVersion: "9.3.9" }])("is refused on a host of %j", (host) => {
    expect(() => program({ log }, 4, host)).toThrow(/libvirt 9\.4\.0 or later.*nvdimmOnFile.*pmem-virtio-version/s);
  });
});

test("what two machines would write to is one machine's; private copies may be of one file", () => {
  const { made } = program({ log: on("/srv/log") });
  const other = made.vm("other");
  expect(() => other.addPersistentMemory("log", on("/srv/log"))).toThrow(
    /backing of persistent memory.*prod\/db\/log.*give another path/s,
  );
  const device = PersistentMemoryDevice.nvdimmOnFile("/srv/golden", { access: MemoryAccess.PRIVATE });
  for (const vm of [made.vm("a"), made.vm("b")]) {
    expect(() => vm.addPersistentMemory("golden", { device, size: GIB(4) })).not.toThrow();
  }
});

test("what does not last is warned of", () => {
  const warned = (device: PersistentMemoryDevice) => warningsOf(program({ log: { size: GIB(4), device } }).vm).join();
  expect(warned(PersistentMemoryDevice.nvdimmOnFile("/a"))).toMatch(
    /nvdimm on \/a: .*lost when the host fails \[pmem-file-not-durable\]/,
  );
  expect(warned(PersistentMemoryDevice.nvdimmOnFile("/a", { access: MemoryAccess.PRIVATE }))).toMatch(
    /\[pmem-private\]/,
  );
  expect(warned(PersistentMemoryDevice.nvdimmOnFile("/a", { readOnly: true }))).toBe("");
  expect(warned(PersistentMemoryDevice.nvdimmOnDax("/dev/dax0.0"))).toBe("");
});

test("explain() says why", () => {
  const { vm } = program({ log: on("/srv/log") });
  const explained = vm.explain();
  expect(explained.value("maximum_memory_slots", "prod/db")).toBe("1");
  expect(explained.of("prod/db/log").settings.map(({ setting, value }) => `${setting} ${value}`)).toEqual([
    "memory.model nvdimm",
    "memory.access shared",
    "source.path /srv/log",
    "target.size 4 GiB",
    "source.alignsize 2 MiB",
  ]);
});
