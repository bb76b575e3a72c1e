import { existsSync, readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { LabError } from "../errors";
import { type Lab, pathOutside } from "../paths";
import { statusOf } from "../status";
import { virsh } from "../virsh";
import { consoleLogIn, parseReports } from "./parse";
import type { GuestReport } from "./types";

export interface ReadOptions {
  /**
   * How many seconds to wait for a report.
   *
   * @default 0
   */
  readonly waitSeconds?: number;
  /**
   * Only a report that is newer than this one will do, such as after a disk was attached or the guest restarted.
   *
   * @default - any
   */
  readonly newerThan?: GuestReport;
  readonly signal?: AbortSignal;
}

const POLL_MS = 200;

/**
 * The newest report of a guest.
 *
 * @param domain - the guest's name in libvirt
 * @throws LabError if there is no such guest, it logs no console, or no report came in time
 */
export async function readGuestReport(lab: Lab, domain: string, options: ReadOptions = {}): Promise<GuestReport> {
  const { waitSeconds = 0, newerThan, signal } = options;
  const log = await findConsoleLog(lab, domain);
  const deadline = Date.now() + waitSeconds * 1000;
  for (;;) {
    const newest = existsSync(log) ? parseReports(readFileSync(log, "utf8")).at(-1) : undefined;
    if (newest !== undefined && !(newerThan && isSame(newest, newerThan))) return newest;
    if (Date.now() >= deadline) throw new LabError(await describeAbsence(lab, domain, log, options));
    await sleep(POLL_MS, undefined, { signal });
  }
}

function isSame(one: GuestReport, other: GuestReport): boolean {
  return one.bootId === other.bootId && one.uptimeSeconds === other.uptimeSeconds;
}

async function findConsoleLog(lab: Lab, domain: string): Promise<string> {
  const path = consoleLogIn(await domainXml(lab, domain));
  if (path === undefined) {
    throw new LabError(
      `Guest "${domain}" keeps no log of its console, and that is where its reports are. Give it a serial port with a log:\n` +
        `  <serial type="pty">\n    <log file="/var/log/libvirt/qemu/${domain}-console.log"/>\n  </serial>\n` +
        "and define it again.",
    );
  }
  return pathOutside(lab, path);
}

async function domainXml(lab: Lab, domain: string): Promise<string> {
  const { state, reason, domains } = await statusOf(lab);
  if (state !== "up")
    throw new LabError(`Lab "${lab.name}" is ${state}${reason ? `: ${reason}` : ""}. \`lab up\` brings it up.`);
  if (!domains.some(({ name }) => name === domain)) {
    const names = domains.map(({ name }) => name).join(", ") || "none";
    throw new LabError(`Lab "${lab.name}" has no guest "${domain}". Its guests: ${names}.`);
  }
  return virsh(lab, ["dumpxml", domain]);
}

async function describeAbsence(lab: Lab, domain: string, log: string, options: ReadOptions): Promise<string> {
  const state = (await virsh(lab, ["domstate", domain])).trim();
  const wanted = options.newerThan === undefined ? "report" : "new report";
  const waited = options.waitSeconds ? ` within ${options.waitSeconds} seconds` : "";
  return (
    `No ${wanted} of guest "${domain}" (${state}) in ${log}${waited}. The guest writes one a few seconds after it was started, ` +
    `if it runs the lab's kernel and initramfs, or its disk image, and its first serial port is the one with the log. ` +
    `\`--wait SECONDS\` waits for it.`
  );
}
