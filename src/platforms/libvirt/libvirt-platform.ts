import { LibvirtProvider } from "@cdktf/provider-libvirt/lib/provider";
import { Construct } from "constructs";
import { checkName, checkUnique } from "../../checks";
import { checkOptions, optional } from "../../constructs/given";
import { checkBacking, type SwitchBacking } from "../../constructs/network/switch-backing";
import { checkHost } from "../../constructs/placement";
import { ConfigurationError } from "../../errors";
import { SWITCH_PRACTICES } from "../../practices";
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
import { DomainWriter } from "./domain-writer";
import { HostFiles } from "./host-files";
import { LibvirtHost } from "./libvirt-host";
import { LogicalVolumes } from "./logical-volumes";
import { MicroSegmentWriter } from "./micro-segment-writer";
import { NetworkFilters } from "./network-filters";
import { HostScripts } from "./on-host";
import { SriovWriter } from "./sriov-writer";
import { ExistingNetwork, SwitchWriter } from "./switch-writer";
import { TierWriter } from "./tier-writer";
import { VxlanWriter } from "./vxlan-writer";

export interface LibvirtPlatformProps {
  /** The hosts, at least one. */
  readonly hosts: readonly LibvirtHost[];
  /**
   * What carries switches that do not say it themselves.
   * @default - each switch has to say it
   */
  readonly switchBacking?: SwitchBacking;
}

/**
 * One or more hosts with libvirt and QEMU. Each host has a provider of its own, whose alias is the platform's id and the host's name.
 */
export class LibvirtPlatform extends Construct implements IPlatform {
  public readonly kind = "libvirt";
  public readonly hosts: readonly LibvirtHost[];
  public readonly switchBacking?: SwitchBacking;
  /** @internal */
  public readonly _scripts = new HostScripts(this);
  readonly #providers: ReadonlyMap<LibvirtHost, LibvirtProvider>;
  readonly #files: ReadonlyMap<LibvirtHost, HostFiles>;
  readonly #logicalVolumes: ReadonlyMap<LibvirtHost, LogicalVolumes>;
  readonly #filters = new Map<LibvirtHost, NetworkFilters>();
  readonly #claimed = new Map<string, string>();

  /** @throws ConfigurationError without hosts, or with two of the same name */
  public constructor(scope: Construct, id: string, props: LibvirtPlatformProps) {
    super(scope, id);
    const where = this.node.path;
    checkOptions(where, "what is given", props);
    if (
      !Array.isArray(props.hosts) ||
      props.hosts.length === 0 ||
      !props.hosts.every((host) => host instanceof LibvirtHost)
    ) {
      throw new ConfigurationError({
        where,
        what: "a libvirt platform has one or more hosts",
        given: props.hosts,
        mend: 'give hosts: [LibvirtHost.at("kvm1", "qemu+ssh://root@kvm1/system")]',
      });
    }
    checkUnique(
      where,
      "the names of the hosts",
      props.hosts.map((host) => host.name),
    );
    checkUnique(
      where,
      "the aliases of the hosts' providers",
      props.hosts.map((host) => aliasOf(id, host)),
    );
    ProtectedData.of(this);
    this.hosts = props.hosts;
    this.switchBacking = optional(props.switchBacking, (backing) => checkBacking(where, "switchBacking", backing));
    this.#providers = new Map(
      props.hosts.map((host) => [
        host,
        new LibvirtProvider(this, host.name, { uri: host.uri, alias: aliasOf(id, host) }),
      ]),
    );
    const files = new Construct(this, "HostFiles");
    this.#files = new Map(props.hosts.map((host) => [host, new HostFiles(files, host, aliasOf(id, host))]));
    const volumes = new Construct(this, "LogicalVolumes");
    this.#logicalVolumes = new Map(
      props.hosts.map((host) => [host, new LogicalVolumes(volumes, host.name, { host, scripts: this._scripts })]),
    );
  }

  /** Files for one of its hosts, for what the kit does not cover. */
  public hostFiles(host: LibvirtHost = this.onlyHost(this.node.path)): HostFiles {
    return this.#files.get(checkHost(this.node.path, this, host) as LibvirtHost)!;
  }

  /**
   * The filters that this program has on one of its hosts.
   * @internal
   */
  public _filters(host: LibvirtHost): NetworkFilters {
    const filters =
      this.#filters.get(host) ??
      new NetworkFilters(this, `${host.name}-filters`, {
        host,
        scripts: this._scripts,
        files: this.hostFiles(host),
        folder: aliasOf(this.node.id, host),
      });
    this.#filters.set(host, filters);
    return filters;
  }

  /**
   * The volumes that this program makes on LVM on one of its hosts.
   * @internal
   */
  public _logicalVolumes(host: LibvirtHost): LogicalVolumes {
    return this.#logicalVolumes.get(host)!;
  }

  /** The provider of one of its hosts, for resources that the kit does not cover. */
  public provider(host: LibvirtHost = this.onlyHost(this.node.path)): LibvirtProvider {
    return this.#providers.get(checkHost(this.node.path, this, host) as LibvirtHost)!;
  }

  /**
   * Has a name of a host for one thing only: libvirt would refuse the second one when it is applied.
   * @internal
   */
  public _claim(where: string, host: LibvirtHost, what: string, name: string, mend = "give another `name`"): void {
    const key = `${host.name}\n${what}\n${name}`;
    const owner = this.#claimed.get(key);
    if (owner !== undefined) {
      throw new ConfigurationError({
        where,
        what: `host ${host.name} has a ${what} of this name already, that of ${owner}`,
        given: name,
        mend,
      });
    }
    this.#claimed.set(key, where);
  }

  public createSwitch(scope: Construct, intent: SwitchIntent): PlatformSwitch {
    return new SwitchWriter(this, scope, intent);
  }

  public importSwitch(scope: Construct, intent: ExistingSwitchIntent): PlatformSwitch {
    throw new ConfigurationError({
      where: scope.node.path,
      what: "segments can't be added to a libvirt network that others own",
      given: intent.name,
      mend:
        "refer to a port group that the network has with VlanSegment.fromVlanSegmentAttributes(), or make a DistributedVSwitch of another name " +
        "on the same bridge",
      practice: SWITCH_PRACTICES.libvirtNetworkWhole.id,
    });
  }

  public importSegment(scope: Construct, intent: ExistingSegmentIntent): PlatformSegment {
    checkName(scope.node.path, intent.network);
    return new ExistingNetwork(this, intent);
  }

  public createMicroSegment(scope: Construct, intent: MicroSegmentIntent): PlatformMicroSegment {
    return new MicroSegmentWriter(this, scope, intent);
  }

  public createVxlanSegment(scope: Construct, intent: VxlanIntent): PlatformSegment {
    return new VxlanWriter(this, scope, intent);
  }

  public createSriovPool(scope: Construct, intent: SriovPoolIntent): PlatformSriovPool {
    return new SriovWriter(this, scope, intent);
  }

  public createTier(scope: Construct, intent: TierIntent): PlatformTier {
    return new TierWriter(this, scope, intent);
  }

  public createVm(scope: Construct, intent: VmIntent): PlatformVm {
    const host = (intent.host as LibvirtHost | undefined) ?? this.onlyHost(scope.node.path);
    return new DomainWriter(this, host, scope, intent);
  }

  private onlyHost(where: string): LibvirtHost {
    const [host, ...others] = this.hosts;
    if (others.length > 0) {
      throw new ConfigurationError({
        where,
        what: "which host of the platform it is on is left open",
        allowed: this.hosts.map((h) => h.name).join(", "),
        mend: "give `host`; libvirt has no scheduler that would place it",
      });
    }
    return host!;
  }
}

/** Terraform takes letters, digits, `_` and `-` in an alias, and no digit first: hosts are often called after their domain. */
function aliasOf(id: string, host: LibvirtHost): string {
  return `${id}-${host.name}`.replace(/[^A-Za-z0-9_-]/g, "_").replace(/^(?=[^A-Za-z_])/, "_");
}
