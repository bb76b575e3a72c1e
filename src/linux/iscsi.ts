import { shellWord } from "./quote";
import { makeNetworkStorageService, shellLine } from "./storage-service";
import type { UnitFile } from "./unit-file";

/** An iSCSI target, as open-iscsi takes it. */
export interface IscsiTarget {
  readonly target: string;
  /** `10.0.0.5:3260`, `[2001:db8::5]:3260`. */
  readonly portals: readonly string[];
  /** Whether requests of a lost path are to be taken by another soon: multipath-tools can't take them before. */
  readonly multipath: boolean;
}

/** How long open-iscsi keeps requests of a lost session where there are other paths, as multipath-tools advises. */
export const REPLACEMENT_SECONDS = 5;
/** iscsiadm: the session is there already. */
const SESSION_EXISTS = 15;

/** Logs a host in to a target by all its portals. */
export function loginIscsi(service: UnitFile, { target, portals, multipath }: IscsiTarget): void {
  makeNetworkStorageService(service, `iSCSI target ${target}`, ["iscsid.service"]);
  for (const portal of portals) {
    const node = `iscsiadm --mode node --targetname ${shellWord(target)} --portal ${shellWord(portal)}`;
    const update = (name: string, value: string | number) => `${node} --op update --name ${name} --value ${value}`;
    service.append(
      "Service",
      "ExecStart",
      shellLine(
        `${node} --op new`,
        ...(multipath ? [update("node.session.timeo.replacement_timeout", REPLACEMENT_SECONDS)] : []),
        `${node} --login || [ $? = ${SESSION_EXISTS} ]`,
      ),
    );
  }
  service.append("Service", "ExecStart", shellLine("udevadm settle"));
}
