import { createHash } from "node:crypto";
import { copyFileSync, mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { FileMode, type HostFile } from "./host-file";

/** Reviewable on its own, and the same for all hosts: what varies is in the manifest. */
const INSTALL_SCRIPT = join(__dirname, "install.sh");

/** Files of a host as a folder that can be copied to it, with the script that installs them there. */
export class Delivery {
  /** @param owner whose files they are: the script takes away what an earlier delivery of the same owner left; a name as `checkName` allows */
  public constructor(
    public readonly owner: string,
    private readonly files: readonly HostFile[],
  ) {}

  /** Mode, SHA-256 and path of each file. */
  public get manifest(): string {
    const lines = this.files.map(({ path, content, mode = FileMode.READABLE }) => {
      const sum = createHash("sha256").update(content).digest("hex");
      return `${mode} ${sum} ${path}\n`;
    });
    return `virtuned 1 ${this.owner}\n${lines.join("")}`;
  }

  /** Writes `manifest`, `install.sh` and, as a picture of the host's root folder, `files`. */
  public write(folder: string): void {
    mkdirSync(folder, { recursive: true });
    for (const { path, content, mode = FileMode.READABLE } of this.files) {
      const target = join(folder, "files", path);
      mkdirSync(dirname(target), { recursive: true });
      writeFileSync(target, content, { mode: Number.parseInt(mode, 8) });
    }
    writeFileSync(join(folder, "manifest"), this.manifest);
    copyFileSync(INSTALL_SCRIPT, join(folder, "install.sh"));
  }
}
