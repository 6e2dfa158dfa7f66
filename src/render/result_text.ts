/** Shows a result to a person. */

/** Until late 2025 Codex wrapped a command's output in JSON, beside its exit code. */
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
