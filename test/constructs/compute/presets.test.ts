import { CpuModel, Firmware, Workload } from "virtuned";

/** The table in the documentation of `Workload`. */
test.each([
  [Workload.GENERAL, "general", [4, 256, "shared", false]],
  [Workload.DATABASE, "database", [8, 512, "dedicated", true]],
  [Workload.WEB, "web", [256, 1024, "shared", false]],
  [Workload.NETWORK_FUNCTION, "network function", [256, 1024, "shared", true]],
])("%s", (workload, text, [nicQueues, rxRingSize, ioThread, reserveMemory]) => {
  expect(String(workload)).toBe(text);
  expect(workload.defaults).toEqual({ nicQueues, rxRingSize, ioThread, reserveMemory });
});

test.each([
  [CpuModel.hostPassthrough(), "host-passthrough"],
  [CpuModel.hostModel(), "host-model"],
  [CpuModel.maximum(), "maximum"],
  [CpuModel.named("EPYC-Milan"), "EPYC-Milan"],
])("CPU %s", (cpu, text) => expect(String(cpu)).toBe(text));

test.each([
  [Firmware.bios(), "bios", false],
  [Firmware.uefi(), "uefi", false],
  [Firmware.uefi({ secureBoot: true }), "uefi", true],
])("firmware %#", (firmware, kind, secureBoot) => expect(firmware).toMatchObject({ kind, secureBoot }));
