import { PersistentMemoryDevice } from "virtuned";
import { GIB, Site } from "./setup";

test.each([
  PersistentMemoryDevice.nvdimmOnFile("/srv/log"),
  PersistentMemoryDevice.nvdimmOnDax("/dev/dax0.0"),
  PersistentMemoryDevice.virtioPmem("/srv/log"),
])("vSphere has no %s, and the error says what there is", (device) => {
  const vm = new Site().vm({});
  expect(() => vm.addPersistentMemory("log", { device, size: GIB(4) })).toThrow(
    expect.objectContaining({
      name: "ConfigurationError",
      what: "the provider of vSphere has no persistent memory of machines",
      allowed: expect.stringContaining("PMem datastore"),
      mend: expect.stringMatching(/DiskBus\.NVME.*storage policy/),
      practice: "pmem-not-on-vsphere",
    }),
  );
  expect(vm.persistentMemory).toEqual([]);
});
