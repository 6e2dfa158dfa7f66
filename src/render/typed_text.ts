/**
 * The commands in what a person typed: a page sets them apart. They stand in the first or last lines of the message, as
 * docs/command-grammar.md says. A refused line looks the same here.
 */

export type TypedPart =
  | { readonly part: "commands"; readonly lines: readonly string[] }
  | { readonly part: "text"; readonly text: string };

const COMMAND = /^::\S/;
const FENCE = /^ {0,3}(`{3,}|~{3,})(.*)$/;

export function typedParts(text: string): TypedPart[] {
  if (!text.includes("::")) return [{ part: "text", text }];
  const lines = text.split(/\r\n?|\n/);
  const first = Math.max(0, lines.findIndex((line) => line.trim() !== ""));
  let from = first;
  while (COMMAND.test(lines[from] ?? "")) from += 1;
  const last = lines.findLastIndex((line) => line.trim() !== "");
  let to = last + 1;
  while (to > from && COMMAND.test(lines[to - 1] ?? "")) to -= 1;
  if (endsInFence(lines.slice(from, to))) to = lines.length;
  const between = lines.slice(from, to);
  const parts: TypedPart[] = [
    { part: "commands", lines: lines.slice(first, from) },
    { part: "text", text: from === first && to === lines.length ? text : trimLines(between) },
    { part: "commands", lines: lines.slice(to, last + 1) },
  ];
  return parts.filter((part) => part.part === "commands" ? part.lines.length > 0 : part.text.trim() !== "");
}

function endsInFence(lines: readonly string[]): boolean {
  let open: string | null = null;
  for (const line of lines) {
    const [, fence, rest = ""] = FENCE.exec(line) ?? [];
    if (fence === undefined) continue;
    if (open === null) open = fence.startsWith("`") && rest.includes("`") ? null : fence;
    else if (fence.startsWith(open) && rest.trim() === "") open = null;
  }
  return open !== null;
}

/** Without the empty lines at both ends. */
function trimLines(lines: readonly string[]): string {
  const first = lines.findIndex((line) => line.trim() !== "");
  const last = lines.findLastIndex((line) => line.trim() !== "");
  return first === -1 ? "" : lines.slice(first, last + 1).join("\n");
}
