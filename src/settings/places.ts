/** The paths of kato's own files and folders. Pure: nothing is looked up. */

/** The administrator's policy: `policy.toml` and `policy.d/*.toml` in it. */
export const SYSTEM_POLICY = "/etc/kato";

export interface Places {
  readonly base: string;
  readonly config: string;
  readonly state: string;
  readonly logs: string;
  readonly exports: string;
  readonly policyFile: string;
  readonly configFile: string;
  readonly database: string;
  readonly statusFile: string;
  readonly lockFile: string;
  /** The spool: one file a request. */
  readonly requests: string;
  /** Entries of the spool that were no requests. */
  readonly refusedRequests: string;
  /** The list of forgotten sessions, for `kato search`. */
  readonly forgottenFile: string;
  readonly auditFile: string;
  readonly index: string;
  readonly indexFile: string;
  /** A search that writes to the index holds it. */
  readonly indexLock: string;
}

/** `home` is absolute and does not end with a slash. All folders are made with mode 0700. */
export function placesOf(home: string): Places {
  const base = `${home}/.kato`;
  const config = `${base}/config`;
  const state = `${base}/state`;
  const logs = `${base}/logs`;
  const index = `${base}/index`;
  return {
    base,
    config,
    state,
    logs,
    exports: `${base}/exports`,
    policyFile: `${config}/policy.toml`,
    configFile: `${config}/config.toml`,
    database: `${state}/kato.db`,
    statusFile: `${state}/status.json`,
    lockFile: `${state}/daemon.lock`,
    requests: `${state}/requests`,
    refusedRequests: `${state}/refused`,
    forgottenFile: `${state}/forgotten/sessions.json`,
    auditFile: `${logs}/security-audit.jsonl`,
    index,
    indexFile: `${index}/search.db`,
    indexLock: `${index}/search.lock`,
  };
}
