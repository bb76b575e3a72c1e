import { createServer, type Server } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";

/**
 * An abstract Unix socket: it has no file, only one process can have it, and the kernel takes it away when that
 * process ends, however it ends. So there is no stale lock to clean up.
 */
const ADDRESS = "\0virtuned-lab";
const RETRY_MS = 200;

export interface LockOptions {
  readonly signal?: AbortSignal;
  readonly say: (line: string) => void;
}

/** Runs something while nobody else on the machine starts or ends a lab. */
export async function locked<T>(options: LockOptions, action: () => Promise<T>): Promise<T> {
  let lock = await tryLock();
  if (lock === undefined) options.say("Waiting for another `lab up` or `lab down` to finish");
  while (lock === undefined) {
    await sleep(RETRY_MS, undefined, { signal: options.signal });
    lock = await tryLock();
  }
  try {
    return await action();
  } finally {
    lock.close();
  }
}

function tryLock(): Promise<Server | undefined> {
  return new Promise((resolve, reject) => {
    const server = createServer((connection) => connection.destroy());
    server.once("error", (error: NodeJS.ErrnoException) =>
      error.code === "EADDRINUSE" ? resolve(undefined) : reject(error),
    );
    server.listen(ADDRESS, () => resolve(server));
  });
}
