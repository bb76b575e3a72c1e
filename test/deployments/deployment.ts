import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
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

  public constructor(private readonly terraform: string) {}

  /** Everything that applies have said. */
  public said = "";

  /** Where Terraform works. */
  public get folder(): string {
    return join(this.#folder, "stacks", "stack");
  }

  public async synth(program: Program): Promise<void> {
    const app = new App({ outdir: this.#folder });
    const stack = new TunedStack(app, "stack");
    new LocalBackend(stack, { path: join(this.#folder, "terraform.tfstate") });
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
    const shown = JSON.parse((await this.succeed(["show", "-json", PLAN_FILE])).stdout) as {
      resource_changes?: { address: string; change: { actions: string[] } }[];
    };
    const changes = (shown.resource_changes ?? [])
      .map(({ address, change }) => ({ address, actions: change.actions.join(", ") }))
      .filter(({ actions }) => actions !== "no-op" && actions !== "read");
    if ((code === 0) !== (changes.length === 0)) {
      throw new Error(`plan ended with ${code}, and its changes are ${JSON.stringify(changes)}:\n${output}`);
    }
    return { changes, output };
  }

  /** What the plan says where it is refused. */
  public async refusedPlan(): Promise<string> {
    const { code, output } = await this.run(["plan", "-input=false"]);
    if (code !== 1) {
      throw new Error(`plan ended with ${code}, not refused:\n${output}`);
    }
    // Terraform wraps messages and draws a bar beside them.
    return output.replace(/^[│╷╵] ?/gm, "").replace(/\s+/g, " ");
  }

  /** Does what the last plan says. */
  public async applyPlan(): Promise<string> {
    return this.apply(PLAN_FILE);
  }

  /** Plans and applies at once. */
  public async apply(...args: readonly string[]): Promise<string> {
    const { output } = await this.succeed(["apply", "-input=false", "-auto-approve", ...args]);
    this.said += output;
    return output;
  }

  /** Begins an apply in a process group of its own, which providers and provisioners are in too. */
  public beginApply(): { readonly process: ChildProcess; readonly ended: Promise<Ended> } {
    return this.begin(["apply", "-input=false", "-auto-approve"]);
  }

  /** Destroys what the deployment has made, protected or not: the protection is in the program, so give one without. */
  public async destroy(): Promise<void> {
    this.said += (await this.succeed(["destroy", "-input=false", "-auto-approve"])).output;
  }

  public state(): { readonly serial: number; readonly resources: readonly unknown[] } {
    return JSON.parse(readFileSync(join(this.#folder, "terraform.tfstate"), "utf8"));
  }

  public removeFolder(): void {
    rmSync(this.#folder, { recursive: true, force: true });
  }

  public async run(args: readonly string[]): Promise<Ended> {
    return this.begin(args).ended;
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
    const colour = verb === "show" || verb === "import" || verb === "init" ? [] : ["-no-color"];
    const child = spawn(this.terraform, [verb!, ...colour, ...args], {
      cwd: this.folder,
      env: { ...process.env, CHECKPOINT_DISABLE: "1", NO_COLOR: "1" },
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

/** Ends an apply at once, with its provider and what it runs, as a lost machine would. */
export function kill(process: ChildProcess): void {
  try {
    globalThis.process.kill(-process.pid!, "SIGKILL");
  } catch {
    // It has ended by itself.
  }
}
