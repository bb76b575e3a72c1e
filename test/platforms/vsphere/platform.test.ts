import { TerraformStack } from "cdktf";
import { Construct } from "constructs";
import { VsphereCredentials, VsphereHost, VspherePlatform } from "../../../src/platforms/vsphere";
import { GIB, type MachineBlocks, Site } from "./setup";

describe("the provider", () => {
  it("has an alias, a range of versions and nobody's credentials", () => {
    const { provider, terraform, variable } = new Site().synth();
    expect(provider.vsphere).toEqual([{ alias: "vsphere" }]);
    expect(terraform.required_providers.vsphere).toEqual({ source: "vmware/vsphere", version: ">= 2.15.0, < 3.0.0" });
    expect(variable).toBeUndefined();
  });

  it("takes credentials from sensitive variables called after its alias", () => {
    const site = new Site({ credentials: VsphereCredentials.variables(), server: "vc.example.org:8443" });
    const { provider, variable } = site.synth();
    expect(provider.vsphere[0]).toMatchObject({
      user: "${var.vsphere_user}",
      password: "${var.vsphere_password}",
      vsphere_server: "vc.example.org:8443",
    });
    expect(variable).toMatchObject({ vsphere_user: { sensitive: true }, vsphere_password: { sensitive: true } });
  });

  it("is called after its scope too where it is not in the stack itself", () => {
    const site = new Site();
    new VspherePlatform(new Construct(site.stack, "east"), "vsphere", { datacenter: "dc2", cluster: "c1" });
    expect(site.synth().provider.vsphere.map(({ alias }) => alias)).toEqual(["vsphere", "east_vsphere"]);
  });

  it.each(["https://user:secret@vc.example.org", "vc.example.org/sdk", "vc example"])(
    "refuses %s as a server",
    (server) => {
      const make = () => new Site({ server });
      expect(make).toThrow(/not a server.*vsphere-no-literal-passwords/);
      expect(make).not.toThrow(/secret/);
    },
  );
});

describe("the inventory", () => {
  it("is not looked up before it is used", () => {
    expect(new Site({ datastore: "flash", folder: "prod/db" }).synth().data).toBeUndefined();
  });

  it("is looked up once", () => {
    const site = new Site();
    for (const id of ["a", "b"]) {
      const vm = site.vm({}, id);
      vm.addNic("lan", { segment: site.segment });
      vm.addDisk("data", { pool: site.pool, tier: "performance", size: GIB(1) });
    }
    const { data } = site.synth();
    expect(Object.keys(data.vsphere_compute_cluster!)).toHaveLength(1);
    expect(Object.values(data.vsphere_datastore!).map(({ name }) => name)).toEqual(["disks", "flash"]);
  });

  it.each([
    [{ cluster: "c1" }, "data.vsphere_compute_cluster.vsphere_cluster_", undefined],
    [{ cluster: "c1", resourcePool: "prod/db" }, "data.vsphere_resource_pool", "c1/Resources/prod/db"],
    [{ cluster: undefined, host: VsphereHost.named("esx1") }, "data.vsphere_host", undefined],
    [
      { cluster: undefined, host: VsphereHost.named("esx1"), resourcePool: "db" },
      "data.vsphere_resource_pool",
      "esx1/Resources/db",
    ],
    [{ cluster: undefined, resourcePool: "db" }, "data.vsphere_resource_pool", "db"],
  ])("puts machines where %j says", (props, reference, pool) => {
    const site = new Site(props);
    site.vm();
    expect(site.only<MachineBlocks>("vsphere_virtual_machine").resource_pool_id).toContain(reference);
    const pools = Object.values(site.synth().data.vsphere_resource_pool ?? {});
    expect(pools.map(({ name }) => name)).toEqual(pool === undefined ? [] : [pool]);
  });

  it("puts a machine into the pool of its own host", () => {
    const hosts = ["esx1", "esx2"].map((name) => VsphereHost.named(name));
    const site = new Site({ cluster: undefined, host: hosts[0], hosts, resourcePool: "db" });
    site.vm({}, "anywhere");
    site.vm({ host: hosts[1] }, "there");
    const { data, resource } = site.synth();
    expect(Object.values(data.vsphere_resource_pool!).map(({ name }) => name)).toEqual([
      "esx1/Resources/db",
      "esx2/Resources/db",
    ]);
    const machines = Object.values(resource.vsphere_virtual_machine!);
    expect(machines.map(({ resource_pool_id: pool }) => /esx\d/.exec(String(pool))?.[0])).toEqual(["esx1", "esx2"]);
  });

  it("has a host as its hosts where there is no cluster", () => {
    const host = VsphereHost.named("esx1.example.org");
    expect(new Site({ cluster: undefined, host }).platform.hosts).toEqual([host]);
  });
});

describe("errors", () => {
  it.each([
    [{ cluster: undefined }, /nothing says where machines run/],
    [{ host: VsphereHost.named("esx1") }, /in a cluster or on a host without one/],
    [{ hosts: [VsphereHost.named("a"), VsphereHost.named("a")] }, /hosts are not all different/],
    [{ datacenter: "dc'1" }, /not a name of vSphere's inventory/],
    [{ folder: "/prod" }, /not a name of vSphere's inventory/],
    [{ resourcePool: "a//b" }, /not a name of vSphere's inventory/],
    [{ datastore: "a/b" }, /not a name of vSphere's inventory/],
    [{ numaNodeCores: 0 }, /numaNodeCores is too small/],
    [{ vsphereVersion: "eight" }, /not a version of vSphere/],
  ])("%j", (props, message) => {
    expect(() => new Site(props)).toThrow(message);
  });

  it("an id that is no alias", () => {
    const { stack } = new Site();
    expect(() => new VspherePlatform(stack, "1.vsphere", { datacenter: "dc1", cluster: "c1" })).toThrow(/alias/);
    expect(stack).toBeInstanceOf(TerraformStack);
  });

  it("a host that the inventory can't have", () => {
    expect(() => VsphereHost.named("esx/1")).toThrow(/VsphereHost.named: not a name/);
  });
});
