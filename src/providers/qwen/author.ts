/** How surely a person typed a message: by its marks, which name the origin of each record. Pure. */
import { type Authorship, TYPED } from "../../protocol/evidence.ts";
import { isRow, type Row, rowOf, textOf, timeOf } from "../unknown_value.ts";
import type { Fold } from "./fold.ts";

/** Fields of a record, of its message, its payload and its parts that say nothing against a person. */
const FIELDS: ReadonlySet<string> = new Set([
  "uuid",
  "parentUuid",
  "sessionId",
  "timestamp",
  "type",
  "subtype",
  "provenance",
  "cwd",
  "version",
  "gitBranch",
  "promptId",
  "goalContext",
  "message",
  "systemPayload",
]);
const MESSAGE_FIELDS: ReadonlySet<string> = new Set(["role", "parts"]);
const PAYLOAD_FIELDS: ReadonlySet<string> = new Set([
  "displayText",
  "hookContext",
  "inputAnnotations",
  "attachmentReferences",
  "resourceLinks",
]);
const COMMAND_FIELDS: ReadonlySet<string> = new Set([
  "phase",
  "rawCommand",
  "sentToModel",
  "hiddenInvocation",
]);
const PART_FIELDS: ReadonlySet<string> = new Set(["text", "inlineData", "fileData"]);

const UNKNOWN: Authorship = { evidence: "unproven", why: "unknown-mark" };
const UNMARKED: Authorship = { evidence: "unproven", why: "unmarked" };
const REPLAYED: Authorship = { evidence: "unproven", why: "replayed" };

/** The client puts this behind piped text. It trims what is typed, which holds two blank lines only by rare intent. */
const BEHIND_PIPED = "\n\n\n";

/** Notes whether the client of this log marks its records. */
export function noteMarks(record: Row, fold: Fold): void {
  if (typeof record["provenance"] === "string") fold.marks = true;
}

/** The author of a message in the person's place. `text`: as the person typed it, if they did. */
export function authorOf(record: Row, parts: readonly Row[], text: string, fold: Fold): Authorship {
  const against = notTyped(record, fold);
  if (against !== null) return against;
  if (isRow(record["forkedFrom"])) return REPLAYED;
  const { subtype, provenance, daemonPromptId, ...rest } = record;
  if (subtype !== undefined && subtype !== "mid_turn_user_message") return UNKNOWN;
  if (provenance !== undefined && provenance !== "real_user") return UNKNOWN;
  const isKnown = hasOnly(rest, FIELDS) && hasOnly(rowOf(record["message"]), MESSAGE_FIELDS) &&
    hasOnly(rowOf(record["systemPayload"]), PAYLOAD_FIELDS) &&
    parts.every((part) => hasOnly(part, PART_FIELDS));
  if (!isKnown || (daemonPromptId !== undefined && typeof daemonPromptId !== "string")) return UNKNOWN;
  if (!isClients(record) || (provenance === undefined && fold.marks === true)) return UNMARKED;
  if (fold.begunBy === "agent") return UNKNOWN;
  if (daemonPromptId !== undefined || fold.begunBy === "host") return { evidence: "prompt", why: "api" };
  if (text.includes(BEHIND_PIPED)) return { evidence: "prompt", why: "piped" };
  return TYPED;
}

/** The author of a command of the client, as the record of its invocation has it. */
export function authorOfCommand(record: Row, fold: Fold): Authorship {
  const { systemPayload, provenance, ...rest } = record;
  if (isRow(record["forkedFrom"])) return REPLAYED;
  const isKnown = hasOnly(rest, FIELDS) && hasOnly(rowOf(systemPayload), COMMAND_FIELDS) &&
    (provenance === undefined || provenance === "system") &&
    rowOf(systemPayload)["hiddenInvocation"] !== true;
  if (!isKnown || fold.begunBy === "agent") return UNKNOWN;
  if (!isClients(record)) return UNMARKED;
  return fold.begunBy === "host" ? { evidence: "prompt", why: "api" } : TYPED;
}

/** Whom the marks of a message name instead of a person; null for nobody. */
function notTyped({ subtype, provenance }: Row, fold: Fold): Authorship | null {
  if (subtype === "cron") return { evidence: "not-typed", why: "automation" };
  if (subtype === "goal_runtime") return { evidence: "not-typed", why: "host" };
  if (provenance === "system" || provenance === "goal_runtime" || provenance === "goal_control") {
    return { evidence: "not-typed", why: "host" };
  }
  return fold.template === "sent" ? { evidence: "not-typed", why: "template" } : null;
}

/** The client writes an id, a time and its own version into each record. */
function isClients(record: Row): boolean {
  return textOf(record["uuid"]) !== "" && textOf(record["version"]) !== "" &&
    timeOf(record["timestamp"]) !== null;
}

function hasOnly(row: Row, fields: ReadonlySet<string>): boolean {
  return Object.keys(row).every((field) => fields.has(field));
}
