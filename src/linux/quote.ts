/** A word of a POSIX shell, whatever is in it. */
export function shellWord(text: string): string {
  return /^[A-Za-z0-9_@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}

/**
 * A command line of a systemd service: `ExecStart=` takes no shell, but expands `%` and `$` and splits at spaces.
 *
 * The program is given with its whole path.
 */
export function exec(program: string, ...args: readonly (string | number)[]): string {
  return [program, ...args].map((word) => systemdWord(String(word))).join(" ");
}

/** The unit of systemd that is active while there is an interface of this name: names of units spell `-` as `\x2d`. */
export function deviceUnit(name: string): string {
  return `sys-subsystem-net-devices-${name.replaceAll("-", "\\x2d")}.device`;
}

function systemdWord(word: string): string {
  const escaped = word.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("%", "%%").replaceAll("$", "$$$$");
  return /^[A-Za-z0-9_@%+=:,./-]+$/.test(escaped) ? escaped : `"${escaped}"`;
}
