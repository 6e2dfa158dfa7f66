import assert from "node:assert/strict";
import { type Event, MAIN_AGENT } from "../../src/protocol/event.ts";
import { event } from "../../src/protocol/event_schema.ts";
import { FORMATS } from "../../src/protocol/closed_sets.ts";
import { containText } from "../../src/render/contain.ts";
import { typedParts } from "../../src/render/typed_text.ts";
import { neutralise } from "../../src/render/neutralise.ts";
import { assertContained } from "../render/assert_contained.ts";
import { onlyWith } from "../needs.ts";
import { type ClientCase, clientCases } from "./stage/client_cases.ts";
import { makeHome, type Ran, runLine } from "./stage/run_line.ts";

const JSONL = ["--format", "jsonl", "--output", "-"];

function eventsOf(lines: string): Event[] {
  return lines.split("\n").filter((line) => line !== "").map((line) => event.parse(JSON.parse(line)));
}

async function exportAll(client: ClientCase): Promise<Ran> {
  using home = makeHome();
  return await runLine(["export", "--all", ...JSONL], home, { environment: client.environment(home) });
}

async function exportFile(log: string): Promise<Event[]> {
  using home = makeHome();
  const ran = await runLine(["export", "--file", log, ...JSONL], home);
  assert.equal(ran.ended, "done", ran.err);
  return eventsOf(ran.out);
}

for (const client of clientCases()) {
  Deno.test(
    onlyWith(
      `kato export --all gives the conversations of ${client.name}, as the client had them`,
      client.need,
    ),
    async () => {
      const ran = await exportAll(client);
      assert.equal(ran.ended, "done", ran.err);
      assert.deepEqual(client.compare(eventsOf(ran.out)), []);
      assert.equal(ran.err, "", "everything was understood");
    },
  );

  Deno.test(
    onlyWith(`kato export --file gives each log of ${client.name}, as --all does`, client.need),
    async () => {
      const parts: Event[] = [];
      // A document beside the log that goes on from it holds nothing else.
      const logs = client.logs();
      for (const log of logs.filter((path) => !logs.includes(`${path}l`))) {
        parts.push(...await exportFile(log));
      }
      const all = eventsOf((await exportAll(client)).out);
      const key = ({ session, id }: Event) => `${session} ${id}`;
      assert.deepEqual(parts.map(key).sort(), all.map(key).sort());
    },
  );

  Deno.test(onlyWith(`kato export writes ${client.name} in every format`, client.need), async () => {
    using home = makeHome();
    const environment = client.environment(home);
    for (const format of FORMATS) {
      const line = ["export", "--all", "--format", format, "--output", "out"];
      const ran = await runLine(line, home, { environment });
      assert.equal(ran.ended, "done", ran.err);
    }
    const written = [...Deno.readDirSync(`${home.cwd}/out`)].map(({ name }) => name)
      .filter((name) => name !== "index.html");
    const sessions = client.sessions().length;
    assert.deepEqual(FORMATS.map((format) => countOf(written, `.${format}`)), FORMATS.map(() => sessions));
    for (const name of written.filter((name) => name.endsWith(".md"))) {
      const base = `${home.cwd}/out/${name.replace(/\.md$/, "")}`;
      const events = eventsOf(Deno.readTextFileSync(`${base}.jsonl`));
      assertShows(Deno.readTextFileSync(`${base}.md`), events);
    }
  });

  Deno.test(
    onlyWith(`kato sessions lists those of ${client.name}, and nothing else`, client.need),
    async () => {
      using home = makeHome();
      const ran = await runLine(["sessions", "--json"], home, { environment: client.environment(home) });
      const sessions = client.sessions();
      const listed: { session: string; started: string; project: string; title: string | null }[] =
        JSON.parse(
          ran.out,
        ).sessions;
      listed.sort((a, b) => a.session < b.session ? -1 : 1);
      assert.deepEqual(
        listed.map(({ session, started, project }) => ({ session, started, project })),
        sessions.map(({ session, started, project }) => ({ session, started, project })),
      );
      for (const [index, { title }] of listed.entries()) {
        const { words = "" } = sessions[index] ?? {};
        // Only a session that holds nothing but a command to kato has no title.
        if (title === null) assert.match(words, /::stop/, `${sessions[index]?.session} has no title`);
        else {
          const shown = JSON.stringify(title.replace(/…$/, "")).slice(1, -1);
          assert.ok(words.includes(shown), `nobody called it ${title}`);
        }
      }
    },
  );
}

/** Whether Markdown holds what was said, in order, and a terminal or a reader takes it for nothing else. */
function assertShows(markdown: string, events: readonly Event[]): void {
  assert.ok(!markdown.includes("\u001b"), "an escape");
  assertContained(markdown);
  let at = 0;
  for (const said of events) {
    if (said.type !== "user" && said.type !== "assistant") continue;
    if (said.agent !== MAIN_AGENT || said.text.trim() === "") continue;
    for (const line of linesOf(said)) {
      if (line === "" || isFrame(line)) continue;
      const found = markdown.indexOf(line, at);
      assert.notEqual(found, -1, `not in its place: ${JSON.stringify(line.slice(0, 200))}`);
      at = found + line.length;
    }
  }
}

/** A message as a page has it: a person's commands stand apart, and their lines break. */
function linesOf({ type, text }: { readonly type: string; readonly text: string }): string[] {
  const parts = type === "user" ? typedParts(text) : [{ part: "text", text } as const];
  const shown = parts.flatMap((part) =>
    part.part === "commands" ? part.lines : [containText(neutralise(part.text), type === "user")]
  );
  return shown.flatMap((part) => part.split("\n")).map((line) => line.trimEnd());
}

/** The client's own lines around a plan, which pages leave out. */
function isFrame(line: string): boolean {
  return line === "&lt;proposed_plan>" || line === "&lt;/proposed_plan>";
}

function countOf(names: readonly string[], extension: string): number {
  return names.filter((name) => name.endsWith(extension)).length;
}
