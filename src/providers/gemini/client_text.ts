/** Recognises the client's texts in the person's place by their beginnings. Pure. */
import type { NoticeKind } from "../../protocol/event.ts";
import { type Row, textOf } from "../unknown_value.ts";
import type { Origin } from "../provider.ts";

/** The id of the record with which the client opens every session. */
const CONTEXT_ID = "d04923d38bb0f6017037e74183378ef4";
const CONTEXT_START = "<session_context>";
const CONTEXT_END = "</session_context>";
/** The first words of that record. Until 0.2x they had no frame. */
const CONTEXT_WORDS = "This is the Gemini CLI. We are setting up the context for our chat.";

/** Whether a user record may be the client's context. A person can type the same. */
export function mayBeContext(record: Row, text: string): boolean {
  return record["id"] === CONTEXT_ID || text.startsWith(CONTEXT_START) || text.startsWith(CONTEXT_WORDS);
}

/** The text of a context record behind the context; all of its text, where the context has another form. */
export function behindContext(record: Row, text: string): string {
  const framed = text.startsWith(CONTEXT_START);
  const words = framed ? text.slice(CONTEXT_START.length, CONTEXT_START.length + 200).trimStart() : text;
  if (record["id"] !== CONTEXT_ID && !words.startsWith(CONTEXT_WORDS)) return text;
  const end = framed ? text.lastIndexOf(CONTEXT_END) : -1;
  return end === -1 ? "" : text.slice(end + CONTEXT_END.length).trim();
}

const WORKSPACE = /^- \*\*Workspace Directories:\*\*\n {2}- (\/.*)$/m;
/** Until 2025's last versions. */
const WORKING_IN = /^I'm currently working in the (?:directory: |following directories:\n {2}- )(\/.*)$/m;
/** The project's directory, which stands before the tree of its files. */
const LOOKS_AT = 4096;

/** The project's directory in a context; null for none. */
export function directoryOf(context: string): string | null {
  const head = context.slice(0, LOOKS_AT);
  return WORKSPACE.exec(head)?.[1] ?? WORKING_IN.exec(head)?.[1] ?? null;
}

/** Whether the text is the summary after a compression. */
export function isSnapshot(text: string): boolean {
  const start = text.trimStart();
  return start.startsWith("<state_snapshot>") ||
    (start.startsWith("<scratchpad>") && start.includes("<state_snapshot>"));
}

/** The client's words in the model's place after a summary. */
export const SUMMARY_REPLY = "Got it. Thanks for the additional context!";

const SHELL_START = "I ran the following shell command:\n```sh\n";
const SHELL_RESULT = "\n```\n\nThis produced the following result:\n```\n";
const SHELL_END = "\n```";

/** A shell line of the person with its output; null for any other text. */
export function shellOf(text: string): { command: string; output: string } | null {
  if (!text.startsWith(SHELL_START) || !text.endsWith(SHELL_END)) return null;
  const result = text.indexOf(SHELL_RESULT, SHELL_START.length);
  if (result === -1) return null;
  return {
    command: text.slice(SHELL_START.length, result),
    output: text.slice(result + SHELL_RESULT.length, -SHELL_END.length),
  };
}

interface ClientText {
  readonly start: string;
  /** Null where the text is only for the model. */
  readonly kind: NoticeKind | null;
  readonly origin: Origin;
}

const CLIENT_TEXTS: readonly ClientText[] = [
  { start: "System: Potential loop detected", kind: "info", origin: "injected" },
  { start: "System: Please continue.", kind: "info", origin: "injected" },
  { start: "<hook_context>", kind: "info", origin: "injected" },
  // The client put the person's words into a frame and changed them. The typed words are not known.
  { start: "User hints:\n<user_input>", kind: "info", origin: "not-typed" },
  { start: "User steering update:\n<user_input>", kind: "info", origin: "not-typed" },
  { start: "Background execution update:\n<background_output>", kind: "background", origin: "tool-output" },
  { start: "Here is the user's editor context as a JSON object", kind: null, origin: "injected" },
  { start: "Here is a summary of changes in the user's editor context", kind: null, origin: "injected" },
];

/** Beginnings of the client's texts in unknown forms, and of texts that were cut off. A person may type the same. */
const BEGINNINGS = ["System: ", SHELL_START];

export function mayBeClients(text: string): boolean {
  return BEGINNINGS.some((start) => text.startsWith(start));
}

export function clientTextOf(text: string): ClientText | null {
  return CLIENT_TEXTS.find(({ start }) => text.startsWith(start)) ?? null;
}

/** The typed text, where the client kept it because it sent another one. */
export function displayed(record: Row): string | null {
  const content = record["displayContent"];
  if (typeof content === "string") return content.trim() === "" ? null : textOf(content);
  if (!Array.isArray(content)) return null;
  const texts = content.map((part) =>
    typeof part === "string" ? textOf(part) : textOf((part as Row | null)?.["text"])
  );
  const text = texts.filter((part) => part !== "").join("\n");
  return text.trim() === "" ? null : text;
}
