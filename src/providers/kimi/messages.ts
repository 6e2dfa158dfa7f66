/** Messages that the model gets: of a person, and of the client. Each of them stands in two or more records. Pure. */
import { MAIN_AGENT } from "../../protocol/event.ts";
import type { Reading } from "../provider.ts";
import { type RecordEvents, silent } from "../record_events.ts";
import { rememberTurn } from "../turns.ts";
import { firstTagged, listOf, type Row, rowOf, tagged, textOf, typeName } from "../unknown_value.ts";
import { authorOf, type Message } from "./author.ts";
import { partsOf, readOthers, textsOf } from "./content.ts";
import { type Fold, isSecond } from "./fold.ts";

/** `turn.prompt` and `turn.steer`: what the client took as its next turn, or in the middle of one. */
export function readInput(record: Row, id: string, fold: Fold, events: RecordEvents): Reading {
  const content = record["input"];
  return readMessage({ record, id, origin: rowOf(record["origin"]), isTaken: true }, content, fold, events);
}

/** `context.append_message`: the same messages, and those that begin no turn. */
export function readAppended(record: Row, id: string, fold: Fold, events: RecordEvents): Reading {
  const { role, content, origin } = rowOf(record["message"]);
  if (role !== "user") {
    events.addUnknown(`kimi/role/${typeName(role)}`);
    return events.reading("injected");
  }
  // A message that is given to the model in the middle of a turn stands here first.
  const isTaken = isInTurn(rowOf(origin));
  return readMessage({ record, id, origin: rowOf(origin), isTaken }, content, fold, events);
}

/** What the client puts in front of the task of some sub-agents. */
const CONTEXT = /^<git-context>\n[^]*?\n<\/git-context>\n\n/;

type Bare = Omit<Message, "parts">;

function readMessage(bare: Bare, content: unknown, fold: Fold, events: RecordEvents): Reading {
  const { id, origin } = bare;
  if (isSecond(fold, id)) return silent("repeat");
  const all = partsOf(content);
  const text = textsOf(all).join("");
  switch (origin["kind"]) {
    case "injection":
    case "compaction_summary":
    case "retry":
      return silent("injected");
    case "shell_command":
      return readShell(text, origin, events);
    case "task":
    case "background_task":
      events.addNotice("background", text);
      return events.reading("tool-output");
  }
  if (fold.agent !== MAIN_AGENT) {
    const from = CONTEXT.exec(text)?.[0].length;
    if (text.trim() !== "") {
      events.add({ type: "notice", kind: "task", text, ...(from === undefined ? {} : { page: { from } }) });
    }
    readOthers(all, events);
    return events.reading("sub-agent");
  }
  const isTaken = bare.isTaken && Array.isArray(content);
  return readPrompt({ ...bare, isTaken, parts: withoutSkills(all, origin) }, fold, events);
}

function readPrompt(message: Message, fold: Fold, events: RecordEvents): Reading {
  const { id, origin, parts } = message;
  const author = authorOf(message);
  const command = commandOf(origin);
  if (command !== null) {
    events.addNotice("command", command, { evidence: "unproven", why: "rewritten", typed: command });
  }
  // Several texts are one with images between. In the middle of a turn they are several messages.
  events.addMessage(author, textsOf(parts).join(isInTurn(origin) ? "\n" : ""));
  readOthers(parts, events);
  const isPersons = author.evidence !== "not-typed" || command !== null;
  if (isPersons && !isInTurn(origin)) rememberTurn(fold, id);
  return events.reading(isPersons ? "user" : "not-typed");
}

function isInTurn(origin: Row): boolean {
  return origin["inTurn"] === true;
}

/** The client puts the texts of skills that a prompt names in front of it. */
function withoutSkills(parts: readonly Row[], origin: Row): readonly Row[] {
  return parts.slice(listOf(origin["skillActivations"]).length);
}

/** What a person typed to call a skill or a plugin's command; null where none did. The client keeps name and words. */
function commandOf(origin: Row): string | null {
  if (origin["trigger"] !== "user-slash") return null;
  const { skillName, skillSource, skillArgs, pluginId, commandName, commandArgs } = origin;
  const name = origin["kind"] === "plugin_command"
    ? `${textOf(pluginId)}:${textOf(commandName)}`
    : `${skillSource === "builtin" ? "" : "skill:"}${textOf(skillName)}`;
  return `/${name} ${textOf(skillArgs) || textOf(commandArgs)}`.trim();
}

/** A line that the person ran with `!`, and what it printed. */
function readShell(text: string, origin: Row, events: RecordEvents): Reading {
  if (origin["phase"] === "input") {
    events.addNotice("shell", `!${(tagged(text, "bash-input") ?? text).trim()}`);
    return events.reading("not-typed");
  }
  // A line may print the client's own tags. Only the last one of them ends it.
  const errors = text.lastIndexOf("<bash-stderr>");
  const printed = tagged(errors === -1 ? text : text.slice(0, errors), "bash-stdout") ?? text;
  const failed = errors === -1 ? "" : firstTagged(text.slice(errors), "bash-stderr");
  events.addNotice("output", [printed.trimEnd(), failed].filter((part) => part !== "").join("\n"));
  return events.reading("tool-output");
}
