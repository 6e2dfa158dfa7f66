/**
 * What people and agents really write: files that hold Markdown with fences in fences, fences that nobody closed, colours
 * of terminals, edits, images. The same at every run.
 */
import { LINE } from "./content.ts";

/** One step of an agent: a tool's call, and what it answered, as the client has them in its rows. */
export interface WorkStep {
  readonly name: string;
  readonly input: Readonly<Record<string, unknown>>;
  readonly content: unknown;
  /** The client's second copy. */
  readonly copy: Readonly<Record<string, unknown>>;
}

const WORDS = LINE.split(" ").concat(
  "parser cursor audit policy restart worker fence list table heading".split(" "),
);

/** Whole numbers below `limit`, always the same ones for a seed. */
export function draw(seed: number): (limit: number) => number {
  let state = seed >>> 0;
  return (limit) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * limit);
  };
}

type Draw = ReturnType<typeof draw>;

function words(next: Draw, count: number): string {
  return Array.from({ length: count }, () => WORDS[next(WORDS.length)]).join(" ");
}

/** Sentences of a person or a model. */
export function prose(next: Draw): string {
  return Array.from({ length: 1 + next(5) }, () => `${words(next, 8 + next(10))}.`).join(" ");
}

function code(next: Draw, lines: number): string {
  return Array.from(
    { length: lines },
    () => `${"  ".repeat(next(5))}const ${words(next, 3 + next(6))}${["", ";", " {", ","][next(4)]}`,
  ).join("\n");
}

const NESTED = "# Notes\n\n```sh\nnpm install\n```\n\n````md\n```js\nlet x = 1;\n```\n````\n";
const UNCLOSED = "\n```sh\necho the end is missing";
const COLOURED = "\u001b[31mFAIL\u001b[0m \u001b]0;title\u0007 ";

export function workStep(next: Draw, project: string): WorkStep {
  const kind = next(100);
  const path = `${project}/src/${words(next, 1)}.ts`;
  if (kind < 40) {
    const text = `${next(7) === 0 ? NESTED : ""}${code(next, 20 + next(140))}${
      next(25) === 0 ? UNCLOSED : ""
    }`;
    const lines = text.split("\n");
    return {
      name: "Read",
      input: { file_path: path },
      content: lines.map((line, at) => `${String(at + 1).padStart(6)}\t${line}`).join("\n"),
      copy: { type: "text", file: { filePath: path, content: text, numLines: lines.length, startLine: 1 } },
    };
  }
  if (kind < 70) {
    const text = `${next(20) === 0 ? COLOURED : ""}${next(12) === 0 ? NESTED : ""}${
      code(next, 5 + next(75))
    }`;
    return {
      name: "Bash",
      input: { command: `deno test --filter ${words(next, 2)}`, description: words(next, 5) },
      content: text,
      copy: { stdout: text, stderr: "", interrupted: false, isImage: false },
    };
  }
  if (kind < 92) {
    const [before, after] = [code(next, 3 + next(37)), code(next, 3 + next(37))];
    return {
      name: "Edit",
      input: { file_path: path, old_string: before, new_string: after, replace_all: false },
      content: `The file ${path} has been updated.`,
      copy: {
        filePath: path,
        oldString: before,
        newString: after,
        originalFile: before,
        structuredPatch: [],
      },
    };
  }
  if (kind < 99) {
    const found = Array.from({ length: 3 + next(57) }, () => `src/a.ts:${next(900)}:${words(next, 6)}`).join(
      "\n",
    );
    const copy = { stdout: found, stderr: "", interrupted: false, isImage: false };
    return { name: "Grep", input: { pattern: words(next, 1), path: project }, content: found, copy };
  }
  const data = "iVBORw0KGgoAAAANSUhEUgAA".repeat(1500 + next(5000));
  const source = { type: "base64", media_type: "image/png", data };
  return { name: "Screenshot", input: {}, content: [{ type: "image", source }], copy: { isImage: true } };
}
