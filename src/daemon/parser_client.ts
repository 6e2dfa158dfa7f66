/**
 * The orchestrator's side of one provider's parser: starts it when there is something to read, checks that it answers, restarts it after a failure, and
 * keeps the mark of what it has in its hands. Requires write on the state folder (the mark).
 */
import { after, afterAwake } from "../hosts/timers.ts";
import type { Host, Look } from "../hosts/host.ts";
import { receive } from "../protocol/channel.ts";
import type { ProviderId } from "../protocol/event.ts";
import type { Grant } from "../protocol/grant.ts";
import { markOf } from "../protocol/in_hand.ts";
import { DOUBT_MS, DOUBTS, HEARTBEAT_MS } from "../protocol/limits.ts";
import { type FromParser, fromParser, type ToParser } from "../protocol/parser_messages.ts";
import type { Redaction } from "../protocol/redaction.ts";
import type { Role } from "../protocol/port.ts";
import type { Suspicion } from "./sources.ts";

export interface ParserClient {
  readonly provider: ProviderId;
  readonly roots: readonly string[];
  start(): void;
  send(message: ToParser): void;
  /** Sends a ping. A parser that did not answer the last one hangs. */
  beat(): void;
  /** Ends it in good order. Resolves when it has reported what it read, or the time is over. */
  stop(withinMs: number): Promise<void>;
}

export interface ParserClientOptions {
  readonly host: Host;
  readonly provider: ProviderId;
  readonly roots: readonly string[];
  readonly grants: readonly Grant[];
  /** For titles. */
  readonly redaction: Redaction;
  readonly take: (message: FromParser, payload: Uint8Array<ArrayBuffer> | null) => void;
  /** The parser has reported every session that began before `at`, in milliseconds since 1970. */
  readonly looked: (at: number) => void;
  /** Its folders held nothing at `at`. It is started when they do, or when it is sent a message. */
  readonly unused: (at: number) => void;
  /** Logs that may have taken a parser down. */
  readonly suspicion: () => Suspicion;
  /** Keeps on disk what it has in its hands (protocol/in_hand.ts); null for nothing. */
  readonly keepMark: (mark: string | null) => void;
  /** It ended by itself with this in its hands, and starts again after a pause. */
  readonly failed: (why: string, mark: string | null, violation: boolean) => void;
  /** It is a thread and hangs. A thread that loops cannot be ended, so the process must end. */
  readonly hangs: (mark: string | null) => void;
  readonly timers?: ParserTimers;
}

/** A test has its own. */
export interface ParserTimers {
  readonly after: typeof after;
  readonly afterAwake: typeof afterAwake;
  readonly now: () => number;
}

/** Pauses before the first, second … restart in a row. Milliseconds. */
const BACK_OFF = [250, 1_000, 4_000, 15_000, 60_000];

export function createParserClient(options: ParserClientOptions): ParserClient {
  const client: Client = {
    options,
    timers: options.timers ?? { after, afterAwake, now: () => performance.now() },
    role: null,
    waiting: null,
    marked: null,
    silence: NO_SILENCE,
    lastAsked: -Infinity,
    heard: false,
    beats: 0,
    failures: 0,
    stopping: null,
  };
  return {
    provider: options.provider,
    roots: options.roots,
    start: () => begin(client),
    send: (message) => send(client, message),
    beat: () => beat(client),
    stop: (withinMs) => stop(client, withinMs),
  };
}

/** A parser that is not started, because its folders hold nothing. */
interface Waiting {
  readonly look: Look;
  /** When the question was asked that has no answer yet: milliseconds since 1970. */
  asked: number | null;
}

/** A parser that does not answer. */
interface Silence {
  /** The number of the ping that is not answered yet. */
  readonly asked: number | null;
  /** How often this silence was doubted. */
  readonly doubts: number;
  /** Calls off the doubt under way. */
  readonly stopDoubting: (() => void) | null;
}

const NO_SILENCE: Silence = { asked: null, doubts: 0, stopDoubting: null };

interface Client {
  readonly options: ParserClientOptions;
  readonly timers: ParserTimers;
  role: Role | null;
  waiting: Waiting | null;
  marked: string | null;
  silence: Silence;
  lastAsked: number;
  heard: boolean;
  beats: number;
  failures: number;
  /** Set: the parser is to end, and no other one starts. */
  stopping: (() => void) | null;
}

/** An idle parser costs some 20 MB, so none runs for a client that nobody uses. */
function begin(client: Client): void {
  const { host, provider, unused } = client.options;
  const asked = Date.now();
  const look = host.look?.(provider, (isUsed) => {
    const { waiting } = client;
    if (waiting === null) return;
    if (isUsed) return start(client);
    if (waiting.asked !== null) unused(waiting.asked);
    waiting.asked = null;
  });
  if (look === undefined) start(client);
  else client.waiting = { look, asked };
}

function stopWaiting(client: Client): void {
  client.waiting?.look.stop();
  client.waiting = null;
}

function start(client: Client): void {
  stopWaiting(client);
  const { options } = client;
  const { provider, roots, redaction } = options;
  const own = options.host.start("parser", `parser:${provider}`, options.grants);
  client.role = own;
  receive(own.port, fromParser, (message, payload) => {
    if (client.role === own) take(client, message, payload);
  }, (why) => down(client, own, why, true));
  void own.ended.then((end) => {
    if (end.reason === "failed") down(client, own, end.message, false);
  });
  send(client, { type: "start", provider, roots: [...roots], redaction, ...options.suspicion() });
}

function send(client: Client, message: ToParser): void {
  if (client.waiting !== null) start(client);
  client.role?.port.send({ header: message, payload: null });
}

function take(client: Client, message: FromParser, payload: Uint8Array<ArrayBuffer> | null): void {
  const { options } = client;
  client.heard = true;
  switch (message.type) {
    case "pong":
      if (message.n === client.silence.asked) answered(client);
      return options.looked(message.looked);
    case "mark":
      client.marked = message.logs === undefined ? message.session : markOf({ logs: message.logs });
      options.keepMark(client.marked);
      if (client.marked !== null) send(client, { type: "marked" });
      return;
    case "stopped":
      return client.stopping?.();
    case "ready":
      client.failures = 0;
      return options.take(message, payload);
    default:
      return options.take(message, payload);
  }
}

function down(client: Client, own: Role, why: string, violation: boolean): void {
  if (client.role !== own || client.stopping !== null) return;
  own.end();
  client.role = null;
  answered(client);
  client.lastAsked = -Infinity;
  const mark = client.marked;
  client.marked = null;
  client.options.failed(why, mark, violation);
  const pause = BACK_OFF[Math.min(client.failures, BACK_OFF.length - 1)] ?? 0;
  client.failures += 1;
  client.timers.after(pause, () => {
    if (client.stopping === null) start(client);
  });
}

function beat(client: Client): void {
  const { role, waiting, silence, timers } = client;
  const now = timers.now();
  // Each ping wakes an idle process, so they are few.
  if (now - client.lastAsked < HEARTBEAT_MS) return;
  if (waiting !== null && waiting.asked === null) {
    waiting.asked = Date.now();
    client.lastAsked = now;
    waiting.look.again();
  }
  if (role === null) return;
  if (silence.asked !== null) {
    if (silence.stopDoubting === null) doubt(client, role);
    return;
  }
  client.beats += 1;
  client.silence = { ...silence, asked: client.beats };
  client.lastAsked = now;
  send(client, { type: "ping", n: client.beats });
}

function answered(client: Client): void {
  client.silence.stopDoubting?.();
  client.silence = NO_SILENCE;
}

/** No answer was taken. It may still wait to be taken, if the orchestrator itself was busy. */
function doubt(client: Client, own: Role): void {
  const { options, timers } = client;
  const doubts = client.silence.doubts + 1;
  client.heard = false;
  const stopDoubting = timers.afterAwake(DOUBT_MS, () => {
    client.silence = { ...client.silence, stopDoubting: null };
    if (client.role !== own || (client.heard && doubts < DOUBTS)) return;
    if (options.host.name === "processes") down(client, own, "it did not answer", false);
    else options.hangs(client.marked);
  });
  client.silence = { ...client.silence, doubts, stopDoubting };
}

async function stop(client: Client, withinMs: number): Promise<void> {
  const own = client.role;
  stopWaiting(client);
  // From now on, no restart comes.
  client.stopping = () => {};
  answered(client);
  if (own === null) return;
  await new Promise<void>((resolve) => {
    client.stopping = resolve;
    client.timers.after(withinMs, resolve);
    send(client, { type: "stop" });
  });
  client.options.keepMark(null);
  own.end();
}
