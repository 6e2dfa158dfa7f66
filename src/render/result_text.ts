/** Results as people read them. Room: render; no authority, pure. */

/** Until late 2025 Codex kept what a command printed in JSON, beside its exit code. */
const WRAPPED = /^\{"output":"[^]*","metadata":\{[^{}]*\}\}\s*$/;

export function resultText(text: string): string {
  if (!text.startsWith('{"output":"') || !WRAPPED.test(text)) return text;
  try {
    const { output } = JSON.parse(text) as { readonly output?: unknown };
    return typeof output === "string" ? output : text;
  } catch {
    return text;
  }
}
