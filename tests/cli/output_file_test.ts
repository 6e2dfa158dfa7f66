/** The file that an export writes: every byte of what it was given, in order, whatever the sizes. */
import assert from "node:assert/strict";
import { join } from "@std/path";
import { openOutput, type OutputFile } from "../../src/cli/export/output_file.ts";
import type { Allowed } from "../../src/destination/decision.ts";

/** More than the buffer that texts become bytes in, so that they straddle its end. */
const LONG = 5 * 1024 * 1024;

const TEXTS: readonly { readonly name: string; readonly texts: readonly string[] }[] = [
  { name: "nothing", texts: [] },
  { name: "empty texts", texts: ["", "", ""] },
  { name: "a few small ones", texts: ["# One\n", "two ✓\n", "three"] },
  { name: "one longer than the buffer", texts: ["a".repeat(LONG)] },
  { name: "letters of two bytes across its end", texts: ["a", "ü".repeat(LONG)] },
  { name: "letters of three bytes across its end", texts: ["ab", "✓".repeat(LONG)] },
  { name: "letters of four bytes across its end", texts: ["abc", "😀".repeat(LONG)] },
  {
    name: "many, over several buffers and a flush between",
    texts: Array.from({ length: 600 }, (_, index) => `${index} ${"line ✓\n".repeat(8_000)}`),
  },
];

for (const { name, texts } of TEXTS) {
  Deno.test(`an export writes exactly what it is given: ${name}`, async () => {
    await withFolder(async (folder) => {
      const path = join(folder, "out.md");
      const file = opened(path, null);
      for (const text of texts) await file.write(text);
      const size = await file.finish();
      const whole = new TextEncoder().encode(texts.join(""));
      assert.equal(size, whole.length);
      assert.deepEqual(Deno.readFileSync(path), whole);
      assert.equal((Deno.statSync(path).mode ?? 0) & 0o777, 0o600);
    });
  });
}

Deno.test("an export that is given up leaves no file of its own making", async () => {
  await withFolder(async (folder) => {
    const path = join(folder, "out.md");
    const file = opened(path, null);
    await file.write("a".repeat(3 * LONG));
    assert.equal(await file.abandon(), true);
    assert.deepEqual([...Deno.readDirSync(folder)], []);
    // Whatever fails after it closes it once more.
    await file.close();
  });
});

Deno.test("an export that is given up does not mind that somebody removed its file", async () => {
  await withFolder(async (folder) => {
    const path = join(folder, "out.md");
    const file = opened(path, null);
    await file.write("a");
    Deno.removeSync(path);
    assert.equal(await file.abandon(), true);
  });
});

Deno.test("an export that is given up leaves the file that it was to replace, with what was written", async () => {
  await withFolder(async (folder) => {
    const path = join(folder, "out.md");
    Deno.writeTextFileSync(path, "before");
    const file = opened(path, Deno.statSync(path));
    await file.write("after");
    assert.equal(await file.abandon(), false);
    assert.notEqual(Deno.readTextFileSync(path), "before");
  });
});

function opened(path: string, info: Deno.FileInfo | null): OutputFile {
  const existing = info === null ? null : { dev: info.dev, ino: info.ino ?? 0 };
  const decision = { allow: true, path, existing, directories: [] } as unknown as Allowed;
  const result = openOutput(decision, existing === null, (identity) => {
    const [dev = 0, ino = 0] = identity.split(":").map(Number);
    return { ...decision, existing: { dev, ino } } as Allowed;
  });
  assert.ok("file" in result, JSON.stringify(result));
  return result.file;
}

async function withFolder(use: (folder: string) => Promise<void>): Promise<void> {
  const folder = Deno.makeTempDirSync();
  try {
    await use(folder);
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
}
