import * as virtuned from "virtuned";
import {
  Boot,
  ConfigurationError,
  CpuModel,
  DataRate,
  DataSize,
  DiscoveryProtocol,
  DistributedVSwitch,
  Duration,
  Firmware,
  Flooding,
  FlowExport,
  GuestDisk,
  InterruptCoalescing,
  IoLimit,
  IoProfile,
  IoScheduler,
  IoThreads,
  LibvirtSecret,
  MicroSegment,
  NetworkIoControl,
  NetworkSlice,
  Peer,
  Port,
  PortNames,
  PrivateVlan,
  SliceIsolation,
  SpineLeafFabric,
  SriovPool,
  StorageBackend,
  StorageDrs,
  StorageTier,
  SwitchBacking,
  Teaming,
  TieredStoragePool,
  TrafficProfile,
  TrafficShares,
  TunedVm,
  TunedVmDisk,
  TunedVmNic,
  Underlay,
  VlanSegment,
  VolumeSource,
  Vteps,
  VxlanSegment,
  VxlanTransport,
} from "virtuned";
import { FileMode, LibvirtHost, LibvirtPlatform } from "virtuned/libvirt";
import { describeValue } from "../../src/errors";
import type { UnitFile } from "../../src/linux";
import { recordingProgram, unknownValues } from "../support/recording-platform";

/**
 * Programs without types, or with values from elsewhere: whatever a prop is given, it is taken, or refused by an error that says whose it
 * is. Nothing fails later, and nothing falls back to something else without a word.
 */

/** What no name may be: each ends up in XML, paths, command lines and Terraform. */
const NAMES = [
  null,
  "",
  " ",
  "a b",
  "a\tb",
  "a\nb",
  "a\0b",
  'a"b',
  "a'b",
  "a`b",
  "a/b",
  "a\\b",
  "../a",
  "..",
  "a/../b",
  "<a>",
  "a&b",
  "a;b",
  "a|b",
  "$(a)",
  "$a",
  "${var.a}",
  "%{if}",
  "a*",
  "a?",
  "{a}",
  "-a",
  ".a",
  "_a",
  "é",
  "λ",
  "a\u200bb",
  "😀",
  "x".repeat(300),
  5,
  true,
  {},
  ["a"],
  () => "a",
];

/** What no whole number may be. */
const NUMBERS = [
  null,
  -1,
  1.5,
  Number.NaN,
  Number.POSITIVE_INFINITY,
  Number.NEGATIVE_INFINITY,
  1e300,
  2 ** 53,
  -0.5,
  "4",
  "",
  "four",
  true,
  {},
  [4],
  () => 4,
];

/** Rates of storage are whole bytes a second. */
const MEBIBYTE = DataRate.mebibytesPerSecond(1);

const FLAGS = [null, "true", "false", "", "no", 0, 1, {}, [], () => true];

/** What is no object of the kit's. */
const OBJECTS = [null, "", "x", 0, 5, true, {}, [], () => 1, new Date(0), Object.create(null)];

const LISTS = [null, "", "x", 5, true, {}, () => []];

const SIZES = [undefined, null, 8, "8 GiB", {}, [], true, { toBytes: () => 1024 ** 3 }];

const PATHS = [
  "",
  "a",
  "./a",
  "../a",
  "/a/../b",
  "/a\n",
  "/a;b",
  "/a'b",
  '/a"b',
  "/$(a)",
  "/é",
  "/a<b",
  5,
  {},
  ["/a"],
  null,
  undefined,
];

function scene() {
  const { stack, platform, vm: make } = recordingProgram();
  const fabric = new DistributedVSwitch(stack, "fabric", { platform, mtu: 9000, uplinks: ["ens1f0", "ens1f1"] });
  const segment = fabric.addVlanSegment("db");
  const microSegment = new MicroSegment(stack, "web", { platform });
  const tiers = { performance: StorageTier.on(StorageBackend.lvm("nvme")) };
  const pool = new TieredStoragePool(stack, "storage", { platform, tiers });
  const disk = { pool, tier: "performance" as const, size: DataSize.gibibytes(1) };
  return { stack, platform, fabric, segment, microSegment, pool, tiers, disk, vm: make("vm"), make };
}

type Scene = ReturnType<typeof scene>;

/** Gives a value to one prop: what it takes, what it refuses, and where the error says that it is. */
interface Case {
  give(scene: Scene, value: never): unknown;
  readonly good: readonly unknown[];
  readonly bad: readonly unknown[];
  /** Whether it takes what is known only at apply time. */
  readonly unknown?: boolean;
}

const onSwitch = (prop: string, good: unknown[], bad: unknown[]): Record<string, Case> => ({
  [`DistributedVSwitch ${prop}`]: {
    give: ({ stack, platform }, value) => new DistributedVSwitch(stack, "x", { platform, [prop]: value }),
    good,
    bad,
  },
});
const onSegment = (prop: string, good: unknown[], bad: unknown[]): Record<string, Case> => ({
  [`VlanSegment ${prop}`]: {
    give: ({ fabric }, value) => fabric.addVlanSegment("x", { [prop]: value }),
    good,
    bad,
  },
});
const onMicroSegment = (prop: string, good: unknown[], bad: unknown[]): Record<string, Case> => ({
  [`MicroSegment ${prop}`]: {
    give: ({ stack, platform }, value) => new MicroSegment(stack, "x", { platform, [prop]: value }),
    good,
    bad,
  },
});
const onVxlan = (prop: string, good: unknown[], bad: unknown[]): Record<string, Case> => ({
  [`VxlanSegment ${prop}`]: {
    give: ({ stack, platform }, value) =>
      new VxlanSegment(stack, "x", {
        platform,
        vni: 10100,
        vteps: Vteps.of({ kvm1: "10.0.0.1", kvm2: "10.0.0.2" }),
        [prop]: value,
      }),
    good,
    bad,
  },
});
const onSriovPool = (prop: string, good: unknown[], bad: unknown[]): Record<string, Case> => ({
  [`SriovPool ${prop}`]: {
    give: ({ stack, platform }, value) =>
      new SriovPool(stack, "x", { platform, physicalFunction: "ens1f0", virtualFunctions: 8, [prop]: value }),
    good,
    bad,
  },
});
const onPool = (prop: string, good: unknown[], bad: unknown[]): Record<string, Case> => ({
  [`TieredStoragePool ${prop}`]: {
    give: ({ stack, platform, tiers }, value) => new TieredStoragePool(stack, "x", { platform, tiers, [prop]: value }),
    good,
    bad,
  },
});
const onVm = (prop: string, good: unknown[], bad: unknown[], unknown = false): Record<string, Case> => ({
  [`TunedVm ${prop}`]: { give: ({ make }, value) => make("x", { [prop]: value }), good, bad, unknown },
});
const onNic = (prop: string, good: unknown[], bad: unknown[]): Record<string, Case> => ({
  [`TunedVmNic ${prop}`]: { give: ({ vm, segment }, value) => vm.addNic("x", { segment, [prop]: value }), good, bad },
});
const onDisk = (prop: string, good: unknown[], bad: unknown[]): Record<string, Case> => ({
  [`TunedVmDisk ${prop}`]: { give: ({ vm, disk }, value) => vm.addDisk("x", { ...disk, [prop]: value }), good, bad },
});
/** A fabric with a spine, a leaf and a border leaf. */
function fabricIn({ stack }: Pick<Scene, "stack">, props = {}) {
  const dc1 = new SpineLeafFabric(stack, "dc1", {
    underlay: Underlay.unnumbered({ loopbacks: "10.9.0.0/24" }),
    ...props,
  });
  const spine = dc1.addSpine("spine");
  const leaf = dc1.addLeaf("leaf", { uplinkSpeed: DataRate.gbps(100) });
  const edge = dc1.addBorderLeaf("edge", { uplinkSpeed: DataRate.gbps(100) });
  return { dc1, spine, leaf, edge };
}
const onFabric = (prop: string, good: unknown[], bad: unknown[]): Record<string, Case> => ({
  [`SpineLeafFabric ${prop}`]: { give: (parts, value) => fabricIn(parts, { [prop]: value }), good, bad },
});
const onLeaf = (prop: string, good: unknown[], bad: unknown[]): Record<string, Case> => ({
  [`SpineLeafFabric leaf ${prop}`]: {
    give: (parts, value) => fabricIn(parts).dc1.addLeaf("x", { uplinkSpeed: DataRate.gbps(100), [prop]: value }),
    good,
    bad,
  },
});
const onFabricHost = (prop: string, good: unknown[], bad: unknown[]): Record<string, Case> => ({
  [`SpineLeafFabric host ${prop}`]: {
    give: (parts, value) => {
      const { dc1, leaf } = fabricIn(parts);
      const [host] = parts.platform.hosts;
      return dc1.addHost(host!, { speed: DataRate.gbps(25), links: [{ leaf, nic: "ens1f0" }], [prop]: value });
    },
    good,
    bad,
  },
});
const onFabricLink = (prop: string, good: unknown[], bad: unknown[]): Record<string, Case> => ({
  [`SpineLeafFabric link ${prop}`]: {
    give: (parts, value) => {
      const { dc1, leaf } = fabricIn(parts);
      const links = [{ leaf, nic: "ens1f0", [prop]: value }];
      return dc1.addHost(parts.platform.hosts[0]!, { speed: DataRate.gbps(25), links });
    },
    good,
    bad,
  },
});
const onExternalPeer = (prop: string, good: unknown[], bad: unknown[]): Record<string, Case> => ({
  [`SpineLeafFabric external peer ${prop}`]: {
    give: (parts, value) => {
      const { dc1, edge } = fabricIn(parts);
      const peer = { interface: "swp1", address: "192.0.2.1/31", peer: "192.0.2.0", asn: 64_999 };
      return dc1.addExternalPeer("wan", edge, { ...peer, accept: [], announce: [], [prop]: value });
    },
    good,
    bad,
  },
});
const onBucket = (prop: string, good: unknown[], bad: unknown[]): Record<string, Case> => ({
  [`TrafficProfile ${prop}`]: {
    give: (_, value) =>
      TrafficProfile.tokenBucket({ average: DataRate.mbps(100), burst: DataSize.mebibytes(1), [prop]: value }),
    good,
    bad,
  },
});
const onSpine = (prop: string, good: unknown[], bad: unknown[]): Record<string, Case> => ({
  [`SpineLeafFabric spine ${prop}`]: {
    give: (parts, value) =>
      fabricIn(parts).dc1.addSpine("x", { corePorts: 1, uplinkSpeed: DataRate.gbps(100), [prop]: value }),
    good,
    bad,
  },
});
const onSlice = (prop: string, good: unknown[], bad: unknown[]): Record<string, Case> => ({
  [`NetworkSlice ${prop}`]: {
    give: ({ stack, fabric }, value) => {
      const traffic = TrafficProfile.guarantee({ reservation: DataRate.gbps(1) });
      return new NetworkSlice(stack, "x", { switch: fabric, vlan: 120, traffic, [prop]: value });
    },
    good,
    bad,
  },
});
/** Sections and keys of a file in systemd's syntax may be long. */
const UNIT_NAMES = NAMES.filter((name) => name !== "x".repeat(300));
/** The file of a device, of a host of libvirt. */
const onUnit = (
  what: string,
  write: (unit: UnitFile, value: never) => unknown,
  good: unknown[],
  bad: unknown[],
  unknown = false,
) =>
  factory(
    `HostFiles ${what}`,
    (value, { stack }) => write(hostFilesIn(stack).netdev("br0", "prod/files"), value),
    good,
    bad,
    unknown,
  );
function hostFilesIn(stack: Scene["stack"]) {
  return new LibvirtPlatform(stack, "kvm", { hosts: [LibvirtHost.at("kvm1", "qemu:///system")] }).hostFiles();
}
const factory = (
  name: string,
  give: (value: never, scene: Scene) => unknown,
  good: unknown[],
  bad: unknown[],
  unknown = false,
) => ({
  [name]: { give: (parts: Scene, value: never) => give(value, parts), good, bad, unknown },
});

const onTier = (prop: string, good: unknown[], bad: unknown[]) =>
  factory(
    `StorageTier ${prop}`,
    (value) => StorageTier.on(StorageBackend.directory("/srv"), { [prop]: value }),
    good,
    bad,
  );
const onNeed = (prop: string, good: unknown[], bad: unknown[]) =>
  factory(`IoProfile ${prop}`, (value) => IoProfile.random({ iops: 500, [prop]: value }), good, bad);
const onLimit = (prop: string, good: unknown[], bad: unknown[]) =>
  factory(`IoLimit ${prop}`, (value) => IoLimit.total({ iops: 500, [prop]: value }), good, bad);
const onBurst = (prop: string, good: unknown[], bad: unknown[]) =>
  factory(
    `IoLimit burst ${prop}`,
    (value) => IoLimit.total({ iops: 500, rate: MEBIBYTE, burst: { iops: 600, [prop]: value } }),
    good,
    bad,
  );
const onGuestDisk = (prop: string, good: unknown[], bad: unknown[]) =>
  factory(
    `GuestDisk ${prop}`,
    (value) => GuestDisk.mounted("/srv/a", { scheduler: IoScheduler.MQ_DEADLINE, [prop]: value }),
    good,
    bad,
  );
const onStorageDrs = (prop: string, good: unknown[], bad: unknown[]) =>
  factory(`StorageDrs ${prop}`, (value) => StorageDrs.automated({ [prop]: value }), good, bad);
const onIoBalancing = (prop: string, good: unknown[], bad: unknown[]) =>
  factory(
    `StorageDrs ioBalancing ${prop}`,
    (value) => StorageDrs.automated({ ioBalancing: { [prop]: value } }),
    good,
    bad,
  );
const onNfs = (prop: string, good: unknown[], bad: unknown[]) =>
  factory(`StorageBackend.nfs ${prop}`, (value) => StorageBackend.nfs("nas", "/e", { [prop]: value }), good, bad);
/** On a disk that has a volume of its own. */
const onClone = (prop: string, good: unknown[], bad: unknown[]) =>
  factory(
    `VolumeSource.cloneOfExisting ${prop}`,
    (value, { vm, disk }) => {
      const source = VolumeSource.cloneOfExisting("a.raw", { ...disk, [prop]: value });
      return vm.addDisk("x", { ...disk, source });
    },
    good,
    bad,
  );

const CASES: Readonly<Record<string, Case>> = {
  ...onSwitch("platform", [], [undefined, ...OBJECTS]),
  ...onSwitch("name", ["fabric-1", "a.b_c", "x".repeat(63)], NAMES),
  ...onSwitch("hosts", [undefined], [...LISTS, [], [undefined], [{ name: "kvm1" }], ["kvm1"]]),
  ...onSwitch("backing", [SwitchBacking.isolated()], OBJECTS),
  ...onSwitch("mtu", [576, 9000, 65_535], [0, 575, 65_536, ...NUMBERS]),
  ...onSwitch(
    "uplinks",
    [[], ["ens1f0", "bond0.100"]],
    [null, ...LISTS, ...NAMES.map((name) => [name]), [undefined], ["x".repeat(16)], ["a", "a"]],
  ),
  ...onSwitch("teaming", [Teaming.sourceMac()], [...OBJECTS, Teaming.sourcePort({ active: ["ens9"] })]),
  ...onSwitch(
    "security",
    [{}, { allowMacChanges: true }],
    [null, "reject", [], ...FLAGS.map((allowPromiscuous) => ({ allowPromiscuous }))],
  ),

  ...onSwitch(
    "privateVlans",
    [[], [PrivateVlan.promiscuous(5)]],
    [null, ...LISTS, [100], [undefined], [{ primary: 5 }], [PrivateVlan.isolated(5, 6)]],
  ),
  ...onSwitch("discovery", [DiscoveryProtocol.lldp()], ["lldp", ...OBJECTS]),
  ...onSwitch("multicastFiltering", ["legacy", "snooping"], [null, "Snooping", "", 5, true, {}, ["snooping"]]),
  ...onSwitch("ioControl", [NetworkIoControl.version3()], [3, ...OBJECTS]),
  ...onSwitch("flowExport", [FlowExport.sflow({ collector: "::1" })], ["192.0.2.10", ...OBJECTS]),
  ...factory("PrivateVlan primary", (id) => PrivateVlan.promiscuous(id), [1, 4094], [undefined, 0, 4095, ...NUMBERS]),
  ...factory(
    "PrivateVlan secondary",
    (id) => PrivateVlan.community(100, id),
    [1, 4094],
    [undefined, 0, 100, 4095, ...NUMBERS],
  ),
  ...factory(
    "DiscoveryProtocol operation",
    (operation) => DiscoveryProtocol.cdp(operation),
    [undefined, "listen", "advertise", "both"],
    [null, "none", "", 5, true, {}],
  ),
  ...factory("FlowExport options", (options) => FlowExport.ipfix(options), [], [undefined, ...OBJECTS]),
  ...factory(
    "FlowExport collector",
    (collector) => FlowExport.ipfix({ collector }),
    ["192.0.2.10", "2001:db8::1"],
    [undefined, null, "", "nas", "192.0.2.10:2055", "192.0.2", "fe80::1%eth0", " 192.0.2.1", 5, {}, ["192.0.2.1"]],
  ),
  ...factory(
    "FlowExport port",
    (port) => FlowExport.sflow({ collector: "::1", port }),
    [1, 65_535],
    [0, 65_536, ...NUMBERS],
  ),
  ...factory(
    "FlowExport activeTimeout",
    (activeTimeout) => FlowExport.ipfix({ collector: "::1", activeTimeout }),
    [Duration.minutes(1), Duration.hours(1)],
    [60, Duration.seconds(59), Duration.milliseconds(60_001), Duration.days(1), ...OBJECTS],
  ),
  ...factory(
    "FlowExport header",
    (header) => FlowExport.sflow({ collector: "::1", header }),
    [DataSize.bytes(14), DataSize.bytes(512)],
    [128, DataSize.bytes(13), DataSize.bytes(513), ...OBJECTS],
  ),
  ...factory(
    "FlowExport internalFlowsOnly",
    (internalFlowsOnly) => FlowExport.ipfix({ collector: "::1", internalFlowsOnly }),
    [true, false],
    FLAGS,
  ),
  ...factory(
    "NetworkIoControl options",
    (options) => NetworkIoControl.version3(options),
    [{}, { nfs: {} }],
    [
      null,
      "nfs",
      5,
      [],
      { nfs: null },
      { nfs: 5 },
      { NFS: {} },
      { nfs: { shares: "high" } },
      { nfs: { shares: null } },
      { nfs: { limit: 500 } },
      { nfs: { reservation: 500 } },
    ],
  ),
  ...factory("TrafficShares.custom", (count) => TrafficShares.custom(count), [1, 100], [undefined, 0, 101, ...NUMBERS]),
  ...factory(
    "Teaming failureDetection",
    (failureDetection) => Teaming.loadBased({ failureDetection }),
    ["link state", "beacon probing"],
    [null, "beacon", "", 5, true, {}],
  ),
  ...factory("Teaming failback", (failback) => Teaming.sourceMac({ failback }), [true, false], FLAGS),
  ...factory("Teaming.lacp", (options) => Teaming.lacp(options), [undefined, {}], [null, "lag1", 5, []]),
  ...factory("Teaming.lacp existingLag", (existingLag) => Teaming.lacp({ existingLag }), ["lag1"], NAMES),
  ...factory(
    "fromDistributedVSwitchAttributes mtu",
    (mtu, { stack, platform }) =>
      DistributedVSwitch.fromDistributedVSwitchAttributes(stack, "x", { platform, name: "lan", mtu }),
    [576, 65_535],
    [0, 575, 65_536, ...NUMBERS],
  ),
  ...factory(
    "fromDistributedVSwitchAttributes platform",
    (platform, { stack }) => DistributedVSwitch.fromDistributedVSwitchAttributes(stack, "x", { platform, name: "lan" }),
    [],
    [undefined, ...OBJECTS],
  ),

  ...onSwitch("traffic", [TrafficProfile.leakyBucket({ rate: DataRate.gbps(1) })], OBJECTS),
  ...onSwitch("uplinkSpeed", [DataRate.gbps(10)], [10, "10 Gbit/s", DataRate.gbps(0), ...OBJECTS]),
  ...factory(
    "fromDistributedVSwitchAttributes privateVlans",
    (privateVlans, { stack, platform }) =>
      DistributedVSwitch.fromDistributedVSwitchAttributes(stack, "x", { platform, name: "lan", privateVlans }),
    [[PrivateVlan.promiscuous(5)]],
    [null, ...LISTS, [5], [PrivateVlan.isolated(5, 6)]],
  ),
  ...factory(
    "SwitchBacking options",
    (options) => SwitchBacking.openVSwitch("br0", options),
    [undefined, {}, { managed: true }],
    [null, "managed", 5, true, [], ...FLAGS.map((managed) => ({ managed }))],
  ),
  ...factory("Teaming options", (options) => Teaming.sourcePort(options), [undefined, {}], [null, "x", 5, true, []]),
  ...factory(
    "Teaming notifySwitches",
    (notifySwitches) => Teaming.explicitFailover({ notifySwitches }),
    [true, false],
    FLAGS,
  ),
  ...factory(
    "Teaming.ipHash",
    (options) => Teaming.ipHash(options),
    [{ physicalPortsBundled: true }],
    [undefined, null, "x", [], {}, ...FLAGS.map((physicalPortsBundled) => ({ physicalPortsBundled }))],
  ),
  ...factory("Teaming.lacp rate", (rate) => Teaming.lacp({ rate }), ["slow", "fast"], [null, "Fast", "", 5, true, {}]),
  ...factory("Teaming.lacp hash", (hash) => Teaming.lacp({ hash }), ["layer2"], [null, "layer4", "", 5, true, {}]),
  ...factory("Teaming.lacp minLinks", (minLinks) => Teaming.lacp({ minLinks }), [1, 8], [0, ...NUMBERS]),
  ...factory(
    "FlowExport sampling",
    (sampling) => FlowExport.ipfix({ collector: "::1", sampling }),
    [0, 16_384],
    [16_385, ...NUMBERS],
  ),
  ...factory(
    "FlowExport idleTimeout",
    (idleTimeout) => FlowExport.ipfix({ collector: "::1", idleTimeout }),
    [Duration.seconds(10)],
    [10, Duration.seconds(9), Duration.seconds(601), ...OBJECTS],
  ),
  ...factory(
    "FlowExport observationDomain",
    (observationDomain) => FlowExport.ipfix({ collector: "::1", observationDomain }),
    [0, 4_294_967_295],
    [2 ** 32, ...NUMBERS],
  ),
  ...factory(
    "FlowExport switchAddress",
    (switchAddress) => FlowExport.ipfix({ collector: "::1", switchAddress }),
    ["192.0.2.1"],
    ["::1", "192.0.2.1/24", ...NAMES],
  ),
  ...factory(
    "FlowExport polling",
    (polling) => FlowExport.sflow({ collector: "::1", polling }),
    [Duration.seconds(1)],
    [1, Duration.milliseconds(500), Duration.days(365), ...OBJECTS],
  ),

  ...factory("TrafficProfile options", (options) => TrafficProfile.tokenBucket(options), [], [undefined, ...OBJECTS]),
  ...onBucket("average", [DataRate.kbps(1)], [undefined, 100, "100 Mbit/s", DataRate.mbps(0), ...OBJECTS]),
  ...onBucket("burst", [DataSize.kibibytes(64)], [undefined, 64, DataSize.bytes(0), DataRate.mbps(1), ...OBJECTS]),
  ...onBucket("peak", [DataRate.gbps(1)], [1000, DataRate.mbps(99), DataSize.bytes(1), ...OBJECTS]),
  ...onBucket("reservation", [DataRate.mbps(100)], [100, DataRate.mbps(0), DataRate.mbps(101), ...OBJECTS]),
  ...onBucket("shares", [1, 100], [0, 101, ...NUMBERS]),
  ...onBucket("priority", ["low", "high"], [null, "High", "", 5, true, {}]),
  ...factory(
    "TrafficProfile.leakyBucket rate",
    (rate) => TrafficProfile.leakyBucket({ rate }),
    [DataRate.mbps(1)],
    [undefined, 1, DataRate.mbps(0), ...OBJECTS],
  ),
  ...factory(
    "TrafficProfile.guarantee reservation",
    (reservation) => TrafficProfile.guarantee({ reservation }),
    [DataRate.mbps(1)],
    [undefined, 1, DataRate.mbps(0), ...OBJECTS],
  ),
  ...factory(
    "TrafficProfile.perDirection inbound",
    (inbound) => TrafficProfile.perDirection({ inbound }),
    [TrafficProfile.leakyBucket({ rate: DataRate.mbps(1) })],
    [undefined, { average: DataRate.mbps(1) }, ...OBJECTS],
  ),
  ...factory(
    "TrafficProfile.perDirection outbound",
    (outbound) => TrafficProfile.perDirection({ outbound }),
    [TrafficProfile.leakyBucket({ rate: DataRate.mbps(1) })],
    [undefined, ...OBJECTS],
  ),

  ...onSegment("traffic", [TrafficProfile.leakyBucket({ rate: DataRate.gbps(1) })], OBJECTS),
  ...onSegment("privateVlan", [], ["isolated(100, 101)", 101, PrivateVlan.isolated(100, 101), ...OBJECTS]),
  ...onSegment("exportFlows", [false], [true, ...FLAGS]),
  ...factory(
    "addVlanSegment options",
    (options, { fabric }) => fabric.addVlanSegment("x", options),
    [undefined, {}],
    [null, "vlan", 5, true, []],
  ),
  ...onSegment("name", ["db-1"], NAMES),
  ...onSegment("mtu", [576, 9000], [0, 575, 9001, ...NUMBERS]),
  ...onSegment("vlan", [1, 4094], [0, 4095, ...NUMBERS]),
  ...onSegment(
    "trunk",
    [[1], [{ from: 1, to: 4094 }]],
    [
      ...LISTS,
      [],
      [0],
      [4095],
      [undefined],
      [null],
      ["5"],
      ["1-5"],
      [[1, 5]],
      [{ from: 5 }],
      [{ from: 5, to: "9" }],
      [5, 5],
      ...NUMBERS.map((id) => [id]),
    ],
  ),
  ...onSegment(
    "security",
    [{}, { allowForgedTransmits: false }],
    [null, "reject", [], ...FLAGS.map((allowForgedTransmits) => ({ allowForgedTransmits }))],
  ),
  ...factory(
    "VlanSegment switch",
    (value, { stack }) => new VlanSegment(stack, "x", { switch: value }),
    [],
    [undefined, ...OBJECTS],
  ),
  ...factory(
    "VlanSegment nativeVlan",
    (nativeVlan, { fabric }) => fabric.addVlanSegment("x", { trunk: [7], nativeVlan }),
    [1, 7, 4094],
    [0, 4095, ...NUMBERS],
  ),
  ...factory(
    "fromVlanSegmentAttributes platform",
    (platform, { stack }) => VlanSegment.fromVlanSegmentAttributes(stack, "x", { platform, network: "lan" }),
    [],
    [undefined, ...OBJECTS],
  ),
  ...factory(
    "fromVlanSegmentAttributes network",
    // libvirt's names: what one may be is the platform's matter.
    (network, { stack }) => {
      const platform = new LibvirtPlatform(stack, "kvm", { hosts: [LibvirtHost.at("kvm1", "qemu:///system")] });
      return VlanSegment.fromVlanSegmentAttributes(stack, "x", { platform, network });
    },
    ["default"],
    [undefined, ...NAMES],
  ),
  ...factory(
    "fromVlanSegmentAttributes portGroup",
    (portGroup, { stack, platform }) =>
      VlanSegment.fromVlanSegmentAttributes(stack, "x", { platform, network: "lan", portGroup }),
    ["db"],
    NAMES,
  ),
  ...factory(
    "fromVlanSegmentAttributes mtu",
    (mtu, { stack, platform }) => VlanSegment.fromVlanSegmentAttributes(stack, "x", { platform, network: "lan", mtu }),
    [576, 65_535],
    [0, 575, 65_536, ...NUMBERS],
  ),

  ...onMicroSegment("platform", [], [undefined, ...OBJECTS]),
  ...onMicroSegment("name", ["web-1"], NAMES),
  ...onMicroSegment("dhcp", [true, false], FLAGS),
  ...onMicroSegment("isolated", [true, false], FLAGS),
  ...factory(
    "MicroSegment peer",
    (peer, { microSegment }) => microSegment.allowTo(peer, Port.all()),
    [Peer.any()],
    [undefined, ...OBJECTS],
  ),
  ...factory(
    "MicroSegment port",
    (port, { microSegment }) => microSegment.allowFrom(Peer.any(), port),
    [Port.icmp()],
    [undefined, 80, ...OBJECTS],
  ),
  ...factory(
    "Peer.cidr",
    (network) => Peer.cidr(network),
    ["10.0.0.0/8", "::/0", "10.0.0.5/32"],
    [undefined, "10.0.0.0", "10.0.0.1/8", "10.0.0.0/33", "010.0.0.0/8", "a/8", ...NAMES],
  ),
  ...factory("Port.tcpRange", (from) => Port.tcpRange(from, 9), [1, 9], [undefined, 0, 10, ...NUMBERS]),
  ...factory("Port.tcp", (port) => Port.tcp(port), [1, 65_535], [undefined, 0, 65_536, ...NUMBERS]),
  ...factory("Port.udpRange", (to) => Port.udpRange(9, to), [9, 65_535], [undefined, 8, 65_536, ...NUMBERS]),
  ...factory(
    "TunedVmNic microSegment",
    (microSegment, { vm, segment }) => vm.addNic("x", { segment, microSegment }),
    [],
    OBJECTS,
  ),
  ...factory(
    "TunedVmNic addresses",
    (addresses, { vm, segment, microSegment }) => vm.addNic("x", { segment, microSegment, addresses }),
    [["10.0.0.5"], ["10.0.0.5", "2001:db8::5"]],
    [null, ...LISTS, [undefined], [null], ["10.0.0.5/24"], ["10.0.0.5", "10.0.0.5"], ...NAMES.map((name) => [name])],
  ),

  ...factory("Teaming active", (active) => Teaming.explicitFailover({ active }), [[], ["ens1f0"]], LISTS),
  ...factory("Teaming standby", (standby) => Teaming.loadBased({ standby }), [[], ["ens1f0"]], LISTS),
  ...factory(
    "SwitchBacking.linuxBridge",
    (name) => SwitchBacking.linuxBridge(name),
    ["br0", "br-lan.5"],
    [undefined, "x".repeat(16), ...NAMES],
  ),
  ...factory(
    "SwitchBacking.openVSwitch",
    (name) => SwitchBacking.openVSwitch(name),
    ["ovs0"],
    [undefined, "x".repeat(16), ...NAMES],
  ),
  ...factory(
    "SwitchBacking.nat",
    (cidr) => SwitchBacking.nat(cidr),
    ["10.0.0.0/24"],
    [undefined, "10.0.0.1/24", "10.0.0.0/8", "fd00::/64", ...NAMES],
  ),
  ...factory(
    "SwitchBacking.isolated",
    (cidr) => SwitchBacking.isolated(cidr),
    [undefined, "10.0.0.0/24"],
    ["10.0.0.1/24", ...NAMES],
  ),

  ...onVxlan("platform", [], [undefined, ...OBJECTS]),
  ...onVxlan("name", ["tenant-a"], NAMES),
  ...onVxlan("vni", [1, 16_777_215], [undefined, 0, 2 ** 24, ...NUMBERS]),
  ...onVxlan("vteps", [], [undefined, ...OBJECTS]),
  ...onVxlan("transport", [undefined], OBJECTS),
  ...onVxlan("hosts", [undefined], [...LISTS, [], [undefined], [{ name: "kvm1" }], ["kvm1"]]),
  ...onVxlan("flooding", [Flooding.headEndReplication()], [null, ...OBJECTS, "multicast", Flooding.evpn()]),
  ...onVxlan("mtu", [576, 1450], [0, 575, 1451, ...NUMBERS]),
  ...onVxlan("neighbourSuppression", [false], [true, ...FLAGS]),
  ...onVxlan("security", [{}, { allowMacChanges: true }], [null, "reject", [], { allowMacChanges: "yes" }]),
  ...onVxlan("traffic", [undefined], OBJECTS),
  ...onFabric("name", ["dc1", "a.b_c"], NAMES),
  ...onFabric("underlay", [Underlay.unnumbered({ loopbacks: "fd00::/64" })], [undefined, ...OBJECTS]),
  ...onFabric("mtu", [1550, 65_535], [0, 575, 1549, 65_536, ...NUMBERS]),
  ...onFabric("guestMtu", [576, 8950], [0, 575, 8951, ...NUMBERS]),
  ...onFabric("evpn", [true, false], FLAGS),
  ...onFabric("maxOversubscription", [1, 2.5, 100], [0, 0.9, 101, ...NUMBERS.filter((n) => n !== 1.5), "3"]),
  ...onFabric("spineAsn", [64_512, 4_294_967_294], [0, 1, 65_535, 4_200_001_001, 2 ** 32, ...NUMBERS]),
  ...onFabric("coreAsn", [64_512], [0, 65_535, ...NUMBERS]),
  ...onFabric("firstLeafAsn", [64_512], [0, 65_534, 65_535, 4_200_000_000, ...NUMBERS]),
  ...onFabric("firstHostAsn", [64_512], [0, 65_535, ...NUMBERS]),
  ...factory(
    "SpineLeafFabric leaf",
    (name, parts) => fabricIn(parts).dc1.addLeaf(name, { uplinkSpeed: DataRate.gbps(1) }),
    ["x"],
    [undefined, "leaf", ...NAMES],
  ),
  ...onLeaf("uplinkSpeed", [DataRate.kbps(1)], [undefined, DataRate.kbps(0), ...OBJECTS]),
  ...onLeaf("number", [3, 31], [0, 1, 2, 32, ...NUMBERS]),
  ...onLeaf("hostPorts", [1, 96], [0, 97, ...NUMBERS]),
  ...onLeaf("uplinkPorts", [1, 32], [0, 33, ...NUMBERS]),
  ...onLeaf("maxMtu", [9000, 65_535], [0, 8999, 65_536, ...NUMBERS]),
  ...onLeaf("portNames", [PortNames.numbered("eth", { first: 0 })], OBJECTS),
  ...factory(
    "SpineLeafFabric host",
    (host, parts) => {
      const { dc1, leaf } = fabricIn(parts);
      return dc1.addHost(host, { speed: DataRate.gbps(25), links: [{ leaf, nic: "ens1f0" }] });
    },
    [{ name: "kvm9" }],
    [undefined, ...OBJECTS],
  ),
  ...onSpine("number", [2], [0, 1, ...NUMBERS]),
  ...onSpine("leafPorts", [3, 512], [0, 1, 513, ...NUMBERS]),
  ...onSpine("corePorts", [0, 32], [33, ...NUMBERS]),
  ...onSpine("uplinkSpeed", [DataRate.gbps(1)], [undefined, 100, DataRate.gbps(0), ...OBJECTS]),
  ...factory(
    "SpineLeafFabric spine options",
    (options, parts) => fabricIn(parts).dc1.addSpine("x", options),
    [undefined, {}],
    [null, "x", 5, []],
  ),
  ...factory(
    "SpineLeafFabric core spinePorts",
    (spinePorts, { stack }) => {
      const underlay = Underlay.unnumbered({ loopbacks: "10.9.0.0/24" });
      return new SpineLeafFabric(stack, "dc1", { underlay }).addCore("core", { spinePorts });
    },
    [1, 32],
    [0, 33, ...NUMBERS],
  ),
  ...factory(
    "SpineLeafFabric external peer",
    (name, parts) => {
      const { dc1, edge } = fabricIn(parts);
      const peer = { interface: "swp1", address: "192.0.2.1/31", peer: "192.0.2.0", asn: 64_999 };
      return dc1.addExternalPeer(name, edge, { ...peer, accept: [], announce: [] });
    },
    ["wan"],
    [undefined, "x".repeat(31), ...NAMES],
  ),
  ...factory(
    "SpineLeafFabric external peer switch",
    (edge, parts) => {
      const peer = { interface: "swp1", address: "192.0.2.1/31", peer: "192.0.2.0", asn: 64_999 };
      return fabricIn(parts).dc1.addExternalPeer("wan", edge, { ...peer, accept: [], announce: [] });
    },
    [],
    [undefined, ...OBJECTS],
  ),
  ...onFabricHost("speed", [DataRate.gbps(10)], [undefined, DataRate.kbps(0), ...OBJECTS]),
  ...onFabricHost("routed", [true, false], FLAGS),
  ...onFabricHost("name", ["x"], ["leaf", ...NAMES]),
  ...onFabricHost("number", [1, 191], [0, ...NUMBERS]),
  ...onFabricHost("maxMtu", [9000], [0, 8999, ...NUMBERS]),
  ...onFabricHost("links", [], [undefined, null, [], [undefined], [null], [5], [{}], ...LISTS]),
  ...onFabricLink("leaf", [], [undefined, ...OBJECTS]),
  ...onFabricLink("nic", ["vmnic0"], [undefined, "x".repeat(16), ...NAMES]),
  ...onFabricLink("port", [1, 48], [0, 49, ...NUMBERS]),
  ...onExternalPeer("interface", ["swp2"], [undefined, "swp49", ...NAMES]),
  ...onExternalPeer(
    "address",
    ["192.0.2.1/24", "2001:db8::1/127"],
    [undefined, "192.0.2.1", "192.0.2.1/33", "192.0.2.1/", "/24", ...NAMES],
  ),
  ...onExternalPeer("peer", ["192.0.2.9", "2001:db8::"], [undefined, "192.0.2.0/31", ...NAMES]),
  ...onExternalPeer("asn", [1, 64_999], [undefined, 0, 23_456, 65_535, 4_200_000_000, 2 ** 32, ...NUMBERS]),
  ...onExternalPeer(
    "accept",
    [[{ network: "0.0.0.0/0", longest: 32 }]],
    [
      undefined,
      null,
      [null],
      [5],
      [{}],
      [{ network: "x" }],
      [{ network: "10.0.0.0/8", longest: 7 }],
      [{ network: "10.0.0.0/8", longest: "9" }],
      ...LISTS,
    ],
  ),
  ...onExternalPeer("announce", [[]], [undefined, null, [undefined], ["10.0.0.0/8"], ...LISTS]),
  ...factory(
    "SpineLeafFabric mapVlan vlan",
    (vlan, parts) => {
      const { dc1, leaf } = fabricIn(parts);
      const [host] = parts.platform.hosts;
      dc1.addHost(host!, { speed: DataRate.gbps(25), links: [{ leaf, nic: "ens1f0" }] });
      dc1.mapVlan("prod/x", host!, vlan, 10_100);
    },
    [1, 4094],
    [undefined, 0, 4095, ...NUMBERS],
  ),
  ...factory(
    "Underlay loopbacks",
    (loopbacks) => Underlay.unnumbered({ loopbacks }),
    ["10.0.0.0/26", "fd00::/122"],
    [undefined, "10.0.0.0/27", "10.0.0.1/24", ...NAMES],
  ),
  ...factory(
    "Underlay links",
    (links) => Underlay.numbered({ loopbacks: "10.0.0.0/24", links }),
    ["10.1.0.0/24"],
    [undefined, "fd00::/64", "10.0.0.0/8", ...NAMES],
  ),
  ...factory("Underlay", (props) => Underlay.numbered(props), [], [undefined, null, 5, "x", {}, []], true),
  ...factory(
    "SpineLeafFabric mapVlan vni",
    (vni, parts) => {
      const { dc1, leaf } = fabricIn(parts);
      const [host] = parts.platform.hosts;
      dc1.addHost(host!, { speed: DataRate.gbps(25), links: [{ leaf, nic: "ens1f0" }] });
      dc1.mapVlan("prod/x", host!, 100, vni);
    },
    [1, 16_777_215],
    [undefined, 0, 2 ** 24, ...NUMBERS],
  ),
  ...factory(
    "SpineLeafFabric mapVlan host",
    (host, parts) => fabricIn(parts).dc1.mapVlan("prod/x", host, 100, 10_100),
    [],
    [undefined, ...OBJECTS],
  ),
  ...factory("PortNames first", (first) => PortNames.numbered("swp", { first }), [0, 1], [2, ...NUMBERS]),
  ...factory("PortNames step", (step) => PortNames.numbered("swp", { step }), [1, 16], [0, 17, ...NUMBERS]),
  ...factory("PortNames options", (options) => PortNames.numbered("swp", options), [undefined, {}], [null, "x", 5, []]),
  ...factory("PortNames", (prefix) => PortNames.numbered(prefix), ["swp"], [undefined, "x".repeat(11), ...NAMES]),
  ...onSlice("switch", [], [undefined, ...OBJECTS]),
  ...onSlice("name", ["tenant-a"], NAMES),
  ...onSlice("vlan", [1, 4094], [undefined, 0, 4095, ...NUMBERS]),
  ...onSlice("privateVlan", [undefined], OBJECTS),
  ...onSlice("vxlan", [{ vni: 1 }], [null, 5, "x", [], {}, { vni: 0 }, { vni: 1, vteps: {} }]),
  ...onSlice("traffic", [], [undefined, ...OBJECTS]),
  ...onSlice("isolation", ["segment", "rules"], [null, "", "all", 5, {}]),
  ...onSlice("mtu", [576, 9000], [0, 575, 9001, ...NUMBERS]),
  ...factory(
    "NetworkSlice peer",
    (peer, { stack, fabric }) => {
      const traffic = TrafficProfile.guarantee({ reservation: DataRate.gbps(1) });
      const isolation = SliceIsolation.RULES;
      new NetworkSlice(stack, "x", { switch: fabric, vlan: 120, traffic, isolation }).allowFrom(peer, Port.all());
    },
    [Peer.any()],
    [undefined, ...OBJECTS],
  ),
  ...factory(
    "Vteps.of options",
    (options) => Vteps.of({ kvm1: "10.0.0.1" }, options),
    [undefined, {}],
    [null, "x", 5, true, []],
  ),
  ...factory("Vteps.evpn options", (options) => Vteps.evpn({ kvm1: "10.0.0.1" }, options), [], [undefined, ...OBJECTS]),
  ...factory("Flooding.multicast", (options) => Flooding.multicast(options), [], [undefined, ...OBJECTS]),
  ...factory("VxlanTransport.vlan", (options) => VxlanTransport.vlan(options), [], [undefined, ...OBJECTS]),
  ...factory(
    "Vteps.of",
    (addresses) => Vteps.of(addresses),
    [{ kvm1: "10.0.0.1" }, { kvm1: "2001:db8::1" }],
    [undefined, null, "10.0.0.1", ["10.0.0.1"], {}, { kvm1: 5 }, { kvm1: null }, ...NAMES.map((ip) => ({ kvm1: ip }))],
  ),
  ...factory(
    "Vteps.of underlayMtu",
    (underlayMtu) => Vteps.of({ kvm1: "10.0.0.1" }, { underlayMtu }),
    [626, 1500, 65_535],
    [0, 625, 65_536, ...NUMBERS],
  ),
  ...factory(
    "Vteps.evpn asn",
    (asn) => Vteps.evpn({ kvm1: "10.0.0.1" }, { asn }),
    [64_512, 4_294_967_294],
    [undefined, 0, 65_535, 2 ** 32, ...NUMBERS],
  ),
  ...factory(
    "Vteps.evpn routeReflectors",
    (routeReflectors) => Vteps.evpn({ kvm1: "10.0.0.1" }, { asn: 64_512, routeReflectors }),
    [["10.0.0.9"]],
    [null, ...LISTS, [], ["rr1"], [5], [undefined], ["2001:db8::9"]],
  ),
  ...factory(
    "Flooding.multicast group",
    (group) => Flooding.multicast({ group, interface: "ens1f0" }),
    ["239.1.1.1", "ff05::1"],
    [undefined, "10.0.0.1", ...NAMES],
  ),
  ...factory(
    "Flooding.multicast interface",
    (name) => Flooding.multicast({ group: "239.1.1.1", interface: name }),
    ["ens1f0", "bond0.100"],
    [undefined, "x".repeat(16), ...NAMES],
  ),
  ...factory(
    "VxlanTransport.vlan switch",
    (value) => VxlanTransport.vlan({ switch: value, vlan: 5 }),
    [],
    [undefined, ...OBJECTS],
  ),
  ...factory(
    "VxlanTransport.vlan vlan",
    (vlan, { fabric }) => VxlanTransport.vlan({ switch: fabric, vlan }),
    [1, 4094],
    [undefined, 0, 4095, ...NUMBERS],
  ),

  ...onSriovPool("platform", [], [undefined, ...OBJECTS]),
  ...onSriovPool("name", ["fast"], NAMES),
  ...onSriovPool("hosts", [undefined], [...LISTS, [], [undefined], [{ name: "kvm1" }], ["kvm1"]]),
  ...onSriovPool("virtualFunctions", [1, 65_535], [undefined, 0, 65_536, ...NUMBERS]),
  ...onSriovPool("exceptions", [[]], [null, ...LISTS, [undefined], [null], ["kvm1"], [{}], [{ host: "kvm1" }]]),
  ...onSriovPool("vlan", [1, 4094], [0, 4095, ...NUMBERS]),
  ...onSriovPool("segment", [undefined], OBJECTS),
  ...onSriovPool("mtu", [576, 65_535], [0, 575, 65_536, ...NUMBERS]),
  ...onSriovPool("maxRate", [DataRate.mbps(1)], [1000, "1 Gbit/s", DataRate.kbps(1), ...OBJECTS]),
  ...onSriovPool("minRate", [DataRate.gbps(1)], [DataRate.bitsPerSecond(0), ...OBJECTS]),
  ...onSriovPool("spoofCheck", [true, false], FLAGS),
  ...onSriovPool("trust", [true, false], FLAGS),
  ...onSriovPool("linkState", ["auto", "up", "down"], [null, "Up", "", 5, true, {}, ["up"]]),
  ...factory(
    "SriovPool exception virtualFunctions",
    (virtualFunctions, { stack, platform }) => {
      const exceptions = [{ host: platform.hosts[0]!, virtualFunctions }];
      return new SriovPool(stack, "x", { platform, physicalFunction: "ens1f0", virtualFunctions: 8, exceptions });
    },
    [undefined, 1],
    [0, 65_536, ...NUMBERS],
  ),
  ...factory(
    "SriovPool exception physicalFunction",
    (physicalFunction, { stack }) => {
      const host = LibvirtHost.at("kvm1", "qemu:///system");
      const platform = new LibvirtPlatform(stack, "kvm", { hosts: [host] });
      const exceptions = [{ host, physicalFunction }];
      return new SriovPool(stack, "x", { platform, physicalFunction: "ens1f0", virtualFunctions: 8, exceptions });
    },
    [undefined, "ens2f0"],
    ["x".repeat(16), ...NAMES],
  ),
  ...factory(
    "SriovPool physicalFunction",
    // libvirt's: what one may be is the platform's matter.
    (physicalFunction, { stack }) => {
      const platform = new LibvirtPlatform(stack, "kvm", { hosts: [LibvirtHost.at("kvm1", "qemu:///system")] });
      return new SriovPool(stack, "x", { platform, physicalFunction, virtualFunctions: 8 });
    },
    ["ens1f0", "enp59s0f0np0"],
    [undefined, "0000:3b:00.0", "x".repeat(16), ...NAMES],
  ),
  ...factory(
    "LibvirtHost options",
    (options) => LibvirtHost.at("kvm1", "qemu:///system", options),
    [undefined, {}],
    [null, "11.0.0", 5, true, []],
  ),
  ...factory(
    "LibvirtPlatform switchBacking",
    (switchBacking, { stack }) => {
      const hosts = [LibvirtHost.at("kvm1", "qemu:///system")];
      return new LibvirtPlatform(stack, "kvm", { hosts, switchBacking });
    },
    [undefined, SwitchBacking.linuxBridge("br0")],
    ["br0", ...OBJECTS],
  ),
  ...factory(
    "LibvirtPlatform hostFiles",
    (host, { stack }) => {
      const hosts = [LibvirtHost.at("kvm1", "qemu:///system")];
      return new LibvirtPlatform(stack, "kvm", { hosts }).hostFiles(host);
    },
    [undefined],
    [null, "kvm1", ...OBJECTS, LibvirtHost.at("kvm1", "qemu:///system")],
  ),
  ...factory(
    "HostFiles device",
    (name, { stack }) => hostFilesIn(stack).netdev(name, "prod/files"),
    ["br0"],
    [undefined, "x".repeat(16), ...NAMES],
  ),
  ...onUnit(
    "section",
    (unit, section) => unit.set(section, "Name", 1),
    ["Link"],
    [undefined, null, "a]", ...UNIT_NAMES],
  ),
  ...onUnit("key", (unit, key) => unit.append("Link", key, 1), ["MTUBytes"], [undefined, null, "a=b", ...UNIT_NAMES]),
  ...onUnit(
    "value",
    (unit, value) => unit.set("Link", "Alias", value),
    ["", "a b", "50%%", 0, true],
    [undefined, null, "a\nb", "a\\", "50%", Number.NaN, {}, ["a"], Object.create(null), () => "a"],
    // Services may have "${HOME}": what is known only at apply time is tried with the file itself.
    true,
  ),
  ...factory(
    "HostFiles sysctl key",
    (key, { stack }) => hostFilesIn(stack).sysctl(key, 1, "prod/files"),
    ["net.core.rmem_max"],
    [undefined, null, true, {}, Object.create(null), "", "a b", "a\nb", "${var.a}"],
  ),
  ...factory(
    "HostFiles sysctl value",
    (value, { stack }) => hostFilesIn(stack).sysctl("net.core.rmem_max", value, "prod/files"),
    [5, "4096 131072"],
    [undefined, null, true, Number.NaN, {}, Object.create(null), "", "a\nb", "${var.a}"],
  ),
  ...factory(
    "HostFiles file",
    (file, { stack }) => hostFilesIn(stack).add(file, "prod/files"),
    [{ path: "/etc/a", content: "" }],
    [undefined, null, ...OBJECTS, { path: "/etc/a" }, { path: "/etc/a", content: 5 }, { path: "/a/..", content: "" }],
  ),
  ...factory(
    "HostFiles mode",
    (mode, { stack }) => hostFilesIn(stack).add({ path: "/etc/a", content: "", mode }, "prod/files"),
    [undefined, FileMode.SECRET],
    [null, 0o600, "0777", "", {}],
  ),
  ...onPool("platform", [], [undefined, ...OBJECTS]),
  ...onPool("name", ["storage", "x".repeat(50)], ["x".repeat(51), ...NAMES]),
  ...onPool("hosts", [undefined], [...LISTS, [], [undefined], ["kvm1"]]),
  ...onPool("protectData", [true, false], FLAGS),
  ...onPool(
    "tiers",
    [{ archive: StorageTier.on(StorageBackend.directory("/a")) }],
    [
      undefined,
      null,
      ...OBJECTS,
      { fast: {} },
      { archive: {} },
      { archive: null },
      { archive: StorageBackend.directory("/a") },
    ],
  ),
  ...factory(
    "StorageTier.on",
    (backend) => StorageTier.on(backend),
    [StorageBackend.lvm("vg")],
    [undefined, ...OBJECTS],
  ),
  ...factory(
    "StorageTier storagePolicy",
    (storagePolicy) => StorageTier.on(StorageBackend.datastore("a"), { storagePolicy }),
    ["Gold plan"],
    [null, "", " a", "a/b", 'a"b', "a${b}", "a\nb", 5, {}, "x".repeat(81)],
  ),
  ...factory(
    "StorageBackend.directory",
    (path) => StorageBackend.directory(path),
    ["/srv/vms", "/srv/my vms"],
    ["/", ...PATHS],
  ),
  ...factory("StorageBackend.lvm", (name) => StorageBackend.lvm(name), ["nvme-vg"], [undefined, ...NAMES]),
  ...factory(
    "StorageBackend.nfs server",
    (server) => StorageBackend.nfs(server, "/e"),
    ["nas1", "10.0.0.1", "fd00::1"],
    [undefined, null, "nas 1", "-nas", "nas:/e", ...NAMES.filter((name) => name !== "x".repeat(300))],
  ),
  ...factory("StorageBackend.nfs path", (path) => StorageBackend.nfs("nas", path), ["/", "/e/f"], PATHS),
  ...factory(
    "StorageBackend.nfs version",
    (version) => StorageBackend.nfs("nas", "/e", { version }),
    ["3", "4.1", "4.2"],
    [null, 3, 4.1, "4", "v3", "", {}, ["3"]],
  ),
  ...factory(
    "StorageBackend.nfs mountPath",
    (mountPath) => StorageBackend.nfs("nas", "/e", { mountPath }),
    ["/mnt/nas"],
    ["/", ...PATHS.filter((path) => path !== undefined)],
  ),
  ...factory(
    "StorageBackend.datastore",
    (name) => StorageBackend.datastore(name),
    ["ds 1 (SSD)"],
    [undefined, null, "", " a", "a ", "a/b", "a%2fb", 'a"b', "a<b", "a\nb", "a${b}", "x".repeat(81), 5, {}, ["a"]],
  ),
  ...factory(
    "StorageBackend.datastoreCluster",
    (name) => StorageBackend.datastoreCluster(name),
    ["Gold"],
    [undefined, "a\\b", "a'b", 5],
  ),

  ...onTier("capacity", [DataSize.tebibytes(1)], [4, "4 TiB", DataSize.bytes(0), ...OBJECTS]),
  ...onTier("weight", [0, 1000], [1001, ...NUMBERS]),
  ...onTier("storageDrs", [], OBJECTS),
  ...onTier("overCommit", [1, 1.5, 20], [0.9, 21, ...NUMBERS.filter((number) => number !== 1.5)]),
  ...onTier("iops", [1, 1e15], [0, ...NUMBERS]),
  ...onTier("throughput", [DataRate.gbps(10)], [10, "10 Gbit/s", ...OBJECTS]),
  ...onTier("latency", [Duration.microseconds(1)], [1, "1 ms", Duration.microseconds(0), ...OBJECTS]),
  ...onTier("writePenalty", [1, 6], [0, 7, ...NUMBERS]),
  ...onTier(
    "cost",
    [0, 0.5, 1e6],
    NUMBERS.filter((number) => number !== 1.5),
  ),
  ...onTier("format", ["raw", "qcow2"], [null, "vmdk", "", 5, {}]),
  ...onTier("preallocation", ["none", "full"], [null, "thick", "", true, {}]),
  ...onTier("clusterSize", [DataSize.bytes(512), DataSize.mebibytes(2)], [65_536, DataSize.kibibytes(3), ...OBJECTS]),
  ...onTier("encryptionSecret", [], [LibvirtSecret.usage("vault"), ...OBJECTS]),
  ...onTier("protectData", [true, false], FLAGS),
  ...factory("StorageTier options", (options) => StorageTier.on(StorageBackend.lvm("a"), options), [{}], [null, "", 5]),
  ...factory(
    "StorageTier.plus name",
    (name) => StorageTier.on(StorageBackend.lvm("a")).plus(name, StorageBackend.lvm("b")),
    ["second"],
    [undefined, "main", "x".repeat(21), ...NAMES],
  ),
  ...factory(
    "StorageTier.plus backend",
    (backend) => StorageTier.on(StorageBackend.lvm("a")).plus("second", backend),
    [],
    [undefined, StorageBackend.lvm("a"), ...OBJECTS],
  ),
  ...factory(
    "TieredStoragePool.tier",
    (tier, { pool }) => pool.tier(tier),
    ["performance"],
    [undefined, "capacity", ...NAMES],
  ),
  ...onNfs("connections", [1, 16], [0, 17, ...NUMBERS]),
  ...onNfs("requestSize", [DataSize.kibibytes(4)], [4096, DataSize.kibibytes(5), DataSize.mebibytes(2), ...OBJECTS]),
  ...onNfs("moreServers", [[], ["nas2"]], [...LISTS, [null], [5], ["a b"], ["${var.a}"]]),
  ...onNfs("security", ["sys", "krb5", "krb5i"], [null, "krb5p", "", 5, {}]),
  ...factory(
    "StorageBackend.vmfs",
    (devices) => StorageBackend.vmfs(devices),
    [["naa.600601601234567890abcdef12345678"], ["mpx.vmhba1:C0:T1:L0"]],
    [undefined, [], ["/dev/sdb"], ["naa.6006"], [null], ["naa.600601601234567890ABCDEF12345678"], ...LISTS],
  ),
  ...factory(
    "StorageBackend.vmfs rescan",
    (rescan) => StorageBackend.vmfs(["mpx.vmhba1:C0:T1:L0"], { rescan }),
    [true, false],
    FLAGS,
  ),
  ...factory("StorageBackend.vsan", (name) => StorageBackend.vsan(name), ["vsan 1"], [undefined, null, "", "a/b", 5]),
  ...onStorageDrs("spaceUsed", [50, 100], [49, 101, ...NUMBERS]),
  ...onStorageDrs("spaceDifference", [1, 50], [0, 51, ...NUMBERS]),
  ...onStorageDrs("ioBalancing", [true, false, {}], [null, "on", 15, []]),
  ...onStorageDrs(
    "interval",
    [Duration.hours(1), Duration.days(30)],
    [480, Duration.minutes(59), Duration.seconds(3601), Duration.days(31), ...OBJECTS],
  ),
  ...onStorageDrs("keepDisksTogether", [true, false], FLAGS),
  ...onIoBalancing("latency", [Duration.milliseconds(5)], [15, Duration.milliseconds(4), ...OBJECTS]),
  ...onIoBalancing("imbalance", [1, 100], [0, 101, ...NUMBERS]),
  ...factory("IoProfile.random", (options) => IoProfile.random(options), [], [undefined, ...OBJECTS]),
  ...factory("IoProfile.limited", (options) => IoProfile.limited(options), [], [undefined, ...OBJECTS]),
  ...factory(
    "IoProfile.sequential throughput",
    (throughput) => IoProfile.sequential({ throughput }),
    [MEBIBYTE],
    [undefined, 100, "100 MiB/s", DataRate.bitsPerSecond(0), ...OBJECTS],
  ),
  ...onNeed("iops", [1, 1e15], [undefined, 0, ...NUMBERS]),
  ...onNeed("latency", [Duration.milliseconds(1)], [1, "1 ms", Duration.microseconds(0), ...OBJECTS]),
  ...onNeed("readPercent", [0, 100], [101, ...NUMBERS]),
  ...onNeed("limit", [IoLimit.total({ iops: 500 })], [500, IoLimit.total({ iops: 499 }), ...OBJECTS]),
  ...onNeed("shares", [10, 1000], [9, 1001, ...NUMBERS]),
  ...onNeed("priority", ["low", "high"], [null, "High", "", 5, {}]),
  ...onNeed("reservation", [1], [0, ...NUMBERS]),
  ...factory("IoLimit.total", (options) => IoLimit.total(options), [], [undefined, ...OBJECTS]),
  ...factory("IoLimit.perDirection", (options) => IoLimit.perDirection(options), [], [undefined, ...OBJECTS]),
  ...factory("IoLimit read", (read) => IoLimit.perDirection({ read }), [{ iops: 5 }], [undefined, ...OBJECTS]),
  ...factory("IoLimit write", (write) => IoLimit.perDirection({ write }), [{ iops: 5 }], [undefined, ...OBJECTS]),
  ...onLimit("iops", [1, 1e15], [undefined, 0, ...NUMBERS]),
  ...onLimit("rate", [MEBIBYTE], [100, DataRate.bitsPerSecond(1), DataRate.bitsPerSecond(0), ...OBJECTS]),
  ...onLimit(
    "burst",
    [{ iops: 500 }],
    [{ iops: 499 }, { rate: MEBIBYTE }, { length: Duration.seconds(1) }, ...OBJECTS],
  ),
  ...onLimit("operationSize", [DataSize.kibibytes(16)], [16, DataSize.bytes(0), ...OBJECTS]),
  ...onLimit("group", ["db"], NAMES),
  ...onBurst("iops", [500], [499, ...NUMBERS]),
  ...onBurst("rate", [MEBIBYTE], [100, DataRate.bitsPerSecond(8), ...OBJECTS]),
  ...onBurst("length", [Duration.seconds(1)], [1, Duration.seconds(0), Duration.milliseconds(1500), ...OBJECTS]),
  ...factory(
    "GuestDisk.mounted",
    (path) => GuestDisk.mounted(path),
    ["/srv/db"],
    ["/", "/etc", "/a/", "/a b", ...PATHS],
  ),
  ...factory("GuestDisk.mounted options", (options) => GuestDisk.mounted("/a", options), [{}], [null, "xfs", 5, []]),
  ...factory("GuestDisk.bare options", (options) => GuestDisk.bare(options), [undefined, {}], [null, "none", 5, []]),
  ...onGuestDisk("scheduler", ["none", "mq-deadline"], [null, "noop", "", 5, {}]),
  ...onGuestDisk("readAhead", [DataSize.bytes(0), DataSize.mebibytes(16)], [16, DataSize.kibibytes(5), ...OBJECTS]),
  ...onGuestDisk("requests", [4, 4096], [3, 4097, ...NUMBERS]),
  ...onGuestDisk("rotational", [true, false], FLAGS),
  ...onGuestDisk("fileSystem", ["ext4", "xfs"], [null, "btrfs", "", 5, {}]),
  ...onGuestDisk("trim", ["weekly"], [null, "daily", "", true, {}]),
  ...onGuestDisk("accessTimes", [true, false], FLAGS),
  ...onGuestDisk(
    "mountOptions",
    [[], ["nosuid"]],
    [...LISTS, [null], ["a,b"], ["a b"], ["a\nb"], ["nobarrier"], ["noatime"], ["${var.a}"]],
  ),
  ...factory("IoThreads.spread", (count) => IoThreads.spread(count), [2, 64], [undefined, 0, 1, 65, ...NUMBERS]),
  ...factory(
    "IoThreads.mapped",
    (queues) => IoThreads.mapped(queues),
    [[[0], [1]]],
    [undefined, [], [[0]], [[0], [2]], [[0], []], [[0], ["1"]], [[0], [null]], [[0], [Object.create(null)]], ...LISTS],
  ),
  ...factory("VolumeSource.overlayOf", (image) => VolumeSource.overlayOf(image), ["/a.raw"], ["a.raw", ...PATHS]),
  ...factory("VolumeSource.copyOf", (image) => VolumeSource.copyOf(image), ["https://a/b.raw"], ["ftp://a", ...PATHS]),
  ...factory(
    "VolumeSource.copyOf options",
    (options) => VolumeSource.copyOf("/a.img", options),
    [{ format: "raw" }],
    [undefined, null, "raw", {}, { format: null }, { format: "vmdk" }],
  ),
  ...factory("VolumeSource.cloneOf", (disk) => VolumeSource.cloneOf(disk), [], [undefined, ...OBJECTS]),
  ...factory(
    "VolumeSource.cloneOfExisting",
    (name, { disk }) => VolumeSource.cloneOfExisting(name, disk),
    ["golden.qcow2"],
    [undefined, ...NAMES],
  ),
  ...onClone("pool", [], [undefined, ...OBJECTS]),
  ...onClone("tier", ["performance"], [undefined, null, "capacity", 5, {}]),
  ...onClone("backend", ["main"], [null, "second", 5, {}]),

  ...onVm("platform", [], [undefined, ...OBJECTS]),
  ...onVm("name", ["db.example", "x".repeat(63)], ["x".repeat(64), ...NAMES]),
  ...onVm("vcpus", [1, 768], [undefined, 0, 769, ...NUMBERS]),
  ...onVm(
    "memory",
    [DataSize.mebibytes(16), DataSize.tebibytes(4)],
    [...SIZES, DataSize.mebibytes(15), DataSize.bytes(2 ** 30 + 1), DataSize.bytes(0), DataSize.tebibytes(65)],
  ),
  ...onVm("host", [undefined], OBJECTS),
  ...onVm("workload", [undefined], [...OBJECTS, "database"]),
  ...onVm("description", ["Orders", "<b> & \"${x}\" 'λ'\n"], [null, "", "a\0", "a\u0007", 5, {}, ["a"], true], true),
  ...onVm("firmware", [Firmware.uefi()], [null, ...OBJECTS, "uefi"]),
  ...onVm("machine", ["q35", "pc-i440fx-8.2"], NAMES),
  ...onVm("cpu", [CpuModel.maximum()], [null, ...OBJECTS, "host-passthrough"]),
  ...onVm("boot", [Boot.network()], OBJECTS),
  ...onVm("guestId", ["debian12_64Guest"], NAMES),
  ...onVm("autostart", [true, false], FLAGS),
  ...onVm("reserveMemory", [true, false], FLAGS),
  ...onVm("liveMigration", [true, false], FLAGS),
  ...onVm("guestAgent", [true, false], FLAGS),
  ...onVm(
    "consoleLog",
    ["/var/log/vm.log"],
    PATHS.filter((path) => path !== undefined),
  ),
  ...onVm(
    "shutdownTimeout",
    [Duration.seconds(1), Duration.hours(1)],
    [...OBJECTS, 30, Duration.seconds(0), Duration.milliseconds(1500), Duration.hours(2)],
  ),
  ...onVm(
    "cloudInit",
    [{ userData: "#cloud-config\n" }, { userData: "#!/bin/sh\necho ${A} <&> '\"\n" }],
    [
      null,
      ...OBJECTS,
      { userData: undefined },
      { userData: "packages: []" },
      { userData: 5 },
      { userData: ["#cloud-config"] },
    ],
  ),
  ...factory(
    "CloudInit hostname",
    (hostname, { make }) => make("x", { cloudInit: { userData: "#!/bin/sh", hostname } }),
    ["web", "web-1.example.org"],
    ["x".repeat(64), "a..b", "a_b", "a-", ...NAMES],
    true,
  ),
  ...factory(
    "CloudInit networkConfig",
    (networkConfig, { make }) => make("x", { cloudInit: { userData: "#!/bin/sh", networkConfig } }),
    ["version: 2\n"],
    [null, "", " \n", 5, {}, ["a"]],
    true,
  ),
  ...factory("Firmware options", (options) => Firmware.uefi(options), [undefined, {}], [null, "uefi", 5, []]),
  ...factory("Firmware secureBoot", (secureBoot) => Firmware.uefi({ secureBoot }), [true, false], FLAGS),
  ...factory("CpuModel.named", (name) => CpuModel.named(name), ["EPYC-Milan"], [undefined, ...NAMES]),

  ...factory(
    "Boot.image",
    (source, { disk }) => Boot.image(source, disk),
    ["https://a.example/b.qcow2", "/srv/a.raw"],
    ["a.raw", "ftp://a/b.raw", "https://u:p@a/b.raw", "/srv/a.img", ...PATHS],
  ),
  ...factory("Boot.image options", (options) => Boot.image("/a.raw", options), [], [undefined, null, "", 5, true]),
  ...factory(
    "Boot.image format",
    (format, { disk }) => Boot.image("/a.img", { ...disk, format }),
    ["raw", "qcow2"],
    [null, "vmdk", "RAW", "", 5, {}],
  ),
  ...factory(
    "Boot.image size",
    (size, { disk, make }) => make("x", { boot: Boot.image("/a.raw", { ...disk, size }) }),
    [DataSize.gibibytes(2)],
    SIZES,
  ),
  ...factory(
    "Boot.template",
    (name, { disk }) => Boot.template(name, disk),
    ["debian 12"],
    [undefined, null, "", " a", "a/b", 'a"b', "a${b}", 5, {}],
  ),
  ...factory(
    "Boot.template options",
    (options) => Boot.template("debian", options),
    [],
    [undefined, null, "", 5, true],
  ),
  ...factory(
    "Boot.kernel options",
    (options) => Boot.kernel(options),
    [{ kernel: "/k" }],
    [undefined, null, "", 5, {}],
  ),
  ...factory("Boot.kernel kernel", (kernel) => Boot.kernel({ kernel }), ["/boot/vmlinuz-6.1"], PATHS),
  ...factory(
    "Boot.kernel initrd",
    (initrd) => Boot.kernel({ kernel: "/k", initrd }),
    ["/boot/initrd.img"],
    PATHS.filter((path) => path !== undefined),
  ),
  ...factory(
    "Boot.kernel cmdline",
    (cmdline) => Boot.kernel({ kernel: "/k", cmdline }),
    ['quiet a="b c" <&>'],
    [null, "a\nb", "a\0", "${var.a}", 5, {}, ["a"]],
  ),
  ...factory(
    "Boot.volume",
    (name, { disk, make }) => make("x", { boot: Boot.volume(name, disk) }),
    ["a.qcow2", "folder/a b.vmdk"],
    [null, "", "/a", "../a", "a/../b", "-a", "a'b", "a\nb", "a<b", "é", "${var.a}", 5, {}, ["a"]],
  ),
  ...factory("Boot.volume options", (options) => Boot.volume("a", options), [], [undefined, null, "", 5]),

  ...factory(
    "TunedVmNic vm",
    (vm, { stack, segment }) => new TunedVmNic(stack, "x", { vm, segment }),
    [],
    [undefined, ...OBJECTS],
  ),
  ...onNic("coalescing", [InterruptCoalescing.off()], [16, ...OBJECTS]),
  ...onNic(
    "hostOffloads",
    [{}, { csum: false }],
    [null, "off", 5, [], { lro: true }, ...FLAGS.map((csum) => ({ csum }))],
  ),
  ...onNic(
    "guestOffloads",
    [{}, { ecn: false }],
    [null, "off", 5, [], { gso: true }, ...FLAGS.map((ufo) => ({ ufo }))],
  ),
  ...onNic(
    "receiveScaling",
    [{}, { hostRss: true }],
    [null, "rss", 5, [], { rss: true }, { transmitThreads: 3 }, ...FLAGS.map((udpRss) => ({ udpRss }))],
  ),
  ...factory(
    "ReceiveScaling transmitThreads",
    (transmitThreads, { vm, segment }) => vm.addNic("x", { segment, receiveScaling: { transmitThreads } }),
    ["per NIC"],
    [null, "per nic", "", 3, true, {}],
  ),
  ...onNic("traffic", [TrafficProfile.leakyBucket({ rate: DataRate.mbps(1) })], [100, ...OBJECTS]),
  ...onNic("isolated", [true, false], FLAGS),
  ...onNic("trustGuestRxFilters", [true, false], FLAGS),
  ...factory("TunedVmNic sriov", (sriov, { vm }) => vm.addNic("x", { sriov }), [], [undefined, ...OBJECTS]),
  ...factory(
    "TunedVmNic failover",
    (failover, { stack, platform, vm }) => {
      const sriov = new SriovPool(stack, "x", { platform, physicalFunction: "ens1f0", virtualFunctions: 8 });
      return vm.addNic("x", { sriov, failover });
    },
    [undefined],
    OBJECTS,
  ),
  ...factory(
    "InterruptCoalescing.frames",
    (frames) => InterruptCoalescing.frames(frames),
    [1, 64],
    [undefined, 0, 65, ...NUMBERS],
  ),
  ...factory(
    "InterruptCoalescing.rate",
    (rate) => InterruptCoalescing.rate(rate),
    [100, 100_000],
    [undefined, 99, 100_001, ...NUMBERS],
  ),
  ...onNic("segment", [], [undefined, ...OBJECTS]),
  ...onNic("model", ["virtio", "e1000e"], [null, "Virtio", "virtio ", "", 5, {}, ["virtio"]]),
  ...onNic("queues", [1, 256], [0, 257, ...NUMBERS]),
  ...onNic("rxRingSize", [256, 512, 1024], [0, 128, 300, 2048, ...NUMBERS]),
  ...onNic("txRingSize", [256, 512, 1024], [0, 128, 300, 2048, ...NUMBERS]),
  ...onNic("mtu", [576, 9000], [0, 575, 9001, ...NUMBERS]),
  ...onNic(
    "macAddress",
    ["52:54:00:12:34:56", "02:AB:cd:00:00:01"],
    [
      null,
      "",
      "52:54:00:12:34",
      "52-54-00-12-34-56",
      "525400123456",
      "01:00:5e:00:00:01",
      "ff:ff:ff:ff:ff:ff",
      "00:00:00:00:00:00",
      "52:54:00:12:34:5g",
      "52:54:00:12:34:56\n",
      5,
      {},
      ["52:54:00:12:34:56"],
    ],
  ),
  ...onNic("order", [0, 255], [256, ...NUMBERS]),

  ...factory(
    "TunedVmDisk vm",
    (vm, { stack, disk }) => new TunedVmDisk(stack, "x", { ...disk, vm }),
    [],
    [undefined, ...OBJECTS],
  ),
  ...onDisk("pool", [], [undefined, ...OBJECTS]),
  ...onDisk("tier", ["performance"], [undefined, null, "capacity", "Performance", "", 5, {}, ["performance"]]),
  ...onDisk(
    "size",
    [DataSize.mebibytes(1), DataSize.tebibytes(64)],
    [...SIZES, DataSize.bytes(0), DataSize.bytes(2 ** 30 + 1), DataSize.megabytes(1500), DataSize.tebibytes(65)],
  ),
  ...factory(
    "TunedVmDisk existingVolume",
    (existingVolume, { vm, pool }) => vm.addDisk("x", { pool, tier: "performance", existingVolume }),
    ["a.raw", "folder/a.vmdk"],
    [null, "", "/a", "../a", "a/..", "-a", 'a"b', "a\nb", "a&b", "λ", 5, {}],
  ),
  ...onDisk("bus", ["virtio-scsi", "nvme"], [null, "ide", "scsi", "", 5, {}]),
  ...onDisk("format", ["raw", "qcow2"], [null, "vmdk", "", 5, {}]),
  ...onDisk("cache", ["none", "unsafe"], [null, "off", "", true, {}]),
  ...onDisk("asyncIo", ["native", "io_uring"], [null, "aio", "", true, {}]),
  ...onDisk("ioThread", ["none", "dedicated"], [null, "own", "", true, 1, {}]),
  ...onDisk("queues", [1, 256], [0, 257, ...NUMBERS]),
  ...onDisk("queueDepth", [1, 1024], [0, 1025, ...NUMBERS]),
  ...onDisk("discard", [true, false], FLAGS),
  ...onDisk("detectZeroes", ["off", "unmap"], [null, "", true, {}]),
  ...onDisk("eagerZeroed", [true, false], FLAGS),
  ...onDisk("shareable", [true, false], FLAGS),
  ...onDisk("readOnly", [true, false], FLAGS),
  ...onDisk("serial", ["WD-1", "x".repeat(20)], ["x".repeat(21), ...NAMES]),
  ...onDisk(
    "wwn",
    ["5000c50015ea71ad", "5000C50015EA71AD"],
    [null, "", "5000c50015ea71a", "0x5000c50015ea71ad", 5000, {}],
  ),
  ...onDisk("rotationRate", [1, 1025, 65534], [0, 2, 1024, 65535, ...NUMBERS]),
  ...onDisk("sectors", ["512n", "512e", "4kn"], [null, "", 512, true, {}]),
  ...onDisk("errorPolicy", ["report", "stop", "enospace", "ignore"], [null, "", true, {}]),
  ...onDisk("readErrorPolicy", ["report", "stop", "ignore"], [null, "", "enospace", true, {}]),
  ...onDisk("copyOnRead", [false], FLAGS),
  ...onDisk("passthrough", [], [null, "", true, {}]),
  ...onDisk("ioThreads", [], [null, 4, "4", {}, []]),
  ...onDisk("source", [], [null, "/srv/a.raw", {}, []]),
  ...onDisk("sharedWith", [], [null, "data", {}, []]),
  ...onDisk("backend", ["main"], [null, "second", "", 5, {}]),
  ...onDisk("io", [IoProfile.limited({ shares: 100 })], OBJECTS),
  ...onDisk("guest", [GuestDisk.bare()], [...OBJECTS, "/srv"]),
  ...onDisk("protectData", [true, false], FLAGS),
  ...onDisk("order", [0, 255], [256, ...NUMBERS]),
};

/** What became of a value: "taken", "refused", or something that should not be. */
function outcome({ give }: Case, value: unknown): string {
  try {
    give(scene(), value as never);
    return "taken";
  } catch (error) {
    if (!(error instanceof ConfigurationError)) {
      return `${error}`;
    }
    const { where, message } = error;
    const says =
      message.startsWith(`${where}: `) &&
      where !== "" &&
      !/undefined|\[object|NaN:/.test(message.replace(/\(given .*?[;)]/, ""));
    return says ? "refused" : `an error that says too little: ${message}`;
  }
}

/** Those of the values that something else became of. */
const others = (example: Case, values: readonly unknown[], expected: string) =>
  values.map((value) => [describeValue(value), outcome(example, value)]).filter(([, became]) => became !== expected);

describe.each(Object.entries(CASES))("%s", (_, example) => {
  test("takes what is right", () => expect(others(example, example.good, "taken")).toEqual([]));

  test("refuses what is wrong", () => expect(others(example, example.bad, "refused")).toEqual([]));

  if (example.unknown !== true) {
    test("refuses what is known only at apply time", () => {
      const kinds = Object.keys(unknownValues(recordingProgram().stack)) as (keyof ReturnType<typeof unknownValues>)[];
      const became = kinds.map((kind) => {
        const parts = scene();
        return [
          kind,
          outcome(
            { ...example, give: (_parts, value) => example.give(parts, value) },
            unknownValues(parts.stack)[kind],
          ),
        ];
      });
      expect(became.filter(([, result]) => result !== "refused")).toEqual([]);
    });
  }
});

test("text for people may be known only at apply time", () => {
  const { stack, platform, make } = scene();
  const { string } = unknownValues(stack);
  make("x", {
    description: `Guest ${string}`,
    cloudInit: { userData: `${string}`, hostname: string, networkConfig: string },
  });
  expect(platform.vms.at(-1)).toMatchObject({
    description: `Guest ${string}`,
    cloudInit: { userData: string, hostname: string },
  });
});

test("nothing of the kit is taken for a token: cdktf takes whatever has a method resolve for one", () => {
  const made = Object.values(virtuned).filter(
    (value) => typeof value === "function" && "resolve" in (value.prototype ?? {}),
  );
  expect(made).toEqual([]);
});

test.each([
  ["DistributedVSwitch", DistributedVSwitch],
  ["VlanSegment", VlanSegment],
  ["VxlanSegment", VxlanSegment],
  ["TieredStoragePool", TieredStoragePool],
  ["TunedVm", TunedVm],
  ["TunedVmNic", TunedVmNic],
  ["TunedVmDisk", TunedVmDisk],
])("%s without props says what is missing", (_, construct) => {
  const make = () => new (construct as never as new (scope: unknown, id: string) => unknown)(scene().stack, "x");
  expect(make).toThrow(ConfigurationError);
  expect(make).toThrow(/^prod\/x: /);
});
