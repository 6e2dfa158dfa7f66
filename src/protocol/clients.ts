/**
 * The table of clients: the coding agents whose sessions kato follows. `deno task generate` writes every other place that
 * names a client, or the code derives it from here. The table lies in this room because every room may import this one.
 */
import { basename, join, resolve } from "@std/path";

export interface Client {
  /** As its makers write it. */
  readonly name: string;
  /** Whose logs kato reads. */
  readonly versions: string;
  /** The client's own folder below a person's home. kato writes nothing into it. */
  readonly home: string;
  /** Folders below `home` that hold sessions. */
  readonly roots: readonly string[];
  /** Variables that move these folders; the first one that is set counts. Its value replaces `home`, its parent, or all roots. */
  readonly variables: Readonly<Record<string, "home" | "above" | "root">>;
  /** Small files near the logs, by what they say that the logs do not: a name, or how the name ends. */
  readonly sideFiles: Readonly<Record<string, string>>;
  /** Where the client deletes old logs: after how many days without a change, and its setting for that. */
  readonly keeps: { readonly days: number; readonly setting: string } | null;
  /** Files that the client loads as instructions, in lower case. */
  readonly memory: readonly string[];
}

export const CLIENTS = {
  "claude-code": {
    name: "Claude Code",
    versions: "1.0 to 2.1",
    home: ".claude",
    roots: ["projects"],
    variables: { CLAUDE_CONFIG_DIR: "home" },
    sideFiles: { call: ".meta.json" },
    keeps: { days: 30, setting: "cleanupPeriodDays" },
    memory: ["claude.md", "claude.local.md", "memory.md", "skill.md", "review.md"],
  },
  codex: {
    name: "Codex",
    versions: "0.60 to 0.171, and those of early 2025",
    home: ".codex",
    roots: ["sessions", "archived_sessions"],
    variables: { CODEX_HOME: "home" },
    sideFiles: {},
    keeps: null,
    memory: ["agents.md", "agents.override.md", "codex.md"],
  },
  gemini: {
    name: "Gemini CLI",
    versions: "0.20 to 0.61",
    home: ".gemini",
    roots: ["tmp"],
    variables: { GEMINI_CLI_HOME: "above" },
    sideFiles: { project: ".project_root" },
    keeps: null,
    memory: ["gemini.md", "system.md"],
  },
  copilot: {
    name: "GitHub Copilot CLI",
    versions: "1.0",
    home: ".copilot",
    roots: ["session-state"],
    variables: { COPILOT_HOME: "home" },
    sideFiles: { title: "workspace.yaml" },
    keeps: null,
    memory: ["copilot-instructions.md"],
  },
  qwen: {
    name: "Qwen Code",
    versions: "0.24",
    home: ".qwen",
    roots: ["projects"],
    variables: { QWEN_RUNTIME_DIR: "home", QWEN_HOME: "home" },
    sideFiles: { call: ".meta.json" },
    keeps: null,
    memory: ["qwen.md"],
  },
  pi: {
    name: "pi",
    versions: "0.73 to 1.6",
    home: ".pi/agent",
    roots: ["sessions"],
    variables: { PI_CODING_AGENT_SESSION_DIR: "root", PI_CODING_AGENT_DIR: "home" },
    sideFiles: {},
    keeps: null,
    memory: ["append_system.md"],
  },
  kimi: {
    name: "Kimi Code",
    versions: "2.1",
    home: ".kimi-code",
    roots: ["sessions"],
    variables: { KIMI_CODE_HOME: "home" },
    sideFiles: { title: "state.json" },
    keeps: null,
    memory: ["agents.md", "system.md"],
  },
} as const satisfies Readonly<Record<string, Client>>;

/** What agents that kato does not follow load as instructions, in lower case. */
export const OTHER_MEMORY = {
  "Amp": ["agent.md"],
  "Aider": ["conventions.md"],
  "CodeBuddy": ["codebuddy.md"],
  "Cline": [".clinerules"],
  "Crush": ["crush.md", "crush.local.md"],
  "Cursor": [".cursorrules"],
  "Goose": [".goosehints"],
  "iFlow CLI": ["iflow.md"],
  "Jules": ["jules.md"],
  "Junie": ["guidelines.md"],
  "Replit": ["replit.md"],
  "Roo Code": [".roorules"],
  "Warp": ["warp.md"],
  "Windsurf": [".windsurfrules"],
  "Zed": [".rules"],
} as const satisfies Readonly<Record<string, readonly string[]>>;

/** As policy, commands, records and exports name a client. */
export type ClientId = keyof typeof CLIENTS;

/** Every variable by which a client lets a person move its folders. */
export const CLIENT_VARIABLES: readonly string[] = [
  ...new Set(Object.values(CLIENTS).flatMap(({ variables }) => Object.keys(variables))),
];

/**
 * The folders with sessions of every client. `home` and the results are absolute.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * assert.deepEqual(clientRoots("/home/ada", {}).gemini, ["/home/ada/.gemini/tmp"]);
 * assert.deepEqual(clientRoots("/home/ada", { CODEX_HOME: "/srv" }).codex, ["/srv/sessions", "/srv/archived_sessions"]);
 * ```
 */
export function clientRoots(
  home: string,
  environment: Readonly<Record<string, string>>,
): Readonly<Record<ClientId, readonly string[]>> {
  return forEachClient((client) => rootsOf(client, home, environment));
}

/** What `make` gives for each client, by its id. */
export function forEachClient<Value>(make: (client: Client) => Value): Readonly<Record<ClientId, Value>> {
  const made = Object.entries(CLIENTS).map(([id, client]) => [id, make(client)]);
  return Object.fromEntries(made);
}

/** The folders with sessions of one client. */
export function rootsOf(
  { home: own, roots, variables }: Client,
  home: string,
  environment: Readonly<Record<string, string>>,
): readonly string[] {
  for (const [name, place] of Object.entries(variables)) {
    const folder = environment[name];
    // A client takes a relative folder from the folder that it was started in, which kato cannot know.
    if (folder === undefined || !folder.startsWith("/")) continue;
    if (place === "root") return [resolve(folder)];
    return roots.map((root) => join(folder, place === "above" ? basename(own) : "", root));
  }
  return roots.map((root) => join(home, own, root));
}
