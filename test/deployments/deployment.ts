import { type ChildProcess, spawn } from "node:child_process";
import { copyFileSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { App, LocalBackend } from "cdktf";
import { TunedStack } from "virtuned";

/** A program that fills a stack. */
export type Program = (stack: TunedStack) => void;

/** What a plan says of a resource, and what is done to it. */
export interface Change {
  readonly address: string;
  /** As in Terraform's JSON: `create`, `update`, `delete, create` and so on. */
  readonly actions: string;
}

export interface Plan {
  /** All but those that stay as they are. */
  readonly changes: readonly Change[];
  readonly output: string;
}

export interface Ended {
  readonly code: number | null;
  /** Standard output and standard error, as they came. */
  readonly output: string;
  readonly stdout: string;
}

const PLAN_FILE = "plan";

/** One program's stack with its state, in a folder of its own. */
export class Deployment {
  readonly #folder = mkdtempSync(join(tmpdir(), "virtuned-deployment-"));
  #initialised = false;
  /** Whether the last plan found everything as the state and the program say. */
  #unchanged = false;

  public constructor(private readonly terraform: string) {}

  /** Everything that applies have said. */
  public said = "";

  /** Where Terraform works. */
  public get folder(): string {
    return join(this.#folder, "stacks", "stack");
  }

  private get stateFile(): string {
    return join(this.#folder, "terraform.tfstate");
  }

  public async synth(program: Program): Promise<void> {
    this.#unchanged = false;
    const app = new App({ outdir: this.#folder });
    const stack = new TunedStack(app, "stack");
    new LocalBackend(stack, { path: this.stateFile });
    program(stack);
    app.synth();
    if (!this.#initialised) {
      await this.succeed(["init", "-input=false"]);
      this.#initialised = true;
    }
  }

  /** What would be done. */
  public async plan(): Promise<Plan> {
    const { code, output } = await this.run(["plan", "-input=false", "-detailed-exitcode", `-out=${PLAN_FILE}`]);
    if (code !== 0 && code !== 2) {
      throw new Error(`plan ended with ${code}:\n${output}`);
    }
    this.#unchanged = code === 0;
    if (this.#unchanged) {
      return { changes: [], output };
    }
    const shown = JSON.parse((await this.succeed(["show", "-json", PLAN_FILE])).stdout) as {
      resource_changes?: { address: string; change: { actions: string[] } }[];
    };
    const changes = (shown.resource_changes ?? [])
      .map(({ address, change }) => ({ address, actions: change.actions.join(", ") }))
      .filter(({ actions }) => actions !== "no-op" && actions !== "read");
    if (changes.length === 0) {
      throw new Error(`plan ended with ${code}, and has no changes:\n${output}`);
    }
    return { changes, output };
  }

  /** What the plan says where it is refused. */
  public async refusedPlan(): Promise<string> {
    return this.refused(["plan", "-input=false"]);
  }

  /** What the apply says where it fails. */
  public async refusedApply(): Promise<string> {
    return this.refused(["apply", "-input=false", "-auto-approve"]);
  }

  /** Does what the last plan says. */
  public async applyPlan(): Promise<string> {
    return this.apply(PLAN_FILE);
  }

  /** Plans and applies at once. */
  public async apply(...args: readonly string[]): Promise<string> {
    this.#unchanged = false;
    const { output } = await this.succeed(["apply", "-input=false", "-auto-approve", ...args]);
    this.said += output;
    return output;
  }

  /**
   * Begins an apply and kills it, its provider and what it runs, as the loss of the machine would: some time after it has said something.
   * @returns what it said until then
   */
  public async killedApply(said: RegExp, afterMs: number): Promise<string> {
    const { process: child, ended } = this.begin(["apply", "-input=false", "-auto-approve"]);
    let text = "";
    const reached = new Promise<void>((resolve) => {
      child.stdout!.on("data", (chunk: Buffer) => {
        text += chunk.toString();
        if (said.test(text)) {
          resolve();
        }
      });
    });
    await Promise.race([reached, ended]);
    await setTimeout(afterMs);
    try {
      process.kill(-child.pid!, "SIGKILL");
    } catch {
      // It has ended by itself.
    }
    const { output } = await ended;
    if (!said.test(output)) {
      throw new Error(`the apply ended before it said ${said}:\n${output}`);
    }
    this.mendState();
    return output;
  }

  /** Terraform writes a local state in place: where it is killed meanwhile the file is cut short, and what it was before is beside it. */
  private mendState(): void {
    try {
      this.state();
    } catch {
      copyFileSync(`${this.stateFile}.backup`, this.stateFile);
    }
  }

  /** Takes the only resource of a type out of the state. */
  public async forget(type: string): Promise<void> {
    await this.succeed(["state", "rm", this.addressOf(type)]);
  }

  /** Takes what is there into the state, as the only resource of a type. */
  public async import(type: string, id: string): Promise<void> {
    await this.succeed(["import", "-input=false", this.addressOf(type), id]);
  }

  /** Destroys what the deployment has made, protected or not: the protection is in the program, so give one without. */
  public async destroy(): Promise<void> {
    // What a plan has just read need not be read again.
    const refresh = `-refresh=${!this.#unchanged}`;
    this.said += (await this.succeed(["destroy", "-input=false", "-auto-approve", refresh])).output;
  }

  public state(): { readonly serial: number; readonly resources: readonly unknown[] } {
    return JSON.parse(readFileSync(this.stateFile, "utf8"));
  }

  public removeFolder(): void {
    rmSync(this.#folder, { recursive: true, force: true });
  }

  public async run(args: readonly string[]): Promise<Ended> {
    return this.begin(args).ended;
  }

  private addressOf(type: string): string {
    const { resource } = JSON.parse(readFileSync(join(this.folder, "cdk.tf.json"), "utf8"));
    return `${type}.${Object.keys(resource[type])[0]}`;
  }

  private async refused(args: readonly string[]): Promise<string> {
    const { code, output } = await this.run(args);
    if (code !== 1) {
      throw new Error(`${args[0]} ended with ${code}, not refused:\n${output}`);
    }
    // Terraform wraps messages and draws a bar beside them.
    return output.replace(/^[│╷╵] ?/gm, "").replace(/\s+/g, " ");
  }

  private async succeed(args: readonly string[]): Promise<Ended> {
    const ended = await this.run(args);
    if (ended.code !== 0) {
      throw new Error(`${this.terraform} ${args.join(" ")} ended with ${ended.code}:\n${ended.output}`);
    }
    return ended;
  }

  private begin([verb, ...args]: readonly string[]): {
    readonly process: ChildProcess;
    readonly ended: Promise<Ended>;
  } {
    const child = spawn(this.terraform, [verb!, ...args], {
      cwd: this.folder,
      // Half of what Terraform and its provider do is to collect garbage, unless told to use more memory (GOGC). Sockets of providers that
      // were killed, and images for cloud-init, go with the folder (TMPDIR).
      env: { ...process.env, CHECKPOINT_DISABLE: "1", TF_CLI_ARGS: "-no-color", GOGC: "400", TMPDIR: this.#folder },
      stdio: ["ignore", "pipe", "pipe"],
      detached: true,
    });
    const [all, out]: Buffer[][] = [[], []];
    child.stdout.on("data", (chunk: Buffer) => all!.push(chunk) && out!.push(chunk));
    child.stderr.on("data", (chunk: Buffer) => all!.push(chunk));
    const ended = new Promise<Ended>((resolve, reject) => {
      child.on("error", reject);
      child.on("close", (code) =>
        resolve({ code, output: Buffer.concat(all!).toString(), stdout: Buffer.concat(out!).toString() }),
      );
    });
    return { process: child, ended };
  }
}

/** Changes as `action address`, without the hashes that end cdktf's names. */
export function said(changes: readonly Change[]): string[] {
  return changes.map(({ address, actions }) => `${actions} ${address.replace(/_[0-9A-F]{8}$/, "")}`).sort();
}
