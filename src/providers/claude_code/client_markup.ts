/** Rows with the client's own markup: its commands, shell lines, and their output. Pure. */
import type { Authorship } from "../../protocol/evidence.ts";
import type { Origin } from "../provider.ts";
import { firstTagged, tagged } from "./records.ts";
import type { RowEvents } from "./row_events.ts";
import { typedPart, withoutFrames } from "./typed.ts";

type Markup = (text: string, events: RowEvents, author: Authorship) => Origin;

/** By the beginning of the text. In 2.1 a command is a `user` row or a `system` row, never both. */
const MARKUPS: readonly (readonly [string, Markup])[] = [
  ["<command-name>", readCommand],
  ["<command-message>", readCommand],
  ["<local-command-stdout>", readCommandOutput],
  ["<local-command-stderr>", readCommandOutput],
  ["<local-command-caveat>", () => "injected"],
  ["<bash-input>", readShell],
  ["<bash-stdout>", readShellOutput],
  ["<bash-stderr>", readShellOutput],
  ["<user-memory-input>", readMemory],
  ["<task-notification>", readTaskNotification],
  ["<bash-notification>", readTaskNotification],
  ["<teammate-message", readAgentsMessage],
  ["<cross-session-message", readAgentsMessage],
  ["<channel source=", readChannelsMessage],
];

/** Whose words a text in such markup holds; null for other texts. `author`: by the marks of the row. Adds notices to `events`. */
export function readMarkup(text: string, events: RowEvents, author: Authorship): Origin | null {
  if (!text.startsWith("<")) return null;
  for (const [start, read] of MARKUPS) {
    if (text.startsWith(start)) return read(text, events, author);
  }
  return null;
}

/** A text that is one command of the client. The person typed its arguments, which come last. */
const COMMAND =
  /^(?:<command-message>[^<]*<\/command-message>\s*)?<command-name>[^<]*<\/command-name>\s*(?:<command-message>[^<]*<\/command-message>\s*)?(?:<command-args>[^]*<\/command-args>)?$/;

function readCommand(text: string, events: RowEvents, author: Authorship): Origin {
  // The arguments may hold any text. The tags before them hold names.
  const name = (/<command-name>([^<\n]*)/.exec(text)?.[1] ?? "").trim();
  const parts = [name.startsWith("/") ? name : `/${name}`, (tagged(text, "command-args") ?? "").trim()];
  const line = parts.join(" ").trim();
  if (!COMMAND.test(text)) {
    events.addNotice("command", line);
    return "not-typed";
  }
  events.addNotice("command", withoutFrames(line), { ...author, typed: typedPart(line) });
  return author.evidence === "not-typed" ? "not-typed" : "user";
}

function readAgentsMessage(text: string, events: RowEvents): Origin {
  events.addMessage({ evidence: "not-typed", why: "agent" }, text);
  return "not-typed";
}

function readChannelsMessage(text: string, events: RowEvents): Origin {
  events.addMessage({ evidence: "not-typed", why: "connector" }, text);
  return "not-typed";
}

function readCommandOutput(text: string, events: RowEvents): Origin {
  events.addNotice("output", joinOutput(text, "local-command-stdout", "local-command-stderr"));
  return "tool-output";
}

function readShell(text: string, events: RowEvents): Origin {
  events.addNotice("shell", `!${tagged(text, "bash-input") ?? ""}`);
  return "not-typed";
}

function readShellOutput(text: string, events: RowEvents): Origin {
  events.addNotice("output", joinOutput(text, "bash-stdout", "bash-stderr"));
  return "tool-output";
}

function readMemory(text: string, events: RowEvents): Origin {
  events.addNotice("command", `# ${tagged(text, "user-memory-input") ?? ""}`);
  return "not-typed";
}

function readTaskNotification(text: string, events: RowEvents): Origin {
  const status = firstTagged(text, "status");
  events.addNotice(
    "background",
    firstTagged(text, "summary") || `A background task: ${status || "reported"}`,
  );
  return taskId(text)?.startsWith("a") ? "sub-agent" : "tool-output";
}

/** The task that a notification names. The id of a sub-agent begins with `a`. */
export function taskId(text: string): string | null {
  return firstTagged(text, "task-id") || null;
}

export function taskCall(text: string): string | null {
  return firstTagged(text, "tool-use-id") || null;
}

function joinOutput(text: string, ...tags: readonly string[]): string {
  const parts = tags.map((tag) => tagged(text, tag) ?? "").filter((part) => part !== "");
  return parts.length === 0 ? "" : parts.reduce((all, part) => all + (all.endsWith("\n") ? "" : "\n") + part);
}
