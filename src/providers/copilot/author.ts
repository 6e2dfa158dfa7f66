/** How surely a person typed a message: by its source, by its fields, and by what the client was started for. Pure. */
import { type Authorship, TYPED } from "../../protocol/evidence.ts";
import { type Row, textOf, timeOf } from "../unknown_value.ts";
import type { Fold } from "./fold.ts";
import { isCopy, isFromCommandLine } from "./starts.ts";

/** Fields that say nothing against a person, each with the values that kato knows; null for any. */
const FIELDS: ReadonlyMap<string, ReadonlySet<unknown> | null> = new Map<string, ReadonlySet<unknown> | null>(
  [
    ["agentMode", new Set(["interactive", "plan", "autopilot"])],
    ["attachments", null],
    ["content", null],
    ["delivery", new Set(["idle", "queued", "steering"])],
    ["interactionId", null],
    ["isAutopilotContinuation", new Set([false])],
    ["messageId", null],
    ["nativeDocumentPathFallbackPaths", null],
    ["parentAgentTaskId", null],
    ["supportedNativeDocumentMimeTypes", null],
    ["transformedContent", null],
    ["turnId", null],
  ],
);
const RECORD_FIELDS: ReadonlySet<string> = new Set(["type", "data", "id", "timestamp", "parentId"]);

const UNKNOWN: Authorship = { evidence: "unproven", why: "unknown-mark" };

/** The author of a message to the main agent. */
export function authorOf(record: Row, data: Row, fold: Fold): Authorship {
  const time = timeOf(record["timestamp"]);
  const source = textOf(data["source"]);
  if (source.startsWith("agent-")) return { evidence: "not-typed", why: "agent" };
  if (source.startsWith("skill-")) return { evidence: "not-typed", why: "template" };
  if (data["isAutopilotContinuation"] === true) return { evidence: "not-typed", why: "host" };
  if (isCopy(record, fold)) return { evidence: "unproven", why: "replayed" };
  if (typeof data["content"] !== "string" || textOf(record["id"]) === "" || time === null) {
    return { evidence: "unproven", why: "unmarked" };
  }
  const isFirst = isFromCommandLine(time, fold);
  const isKnown = Object.keys(record).every((field) => RECORD_FIELDS.has(field)) &&
    Object.entries(data).every(([field, value]) => {
      const values = FIELDS.get(field);
      return values === null || values?.has(value) === true;
    });
  if (!isKnown) return UNKNOWN;
  return isFirst ? { evidence: "prompt", why: "command-line" } : TYPED;
}
