/**
 * Programs that call tools: a page shows their commands and patches, not the program around them. The client tells each
 * command that ran as a step. For a program without steps, the commands are read out of its text, where they stand there
 * to the letter.
 */
import type { Block } from "./tool_view.ts";

/** What a program's steps said; `output` as the step has it. */
export interface Step {
  /** As the page wrote it. */
  readonly shown: string;
  readonly output: string;
}

const TOOL = /\btools\s*(?:\.\s*\w+|\[)/g;

/** The number of places where a program calls a tool. */
export function callsIn(program: string): number {
  return program.match(TOOL)?.length ?? 0;
}

/** A text that stands in a program to the letter: nothing in it is computed. */
const LITERAL = String.raw`"(?:[^"\\\n]|\\[^\n])*"|'(?:[^'\\\n]|\\[^\n])*'|` +
  "`(?:[^`\\\\$]|\\\\[^]|\\$(?!\\{))*`";
const COMMAND = new RegExp(
  String.raw`\btools\.exec_command\(\s*\{[^{}"'` + "`" +
    String.raw`]*?(?:\bcmd|"cmd")\s*:\s*(${LITERAL})(?=\s*[,}])`,
  "g",
);
const PATCH = new RegExp(String.raw`\btools\.apply_patch\(\s*(${LITERAL})\s*\)`, "g");
/** Escapes in a text of a program. */
const ESCAPE = /\\(?:u\{([0-9a-fA-F]{1,6})\}|u([0-9a-fA-F]{4})|x([0-9a-fA-F]{2})|\n|([^]))/g;
const LETTERS: Readonly<Record<string, string>> = {
  n: "\n",
  t: "\t",
  r: "\r",
  b: "\b",
  f: "\f",
  v: "\v",
  0: "\0",
};

/** The commands and patches of a program; null where it calls a tool in any other way. */
export function blocksOf(program: string): readonly Extract<Block, { block: "code" }>[] | null {
  const found = [
    ...[...program.matchAll(COMMAND)].map((match) => ({ match, language: "sh" })),
    ...[...program.matchAll(PATCH)].map((match) => ({ match, language: "diff" })),
  ].sort((a, b) => a.match.index - b.match.index);
  if (found.length === 0 || found.length !== callsIn(program)) return null;
  return found.map(({ match, language }) => ({ block: "code", language, text: unquote(match[1] ?? "") }));
}

function unquote(literal: string): string {
  return literal.slice(1, -1).replace(ESCAPE, (_, long, short, byte, letter) => {
    const code = Number.parseInt(long ?? short ?? byte ?? "", 16);
    if (!Number.isNaN(code)) return code <= 0x10ffff ? String.fromCodePoint(code) : "\ufffd";
    return letter === undefined ? "" : LETTERS[letter] ?? letter;
  });
}

/** Whether a program printed only what its steps show: each output stands once. */
export function isSaidBy(steps: readonly Step[], printed: string): boolean {
  const text = squeeze(outputsIn(printed));
  if (text === "" || text === "{}") return true;
  const outputs = steps.map(({ output }) => squeeze(output)).filter((output) => output !== "");
  return outputs.includes(text) || squeeze(outputs.join(" ")) === text;
}

/** A program may print a command's result whole: one object a line. */
function outputsIn(printed: string): string {
  const lines = printed.split("\n").filter((line) => line.trim() !== "");
  const outputs = lines.map(outputOf);
  return outputs.length === 0 || outputs.includes(null) ? printed : outputs.join("\n");
}

function outputOf(line: string): string | null {
  if (!line.startsWith('{"chunk_id":')) return null;
  try {
    const { output } = JSON.parse(line) as { readonly output?: unknown };
    return typeof output === "string" ? output : null;
  } catch {
    // It only looks like JSON, so it is shown as it is.
    return null;
  }
}

function squeeze(text: string): string {
  return text.replace(/\s+/g, " ").trim();
}
