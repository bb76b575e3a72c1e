import { Construct } from "constructs";
import { checkInteger, checkName } from "../../checks";
import { ConfigurationError } from "../../errors";
import { Explanation, PERSISTENT_MEMORY_PRACTICES, TuningLog } from "../../practices";
import { DataSize } from "../../units";
import { checkKind, checkMade } from "../given";
import { PersistentMemoryDevice } from "./persistent-memory-device";
import type { TunedVm } from "./tuned-vm";

export interface PersistentMemoryOptions {
  /** What it is to the guest, and what backs it. */
  readonly device: PersistentMemoryDevice;
  /** Size, with its labels: a multiple of the device's alignment, 2 MiB unless told, at most 64 TiB. */
  readonly size: DataSize;
}

export interface PersistentMemoryProps extends PersistentMemoryOptions {
  /** The machine that it belongs to. */
  readonly vm: TunedVm;
}

/** Persistent memory of a machine: a device that the guest reads and writes like memory, and that keeps what is written (libvirt). */
export class PersistentMemory extends Construct {
  /** The machine that it belongs to. */
  public readonly vm: TunedVm;
  public readonly device: PersistentMemoryDevice;
  public readonly size: DataSize;
  readonly #log: TuningLog;

  /**
   * @throws ConfigurationError for values out of range, a machine that has to be able to move, and what the platform can't do
   */
  public constructor(scope: Construct, id: string, props: PersistentMemoryProps) {
    super(scope, id);
    const where = this.node.path;
    const { vm } = props ?? {};
    checkKind(where, "machine", vm, "_platformVm");
    checkName(where, id);
    this.vm = vm;
    this.device = checkMade(where, "device", props.device, PersistentMemoryDevice, DEVICES);
    this.size = checkSize(where, props.size, this.device);
    if (vm.liveMigration) {
      throw new ConfigurationError({
        where,
        what: "the machine has to be able to move, and persistent memory ties it to its host",
        given: "liveMigration true",
        mend: "leave `liveMigration` out, or use a disk on storage that the hosts share",
        practice: PERSISTENT_MEMORY_PRACTICES.migration.id,
      });
    }
    this.#log = new TuningLog(where);
    vm._platformVm.addPersistentMemory(this, { device: this.device, size: this.size, log: this.#log });
    vm._addPersistentMemory(this);
  }

  /** What was tuned, why, and after which source. */
  public explain(): Explanation {
    return new Explanation(this.#log.settings);
  }
}

const DEVICES = "PersistentMemoryDevice.nvdimmOnFile(), .nvdimmOnDax(), .virtioPmem()";

const MAX_SIZE = DataSize.tebibytes(64);

/** The labels are inside; what is left has to be one aligned piece at least. */
function checkSize(where: string, size: DataSize, { alignSize, labelSize }: PersistentMemoryDevice): DataSize {
  checkMade(where, "size", size, DataSize, "DataSize.gibibytes(4) and the like");
  const { id: practice } = PERSISTENT_MEMORY_PRACTICES.alignment;
  const labels = Math.ceil((labelSize?.toBytes() ?? 0) / alignSize.toBytes());
  checkInteger(where, `size in pieces of ${alignSize}`, size.toBytes() / alignSize.toBytes(), {
    min: labels + 1,
    max: MAX_SIZE.toBytes() / alignSize.toBytes(),
    mend: `give a multiple of ${alignSize}${labels > 0 ? " that is larger than the labels" : ""}`,
    practice,
  });
  return size;
}
