import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Construct } from "constructs";
import { TerraformData } from "../../cdktf";
import { writeBesideStack } from "../../constructs/stack-folder";
import { hashOf, reference, waitFor } from "./definition";
import type { HostFiles } from "./host-files";
import type { LibvirtHost } from "./libvirt-host";
import { type HostScript, type HostScripts, onHost, scriptText } from "./on-host";

/** Defines a filter, or defines it anew: libvirt then filters running guests by it at once. */
const DEFINE: HostScript = {
  id: "DefineFilter",
  commands: `
printf '%s' "$FILTER" | sed "s|^<filter .*|&<uuid>$UUID</uuid>|" | on_host nwfilter-define /dev/stdin
`,
};

/**
 * Removes filters that have this stack's mark and are wanted no more. Guests that had them are being changed meanwhile; libvirt removes
 * no filter that a running guest has.
 */
const SWEEP: HostScript = {
  id: "SweepFilters",
  commands: `
for filter in $(on_host nwfilter-list | sed -n "s/^ *$MARK[-0-9a-f]*  *//p"); do
  case " $FILTERS " in *" $filter "*) continue ;; esac
  tries=60
  until said=$(on_host nwfilter-undefine "$filter" 2>&1); do
    tries=$((tries - 1))
    [ "$tries" -gt 0 ] || { echo "$said" >&2; exit 1; }
    sleep 5
  done
done
`,
};

export interface NetworkFiltersProps {
  readonly host: LibvirtHost;
  readonly scripts: HostScripts;
  readonly files: HostFiles;
  /** The host's folder below `hosts/`. */
  readonly folder: string;
}

/** Replaced with each change of what is only known when the stack is synthesised. */
class ReplacedBy extends TerraformData {
  public constructor(
    scope: Construct,
    id: string,
    private readonly trigger: () => unknown,
    provisioner: ReturnType<typeof onHost>,
  ) {
    super(scope, id, { provisioners: [provisioner] });
  }

  protected override synthesizeAttributes(): Record<string, unknown> {
    return { triggers_replace: this.trigger() };
  }
}

/**
 * The filters of libvirt that a stack has on one host. The provider has no resource for them, so they are defined by virsh.
 *
 * Terraform runs nothing for what was taken out of a program. So filters carry a mark in their UUIDs, the first half of an identifier that
 * is in the state: whatever has it and is wanted no more is removed, and nothing of another stack's.
 */
export class NetworkFilters extends Construct {
  readonly #owner: TerraformData;
  readonly #mark: string;
  readonly #definitions = new Map<string, () => string>();
  readonly #sweep: TerraformData;

  public constructor(
    scope: Construct,
    id: string,
    private readonly props: NetworkFiltersProps,
  ) {
    super(scope, id);
    const { host, scripts } = props;
    const { uri } = host;
    const purpose = `remove network filters of host ${host.name}`;
    this.#owner = new TerraformData(this, "Owner", {
      provisioners: [
        {
          // Nothing but the resource itself may be referred to when it is destroyed: the script stands here in full.
          ...onHost({
            uri,
            purpose,
            command: scriptText(SWEEP),
            environment: { MARK: "${substr(self.id, 0, 18)}", FILTERS: "" },
          }),
          when: "destroy",
        },
      ],
    });
    this.#mark = `substr(${reference(this.#owner)}.id, 0, 18)`;
    this.#sweep = new ReplacedBy(
      this,
      "Sweep",
      () => [...this.#definitions.keys()].sort(),
      onHost({
        uri,
        purpose,
        command: scripts.command(SWEEP),
        environment: { MARK: `\${${this.#mark}}`, FILTERS: '${join(" ", self.triggers_replace)}' },
      }),
    );
    writeBesideStack(this, (folder) => {
      const filters = join(folder, "hosts", props.folder, "nwfilter");
      mkdirSync(filters, { recursive: true });
      for (const [filter, xml] of this.#definitions) {
        writeFileSync(join(filters, `${filter}.xml`), xml());
      }
    });
  }

  /** Has the host define a filter; guests that use it wait for what is returned. */
  public define(scope: Construct, name: string, xml: () => string): TerraformData {
    const { host, scripts, files } = this.props;
    const hash = hashOf(name);
    const filter = new ReplacedBy(
      scope,
      "Resource",
      xml,
      onHost({
        uri: host.uri,
        purpose: `define network filter ${name}`,
        command: scripts.command(DEFINE),
        environment: {
          FILTER: "${self.triggers_replace}",
          UUID: `\${${this.#mark}}-${hash.slice(0, 4)}-${hash.slice(4)}`,
        },
      }),
    );
    files.makeWait(filter);
    waitFor(filter, this.#owner);
    // Not before the others are defined: what is wanted is there first.
    waitFor(this.#sweep, filter);
    this.#definitions.set(name, xml);
    return filter;
  }
}
