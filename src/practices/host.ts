import { practice, Severity } from "./practice";
import { SOURCES } from "./sources";

const { ERROR } = Severity;

/** What experts know about delivering files to hosts. */
export const HOST_PRACTICES = {
  pinnedHostKey: practice({
    id: "host-ssh-pinned-key",
    title: "The key of a host is pinned",
    reason: "Terraform reads no known_hosts, and takes whatever answers for the host unless it is given the host's key",
    consequence: "whoever can answer in the host's place gets its files, and the commands that root would run there",
    severity: ERROR,
    source: SOURCES.terraformConnection,
  }),
  keyOutOfState: practice({
    id: "host-ssh-key-out-of-state",
    title: "Private keys stay out of the program and out of the state",
    reason:
      "what the program or a variable holds is written to the stack, to plans or to the state, which many can read",
    severity: ERROR,
    source: SOURCES.terraformConnection,
  }),
} as const;
