/**
 * Compares events with a corpus manifest of the form that Codex's and Gemini's cases have: what was typed and what the
 * model's service served and received, in time order, with the thread. Pure; to be run over events of a provider,
 * and over what `kato export --format jsonl` wrote.
 */
import { type Event, MAIN_AGENT } from "../../src/protocol/event.ts";

type Fields = Readonly<Record<string, unknown>>;

export interface ManifestEvent extends Fields {
  readonly kind: string;
  readonly thread_id?: string;
}

export interface ThreadManifest {
  readonly case: string;
  readonly events: readonly ManifestEvent[];
}

/** What is compared, each in its own order; results by their call, since parallel calls end in any order. */
const STREAMS = ["user", "assistant", "thinking", "tool_call"] as const;
type Stream = typeof STREAMS[number];

interface Expected {
  readonly stream: Stream;
  readonly shown: string;
  /** The whole text, where the item is one. */
  readonly text: string | null;
  /** The client may never have logged it. */
  readonly optional: boolean;
  matches(event: Event): boolean;
}

interface Differences {
  readonly why: string;
  /** In the manifest, and never logged by the client: by stream, how each text begins. */
  readonly missing?: Partial<Record<Stream, readonly string[]>>;
  /** In the log, and not typed or served: the client's own; by stream, how each text begins. */
  readonly added?: Partial<Record<Stream, readonly string[]>>;
  /** Calls whose results are not in the log. */
  readonly withoutResult?: readonly string[];
  /** The log has no phases. */
  readonly noPhases?: boolean;
}

/** What the client did that the truth of the conversation cannot know, by case. */
const DIFFERENCES: ReadonlyMap<string, Differences> = new Map([
  ["exec-basic", {
    why: "an ephemeral run has no log",
    missing: { user: ["ephemeral run"], assistant: ["Ephemeral."] },
  }],
  ["old-0.60.1", { why: "this version writes no phases", noPhases: true }],
  ["tui-archive", {
    why: "the session was deleted",
    missing: { user: ["session C to delete"], assistant: ["Answer."] },
  }],
  ["tui-crash", { why: "the client was killed while the call ran", withoutResult: ["call_crash"] }],
  ["tui-plan", { why: "the client's own words for a key", added: { user: ["Implement the plan."] } }],
  ["tui-slash", {
    why: "a side conversation has no log",
    missing: { assistant: ["Answer to: side question."], thinking: ["**side question**"] },
  }],
  ["gem-errors", { why: "the stream broke", missing: { assistant: ["partial text before the cut"] } }],
  ["gem-tools", { why: "the client kept the call alone", missing: { assistant: ["OK."] } }],
  ["agents171", {
    why:
      "a review was typed into a field of its own; its findings are told in words by the session that ordered it",
    missing: { assistant: ['{"findings": [{"title": "[P2] Unused line"'] },
    added: {
      user: ["look for mistakes"],
      assistant: ["Fine but one nit.\n\nReview comment:\n\n- [P2] Unused line"],
    },
  }],
]);

/** Differences between the conversations of a case and `events`, one sentence each; none if equal. */
export function compareWithThreadManifest(manifest: ThreadManifest, events: readonly Event[]): string[] {
  const known = DIFFERENCES.get(manifest.case) ?? { why: "" };
  // Gemini's manifests name no threads: a case is one sequence there.
  const byThread = manifest.events.some((item) => item.thread_id !== undefined);
  const threadOf = (event: Event) =>
    !byThread ? "" : event.agent === MAIN_AGENT ? event.session : event.agent;
  const threads = new Set([...manifest.events.map((item) => item.thread_id ?? ""), ...events.map(threadOf)]);
  return [...threads].flatMap((thread) => {
    const items = manifest.events.filter((item) => (item.thread_id ?? "") === thread);
    const found = events.filter((event) => threadOf(event) === thread);
    const name = [manifest.case, thread].join(" ").trim();
    const wanted = items.flatMap((item) => expectItem(item, known));
    const streams = STREAMS.flatMap((stream) => {
      const said = withoutAdded(
        found.filter((event) => event.type === stream && !isBlank(event)),
        known,
        stream,
      );
      return compareStream(`${name} ${stream}`, wanted.filter((item) => item.stream === stream), said, found);
    });
    return [...streams, ...compareResults(`${name} tool_result`, items, found, known)];
  });
}

function compareStream(
  name: string,
  wanted: readonly Expected[],
  found: readonly Event[],
  all: readonly Event[],
): string[] {
  let at = 0;
  for (const item of wanted) {
    const event = found[at];
    if (event !== undefined && item.matches(event)) {
      at += 1;
    } else if (!item.optional && !isSummary(item, all)) {
      const instead = event === undefined ? "is missing" : `is expected, not ${shown(JSON.stringify(event))}`;
      return [`${name}: ${item.shown} ${instead}`];
    }
  }
  const extra = found[at];
  return extra === undefined ? [] : [`${name}: ${shown(JSON.stringify(extra))} is too much`];
}

/** What the model wrote for a compaction stands in its notice. */
function isSummary({ stream, text }: Expected, all: readonly Event[]): boolean {
  return stream === "assistant" && text !== null &&
    all.some((event) =>
      event.type === "notice" && event.kind === "compaction" && event.text.trim().endsWith(text.trim())
    );
}

function withoutAdded(events: readonly Event[], known: Differences, stream: Stream): readonly Event[] {
  const added = known.added?.[stream] ?? [];
  return events.filter((event) => !added.some((start) => textOf(event).startsWith(start)));
}

function expectItem(item: ManifestEvent, known: Differences): Expected[] {
  switch (item.kind) {
    case "user": {
      const sent = stringOf(item["sent"] ?? item["typed"]);
      return expectText("user", sent, known, (event) => event.type === "user" && isTyped(item, event));
    }
    case "assistant": {
      const text = stringOf(item["text"]);
      return expectText(
        "assistant",
        text,
        known,
        (event) =>
          event.type === "assistant" && sameText(text, event) &&
          (event.provider === "gemini" || known.noPhases === true || event.phase === phaseOf(item["phase"])),
      );
    }
    case "reasoning": {
      const parts = stringsOf(item["summary"]);
      const text = (parts.length > 0 ? parts : stringsOf(item["raw"])).join("\n\n");
      return expectText("thinking", text, known, (event) => sameText(text, event));
    }
    case "thought": {
      const text = stringOf(item["text"]);
      return expectText("thinking", text, known, (event) => sameText(text, event));
    }
    case "tool_call":
      return [expectCall(stringOf(item["name"]), item["call_id"], inputOf(item), item["namespace"])];
    case "item":
      return expectOwnCall(fieldsOf(item["item"]));
    default:
      return [];
  }
}

function expectText(
  stream: Stream,
  text: string,
  known: Differences,
  matches: (event: Event) => boolean,
): Expected[] {
  const missing = known.missing?.[stream] ?? [];
  if (text.trim() === "") return [];
  const optional = missing.some((start) => text.startsWith(start));
  return [{ stream, shown: shown(text), text, optional, matches }];
}

const IDE_REQUEST = "## My request for Codex:\n";

/** A person's text: what was sent, without what a client put around it. */
function isTyped(item: ManifestEvent, event: Event): boolean {
  const sent = stringOf(item["sent"]);
  if (sameText(sent, event) || sent.endsWith(`${IDE_REQUEST}${textOf(event)}`)) return true;
  return event.provider === "gemini" && sameText(stringOf(item["typed"]), event);
}

/** Gemini trims what it keeps. */
function sameText(expected: string, event: Event): boolean {
  const actual = textOf(event);
  if (event.provider !== "gemini") return actual === expected.toWellFormed();
  return actual.trim() === expected.trim() || isElided(expected.trim(), actual.trim());
}

/** The corpus holds no more of some long texts than how long they were. */
function isElided(expected: string, actual: string): boolean {
  const mark = /\[elided (\d+) characters\]$/.exec(actual);
  if (mark === null || !expected.startsWith(actual.slice(0, mark.index))) return false;
  const characters = [...expected.slice(mark.index)].length;
  return Math.abs(characters - Number(mark[1])) <= 2;
}

function expectCall(name: string, call: unknown, input: unknown, namespace: unknown): Expected {
  return {
    stream: "tool_call",
    shown: shown(`${name} ${stringOf(call)}`),
    text: null,
    optional: false,
    matches: (event) =>
      event.type === "tool_call" && (call === undefined || event.call === call) &&
      (event.name === name || (namespace !== undefined && event.name.endsWith(name))) &&
      sameJson(event.input, input),
  };
}

/** Calls that the manifest holds as the service's items: of tools that are the service's own, or a shell's. */
function expectOwnCall(item: Fields): Expected[] {
  const type = stringOf(item["type"]);
  if (!type.endsWith("_call")) return [];
  const call = item["call_id"] ?? item["id"];
  return [{
    stream: "tool_call",
    shown: shown(`${type} ${stringOf(call)}`),
    text: null,
    optional: false,
    matches: (event) => event.type === "tool_call" && event.call === call && `${event.name}_call` === type,
  }];
}

function inputOf(item: ManifestEvent): unknown {
  if (item["args"] !== undefined) return item["args"];
  if (item["input"] !== undefined) return item["input"];
  try {
    return JSON.parse(stringOf(item["arguments"]));
  } catch {
    return item["arguments"];
  }
}

/** A client may send a result again in another form, and keep only one of them; Gemini's log has longer ids. */
function compareResults(
  name: string,
  items: readonly ManifestEvent[],
  events: readonly Event[],
  known: Differences,
): string[] {
  const wanted = new Map<string, string[]>();
  for (const item of items) {
    if (item.kind !== "tool_result") continue;
    const call = stringOf(item["call_id"] ?? item["id"]);
    wanted.set(call, [...wanted.get(call) ?? [], ...outputsOf(item)]);
  }
  const found = events.filter((event) => event.type === "tool_result");
  const isOf = (call: string, event: { call: string }) =>
    event.call === call || event.call.endsWith(`__${call}`);
  const missing = [...wanted.keys()].filter((call) =>
    known.withoutResult?.includes(call) !== true && !found.some((event) => isOf(call, event))
  );
  const wrong = found.filter((event) => {
    const outputs = [...wanted].find(([call]) => isOf(call, event))?.[1] ?? [];
    return outputs.length > 0 &&
      !outputs.some((output) => output === event.text || isElided(output, event.text));
  });
  return [
    ...missing.map((call) => `${name}: ${call} is missing`),
    ...wrong.map(({ call, text }) => `${name}: ${call} is not ${shown(text)}`),
  ];
}

/** The texts that a result may have; none where it can have any. */
function outputsOf(item: ManifestEvent): string[] {
  const output = item["output"] ?? fieldsOf(item["response"])["output"] ??
    fieldsOf(item["response"])["error"];
  if (typeof output === "string") return [output];
  if (!Array.isArray(output)) return [];
  const parts = output.map(fieldsOf).map((part) => part["text"]);
  const texts = parts.filter((part) => typeof part === "string");
  const apart = texts.map((text, index) =>
    index === texts.length - 1 || text.endsWith("\n") ? text : `${text}\n`
  );
  return [texts.join("\n"), texts.join(""), apart.join("")];
}

function phaseOf(phase: unknown): "commentary" | "final" | null {
  if (phase === "final_answer") return "final";
  return phase === "commentary" ? "commentary" : null;
}

function isBlank(event: Event): boolean {
  return event.type !== "tool_call" && textOf(event).trim() === "";
}

function textOf(event: Event): string {
  return "text" in event ? event.text : "";
}

function sameJson(a: unknown, b: unknown): boolean {
  return JSON.stringify(sorted(a)) === JSON.stringify(sorted(b));
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== "object" || value === null) return value;
  return Object.entries(value).sort(([a], [b]) => a < b ? -1 : 1).map(([key, inner]) => [key, sorted(inner)]);
}

function fieldsOf(value: unknown): Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? value as Fields : {};
}

function stringOf(value: unknown): string {
  return typeof value === "string" ? value : "";
}

function stringsOf(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((item) => typeof item === "string") : [];
}

function shown(text: string): string {
  return JSON.stringify(text.length > 160 ? `${text.slice(0, 160)}…` : text);
}
