import { checkInteger, requireLiteral } from "../../checks";
import { checkMade, checkOptions } from "../../constructs/given";
import { ConfigurationError } from "../../errors";
import { HOST_PRACTICES } from "../../practices";
import { Duration } from "../../units";

/** A machine that SSH reaches. */
export interface SshMachine {
  /** Name or address. */
  readonly host: string;
  /**
   * The machine's public key: `"ecdsa-sha2-nistp256 AAAA..."`. Of several keys it is the ECDSA key, as most hosts have it in
   * `/etc/ssh/ssh_host_ecdsa_key.pub`, else the RSA key, else the Ed25519 key: Terraform asks for them in this order, and refuses the host
   * where it gets another than this. Or the key of the authority that signs the keys of the hosts.
   */
  readonly hostKey: string;
  /** @default "root" */
  readonly user?: string;
  /**
   * 1 to 65535.
   * @default 22
   */
  readonly port?: number;
}

export interface SshOptions extends SshMachine {
  /**
   * A machine on the way to the host.
   * @default - the host is reached directly
   */
  readonly bastion?: SshMachine;
  /**
   * How long the host may take to let in, in whole seconds.
   * @default Duration.minutes(1)
   */
  readonly timeout?: Duration;
}

export interface SshKeyOptions extends SshOptions {
  /** File with the private key, without a passphrase, on the machine that runs Terraform: `"~/.ssh/id_ed25519"`. */
  readonly keyFile: string;
}

/** How the stack reaches a host to deliver files: by Terraform's own SSH, which reads neither `~/.ssh/config` nor `known_hosts`. */
export class SshAccess {
  /**
   * With the keys of the SSH agent of the machine that runs Terraform: `SSH_AUTH_SOCK`.
   * @throws ConfigurationError without the host's key, and for what is no host, user or port
   */
  public static agent(options: SshOptions): SshAccess {
    return new SshAccess("SshAccess.agent", options, { agent: "true" });
  }

  /**
   * With a key in a file, which is read when the stack is applied or destroyed. It is in neither the stack nor its state.
   * @throws ConfigurationError as `agent`, and for what is no path
   */
  public static privateKey(options: SshKeyOptions): SshAccess {
    const where = "SshAccess.privateKey";
    const file = checkKeyFile(where, checkOptions(where, "what is given", options).keyFile);
    return new SshAccess(where, options, {
      agent: "false",
      privateKey: `\${file(pathexpand(${JSON.stringify(file)}))}`,
    });
  }

  readonly #where: string;
  readonly #options: SshOptions;
  readonly #machine: Required<SshMachine>;

  private constructor(
    where: string,
    options: SshOptions,
    private readonly identity: { readonly agent: string; readonly privateKey?: string },
  ) {
    this.#where = where;
    this.#options = checkOptions(where, "what is given", options);
    this.#machine = checkMachine(where, options);
    this.#bastion();
    this.#timeout();
  }

  /** Whether commands need sudo. */
  public get needsSudo(): boolean {
    return this.#machine.user !== "root";
  }

  /** What is reached: another one has to be delivered to anew. */
  public get target(): string {
    const { host, port } = this.#machine;
    return `${host}:${port}`;
  }

  /**
   * As Terraform has it.
   * @param scriptPath where it puts scripts that it runs: it makes them writable for all, and leaves empty files
   * @internal
   */
  public _connection(scriptPath: string) {
    return {
      type: "ssh" as const,
      ...this.#machine,
      ...this.identity,
      ...this.#bastion(),
      timeout: this.#timeout(),
      scriptPath,
    };
  }

  #timeout(): string {
    const { timeout = Duration.minutes(1) } = this.#options;
    checkMade(this.#where, "timeout", timeout, Duration, "Duration.minutes(1) and the like");
    return `${checkInteger(this.#where, "timeout in seconds", timeout.toSeconds(), { min: 1 })}s`;
  }

  #bastion() {
    if (this.#options.bastion === undefined) {
      return {};
    }
    const where = `${this.#where}: bastion`;
    const { host, hostKey, user, port } = checkMachine(
      where,
      checkOptions(where, "what is given", this.#options.bastion),
    );
    return { bastionHost: host, bastionHostKey: hostKey, bastionUser: user, bastionPort: port };
  }
}

function checkMachine(where: string, { host, hostKey, user = "root", port = 22 }: SshMachine): Required<SshMachine> {
  return {
    host: checkPattern(where, "host", host, /^[A-Za-z0-9][A-Za-z0-9.-]*$|^[0-9A-Fa-f:.]+$/, "a name or an IP address"),
    hostKey: checkHostKey(where, hostKey),
    user: checkPattern(where, "user", user, /^[A-Za-z_][A-Za-z0-9_.-]*$/, 'a name such as "root"'),
    port: checkInteger(where, "port", port, { min: 1, max: 65_535 }),
  };
}

function checkPattern(where: string, what: string, value: string, pattern: RegExp, allowed: string): string {
  requireLiteral(where, what, value);
  if (typeof value !== "string" || !pattern.test(value)) {
    throw new ConfigurationError({ where, what: `${what} can't be used`, given: value, allowed });
  }
  return value;
}

const HOST_KEY = /^(ssh-ed25519|ssh-rsa|ecdsa-sha2-nistp(256|384|521)) [A-Za-z0-9+/]+={0,2}/;

/** @returns the key without the comment after it */
function checkHostKey(where: string, key: string): string {
  requireLiteral(where, "hostKey", key);
  const found = typeof key === "string" ? HOST_KEY.exec(key.trim())?.[0] : undefined;
  if (found === undefined) {
    // Not shown: it may be the private one.
    throw new ConfigurationError({
      where,
      what: "hostKey is not a public key of a host",
      allowed: '"ecdsa-sha2-nistp256 AAAA..."',
      mend: "give what `cat /etc/ssh/ssh_host_ecdsa_key.pub` says on the host",
      practice: HOST_PRACTICES.pinnedHostKey.id,
    });
  }
  return found;
}

function checkKeyFile(where: string, file: string): string {
  if (typeof file !== "string" || !/^(~?\/)[A-Za-z0-9._@/ +-]+$/.test(file)) {
    // Not shown: it may be the key.
    throw new ConfigurationError({
      where,
      what: "keyFile is not the path of a file",
      allowed: 'an absolute path, or one that begins with "~/"',
      mend: "write the key to a file that only you can read, or give it to ssh-agent and use SshAccess.agent",
      practice: HOST_PRACTICES.keyOutOfState.id,
    });
  }
  return file;
}
