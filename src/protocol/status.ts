/** `state/status.json`: the daemon's state. It is replaced atomically at each change. */
import * as z from "zod/mini";
import { providerId } from "./provider_id.ts";
import { redactedCounts } from "./redaction.ts";

const time = z.string();

export const recordingStatus = z.strictObject({
  provider: providerId,
  session: z.string(),
  destination: z.string(),
  kind: z.enum(["record", "capture", "export", "automatic"]),
  /** The number of the rule in `recording.auto` that asked for it; null where none did. Not in files of the first versions. */
  rule: z.optional(z.nullable(z.int())),
  /**
   * `active`. `waiting`: for a file that another session's recording still has, or for its session's log. `stopping`:
   * writing everything before a stop. `blocked`: see `problem`. `stopped`, `done`.
   */
  state: z.enum(["active", "waiting", "stopping", "blocked", "stopped", "done"]),
  problem: z.nullable(z.string()),
  events: z.int(),
  bytes: z.int(),
  /** Bytes of the session's log that are not in the destination yet. */
  lag: z.int(),
  written: z.nullable(time),
  /** The session in which its session goes on; null for none. */
  goesOn: z.nullable(z.string()),
  /** The secrets that were replaced in its file, by rule. Not in files of the first versions. */
  redacted: z.optional(redactedCounts),
  /** Its session's log was there when this run began or later, and is not there now. */
  gone: z.optional(z.literal(true)),
});
export type RecordingStatus = z.infer<typeof recordingStatus>;

export const status = z.strictObject({
  v: z.literal(1),
  version: z.string(),
  pid: z.int(),
  /** Last of all it is `stopped`, or `restarting` where the daemon ended to be started again. */
  state: z.enum(["starting", "running", "stopping", "stopped", "restarting"]),
  started: time,
  updated: time,
  host: z.enum(["threads", "processes"]),
  kernelSandbox: z.boolean(),
  /** Parts of it that this kernel does not have. */
  kernelMissing: z.array(z.string()),
  policy: z.strictObject({
    version: z.int(),
    hash: z.string(),
    /** Of the organisation's policy as it is written; null where there is none. Not in files of the first versions. */
    organisationHash: z.optional(z.nullable(z.string())),
  }),
  providers: z.array(z.strictObject({
    provider: providerId,
    roots: z.array(z.string()),
    missing: z.array(z.string()),
    /** `unused`: its folders hold nothing, so it has no parser yet. */
    state: z.enum(["starting", "unused", "watching", "polling", "failed"]),
    sessions: z.int(),
    followed: z.int(),
    quarantined: z.array(z.string()),
    /** Record types that kato does not know and lines that it could not read, each with a count. */
    troubles: z.array(z.strictObject({ kind: z.string(), what: z.string(), count: z.int() })),
  })),
  recordings: z.array(recordingStatus),
  /**
   * Sessions whose client may delete their logs soon, and what is to keep them: a recording that is under way, or a rule that has
   * not recorded them. The soonest first. Not in files of the first versions.
   */
  expiring: z.optional(z.array(z.strictObject({
    provider: providerId,
    session: z.string(),
    from: time,
    by: z.enum(["recording", "rule"]),
    /** After how many days the client deletes, where policy says it. */
    days: z.optional(z.int()),
  }))),
  /** The latest denials, newest first. */
  denials: z.array(z.strictObject({
    time,
    session: z.nullable(z.string()),
    command: z.nullable(z.string()),
    reason: z.string(),
    message: z.string(),
  })),
  /** Steps that failed and are tried again until they succeed. Later steps of the same session wait for them. */
  waiting: z.array(z.strictObject({
    provider: providerId,
    /** Null when it concerns all sessions of the provider. */
    session: z.nullable(z.string()),
    since: time,
    why: z.string(),
  })),
  /** The latest errors, newest first; never conversation content. */
  errors: z.array(z.strictObject({ time, message: z.string() })),
});
export type Status = z.infer<typeof status>;
