/** The kept inputs of the fuzzer, in fixtures/fuzz: one JSON string a line, so that any input is readable and diffs. */

const FOLDER = new URL("../../fixtures/fuzz/", import.meta.url).pathname;

export interface Finding {
  readonly why: string;
  readonly input: string;
}

/** Inputs that reach different code. */
export function readCorpus(target: string): string[] {
  return readLines(`${FOLDER}${target}/corpus.jsonl`) as string[];
}

/** Inputs that once broke a promise. */
export function readFindings(target: string): Finding[] {
  return readLines(`${FOLDER}${target}/findings.jsonl`) as Finding[];
}

export function writeCorpus(target: string, inputs: readonly string[]): void {
  writeLines(target, "corpus.jsonl", inputs);
}

export function writeFindings(target: string, findings: readonly Finding[]): void {
  if (findings.length > 0) writeLines(target, "findings.jsonl", findings);
}

function readLines(path: string): unknown[] {
  try {
    return Deno.readTextFileSync(path).split("\n").filter((line) => line !== "").map((line) =>
      JSON.parse(line)
    );
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return [];
    throw error;
  }
}

function writeLines(target: string, name: string, values: readonly unknown[]): void {
  Deno.mkdirSync(`${FOLDER}${target}`, { recursive: true });
  // ASCII alone, so that no editor and no checkout changes a character.
  const escape = (line: string) =>
    line.replace(/[\u007f-\uffff]/g, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`);
  Deno.writeTextFileSync(
    `${FOLDER}${target}/${name}`,
    values.map((value) => `${escape(JSON.stringify(value))}\n`).join(""),
  );
}
