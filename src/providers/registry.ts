/** The providers that kato knows: one line each. Room: providers; no authority, pure. */
import type { ProviderId } from "../protocol/event.ts";
import { claudeCode } from "./claude_code/claude_code.ts";
import { codex } from "./codex/codex.ts";
import { gemini } from "./gemini/gemini.ts";
import type { Provider } from "./provider.ts";

export const providers: readonly Provider[] = [
  claudeCode,
  codex,
  gemini,
];

/** The provider with this id; null for one that this version does not read yet. */
export function providerById(id: ProviderId): Provider | null {
  return providers.find((provider) => provider.id === id) ?? null;
}
