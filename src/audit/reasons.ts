/** The kinds of audit records, and the reason codes of each. docs/audit-events.md says what each code means. Pure. */
import { DENIALS } from "../destination/decision.ts";
import { GRAMMAR_REASONS, ORIGIN_REASONS } from "../protocol/command.ts";
import { EVIDENCE_REASONS } from "../protocol/evidence.ts";

export const REASONS = {
  "daemon-started": ["kernel-sandbox", "no-kernel-sandbox"],
  "daemon-stopped": ["stopped", "restart"],
  "policy-loaded": ["widening-ignored"],
  /** A command from the chat, the command line or policy: what was done, or why not. */
  "command": [
    "recording",
    "resumed",
    "captured",
    "exported",
    "destination-set",
    "stopped",
    "already-recording",
    "not-recording",
    "destination-in-use",
    "still-ending",
    "forgotten",
    ...DENIALS,
  ],
  /** Lines that look like commands and are not obeyed. */
  "look-alike": [...GRAMMAR_REASONS, ...ORIGIN_REASONS, ...EVIDENCE_REASONS, "not-listed"],
  /** The opened file was compared with the decision. */
  "destination-opened": [
    "created",
    "opened",
    "created-again",
    "replaced",
    "replaced-by-user",
    "edited-by-user",
    "swapped",
    "cannot-open",
    ...DENIALS,
  ],
  /** An image of a recording gets a file of its own; then the file is opened. */
  "image-decided": ["kept-beside-recording"],
  "destination-changed": ["edited"],
  "role-ended": ["role-ended"],
  "protocol-violation": ["protocol-violation"],
  "source-quarantined": ["parser-failed-twice"],
  "source-released": ["grown-or-upgraded"],
  /** An entry of the request spool was not obeyed. */
  "request-refused": ["malformed-request", "no-file", "odd-name", "too-late", "unreadable-request"],
  /** A recording has reached the size that policy allows. */
  "recording-blocked": ["too-large"],
  /** A recording was told to end, and ended without the part that could not be written. */
  "recording-given-up": ["recording-given-up"],
  /** A recording's session goes on in another one. */
  "recording-moved": ["moved", "own-recording", "not-new", "other-root", "gave-up"],
  /** A recording's log is not there. */
  "feed-lost": ["log-not-there"],
  /** Somebody else changed the audit log while a process wrote to it. */
  "audit-log-changed": ["log-cut", "log-altered", "log-removed", "log-replaced"],
  /** `kato export --no-redact`: the sessions are written with their secrets, or an administrator does not allow it. */
  "secrets-kept": ["asked-for", "enforced"],
  /** Secrets of a recording: the first of each rule, and all of them at its end. */
  "secrets-redacted": ["replaced-by-placeholders"],
  /** `kato seal`: the bytes of the file, and their hash. */
  "file-sealed": ["sealed"],
  /** `kato search` makes its index: there was none, `--rebuild`, or other secrets are replaced than in the former one. */
  "index-made": ["first", "rebuilt", "other-rules"],
  /** `kato forget`: all that the state has of a session goes, or a recording is in the way. */
  "session-forgotten": ["asked-for", "still-recorded"],
  /** A command in a forgotten session records it again. */
  "session-remembered": ["recorded-again"],
  /** `kato clean`: the state of a session whose log is gone, or a file that a crash left. */
  "state-cleaned": ["log-gone", "left-behind"],
  /** `kato policy allow`, `kato policy deny` and `kato init --auto`. */
  "policy-edited": ["folder-allowed", "folder-denied", "default-folder-set", "rule-added"],
} as const;

export type AuditEvent = keyof typeof REASONS;
export type ReasonOf<Event extends AuditEvent> = typeof REASONS[Event][number];
export type Reason = ReasonOf<AuditEvent>;

export const AUDIT_EVENTS = Object.keys(REASONS) as AuditEvent[];
