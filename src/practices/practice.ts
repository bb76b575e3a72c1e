/** How sure the knowledge is and what follows from breaking it: an error stops synthesis, a warning is shown and lets it pass. */
export enum Severity {
  ERROR = "error",
  WARNING = "warning",
  ADVICE = "advice",
}

/** Where a practice comes from: a manual, a source file or a project that people trust. */
export interface Source {
  readonly title: string;
  readonly url?: string;
}

/**
 * One piece of expert knowledge. A check of a construct, a line of `explain()` and a page of the documentation refer to the same entry,
 * so that a limit or a source stands once.
 */
export interface Practice {
  /** Stable, in kebab case: users quote it. */
  readonly id: string;
  readonly title: string;
  /** Why it is so. */
  readonly reason: string;
  /** What happens when it is not followed. */
  readonly consequence?: string;
  readonly severity: Severity;
  readonly source: Source;
}

export function practice<const T extends Practice>(entry: T): T {
  return Object.freeze(entry);
}
