/** Fixtures and recorded sessions of every client, with a command at the start and one at the end, for a daemon. */
import { clientRoots } from "../../../src/protocol/clients.ts";
import { basename } from "@std/path";
import { zstdDecompressSync } from "node:zlib";
import { introduce } from "../../../src/parser/introduction.ts";
import type { Provider, Source } from "../../../src/providers/provider.ts";
import { corpusCases, filesBelow } from "../../providers/corpus.ts";
import { findLogs } from "./clients.ts";
import { type FedLog, feedDocument, feedLines, isDocument, putBehind, putInFront } from "./fed_logs.ts";
import type { TestHome } from "./harness.ts";
import type { SessionLogs } from "./one_shot.ts";

/** A client that marks nothing proves no command beside other words. */
export const STOP = "::stop";

/** A session for a daemon. */
export interface FedSession {
  readonly destination: string;
  readonly begin: string;
  readonly logs: SessionLogs;
  /** Each log of a chain appears when the one before it is complete. */
  readonly chains: readonly (readonly FedLog[])[];
}

/** A log, and its place in a home. */
interface Found {
  readonly from: string;
  readonly to: string;
  readonly source: Source;
}

/** The log's own commands (`::stop`, `::record x.md` …) would change the recording here. Other tests cover them. */
function readDisarmed(path: string): string {
  const bytes = Deno.readFileSync(path);
  const plain = path.endsWith(".zst") ? zstdDecompressSync(bytes) : bytes;
  const text = new TextDecoder("utf-8", { fatal: true }).decode(plain);
  return text.replaceAll(/::(?=stop|record|capture|init|export)/gi, ":-");
}

/** One session: the logs `main` in order, and sub-agents' logs. No other home has a session with its id. */
function arm(
  home: TestHome,
  provider: Provider,
  name: string,
  session: string,
  main: readonly Found[],
  agents: readonly Found[],
): FedSession {
  // Codex compares ids by their first part, which is a time. The last part is random.
  const own = `${session.slice(0, -12)}${crypto.randomUUID().slice(-12)}`;
  // A fixture may have a name that agents load.
  const destination = `of-${name}.md`;
  const begin = `::capture ${destination}`;
  const time = Date.now();
  const rename = (text: string) => text.replaceAll(session, own);
  const feed = (path: string, text: string) =>
    isDocument(text) ? feedDocument(path, text) : feedLines(path, text);
  const chain = main.map(({ from, to }, index) => {
    let text = rename(readDisarmed(from));
    // A resumed document goes on in a log that holds all of it again.
    if (index === 0 || !hasParts(main)) text = putInFront(provider.id, own, text, { text: begin, time });
    if (index === main.length - 1) text = putBehind(provider.id, own, text, { text: STOP, time });
    return feed(rename(to), text);
  });
  const others = agents.map(({ from, to }) => [feed(rename(to), rename(readDisarmed(from)))]);
  const logs = findLogs(provider, home, own);
  return { destination, begin, logs, chains: [chain, ...others] };
}

function partOf(source: Source): string {
  return source.kind === "session" ? source.part ?? "" : "";
}

function hasParts(main: readonly Found[]): boolean {
  return new Set(main.map(({ source }) => partOf(source))).size === main.length;
}

function rankOf(source: Source): number {
  return source.kind === "session" ? source.rank ?? 0 : 0;
}

/** The sessions in the logs of one case. */
function sessionsOf(
  home: TestHome,
  provider: Provider,
  name: string,
  found: readonly Found[],
): FedSession[] {
  const ids = new Set(found.flatMap(({ source }) => source.kind === "session" ? [source.session] : []));
  return [...ids].map((session, index) => {
    const own = found.filter(({ source }) => source.kind !== "unnamed" && source.session === session);
    const main = own.filter(({ source }) => source.kind === "session").sort((a, b) =>
      partOf(a.source).localeCompare(partOf(b.source)) || rankOf(a.source) - rankOf(b.source)
    );
    const agents = own.filter(({ source }) => source.kind !== "session");
    return arm(home, provider, ids.size === 1 ? name : `${name}-${index}`, session, main, agents);
  });
}

/** The source for the log at `from`, placed at `relative` below a root. */
function identify(provider: Provider, relative: string, from: string): Source | null {
  const named = provider.classify(relative);
  if (named?.kind !== "unnamed") return named;
  const said = introduce(provider, relative, from);
  if (said === "unreadable") throw new Error(`${from} cannot be read`);
  return said;
}

/** In a recorded case, the folder that is the client's home; below it, the roots of each provider. */
const CORPUS_HOME: Readonly<Record<string, string>> = {
  "claude-code": ".claude",
  "codex": ".codex",
  "gemini": ".gemini",
  "copilot": ".copilot",
  "qwen": ".qwen",
  "pi": ".pi/agent",
  "kimi": ".kimi-code",
};

/** Where a recorded case has that folder; without an entry the case is the folder. */
const CORPUS_FOLDER: Readonly<Record<string, string>> = { "claude-code": ".claude", "kimi": "kimi-code" };

/** Every session of the corpus, as the client left it. */
export function corpusSessions(provider: Provider): (home: TestHome) => FedSession[] {
  const top = CORPUS_HOME[provider.id] ?? "";
  return (home) =>
    corpusCases(provider.id).flatMap(({ name, path }) => {
      // Two cases may hold the same path, and here they share a home.
      const place = (file: string) =>
        file.replace(/^projects\//, `projects/${name}`).replace(/^tmp\//, `tmp/${name}-`)
          .replace(/^sessions\/\d+/, `sessions/${name}`);
      const folder = CORPUS_FOLDER[provider.id];
      const below = folder === undefined ? path : `${path}/${folder}`;
      const found = filesBelow(below).flatMap((file) => {
        const relative = clientRoots("/", {})[provider.id].map((root) => root.replace(`/${top}/`, ""))
          .flatMap((root) => file.startsWith(`${root}/`) ? [file.slice(root.length + 1)] : [])[0];
        const source = relative === undefined ? null : identify(provider, relative, `${below}/${file}`);
        const to = `${home.path}/${top}/${place(file)}`;
        return source === null ? [] : [{ from: `${below}/${file}`, to, source }];
      });
      return sessionsOf(home, provider, name, found);
    });
}

const FIXTURES = new URL("../../../fixtures/", import.meta.url).pathname;

/** Logs of sub-agents that are cases of their own, and their sessions. */
const AGENTS_OF: Readonly<Record<string, readonly [name: string, file: string]>> = {
  "codex/sub-agents": ["sub-agent-log", "in.jsonl"],
  "codex/review": ["review-log", "in.jsonl"],
  "gemini/sub-agents": ["sub-agent-log", "abc123.jsonl"],
  "kimi/sub-agents": ["sub-agent-log", "agent-0/wire.jsonl"],
};

/** A fixture's place below the first root, by the provider's place.json. Each fixture has a folder of its own. */
function placeOf(provider: Provider, name: string, file: string, id: string): string {
  const places = JSON.parse(Deno.readTextFileSync(`${FIXTURES}${provider.id}/place.json`));
  const place: string = file.startsWith("in.") ? places.session : places.agent;
  const extension = file.slice(file.lastIndexOf(".") + 1);
  return place.replaceAll("NAME", name).replaceAll("ID", id).replace("FILE", file).replace(
    "EXTENSION",
    extension,
  );
}

/** Only the clock tells its typed texts from copied ones, so it holds no command. */
const NEVER_OBEYED = "codex/fork-0.60.1";

/** Every fixture of ours that is a session where a person can command. */
export function fixtureSessions(provider: Provider): (home: TestHome) => FedSession[] {
  const folder = `${FIXTURES}${provider.id}`;
  return (home) => {
    const [root = ""] = clientRoots(home.path, {})[provider.id];
    function find(name: string, file: string, as = name, session: string | null = null): Found[] {
      const from = `${folder}/${name}/${file}`;
      const id = /"id":"([0-9a-f-]{36})"/.exec(Deno.readTextFileSync(from).split("\n", 1)[0] ?? "")?.[1];
      const place = placeOf(provider, as, file, id ?? session ?? crypto.randomUUID());
      const source = identify(provider, place, from);
      return source === null ? [] : [{ from, to: `${root}/${place}`, source }];
    }
    return [...Deno.readDirSync(folder)].filter((entry) => entry.isDirectory).flatMap(({ name }) => {
      const file = filesBelow(`${folder}/${name}`).find((file) => /^in\.jsonl?$/.test(basename(file)));
      if (file === undefined || `${provider.id}/${name}` === NEVER_OBEYED) return [];
      const main = find(name, file);
      const [agent, log] = AGENTS_OF[`${provider.id}/${name}`] ?? [];
      const [session = null] = main.flatMap(({ source }) =>
        source.kind === "session" ? [source.session] : []
      );
      const agents = agent === undefined || log === undefined ? [] : find(agent, log, name, session);
      return sessionsOf(home, provider, name, [...main, ...agents]);
    });
  };
}
