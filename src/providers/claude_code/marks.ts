/**
 * The author of a message by the client's marks: an allow-list. A flag, origin, source or kind outside of these tables
 * never makes a message typed. From logs of Claude Code 1.0 to 2.1.332 and the names in its program. Pure.
 */
import type { Authorship } from "../../protocol/evidence.ts";
import { isRow, listOf, type Row } from "./records.ts";

const HOST: Authorship = { evidence: "not-typed", why: "host" };
const AGENT: Authorship = { evidence: "not-typed", why: "agent" };
const AUTOMATION: Authorship = { evidence: "not-typed", why: "automation" };
const CONNECTOR: Authorship = { evidence: "not-typed", why: "connector" };
const COMMAND_LINE: Authorship = { evidence: "prompt", why: "command-line" };
const API: Authorship = { evidence: "prompt", why: "api" };
const REPLAYED: Authorship = { evidence: "unproven", why: "replayed" };
const REWRITTEN: Authorship = { evidence: "unproven", why: "rewritten" };
const UNKNOWN: Authorship = { evidence: "unproven", why: "unknown-mark" };

/** A mark says that a person typed the message, or that somebody else wrote it, or neither (null). */
type Verdict = "person" | Authorship | null;

/** The fields that an object with marks may have. */
interface Marks {
  /** Fields that say nothing about the author. */
  readonly neutral: ReadonlySet<string>;
  /** Flags, each with its meaning where it is set. */
  readonly flags: ReadonlyMap<string, Authorship>;
  /** Fields whose values have meanings. */
  readonly values: ReadonlyMap<string, ReadonlyMap<unknown, Verdict>>;
}

const ORIGINS: ReadonlyMap<unknown, Verdict> = new Map<unknown, Verdict>([
  ["human", "person"],
  ["task-notification", AUTOMATION],
  ["auto-continuation", HOST],
  ["hook", HOST],
  ["plugin", HOST],
  ["system", HOST],
  ["channel", CONNECTOR],
  ["slack-ping", CONNECTOR],
  ["voice-call", CONNECTOR],
  ["coordinator", AGENT],
  ["observer", AGENT],
  ["observer-activity", AGENT],
  ["peer", AGENT],
  ["teammate", AGENT],
]);

const PROMPT_SOURCES: ReadonlyMap<unknown, Verdict> = new Map<unknown, Verdict>([
  ["typed", "person"],
  ["queued", "person"],
  ["sdk", API],
  ["system", HOST],
  ["channel", CONNECTOR],
]);

const ROW_SOURCES: ReadonlyMap<unknown, Verdict> = new Map<unknown, Verdict>([
  ["local", null],
  ["recorded", null],
  ["harness", HOST],
  ["hook", HOST],
]);

/** Flags of rows and of queued texts. */
const FLAGS: readonly (readonly [string, Authorship])[] = [
  ["isMeta", HOST],
  ["isCompactSummary", HOST],
  ["isSynthetic", HOST],
  ["isVirtual", HOST],
  ["isVisibleInTranscriptOnly", HOST],
  ["queueSkipAttachments", HOST],
  ["queueSkipSlashCommands", HOST],
  ["queueTranscriptOnly", HOST],
  ["textNotTyped", HOST],
  ["turnCompanion", HOST],
  ["handedOff", AGENT],
  ["fromAnotherSession", AGENT],
  ["scheduledTaskId", AUTOMATION],
  ["wakeupSource", AUTOMATION],
  ["emailSenderTurn", CONNECTOR],
  ["fromConnector", CONNECTOR],
  ["verifiedSlackHumanTurn", CONNECTOR],
  ["promptRewritten", REWRITTEN],
  ["isReplay", REPLAYED],
];

const ROW: Marks = {
  neutral: new Set([
    "attachment",
    "cwd",
    "forkedFrom",
    "gitBranch",
    "imagePasteIds",
    "interruptedMessageId",
    "isSidechain",
    "logicalParentUuid",
    "message",
    "parentUuid",
    "permissionMode",
    "promptId",
    "rendered",
    "renderedRole",
    "requestSessionId",
    "sentAtMs",
    "sessionId",
    "session_id",
    "slug",
    "summarizedTurnPromptUuids",
    "teamName",
    "thinkingMetadata",
    "timestamp",
    "todos",
    "turnPosition",
    "type",
    "uuid",
    "version",
  ]),
  flags: new Map([
    ...FLAGS,
    ["agentId", AGENT],
    // The text is a plan that the person accepted, or a text of a tool.
    ["planContent", HOST],
    ["sourceToolAssistantUUID", HOST],
    ["sourceToolUseID", HOST],
    ["toolUseResult", HOST],
  ]),
  values: new Map<string, ReadonlyMap<unknown, Verdict>>([
    ["userType", new Map([["external", null]])],
    [
      "entrypoint",
      new Map<unknown, Verdict>([
        ["cli", null],
        ["claude-desktop", null],
        ["claude-vscode", null],
        ["sdk-cli", COMMAND_LINE],
        ["sdk-py", API],
        ["sdk-ts", API],
        ["mcp", API],
      ]),
    ],
    ["origin", ORIGINS],
    ["promptSource", PROMPT_SOURCES],
    ["rowSource", ROW_SOURCES],
    [
      // It is about the turn: a person may have begun the turn without typing this row.
      "turnOrigin",
      new Map<unknown, Verdict>([
        ["human", null],
        ["unknown", null],
        ["sdk", API],
        ["auto_continuation", HOST],
        ["host_synthetic", HOST],
        ["system", HOST],
        ["peer", AGENT],
        ["scheduled", AUTOMATION],
        ["task_notification", AUTOMATION],
      ]),
    ],
  ]),
};

/** An attachment of type `queued_command`. */
const QUEUED: Marks = {
  neutral: new Set([
    "delivery_id",
    "imagePasteIds",
    "prompt",
    "sentAtMs",
    "source_uuid",
    "timestamp",
    "type",
  ]),
  flags: new Map(FLAGS),
  values: new Map<string, ReadonlyMap<unknown, Verdict>>([
    ["commandMode", new Map<unknown, Verdict>([["prompt", null], ["task-notification", AUTOMATION]])],
    ["origin", ORIGINS],
    ["promptSource", PROMPT_SOURCES],
    ["rowSource", ROW_SOURCES],
    // The person sent the message, in the client or in the program that holds the session.
    ["humanTurn", new Map([[true, "person"]])],
    ["hostsOwnTurn", new Map([[true, "person"]])],
  ]),
};

/** A row of the queue, from the clients whose texts may stand there alone. */
const QUEUE_ROW: Marks = {
  neutral: new Set(["content", "operation", "sessionId", "timestamp", "type"]),
  flags: new Map(),
  values: new Map(),
};

const TEXT_BLOCK: Marks = {
  neutral: new Set(["cache_control", "citations", "text", "type"]),
  flags: new Map(),
  values: new Map(),
};

const MESSAGE: Marks = {
  neutral: new Set(["content"]),
  flags: new Map(),
  values: new Map([["role", new Map([["user", null]])]]),
};

/** The meaning of all marks together. */
export interface Weighed {
  /** The gravest mark against a person as the author; null for none. */
  readonly against: Authorship | null;
  /** Whether a mark says that a person wrote it. */
  readonly person: boolean;
}

export function weighRow(row: Row): Weighed {
  const message = row["message"];
  // No client writes this shape.
  if (!isRow(message)) return join(weigh(row, ROW), { against: UNKNOWN, person: false });
  const blocks = listOf(message["content"]).filter(isRow).filter((block) => block["type"] === "text");
  return [weigh(message, MESSAGE), ...blocks.map((block) => weigh(block, TEXT_BLOCK))].reduce(
    join,
    weigh(row, ROW),
  );
}

export function weighQueued(row: Row, attachment: Row): Weighed {
  return join(weigh(row, ROW), weigh(attachment, QUEUED));
}

export function weighQueueRow(row: Row): Weighed {
  return weigh(row, QUEUE_ROW);
}

/** Whether this row or attachment has a mark of its origin. Then this version marks every message. */
export function isMarked(marked: Row): boolean {
  return isSet(marked["origin"]) || isSet(marked["promptSource"]) || isSet(marked["turnOrigin"]);
}

function join(a: Weighed, b: Weighed): Weighed {
  return { against: graver(a.against, b.against), person: a.person || b.person };
}

function weigh(marked: Row, { neutral, flags, values }: Marks): Weighed {
  let against: Authorship | null = null;
  let person = false;
  for (const [name, value] of Object.entries(marked)) {
    if (neutral.has(name) || !isSet(value)) continue;
    const known = values.get(name);
    const verdict = known === undefined ? flags.get(name) ?? UNKNOWN : readValue(name, value, known);
    if (verdict === "person") person = true;
    else against = graver(against, verdict);
  }
  return { against, person };
}

/** A flag counts only where it is on. */
function isSet(value: unknown): boolean {
  return value !== undefined && value !== null && value !== false;
}

function readValue(name: string, value: unknown, known: ReadonlyMap<unknown, Verdict>): Verdict {
  const kind = name === "origin" && isRow(value) ? value["kind"] : value;
  const verdict = name === "origin" && !isRow(value) ? undefined : known.get(kind);
  if (verdict === undefined) return UNKNOWN;
  // An origin with more fields is of a kind that kato does not know.
  return verdict === "person" && isRow(value) && Object.keys(value).length > 1 ? UNKNOWN : verdict;
}

const GRAVITY = { "typed": 0, "prompt": 1, "unproven": 2, "not-typed": 3 } as const;

function graver(a: Authorship | null, b: Authorship | null): Authorship | null {
  if (a === null || b === null) return a ?? b;
  // The way in which the client was started says more than the mark of a program's prompt.
  if (b === COMMAND_LINE && a === API) return b;
  return GRAVITY[b.evidence] > GRAVITY[a.evidence] ? b : a;
}
