import type { GuestReport } from "./types";

/** What a report's line begins with, possibly after a prompt of the shell on the same console. */
const PREFIX = "VIRTUNED-REPORT ";

/** All whole reports in the output of a guest's console, the oldest first. */
export function parseReports(console: string): GuestReport[] {
  return console.split(/\r?\n/).flatMap((line) => {
    const start = line.indexOf(PREFIX);
    const report = start < 0 ? undefined : parseJson(line.slice(start + PREFIX.length));
    return report === undefined ? [] : [report];
  });
}

/** Undefined for a line that is still being written, or that something else on the console has cut. */
function parseJson(text: string): GuestReport | undefined {
  try {
    return JSON.parse(text) as GuestReport;
  } catch {
    return undefined;
  }
}

/** The file that libvirt writes a domain's console to, in the XML of `virsh dumpxml`. */
export function consoleLogIn(domainXml: string): string | undefined {
  for (const [device] of domainXml.matchAll(/<(serial|console)\b[\s\S]*?<\/\1>/g)) {
    const path = /<log\s[^>]*\bfile=(["'])(.*?)\1/.exec(device)?.[2] ?? fileSourceIn(device);
    if (path !== undefined) return unescapeXml(path);
  }
  return undefined;
}

/** A serial port of type `file` writes to its source without a log. */
function fileSourceIn(device: string): string | undefined {
  return /^<\w+\s[^>]*\btype=["']file["']/.test(device)
    ? /<source\s[^>]*\bpath=(["'])(.*?)\1/.exec(device)?.[2]
    : undefined;
}

const ENTITIES: Readonly<Record<string, string>> = { lt: "<", gt: ">", quot: '"', apos: "'", amp: "&" };

function unescapeXml(text: string): string {
  return text.replace(/&(lt|gt|quot|apos|amp);/g, (_, entity: string) => ENTITIES[entity]!);
}
