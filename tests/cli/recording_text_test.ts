/** The passages of files that kato wrote. */
import assert from "node:assert/strict";
import { headOf, passagesOf, type RecordingHead } from "../../src/cli/search/recording_text.ts";

const MD = '---\ntitle: "A: \\"b\\""\nprovider: codex\nsession: "s-1"\nproject: "/p"\nformat: kato/1\n---\n';
const HTML = `<!doctype html>
<meta name="generator" content="kato/1">
<title>A &lt;b&gt;</title>
<dl>
<dt>provider</dt><dd>codex</dd>
<dt>session</dt><dd>s-1</dd>
</dl>
`;

const HEADS:
  readonly (readonly [what: string, format: "md" | "html" | "jsonl", text: string, title: unknown])[] = [
    ["Markdown", "md", MD, 'A: "b"'],
    ["Markdown without kato's format", "md", MD.replace("kato/1", "other"), undefined],
    ["Markdown that begins with other words", "md", `mine\n${MD}`, undefined],
    ["Markdown of an unknown client", "md", MD.replace("codex", "nobody"), undefined],
    ["HTML", "html", HTML, "A <b>"],
    ["HTML of others", "html", HTML.replace("kato/1", "other"), undefined],
    ["JSON Lines", "jsonl", '{"v":1,"id":"a","provider":"codex","session":"s-1","seq":0,"time":null}', null],
    ["JSON of others", "jsonl", '{"v":2,"id":"a","provider":"codex","session":"s-1"}', undefined],
  ];

for (const [what, format, text, title] of HEADS) {
  Deno.test(`headOf() ${title === undefined ? "passes over" : "knows"} ${what}`, () => {
    assert.equal(headOf(format, text)?.title, title);
  });
}

const HEAD: RecordingHead = { format: "md", provider: "codex", session: "s-1", title: null, project: null };

function passages(text: string, format: RecordingHead["format"] = "md", isWithin = false) {
  let end = 0;
  const lines = text.split("\n").map((text, at) => {
    end += text.length + 1;
    return { text, line: at + 1, end };
  });
  return [...passagesOf(lines, { ...HEAD, format }, isWithin)].map(({ event, nextLine }) => [
    event.seq,
    event.type,
    event.time,
    "text" in event ? event.text : "",
    nextLine,
  ]);
}

const USER = "## User — 2026-11-23 03:24:05 +01:00";

Deno.test("passagesOf() goes from turn to turn, and undoes what Markdown needs", () => {
  assert.deepEqual(passages(`head\n${USER}\na &lt;b&gt;\n## Assistant (m) — 2026-11-23 03:24:06 +01:00\nc`), [
    [2, "user", "2026-11-23T02:24:05.000Z", `${USER}\na <b>`, 4],
    [4, "assistant", "2026-11-23T02:24:06.000Z", "## Assistant (m) — 2026-11-23 03:24:06 +01:00\nc", 6],
  ]);
});

Deno.test("a heading in somebody's code begins no turn", () => {
  const code = `\`\`\`\`text\n\`\`\`\n${USER}\n\`\`\`\n\`\`\`\``;
  assert.equal(passages(`${USER}\n${code}`).length, 1);
  assert.equal(passages(`${USER}\n${code}\n${USER}\nx`).length, 2);
  assert.deepEqual(passages("goes on", "md", true), [[1, "assistant", null, "goes on", 2]]);
});

Deno.test("passagesOf() takes the words of HTML without its elements, and the events of JSON Lines", () => {
  const html =
    '<h2 class="user" id="turn-0">User <a href="#"><time datetime="2026-11-23T02:08:31.014Z">t</time></a></h2>' +
    "\n<p>a <strong>b</strong> &lt;h2&gt;</p>";
  const [[, type, time, text] = []] = passages(html, "html");
  assert.deepEqual([type, time], ["user", "2026-11-23T02:08:31.014Z"]);
  assert.match(String(text), /a {2}b {2}<h2>/);
  const event = {
    v: 1,
    id: "a",
    provider: "codex",
    session: "s-1",
    seq: 7,
    time: null,
    agent: "main",
    type: "user",
    text: "x",
  };
  assert.deepEqual(passages(`${JSON.stringify(event)}\nno event\n{}`, "jsonl"), [[1, "user", null, "x", 2]]);
});

Deno.test("a page that never closes its tags is read in one pass", () => {
  const heading = '<h2 class="user" id="turn-0">User <time datetime="2026-11-23T02:08:31.014Z">t</time></h2>';
  const tags = "<".repeat(1_000_000);
  assert.ok(String(passages(`${heading}\n${tags}`, "html")[0]?.[3]).endsWith(tags));
});
