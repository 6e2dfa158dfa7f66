/**
 * The orchestrator's side of one provider's parser: starts it, checks that it answers, restarts it after a failure, and
 * keeps the mark of what it has in its hands. Requires write on the state folder (the mark).
 */
import { after, afterAwake } from "../hosts/timers.ts";
import type { Host } from "../hosts/host.ts";
import { receive } from "../protocol/channel.ts";
import type { ProviderId } from "../protocol/event.ts";
import type { Grant } from "../protocol/grant.ts";
import { markOf } from "../protocol/in_hand.ts";
import { DOUBT_MS, DOUBTS, HEARTBEAT_MS } from "../protocol/limits.ts";
import { type FromParser, fromParser, type ToParser } from "../protocol/parser_messages.ts";
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
  readonly take: (message: FromParser, payload: Uint8Array<ArrayBuffer> | null) => void;
  /** The parser has reported every session that began before `at`, in milliseconds since 1970. */
  readonly looked: (at: number) => void;
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
  const { provider, roots, host, grants } = options;
  const timers = options.timers ?? { after, afterAwake, now: () => performance.now() };
  let role: Role | null = null;
  let marked: string | null = null;
  /** The number of the ping that is not answered yet. */
  let asked: number | null = null;
  let lastAsked = -Infinity;
  /** How often this silence was doubted, and what calls off the doubt under way. */
  let doubts = 0;
  let stopDoubting: (() => void) | null = null;
  let heard = false;
  let beats = 0;
  let failures = 0;
  let stopping: (() => void) | null = null;

  function send(message: ToParser): void {
    role?.port.send({ header: message, payload: null });
  }

  function down(own: Role, why: string, violation: boolean): void {
    if (role !== own || stopping !== null) return;
    own.end();
    role = null;
    answered();
    lastAsked = -Infinity;
    const mark = marked;
    marked = null;
    options.failed(why, mark, violation);
    const pause = BACK_OFF[Math.min(failures, BACK_OFF.length - 1)] ?? 0;
    failures += 1;
    timers.after(pause, () => {
      if (stopping === null) start();
    });
  }

  function answered(): void {
    asked = null;
    doubts = 0;
    stopDoubting?.();
    stopDoubting = null;
  }

  /** No answer was taken. It may still wait to be taken, if the orchestrator itself was busy. */
  function doubt(own: Role): void {
    doubts += 1;
    heard = false;
    stopDoubting = timers.afterAwake(DOUBT_MS, () => {
      stopDoubting = null;
      if (role !== own || (heard && doubts < DOUBTS)) return;
      if (host.name === "processes") down(own, "it did not answer", false);
      else options.hangs(marked);
    });
  }

  function start(): void {
    const own = host.start("parser", `parser:${provider}`, grants);
    role = own;
    receive(own.port, fromParser, (message, payload) => {
      if (role !== own) return;
      heard = true;
      switch (message.type) {
        case "pong":
          if (message.n === asked) answered();
          options.looked(message.looked);
          return;
        case "mark":
          marked = message.logs === undefined ? message.session : markOf({ logs: message.logs });
          options.keepMark(marked);
          if (marked !== null) send({ type: "marked" });
          return;
        case "stopped":
          return stopping?.();
        case "ready":
          failures = 0;
          return options.take(message, payload);
        default:
          return options.take(message, payload);
      }
    }, (why) => down(own, why, true));
    void own.ended.then((end) => {
      if (end.reason === "failed") down(own, end.message, false);
    });
    send({ type: "start", provider, roots: [...roots], ...options.suspicion() });
  }

  return {
    provider,
    roots,
    start,
    send,
    beat() {
      const now = timers.now();
      // Each ping wakes an idle process, so they are few.
      if (role === null || now - lastAsked < HEARTBEAT_MS) return;
      if (asked !== null) {
        if (stopDoubting === null) doubt(role);
        return;
      }
      beats += 1;
      asked = beats;
      lastAsked = now;
      send({ type: "ping", n: beats });
    },
    async stop(withinMs) {
      const own = role;
      // From now on, no restart comes.
      stopping = () => {};
      answered();
      if (own === null) return;
      await new Promise<void>((resolve) => {
        stopping = resolve;
        timers.after(withinMs, resolve);
        send({ type: "stop" });
      });
      options.keepMark(null);
      own.end();
    },
  };
}
