import type { VirtualMachine } from "@cdktf/provider-vsphere/lib/virtual-machine";
import type { Construct } from "constructs";
import { Annotations } from "../../cdktf";
import { ConfigurationError } from "../../errors";
import { type Practice, SRIOV_LIMITS, SRIOV_PRACTICES } from "../../practices";
import type { NicIntent, PlatformSriovPool, SriovPoolIntent, VmIntent } from "../platform";
import { checkMac } from "./nic-address";
import type { VsphereSegment } from "./segment";
import type { VsphereHost } from "./vsphere-host";
import type { VspherePlatform } from "./vsphere-platform";

/** Virtual functions that ESXi's own settings make: a pool makes nothing itself. */
export class VsphereSriovPool implements PlatformSriovPool {
  public readonly segment: VsphereSegment;

  public constructor(
    public readonly platform: VspherePlatform,
    scope: Construct,
    private readonly intent: SriovPoolIntent,
  ) {
    const where = scope.node.path;
    this.segment = checkSegment(where, intent);
    refuseWhatLinuxHas(where, intent);
    for (const { device } of intent.virtualFunctions.physicalFunctions) {
      checkAddress(where, device);
    }
    const devices = intent.virtualFunctions.physicalFunctions.map(({ device }) => device);
    intent.log.record(
      SRIOV_PRACTICES.esxiMakesThem,
      "physical_function",
      [...new Set(devices)].join(", "),
      undefined,
      true,
    );
  }

  /** Takes a virtual function of the machine's host. */
  public take(where: string, host: VsphereHost | undefined): string {
    if (host === undefined) {
      throw new ConfigurationError({
        where,
        what: "a machine with a virtual function is on one host, and none is given",
        mend: "give `host` to the machine",
        practice: SRIOV_PRACTICES.vsphereHost.id,
      });
    }
    return this.intent.virtualFunctions.take(where, host).device;
  }
}

/** A NIC that is a virtual function. */
export function sriovNic(scope: Construct, vm: VmIntent, intent: NicIntent) {
  const where = scope.node.path;
  const { log, macAddress } = intent;
  if (intent.segment !== undefined) {
    throw new ConfigurationError({
      where,
      what: "vSphere has no failover pairs",
      given: "failover",
      mend: "leave `failover` out, and give the machine a second NIC with `segment`",
      practice: SRIOV_PRACTICES.noFailoverOnVsphere.id,
    });
  }
  const pool = intent.sriov as VsphereSriovPool;
  const physicalFunction = pool.take(where, vm.host as VsphereHost | undefined);
  if (macAddress !== undefined) {
    checkMac(where, macAddress);
  }
  log.record(SRIOV_PRACTICES.vsphereOrder, "adapter_type", "sriov");
  log.record(SRIOV_PRACTICES.vsphereHost, "physical_function", physicalFunction, undefined, true);
  return {
    networkId: pool.segment.networkId,
    adapterType: "sriov",
    physicalFunction,
    ...(macAddress !== undefined && { useStaticMac: true, macAddress }),
  };
}

/**
 * What a machine has to be like for virtual functions.
 * @param nic the first NIC that has one
 */
export function prepareForSriov(
  nic: Construct,
  inCluster: boolean,
  vm: VmIntent,
  nicIntent: NicIntent,
  resource: VirtualMachine,
): void {
  if (vm.reserveMemory === false) {
    throw new ConfigurationError({
      where: nic.node.path,
      what: "a machine with a virtual function has all of its memory reserved",
      given: "reserveMemory false",
      mend: "leave `reserveMemory` out",
      practice: SRIOV_PRACTICES.vsphereMemory.id,
    });
  }
  const memory = vm.memory.toMebibytes();
  resource.memoryReservation = memory;
  resource.memoryReservationLockedToMax = true;
  nicIntent.log.record(SRIOV_PRACTICES.vsphereMemory, "memory_reservation", memory);
  if (inCluster) {
    const { reason, id } = SRIOV_PRACTICES.vsphereExcludes;
    Annotations.of(nic).addWarning(
      `the machine stays on its host, and the cluster does nothing for it: ${reason} [${id}]`,
    );
  }
}

export function checkSriovCount(where: string, count: number): void {
  if (count > SRIOV_LIMITS.maxSriovNicsVsphere) {
    throw new ConfigurationError({
      where,
      what: "the machine has too many NICs with virtual functions",
      given: count,
      allowed: `at most ${SRIOV_LIMITS.maxSriovNicsVsphere}, beside as many others`,
      practice: SRIOV_PRACTICES.vsphereCount.id,
    });
  }
}

function checkSegment(where: string, { segment }: SriovPoolIntent): VsphereSegment {
  if (segment === undefined) {
    throw new ConfigurationError({
      where,
      what: "nothing says which port group the virtual functions are on",
      mend: "give `segment`",
      practice: SRIOV_PRACTICES.vsphereSegment.id,
    });
  }
  const found = segment as VsphereSegment;
  if (found.exportsFlows) {
    throw new ConfigurationError({
      where,
      what: "flows of virtual functions can't be exported, and those of the segment are",
      given: "a segment with flow export",
      mend: "say `exportFlows: false` of the segment",
      practice: SRIOV_PRACTICES.vsphereExcludes.id,
    });
  }
  return found;
}

function refuseWhatLinuxHas(where: string, intent: SriovPoolIntent): void {
  const refuse = (setting: keyof SriovPoolIntent, mend: string, practice: Practice) => {
    if (intent[setting] !== undefined) {
      throw new ConfigurationError({
        where,
        what: `vSphere has no \`${setting}\` of virtual functions`,
        given: intent[setting],
        mend: `leave \`${setting}\` out${mend}`,
        practice: practice.id,
      });
    }
  };
  refuse("vlan", ": the VLAN is that of `segment`", SRIOV_PRACTICES.vsphereSegment);
  refuse("maxRate", "", SRIOV_PRACTICES.noRateOnVsphere);
  refuse("minRate", "", SRIOV_PRACTICES.noRateOnVsphere);
  const security = ": the `security` of `segment` decides what its guests may do";
  refuse("spoofCheck", security, SRIOV_PRACTICES.vsphereSegment);
  refuse("trust", security, SRIOV_PRACTICES.vsphereSegment);
  refuse("linkState", "", SRIOV_PRACTICES.vsphereSegment);
}

function checkAddress(where: string, device: string): void {
  if (!/^[0-9a-f]{4}:[0-9a-f]{2}:[0-9a-f]{2}\.[0-7]$/.test(device)) {
    throw new ConfigurationError({
      where,
      what: "physicalFunction is not a PCI address",
      given: device,
      allowed: "0000:3b:00.0, in lower case: the PCI location that vSphere Client shows of a physical adapter",
      practice: SRIOV_PRACTICES.vsphereHost.id,
    });
  }
}
