/** The report of `kato verify --json`. Loaded by tools and tests alone: the command takes its type. */
import * as z from "zod/mini";
import { FORMATS } from "../../protocol/closed_sets.ts";
import { providerId } from "../../protocol/provider_id.ts";
import { include } from "../../protocol/render.ts";
import { recordingStatus } from "../../protocol/status.ts";
import { SEALED_FILE, SEALED_RECORD, SEALED_SOURCE } from "../seal/seal_check.ts";
import { REASONS, RESULTS } from "../verify/verdict.ts";

const { nullable, string, boolean, int, array } = z;
const text = nullable(string());
const line = nullable(int());

export const fileVerification = z.strictObject({
  /** Null: it cannot be told. */
  ok: nullable(boolean()),
  result: z.enum(RESULTS),
  /** Null: the file is what its source gives. */
  reason: nullable(z.enum(REASONS)),
  message: string(),
  file: string(),
  bytes: int(),
  lines: line,
  format: nullable(z.enum(FORMATS)),
  provider: nullable(providerId),
  session: text,
  /** The state of the recording that the daemon reports of this file. */
  recording: nullable(recordingStatus.shape.state),
  /** How the file began, as the audit log has it. */
  made: nullable(z.strictObject({ version: text, time: string(), policyHash: string() })),
  /** What the file does not say of itself, and was tried. */
  settings: nullable(z.strictObject({ include: array(include), timeZone: string(), secrets: boolean() })),
  /** Events that the file has. */
  parts: array(z.strictObject({ session: string(), from: int(), to: int() })),
  /** Events of the session behind them. */
  more: int(),
  /** The file ends with the line that says what it has. */
  closed: boolean(),
  /** `event`: null where the session has no more. `found`, `expected`: the first characters of the line; null: none. */
  difference: nullable(
    z.strictObject({ line: int(), byte: int(), event: line, found: text, expected: text }),
  ),
  /** What the seal beside the file says; null: there is none. */
  seal: nullable(z.strictObject({
    /** False: it is no seal of this file, and all that follows is null. */
    readable: boolean(),
    time: text,
    /** What the file was when it was sealed. */
    result: nullable(z.enum(RESULTS)),
    file: nullable(z.enum(SEALED_FILE)),
    record: nullable(z.enum(SEALED_RECORD)),
    /** The path of the file when it was sealed, as the record has it. */
    sealedAt: text,
    source: nullable(z.enum(SEALED_SOURCE)),
  })),
});
