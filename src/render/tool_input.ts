/** Reads a tool's input, whose shape is not known. */
import { knownLanguage } from "./languages.ts";
import { oneLine } from "./neutralise.ts";
import type { Block, TaskState } from "./tool_view.ts";

/** A tool's input that is an object, with fields of unknown types. */
export type Fields = Readonly<Record<string, unknown>>;

const DETAIL_LENGTH = 100;

export function code(language: string, text: string): Block {
  return { block: "code", language, text };
}

/** Highlighters take a file's extension for its language. */
export function languageOf(path: string): string {
  return knownLanguage(/\.([A-Za-z0-9]+)$/.exec(path)?.[1] ?? "") || "text";
}

export function stateOf(status: unknown): TaskState {
  if (status === "completed" || status === "done") return "done";
  return status === "in_progress" ? "doing" : "open";
}

export function pathOf(input: Fields, project: string | null): string | null {
  const path = textOf(input.file_path ?? input.path ?? input.notebook_path ?? input.dir_path);
  return path === null ? null : shortPath(path, project);
}

/** Paths inside the session's project are shown without it. */
export function shortPath(path: string, project: string | null): string {
  if (path === project) return ".";
  const below = project !== null && project !== "/" && path.startsWith(project + "/");
  return line(below ? path.slice(project.length + 1) : path);
}

export function line(text: string): string {
  return oneLine(text, DETAIL_LENGTH);
}

export function textOf(value: unknown): string | null {
  return typeof value === "string" ? value : null;
}

/** A tool that takes only text has a bare string as input. */
export function fieldsOf(value: unknown): Fields {
  if (typeof value === "string") return { input: value };
  return typeof value === "object" && value !== null && !Array.isArray(value) ? value as Fields : {};
}

export function listOf(value: unknown): Fields[] {
  return Array.isArray(value) ? value.map((item) => fieldsOf(item)) : [];
}
