import { DataSize, StorageBackend, StorageTier } from "virtuned";
import { LibvirtHost, LibvirtPlatform } from "virtuned/libvirt";
import { LibvirtProgram } from "../support/libvirt";

function programWith(protectData: boolean) {
  const program = new LibvirtProgram();
  const tiers = { performance: StorageTier.on(StorageBackend.directory("/srv/vms")) };
  const pool = program.pool("storage", { tiers });
  program.vm("db").addDisk("data", { pool, tier: "performance", size: DataSize.gibibytes(1), protectData });
  return program.synthesise();
}

describe("what holds data", () => {
  const synthesis = programWith(true);

  test("is remembered by one block, which forbids that any of it goes", () => {
    const [pool] = Object.keys(synthesis.all("libvirt_pool"));
    const [volume] = Object.keys(synthesis.all("libvirt_volume"));
    expect(synthesis.all("terraform_data").ProtectedData).toEqual({
      for_each: {
        [`libvirt_pool.${pool} on kvm1`]: "pool storage-performance",
        [`libvirt_volume.${volume} on kvm1`]: "volume db-data.raw of pool storage-performance",
      },
      input: {
        holds_data: "${each.value}",
        to_mend: expect.stringContaining("protectData: false"),
      },
      lifecycle: { prevent_destroy: true },
    });
    expect(synthesis.document.moved).toBeUndefined();
  });
});

test("what is not protected any more is let go", () => {
  const synthesis = programWith(false);
  const [volume] = Object.keys(synthesis.all("libvirt_volume"));
  expect(Object.keys(synthesis.all("terraform_data").ProtectedData!.for_each)).toEqual([
    expect.stringMatching(/^libvirt_pool\./),
  ]);
  expect(synthesis.document.moved).toEqual([
    {
      from: `terraform_data.ProtectedData["libvirt_volume.${volume} on kvm1"]`,
      to: `terraform_data.NotProtected["libvirt_volume.${volume} on kvm1"]`,
    },
  ]);
});

test("the block is there without anything to protect, and once for all platforms of a stack", () => {
  const program = new LibvirtProgram();
  new LibvirtPlatform(program.stack, "other", { hosts: [LibvirtHost.at("kvm2", "qemu+ssh://root@kvm2/system")] });
  expect(program.synthesise().one("terraform_data", "ProtectedData")).toMatchObject({
    for_each: {},
    lifecycle: { prevent_destroy: true },
  });
});
