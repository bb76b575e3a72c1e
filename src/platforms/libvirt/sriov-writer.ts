import type { DomainDevicesInterfaces } from "@cdktf/provider-libvirt/lib/domain";
import { Network } from "@cdktf/provider-libvirt/lib/network";
import { Construct } from "constructs";
import { TerraformData } from "../../cdktf";
import { checkName } from "../../checks";
import { VfLinkState } from "../../constructs/network/sriov-pool";
import type { PhysicalFunction } from "../../constructs/network/virtual-functions";
import { ConfigurationError } from "../../errors";
import { deviceUnit, exec, MAX_INTERFACE_NAME } from "../../linux";
import { NETWORK_LIMITS, SRIOV_PRACTICES } from "../../practices";
import type { PlatformSriovPool, SriovPoolIntent } from "../platform";
import { hashOf, reference, replaceWhenRedefined } from "./definition";
import type { HostFiles } from "./host-files";
import type { LibvirtHost } from "./libvirt-host";
import type { LibvirtPlatform } from "./libvirt-platform";

/** A virtual function of a guest. */
export interface VirtualFunctionOnHost {
  /** The network that it is taken from. */
  readonly resource: Network;
  readonly device: DomainDevicesInterfaces;
  /** Changes when the guest has to be started anew to have one of the pool's again. */
  attachment(): string;
}

const LINK_STATES: Record<VfLinkState, string> = {
  [VfLinkState.AUTO]: "auto",
  [VfLinkState.UP]: "yes",
  [VfLinkState.DOWN]: "no",
};

const IP = "/usr/sbin/ip";

/** Writes a pool: on each host a network of the same name, and the files that make its virtual functions. */
export class SriovWriter implements PlatformSriovPool {
  readonly #networks = new Map<LibvirtHost, Network>();

  public constructor(
    public readonly platform: LibvirtPlatform,
    scope: Construct,
    private readonly intent: SriovPoolIntent,
  ) {
    const where = scope.node.path;
    refuseSegment(where, intent);
    for (const physical of intent.virtualFunctions.physicalFunctions) {
      const host = physical.host as LibvirtHost;
      checkName(where, physical.device, { maxLength: MAX_INTERFACE_NAME });
      platform._claim(where, host, "network", intent.name);
      platform._claim(where, host, "physical function", physical.device);
      const onHost = new Construct(scope, host.name);
      const network = new Network(onHost, "Resource", {
        provider: platform.provider(host),
        name: intent.name,
        autostart: true,
        ...networkOf(physical, intent),
      });
      const files = platform.hostFiles(host);
      writeFiles(files, where, physical, intent);
      files.makeWait(network);
      // A network that runs keeps the list of virtual functions that it once made.
      const count = new TerraformData(onHost, "VirtualFunctions", { input: physical.virtualFunctions });
      network.lifecycle = { replaceTriggeredBy: [reference(count)] };
      replaceWhenRedefined(onHost, network);
      this.#networks.set(host, network);
    }
    explain(intent);
  }

  /**
   * Takes a virtual function of the host for a NIC.
   * @param mac the address that libvirt gives it
   */
  public take(where: string, host: LibvirtHost, mac: string): VirtualFunctionOnHost {
    const physical = this.intent.virtualFunctions.take(where, host);
    return {
      resource: this.#networks.get(host)!,
      device: {
        // Of no consequence on hardware; without one libvirt adds its default.
        model: { type: "virtio" },
        mac: { address: mac },
        source: { network: { network: this.intent.name } },
      },
      attachment: () => hashOf([networkOf(physical, this.intent), physical.virtualFunctions]),
    };
  }
}

function refuseSegment(where: string, { segment }: SriovPoolIntent): void {
  if (segment !== undefined) {
    throw new ConfigurationError({
      where,
      what: "virtual functions of libvirt are on no segment",
      given: segment,
      mend: "leave `segment` out, and give `vlan` and `mtu`",
      practice: SRIOV_PRACTICES.vlanTag.id,
    });
  }
}

function networkOf({ device }: PhysicalFunction, { vlan }: SriovPoolIntent) {
  return {
    forward: { mode: "hostdev", managed: true, pfs: [{ dev: device }] },
    ...(vlan !== undefined && { vlan: { tags: [{ id: vlan }] } }),
  };
}

function writeFiles(files: HostFiles, where: string, physical: PhysicalFunction, intent: SriovPoolIntent): void {
  const { device, virtualFunctions } = physical;
  const { vlan, mtu, maxRate, minRate, spoofCheck = true, trust = false, linkState = VfLinkState.AUTO } = intent;
  const link = files.link(device, where).set("Link", "SR-IOVVirtualFunctions", virtualFunctions);
  if (mtu !== NETWORK_LIMITS.defaultMtu) {
    link.set("Link", "MTUBytes", mtu);
  }
  // libvirt configures virtual functions of a physical function that is up only.
  const service = files
    .service(`sriov-${device}`, where)
    .set("Unit", "Description", `Virtual functions of ${device}`)
    .set("Unit", "Requires", deviceUnit(device))
    .set("Unit", "After", deviceUnit(device))
    .append("Service", "ExecStart", exec(IP, "link", "set", "dev", device, "up"));
  const rates = [
    ...(maxRate === undefined ? [] : ["max_tx_rate", maxRate.toMbps()]),
    ...(minRate === undefined ? [] : ["min_tx_rate", minRate.toMbps()]),
  ];
  for (let vf = 0; vf < virtualFunctions; vf++) {
    link.add("SR-IOV", {
      VirtualFunction: vf,
      ...(vlan !== undefined && { VLANId: vlan }),
      MACSpoofCheck: spoofCheck,
      Trust: trust,
      LinkState: LINK_STATES[linkState],
    });
    if (rates.length > 0) {
      service.append("Service", "ExecStart", exec(IP, "link", "set", "dev", device, "vf", vf, ...rates));
    }
  }
}

function explain(intent: SriovPoolIntent): void {
  const { log, vlan, mtu, maxRate, minRate, spoofCheck, trust, linkState } = intent;
  const counts = intent.virtualFunctions.physicalFunctions.map((physical) => physical.virtualFunctions);
  log.record(SRIOV_PRACTICES.iommu, "kernel command line", "intel_iommu=on iommu=pt (Intel), iommu=pt (AMD)");
  log.record(SRIOV_PRACTICES.hostFiles, "SR-IOVVirtualFunctions", [...new Set(counts)].join(", "), undefined, true);
  if (vlan !== undefined) {
    log.record(SRIOV_PRACTICES.vlanTag, "vlan.tags, VLANId", vlan, undefined, true);
  }
  if (mtu !== NETWORK_LIMITS.defaultMtu) {
    log.record(SRIOV_PRACTICES.guestMtu, "MTUBytes", mtu, undefined, true);
  }
  log.record(SRIOV_PRACTICES.spoofCheck, "MACSpoofCheck", spoofCheck ?? true, undefined, spoofCheck !== undefined);
  log.record(SRIOV_PRACTICES.trust, "Trust", trust ?? false, undefined, trust !== undefined);
  if (linkState !== undefined) {
    log.record(SRIOV_PRACTICES.hostFiles, "LinkState", LINK_STATES[linkState], "given in the program", true);
  }
  for (const [setting, rate] of [
    ["max_tx_rate", maxRate],
    ["min_tx_rate", minRate],
  ] as const) {
    if (rate !== undefined) {
      log.record(SRIOV_PRACTICES.rate, setting, `${rate.toMbps()} Mbit/s`, undefined, true);
    }
  }
}
