import { spawn } from "node:child_process";
import { LabError } from "./errors";

export interface RunOptions {
  /** Ends the command when aborted. */
  readonly signal?: AbortSignal;
  /**
   * After how many milliseconds the command is killed.
   *
   * @default - never
   */
  readonly timeoutMs?: number;
  /** @default - the caller's */
  readonly cwd?: string;
  /** Added to the caller's environment. */
  readonly env?: Readonly<Record<string, string>>;
  /** Written to the command's standard input. */
  readonly input?: string;
  /**
   * Whether the command writes straight to the terminal, on standard error, instead of being captured.
   *
   * @default false
   */
  readonly visible?: boolean;
}

/** System folders that an ordinary user's `PATH` may lack. */
const SYSTEM_PATH = "/usr/local/sbin:/usr/sbin:/sbin";

/**
 * Runs a command without a shell.
 *
 * @returns what it wrote to standard output
 * @throws LabError with what it wrote to standard error, if it ends with anything but 0
 */
export async function run(command: string, args: readonly string[], options: RunOptions = {}): Promise<string> {
  const { signal, timeoutMs, cwd, env, input, visible = false } = options;
  signal?.throwIfAborted();
  const child = spawn(command, args, {
    cwd,
    env: { ...process.env, PATH: `${process.env.PATH ?? "/usr/bin:/bin"}:${SYSTEM_PATH}`, LC_ALL: "C.UTF-8", ...env },
    signal,
    timeout: timeoutMs,
    killSignal: "SIGKILL",
    // Standard output belongs to the lab's own answers (`--json`), so what is shown goes to standard error.
    stdio: [
      input === undefined ? "ignore" : "pipe",
      visible ? process.stderr : "pipe",
      visible ? process.stderr : "pipe",
    ],
  });
  const out: Buffer[] = [];
  const err: Buffer[] = [];
  child.stdout?.on("data", (chunk: Buffer) => out.push(chunk));
  child.stderr?.on("data", (chunk: Buffer) => err.push(chunk));
  child.stdin?.on("error", () => {}); // A command may end without reading all; its exit status tells.
  child.stdin?.end(input);

  const failure = await new Promise<string | undefined>((resolve) => {
    child.on("error", (error) => resolve(error.message));
    child.on("close", (code, killedBy) =>
      resolve(code === 0 ? undefined : `ended with ${killedBy ?? `status ${code}`}`),
    );
  });
  signal?.throwIfAborted();
  if (failure !== undefined) {
    const said = Buffer.concat(err).toString().trim();
    throw new LabError(`\`${[command, ...args].join(" ")}\` ${failure}${said === "" ? "" : `:\n${said}`}`);
  }
  return Buffer.concat(out).toString();
}
