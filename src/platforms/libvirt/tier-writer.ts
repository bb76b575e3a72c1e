import { Pool } from "@cdktf/provider-libvirt/lib/pool";
import { Volume } from "@cdktf/provider-libvirt/lib/volume";
import { Construct } from "constructs";
import type { TerraformResource } from "../../cdktf";
import type { BootImage } from "../../constructs/compute/boot";
import type { StorageBackend } from "../../constructs/storage/storage-backend";
import { FIRST_BACKEND, type VolumeDefaults } from "../../constructs/storage/storage-tier";
import { ConfigurationError } from "../../errors";
import type { IPlatform, PlatformTier, TierIntent } from "../platform";
import { ProtectedData } from "../protected-data";
import { hashOf, reference, replaceWhenRedefined, waitFor } from "./definition";
import { refuseChange } from "./guard";
import { writeHostStorage } from "./host-storage";
import type { LibvirtHost } from "./libvirt-host";
import type { LibvirtPlatform } from "./libvirt-platform";
import { type WrittenPool, writePoolDefinition } from "./pool-definition";
import type { VolumeUser } from "./shared-volume";
import { claimStorage } from "./storage-claim";
import { explainStorage } from "./storage-explanation";
import { warnOfStorage } from "./storage-warnings";

/** A tier's pool on one host. */
export interface TierOnHost {
  readonly name: string;
  readonly host: LibvirtHost;
  readonly pool: Pool;
  readonly scope: Construct;
  readonly backend: StorageBackend;
  readonly defaults: VolumeDefaults;
  /** What changes when the pool is replaced. */
  readonly triggers: readonly string[];
  /** Volumes that this program makes in it, by their name. */
  readonly volumes: Map<string, TierVolume>;
  /** Disks that have its volumes, by the volumes' names. */
  readonly users: Map<string, VolumeUser[]>;
}

/** A volume that this program makes. */
export interface TierVolume {
  /** What has to be there before it is used. */
  readonly resource: TerraformResource;
  /** What starts the machine that it was made for. */
  readonly power: TerraformResource;
  /** Changes when guests have to be started anew because it was replaced. */
  readonly attachment?: string;
}

/** Writes a tier: on each host a pool of the same name; one more for each further backend, which is called after it. */
export class TierWriter implements PlatformTier {
  public readonly parts: ReadonlyMap<string, TierWriter>;
  readonly #onHosts = new Map<LibvirtHost, TierOnHost>();
  readonly #images = new Map<string, Volume>();

  public constructor(
    public readonly platform: IPlatform,
    scope: Construct,
    private readonly intent: TierIntent,
  ) {
    refuseWhatVsphereHas(scope.node.path, intent);
    const written = definePool(scope.node.path, intent);
    warnOfStorage(scope, intent);
    explainStorage(intent);
    const tierScope = new Construct(scope, intent.tier);
    for (const host of intent.hosts as readonly LibvirtHost[]) {
      this.#onHosts.set(
        host,
        writePool(platform as LibvirtPlatform, host, new Construct(tierScope, host.name), intent, written),
      );
    }
    this.parts = new Map([
      [FIRST_BACKEND, this],
      ...intent.others.map(({ name, backend }): [string, TierWriter] => [
        name,
        new TierWriter(platform, scope, {
          ...intent,
          name: `${intent.name}-${name}`,
          tier: `${intent.tier}-${name}`,
          backend,
          others: [],
        }),
      ]),
    ]);
  }

  public on(where: string, host: LibvirtHost): TierOnHost {
    const found = this.#onHosts.get(host);
    if (found === undefined) {
      throw new ConfigurationError({
        where,
        what: `pool ${this.intent.pool} is not on the machine's host`,
        given: host.name,
        allowed: [...this.#onHosts.keys()].map((h) => h.name).join(", "),
        mend: "add the host to `hosts` of the pool, or run the machine on one of its hosts",
      });
    }
    return found;
  }

  /** A volume that this program makes, and its host: that one, or any where hosts have the same storage. */
  public made(
    host: LibvirtHost,
    volume: string,
  ): { readonly host: LibvirtHost; readonly volume: TierVolume } | undefined {
    for (const [candidate, { backend, volumes }] of this.#onHosts) {
      const found = candidate === host || backend.isShared ? volumes.get(volume) : undefined;
      if (found !== undefined) {
        return { host: candidate, volume: found };
      }
    }
    return undefined;
  }

  /**
   * The volume that an image is kept in: fetched once, whatever the number of machines made from it. Where hosts have the same storage the
   * first of them has it for all, whichever machine is first in the program.
   */
  public image(where: string, host: LibvirtHost, image: BootImage): Volume {
    const keeper = this.on(where, host).backend.isShared ? (this.intent.hosts as readonly LibvirtHost[])[0]! : host;
    const { pool, scope, triggers } = this.on(where, keeper);
    const hash = hashOf([image.source, image.format]);
    const key = `${keeper.name}/${hash}`;
    let volume = this.#images.get(key);
    if (volume === undefined) {
      volume = new Volume(new Construct(scope, `Image-${hash}`), "Resource", {
        provider: (this.platform as LibvirtPlatform).provider(keeper),
        name: `image-${hash}.${image.format}`,
        pool: this.intent.name,
        target: { format: { type: image.format } },
        create: { content: { url: image.source } },
        lifecycle: { preventDestroy: this.intent.protectData, replaceTriggeredBy: [...triggers] },
      });
      waitFor(volume, pool);
      this.#images.set(key, volume);
    }
    return volume;
  }
}

const BACKENDS =
  "StorageBackend.directory(), .fileSystem(), .lvm(), .disk(), .iscsi(), .iscsiDirect(), .fibreChannel(), .multipath(), .nfs(), .smb(), " +
  ".gluster(), .rbd(), .zfs(), .s3()";

function refuseWhatVsphereHas(where: string, { backend, storagePolicy, storageDrs, tier }: TierIntent): void {
  if (storagePolicy !== undefined) {
    throw new ConfigurationError({
      where,
      what: `libvirt has no storage policies, and tier ${tier} names one`,
      given: storagePolicy,
      mend: "leave `storagePolicy` out",
    });
  }
  const nfs = backend.settings.kind === "nfs" ? backend.settings : undefined;
  for (const [option, given] of [
    ["storageDrs", storageDrs],
    ["moreServers", nfs?.moreServers],
    ["security", nfs?.security],
  ] as const) {
    if (given !== undefined) {
      throw new ConfigurationError({
        where,
        what: `\`${option}\` is vSphere's, and tier ${tier} has it`,
        given: String(given),
        mend: `leave \`${option}\` out`,
      });
    }
  }
}

function writePool(
  platform: LibvirtPlatform,
  host: LibvirtHost,
  scope: Construct,
  intent: TierIntent,
  written: WrittenPool,
): TierOnHost {
  platform._claim(scope.node.path, host, "storage pool", intent.name);
  claimStorage(scope.node.path, platform, host, intent.backend, written);
  const { definition, identity, build } = written;
  const config = {
    ...definition,
    provider: platform.provider(host),
    name: intent.name,
    create: { autostart: true, ...(build !== undefined && { buildAttribute: build }) },
    // A directory that is empty goes with a pool that is not protected; nothing else is ever deleted.
    destroy: { delete: !intent.protectData && intent.backend.kind === "directory" },
  };
  // How a pool is made and destroyed says nothing of what it is, and the provider can't change it.
  const steps = ["create", "destroy"];
  const onHost = {
    name: intent.name,
    host,
    scope,
    backend: intent.backend,
    defaults: intent.volumes,
    volumes: new Map(),
    users: new Map(),
  };
  const lifecycle = intent.protectData
    ? { preventDestroy: true, ignoreChanges: "all" as const }
    : { ignoreChanges: steps };
  const pool = new Pool(scope, "Resource", { ...config, lifecycle });
  const files = platform.hostFiles(host);
  if (writeHostStorage(files, scope.node.path, intent.backend.settings)) {
    files.makeWait(pool);
  }
  ProtectedData.of(scope).add(pool, `pool ${intent.name}`, host.name, intent.protectData);
  if (intent.protectData) {
    refuseChange(scope, pool, `storage pool ${intent.name}`, { type: definition.type, ...identity }, steps);
    return { ...onHost, pool, triggers: [] };
  }
  const trigger = replaceWhenRedefined(scope, pool, steps);
  return { ...onHost, pool, triggers: [reference(trigger)] };
}

/** @throws ConfigurationError for a backend that libvirt lacks */
function definePool(where: string, { backend, name, tier }: TierIntent): WrittenPool {
  const written = writePoolDefinition(name, backend.settings);
  if (written === undefined) {
    throw new ConfigurationError({
      where,
      what: `libvirt has no such storage as tier ${tier} is on`,
      given: String(backend),
      allowed: BACKENDS,
      mend: "give a backend that libvirt has",
    });
  }
  return written;
}
