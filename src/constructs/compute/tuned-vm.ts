import { Construct, type IConstruct } from "constructs";
import { checkInteger, checkName } from "../../checks";
import { ConfigurationError } from "../../errors";
import type { IHost, IPlatform, PlatformVm } from "../../platforms/platform";
import { COMPUTE_LIMITS, COMPUTE_PRACTICES, Explanation, TuningLog } from "../../practices";
import { DataSize, Duration } from "../../units";
import { registerExplained } from "../explained";
import { checkFlag, checkMade, checkPath, checkPlatform, checkText, optional } from "../given";
import { checkHost } from "../placement";
import { Boot } from "./boot";
import { type CloudInit, checkCloudInit } from "./cloud-init";
import { CpuModel } from "./cpu-model";
import { Firmware } from "./firmware";
import { PersistentMemory, type PersistentMemoryOptions } from "./persistent-memory";
import { asWritten } from "./text";
import { TunedVmDisk, type TunedVmDiskOptions } from "./tuned-vm-disk";
import { TunedVmNic, type TunedVmNicOptions } from "./tuned-vm-nic";
import { Workload } from "./workload";

export interface TunedVmProps {
  /** Where the machine runs. */
  readonly platform: IPlatform;
  /** Virtual CPUs, 1 to 255 (libvirt) or 768 (vSphere). */
  readonly vcpus: number;
  /** Memory, whole MiB, 16 MiB or more. */
  readonly memory: DataSize;
  /**
   * Host that it runs on.
   * @default - the platform's only host; on vSphere the cluster places it
   */
  readonly host?: IHost;
  /**
   * Name on the platform: letters, digits, `.`, `_` and `-`, at most 63.
   * @default - the construct's id
   */
  readonly name?: string;
  /**
   * What the machine is for; decides defaults.
   * @default Workload.GENERAL
   */
  readonly workload?: Workload;
  /**
   * Text for people.
   * @default - none
   */
  readonly description?: string;
  /**
   * Firmware.
   * @default - BIOS on libvirt, UEFI on vSphere
   */
  readonly firmware?: Firmware;
  /**
   * Machine type of QEMU: `q35`, `pc`, or a versioned one (libvirt).
   * @default "q35"
   */
  readonly machine?: string;
  /**
   * CPU that the guest sees (libvirt).
   * @default - the host's CPU as it is with KVM, `maximum` with TCG
   */
  readonly cpu?: CpuModel;
  /**
   * What the machine starts from.
   * @default - its first disk
   */
  readonly boot?: Boot;
  /**
   * What cloud-init reads at the first boot.
   * @default - nothing
   */
  readonly cloudInit?: CloudInit;
  /**
   * Guest operating system as vSphere names it.
   * @default - the platform's `guestId`
   */
  readonly guestId?: string;
  /**
   * Whether the guest keeps all of its memory while it runs: without ballooning on libvirt, with all of it reserved on vSphere.
   * @default - what the workload says
   */
  readonly reserveMemory?: boolean;
  /**
   * Whether the machine has to be able to move to another host while it runs. What ties it to its host is refused then: virtual functions
   * without `failover`, and persistent memory.
   * @default false
   */
  readonly liveMigration?: boolean;
  /**
   * Whether the machine starts with its host (libvirt).
   * @default true
   */
  readonly autostart?: boolean;
  /**
   * Whether there is a channel for the QEMU guest agent (libvirt).
   * @default true
   */
  readonly guestAgent?: boolean;
  /**
   * File on the host that the serial console is logged to (libvirt).
   * @default - not logged
   */
  readonly consoleLog?: string;
  /**
   * How long a guest has to shut down before it is forced off, when an update needs it off. Whole seconds, 1 s to 1 h.
   * @default Duration.minutes(2)
   */
  readonly shutdownTimeout?: Duration;
}

/** A virtual machine that others can refer to. */
export interface ITunedVm extends IConstruct {
  readonly platform: IPlatform;
  readonly vmName: string;
}

/**
 * A virtual machine whose CPU, memory, NICs and disks are tuned for what it is for.
 *
 * Every tuned setting has a reason: see `explain()`.
 */
export class TunedVm extends Construct implements ITunedVm {
  public readonly platform: IPlatform;
  public readonly vmName: string;
  public readonly vcpus: number;
  public readonly memory: DataSize;
  public readonly workload: Workload;
  public readonly liveMigration: boolean;
  /** @internal */
  public readonly _platformVm: PlatformVm;
  readonly #log: TuningLog;
  readonly #nics: TunedVmNic[] = [];
  readonly #disks: TunedVmDisk[] = [];
  readonly #persistentMemory: PersistentMemory[] = [];

  /**
   * @throws ConfigurationError for values out of range, a host of another platform, an open choice of host, or what the platform can't do
   */
  public constructor(scope: Construct, id: string, props: TunedVmProps) {
    super(scope, id);
    const where = this.node.path;
    this.platform = checkPlatform(where, props?.platform);
    const { name = id, workload = Workload.GENERAL, liveMigration = false } = props;
    const { autostart = true, guestAgent = true, shutdownTimeout = Duration.minutes(2) } = props;
    this.vmName = checkName(where, name);
    this.vcpus = checkInteger(where, "vcpus", props.vcpus, { min: 1, max: COMPUTE_LIMITS.maxVcpusVsphere });
    this.memory = checkMemory(where, props.memory);
    this.workload = checkMade(where, "workload", workload, Workload, WORKLOADS);
    this.liveMigration = checkFlag(where, "liveMigration", liveMigration);
    this.#log = new TuningLog(where);
    this._platformVm = this.platform.createVm(this, {
      name: this.vmName,
      host: optional(props.host, (host) => checkHost(where, this.platform, host)),
      vcpus: this.vcpus,
      memory: this.memory,
      workload: this.workload,
      description: optional(props.description, (description) => checkDescription(where, description)),
      firmware: optional(props.firmware, (f) => checkMade(where, "firmware", f, Firmware, FIRMWARES)),
      machine: optional(props.machine, (machine) => checkName(where, machine)),
      cpu: optional(props.cpu, (cpu) => checkMade(where, "cpu", cpu, CpuModel, CPUS)),
      boot: optional(props.boot, (boot) => checkMade(where, "boot", boot, Boot, BOOTS)),
      cloudInit: optional(props.cloudInit, (cloudInit) => checkCloudInit(where, cloudInit)),
      guestId: optional(props.guestId, (guestId) => checkName(where, guestId)),
      reserveMemory: optional(props.reserveMemory, (reserve) => checkFlag(where, "reserveMemory", reserve)),
      autostart: checkFlag(where, "autostart", autostart),
      guestAgent: checkFlag(where, "guestAgent", guestAgent),
      consoleLog: optional(props.consoleLog, (path) => checkPath(where, "consoleLog", path)),
      shutdownTimeout: checkTimeout(where, shutdownTimeout),
      log: this.#log,
    });
    registerExplained(this, () => this.explain());
    if (props.boot?.fromNetwork) {
      this.node.addValidation({ validate: () => this.checkNetworkBoot() });
    }
    if (props.boot?.rootDisk !== undefined) {
      new TunedVmDisk(this, "root", { ...props.boot.rootDisk, vm: this, order: 0 });
    }
  }

  /** NICs in their order. */
  public get nics(): readonly TunedVmNic[] {
    return [...this.#nics].sort((a, b) => a.order - b.order);
  }

  /** Disks in their order. */
  public get disks(): readonly TunedVmDisk[] {
    return [...this.#disks].sort((a, b) => a.order - b.order);
  }

  /** Persistent memory, in the order that it was added in. */
  public get persistentMemory(): readonly PersistentMemory[] {
    return [...this.#persistentMemory];
  }

  /** Adds a NIC. */
  public addNic(id: string, options: TunedVmNicOptions): TunedVmNic {
    return new TunedVmNic(this, id, { ...options, vm: this });
  }

  /** Adds a disk. */
  public addDisk(id: string, options: TunedVmDiskOptions): TunedVmDisk {
    return new TunedVmDisk(this, id, { ...options, vm: this });
  }

  /** Adds persistent memory (libvirt). */
  public addPersistentMemory(id: string, options: PersistentMemoryOptions): PersistentMemory {
    return new PersistentMemory(this, id, { ...options, vm: this });
  }

  /** What was tuned, why, and after which source: the machine's own settings, then those of its NICs, disks and persistent memory. */
  public explain(): Explanation {
    return new Explanation([
      ...this.#log.settings,
      ...[...this.nics, ...this.disks, ...this.#persistentMemory].flatMap((device) => device.explain().settings),
    ]);
  }

  /** @internal */
  public _addPersistentMemory(memory: PersistentMemory): void {
    this.#persistentMemory.push(memory);
  }

  private checkNetworkBoot(): string[] {
    return this.#nics.length > 0
      ? []
      : ["the machine starts from the network and has no NIC. To mend: add one with addNic(), or give another `boot`."];
  }

  /**
   * Takes the position of a device: the one that was asked for, or the next one.
   * @internal
   */
  public _takePosition(device: TunedVmNic | TunedVmDisk, wanted: number | undefined): number {
    const kind = device instanceof TunedVmNic ? "NIC" : "disk";
    const devices: readonly { readonly order: number; readonly node: { readonly id: string } }[] =
      kind === "NIC" ? this.#nics : this.#disks;
    const order = wanted ?? Math.max(kind === "disk" ? 0 : -1, ...devices.map((d) => d.order)) + 1;
    const taken = devices.find((d) => d.order === order);
    if (taken !== undefined) {
      throw new ConfigurationError({
        where: device.node.path,
        what: `position of the ${kind} is taken by ${taken.node.id}`,
        given: order,
        allowed: `a position that no other ${kind} has`,
        mend: "give another `order`, or leave it out for the next free one",
      });
    }
    (devices as unknown[]).push(device);
    return order;
  }
}

const WORKLOADS = "Workload.GENERAL, .DATABASE, .WEB, .NETWORK_FUNCTION";
const FIRMWARES = "Firmware.bios(), .uefi()";
const CPUS = "CpuModel.hostPassthrough(), .hostModel(), .maximum(), .named()";
const BOOTS = "Boot.image(), .template(), .kernel(), .volume(), .network()";

/** XML has no control characters, and an empty text is read back as none: each plan would show a change. */
function checkDescription(where: string, description: string): string {
  if (checkText(where, "description", description) === "" || /(?![\n\t])\p{Cc}/u.test(description)) {
    throw new ConfigurationError({
      where,
      what: description === "" ? "description is empty" : "description has control characters in it",
      given: description,
      allowed: "text, on several lines where need be",
      mend: description === "" ? "leave it out" : "take them out",
    });
  }
  return asWritten(description);
}

function checkMemory(where: string, memory: DataSize): DataSize {
  if (!(memory instanceof DataSize)) {
    throw new ConfigurationError({
      where,
      what: "memory is a DataSize",
      given: memory,
      mend: "write DataSize.gibibytes(4)",
    });
  }
  checkInteger(where, "memory in MiB", memory.toBytes() / 1024 ** 2, {
    min: COMPUTE_LIMITS.minMemoryMiB,
    max: 64 * 1024 * 1024,
  });
  return memory;
}

function checkTimeout(where: string, timeout: Duration): Duration {
  checkMade(where, "shutdownTimeout", timeout, Duration, "Duration.minutes(2)");
  checkInteger(where, "shutdownTimeout in seconds", timeout.toMicroseconds() / 1e6, {
    min: 1,
    max: 3600,
    practice: COMPUTE_PRACTICES.graceful.id,
  });
  return timeout;
}
