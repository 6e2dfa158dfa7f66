/** The clients for which tests make sessions: where each client keeps its logs, and how it writes them. */
import { dirname } from "@std/path";
import { indexSessions } from "../../../src/parser/session_index.ts";
import { clientRoots } from "../../../src/protocol/clients.ts";
import { claudeCode } from "../../../src/providers/claude_code/claude_code.ts";
import { codex } from "../../../src/providers/codex/codex.ts";
import { copilot } from "../../../src/providers/copilot/copilot.ts";
import { gemini } from "../../../src/providers/gemini/gemini.ts";
import { kimi } from "../../../src/providers/kimi/kimi.ts";
import { pi } from "../../../src/providers/pi/pi.ts";
import type { Provider } from "../../../src/providers/provider.ts";
import { qwen } from "../../../src/providers/qwen/qwen.ts";
import { append, type ClaudeRows, createRows } from "./claude_rows.ts";
import { type CodexRows, createCodexRows } from "./codex_rows.ts";
import { type CopilotRows, createCopilotRows } from "./copilot_rows.ts";
import { createGeminiDocument, createGeminiRows, type GeminiRows } from "./gemini_rows.ts";
import type { TestHome } from "./harness.ts";
import { createKimiRows, type KimiRows } from "./kimi_rows.ts";
import type { SessionLogs } from "./one_shot.ts";
import { createPiRows, type PiRows } from "./pi_rows.ts";
import { createQwenRows, type QwenRows } from "./qwen_rows.ts";

/** The parts of a session that every client can write. */
export interface TalkRows {
  readonly session: string;
  /** A message that the person typed. */
  user(text: string): string;
  assistant(text: string): string;
  /** A tool call and its result. */
  call(id: string, name: string, input: unknown): string;
  result(id: string, text: string): string;
}

export interface Client<Rows extends TalkRows = TalkRows> {
  readonly name: string;
  readonly provider: Provider;
  createRows(): Rows;
  /** Where the log of `session` is in the home `home`. */
  pathOf(home: string, session: string): string;
  /** The text that one or more calls of the rows add to a log. */
  readonly join: (texts: readonly string[]) => string;
  /** A command beside other words is not obeyed: the log proves only of commands alone that a person typed them. */
  readonly commandsAlone?: true;
  /** The client goes back in the history, or writes it again. Gives the text, and the further file if it goes to one. */
  goBack?(rows: Rows): { readonly rows: Rows; readonly text: string; readonly file?: string };
  /** Writes the text that calls of the rows gave. */
  readonly put: (log: string, ...texts: readonly string[]) => void;
  /** The single writes of one call's text, for a test that lets time pass between them. */
  readonly split: (text: string) => readonly Write[];
}

/** One write(2). */
export interface Write {
  readonly bytes: Uint8Array;
  /** Replaces the content of the file. */
  readonly anew: boolean;
}

const encoder = new TextEncoder();

export function write(log: string, { bytes, anew }: Write): void {
  if (anew) Deno.writeFileSync(log, bytes);
  else Deno.writeFileSync(log, bytes, { append: true, create: true });
}

const asLines = {
  join: (texts: readonly string[]) => texts.join(""),
  put: append,
  split: (text: string) => [{ bytes: encoder.encode(text), anew: false }],
};

/** The client empties a document and writes it in pieces. Others can see each state between. */
function splitDocument(text: string): Write[] {
  const bytes = encoder.encode(text);
  const half = bytes.length >> 1;
  return [
    { bytes: new Uint8Array(0), anew: true },
    { bytes: bytes.subarray(0, half), anew: false },
    { bytes: bytes.subarray(half), anew: false },
  ];
}

const CODEX_DAY = ".codex/sessions/2026/11/23";
const GEMINI_CHATS = ".gemini/tmp/work/chats";

export const CLAUDE: Client<ClaudeRows> = {
  name: "Claude Code",
  provider: claudeCode,
  createRows,
  pathOf: (home, session) => `${home}/.claude/projects/-home-ada-work/${session}.jsonl`,
  ...asLines,
};

export const CODEX: Client<CodexRows> = {
  name: "Codex",
  provider: codex,
  createRows: createCodexRows,
  pathOf: (home, session) => `${home}/${CODEX_DAY}/rollout-2026-11-23T10-00-00-${session}.jsonl`,
  goBack(rows) {
    const next = rows.rewind();
    return { rows: next, text: "", file: next.file };
  },
  ...asLines,
};

export const GEMINI: Client<GeminiRows> = {
  name: "Gemini CLI",
  provider: gemini,
  createRows: createGeminiRows,
  pathOf: (home, session) => `${home}/${GEMINI_CHATS}/session-2026-11-23T10-00-${session.slice(0, 8)}.jsonl`,
  goBack: (rows) => ({ rows, text: rows.replay() }),
  ...asLines,
};

export const GEMINI_DOCUMENT: Client = {
  name: "Gemini CLI 0.38",
  provider: gemini,
  createRows: createGeminiDocument,
  pathOf: (home, session) => `${home}/${GEMINI_CHATS}/session-2026-11-23T10-00-${session.slice(0, 8)}.json`,
  join: (texts) => texts.at(-1) ?? "",
  put: (log, ...texts) => texts.flatMap(splitDocument).forEach((one) => write(log, one)),
  split: splitDocument,
};

export const COPILOT: Client<CopilotRows> = {
  name: "GitHub Copilot CLI",
  provider: copilot,
  createRows: createCopilotRows,
  pathOf: (home, session) => `${home}/.copilot/session-state/${session}/events.jsonl`,
  ...asLines,
};

export const QWEN: Client<QwenRows> = {
  name: "Qwen Code",
  provider: qwen,
  createRows: createQwenRows,
  pathOf: (home, session) => `${home}/.qwen/projects/-home-ada-work/chats/${session}.jsonl`,
  goBack: (rows) => ({ rows, text: rows.goBack(4) }),
  ...asLines,
};

export const PI: Client<PiRows> = {
  name: "pi",
  provider: pi,
  createRows: createPiRows,
  pathOf: (home, session) =>
    `${home}/.pi/agent/sessions/--home-ada-work--/2026-11-23T10-00-00-000Z_${session}.jsonl`,
  commandsAlone: true,
  goBack: (rows) => ({ rows, text: rows.goBack() }),
  ...asLines,
};

export const KIMI: Client<KimiRows> = {
  name: "Kimi Code",
  provider: kimi,
  createRows: createKimiRows,
  pathOf: (home, session) =>
    `${home}/.kimi-code/sessions/wd_work_0123456789ab/${session}/agents/main/wire.jsonl`,
  goBack: (rows) => ({ rows, text: rows.undo() }),
  ...asLines,
};

export const CLIENTS: readonly Client[] = [CLAUDE, CODEX, GEMINI, GEMINI_DOCUMENT, COPILOT, QWEN, PI, KIMI];

/** A command with other words, as the person must type it in this client: in one message, or in two. */
export function commandWith(
  { commandsAlone }: Client,
  rows: TalkRows,
  line: string,
  words: string,
): readonly string[] {
  return commandsAlone === true ? [rows.user(line), rows.user(words)] : [rows.user(`${line}\n${words}`)];
}

/** Where the log of `session` is; its folder exists. */
export function logOf({ pathOf }: Pick<Client, "pathOf">, home: TestHome, session: string): string {
  const log = pathOf(home.path, session);
  Deno.mkdirSync(dirname(log), { recursive: true });
  return log;
}

/** Every log of `session` in the home now: the logs that `kato export` would read. */
export function findLogs(provider: Provider, home: TestHome, session: string): SessionLogs {
  return {
    provider,
    session,
    locate() {
      const roots = clientRoots(home.path, {})[provider.id];
      const index = indexSessions(provider, roots);
      for (const root of roots) for (const _ of index.scan(root));
      const files = index.files(session);
      if (files === null) throw new Error(`there is no log of ${session}`);
      return files;
    },
  };
}
