import { Construct } from "constructs";
import { TerraformStack } from "../../cdktf";
import { checkInteger, checkUnique, requireLiteral } from "../../checks";
import { checkInventoryName } from "../../constructs/storage/storage-backend";
import { ConfigurationError, isToken } from "../../errors";
import { COMPUTE_LIMITS, VSPHERE_PRACTICES } from "../../practices";
import type {
  ExistingSegmentIntent,
  ExistingSwitchIntent,
  IPlatform,
  MicroSegmentIntent,
  PlatformMicroSegment,
  PlatformSegment,
  PlatformSriovPool,
  PlatformSwitch,
  PlatformTier,
  PlatformVm,
  SriovPoolIntent,
  SwitchIntent,
  TierIntent,
  VmIntent,
  VxlanIntent,
} from "../platform";
import { ProtectedData } from "../protected-data";
import { VsphereCredentials } from "./credentials";
import { Inventory } from "./inventory";
import { VsphereMicroSegment } from "./micro-segment";
import { Provider } from "./provider";
import { importSegment } from "./segment";
import { VsphereSriovPool } from "./sriov";
import { importSwitch, VsphereSwitch } from "./switch";
import { createTier } from "./tier";
import { VsphereVm } from "./vm";
import type { VsphereHost } from "./vsphere-host";
import { refuseVteps } from "./vxlan";

export interface VspherePlatformProps {
  /** Datacenter that everything is in. */
  readonly datacenter: string;
  /**
   * Cluster that machines run in.
   * @default - none: `host` or `resourcePool` says where they run
   */
  readonly cluster?: string;
  /**
   * Host that machines run on, where there is no cluster.
   * @default - none: `cluster` or `resourcePool` says where they run
   */
  readonly host?: VsphereHost;
  /**
   * Resource pool that machines are in: a name, or a path below the cluster's or host's root pool, such as `production/databases`.
   * @default - the root pool of the cluster or the host
   */
  readonly resourcePool?: string;
  /**
   * Folder for machines, as a path below the datacenter's.
   * @default - the datacenter's own
   */
  readonly folder?: string;
  /**
   * Datastore for the machines' own files: configuration, firmware variables, swap. Machines in a datastore cluster have them there.
   * @default - that of a machine's first disk
   */
  readonly datastore?: string;
  /**
   * Guest operating system of machines that say none and are no clones, as vSphere names it.
   * @default - Linux, 64 bit, as exactly as `vsphereVersion` knows it: "other6xLinux64Guest" from 8.0, "other5xLinux64Guest" from 7.0,
   * else "otherLinux64Guest"
   */
  readonly guestId?: string;
  /**
   * Host name or address of vCenter, with `:port` where it is not 443.
   * @default - `VSPHERE_SERVER` of whoever runs Terraform
   */
  readonly server?: string;
  /**
   * Whether vCenter's certificate is taken unchecked.
   * @default - `VSPHERE_ALLOW_UNVERIFIED_SSL` of whoever runs Terraform, else false
   */
  readonly allowUnverifiedSsl?: boolean;
  /**
   * Where user and password come from. There is no way to write them down here.
   * @default VsphereCredentials.environment()
   */
  readonly credentials?: VsphereCredentials;
  /**
   * ESXi hosts that switches span and NFS datastores are mounted on.
   * @default - `host`, where there is one
   */
  readonly hosts?: readonly VsphereHost[];
  /**
   * Cores of a NUMA node of the hosts, 1 to 768: sockets of machines are no larger.
   * @default 8
   */
  readonly numaNodeCores?: number;
  /**
   * Version of vSphere: `8.0`. It decides the default of `guestId`, and whether Storage DRS balances I/O.
   * @default - not known: what every version has is used
   */
  readonly vsphereVersion?: string;
}

/** VMware vSphere, through the Terraform provider vmware/vsphere. */
export class VspherePlatform extends Construct implements IPlatform {
  public readonly kind = "vsphere";
  public readonly hosts: readonly VsphereHost[];
  /** @internal */
  public readonly _provider: Provider;
  /** @internal */
  public readonly _inventory: Inventory;
  /** @internal */
  public readonly _folder?: string;
  /** @internal */
  public readonly _guestId: string;
  /**
   * Of `vsphereVersion`.
   * @internal
   */
  public readonly _majorVersion?: number;
  /** @internal */
  public readonly _numaNodeCores: number;
  readonly #datastore?: string;
  readonly #claimed = new Map<string, string>();

  /**
   * @param id also the alias of the provider: a letter, then letters, digits, `_` and `-`
   * @throws ConfigurationError for names that the inventory can't have, or where nothing says where machines run
   */
  public constructor(scope: Construct, id: string, props: VspherePlatformProps) {
    super(scope, id);
    const where = this.node.path;
    checkAlias(where, id);
    checkPlace(where, props);
    this.hosts = props.hosts ?? (props.host === undefined ? [] : [props.host]);
    checkUnique(
      where,
      "the hosts",
      this.hosts.map((host) => host.name),
    );
    this._folder = props.folder === undefined ? undefined : checkInventoryPath(where, props.folder);
    this.#datastore = props.datastore === undefined ? undefined : checkInventoryName(where, props.datastore);
    this._majorVersion = props.vsphereVersion === undefined ? undefined : checkVersion(where, props.vsphereVersion);
    this._guestId = props.guestId ?? defaultGuestId(this._majorVersion);
    this._numaNodeCores = checkInteger(
      where,
      "numaNodeCores",
      props.numaNodeCores ?? COMPUTE_LIMITS.vnumaFromVcpus - 1,
      {
        min: 1,
        max: COMPUTE_LIMITS.maxVcpusVsphere,
        practice: VSPHERE_PRACTICES.coresPerSocket.id,
      },
    );
    ProtectedData.of(this);
    const alias = scope === TerraformStack.of(this) ? id : `${this.node.scope!.node.id}_${id}`;
    this._provider = new Provider(this, "provider", {
      alias,
      vsphereServer: props.server === undefined ? undefined : checkServer(where, props.server),
      allowUnverifiedSsl: props.allowUnverifiedSsl,
      ...(props.credentials ?? VsphereCredentials.environment())._login(this, alias),
    });
    this._inventory = new Inventory(this, {
      provider: this._provider,
      datacenter: checkInventoryPath(where, props.datacenter),
      cluster: props.cluster === undefined ? undefined : checkInventoryName(where, props.cluster),
      host: props.host,
      resourcePool: props.resourcePool === undefined ? undefined : checkInventoryPath(where, props.resourcePool),
    });
  }

  /** @internal */
  public get _datastoreId(): string | undefined {
    return this.#datastore === undefined ? undefined : this._inventory.datastoreId(this.#datastore);
  }

  /**
   * Has a NIC of a host, or a name, for one thing only: vCenter would refuse the second one when it is applied.
   * @param what such as "a port group of this name"
   * @internal
   */
  public _claim(where: string, what: string, given: string, mend: string): void {
    const key = `${what}\n${given}`;
    const owner = this.#claimed.get(key);
    if (owner !== undefined) {
      throw new ConfigurationError({ where, what: `there is ${what} already, that of ${owner}`, given, mend });
    }
    this.#claimed.set(key, where);
  }

  public createSwitch(scope: Construct, intent: SwitchIntent): PlatformSwitch {
    return new VsphereSwitch(this, scope, intent);
  }

  public importSwitch(scope: Construct, intent: ExistingSwitchIntent): PlatformSwitch {
    return importSwitch(this, scope, intent);
  }

  public importSegment(scope: Construct, intent: ExistingSegmentIntent): PlatformSegment {
    return importSegment(this, scope, intent);
  }

  public createVxlanSegment(scope: Construct, intent: VxlanIntent): PlatformSegment {
    return refuseVteps(scope.node.path, intent);
  }

  public createMicroSegment(scope: Construct, intent: MicroSegmentIntent): PlatformMicroSegment {
    return new VsphereMicroSegment(scope, intent);
  }

  public createSriovPool(scope: Construct, intent: SriovPoolIntent): PlatformSriovPool {
    return new VsphereSriovPool(this, scope, intent);
  }

  public createTier(scope: Construct, intent: TierIntent): PlatformTier {
    return createTier(this, scope, intent);
  }

  public createVm(scope: Construct, intent: VmIntent): PlatformVm {
    return new VsphereVm(this, scope, intent);
  }
}

function checkAlias(where: string, id: string): void {
  if (!/^[A-Za-z_][A-Za-z0-9_-]*$/.test(id)) {
    throw new ConfigurationError({
      where,
      what: "the id of the platform is the alias of its provider, and Terraform can't have this one",
      given: id,
      allowed: "letters, digits, _ and -, beginning with a letter or _",
    });
  }
}

function checkPlace(where: string, { cluster, host, resourcePool }: VspherePlatformProps): void {
  if (cluster === undefined && host === undefined && resourcePool === undefined) {
    throw new ConfigurationError({
      where,
      what: "nothing says where machines run",
      mend: "give `cluster`, `host` or `resourcePool`",
    });
  }
  if (cluster !== undefined && host !== undefined) {
    throw new ConfigurationError({
      where,
      what: "machines run in a cluster or on a host without one",
      given: `cluster ${cluster}, host ${host.name}`,
      mend: "leave `host` out, and give `host` to those machines of the cluster that have to run there",
    });
  }
}

/** A path of the inventory: each step is a name. */
function checkInventoryPath(where: string, path: string): string {
  return requireLiteral(where, "the path", path)
    .split("/")
    .map((name) => checkInventoryName(where, name))
    .join("/");
}

function checkServer(where: string, server: string): string {
  if (!isToken(server) && !/^([A-Za-z0-9.-]+|\[[0-9A-Fa-f:]+\])(:\d{1,5})?$/.test(server)) {
    throw new ConfigurationError({
      where,
      what: "not a server that can be used",
      // Not shown: a URL may hold a password.
      allowed: "a host name or address, with :port where it is not 443",
      mend: "leave out what a URL has around it; user and password come from `credentials`",
      practice: VSPHERE_PRACTICES.noLiteralPasswords.id,
    });
  }
  return server;
}

/** @returns the first of its numbers */
function checkVersion(where: string, version: string): number {
  const major = /^(\d{1,2})(\.\d+)*$/.exec(requireLiteral(where, "vsphereVersion", version))?.[1];
  if (major === undefined) {
    throw new ConfigurationError({
      where,
      what: "not a version of vSphere",
      given: version,
      allowed: "numbers with dots, such as 8.0",
    });
  }
  return Number(major);
}

function defaultGuestId(version: number | undefined): string {
  if (version === undefined || version < 7) {
    return "otherLinux64Guest";
  }
  return version >= 8 ? "other6xLinux64Guest" : "other5xLinux64Guest";
}
