/** The author of a message, by an allow-list of signs of a person. docs/providers.md has the list. Pure. */
import { type Authorship, TYPED } from "../../protocol/evidence.ts";
import { isRow, listOf, type Row, rowOf, textOf } from "../unknown_value.ts";
import type { Fold } from "./fold.ts";
import { nameOf } from "./ids.ts";

const unproven = (why: "ambiguous" | "replayed" | "unknown-mark" | "unmarked"): Authorship => ({
  evidence: "unproven",
  why,
});
const COMMAND_LINE: Authorship = { evidence: "prompt", why: "command-line" };
const AGENT: Authorship = { evidence: "not-typed", why: "agent" };
export const HOST: Authorship = { evidence: "not-typed", why: "host" };

/** Sources of a person's thread: a terminal, or the client's server for an editor or a terminal. */
const INTERACTIVE: ReadonlySet<unknown> = new Set(["cli", "vscode"]);
/** Programs of the client's makers in which a person types, by their own names. */
const ORIGINATORS: ReadonlySet<unknown> = new Set([
  "codex-tui",
  "codex_cli_rs",
  "codex_exec",
  "codex_vscode",
]);
/** Kinds of thread without a person. */
const KINDS: ReadonlyMap<unknown, Authorship> = new Map<unknown, Authorship>([
  ["automation", { evidence: "not-typed", why: "automation" }],
  ["guardian", AGENT],
]);

/** The author of a thread by its first line. */
export function authorOfThread(meta: Row, isPersonal: boolean): Authorship {
  const { source, originator, thread_source: kind } = meta;
  if (!isPersonal || source === "mcp") return AGENT;
  const known = KINDS.get(kind);
  if (known !== undefined) return known;
  if (kind !== undefined && kind !== null && kind !== "user") return unproven("unknown-mark");
  if (!ORIGINATORS.has(originator)) return unproven(textOf(originator) === "" ? "unmarked" : "unknown-mark");
  // Until late 2025 only the program's name showed who started it.
  const isExec = source === "exec" || (source === undefined && originator === "codex_exec");
  if (isExec) return COMMAND_LINE;
  return source === undefined || INTERACTIVE.has(source) ? TYPED : unproven("unknown-mark");
}

/** The trigger of a turn as the client names it; undefined without one, "" for one that no client writes. */
export function triggerOf(start: Row): string | null | undefined {
  const attribution = start["turn_attribution"];
  if (attribution === undefined) return undefined;
  const trigger = isRow(attribution) ? attribution["turn_trigger"] ?? null : "";
  return trigger === null ? null : nameOf(trigger);
}

/** The author in a log without its first line. */
export const NOBODY: Authorship = unproven("unmarked");

/** The author of a message in the current turn. `says`: whether the line names its own type. */
export function authorOf(fold: Fold, says: boolean): Authorship {
  const { author, turn } = fold;
  if (!fold.personal) return AGENT;
  if (author.evidence === "not-typed") return author;
  if (!says) return unproven("unmarked");
  if (fold.mayBeCopy) return unproven("replayed");
  if (author.evidence === "unproven") return author;
  switch (turn.trigger) {
    case undefined:
      return author;
    case "user":
      return TYPED;
    case "exec":
      return COMMAND_LINE;
    default:
      return unproven(turn.trigger === null ? "unmarked" : "unknown-mark");
  }
}

/** The keys of a person's message, at each place. Any other key could mean another author. */
const ROW = new Set(["ordinal", "payload", "timestamp", "type"]);
const ITEM_EVENT = new Set(["completed_at_ms", "item", "started_at_ms", "thread_id", "turn_id", "type"]);
const ITEM = new Set(["client_id", "content", "id", "type"]);
const MESSAGE_EVENT = new Set(["images", "kind", "local_images", "message", "text_elements", "type"]);
/** The kind of a person's message, where it has one: until late 2025. */
const PLAIN = "plain";
const PARTS: ReadonlyMap<unknown, ReadonlySet<string>> = new Map([
  ["image", new Set(["detail", "image_url", "type"])],
  ["local_image", new Set(["detail", "path", "type"])],
  ["mention", new Set(["name", "path", "type"])],
  ["skill", new Set(["name", "path", "type"])],
  ["text", new Set(["text", "text_elements", "type"])],
]);

/** Whether a line with a person's message has marks that kato does not know. */
export function hasUnknownMarks(row: Row): boolean {
  const payload = rowOf(row["payload"]);
  if (hasOthers(row, ROW)) return true;
  if (payload["type"] === "user_message") {
    return hasOthers(payload, MESSAGE_EVENT) || (payload["kind"] ?? PLAIN) !== PLAIN;
  }
  const item = rowOf(payload["item"]);
  if (typeof (item["client_id"] ?? "") !== "string") return true;
  return hasOthers(payload, ITEM_EVENT) || hasOthers(item, ITEM) || listOf(item["content"]).some((part) => {
    const known = isRow(part) ? PARTS.get(part["type"]) : undefined;
    return known === undefined || hasOthers(rowOf(part), known);
  });
}

function hasOthers(row: Row, known: ReadonlySet<string>): boolean {
  return Object.keys(row).some((key) => !known.has(key));
}

export const PIPED: Authorship = { evidence: "prompt", why: "piped" };
export const UNKNOWN_MARK = unproven("unknown-mark");
export const AMBIGUOUS = unproven("ambiguous");
