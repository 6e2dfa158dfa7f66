/** The recorded sessions of every client: their places, and facts on them from other sources. */
import { dirname } from "@std/path";
import { zstdDecompressSync } from "node:zlib";
import type { Event, ProviderId } from "../../../src/protocol/event.ts";
import type { Need } from "../../needs.ts";
import { corpusCases, filesBelow } from "../../providers/corpus.ts";
import { compareWithManifest } from "../../providers/manifest.ts";
import { asWritten } from "../../providers/kimi_talk.ts";
import { compareWithTalk } from "../../providers/recorded_talk.ts";
import { compareWithThreadManifest } from "../../providers/thread_manifest.ts";
import type { Place } from "./run_line.ts";

export interface ClientCase {
  /** That it is there. */
  readonly need: Need;
  readonly provider: ProviderId;
  readonly name: string;
  /** Paths of the logs that a person could name, sorted. */
  logs(): readonly string[];
  sessions(): readonly KnownSession[];
  /** The environment in which the client finds its folders; `place` may get a link to them. */
  environment(place: Place): Record<string, string>;
  /** The differences between the conversations of the case and the exported `events`. */
  compare(events: readonly Event[]): string[];
}

export interface KnownSession {
  readonly session: string;
  readonly started: string;
  /** Null where the log says nothing of it. */
  readonly project: string | null;
  /** A text that holds the title. */
  readonly words: string;
}

interface Client {
  readonly provider: ProviderId;
  /** Below the case. */
  readonly logs: RegExp;
  environment(path: string, place: Place): Record<string, string>;
  sessionOf(file: string, records: readonly Fields[]): Omit<KnownSession, "words">;
  compare(manifest: never, events: readonly Event[]): string[];
}

/** The first records identify a session. */
const RECORDS = 40;

type Fields = Readonly<Record<string, unknown>>;

const CLIENTS: readonly Client[] = [
  {
    provider: "claude-code",
    logs: /^\.claude\/projects\/[^/]+\/[^/]+\.jsonl$/,
    environment: (path) => ({ CLAUDE_CONFIG_DIR: `${path}/.claude` }),
    sessionOf: namedByFile,
    compare: compareWithManifest,
  },
  {
    provider: "codex",
    logs: /^(?:archived_sessions|sessions\/\d+\/\d+\/\d+)\/rollout-[^/]+\.jsonl(?:\.zst)?$/,
    environment: (path) => ({ CODEX_HOME: path }),
    sessionOf(_, [first]) {
      const meta = fieldsOf(first?.["payload"]);
      return { session: `${meta["id"]}`, started: `${meta["timestamp"]}`, project: `${meta["cwd"]}` };
    },
    compare: compareWithThreadManifest,
  },
  {
    provider: "gemini",
    logs: /^tmp\/[^/]+\/chats\/session-[^/]+\.jsonl?$/,
    environment(path, { home }) {
      Deno.symlinkSync(path, `${home}/.gemini`);
      return { GEMINI_CLI_HOME: home };
    },
    sessionOf(file, records) {
      const [first] = records;
      // A log that was converted begins with the conversion; the metadata that follow have the true start.
      const starts = records.flatMap(({ startTime }) => typeof startTime === "string" ? startTime : []);
      return {
        session: `${first?.["sessionId"]}`,
        started: starts.sort()[0] ?? "",
        project: projectBeside(file),
      };
    },
    // A case is one conversation after another.
    compare: (manifest, events) => compareWithThreadManifest(manifest, inOrderOfTime(events)),
  },
  {
    provider: "pi",
    logs: /^sessions\/[^/]+\/[^/]+\.jsonl$/,
    environment: (path) => ({ PI_CODING_AGENT_DIR: path }),
    sessionOf: (_, [first]) => ({
      session: `${first?.["id"]}`,
      started: `${first?.["timestamp"]}`,
      project: `${first?.["cwd"]}`,
    }),
    compare: compareWithTalk,
  },
  {
    provider: "copilot",
    logs: /^session-state\/[^/]+\/events\.jsonl$/,
    environment: (path) => ({ COPILOT_HOME: path }),
    sessionOf(_, [first]) {
      const data = fieldsOf(first?.["data"]);
      const project = `${fieldsOf(data["context"])["cwd"]}`;
      return { session: `${data["sessionId"]}`, started: `${data["startTime"]}`, project };
    },
    compare: compareWithTalk,
  },
  {
    provider: "qwen",
    logs: /^projects\/[^/]+\/chats\/[^/]+\.jsonl$/,
    environment: (path) => ({ QWEN_HOME: path }),
    sessionOf: namedByFile,
    compare: compareWithTalk,
  },
  {
    provider: "kimi",
    logs: /^kimi-code\/sessions\/[^/]+\/[^/]+\/agents\/main\/wire\.jsonl$/,
    environment: (path) => ({ KIMI_CODE_HOME: `${path}/kimi-code` }),
    sessionOf: (file, records) => ({
      session: `${file.split("/").at(-4)}`,
      started: new Date(Number(records[0]?.["created_at"])).toISOString(),
      project: firstOf(records.map((record) => fieldsOf(record["environmentDisclosure"])), "cwd"),
    }),
    compare: (talk, events) => compareWithTalk(asWritten(talk), events),
  },
];

/** A session that bears the name of its log, and says the rest in each record. */
function namedByFile(file: string, records: readonly Fields[]): Omit<KnownSession, "words"> {
  const [name = ""] = file.split("/").at(-1)?.split(".") ?? [];
  return { session: name, started: firstOf(records, "timestamp"), project: firstOf(records, "cwd") };
}

/** The cases of every client, whether they are there or not. */
export function clientCases(): ClientCase[] {
  return CLIENTS.flatMap((client) =>
    corpusCases(client.provider).map(({ name, path, need }) => {
      const findLogs = () =>
        filesBelow(path).filter((file) => client.logs.test(file)).map((file) => `${path}/${file}`);
      return {
        need,
        provider: client.provider,
        name: `${client.provider}/${name}`,
        logs: findLogs,
        sessions: () => sessionsOf(client, findLogs()),
        environment: (place) => client.environment(path, place),
        compare: (events) =>
          client.compare(JSON.parse(Deno.readTextFileSync(`${path}/manifest.json`)) as never, events),
      };
    })
  );
}

/** Of logs of the same session, the first names it; of a document and what goes on from it, the latter. */
function sessionsOf(client: Client, logs: readonly string[]): KnownSession[] {
  const sessions = new Map<string, KnownSession>();
  for (const log of logs.filter((path) => !logs.includes(`${path}l`))) {
    const words = readLog(log);
    const records = log.endsWith(".json")
      ? [words]
      : words.split("\n", RECORDS).filter((line) => line !== "");
    const known = client.sessionOf(log, records.map((record) => fieldsOf(JSON.parse(record))));
    const beside = ["workspace.yaml", "../../state.json"].map((name) => textBeside(log, name) ?? "");
    const all = [words, ...beside].join("");
    if (!sessions.has(known.session)) sessions.set(known.session, { ...known, words: all });
  }
  return [...sessions.values()].sort((a, b) => a.session < b.session ? -1 : 1);
}

function readLog(path: string): string {
  const bytes = Deno.readFileSync(path);
  return new TextDecoder().decode(path.endsWith(".zst") ? zstdDecompressSync(bytes) : bytes);
}

/** The folder that the client's own file beside the logs names; older clients had none. */
function projectBeside(log: string): string | null {
  return textBeside(dirname(log), ".project_root")?.trim() ?? null;
}

function textBeside(path: string, name: string): string | null {
  try {
    return Deno.readTextFileSync(`${dirname(path)}/${name}`);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return null;
    throw error;
  }
}

function inOrderOfTime(events: readonly Event[]): Event[] {
  const sessions = Map.groupBy(events, ({ session }) => session);
  const startOf = (own: readonly Event[]) => own.flatMap(({ time }) => time ?? []).sort()[0] ?? "";
  return [...sessions.values()].sort((a, b) => startOf(a) < startOf(b) ? -1 : 1).flat();
}

function firstOf(records: readonly Fields[], key: string): string {
  return `${records.find((record) => typeof record[key] === "string")?.[key]}`;
}

function fieldsOf(value: unknown): Fields {
  return typeof value === "object" && value !== null ? value as Fields : {};
}
