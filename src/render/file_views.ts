/** Shows calls that read, search, write and change files. The clients name the same fields differently. */
import { diffLines } from "./diff.ts";
import { code, type Fields, languageOf, line, listOf, pathOf, shortPath, textOf } from "./tool_input.ts";
import type { View } from "./tool_view.ts";

export function viewEdit(input: Fields, project: string | null): ReturnType<View> {
  if (Array.isArray(input.edits)) return viewMultiEdit(input, project);
  const before = textOf(input.old_string ?? input.old_str ?? input.oldText);
  const after = textOf(input.new_string ?? input.new_str ?? input.newText);
  if (before === null || after === null) return null;
  return { detail: pathOf(input, project), blocks: [code("diff", diffLines(before, after))] };
}

export function viewMultiEdit(input: Fields, project: string | null): ReturnType<View> {
  const edits = listOf(input.edits).map(({ edits: _, ...edit }) => viewEdit(edit, null));
  if (edits.length === 0 || edits.includes(null)) return null;
  return { detail: pathOf(input, project), blocks: edits.flatMap((edit) => edit?.blocks ?? []) };
}

export function viewWrite(input: Fields, project: string | null): ReturnType<View> {
  const content = textOf(input.content ?? input.file_text);
  if (content === null) return null;
  const path = textOf(input.file_path ?? input.path) ?? "";
  return { detail: pathOf(input, project), blocks: [code(languageOf(path), content)] };
}

export function viewNotebookEdit(input: Fields, project: string | null): ReturnType<View> {
  const source = textOf(input.new_source);
  if (source === null) return null;
  const language = input.cell_type === "markdown" ? "markdown" : "python";
  return { detail: pathOf(input, project), blocks: [code(language, source)] };
}

export function viewPatch(input: Fields, project: string | null): ReturnType<View> {
  const patch = textOf(input.input ?? input.patch);
  if (patch === null) return null;
  const files = [...patch.slice(0, 4_096).matchAll(/^\*\*\* (?:Add|Update|Delete) File: (.+)$/gm)];
  const names = files.map((file) => shortPath(file[1] ?? "", project)).join(", ");
  return { detail: line(names), blocks: [code("diff", patch)] };
}

export function viewRead(input: Fields, project: string | null): ReturnType<View> {
  const path = pathOf(input, project);
  if (path === null) return null;
  const [from, to] = linesOf(input);
  if (typeof from !== "number") return { detail: path, blocks: [] };
  return { detail: `${path}:${from}${typeof to === "number" ? `-${to}` : ""}`, blocks: [] };
}

function linesOf(input: Fields): readonly unknown[] {
  const { start_line: start, end_line: end, view_range: range } = input;
  if (Array.isArray(range)) return range;
  if (typeof start === "number") return [start, end];
  const offset = input.offset ?? input.line_offset;
  const limit = input.limit ?? input.n_lines;
  return [offset, typeof offset === "number" && typeof limit === "number" ? offset + limit - 1 : null];
}

/** One tool with a command of its own for each. */
export function viewEditor(input: Fields, project: string | null): ReturnType<View> {
  switch (input.command) {
    case "view":
      return viewRead(input, project);
    case "create":
      return viewWrite(input, project);
    case "str_replace":
      return viewEdit(input, project);
  }
  return null;
}

export function viewSearch(input: Fields, project: string | null): ReturnType<View> {
  const pattern = textOf(input.pattern);
  if (pattern === null) return null;
  const place = [pathOf(input, project), textOf(input.glob ?? input.include)].filter((part) =>
    part !== null && part !== "."
  );
  return { detail: line(place.length === 0 ? pattern : `${pattern} in ${place.join(", ")}`), blocks: [] };
}
