import { CloudinitDisk } from "@cdktf/provider-libvirt/lib/cloudinit-disk";
import type { DomainDevicesDisks } from "@cdktf/provider-libvirt/lib/domain";
import { Volume, type VolumeConfig } from "@cdktf/provider-libvirt/lib/volume";
import { Construct } from "constructs";
import { Fn, TerraformData, TerraformLocal } from "../../cdktf";
import { asWritten } from "../../constructs/compute/text";
import { optional } from "../../constructs/given";
import { isToken } from "../../errors";
import type { VmIntent } from "../platform";
import { hashOf, reference, waitFor } from "./definition";
import type { TierOnHost } from "./tier-writer";

/** The last name that a virtio-blk disk can have: no other disk takes it. */
const TARGET = "vdzz";

export interface CloudInitDisk {
  readonly volume: Volume;
  readonly device: DomainDevicesDisks;
  /** Changes with the content: the guest sees it when it is started anew. */
  readonly attachment: string;
}

/**
 * Writes what cloud-init reads: an ISO image in the machine's first pool, read-only on virtio-blk, for which every cloud image has a driver.
 *
 * The provider makes the image in a temporary folder of the machine that runs Terraform and makes it anew where that was emptied. The
 * volume follows the content alone, so that a guest is not started anew for that.
 */
export function writeCloudInit(
  scope: Construct,
  provider: VolumeConfig["provider"],
  tier: TierOnHost,
  { name, cloudInit }: VmIntent,
): CloudInitDisk {
  const { hostname = name } = cloudInit!;
  const userData = asWritten(cloudInit!.userData);
  const networkConfig = optional(cloudInit!.networkConfig, asWritten);
  const onDisk = new Construct(scope, "CloudInit");
  const metaData = `instance-id: ${name}\nlocal-hostname: ${hostname}\n`;
  const image = new CloudinitDisk(onDisk, "Image", {
    provider,
    name: `${name}-cloudinit`,
    userData,
    metaData,
    networkConfig,
  });
  const parts = [userData, metaData, networkConfig ?? ""];
  // From a local, since arguments of functions can't hold quotes.
  const attachment = parts.some(isToken)
    ? Fn.sha256(new TerraformLocal(onDisk, "Text", parts.join("\n")).asString)
    : hashOf(parts);
  const content = new TerraformData(onDisk, "Content", { input: attachment as unknown as { [key: string]: unknown } });
  const volume = new Volume(onDisk, "Resource", {
    provider,
    name: `${name}-cloudinit.iso`,
    pool: tier.name,
    // As libvirt reads it back from what is uploaded.
    target: { format: { type: "iso" } },
    create: { content: { url: image.path } },
    lifecycle: { ignoreChanges: ["create"], replaceTriggeredBy: [reference(content), ...tier.triggers] },
  });
  waitFor(volume, tier.pool);
  return {
    volume,
    attachment,
    device: {
      device: "disk",
      source: { volume: { pool: tier.name, volume: `${name}-cloudinit.iso` } },
      driver: { name: "qemu", type: "raw" },
      target: { dev: TARGET, bus: "virtio" },
      readOnly: true,
    },
  };
}
