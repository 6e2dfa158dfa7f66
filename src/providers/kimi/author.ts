/** How surely a person typed a message: by its origin, which the client writes into each. Pure. */
import { type Authorship, type NotTypedReason, TYPED } from "../../protocol/evidence.ts";
import { MAIN_AGENT } from "../../protocol/event.ts";
import { type Row, rowOf, textOf, timeOfMilliseconds } from "../unknown_value.ts";

/** Fields of a record, of its message, its origin and its parts that say nothing against a person. */
const INPUT_FIELDS: ReadonlySet<string> = new Set([
  "type",
  "agentId",
  "time",
  "origin",
  "input",
  "promptId",
  "promptIds",
  "messageId",
  "turnId",
]);
const APPENDED_FIELDS: ReadonlySet<string> = new Set(["type", "agentId", "time", "message"]);
const MESSAGE_FIELDS: ReadonlySet<string> = new Set(["role", "content", "id", "toolCalls", "origin"]);
/** A server writes the latter three for the program that gave it the message; the client loads the skills. */
const ORIGIN_FIELDS: ReadonlySet<string> = new Set([
  "kind",
  "inTurn",
  "clientMetadata",
  "attachments",
  "skillActivations",
]);
const PART_FIELDS: Readonly<Record<string, ReadonlySet<string>>> = {
  text: new Set(["type", "text"]),
  image_url: new Set(["type", "imageUrl"]),
  audio_url: new Set(["type", "audioUrl"]),
  video_url: new Set(["type", "videoUrl"]),
};

/** Whose words a message holds that is no person's, by the kind of its origin. */
const OTHERS: Readonly<Record<string, NotTypedReason>> = {
  system_trigger: "host",
  hook_result: "host",
  cron_job: "automation",
  cron_missed: "automation",
  skill_activation: "template",
  plugin_command: "template",
};

const UNKNOWN: Authorship = { evidence: "unproven", why: "unknown-mark" };

/** A message, from any of its records. */
export interface Message {
  readonly record: Row;
  readonly id: string;
  readonly origin: Row;
  /** The person's own parts. */
  readonly parts: readonly Row[];
  /** The client says at this record that it took the message. */
  readonly isTaken: boolean;
}

/** The author of a message to the main agent. */
export function authorOf({ record, id, origin, parts, isTaken }: Message): Authorship {
  const kind = textOf(origin["kind"]);
  const why = Object.hasOwn(OTHERS, kind) ? OTHERS[kind] : undefined;
  if (why !== undefined) return { evidence: "not-typed", why };
  const { inTurn, clientMetadata, attachments, skillActivations } = origin;
  const isKnown = kind === "user" && (inTurn === undefined || inTurn === true) &&
    hasOnly(record, "message" in record ? APPENDED_FIELDS : INPUT_FIELDS) &&
    hasOnly(rowOf(record["message"]), MESSAGE_FIELDS) &&
    hasOnly(origin, ORIGIN_FIELDS) && parts.every(isKnownPart) &&
    (record["agentId"] === undefined || record["agentId"] === MAIN_AGENT);
  if (!isKnown) return UNKNOWN;
  const isMarked = isTaken && id !== "" && record["agentId"] === MAIN_AGENT &&
    timeOfMilliseconds(record["time"]) !== null;
  if (!isMarked) return { evidence: "unproven", why: "unmarked" };
  if (skillActivations !== undefined) return { evidence: "unproven", why: "rewritten" };
  if (clientMetadata !== undefined || attachments !== undefined) return { evidence: "prompt", why: "api" };
  // The person may have typed them as one line.
  if (parts.filter(({ type }) => type === "text").length > 1) {
    return { evidence: "unproven", why: "ambiguous" };
  }
  return TYPED;
}

function isKnownPart(part: Row): boolean {
  const type = textOf(part["type"]);
  const fields = Object.hasOwn(PART_FIELDS, type) ? PART_FIELDS[type] : undefined;
  return fields !== undefined && hasOnly(part, fields);
}

function hasOnly(row: Row, fields: ReadonlySet<string>): boolean {
  return Object.keys(row).every((field) => fields.has(field));
}
