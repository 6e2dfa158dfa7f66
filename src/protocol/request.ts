/**
 * The request spool. `kato record|capture|stop` puts one file into `state/requests/`: it is written under a temporary
 * name that begins with a dot, then renamed to `<id>.json`. The daemon answers in `<id>.answer.json` beside it and
 * removes the request.
 */
import * as z from "zod/mini";
import { providerId } from "./event.ts";

export const request = z.strictObject({
  v: z.literal(1),
  id: z.string().check(z.regex(/^[0-9a-f-]{8,64}$/)),
  verb: z.enum(["record", "capture", "stop"]),
  provider: providerId,
  session: z.string().check(z.minLength(1), z.maxLength(256)),
  destination: z.nullable(z.string()),
});
export type Request = z.infer<typeof request>;

export const answer = z.strictObject({
  v: z.literal(1),
  id: z.string(),
  /** `denied` ends the command with 77, `failed` with 1. */
  result: z.enum(["done", "denied", "failed"]),
  reason: z.string(),
  message: z.string(),
  destination: z.nullable(z.string()),
});
export type Answer = z.infer<typeof answer>;
