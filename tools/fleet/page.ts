/** The commands of docs/fleet.md, as they are written there. Which of them were taken is kept in a folder of the run's. */
import assert from "node:assert/strict";

const PAGE = new URL("../../docs/fleet.md", import.meta.url);

/** Every block of this language, in order. */
export function blocksOf(language: "sh" | "text"): readonly string[] {
  const blocks = Deno.readTextFileSync(PAGE).matchAll(/```(\w+)\n([\s\S]*?)```/g);
  return [...blocks].flatMap(([, name, text = ""]) => name === language ? [text] : []);
}

/** The one block of commands in which `words` occur. The run in `work` takes it as run. */
export function takeBlock(work: string, words: string): string {
  const found = blocksOf("sh").filter((block) => block.includes(words));
  assert.equal(found.length, 1, `one block has ${words}`);
  const [block = ""] = found;
  Deno.writeTextFileSync(`${work}/taken`, `${JSON.stringify(block)}\n`, { append: true });
  return block;
}

/** The blocks that nothing in the run took. */
export function blocksLeft(work: string): readonly string[] {
  const taken = Deno.readTextFileSync(`${work}/taken`).trimEnd().split("\n").map((line) => JSON.parse(line));
  return blocksOf("sh").filter((block) => !taken.includes(block));
}
