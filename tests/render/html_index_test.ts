/** The page that lists an export's files. */
import assert from "node:assert/strict";
import { parse, parseFragment } from "parse5";
import { type IndexEntry, writeIndex } from "../../src/render/html_index.ts";
import { assertAllowed } from "./assert_allowed.ts";
import { HEAD } from "./render.ts";

function entryOf(
  file: string,
  project: string | null,
  started: string | null,
  title: string | null,
): IndexEntry {
  return { file, meta: { ...HEAD.meta, project, started, title }, facts: "2 events, 1 kB" };
}

function shown(entries: readonly IndexEntry[]): string[] {
  const html = writeIndex(entries, "Europe/Berlin");
  return [...html.matchAll(/<h2>(.*)<\/h2>|<h3>(.*)<\/h3>|<li>(.*?) *<a href="(.*?)"><bdi>(.*?)<\/bdi>/g)]
    .map(([, project, date, time, file, title]) => project ?? date ?? `${time} ${file} ${title}`);
}

Deno.test("writeIndex() lists by project and date, the newest first", () => {
  assert.deepEqual(
    shown([
      entryOf("a.html", "/b", "2026-11-22T23:30:00Z", "late"),
      entryOf("b.html", null, null, null),
      entryOf("c.html", "/b", "2026-11-22T10:00:00Z", "early"),
      entryOf("d.html", "/a", "2026-11-01T10:00:00Z", "other"),
      entryOf("e.html", "/b", "2026-11-22T12:00:00Z", "noon"),
    ]),
    [
      ...["/a", "2026-11-01", "11:00 d.html other"],
      ...["/b", "2026-11-23", "00:30 a.html late", "2026-11-22", "13:00 e.html noon", "11:00 c.html early"],
      ...["No project", "time unknown", " b.html Session 0b5c1f6e"],
    ],
  );
});

Deno.test("writeIndex() leads to files in folders, whatever their names", () => {
  assert.deepEqual(shown([entryOf("my work/a#b?c%.html", "/a", null, "x")]).slice(2), [
    " my%20work/a%23b%3Fc%25.html x",
  ]);
});

Deno.test("writeIndex() shows hostile names as text", () => {
  const hostile = `"><script>x</script>\u202e<b onload=x>`;
  const html = writeIndex([entryOf(`${hostile}.html`, hostile, null, hostile)], "UTC");
  assert.equal(parse(html).childNodes.length, 2);
  const content = html.slice(html.indexOf("<body>") + 6);
  assert.doesNotMatch(content, /\u202e/);
  assertAllowed(parseFragment(content.replace(/ href="[^"]*"/g, ' href="#contents"')), "page");
  assert.match(content, /<a href="%22%3E%3Cscript%3Ex%3C\/script%3E%E2%80%AE%3Cb%20onload%3Dx%3E\.html">/);
});
