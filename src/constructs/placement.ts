import { checkUnique } from "../checks";
import { ConfigurationError } from "../errors";
import type { IHost, IPlatform } from "../platforms/platform";
import { checkKind, checkList } from "./given";

/**
 * The hosts that something spans: those given, else all of the platform.
 * @throws ConfigurationError where a host belongs to another platform, is given twice, or none is left
 */
export function checkHosts(where: string, platform: IPlatform, hosts: readonly IHost[] | undefined): readonly IHost[] {
  if (hosts === undefined) {
    return platform.hosts;
  }
  for (const host of checkList(where, "hosts", hosts)) {
    checkHost(where, platform, host);
  }
  checkUnique(
    where,
    "the hosts",
    hosts.map((host) => host.name),
  );
  if (hosts.length === 0 && platform.hosts.length > 0) {
    throw new ConfigurationError({
      where,
      what: "no host is left",
      given: hosts,
      mend: `leave \`hosts\` out for all of them, or give some of: ${namesOf(platform)}`,
    });
  }
  return hosts;
}

/** @throws ConfigurationError where the host is not one of the platform's */
export function checkHost(where: string, platform: IPlatform, host: IHost): IHost {
  if (!platform.hosts.includes(host)) {
    throw new ConfigurationError({
      where,
      what: `host is not a host of platform ${platform.node.path}`,
      given: host?.name ?? host,
      allowed: namesOf(platform) || "the platform has no hosts of its own",
      mend: "give one of its hosts, or make the thing on the platform that has the host",
    });
  }
  return host;
}

/**
 * @param part what a thing of the kind has, to tell it from others
 * @throws ConfigurationError where a thing belongs to another platform, or is something else
 */
export function checkSamePlatform<T extends { readonly platform: IPlatform; readonly node: { readonly path: string } }>(
  where: string,
  platform: IPlatform,
  what: string,
  thing: T,
  part: keyof T,
): void {
  if (checkKind(where, what, thing, part).platform !== platform) {
    throw new ConfigurationError({
      where,
      what: `${what} is on another platform`,
      given: `${thing.node.path} on ${thing.platform.node.path}`,
      allowed: `things on ${platform.node.path}`,
      mend: `make a ${what} on ${platform.node.path}, or move this to ${thing.platform.node.path}`,
    });
  }
}

function namesOf(platform: IPlatform): string {
  return platform.hosts.map((host) => host.name).join(", ");
}
