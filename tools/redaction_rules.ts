/**
 * The hash of kato's own rules of redaction, by the code that finds secrets. It changes with each change of that code, so
 * that nobody can forget it; comments do not count.
 */
import { sha256 } from "../src/protocol/sha256.ts";

export const RULES_FILE = "src/redaction/rules_hash.ts";

const ROOT = new URL("..", import.meta.url).pathname;

export function rulesHash(): string {
  const room = [...Deno.readDirSync(`${ROOT}src/redaction`)].map(({ name }) => `src/redaction/${name}`);
  const files = [...room.filter((file) => file !== RULES_FILE), "src/protocol/redaction_limits.ts"].sort();
  const code = files.map((file) => withoutComments(Deno.readTextFileSync(`${ROOT}${file}`)));
  return `// Made by \`deno task generate\`.
/** Of the code that finds secrets: an index whose texts went through other rules is made anew. */
export const RULES = "${sha256(code.join("\n"))}";
`;
}

/** Without the lines that are nothing but comment. */
function withoutComments(text: string): string {
  return text.replace(/^[ \t]*(?:\/\*\*(?:(?!\*\/)[^])*\*\/|\/\/.*)\n/gm, "");
}
