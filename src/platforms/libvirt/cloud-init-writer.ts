import { CloudinitDisk } from "@cdktf/provider-libvirt/lib/cloudinit-disk";
import type { DomainDevicesDisks } from "@cdktf/provider-libvirt/lib/domain";
import { Volume, type VolumeConfig } from "@cdktf/provider-libvirt/lib/volume";
import { Construct } from "constructs";
import { Fn, TerraformData, TerraformLocal } from "../../cdktf";
import type { CloudInit } from "../../constructs/compute/cloud-init";
import { asWritten } from "../../constructs/compute/text";
import { optional } from "../../constructs/given";
import { isToken } from "../../errors";
import { cloudConfig, type GuestDiskSetup, guestDiskScript, withCloudConfig } from "../../linux";
import type { VmIntent } from "../platform";
import { hashOf, reference, waitFor } from "./definition";
import type { TierOnHost } from "./tier-writer";

/** The last name that a virtio-blk disk can have: no other disk takes it. */
const TARGET = "vdzz";

/**
 * Writes what cloud-init reads: an ISO image in the machine's first pool, read-only on virtio-blk, for which every cloud image has a driver.
 *
 * The provider makes the image in a temporary folder of the machine that runs Terraform and makes it anew where that was emptied. The
 * volume follows the content alone, so that a guest is not started anew for that.
 */
export class CloudInitDisk {
  public readonly volume: Volume;
  public readonly device: DomainDevicesDisks;
  /** Changes with the content: the guest sees it when it is started anew. */
  public attachment: string;
  readonly #image: CloudinitDisk;
  readonly #content: TerraformData;
  readonly #metaData: string;
  #text?: TerraformLocal;
  #ownText?: TerraformLocal;

  public constructor(
    scope: Construct,
    provider: VolumeConfig["provider"],
    tier: TierOnHost,
    { name }: VmIntent,
    private readonly cloudInit: CloudInit,
  ) {
    const { hostname = name } = cloudInit;
    const onDisk = new Construct(scope, "CloudInit");
    this.#metaData = `instance-id: ${name}\nlocal-hostname: ${hostname}\n`;
    const userData = asWritten(cloudInit.userData);
    this.#image = new CloudinitDisk(onDisk, "Image", {
      provider,
      name: `${name}-cloudinit`,
      userData,
      metaData: this.#metaData,
      networkConfig: optional(cloudInit.networkConfig, asWritten),
    });
    this.attachment = this.#attachmentOf(userData);
    this.#content = new TerraformData(onDisk, "Content", { input: this.attachment });
    this.volume = new Volume(onDisk, "Resource", {
      provider,
      name: `${name}-cloudinit.iso`,
      pool: tier.name,
      // As libvirt reads it back from what is uploaded.
      target: { format: { type: "iso" } },
      create: { content: { url: this.#image.path } },
      lifecycle: { ignoreChanges: ["create"], replaceTriggeredBy: [reference(this.#content), ...tier.triggers] },
    });
    waitFor(this.volume, tier.pool);
    this.device = {
      device: "disk",
      source: { volume: { pool: tier.name, volume: `${name}-cloudinit.iso` } },
      driver: { name: "qemu", type: "raw" },
      target: { dev: TARGET, bus: "virtio" },
      readOnly: true,
    };
  }

  /** Has the guest set its disks up, at each of its starts: `bootcmd` is what cloud-init does each time. */
  public setUp(disks: readonly GuestDiskSetup[]): void {
    const config = cloudConfig({ bootcmd: [["sh", "-c", guestDiskScript(disks)]] });
    const userData = withCloudConfig(this.#ownAsBase64(), asWritten(config));
    this.#image.userData = userData;
    this.attachment = this.#attachmentOf(userData);
    this.#content.addOverride("input", this.attachment);
  }

  #ownAsBase64(): string {
    const { userData } = this.cloudInit;
    if (!isToken(userData)) {
      return Buffer.from(userData, "utf8").toString("base64");
    }
    this.#ownText ??= new TerraformLocal(this.#image.node.scope!, "UserData", asWritten(userData));
    return Fn.base64encode(this.#ownText.asString);
  }

  #attachmentOf(userData: string): string {
    const parts = [userData, this.#metaData, optional(this.cloudInit.networkConfig, asWritten) ?? ""];
    if (!parts.some(isToken)) {
      return hashOf(parts);
    }
    // From a local, since arguments of functions can't hold quotes.
    this.#text ??= new TerraformLocal(this.#image.node.scope!, "Text", "");
    this.#text.expression = parts.join("\n");
    return Fn.sha256(this.#text.asString);
  }
}
