import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import {
  type DistributedVSwitchProps,
  MicroSegment,
  type MicroSegmentProps,
  Peer,
  Port,
  SwitchBacking,
  VlanSegment,
  type VlanSegmentOptions,
} from "virtuned";
import { LibvirtProgram } from "../../support/libvirt";
import { warningsOf } from "../../support/synthesis";

/** A group with one member on each of some hosts. */
function groupOf(
  props: Partial<MicroSegmentProps> = {},
  segment: VlanSegmentOptions = {},
  fabric: Partial<DistributedVSwitchProps> = {},
  hosts: readonly string[] = ["kvm1"],
) {
  const program = new LibvirtProgram({}, hosts);
  const { stack, platform } = program;
  const servers = program.switch("fabric", fabric).addVlanSegment("servers", segment);
  const web = new MicroSegment(stack, "web", { platform, ...props });
  const join = (id: string, host = 0, addresses: readonly string[] | undefined = ["10.0.0.5", "2001:db8::5"]) =>
    program.vm(id, { host: program.hosts[host] }).addNic("only", { segment: servers, microSegment: web, addresses });
  return { program, stack, platform, servers, web, join };
}

const filtersOf = ({ program }: ReturnType<typeof groupOf>) =>
  Object.entries(program.synthesise().all("terraform_data")).filter(([id]) => /^(web|kvm_kvm\d-filters)_/.test(id));

test("a member's NIC has the group's filter, with its own addresses, and waits for it", () => {
  const group = groupOf();
  const nic = group.join("vm");
  const domain = group.program.synthesise().one("libvirt_domain");
  expect(domain.devices.interfaces[0]).toMatchObject({
    filter_ref: {
      filter: "virtuned-web",
      parameters: [
        { name: "IP", value: "10.0.0.5" },
        { name: "IPV6", value: "2001:db8::5" },
      ],
    },
  });
  expect(domain.devices.interfaces[0].port_options).toBeUndefined();
  expect(domain.depends_on).toContainEqual(expect.stringMatching(/^terraform_data\.web_kvm1_/));
  expect(nic.explain().value("filter_ref.filter")).toBe("virtuned-web");
  expect(nic.explain().value("filter_ref.parameters")).toBe("IP=10.0.0.5, IPV6=2001:db8::5");
  expect(warningsOf(group.stack)).toEqual([]);
});

test("a filter is defined on each host that has members, once, with rules for the members of all", () => {
  const group = groupOf({}, {}, {}, ["kvm1", "kvm2", "kvm3"]);
  group.join("a", 0, ["10.0.0.1"]);
  group.join("b", 1, ["10.0.0.2"]);
  group.join("c", 1, ["10.0.0.3"]);
  group.web.allowTo(group.web, Port.tcp(7000));
  const filters = filtersOf(group).filter(([id]) => id.startsWith("web_"));
  expect(filters.map(([id]) => id.replace(/_[0-9A-F]{8}$/, ""))).toEqual(["web_kvm1", "web_kvm2"]);
  for (const [, { triggers_replace: xml }] of filters) {
    expect(xml.match(/dstipaddr="10[^"]*/g)).toEqual(["1", "2", "3"].map((i) => `dstipaddr="10.0.0.${i}`));
  }
});

test("virsh defines it, under a UUID that is this state's, and it is the review's file", () => {
  const group = groupOf({ name: "web-servers" });
  group.join("vm");
  group.web.allowFrom(Peer.cidr("10.0.0.0/8"), Port.tcp(443));
  const [owner, sweep] = ["Owner", "Sweep"].map((id) => filtersOf(group).find(([key]) => key.includes(id))!);
  const [, filter] = filtersOf(group).find(([id]) => id.startsWith("web_"))!;
  expect(filter.triggers_replace).toContain('<filter name="virtuned-web-servers" chain="root">');
  expect(filter.triggers_replace).toContain('<tcp srcipaddr="10.0.0.0" srcipmask="8" dstportstart="443"');
  expect(filter.depends_on).toEqual([`terraform_data.${owner![0]}`]);
  expect(filter.provisioner[0]["local-exec"]).toMatchObject({
    environment: {
      LIBVIRT_URI: "qemu+ssh://root@kvm1/system",
      FILTER: "${self.triggers_replace}",
      UUID: expect.stringMatching(
        /^\$\{substr\(terraform_data\.\S+_Owner_\w+\.id, 0, 18\)\}-[0-9a-f]{4}-[0-9a-f]{12}$/,
      ),
    },
  });
  expect(sweep![1].triggers_replace).toEqual(["virtuned-web-servers"]);
  expect(sweep![1].depends_on).toEqual([expect.stringMatching(/^terraform_data\.web_kvm1_/)]);

  group.program.app.synth();
  const folder = join(group.program.app.outdir, "stacks", "prod", "hosts", "kvm-kvm1", "nwfilter");
  expect(readdirSync(folder)).toEqual(["virtuned-web-servers.xml"]);
  expect(readFileSync(join(folder, "virtuned-web-servers.xml"), "utf8")).toBe(filter.triggers_replace);
});

test("what removes filters refers to nothing but itself when it is destroyed", () => {
  const group = groupOf();
  group.join("vm");
  const [, owner] = filtersOf(group).find(([id]) => id.includes("Owner"))!;
  const { when, command, environment } = owner.provisioner[0]["local-exec"];
  expect(when).toBe("destroy");
  expect(command).toContain("nwfilter-undefine");
  expect(JSON.stringify([command, environment]).match(/\$\{[^}]*\}/g)).toEqual(["${substr(self.id, 0, 18)}"]);
});

test("the host shows frames of its bridges to iptables", () => {
  const group = groupOf();
  group.join("vm");
  const files = group.platform
    .hostFiles()
    .files.map(({ path, content }) => `${path}\n${content}`)
    .join("\n");
  expect(files).toMatch(/^net\.bridge\.bridge-nf-call-iptables ?= ?1$/m);
  expect(files).toMatch(/^net\.bridge\.bridge-nf-call-ip6tables ?= ?1$/m);
  expect(files).toMatch(/modules-load\.d\/\S+\nbr_netfilter$/m);
  expect(group.web.explain().value("net.bridge.bridge-nf-call-iptables")).toBe("1");
});

test("without members there is nothing on any host", () => {
  const group = groupOf();
  group.web.allowFrom(Peer.any(), Port.all());
  expect(filtersOf(group)).toEqual([]);
  expect(group.platform.hostFiles().files).toEqual([]);
});

test("DHCP is allowed unless told otherwise, and explained", () => {
  const allowed = groupOf();
  expect(allowed.web.explain().settings).toContainEqual(
    expect.objectContaining({ setting: "DHCP", value: "allowed", decision: "tuned" }),
  );
  const dropped = groupOf({ dhcp: false });
  dropped.join("vm");
  expect(dropped.web.explain().settings).toContainEqual(
    expect.objectContaining({ setting: "DHCP", value: "dropped", decision: "given" }),
  );
  expect(filtersOf(dropped).find(([id]) => id.startsWith("web_"))![1].triggers_replace).not.toContain("68");
});

test("members of an isolated group have isolated ports, which others of the segment are not asked about", () => {
  const group = groupOf({ isolated: true });
  const nic = group.join("vm");
  const db = new MicroSegment(group.stack, "db", { platform: group.platform });
  group.program.vm("db1").addNic("only", { segment: group.servers, microSegment: db, addresses: ["10.0.0.9"] });
  const synthesis = group.program.synthesise();
  const [member, other] = ["vm", "db1"].map((vm) => synthesis.one("libvirt_domain", vm));
  expect(member!.devices.interfaces[0].port_options).toEqual({ isolated: "yes" });
  expect(other!.devices.interfaces[0].port_options).toBeUndefined();
  expect(nic.explain().value("port_options.isolated")).toBe("yes");
  expect(warningsOf(group.stack)).toEqual([]);
});

describe("refused are", () => {
  test.each([undefined, []])("members without addresses: %j", (addresses) => {
    const { web, servers, program } = groupOf();
    expect(() => program.vm("vm").addNic("only", { segment: servers, microSegment: web, addresses })).toThrow(
      /^prod\/vm\/only: a member of a micro segment has addresses.*To mend: give `addresses`.*own-addresses-only\]$/,
    );
  });

  test.each<[string, VlanSegmentOptions, Partial<DistributedVSwitchProps>, RegExp]>([
    [
      "ports of Open vSwitch",
      {},
      { backing: SwitchBacking.openVSwitch("ovsbr0") },
      /its segment is on Open vSwitch bridge ovsbr0\. To mend: .*\[micro-segment-linux-bridge-only\]$/,
    ],
    [
      "trunks",
      { trunk: [120] },
      { backing: SwitchBacking.openVSwitch("ovsbr0") },
      /\[micro-segment-linux-bridge-only\]$/,
    ],
    [
      "segments with forged transmits",
      { security: { allowForgedTransmits: true } },
      {},
      /its segment allows forged transmits.*\[micro-segment-own-addresses-only\]$/,
    ],
  ])("%s", (_, segment, fabric, message) => {
    expect(() => groupOf({}, segment, fabric).join("vm")).toThrow(message);
  });

  test("trunks on a Linux bridge", () => {
    const program = new LibvirtProgram({ libvirtVersion: "11.0.0" });
    const segment = program
      .switch("fabric", { backing: SwitchBacking.linuxBridge("br0") })
      .addVlanSegment("trunk", { trunk: [120] });
    const microSegment = new MicroSegment(program.stack, "web", { platform: program.platform });
    expect(() => program.vm("vm").addNic("only", { segment, microSegment, addresses: ["10.0.0.5"] })).toThrow(
      /the NIC can't be in a micro segment: its segment is a trunk.*\[micro-segment-no-trunk\]$/,
    );
  });

  test("two groups of one name on a host", () => {
    const { stack, platform, servers, join, program } = groupOf({ name: "servers" });
    join("vm");
    const other = new MicroSegment(stack, "db", { platform, name: "servers" });
    expect(() =>
      program.vm("db1").addNic("only", { segment: servers, microSegment: other, addresses: ["10.0.0.9"] }),
    ).toThrow(/^prod\/db: host kvm1 has a network filter of this name already, that of prod\/web/);
  });
});

test("a network that others own is warned of", () => {
  const { stack, platform, web, program } = groupOf();
  const segment = VlanSegment.fromVlanSegmentAttributes(stack, "office", { platform, network: "office" });
  program.vm("vm").addNic("only", { segment, microSegment: web, addresses: ["10.0.0.5"] });
  expect(warningsOf(stack)).toEqual([
    expect.stringMatching(/^prod\/vm\/only: .*Linux bridge, office here: .*\[micro-segment-foreign-network\]$/),
  ]);
});
