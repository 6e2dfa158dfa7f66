/**
 * Made by `deno task generate` from the table of clients (src/protocol/clients.ts): loads the reader of one client. A
 * command needs few of them, and they are a quarter of its code.
 */
import type { ProviderId } from "../protocol/event.ts";
import type { Provider } from "./provider.ts";

const readers: Readonly<Record<ProviderId, () => Promise<Provider>>> = {
  "claude-code": async () => (await import("./claude_code/claude_code.ts")).claudeCode,
  codex: async () => (await import("./codex/codex.ts")).codex,
  gemini: async () => (await import("./gemini/gemini.ts")).gemini,
  copilot: async () => (await import("./copilot/copilot.ts")).copilot,
  qwen: async () => (await import("./qwen/qwen.ts")).qwen,
  pi: async () => (await import("./pi/pi.ts")).pi,
  kimi: async () => (await import("./kimi/kimi.ts")).kimi,
};

export function loadProvider(id: ProviderId): Promise<Provider> {
  return readers[id]();
}

/** In the order of the table. */
export function loadAllProviders(): Promise<readonly Provider[]> {
  return Promise.all(Object.values(readers).map((load) => load()));
}
