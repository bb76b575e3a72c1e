import * as libvirt from "@cdktf/provider-libvirt";
import { DataLibvirtDomainInterfaceAddresses } from "@cdktf/provider-libvirt/lib/data-libvirt-domain-interface-addresses";
import { DataLibvirtNodeDevices } from "@cdktf/provider-libvirt/lib/data-libvirt-node-devices";
import { Domain } from "@cdktf/provider-libvirt/lib/domain";
import { LibvirtProvider } from "@cdktf/provider-libvirt/lib/provider";
import { Volume } from "@cdktf/provider-libvirt/lib/volume";
import {
  DefaultTokenResolver,
  type IResolvable,
  StringConcat,
  TerraformDataSource,
  TerraformProvider,
  TerraformResource,
  TerraformStack,
  Testing,
  Tokenization,
} from "cdktf";

const GUEST = { name: "guest", type: "qemu" };

const stack = new TerraformStack(Testing.app(), "stack");
const domain = new Domain(stack, "guest", GUEST);

/** What a token resolves to within the stack. */
function resolvedHere(token: unknown): unknown {
  return Tokenization.resolve(token, { scope: stack, resolver: new DefaultTokenResolver(new StringConcat()) });
}

describe("ref", () => {
  test("refers to attributes at any depth, in Terraform's names", () => {
    const address: string = domain.ref("devices.interfaces[0].mac.address");
    const queues: number = domain.ref("devices.interfaces[12].driver.queues");
    const persistent: IResolvable = domain.ref("devices.disks[0].transient");
    const id: number = domain.ref("id");
    expect([address, queues, persistent, id].map(resolvedHere)).toEqual([
      "${libvirt_domain.guest.devices.interfaces[0].mac.address}",
      "${libvirt_domain.guest.devices.interfaces[12].driver.queues}",
      "${libvirt_domain.guest.devices.disks[0].transient}",
      "${libvirt_domain.guest.id}",
    ]);
  });

  test("refers to objects and lists as a whole", () => {
    const disks: IResolvable = domain.ref("devices.disks");
    const disk: IResolvable = domain.ref("devices.disks[1]");
    const args: string[] = domain.ref("os.initArgs");
    expect([disks, disk, args].map(resolvedHere)).toEqual([
      "${libvirt_domain.guest.devices.disks}",
      "${libvirt_domain.guest.devices.disks[1]}",
      "${libvirt_domain.guest.os.init_args}",
    ]);
  });

  test("refers to what a data source computes", () => {
    const addresses = new DataLibvirtDomainInterfaceAddresses(stack, "addresses", { domain: domain.name });
    const address: string = addresses.ref("interfaces[0].addrs[0].addr");
    expect(resolvedHere(address)).toBe(
      "${data.libvirt_domain_interface_addresses.addresses.interfaces[0].addrs[0].addr}",
    );
  });

  test("knows no other paths, neither when compiled nor when run", () => {
    const message = 'libvirt_domain "stack/guest" has no attribute';
    // @ts-expect-error: no such attribute
    expect(() => domain.ref("devices.interfacs[0].mac")).toThrow(
      `${message} devices.interfacs[0].mac: "interfacs[0]" is unknown. Did you mean interfaces?`,
    );
    // @ts-expect-error: no such attribute
    expect(() => domain.ref("devices.interfaces[0].mca")).toThrow("Did you mean mac?");
    // @ts-expect-error: a meta-argument
    expect(() => domain.ref("count")).toThrow(message);
    // @ts-expect-error: a list has no attributes
    expect(() => domain.ref("devices.interfaces.mac")).toThrow('"mac" is unknown');
    // @ts-expect-error: not a list
    expect(() => domain.ref("devices[0].disks")).toThrow("devices is not a list, so it has no [0]. Leave it out.");
    // @ts-expect-error: Terraform's name
    expect(() => domain.ref("cpu_tune")).toThrow("Did you mean cpuTune?");
    // @ts-expect-error: nothing after the dot
    expect(() => domain.ref("os.")).toThrow('"" is unknown');
  });
});

describe("the classes keep cdktf's shape", () => {
  test("they are cdktf's elements", () => {
    const volume = new Volume(stack, "volume", { name: "disk", pool: "default" });
    expect(TerraformResource.isTerraformResource(volume)).toBe(true);
    expect(TerraformDataSource.isTerraformDataSource(new DataLibvirtNodeDevices(stack, "devices"))).toBe(true);
    expect(TerraformProvider.isTerraformProvider(new LibvirtProvider(stack, "libvirt"))).toBe(true);
    expect([Domain.tfResourceType, volume.terraformResourceType]).toEqual(["libvirt_domain", "libvirt_volume"]);
    expect(volume.constructor.name).toBe("Volume");
  });

  test("they can be derived from", () => {
    class Guest extends Domain {
      constructor(scope: TerraformStack, id: string) {
        super(scope, id, { ...GUEST, title: "derived" });
      }
      protected override synthesizeAttributes() {
        return { ...super.synthesizeAttributes(), vcpu: 2 };
      }
    }
    const guest = new Guest(new TerraformStack(Testing.app(), "other"), "derived");
    expect(guest.toTerraform().resource.libvirt_domain.derived).toMatchObject({ title: "derived", vcpu: 2 });
    expect(Guest.tfResourceType).toBe("libvirt_domain");
  });

  test("what is computed cannot be set", () => {
    expect(() => {
      // @ts-expect-error: read-only
      domain.uuid = "x";
    }).toThrow();
  });

  test("a provider's attributes read back", () => {
    const provider = new LibvirtProvider(new TerraformStack(Testing.app(), "other"), "libvirt", {
      uri: "a",
      alias: "b",
    });
    provider.uri = "c";
    expect([provider.uri, provider.alias, provider.fqn]).toEqual(["c", "b", "libvirt.b"]);
    provider.resetAlias();
    expect(provider.fqn).toBe("libvirt");
  });

  test("the provider requires the releases that the schema is good for", () => {
    const other = new TerraformStack(Testing.app(), "other");
    new LibvirtProvider(other, "libvirt");
    expect(other.toTerraform().terraform.required_providers.libvirt).toEqual({
      source: "dmacvicar/libvirt",
      version: expect.stringMatching(/^~> 0\.9\.\d+$/),
    });
  });

  test("the index has a namespace for each module", () => {
    expect(libvirt.domain.Domain).toBe(Domain);
    expect(libvirt.dataLibvirtNodeDevices.DataLibvirtNodeDevices).toBe(DataLibvirtNodeDevices);
    expect(libvirt.provider.LibvirtProvider).toBe(LibvirtProvider);
  });
});
