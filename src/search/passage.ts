/** The searchable text of an event. Pure. */
import type { Event } from "../protocol/event.ts";
import { LONGEST_WORD, PASSAGE_BEGINNING, PASSAGE_END } from "../protocol/search_limits.ts";

/** Who or what said it. */
export type Role = Event["type"];

export interface Passage {
  readonly seq: number;
  readonly role: Role;
  /** Milliseconds since 1970. */
  readonly time: number | null;
  readonly text: string;
}

/** Begins the words that kato adds itself. No text of a passage has it. */
const OWN = "\ue000";
const EACH_OWN = new RegExp(OWN, "g");

const ROLE_LETTERS: Readonly<Record<Role, string>> = {
  user: "u",
  assistant: "a",
  thinking: "t",
  tool_call: "c",
  tool_result: "r",
  decision: "d",
  notice: "n",
};

/** A word that every passage of a role has, so that the index itself finds those of a role. */
export function roleWord(role: Role): string {
  return OWN + ROLE_LETTERS[role];
}

/** The same for a session, by its number in the index. */
export function sessionWord(session: number): string {
  return OWN + session;
}

/** The text that the index is made of. */
export function indexedText({ role, text }: Pick<Passage, "role" | "text">, session: number): string {
  return `${roleWord(role)} ${sessionWord(session)} ${text}`;
}

const NO_WORD = new RegExp(`[A-Za-z0-9+/=_-]{${LONGEST_WORD},}`, "g");

/** Null for an event without a word. The event has no secrets any more. */
export function passageOf(event: Event): Passage | null {
  const text = shorten(textOf(event).toWellFormed().replace(EACH_OWN, " ")).replace(NO_WORD, "…");
  if (!/[\p{L}\p{N}]/u.test(text)) return null;
  const time = event.time === null ? null : Date.parse(event.time);
  return { seq: event.seq, role: event.type, time, text };
}

function shorten(text: string): string {
  if (text.length <= PASSAGE_BEGINNING + PASSAGE_END) return text;
  return `${text.slice(0, PASSAGE_BEGINNING)} … ${text.slice(-PASSAGE_END)}`.toWellFormed();
}

function textOf(event: Event): string {
  switch (event.type) {
    case "tool_call":
      return [event.name, ...textsOf(event.input)].join("\n");
    case "decision":
      return [event.question, ...event.options, event.answer ?? "", event.note ?? ""].join("\n");
    default:
      return event.text;
  }
}

/** The texts in the input of a tool, without their names. */
function* textsOf(value: unknown): Generator<string> {
  if (typeof value === "string") yield value;
  else if (typeof value === "object" && value !== null) {
    for (const item of Object.values(value)) yield* textsOf(item);
  } else if (typeof value === "number") yield String(value);
}
