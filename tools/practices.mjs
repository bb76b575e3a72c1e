// Writes docs/practices.md from the catalogue in src/practices. With --check it only says, by its exit code, whether the file is up to date.
import { readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";

const require = createRequire(import.meta.url);
const at = (path) => fileURLToPath(new URL(`../${path}`, import.meta.url));
process.env.TS_NODE_PROJECT = at("tsconfig.json");
require("ts-node/register");
const catalogue = require(at("src/practices/index.ts"));

const INTRO = `# Practices

What the kit knows about network and storage I/O of virtual machines. A check of a construct, a line of \`virtuned explain\` and an entry below
are the same thing: errors and warnings name its id in brackets, such as \`[nic-queues]\`.

- **error**: what breaks it stops synthesis.
- **warning**: what breaks it is shown at synthesis, and passes.
- **advice**: the kit does it by default, and takes what you give instead.

This page is written by \`npm run docs:practices\` from the catalogue in \`src/practices\`.
`;

const TITLES = {
  NETWORK: "Network",
  NIC: "NICs",
  TRAFFIC: "Traffic",
  VXLAN: "VXLAN",
  FABRIC: "Fabrics",
  SRIOV: "SR-IOV",
  MICRO_SEGMENT: "Microsegmentation",
  HOST: "Hosts",
  STORAGE: "Storage",
  COMPUTE: "Machines",
  VSPHERE: "vSphere",
  VSPHERE_NETWORK: "Networks of vSphere",
};

const groups = Object.entries(catalogue)
  .filter(([name]) => name.endsWith("_PRACTICES"))
  .map(([name, practices]) => ({
    title: titleOf(name.replace(/_PRACTICES$/, "")),
    practices: Object.values(practices),
  }))
  .sort((a, b) => order(a.title) - order(b.title));

const text = [INTRO, ...groups.map(section)].join("\n");
const file = at("docs/practices.md");
const current = () => {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return undefined;
  }
};

if (!process.argv.includes("--check")) {
  writeFileSync(file, text);
} else if (current() !== text) {
  console.error("docs/practices.md is not what the catalogue says: run npm run docs:practices");
  process.exitCode = 1;
}

function titleOf(name) {
  return TITLES[name] ?? name.charAt(0) + name.slice(1).toLowerCase();
}

function order(title) {
  const known = Object.values(TITLES).indexOf(title);
  return known < 0 ? Number.MAX_SAFE_INTEGER : known;
}

function section({ title, practices }) {
  return [`## ${title}\n`, ...practices.map(entry)].join("\n");
}

function entry({ id, title, reason, consequence, severity, source }) {
  const cited = source.url === undefined ? source.title : `[${source.title}](${source.url})`;
  return [
    `### ${id}\n`,
    `**${inMarkdown(title)}** (${severity}): ${inMarkdown(reason)}.\n`,
    ...(consequence === undefined ? [] : [`Consequence: ${inMarkdown(consequence)}.\n`]),
    `Source: ${cited}\n`,
  ].join("\n");
}

function inMarkdown(text) {
  return text.replace(/[<*[\]]/g, "\\$&");
}
