import { spawnSync } from "node:child_process";

/** What applies plans here. */
export interface Engine {
  /** The command. */
  readonly command: string;
  /** Its name and version, for people. */
  readonly title: string;
}

const CANDIDATES = [
  { command: "tofu", title: "OpenTofu" },
  { command: "terraform", title: "Terraform" },
];

/** OpenTofu or Terraform, whichever is there. */
export function findEngine(): Engine | undefined {
  for (const { command, title } of CANDIDATES) {
    const { status, stdout } = spawnSync(command, ["version", "-json"], { encoding: "utf8" });
    if (status === 0) {
      return { command, title: `${title} ${JSON.parse(stdout).terraform_version}` };
    }
  }
  return undefined;
}

export const HOW_TO_GET_AN_ENGINE =
  "Neither OpenTofu nor Terraform is on the PATH. Get one from https://opentofu.org/docs/intro/install/ or " +
  "https://developer.hashicorp.com/terraform/install";
