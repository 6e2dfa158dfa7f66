/** Fixtures and recorded sessions of every client, with a command in front and one behind, to be fed to a daemon. */
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

export const STOP = "::stop\nthat is all";

/** A session to be fed. */
export interface FedSession {
  readonly destination: string;
  readonly begin: string;
  readonly logs: SessionLogs;
  /** Each log of a chain appears when the one before it is complete. */
  readonly chains: readonly (readonly FedLog[])[];
}

/** A log that was found somewhere, and where it belongs in a home. */
interface Found {
  readonly from: string;
  readonly to: string;
  readonly source: Source;
}

/** A log's own `::stop`, `::record x.md` … would change what is recorded here; other tests are about those. */
function readDisarmed(path: string): string {
  const bytes = Deno.readFileSync(path);
  const plain = path.endsWith(".zst") ? zstdDecompressSync(bytes) : bytes;
  const text = new TextDecoder("utf-8", { fatal: true }).decode(plain);
  return text.replaceAll(/::(?=stop|record|capture|init|export)/gi, ":-");
}

/** One session of the logs `main`, in order, and of sub-agents' logs, under an id that no other home's session has. */
function arm(
  home: TestHome,
  provider: Provider,
  name: string,
  session: string,
  main: readonly Found[],
  agents: readonly Found[],
): FedSession {
  // Codex compares ids by their first part, which is a time; the last is chance.
  const own = `${session.slice(0, -12)}${crypto.randomUUID().slice(-12)}`;
  // The name of a fixture may be one that agents load.
  const destination = `of-${name}.md`;
  const begin = `::capture ${destination}`;
  const time = Date.now();
  const rename = (text: string) => text.replaceAll(session, own);
  const feed = (path: string, text: string) =>
    isDocument(text) ? feedDocument(path, text) : feedLines(path, text);
  const chain = main.map(({ from, to }, index) => {
    let text = rename(readDisarmed(from));
    // A document that was resumed goes on in a log that holds all of it again.
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

/** The sessions that the logs of one case make up. */
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

/** The source that the log at `from` is, when it lies at `relative` below a root. */
function identify(provider: Provider, relative: string, from: string): Source | null {
  const named = provider.classify(relative);
  return named?.kind === "unnamed" ? introduce(provider, relative, from) : named;
}

/** The folder of a recorded case for the client's home; the roots of each provider, below that. */
const CORPUS_HOME: Readonly<Record<string, string>> = {
  "claude-code": ".claude",
  "codex": ".codex",
  "gemini": ".gemini",
};

/** Every session of the corpus, as the client left it. */
export function corpusSessions(provider: Provider): (home: TestHome) => FedSession[] {
  const top = CORPUS_HOME[provider.id] ?? "";
  return (home) =>
    corpusCases(provider.id).flatMap(({ name, path }) => {
      // Cases may hold the same paths, and are one home here.
      const place = (file: string) =>
        file.replace(/^projects\//, `projects/${name}`).replace(/^tmp\//, `tmp/${name}-`)
          .replace(/^sessions\/\d+/, `sessions/${name}`);
      const below = provider.id === "claude-code" ? `${path}/${top}` : path;
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

/** Logs of sub-agents that are cases of their own, and the sessions that they belong to. */
const AGENTS_OF: Readonly<Record<string, readonly [name: string, file: string]>> = {
  "codex/sub-agents": ["sub-agent-log", "in.jsonl"],
  "codex/review": ["review-log", "in.jsonl"],
  "gemini/sub-agents": ["sub-agent-log", "abc123.jsonl"],
};

/** Where a fixture's log would be below the first root, each in a folder of its own: the provider's place.json says it. */
function placeOf(provider: Provider, name: string, file: string, id: string): string {
  const places = JSON.parse(Deno.readTextFileSync(`${FIXTURES}${provider.id}/place.json`));
  const place: string = file.startsWith("in.") ? places.session : places.agent;
  const extension = file.slice(file.lastIndexOf(".") + 1);
  return place.replaceAll("NAME", name).replaceAll("ID", id).replace("FILE", file).replace(
    "EXTENSION",
    extension,
  );
}

/** Only the clock distinguishes its typed texts from copied ones, so nothing in it commands. */
const NEVER_OBEYED = "codex/fork-0.60.1";

/** Every own fixture that is a session in which a person can command. */
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
