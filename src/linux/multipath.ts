import { NOTICE } from "./host-file";

/** How paths to LUNs are joined, with the values of multipath.conf. */
export interface MultipathTuning {
  readonly grouping?: string;
  readonly selector?: string;
  /** `queue`, `fail`, or the number of polls. */
  readonly retry?: string;
}

interface MultipathArray extends MultipathTuning {
  readonly vendor: string;
  readonly product: string;
}

export interface MultipathConfig extends MultipathTuning {
  readonly arrays: readonly MultipathArray[];
  readonly ignoredDisks: readonly string[];
  readonly pollSeconds: number;
  /** For arrays that multipath-tools does not know. */
  readonly defaults: Required<MultipathTuning>;
}

/** Read beside the host's own /etc/multipath.conf. */
export const MULTIPATH_CONF = "/etc/multipath/conf.d/virtuned.conf";

/** What multipath-tools reads. Of several devices that match the last one counts, so what holds for all stands before the arrays. */
export function multipathConf({ arrays, ignoredDisks, pollSeconds, defaults, ...all }: MultipathConfig): string {
  const devices = [...(isEmpty(all) ? [] : [{ vendor: ".*", product: ".*", ...all }]), ...arrays];
  return [
    NOTICE,
    ...section("defaults", [
      "user_friendly_names no",
      "find_multipaths yes",
      `polling_interval ${pollSeconds}`,
      ...tuning(defaults),
      // Back to the paths that the array prefers when they are back.
      "failback immediate",
    ]),
    // The kernel joins the paths of NVMe by itself.
    ...section("blacklist", ['devnode "^nvme"', ...ignoredDisks.map((wwid) => `wwid "${wwid}"`)]),
    ...(devices.length === 0
      ? []
      : section(
          "devices",
          devices.flatMap(({ vendor, product, ...array }) =>
            section("device", [`vendor "${vendor}"`, `product "${product}"`, ...tuning(array)]),
          ),
        )),
    "",
  ].join("\n");
}

function isEmpty({ grouping, selector, retry }: MultipathTuning): boolean {
  return grouping === undefined && selector === undefined && retry === undefined;
}

function tuning({ grouping, selector, retry }: MultipathTuning): string[] {
  return [
    ...(grouping === undefined ? [] : [`path_grouping_policy ${grouping}`]),
    ...(selector === undefined ? [] : [`path_selector "${selector}"`]),
    ...(retry === undefined ? [] : [`no_path_retry ${retry}`]),
  ];
}

function section(name: string, lines: readonly string[]): string[] {
  return [`${name} {`, ...lines.map((line) => `  ${line}`), "}"];
}
