/** Where kato keeps its own things, in one place. Pure: names only, nothing is looked up. */

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
  /** What stood there and was no request. */
  readonly refusedRequests: string;
  readonly auditFile: string;
}

/** `home` is absolute, without a slash at its end. All folders are made with mode 0700. */
export function placesOf(home: string): Places {
  const base = `${home}/.kato`;
  const config = `${base}/config`;
  const state = `${base}/state`;
  const logs = `${base}/logs`;
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
    auditFile: `${logs}/security-audit.jsonl`,
  };
}
