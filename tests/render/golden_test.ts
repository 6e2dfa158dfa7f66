/**
 * Golden files: fixtures/render/<case>/{head.json, events.jsonl} give {out.md, out.html}.
 * KATO_UPDATE_GOLDEN=1 writes them again; read the difference before committing it.
 */
import assert from "node:assert/strict";
import * as z from "zod/mini";
import { event } from "../../src/protocol/event_schema.ts";
import { type Format, renderHead } from "../../src/protocol/render.ts";
import { render } from "./render.ts";

const FIXTURES = new URL("../../fixtures/render/", import.meta.url);
const UPDATE = Deno.env.get("KATO_UPDATE_GOLDEN") === "1";
const FORMATS: readonly Format[] = ["md", "html"];

for (const { name } of [...Deno.readDirSync(FIXTURES)].sort((a, b) => a.name < b.name ? -1 : 1)) {
  const folder = new URL(`${name}/`, FIXTURES);
  for (const format of FORMATS) {
    Deno.test(`render() writes ${name} as out.${format}`, () => {
      const given = JSON.parse(Deno.readTextFileSync(new URL("head.json", folder)));
      const head = z.parse(renderHead, { ...given, format });
      const lines = Deno.readTextFileSync(new URL("events.jsonl", folder)).trimEnd().split("\n");
      const text = render(head, lines.map((line) => z.parse(event, JSON.parse(line))));
      const file = new URL(`out.${format}`, folder);
      if (UPDATE) Deno.writeTextFileSync(file, text);
      assert.equal(text, Deno.readTextFileSync(file));
    });
  }
}

Deno.test("docs/markdown.md shows a recording as kato writes it", () => {
  const page = Deno.readTextFileSync(new URL("../../docs/markdown.md", import.meta.url));
  const sample = Deno.readTextFileSync(new URL("sample/out.md", FIXTURES));
  assert.ok(
    page.includes("````text\n" + sample + "````\n"),
    "fixtures/render/sample/out.md is not in it",
  );
});
