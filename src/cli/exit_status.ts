/** Exit statuses, as sysexits.h and systemd know them. main.ts gives them; what starts kato reads them. Pure. */
export const EXIT = {
  done: 0,
  failed: 1,
  usage: 64,
  /** EX_NOINPUT: a file that the person named is not there, or cannot be read. */
  "no-input": 66,
  "not-running": 69,
  bug: 70,
  /** The daemon asks to be started again: the policy changed. */
  restart: 75,
  denied: 77,
  refused: 78,
  /** By SIGHUP, SIGINT (Ctrl-C) and SIGTERM, as a shell tells of what a signal ended. */
  "hung-up": 129,
  interrupted: 130,
  terminated: 143,
} as const;

/** Of `kato fleet status`, for monitoring. docs/fleet.md shows them. */
export const FLEET_EXIT = { "not-running": 2, "other-policy": 3, "other-version": 4, "unknown": 5 } as const;

/** Of `kato verify`. docs/cli.md shows them. */
export const VERIFY_EXIT = { "differs": 1, "cannot-tell": 2 } as const;

/** Of `kato audit verify-all`, for what collects findings. docs/audit-events.md shows them. */
export const FINDING_EXIT = {
  "broken": 2,
  "head-missing": 3,
  "head-elsewhere": 4,
  "begun-anew": 5,
  "unproven": 6,
  "unreadable": 7,
} as const;
