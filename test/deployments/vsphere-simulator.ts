import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { request } from "node:https";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { type Available, terraformWith } from "./terraform";

const SOURCE = join(__dirname, "../../lab/vcenter");

/**
 * Whether deployments to a simulated vCenter can be tried here: Go and the simulator's modules, Terraform or OpenTofu, and the provider. Found
 * out while tests are declared, so that jest counts those that can't run as skipped.
 */
export function vsphereAvailable(): Available {
  const found = hasModules() ?? terraformWith("vsphere", { source: "vmware/vsphere", version: ">= 2.15.0, < 3.0.0" });
  if (!found.ok) {
    process.stderr.write(`Deployments to a simulated vCenter are not tried: ${found.reason}\n`);
  }
  return found;
}

/** Fetches the modules where they are not there yet. Whether the simulator compiles is not asked: where it does not, tests are to fail. */
function hasModules(): Available | undefined {
  try {
    execFileSync("go", ["mod", "download"], { cwd: SOURCE, stdio: "pipe", timeout: 300_000 });
    return undefined;
  } catch (error) {
    const { code, stderr } = error as { code?: string; stderr?: Buffer };
    const reason =
      code === "ENOENT"
        ? "go is not on the PATH."
        : `\`go mod download\` does not get its modules:\n${stderr ?? error}`;
    return { ok: false, reason };
  }
}

/** What the simulator says when it is ready. */
interface Ready {
  /** Host and port. */
  readonly server: string;
  readonly url: string;
  readonly user: string;
  readonly password: string;
}

/** A reference to a managed object. */
interface Reference {
  readonly type: string;
  readonly id: string;
}

export interface Machine {
  readonly memoryMiB: number;
  /** Sizes of the disks in GiB by their files, such as `[LocalDS_0] vm/vm.vmdk`. */
  readonly disks: Readonly<Record<string, number>>;
  readonly nics: readonly string[];
  readonly controllers: readonly string[];
}

/** A simulated vCenter, and questions to it that don't go through Terraform. */
export class VcenterSimulator {
  /** @param folder for the program, which is built from its source */
  public static async start(folder: string): Promise<VcenterSimulator> {
    const program = join(folder, "vcenter");
    execFileSync("go", ["build", "-o", program, "."], { cwd: SOURCE, stdio: "pipe" });
    // It ends when its standard input closes, which happens however this process ends.
    const child = spawn(program, ["-l", "127.0.0.1:0", "-json"], { stdio: ["pipe", "pipe", "pipe"] });
    let log = "";
    child.stderr.on("data", (chunk) => {
      log += chunk;
    });
    const closed = once(child, "close").then(([code]) => {
      if (code !== 0) {
        throw new Error(`the simulator ended with ${code}:\n${log}`);
      }
    });
    const line = await Promise.race([
      once(createInterface(child.stdout), "line").then(([text]) => String(text)),
      closed.then(() => "null"),
    ]);
    const simulator = new VcenterSimulator(child, closed, JSON.parse(line));
    const { user, password } = simulator.ready;
    await simulator.call(
      `<Login xmlns="urn:vim25"><_this type="SessionManager">SessionManager</_this><userName>${user}</userName><password>${password}</password></Login>`,
    );
    return simulator;
  }

  #cookie = "";

  private constructor(
    private readonly child: ChildProcess,
    private readonly closed: Promise<void>,
    public readonly ready: Ready,
  ) {}

  /** @throws Error with what it said, if it had not lasted until now */
  public async stop(): Promise<void> {
    this.child.stdin!.end();
    await this.closed;
  }

  /** Names of all that a folder of the inventory holds. */
  public async names(path: string): Promise<string[]> {
    const folder = await this.find(path);
    if (folder === undefined) {
      throw new Error(`the inventory has no ${path}`);
    }
    const children = references(await this.property(folder, "childEntity"), "ManagedObjectReference");
    const names = await Promise.all(children.map((child) => this.property(child, "name")));
    return names.map((answer) => /<val[^>]*>([^<]*)</.exec(answer)![1]!).sort();
  }

  public async machine(path: string): Promise<Machine> {
    const machine = await this.find(path);
    if (machine === undefined) {
      throw new Error(`the inventory has no ${path}`);
    }
    const memory = await this.property(machine, "config.hardware.memoryMB");
    const devices = (await this.property(machine, "config.hardware.device"))
      .split(/(?=<VirtualDevice )/)
      .slice(1)
      .map((text) => ({ text, type: /type="(?:\w+:)?(\w+)"/.exec(text)![1]! }));
    const typed = (pattern: RegExp) => devices.filter(({ type }) => pattern.test(type)).map(({ type }) => type);
    return {
      memoryMiB: Number(/<val[^>]*>(\d+)</.exec(memory)![1]),
      disks: Object.fromEntries(
        devices
          .filter(({ type }) => type === "VirtualDisk")
          .map(({ text }) => [
            /<fileName>([^<]*)</.exec(text)![1]!,
            Number(/<capacityInKB>(\d+)</.exec(text)![1]) / 2 ** 20,
          ]),
      ),
      nics: typed(/^Virtual(Vmxnet|E1000|Sriov)/),
      controllers: typed(/SCSI|Lsi/),
    };
  }

  /** Configuration of an object of the inventory, or another of its properties, as XML. */
  public async config(path: string, property = "config"): Promise<string> {
    const found = await this.find(path);
    if (found === undefined) {
      throw new Error(`the inventory has no ${path}`);
    }
    return this.property(found, property);
  }

  /** Makes a LAG of two ports, as a person does in vCenter. */
  public async addLag(path: string, name: string): Promise<void> {
    const found = (await this.find(path))!;
    await this.call(
      `<UpdateDVSLacpGroupConfig_Task xmlns="urn:vim25"><_this type="${found.type}">${found.id}</_this><lacpGroupSpec>` +
        `<lacpGroupConfig><name>${name}</name><mode>active</mode><uplinkNum>2</uplinkNum></lacpGroupConfig>` +
        `<operation>add</operation></lacpGroupSpec></UpdateDVSLacpGroupConfig_Task>`,
    );
  }

  /** Whether a datastore of the datacenter has a file: `[LocalDS_0] vm/vm.vmdk`. */
  public async hasFile(file: string): Promise<boolean> {
    const [, datastore, path] = /^\[(.+?)\] (.+)$/.exec(file)!;
    const { status } = await this.request("HEAD", `/folder/${path}?dcPath=DC0&dsName=${datastore}`);
    return status === 200;
  }

  private async find(path: string): Promise<Reference | undefined> {
    const answer = await this.call(
      `<FindByInventoryPath xmlns="urn:vim25"><_this type="SearchIndex">SearchIndex</_this><inventoryPath>${path}</inventoryPath></FindByInventoryPath>`,
    );
    return references(answer, "returnval")[0];
  }

  private async property({ type, id }: Reference, property: string): Promise<string> {
    return this.call(
      `<RetrievePropertiesEx xmlns="urn:vim25"><_this type="PropertyCollector">propertyCollector</_this><specSet>` +
        `<propSet><type>${type}</type><pathSet>${property}</pathSet></propSet>` +
        `<objectSet><obj type="${type}">${id}</obj></objectSet></specSet><options></options></RetrievePropertiesEx>`,
    );
  }

  private async call(body: string): Promise<string> {
    const envelope = `<Envelope xmlns="http://schemas.xmlsoap.org/soap/envelope/"><Body>${body}</Body></Envelope>`;
    const { status, text } = await this.request("POST", "/sdk", envelope);
    if (status !== 200) {
      throw new Error(`the simulator answered ${status} to ${body}: ${text}`);
    }
    return text;
  }

  private async request(method: string, path: string, body?: string) {
    return new Promise<{ readonly status: number; readonly text: string }>((resolve, reject) => {
      const sent = request(`https://${this.ready.server}${encodeURI(path)}`, {
        method,
        // The simulator's certificate is nobody's.
        rejectUnauthorized: false,
        headers: { "Content-Type": "text/xml", ...(this.#cookie !== "" && { Cookie: this.#cookie }) },
      });
      sent.on("error", reject);
      sent.on("response", (response) => {
        this.#cookie ||= response.headers["set-cookie"]?.[0]?.split(";")[0] ?? "";
        let text = "";
        response.setEncoding("utf8");
        response.on("data", (chunk: string) => {
          text += chunk;
        });
        response.on("end", () => resolve({ status: response.statusCode!, text }));
      });
      sent.end(body);
    });
  }
}

function references(answer: string, element: string): Reference[] {
  const found = answer.matchAll(new RegExp(`<${element}[^>]*? type="([^"]+)"[^>]*>([^<]+)<`, "g"));
  return [...found].map(([, type, id]) => ({ type: type!, id: id! }));
}
