/**
 * Where each client keeps its sessions: all that is to be known of a provider by those who read none of its logs.
 * Room: providers; no authority, pure.
 */
import { join } from "@std/path";
import type { ProviderId } from "../protocol/event.ts";

export interface Client {
  readonly id: ProviderId;
  /** As its makers write it. */
  readonly name: string;
  /** Environment variables that the client itself obeys in choosing its root. */
  readonly environment: readonly string[];
  /** Folders that hold sessions. `home` and the result are absolute. */
  roots(home: string, environment: Readonly<Record<string, string>>): readonly string[];
}

export const CLAUDE_CODE: Client = {
  id: "claude-code",
  name: "Claude Code",
  environment: ["CLAUDE_CONFIG_DIR"],
  roots(home, environment) {
    return [join(configured(environment["CLAUDE_CONFIG_DIR"]) ?? join(home, ".claude"), "projects")];
  },
};

export const CODEX: Client = {
  id: "codex",
  name: "Codex CLI",
  environment: ["CODEX_HOME"],
  roots(home, environment) {
    const top = configured(environment["CODEX_HOME"]) ?? join(home, ".codex");
    return [join(top, "sessions"), join(top, "archived_sessions")];
  },
};

export const GEMINI: Client = {
  id: "gemini",
  name: "Gemini CLI",
  environment: ["GEMINI_CLI_HOME"],
  roots(home, environment) {
    return [join(configured(environment["GEMINI_CLI_HOME"]) ?? home, ".gemini", "tmp")];
  },
};

/** In the order of registry.ts. */
export const clients: readonly Client[] = [CLAUDE_CODE, CODEX, GEMINI];

/** A client takes a relative folder from where it was started, which nobody else can know. */
function configured(folder: string | undefined): string | null {
  return folder?.startsWith("/") === true ? folder : null;
}
