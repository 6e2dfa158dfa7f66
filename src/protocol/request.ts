/**
 * The request spool. `kato record|capture|stop|forget|clean` puts one file into `state/requests/`: it is written under a temporary
 * name that begins with a dot, then renamed to `<id>.json`. The daemon answers in `<id>.answer.json` beside it and
 * removes the request.
 */
import * as z from "zod/mini";
import { providerId } from "./provider_id.ts";

export const request = z.strictObject({
  v: z.literal(1),
  id: z.string().check(z.regex(/^[0-9a-f-]{8,64}$/)),
  verb: z.enum(["record", "capture", "stop", "forget"]),
  provider: providerId,
  session: z.string().check(z.minLength(1), z.maxLength(256)),
  destination: z.nullable(z.string()),
});
export type Request = z.infer<typeof request>;

/** `kato clean`. */
export const cleanRequest = z.strictObject({
  v: z.literal(1),
  id: request.shape.id,
  verb: z.literal("clean"),
  /** Only say what would be removed. */
  dryRun: z.boolean(),
  /** Goes on behind this session, as an answer said; null begins. */
  after: z.nullable(z.strictObject({ provider: providerId, session: z.string().check(z.maxLength(256)) })),
});
export type CleanRequest = z.infer<typeof cleanRequest>;

export const anyRequest = z.union([request, cleanRequest]);
export type AnyRequest = z.infer<typeof anyRequest>;

/** A request about the recording of a session. */
export type RecordingRequest = Request & { readonly verb: Exclude<Request["verb"], "forget"> };

/** The file of a recording that was forgotten, as kato left it. */
const leftFile = z.strictObject({
  path: z.string(),
  /** Null: kato never opened it. */
  file: z.nullable(z.strictObject({ dev: z.number(), ino: z.number(), size: z.int() })),
  /** Another session whose recording has the same file; null for none. */
  holds: z.nullable(z.string()),
});
export type LeftFile = z.infer<typeof leftFile>;

/** What was removed, or would be. Paths of logs and files. */
export const cleaned = z.strictObject({
  /** `session` null: a log that ended its parser before it said whose it is. */
  logs: z.array(z.strictObject({ provider: providerId, session: z.nullable(z.string()), path: z.string() })),
  files: z.array(z.string()),
  /** Clients of which nobody could say which logs are gone. */
  skipped: z.array(z.strictObject({ provider: providerId, why: z.enum(["not-watched", "no-answer"]) })),
  /** There may be more behind this session; null: there is not. */
  next: cleanRequest.shape.after,
});
export type Cleaned = z.infer<typeof cleaned>;

export const answer = z.strictObject({
  v: z.literal(1),
  id: z.string(),
  /** `denied` ends the command with 77, `failed` with 1. */
  result: z.enum(["done", "denied", "failed"]),
  reason: z.string(),
  message: z.string(),
  destination: z.nullable(z.string()),
  /** Of `forget`. */
  files: z.optional(z.array(leftFile)),
  /** Of `clean`. */
  cleaned: z.optional(cleaned),
});
export type Answer = z.infer<typeof answer>;
