/** Made by `deno task generate` from the table of clients (src/protocol/clients.ts): who reads the logs of each. */
import type { ProviderId } from "../protocol/event.ts";
import { claudeCode } from "./claude_code/claude_code.ts";
import { codex } from "./codex/codex.ts";
import { gemini } from "./gemini/gemini.ts";
import { copilot } from "./copilot/copilot.ts";
import { qwen } from "./qwen/qwen.ts";
import { pi } from "./pi/pi.ts";
import { kimi } from "./kimi/kimi.ts";
import type { Provider } from "./provider.ts";

const readers: Readonly<Record<ProviderId, Provider>> = {
  "claude-code": claudeCode,
  codex,
  gemini,
  copilot,
  qwen,
  pi,
  kimi,
};

export const providers: readonly Provider[] = Object.values(readers);

export function providerById(id: ProviderId): Provider {
  return readers[id];
}
