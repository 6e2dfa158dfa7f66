/**
 * Compares events with a corpus manifest: the truth of a recorded conversation, from what was typed and what the
 * model's service served and received, never from the logs. Claude Code's manifests have this form. Pure but for
 * a hash; to be run over events of a provider, and over what `kato export --format jsonl` wrote.
 */
import { createHash } from "node:crypto";
import { type Event, MAIN_AGENT } from "../../src/protocol/event.ts";

/** A string, or what is known of a long one: `sha256` and `len` (in UTF-8 bytes or characters) of the whole. */
type Text = string | { len: number; sha256: string; head: string; tail: string };

interface Place {
  readonly file: string;
  readonly line: number;
  /** Index of a reply's block. */
  readonly block?: number;
}

interface Block {
  readonly type: string;
  readonly text?: Text;
  readonly thinking?: Text;
  readonly id?: string;
  readonly name?: string;
}

export interface Turn {
  readonly kind: string;
  /** How a person or a program gave it: `typed`, `print-stdin` … */
  readonly via?: string;
  readonly who?: string;
  readonly text?: Text;
  readonly blocks?: readonly Block[];
  readonly tool_use_id?: string;
  readonly is_error?: boolean;
  readonly content?: Text | readonly { readonly type: string; readonly text?: Text }[];
  readonly log?: readonly Place[] | null;
  readonly log_note?: string;
  /** What a host said of the message; each that is true says that nobody typed it. */
  readonly raw?: Readonly<Record<string, unknown>>;
}

export interface Manifest {
  readonly case: string;
  readonly turns: readonly Turn[];
}

/** One thing that a log must hold; `matches` says whether an event is it. */
interface Expected {
  readonly session: string;
  readonly agent: string;
  readonly line: number;
  readonly stream: Stream;
  readonly shown: string;
  /** `next`: the event after it, of the same agent. */
  matches(event: Event, next: Event | undefined): boolean;
}

/** What is compared, each in its own order: results may come between the calls of one reply. */
const STREAMS = ["user", "assistant", "thinking", "tool_call", "tool_result"] as const;
type Stream = typeof STREAMS[number];

/**
 * Differences between what the logs of a case must hold and `events`, one sentence each; none if equal. Each session is
 * compared by itself, and in it each agent. `files`: the logs, as the manifest names them; by default all below
 * `.claude/projects`.
 */
export function compareWithManifest(
  manifest: Manifest,
  events: readonly Event[],
  files?: readonly string[],
): string[] {
  const expected = manifest.turns.flatMap((turn) => expectTurn(turn, files)).sort((a, b) => a.line - b.line);
  const speakers = new Map([...expected, ...events].map((one) => [`${one.session} ${one.agent}`, one]));
  const differences: string[] = [];
  for (const { session, agent } of speakers.values()) {
    const isOwn = (one: Expected | Event) => one.session === session && one.agent === agent;
    const own = events.filter(isOwn);
    for (const stream of STREAMS) {
      const wanted = expected.filter((item) => isOwn(item) && item.stream === stream);
      const found = own.map((event, index) => ({ event, next: own[index + 1] }))
        .filter(({ event }) => event.type === stream);
      differences.push(...compareStream(`${manifest.case} ${session} ${agent} ${stream}`, wanted, found));
    }
  }
  return differences;
}

/** What a manifest says otherwise than the log, because the client wrote it so; `why` says how that is seen. */
export interface Amendment {
  /** How the text of the turn, or of its first block, begins. */
  readonly turn: string;
  readonly why: string;
  /** The line of the main log where it stands all the same. */
  readonly line?: number;
  /** What stands there in its place. */
  readonly text?: string;
}

/** `manifest` with `amendments`, each of a turn that is there. */
export function amendManifest(manifest: Manifest, amendments: readonly Amendment[]): Manifest {
  const main = manifest.turns.flatMap((turn) => turn.log ?? [])
    .find(({ file }) => SESSION_FILE.test(file) && agentOf(file) === MAIN_AGENT)?.file ?? "";
  const turns = [...manifest.turns];
  for (const { turn: head, line, text } of amendments) {
    const index = turns.findIndex((turn) => wordsOf(turn).startsWith(head));
    const turn = turns[index];
    if (turn === undefined) throw new Error(`${manifest.case} has no turn "${head}"`);
    turns[index] = {
      ...turn,
      ...(line === undefined ? {} : { log: [{ file: main, line }] }),
      ...(text === undefined ? {} : turn.kind === "user" ? { text } : { content: text }),
    };
  }
  return { ...manifest, turns };
}

function wordsOf(turn: Turn): string {
  return headOf(
    turn.text ?? turn.blocks?.[0]?.text ?? (typeof turn.content === "string" ? turn.content : ""),
  );
}

interface Found {
  readonly event: Event;
  readonly next: Event | undefined;
}

function compareStream(name: string, wanted: readonly Expected[], found: readonly Found[]): string[] {
  for (const [index, item] of wanted.entries()) {
    const at = found[index];
    if (at === undefined) return [`${name}: ${item.shown} (line ${item.line}) is missing`];
    if (!item.matches(at.event, at.next)) {
      return [
        `${name}: ${item.shown} (line ${item.line}) is expected, not ${shown(JSON.stringify(at.event))}`,
      ];
    }
  }
  const extra = found[wanted.length];
  return extra === undefined ? [] : [`${name}: ${shown(JSON.stringify(extra.event))} is too much`];
}

function expectTurn(turn: Turn, files: readonly string[] | undefined): Expected[] {
  const all = (turn.log ?? []).filter((place) =>
    files === undefined ? SESSION_FILE.test(place.file) : files.includes(place.file)
  );
  // A fork's log begins with rows of its parent's, which are read there.
  const main = all.filter((place) => agentOf(place.file) === MAIN_AGENT);
  const places = main.length > 0 ? main : all;
  return places.flatMap((place, index) => {
    const base = { session: sessionOf(place.file), agent: agentOf(place.file), line: place.line };
    switch (turn.kind) {
      case "user":
        return expectUser(turn, base);
      case "assistant": {
        // Where rows do not number their blocks, they stand in the order of the reply.
        const block = turn.blocks?.[place.block ?? index];
        return block === undefined ? [] : expectBlock(block, base);
      }
      case "tool_result":
        return expectResult(turn, base);
      default:
        return [];
    }
  });
}

type Base = Pick<Expected, "session" | "agent" | "line">;

function expectUser(turn: Turn, base: Base): Expected[] {
  if (Object.values(turn.raw ?? {}).includes(true)) return [];
  const text = turn.text ?? "";
  // A large paste, a command and a shell line stand inside frames that the client adds.
  const framed = turn.log_note === "embedded in user";
  // Commands of the client are notices, and a prompt that a hook refused is told by the client only.
  if ((framed && /^[/!]/.test(headOf(text))) || turn.log_note?.includes("system/")) return [];
  return [{
    ...base,
    stream: "user",
    shown: shown(headOf(text)),
    matches: (event) =>
      event.type === "user" &&
      (isText(text, event.text) || (framed && event.text.includes(headOf(text)))),
  }];
}

function expectBlock(block: Block, base: Base): Expected[] {
  const { id, name } = block;
  switch (block.type) {
    case "text": {
      const text = block.text ?? "";
      return [{
        ...base,
        stream: "assistant",
        shown: shown(headOf(text)),
        matches: (event, next) => event.type === "assistant" && isTextOrCut(text, event.text, next),
      }];
    }
    case "thinking": {
      const text = block.thinking ?? "";
      if (text === "") return [];
      return [{
        ...base,
        stream: "thinking",
        shown: shown(headOf(text)),
        matches: (event, next) => event.type === "thinking" && isTextOrCut(text, event.text, next),
      }];
    }
    case "tool_use":
    case "server_tool_use":
      return [{
        ...base,
        stream: "tool_call",
        shown: `${name} ${id}`,
        matches: (event) => event.type === "tool_call" && event.call === id && event.name === name,
      }];
    default:
      return [];
  }
}

/** What the client sends where a result is lost; its log holds another sentence, which was not sent. */
const LOST_RESULT = "[Tool result missing due to internal error]";

/** How a result ends that tells the model what the person said when rejecting the call: that is theirs. */
const REJECTION =
  /^(The user doesn't want to proceed [^\n]* the user said:)\n((?!The user wants to clarify)[^]*)$/;

function expectResult(turn: Turn, base: Base): Expected[] {
  const rejection = typeof turn.content === "string" ? REJECTION.exec(turn.content) : null;
  if (rejection === null) return [expectOutput(turn, base)];
  const [, content = "", text = ""] = rejection;
  return [expectOutput({ ...turn, content }, base), ...expectUser({ kind: "user", text }, base)];
}

function expectOutput(turn: Turn, base: Base): Expected {
  const content = turn.content ?? "";
  const texts: readonly Text[] = Array.isArray(content)
    ? content.flatMap((item: { type: string; text?: Text }) => item.type === "text" ? [item.text ?? ""] : [])
    : [content as Text];
  const long = texts.find((text) => typeof text !== "string");
  const text = texts.length === 1 && long !== undefined ? long : texts.map(headOf).join("\n");
  // A fork is told another result of the call that started it than its parent.
  const forked = base.agent === MAIN_AGENT && turn.who?.startsWith("agent:") === true;
  const toldOtherwise = text === LOST_RESULT || forked;
  return {
    ...base,
    stream: "tool_result",
    shown: `${turn.tool_use_id} ${shown(headOf(text))}`,
    matches: (event) =>
      event.type === "tool_result" && event.call === turn.tool_use_id &&
      event.error === (turn.is_error ?? false) && (toldOtherwise || isText(text, event.text)),
  };
}

const SESSION_FILE = /^\.claude\/projects\/[^/]+\/([0-9a-f-]{36})(?:\.jsonl$|\/)/;

/** The session whose log, or whose sub-agent's, a file is; a log that was put elsewhere is called after its name. */
function sessionOf(file: string): string {
  return SESSION_FILE.exec(file)?.[1] ?? file.replace(/\.jsonl$/, "");
}

/** The sub-agent whose log a file is, by its name; else the main agent. */
function agentOf(file: string): string {
  return /\/subagents\/(?:[^/]+\/)?agent-([^/]+)\.jsonl$/.exec(file)?.[1] ?? MAIN_AGENT;
}

function isText(expected: Text, actual: string): boolean {
  if (typeof expected === "string") return actual === expected.toWellFormed();
  return createHash("sha256").update(actual).digest("hex") === expected.sha256;
}

/** Where a person interrupted a stream, the log holds what had arrived. */
function isTextOrCut(expected: Text, actual: string, next: Event | undefined): boolean {
  if (isText(expected, actual)) return true;
  const interrupted = next?.type === "notice" && next.kind === "interruption";
  return interrupted && actual !== "" && headOf(expected).startsWith(actual);
}

function headOf(text: Text): string {
  return typeof text === "string" ? text : text.head;
}

function shown(text: string): string {
  return JSON.stringify(text.length > 160 ? `${text.slice(0, 160)}…` : text);
}
