import { canRun } from "../../lab";
import { type Available, terraformWith } from "./terraform";

/**
 * Whether deployments to a lab can be tried here: a lab, Terraform or OpenTofu, and the provider. Found out while tests are declared, so that
 * jest counts those that can't run as skipped.
 */
export const available: Available = findOut();

if (!available.ok) {
  process.stderr.write(`Deployments to a lab are not tried: ${available.reason}\n`);
}

function findOut(): Available {
  const lab = canRun({ install: false });
  return lab.ok ? terraformWith("libvirt", { source: "dmacvicar/libvirt", version: "~> 0.9.7" }) : lab;
}
