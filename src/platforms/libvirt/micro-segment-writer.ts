import type { DomainDevicesInterfacesFilterRef } from "@cdktf/provider-libvirt/lib/domain";
import { Construct } from "constructs";
import { Annotations, type TerraformResource } from "../../cdktf";
import { ConfigurationError } from "../../errors";
import { nwfilterParameters, nwfilterXml } from "../../linux";
import { MICRO_SEGMENT_PRACTICES } from "../../practices";
import type { MicroSegmentIntent, MicroSegmentRule, NicIntent, PlatformMicroSegment } from "../platform";
import type { LibvirtHost } from "./libvirt-host";
import type { LibvirtPlatform } from "./libvirt-platform";
import type { SegmentOnHost } from "./switch-writer";

export interface Membership {
  readonly filterRef: DomainDevicesInterfacesFilterRef;
  /** What has to be there before the guest. */
  readonly filter: TerraformResource;
}

/** Writes a micro segment: on each host with members a filter of libvirt, which the members' NICs refer to. */
export class MicroSegmentWriter implements PlatformMicroSegment {
  readonly #rules: MicroSegmentRule[] = [];
  readonly #filters = new Map<LibvirtHost, TerraformResource>();

  public constructor(
    private readonly platform: LibvirtPlatform,
    private readonly scope: Construct,
    private readonly intent: MicroSegmentIntent,
  ) {
    const { log, dhcp } = intent;
    log.record(MICRO_SEGMENT_PRACTICES.errorsPass, "ICMP errors, neighbour discovery", "allowed");
    log.record(MICRO_SEGMENT_PRACTICES.dhcp, "DHCP", dhcp ? "allowed" : "dropped", undefined, !dhcp);
  }

  public allow(_where: string, rule: MicroSegmentRule): void {
    this.#rules.push(rule);
  }

  /**
   * Has a NIC filtered.
   * @param nic the NIC's own construct
   */
  public join(nic: Construct, host: LibvirtHost, segment: SegmentOnHost, { addresses, log }: NicIntent): Membership {
    checkMember(nic, segment, addresses);
    const parameters = nwfilterParameters(addresses);
    const { ownAddressesOnly } = MICRO_SEGMENT_PRACTICES;
    log.record(ownAddressesOnly, "filter_ref.filter", this.filterName);
    log.record(
      ownAddressesOnly,
      "filter_ref.parameters",
      parameters.map(({ name, value }) => `${name}=${value}`).join(", "),
    );
    return {
      filterRef: { filter: this.filterName, parameters },
      filter: this.#filters.get(host) ?? this.#define(host),
    };
  }

  /** Whether the ports of its members are isolated. */
  public get isolated(): boolean {
    return this.intent.isolated;
  }

  private get filterName(): string {
    return `virtuned-${this.intent.name}`;
  }

  #define(host: LibvirtHost): TerraformResource {
    const where = this.scope.node.path;
    this.platform._claim(where, host, "network filter", this.filterName);
    const files = this.platform.hostFiles(host);
    const { bridgeNetfilter } = MICRO_SEGMENT_PRACTICES;
    for (const family of ["ip", "ip6"]) {
      const setting = `net.bridge.bridge-nf-call-${family}tables`;
      files.sysctl(setting, 1, where);
      this.intent.log.record(bridgeNetfilter, setting, 1);
    }
    // The setting is there with the module only.
    files.add({ path: "/etc/modules-load.d/virtuned-br_netfilter.conf", content: "br_netfilter\n" }, where);
    const filter = this.platform
      ._filters(host)
      .define(new Construct(this.scope, host.name), this.filterName, () => this.xml());
    this.#filters.set(host, filter);
    return filter;
  }

  private xml(): string {
    return nwfilterXml(this.scope.node.path, {
      name: this.filterName,
      dhcp: this.intent.dhcp,
      rules: this.#rules.flatMap(({ direction, port, purpose, networks }) =>
        networks().map((peer) => ({ direction, protocol: port.protocol, ports: port.range, peer, purpose })),
      ),
    });
  }
}

function checkMember(nic: Construct, segment: SegmentOnHost, addresses: readonly string[]): void {
  const where = nic.node.path;
  if (addresses.length === 0) {
    throw new ConfigurationError({
      where,
      what: "a member of a micro segment has addresses: others' filters know it by them, and its own holds it to them",
      mend: 'give `addresses`, those that the guest has on this NIC: addresses: ["10.0.0.5"]',
      practice: MICRO_SEGMENT_PRACTICES.ownAddressesOnly.id,
    });
  }
  if (segment.unfiltered !== undefined) {
    const { what, mend, practice } = segment.unfiltered;
    throw new ConfigurationError({
      where,
      what: `the NIC can't be in a micro segment: ${what}`,
      mend,
      practice: practice.id,
    });
  }
  if (segment.resource === undefined) {
    const { title, reason, id } = MICRO_SEGMENT_PRACTICES.foreignNetwork;
    Annotations.of(nic).addWarning(`${title}, ${segment.network} here: ${reason} [${id}]`);
  }
}
